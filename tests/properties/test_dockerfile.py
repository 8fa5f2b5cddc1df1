"""Laws of the Dockerfile language: nothing lost, nothing raised, every span in its place."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from layerlint.dockerfile.dockerignore import Matcher
from layerlint.dockerfile.dockerignore import read as read_ignore
from layerlint.dockerfile.expand import MAX_VALUES, expand
from layerlint.dockerfile.parser import parse
from layerlint.dockerfile.syntax import Document, Node
from layerlint.domain.text import UNKNOWN
from layerlint.source import SourceFile
from tests.fuzz.target import check_all, check_language, check_words
from tests.shared import rows

FRAGMENTS = (
    "FROM a", "FROM scratch AS b", "RUN ", "COPY ", "ADD", "ENV ", "ARG x=1", "LABEL a", "ONBUILD ", "CMD ",
    "HEALTHCHECK ", "SHELL ", "EXPOSE 80", "USER", "VOLUME ", "# escape=`\n", "# check=", "#", "--mount=", "--from=0 ",
    "--chmod=", "--x", "<<EOF", "<<-'E F'", "3<<EOF", "\nEOF", "\n", "\r\n", "\r", "\\\n", "`\n", "\\", "`", "\ufeff",
    '"', "'", "[", "]", '["a", "b"]', "null", "${x:-", "${x##*/}", "${x//a/b}", "}", "$x", "$", "=", " ", "\t", "  ",
    "a", "/etc/a b", "é", "\u2028", "\x00", "\udc80", "&& ", "; ", "| ", "$(", "if ", "apt-get update", "rm -rf /",
)  # fmt: skip

texts = st.one_of(
    st.text(st.characters(exclude_categories=()), max_size=200),
    st.lists(st.sampled_from(FRAGMENTS), max_size=40).map("".join),
)


def encoded(text: str) -> bytes:
    """The bytes of a text: half surrogates are bytes that are not UTF-8, or do not come from a file."""
    return text.encode("utf-8", "surrogateescape" if _is_from_bytes(text) else "replace")


def _is_from_bytes(text: str) -> bool:
    return all("\udc80" <= char <= "\udcff" for char in text if "\ud800" <= char <= "\udfff")


@given(texts)
@settings(max_examples=500)
def test_any_text_is_read_whole(text: str) -> None:
    check_language(encoded(text))


@given(st.binary(max_size=300))
@settings(max_examples=300)
def test_any_bytes_are_read_whole(data: bytes) -> None:
    check_language(data)
    check_words(data)


@given(texts)
@settings(max_examples=100)
def test_any_text_is_linted(text: str) -> None:
    check_all(encoded(text))


LINES = (
    "FROM a AS b", "RUN echo 1 && \\\n    echo 2", "RUN <<EOF\nx\nEOF", "COPY <<'A' <<B /d/\n1\nA\n2\nB",
    "ENV a=b c=\"d e\"", 'CMD ["a", "b"]', "ONBUILD RUN x", "LABEL a b c", "HEALTHCHECK --interval=5s CMD x", "",
    "RUN a \\\n# b\n\n c",
    "RNU broken", "COPY x", "ARG v", "COPY --from=b --chown=1:2 /x /y",
)  # fmt: skip


@given(st.lists(st.sampled_from(LINES), min_size=1, max_size=12), st.data())
@settings(max_examples=200)
def test_editing_one_instruction_leaves_the_others(lines: list[str], data: st.DataObject) -> None:
    text = "\n".join(("FROM scratch", *lines)) + "\n"
    document = parse(SourceFile("Dockerfile", text))
    index = data.draw(st.integers(0, len(document.nodes) - 1))
    check_edit(
        document, index, data.draw(st.sampled_from(["RUN true", "USER a", "COPY <<X /y\nz\nX", "FOO"]))
    )


def check_edit(document: Document, index: int, replacement: str) -> None:
    """Replace one instruction: the nodes in front are the same, those behind are moved by the difference."""
    text = document.source.text
    span = document.nodes[index].span
    edited = parse(SourceFile("Dockerfile", text[: span.start] + replacement + text[span.end :]))
    assert len(edited.nodes) == len(document.nodes)
    for number, (before, after) in enumerate(zip(document.nodes, edited.nodes, strict=True)):
        if number == index:
            continue
        shift = 0 if number < index else len(replacement) - (span.end - span.start)
        assert _content(before) == _content(after)
        assert [(start + shift, end + shift) for start, end in _places(before)] == list(_places(after))


def _places(node: Node) -> Iterator[tuple[int, int]]:
    """Every span of an instruction, of those inside it too."""
    spans = [node.span, node.keyword_span, *(word.span for word in node.args)]
    spans += [span for flag in node.flags for span in (flag.span, flag.value_span)]
    for heredoc in node.heredocs:
        spans += [heredoc.span, heredoc.word_span, heredoc.terminator_span]
    yield from ((span.start, span.end) for span in spans)
    if node.onbuild is not None:
        yield from _places(node.onbuild)


def _content(node: Node) -> tuple[object, ...]:
    return (
        node.keyword,
        node.text,
        [flag.text for flag in node.flags],
        [word.value for word in node.args],
        [(heredoc.name, heredoc.content) for heredoc in node.heredocs],
        node.end_line - node.start_line,
    )


PLAIN = re.compile(r"[^\\`\"'\s$]+\Z")


def check_plain_words(document: Document) -> int:
    """A word without quotes, escapes and variables is the text under its span; how many there are."""
    count = 0
    for node in document.nodes:
        for word in node.args:
            under = document.source.text[word.span.start : word.span.end]
            if not node.json and PLAIN.match(under):
                count += 1
                assert under == word.value, (under, node.start_line)
    return count


@given(st.lists(st.one_of(st.sampled_from(LINES), texts.map("RUN ".__add__)), max_size=8).map("\n".join))
@settings(max_examples=200)
def test_plain_words_are_the_text_under_their_spans(text: str) -> None:
    check_plain_words(check_language(encoded(text)))


def test_laws_hold_for_dockerfiles_in_the_wild() -> None:
    """Spans, and a word without quotes or escapes is the text under its span; one edit in each file."""
    files = words = 0
    for number, row in enumerate(rows("corpus/dockerfiles.jsonl.gz")):
        if number % 6:
            continue
        files += 1
        text = row["dockerfile"]
        document = check_language(text.encode("utf-8", "surrogateescape"))
        words += check_plain_words(document)
        if document.nodes and not document.problems:
            check_edit(document, number % len(document.nodes), "USER somebody")
    print(f"{files} Dockerfiles, {words} plain words under their spans")
    assert files > 500


@given(
    st.lists(st.text("ab*?[]!\\/.-^", max_size=12), max_size=6),
    st.text("ab./-[]", min_size=1, max_size=12).filter(lambda path: path.strip("/.")),
)
@settings(max_examples=300)
def test_ignore_patterns_never_raise_and_the_last_match_wins(patterns: list[str], path: str) -> None:
    text = "\n".join(patterns)
    found, problems = read_ignore(text)
    matched = Matcher(found).matches(path)
    model = False
    for pattern in found:
        if Matcher((replace(pattern, negated=False),)).matches(path):
            model = not pattern.negated
    assert matched == model
    if problems:
        return
    everything, _ = read_ignore(f"{text}\n**")
    nothing, _ = read_ignore(f"{text}\n!**")
    assert Matcher(everything).matches(path)
    assert not Matcher(nothing).matches(path)


@pytest.mark.parametrize(
    "text",
    [
        "FROM a\nRUN " + "x" * 65_531 + "\n",
        "FROM a\n" + "RUN \\\n" * 30_000,
        "FROM a\nRUN <<A\n" + "x\n" * 30_000 + "A\n",
    ],
    ids=["long line", "many continuations", "long here-document"],
)  # fmt: skip
def test_large_texts(text: str) -> None:
    check_language(text.encode())


@pytest.mark.parametrize("text", ["$a$a", '"$a$a"', "${b:-$a$a}", "${c//x/$a}", "${c//x*/$d}"])
def test_what_variables_come_to_is_unknown_past_a_bound(text: str) -> None:
    """Else a few lines of ``ENV a=$a$a`` fill the memory."""
    size = MAX_VALUES // 2 + 1
    values = {"a": "x" * size, "c": "x" * 1000, "d": "$0" * 1000}
    assert expand(text, values.get, "\\").text is UNKNOWN
    assert expand("$a", values.get, "\\").text == values["a"]
