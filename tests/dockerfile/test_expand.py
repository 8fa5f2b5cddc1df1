from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from layerlint.dockerfile.expand import MAX_DEPTH, expand, expand_heredoc
from layerlint.dockerfile.patterns import Wildcard, compile_pattern, remove_prefix, remove_suffix, replace
from layerlint.domain.text import UNKNOWN, Text

VALUES: dict[str, Text] = {"a": "1", "empty": "", "path": "/x/y.tar.gz", "any": UNKNOWN, "b c": "no"}


@pytest.mark.parametrize(
    ("word", "text"),
    [
        ("$a", "1"),
        ("${a}b", "1b"),
        ("$ab", ""),
        ("\\$a", "$a"),
        ("'$a'", "$a"),
        ('"$a \\" \\x"', '1 " \\x'),
        ("${empty-d}${empty:-d}${no-d}${no:-$a}", "dd1"),
        ("${a+s}${empty+s}${empty:+s}${no+s}", "ss"),
        ("${a:?m}", "1"),
        ("${path#*/}", "x/y.tar.gz"),
        ("${path##*/}", "y.tar.gz"),
        ("${path%.*}", "/x/y.tar"),
        ("${path%%.*}", "/x/y"),
        ("${path/?/-}", "-x/y.tar.gz"),
        ("${path//\\//-}", "-x-y.tar.gz"),
        ("${path/#/-}", "/x/y.tar.gz"),
        ("$1$@$$", ""),
        ("$", "$"),
        ("$.", "$."),
        ("a\\", "a"),
        # Unknown stays unknown, and does not become empty.
        ("$any", UNKNOWN),
        ("x${any}", UNKNOWN),
        ("${any:-d}", UNKNOWN),
        ("${any+s}", UNKNOWN),
        ("${any+}", ""),
        ("${any:?m}", UNKNOWN),
        ("${any%x}", UNKNOWN),
        ("${a:-$any}", "1"),
        ("${no:-$any}", UNKNOWN),
        ("${empty#$any}", ""),
        ("${a/$any/x}", UNKNOWN),
    ],
)
def test_substitutions(word: str, text: Text) -> None:
    found = expand(word, VALUES.get, "\\")
    assert (found.text, found.error) == (text, None)


@pytest.mark.parametrize(
    ("word", "reason"),
    [
        ("'a", "unexpected end of statement while looking for matching single-quote"),
        ('"a', "unexpected end of statement while looking for matching double-quote"),
        ("${}", "syntax error: bad substitution"),
        ("${:x}", "syntax error: bad substitution"),
        ("${", "syntax error: missing '}'"),
        ("${a:-b", "syntax error: missing '}'"),
        ("${a/b}", "syntax error: missing '/' in ${}"),
        ("${a/b/c", "syntax error: missing '}'"),
        ("${a", "unsupported modifier (\ufffd) in substitution"),
        ("${a:=b}", "unsupported modifier (:=) in substitution"),
        ("${a:#b}", "unsupported modifier (:#) in substitution"),
        ("${a^}", "unsupported modifier (^) in substitution"),
        ("${no?}", "no: is not allowed to be unset"),
        ("${no:?$any}", "no: is not allowed to be unset"),
        ("${empty:?}", "empty: is not allowed to be empty"),
        ("${no:?why}", "no: why"),
        ("${a#\\x}", "invalid pattern (\\x) in substitution: invalid escape '\\x'"),
        # An error of syntax is one whatever the value is.
        ("${any/\\x/}", "invalid pattern (\\x) in substitution: invalid escape '\\x'"),
        ("${any:=b}", "unsupported modifier (:=) in substitution"),
    ],
)
def test_refusals(word: str, reason: str) -> None:
    found = expand(word, VALUES.get, "\\")
    assert found.error is not None
    assert found.error.endswith(f": {reason}")
    assert found.text is UNKNOWN


@pytest.mark.parametrize(
    ("word", "words"),
    [
        ("a  b", ("a", "b")),
        ("'a  b'c d", ("a  bc", "d")),
        ("a\\ b", ("a b",)),
        ("", ()),
        ("$no", ()),
        ("x$any", UNKNOWN),
        # BuildKit loses the text in front of an operand.
        ("80${x:-81}", ("81",)),
    ],
)
def test_words(word: str, words: object) -> None:
    assert expand(word, VALUES.get, "\\").words == words


def test_what_is_read_is_known() -> None:
    found = expand("$a ${no:-$any} ${other}", VALUES.get, "\\")
    assert sorted(found.matched) == ["a", "any"]
    assert sorted(found.unmatched) == ["no", "other"]


def test_the_escape_is_the_files_but_not_in_here_documents() -> None:
    assert expand("`$a\\$a", VALUES.get, "`").text == "$a\\1"
    assert expand_heredoc("'$a' \"\\$a\" `$a\n", VALUES.get).text == "'1' \"$a\" `1\n"


def test_nesting_is_bounded() -> None:
    def nested(depth: int) -> str:
        return "${no:-" * depth + "x" + "}" * depth

    assert expand(nested(MAX_DEPTH), VALUES.get, "\\").text == "x"
    assert expand(nested(5000), VALUES.get, "\\").error is not None


SCRAPS = "$ { } ${a ${b :- - + :+ ? :? # % / // \\ ' \" * x a b $a ${b} << é"
WORDS = st.lists(st.sampled_from([" ", *SCRAPS.split(" ")]), max_size=14).map("".join)


@given(WORDS, st.dictionaries(st.sampled_from("ab"), st.sampled_from(["", "x", "ab", "a b", "x/x"])))
def test_an_unknown_value_stands_for_every_value(word: str, values: dict[str, str]) -> None:
    """What is found without knowing a variable holds for each of its values, unset included."""
    known = expand(word, values.get, "\\")
    for hidden in "ab":
        partly: dict[str, Text] = {**values, hidden: UNKNOWN}
        vague = expand(word, partly.get, "\\")
        if vague.error is not None:
            assert known.error is not None
        elif known.error is None and vague.text is not UNKNOWN:
            assert vague.text == known.text


# ---------------------------------------------------------------------- patterns

PATTERNS = st.lists(st.sampled_from(["*", "?", "a", "b", "\\*", "\n"]), max_size=6).map("".join)
SUBJECTS = st.text("ab*\n", max_size=10)


def _regex(pattern: str, *, lazy: bool) -> str:
    compiled = compile_pattern(pattern)
    assert not isinstance(compiled, str)
    star = ".*?" if lazy else ".*"
    wild = {Wildcard.ANY_STRING: star, Wildcard.ANY_CHARACTER: "."}
    return "".join(wild[item] if isinstance(item, Wildcard) else re.escape(item) for item in compiled)


@given(PATTERNS, SUBJECTS.filter(lambda text: "\n" not in text), st.booleans())
def test_prefixes_and_suffixes_are_those_of_the_regular_expression(
    pattern: str, value: str, longest: bool
) -> None:
    compiled = compile_pattern(pattern)
    assert not isinstance(compiled, str)
    match = re.match(_regex(pattern, lazy=not longest), value)
    assert remove_prefix(compiled, value, longest=longest) == (value[match.end() :] if match else value)
    ends = [at for at in range(len(value) + 1) if re.fullmatch(_regex(pattern, lazy=False), value[at:])]
    kept = value if not ends else value[: ends[0] if longest else ends[-1]]
    assert remove_suffix(compiled, value, longest=longest) == kept


@given(PATTERNS, SUBJECTS)
def test_replacements_are_those_of_the_regular_expression(pattern: str, value: str) -> None:
    compiled = compile_pattern(pattern)
    assert not isinstance(compiled, str)
    regex = re.compile(_regex(pattern, lazy=False))
    assert replace(compiled, value, "<>", every=False) == regex.sub("<>", value, count=1)
    if all(match.end() > match.start() for match in regex.finditer(value)):
        # Python counts an empty match that touches the one before it, Go does not.
        assert replace(compiled, value, "<>", every=True) == regex.sub("<>", value)


@pytest.mark.parametrize(
    ("pattern", "value", "replacement", "result"),
    [
        ("", "ab", "-", "-a-b-"),
        ("*", "ab", "-", "-"),
        ("*", "", "-", "-"),
        ("?", "ab", "$0$0", "aabb"),
        ("a", "aba", "$x${y}$$", "$b$"),
        ("a", "aa", "$", "$$"),
        ("a", "a", "${", "${"),
    ],
)
def test_replacing_all_follows_go(pattern: str, value: str, replacement: str, result: str) -> None:
    compiled = compile_pattern(pattern)
    assert not isinstance(compiled, str)
    assert replace(compiled, value, replacement, every=True) == result


def test_no_pattern_is_slow() -> None:
    pattern = compile_pattern("*a" * 60)
    assert not isinstance(pattern, str)
    value = "a" * 59 + "b" * 20_000
    assert remove_prefix(pattern, value, longest=True) == value
    assert replace(pattern, value, "x", every=True) == value


def test_too_much_work_is_unknown() -> None:
    pattern = compile_pattern("?" * 60_000)
    assert not isinstance(pattern, str)
    assert remove_prefix(pattern, "x" * 60_000, longest=True) is UNKNOWN
