"""Variables that nothing has declared where they are used: they are empty."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from layerlint._pattern import pattern
from layerlint.checks._suggestion import Suggestions
from layerlint.checks._triggers import observed
from layerlint.checks.model import Check, NoParams, Observation
from layerlint.dockerfile.conversion import part_of
from layerlint.dockerfile.expand import expand, expand_heredoc
from layerlint.dockerfile.instructions import (
    Add,
    Arg,
    Copy,
    Env,
    Instruction,
    Label,
    Run,
    StopSignal,
    Transfer,
    User,
    Volume,
    Workdir,
)
from layerlint.dockerfile.mount_values import mount_value_problem
from layerlint.dockerfile.mounts import Field
from layerlint.dockerfile.syntax import Heredoc, Word
from layerlint.domain.text import UNKNOWN, Text
from layerlint.execution.trace import State, Step, Trace
from layerlint.report import Confidence
from layerlint.source import Span

_ALWAYS_SET = frozenset({"PATH", "BUILDKIT_SBOM_SCAN_CONTEXT", "BUILDKIT_SBOM_SCAN_STAGE"})
"""PATH has a default, even in ``scratch``; the others are options that BuildKit reads out of ARG."""

_USE = pattern(r"\$(?:\{(\w+)\}?|(\w+))")

_NARROWED = 50
"""Names in one word whose places are looked for: each look may read the whole word."""

_HERE = "here, and so is empty"
_IN_FILE = "here: it is empty unless the base image sets it"


def _run(trace: Trace, params: NoParams) -> Iterator[Observation]:
    suggestions = Suggestions()
    for stage in trace.stages:
        # Any variable may come with a base that is not known.
        sure = stage.base.known
        where, confidence = (_HERE, None) if sure else (_IN_FILE, Confidence.LOW)
        for step in stage.steps:
            if not _has_variable(step.instruction):
                continue
            variables = _Variables(step.before)
            for span, name in _undefined(step, variables, trace):
                suggestion = suggestions.ending(name, variables.names(default=sure))
                values = {"name": name, "where": where, "suggestion": suggestion}
                yield observed(stage.stage, step.instruction, span, values, confidence)


def _has_variable(instruction: Instruction) -> bool:
    """A quick look: most instructions have none."""
    node = instruction.node
    return "$" in node.text or any("$" in heredoc.content for heredoc in node.heredocs)


class _Variables:
    """Those in force in front of an instruction."""

    def __init__(self, state: State) -> None:
        self._state = state
        self._new: set[str] = set()

    def declare(self, name: str) -> None:
        """By an ARG in front on the same line."""
        self._new.add(name)

    def lookup(self, name: str) -> Text | None:
        for values in (self._state.arguments, self._state.environment):
            if name in values:
                return values[name]
        if name in self._state.declared or name in self._new or name in _ALWAYS_SET:
            return UNKNOWN
        return None

    def names(self, *, default: bool) -> tuple[str, ...]:
        """Those to be meant; PATH's default is one where all of the base image's are known."""
        state = self._state
        return (*state.environment, *state.arguments, *(("PATH",) if default else ()))


def _undefined(step: Step, variables: _Variables, trace: Trace) -> Iterator[tuple[Span, str]]:
    """Each name once in each word, with the place where it stands."""
    instruction, escape = step.instruction, trace.document.escape
    if isinstance(instruction, Arg):
        yield from _of_arguments(instruction, variables, trace)
        return
    for word in _words(instruction, lambda text: expand(text, variables.lookup, escape).text):
        yield from _in_word(instruction, word, expand(word.value, variables.lookup, escape).unmatched)
    if isinstance(instruction, Copy | Add):
        for heredoc in instruction.transfer.heredocs:
            if heredoc.expand:
                yield from _in_body(heredoc, expand_heredoc(heredoc.content, variables.lookup).unmatched)


def _of_arguments(instruction: Arg, variables: _Variables, trace: Trace) -> Iterator[tuple[Span, str]]:
    """ARG declares from left to right; a default that a build argument takes the place of is not read."""
    for pair in instruction.pairs:
        if pair.value is not None and pair.key.value not in trace.graph.build_arguments:
            found = expand(pair.value.value, variables.lookup, trace.document.escape)
            yield from _in_word(instruction, pair.value, found.unmatched)
        variables.declare(pair.key.value)


def _words(instruction: Instruction, text: Callable[[str], Text]) -> Iterator[Word]:
    """The words whose variables BuildKit looks for, each by itself; it expands EXPOSE in another way."""
    match instruction:
        case Env(pairs=pairs) | Label(pairs=pairs):
            for pair in pairs:
                yield pair.key
                if pair.value is not None:
                    yield pair.value
        case Copy(transfer=transfer):
            yield from _transferred(transfer)
        case Add(transfer=transfer, checksum=checksum):
            yield from _transferred(transfer)
            if checksum is not None:
                yield checksum
        case Run():
            yield from _mounted(instruction, text)
        case Volume(paths=words):
            yield from words
        case User(user=word) | Workdir(path=word) | StopSignal(signal=word):
            yield word
        case _:
            pass


def _transferred(transfer: Transfer) -> Iterator[Word]:
    yield from (word for word in (transfer.chown, transfer.chmod) if word is not None)
    yield from transfer.sources
    yield transfer.destination


def _mounted(run: Run, text: Callable[[str], Text]) -> Iterator[Word]:
    found: list[Word] = []

    def expander(value: str, field: Field) -> Text:
        found.append(Word(value, field.span))
        return text(value)

    for flag in run.node.flags:
        if flag.name == "mount" and "$" in flag.text:
            mount_value_problem(flag, expander, UNKNOWN)
    yield from (word for word in found if "$" in word.value)


def _in_word(instruction: Instruction, word: Word, names: Iterable[str]) -> Iterator[tuple[Span, str]]:
    """With the place in the word, which is the whole of it where very many names stand in one."""
    found = sorted(names)
    places = _first_uses(word.value) if len(found) <= _NARROWED else {}
    for name in found:
        yield part_of(instruction.node, word, places.get(name)), name


def _in_body(heredoc: Heredoc, names: Iterable[str]) -> Iterator[tuple[Span, str]]:
    start = heredoc.span.start
    places = _first_uses(heredoc.content)
    for name in sorted(names):
        place = places.get(name)
        yield heredoc.span if place is None else Span(start + place[0], start + place[1]), name


def _first_uses(text: str) -> dict[str, tuple[int, int]]:
    places: dict[str, tuple[int, int]] = {}
    for use in _USE.finditer(text):
        places.setdefault(use[1] or use[2], use.span())
    return places


CHECK = Check(NoParams, _run, ("name", "where", "suggestion"))
