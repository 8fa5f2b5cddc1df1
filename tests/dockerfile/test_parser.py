from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from layerlint.dockerfile.directives import detect_syntax
from layerlint.dockerfile.gostrings import WHITE_SPACE
from layerlint.dockerfile.grammar import parse_all
from layerlint.dockerfile.lexer import MAX_LINE
from layerlint.dockerfile.parser import parse, pieces
from layerlint.dockerfile.syntax import Document, Node
from layerlint.source import SourceFile, Span


def read(text: str) -> Document:
    return parse(SourceFile("Dockerfile", text))


def last(text: str) -> Node:
    return read(text).nodes[-1]


def args(text: str) -> list[str]:
    return [word.value for word in last(text).args]


def messages(text: str) -> list[str]:
    return [problem.message for problem in read(text).problems]


# Scraps from which Dockerfiles with every construct grow, well-formed or not.
SCRAPS = (
    "FROM a\n|RUN |COPY |ENV |ARG |ONBUILD |LABEL |HEALTHCHECK |CMD |EOF\n|X\n|\tE F\n|# escape=`\n|# |"
    "#\n|#!x\n|\\|\\\n|`\n|\\ \t\n|\n|\r\n|\r| |\t|<<EOF|<<-'E F'|3<<X|<<|[|]|\"a\"|,|'|\"|$|${|}|:-|=|a|1|"
    "//|%|{|--|--mount=|--from=b |é|\u2028|\x00|\udc80|\ufeff"
)
DOCKERFILES = st.lists(st.sampled_from(SCRAPS.split("|")), max_size=40).map("".join)


@given(st.one_of(DOCKERFILES, st.text()))
def test_pieces_join_to_the_text(text: str) -> None:
    document = read(text)
    found = pieces(document)
    assert "".join(text[span.start : span.end] for span in found) == text
    known = {node.span for node in document.nodes}
    known |= {comment.span for comment in document.comments}
    known |= {directive.span for directive in document.directives}
    for span in found:
        if span not in known:  # what is no instruction and no comment is white space
            assert text[span.start : span.end].removeprefix("\ufeff").strip(WHITE_SPACE) == ""


@given(st.binary(max_size=300))
def test_any_bytes_are_read(data: bytes) -> None:
    document = parse(SourceFile.from_bytes("Dockerfile", data))
    instructions, _ = parse_all(document)
    assert len(instructions) == len(document.nodes)


@given(DOCKERFILES)
def test_every_span_lies_in_its_node(text: str) -> None:
    document = read(text)
    _, problems = parse_all(document)
    for node in document.nodes:
        assert node.keyword_span.start >= node.span.start
        for inner in (word.span for word in node.args):
            assert node.span.start <= inner.start <= inner.end <= node.span.end
        for flag in node.flags:
            assert node.span.start <= flag.span.start <= flag.value_span.start <= flag.value_span.end
            assert flag.value_span.end <= flag.span.end <= node.span.end
        for heredoc in node.heredocs:
            assert text[heredoc.span.start : heredoc.span.end] == heredoc.content
            assert "<<" in text[heredoc.word_span.start : heredoc.word_span.end]
    for problem in problems:
        assert 0 <= problem.span.start <= problem.span.end <= len(text)


@given(st.lists(st.sampled_from(["ARG a", "ENV a=b", "RUN x \\\n  y", "# c", "COPY a b", ""]), max_size=8))
def test_editing_one_instruction_leaves_the_others_alone(lines: list[str]) -> None:
    before = read("\n".join(["FROM a", *lines, "USER x"]))
    after = read("\n".join(["FROM b:longer", *lines, "USER x"]))
    assert [node.text for node in before.nodes[1:]] == [node.text for node in after.nodes[1:]]


# ---------------------------------------------------------------------- directives


@pytest.mark.parametrize(
    ("text", "escape", "names"),
    [
        ("# escape=`\nFROM a\n", "`", ["escape"]),
        ("#escape = `\nFROM a\n", "`", ["escape"]),
        ("  # ESCAPE=`\nFROM a\n", "`", ["escape"]),
        ("\ufeff# escape=`\nFROM a\n", "`", ["escape"]),
        ("# syntax=x\n# check=skip=all\n# escape=`\nFROM a\n", "`", ["syntax", "check", "escape"]),
        ("# hi\n# escape=`\nFROM a\n", "\\", []),
        ("\n# escape=`\nFROM a\n", "\\", []),
        ("# other=1\n# escape=`\nFROM a\n", "\\", []),
        ("# escape=\n# escape=`\nFROM a\n", "\\", []),
        ("#!/bin/x\n# escape=`\n# check=skip=all\nFROM a\n", "\\", ["check"]),
        ("  # check=skip=all\nFROM a\n", "\\", []),
    ],
)
def test_directives(text: str, escape: str, names: list[str]) -> None:
    document = read(text)
    assert document.escape == escape
    assert [directive.name for directive in document.directives] == names
    assert document.problems == ()


def test_faults_of_directives_stand_at_their_place() -> None:
    document = read("# escape=x\n# syntax=a\n# syntax=b\nFROM a\n")
    assert [(problem.message, problem.span) for problem in document.problems] == [
        ("invalid escape token 'x' does not match ` or \\", Span(9, 10)),
        ("only one syntax parser directive can be used", Span(24, 32)),
    ]
    assert document.escape == "\\"


@pytest.mark.parametrize(
    ("text", "syntax"),
    [
        ("# syntax=a/b:1 // why\n", "a/b:1"),
        ("//syntax=x\n", "x"),
        ('{"syntax": "y"}', "y"),
        ('{"syntax": 1}', None),
        ("FROM a\n# syntax=x\n", None),
    ],
)
def test_syntax_is_detected(text: str, syntax: str | None) -> None:
    assert detect_syntax(text) == syntax


# ---------------------------------------------------------------------- lines


@pytest.mark.parametrize(
    ("text", "joined"),
    [
        ("RUN a \\\n  b", "RUN a   b"),
        ("RUN a \\  \t\n b", "RUN a  b"),
        ("RUN a \\\\\nRUN b", "RUN b"),
        ("RUN a \\\\\\\nRUN b", "RUN b"),
        ("RUN a \\\n\nRUN b", "RUN a RUN b"),
        ("RUN a \\\n# c \\\n  # d\n b", "RUN a  b"),
        ("RU\\\nN echo", "RUN echo"),
        ("   RUN a", "RUN a"),
        ("RUN a # b", "RUN a # b"),
        ("RUN a \\", "RUN a "),
        ("\\\nRUN a", "RUN a"),
        ("RUN a \\\r\n b\r\n", "RUN a  b"),
        ("# escape=`\nRUN a `\n \\\n", "RUN a  \\"),
    ],
)
def test_logical_lines(text: str, joined: str) -> None:
    assert last(text).text == joined


def test_a_word_is_found_through_continuations() -> None:
    text = "FROM a\nRUN one \\\n  # comment\n\n  tw\\\no three\n"
    document = read(text)
    node = document.nodes[1]
    word = node.text.index("two")
    assert text[node.map.locate(word) :].startswith("tw\\\no")
    span = node.map.span(word, word + 3)
    assert text[span.start : span.end] == "tw\\\no"
    assert (node.start_line, node.end_line) == (2, 6)
    assert [(comment.text, comment.line, comment.attached) for comment in document.comments] == [
        ("comment", 3, True)
    ]
    assert [text[span.start : span.end] for span in document.empty_continuations] == [""]


def test_comments_belong_to_the_next_instruction_up_to_an_empty_one() -> None:
    document = read("# a\n#\n# b\n\n  # c\nFROM x\n# d\nRUN y\n")
    # An indented comment keeps its sign, as in BuildKit.
    assert [node.comments for node in document.nodes] == [("b", "# c"), ("d",)]
    assert [comment.text for comment in document.comments] == ["a", "", "b", "c", "d"]


@pytest.mark.parametrize(("size", "refused"), [(MAX_LINE, False), (MAX_LINE + 1, True)])
def test_a_physical_line_has_a_limit(size: int, refused: bool) -> None:
    line = "RUN " + "x" * (size - 4)
    for end in ("", "\n"):
        assert bool(messages(f"FROM a\n{line}{end}")) is refused
    # Bytes count, not characters.
    assert bool(messages("FROM a\nRUN " + "é" * (size // 2 - 2) + "x" * (size % 2))) is refused


def test_what_follows_a_line_that_is_too_long_is_read() -> None:
    document = read("FROM a\nRUN " + "x " * MAX_LINE + "\nUSER b\n")
    assert [node.keyword for node in document.nodes] == ["FROM", "RUN", "USER"]
    assert document.nodes[1].faulty
    assert len(document.problems) == 1


# ---------------------------------------------------------------------- arguments


@pytest.mark.parametrize(
    ("text", "expected", "json"),
    [
        ('CMD ["a", "b c"]', ["a", "b c"], True),
        ("CMD [ ]", [], True),
        ('CMD ["\\u2603"]', ["☃"], True),
        ('CMD ["a", \\\n "b"]', ["a", "b"], True),
        ("CMD ['a']", ["['a']"], False),
        ('CMD ["a",]', ['["a",]'], False),
        ('CMD ["a"] b', ['["a"] b'], False),
        ('CMD ["a" "b"]', ['["a" "b"]'], False),
        ('CMD ["c:\\windows"]', ['["c:\\windows"]'], False),
        ("CMD [NaN]", ["[NaN]"], False),
        ('COPY ["a b", "c"]', ["a b", "c"], True),
        ('COPY "a b" c', ['"a', 'b"', "c"], False),
        ('HEALTHCHECK CMD ["a"]', ["CMD", "a"], True),
        ("HEALTHCHECK  cmd  a b", ["cmd", "a b"], False),
        ("WORKDIR a  b", ["a  b"], False),
        ("ARG a='b c' d", ["a='b c'", "d"], False),
        ('ENV a="b c" d=e\\ f', ["a", '"b c"', "=", "d", "e\\ f", "="], False),
        ("ENV a b=c  d", ["a", "b=c  d", ""], False),
        ("LABEL a='b", ["a", "'b", "="], False),
        ("FOO bar", [""], False),
        ("EXPOSE 80\u00a081", ["80\u00a081"], False),
    ],
)
def test_arguments(text: str, expected: list[str], json: bool) -> None:
    assert (args(text), last(text).json) == (expected, json)


@pytest.mark.parametrize(
    ("text", "flags", "rest"),
    [
        ("COPY --from=a --link b c", ["--from=a", "--link"], "b c"),
        ('COPY --chown="a b":c d e', ["--chown=a b:c"], "d e"),
        ("COPY --chown=a\\ b d e", ["--chown=a b"], "d e"),
        ("RUN -- --x", [], "--x"),
        ("RUN -x --y", [], "-x --y"),
        ("RUN --a", ["--a"], ""),
        # BuildKit takes bytes for characters here, and 0xA0 for a blank.
        ("COPY --chown=é b c", ["--chown=Ã©"], "b c"),
        ("COPY --chown=aà b c", ["--chown=aÃ"], "b c"),
        ('COPY --chown="aà" b c', ["--chown=aÃ\xa0"], "b c"),
    ],
)
def test_flags(text: str, flags: list[str], rest: str) -> None:
    node = last(text)
    assert ([flag.text for flag in node.flags], node.rest_text) == (flags, rest)


def test_a_flags_value_has_its_place() -> None:
    text = "RUN --mount=type=cache,target=/x y"
    (flag,) = last(text).flags
    assert (flag.name, flag.value) == ("mount", "type=cache,target=/x")
    assert text[flag.value_span.start : flag.value_span.end] == flag.value


@pytest.mark.parametrize(
    ("text", "message", "word"),
    [
        ('CMD ["a", 1]', "when using JSON array syntax, arrays must be comprised of strings only", "1"),
        (
            'CMD ["a", ["b"]]',
            "when using JSON array syntax, arrays must be comprised of strings only",
            '["b"]',
        ),
        ("ENV PATH", "ENV must have two arguments", "PATH"),
        ("ENV a=b c", 'Syntax error - can\'t find = in "c". Must be of the form: name=value', "c"),
        ("RUN cat <<EOF\nx", "unterminated heredoc: no line EOF", "<<EOF"),
    ],
)
def test_faults_of_syntax_point_to_the_word(text: str, message: str, word: str) -> None:
    document = read(f"FROM a\n{text}\n")
    (problem,) = document.problems
    assert problem.message == message
    assert document.source.text[problem.span.start : problem.span.end] == word
    assert parse_all(document)[1] == (problem,)


def test_onbuild_holds_an_instruction() -> None:
    text = "FROM a\nONBUILD COPY --from=b <<X /c\nbody\nX\nRUN y\n"
    node = read(text).nodes[1]
    assert node.onbuild is not None
    assert (node.args, [word.value for word in node.onbuild.args]) == ((), ["<<X", "/c"])
    assert node.onbuild.heredocs == node.heredocs
    assert (node.onbuild.start_line, node.onbuild.end_line) == (2, 4)
    span = node.onbuild.args[1].span
    assert text[span.start : span.end] == "/c"


def test_triggers_in_triggers_end_somewhere() -> None:
    assert parse_all(read("FROM a\n" + "ONBUILD " * 5000 + "RUN x\n"))[1]


# ---------------------------------------------------------------------- here-documents


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("RUN <<EOF", [("EOF", True, False, 0)]),
        ("RUN <<'EOF'", [("EOF", False, False, 0)]),
        ('RUN <<E"O"F', [("EOF", False, False, 0)]),
        ("RUN <<-EOF", [("EOF", True, True, 0)]),
        ("RUN << EOF", [("EOF", True, False, 0)]),
        ("RUN <<- EOF", [("EOF", True, True, 0)]),
        ("RUN cat 3<<EOF <&3", [("EOF", True, False, 3)]),
        ("RUN <<$X", [("$X", True, False, 0)]),
        ("RUN echo $(( 1 << EOF ))", [("EOF", True, False, 0)]),
        ("COPY <<A <<'EOF' /x", [("A", True, False, 0), ("EOF", False, False, 0)]),
        ("RUN cat <<<EOF", []),
        ("RUN echo $((1<<2))", []),
        ('RUN echo "<<EOF"', []),
        ("RUN echo \\<<EOF", []),
        ("RUN echo it's <<EOF", []),
        ("RUN cat <<EOF ${x", []),
        ('RUN <<""', []),
        ('RUN ["<<EOF"]', []),
        ("CMD <<EOF", []),
        ("ENV a=<<EOF", []),
        ("RUN a<<EOF", []),
    ],
)
def test_here_documents(line: str, found: list[tuple[str, bool, bool, int]]) -> None:
    document = read(f"{line}\nA\nEOF\n$X\n")
    heredocs = document.nodes[0].heredocs
    assert [(h.name, h.expand, h.chomp, h.file_descriptor) for h in heredocs] == found


def test_bodies_are_raw_and_follow_one_another() -> None:
    text = "FROM a\nCOPY <<A <<-B /d/\n# one \\\r\nA \nA\n\ttwo\n\tB\nRUN x\n"
    document = read(text)
    first, second = document.nodes[1].heredocs
    assert (first.content, second.content) == ("# one \\\r\nA \n", "\ttwo\n")
    assert text[first.word_span.start : first.word_span.end] == "<<A"
    assert text[second.span.start : second.span.end] == second.content
    assert (document.nodes[1].start_line, document.nodes[1].end_line) == (2, 7)
    assert document.nodes[2].keyword == "RUN"
    assert document.problems == ()
