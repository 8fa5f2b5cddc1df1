"""A line for ``sha256sum -c`` with one blank between the sum and the name."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from layerlint._pattern import pattern
from layerlint.analysis.command_lines import CommandLine, run_lines
from layerlint.analysis.command_words import Argument
from layerlint.analysis.line_index import LineIndex
from layerlint.checks.model import Check, NoParams, Observation
from layerlint.execution.trace import Trace
from layerlint.shell.syntax import Pipeline
from layerlint.shell.walk import walk
from layerlint.source import Span

_SUMS: Final = frozenset({"md5sum", "sha1sum", "sha224sum", "sha256sum", "sha384sum", "sha512sum"})
_LINE: Final = pattern(r"[\"']?(?:\$\w{1,100}|\$\{\w{1,100}\}|[0-9a-fA-F]{32,128}) [^\s*]")


def _run(trace: Trace, params: NoParams) -> Iterator[Observation]:
    text = trace.document.source.text
    for run in run_lines(trace):
        if not run.place.built:
            continue
        index = LineIndex(run.commands)
        for command in walk(run.body):
            if not isinstance(command, Pipeline) or len(command.commands) < 2:
                continue
            first, last = (run.locate(command.commands[position].span) for position in (0, -1))
            sums = [line for line in index.within(last) if line.name in _SUMS and _checks(line)]
            for line in index.within(first) if sums else ():
                if line.name == "echo" and (span := _single(line.arguments, text)) is not None:
                    yield Observation(span, {"name": sums[0].name})


def _checks(line: CommandLine) -> bool:
    texts = [word.text for word in line.arguments if isinstance(word.text, str)]
    return any(
        text in ("--check", "--check=") or (text[:1] == "-" and text[:2] != "--" and "c" in text)
        for text in texts
    )


def _single(arguments: Sequence[Argument], text: str) -> Span | None:
    """Where the blank is one: in a word, or between two, which echo puts it between."""
    words = [word for word in arguments if not text[word.span.start : word.span.end].startswith("-")]
    if len(words) == 2 and not text[words[1].span.start : words[1].span.end].lstrip("\"'").startswith("*"):
        return words[0].span.cover(words[1].span)
    if len(words) == 1 and _LINE.match(text, words[0].span.start, words[0].span.end):
        return words[0].span
    return None


CHECK = Check(NoParams, _run, ("name",))
