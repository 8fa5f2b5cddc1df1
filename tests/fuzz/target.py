"""What must hold for any bytes: the one function behind the fuzzer, its findings and the properties."""

from __future__ import annotations

import contextlib
import tempfile
from pathlib import Path

from layerlint.analysis.forecast import forecast
from layerlint.checks import CHECKS
from layerlint.config import load_config
from layerlint.config.reader import Reader
from layerlint.dockerfile.dockerignore import Matcher
from layerlint.dockerfile.dockerignore import read as read_ignore
from layerlint.dockerfile.dump import to_json
from layerlint.dockerfile.expand import expand, expand_heredoc
from layerlint.dockerfile.grammar import parse_all
from layerlint.dockerfile.parser import parse, pieces
from layerlint.dockerfile.syntax import Document, Node
from layerlint.errors import LayerlintError
from layerlint.graph import build_graph
from layerlint.linter import Settings, analyse, lint
from layerlint.ruleset.baseline import read_baseline
from layerlint.ruleset.loader import load_bundled
from layerlint.ruleset.rule_file import read_rule
from layerlint.source import SourceFile, Span

RULES = load_bundled(CHECKS)


def check_language(data: bytes) -> Document:
    """Parse, link, dump, expand: nothing raises, nothing is lost, every span lies in the text."""
    source = SourceFile.from_bytes("Dockerfile", data)
    document = parse(source)
    text = source.text
    assert "".join(text[span.start : span.end] for span in pieces(document)) == text
    instructions, problems = parse_all(document)
    assert len(instructions) == len(document.nodes)
    graph = build_graph(document, instructions)
    for problem in (*problems, *graph.problems):
        inside(problem.span, Span(0, len(text)))
        line, column = source.position(problem.span.start)
        assert line >= 1
        assert column >= 1
    end = 0
    for node in document.nodes:
        assert node.span.start >= end
        end = node.span.end
        inside(node.span, Span(0, len(text)))
        check_node(node, node.span)
    to_json(document)
    return document


def check_node(node: Node, span: Span) -> None:
    """Everything of an instruction lies in it."""
    inside(node.keyword_span, span)
    for flag in node.flags:
        inside(flag.span, span)
        inside(flag.value_span, flag.span)
    for word in node.args:
        inside(word.span, span)
    for heredoc in node.heredocs:
        for part in (heredoc.span, heredoc.word_span, heredoc.terminator_span):
            inside(part, span)
    if node.onbuild is not None:
        check_node(node.onbuild, span)


def inside(inner: Span, outer: Span) -> None:
    assert outer.start <= inner.start <= inner.end <= outer.end, (inner, outer)


def check_words(data: bytes) -> None:
    """The same bytes as a word, as a body of a here-document and as an ignore file."""
    text = data.decode("utf-8", "surrogateescape")
    values = {"a": "1", "empty": ""}
    for escape in "\\`":
        expand(text, values.get, escape)
    expand_heredoc(text, values.get)
    patterns, _ = read_ignore(text)
    matcher = Matcher(patterns)
    for path in ("a", "a/b/c.txt", text.split("\n")[0][:200]):
        matcher.matches(path)


def check_all(data: bytes) -> None:
    """A whole run, with every bundled rule; the first bytes of a binary file are refused before."""
    lint(SourceFile.from_bytes("Dockerfile", data), None, Settings(), RULES, RULES)


def check_settings(data: bytes) -> None:
    """The same bytes as a rule file, and as each file of settings: a value, or an error that says where."""
    reader = Reader()
    with contextlib.suppress(LayerlintError):
        read_rule("rules/waste/fuzz.yaml", data, "waste", "fuzz", CHECKS, reader)
        reader.finish()
    with tempfile.TemporaryDirectory() as folder:
        for name in (".layerlint.yaml", ".hadolint.yaml", "pyproject.toml", "baseline.yaml"):
            file = Path(folder) / name
            file.write_bytes(data)
            with contextlib.suppress(LayerlintError):
                read_baseline(file) if name == "baseline.yaml" else load_config(file.parent, file)


def check_script(data: bytes) -> None:
    """The bytes as the script of a RUN on a base that is known."""
    body = data.replace(b"\nEOF", b"\nEO")
    text = b"FROM alpine:3.19\nRUN <<'EOF'\n" + body + b"\nEOF\n"
    forecast(analyse(SourceFile.from_bytes("Dockerfile", text), None, Settings()).trace, changes=True)


def check(data: bytes) -> None:
    check_language(data)
    check_words(data)
    check_all(data)
