"""The simple commands of every RUN as they are written, whether the trace ran them or not.

A trace knows what ran; a rule about command lines also asks of branches that were not taken, functions that
nothing calls, and triggers of ONBUILD.  Variables are expanded where ENV, ARG or one assignment of the
script make them known, and commands are seen through what only runs another (``sudo``, ``env``, ``sh -c``).
The literal reading does neither: it is what tools see that match words.
"""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Container, Iterator, Mapping, Sequence, Set
from functools import lru_cache
from typing import Final

from layerlint._dataclass import dataclass
from layerlint.analysis.by_identity import ByIdentity
from layerlint.analysis.command_words import (
    Argument,
    always,
    declared,
    has_plain_text,
    is_run_of,
    joined_words,
    literal_text,
    of_module,
    placed_script,
    texts_of,
    words_inside,
)
from layerlint.dockerfile.instructions import Instruction, OnBuild, Run
from layerlint.domain.size import UNBOUNDED
from layerlint.domain.text import UNKNOWN, Text
from layerlint.domain.truth import Truth
from layerlint.effects import Stream
from layerlint.execution.expansion import Expander
from layerlint.execution.process import Exported, Process, Variable
from layerlint.execution.run import other_interpreter
from layerlint.execution.trace import CommandRun, StageTrace, Step, Trace
from layerlint.execution.wrappers import unwrap
from layerlint.filesystem.union import FileSystem
from layerlint.shell.parser import parse
from layerlint.shell.syntax import (
    Command,
    For,
    Pipeline,
    Redirect,
    Script,
    SimpleCommand,
    Word,
)
from layerlint.shell.walk import walk
from layerlint.source import Span

_MOST_WORDS: Final = 20_000
"""Of one RUN; past it words are not known: one variable may stand for thousands, and be used as often."""

_DEEPEST: Final = 8
"""Wrappers and scripts inside one another."""

_SHELLS: Final = frozenset({"ash", "bash", "busybox", "dash", "ksh", "mksh", "sh", "zsh"})
_DECLARATIONS: Final = frozenset({"declare", "export", "local", "readonly", "typeset"})
_BUILTINS: Final = frozenset({"builtin", "busybox", "command", "exec", "time"})
"""What runs its first word, seen through in the literal reading too, as ShellCheck's parser does."""


@dataclass(frozen=True, slots=True)
class Place:
    """The instruction that a command stands in."""

    stage: StageTrace
    step: Step
    """Of the RUN, or of the ONBUILD."""
    run: Run
    trigger: bool
    """Inside ONBUILD: it runs in the stages, or images, that are FROM this one."""
    built: bool
    """A build of the target runs the stage."""
    ships: bool
    """The step's layer is one of the target's image."""
    inherited: bool
    """The stage is the last one, or another is FROM it."""


@dataclass(frozen=True, slots=True)
class CommandLine:
    """One simple command."""

    name: str
    """The base name of the program; as written, in the literal reading."""
    arguments: tuple[Argument, ...]
    """Behind the name."""
    span: Span
    """Of the whole command, what it is wrapped in included."""
    name_span: Span
    place: Place
    wrappers: tuple[str, ...]
    """``sudo``, ``sh`` …, the outermost first."""
    runs: tuple[CommandRun, ...]
    """What the trace ran of it: none in a branch not taken, several in a loop."""
    top_level: bool
    """Its words stand in the script itself, not in a script that is a word of another command."""
    wraps: bool = False
    """It only runs another command, which has a line of its own."""
    answered: bool = False
    """Something is piped or redirected into it."""

    @property
    def reached(self) -> Truth:
        """NO where the trace did not come to it (which it does not in a stage's own triggers)."""
        return next(
            (truth for truth in (Truth.YES, Truth.MAYBE) if any(run.reached is truth for run in self.runs)),
            Truth.NO,
        )


@dataclass(frozen=True, slots=True)
class RunLines:
    """The commands of one RUN, in the order of the text."""

    place: Place
    commands: tuple[CommandLine, ...]
    body: Command
    """The script's tree: in exec form that of a shell's, or in the literal reading of the words in a row."""
    locate: Callable[[Span], Span]
    """From the script to the Dockerfile."""


def run_lines(trace: Trace, *, literal: bool = False) -> tuple[RunLines, ...]:
    """Every RUN of every stage, in the order of the file, those inside ONBUILD where they are written."""
    return _read(ByIdentity(trace), literal)


def command_lines(trace: Trace, *, literal: bool = False) -> Iterator[CommandLine]:
    for run in run_lines(trace, literal=literal):
        yield from run.commands


@lru_cache(maxsize=2)  # both readings of one trace, which many rules ask for
def _read(key: ByIdentity, literal: bool) -> tuple[RunLines, ...]:
    trace = key.trace
    ran: dict[Span, list[CommandRun]] = {}
    for step in trace.steps():
        for command in step.commands:
            ran.setdefault(command.span, []).append(command)
    chain = () if trace.target is None else trace.target.chain()
    shipped = {id(step) for step in chain}
    parents = {stage.parent.stage.index for stage in trace.stages if stage.parent is not None}
    found: list[RunLines] = []
    for stage in trace.stages:
        index = stage.stage.index
        inherited = index in parents or stage is trace.stages[-1]
        for step in stage.steps[len(stage.stage.triggers) :]:
            run = _run_of(step.instruction)
            if run is not None:
                place = Place(
                    stage,
                    step,
                    run,
                    isinstance(step.instruction, OnBuild),
                    index in trace.graph.reachable,
                    id(step) in shipped,
                    inherited,
                )
                found.append(
                    _Reader(
                        place, ran, literal, trace.document.source.text, trace.graph.arguments.keys()
                    ).lines()
                )
    return tuple(found)


def _run_of(instruction: Instruction) -> Run | None:
    match instruction:
        case Run():
            return instruction
        case OnBuild(instruction=Run() as run):
            return run
        case _:
            return None


def _opens_here_document(redirect: Redirect) -> bool:
    return redirect.operator == "<<" and redirect.target.literal is not None


class _Names:
    """Whether a name is in one of these."""

    __slots__ = ("_groups",)

    def __init__(self, groups: tuple[Container[str], ...]) -> None:
        self._groups = groups

    def __contains__(self, name: object) -> bool:
        return any(name in group for group in self._groups)


class _Reader:
    """Reads one RUN."""

    def __init__(
        self,
        place: Place,
        ran: Mapping[Span, Sequence[CommandRun]],
        literal: bool,
        source: str,
        global_arguments: Set[str],
    ) -> None:
        self.place, self.ran, self.literal, self.source = place, ran, literal, source
        self.found: list[CommandLine] = []
        self.answered = False
        self.words_left = _MOST_WORDS
        state = place.step.before
        self.declared = _Names((state.environment, state.arguments, state.declared, global_arguments))
        self.variables: Mapping[str, Variable] = Exported(state.arguments, state.environment)
        self.expander = Expander(self._process, lambda part: UNKNOWN, lambda name, value: None, bash=True)

    def lines(self) -> RunLines:
        run = self.place.run
        if run.exec_form is None:
            return self._of_script(run.script, lambda span: run.script_map.span(span.start, span.end))
        if self.literal:
            return self._of_script(*joined_words(run))
        words = [Argument(word.value, word.span) for word in run.exec_form]
        whole = Span(run.node.keyword_span.start, run.node.span.end)
        text, locate = "", always(whole)
        if words:
            written = Span(words[0].span.start, words[-1].span.end)
            self._command(words, (), whole, written, ())
            inner = unwrap(texts_of(words), None)
            if inner is not None and inner.script is not None:
                text, locate = placed_script(inner.script, words, written, self.source)
        return RunLines(self.place, tuple(self.found), parse(text).body, locate)

    def _of_script(self, text: str, locate: Callable[[Span], Span]) -> RunLines:
        script = parse(text if self._is_shell() else "")
        self._script(script, locate, None, ())
        return RunLines(self.place, tuple(self.found), script.body, locate)

    def _is_shell(self) -> bool:
        """The text is for a POSIX shell; other shells' looks alike to tools that match words."""
        shell = self.place.step.before.shell
        if self.literal or not shell:
            return True
        return posixpath.basename(shell[0]) in _SHELLS and other_interpreter(self.place.run.script) is None

    # ------------------------------------------------------------------------- scripts

    def _script(
        self, script: Script, locate: Callable[[Span], Span], outer: Span | None, wrappers: tuple[str, ...]
    ) -> None:
        """The commands of a script; ``outer`` is the command whose word it is, which is the trace's place for it."""
        commands = list(walk(script.body))
        pipelines = (command for command in commands if isinstance(command, Pipeline))
        piped = {id(part) for pipeline in pipelines for part in pipeline.commands[1:]}
        if not self.literal:
            self._assign(commands)
        for command in commands:
            if isinstance(command, SimpleCommand) and command.words:
                if self.literal and not has_plain_text(command.words[0]):
                    continue
                span = locate(command.span)
                arguments = list(self._arguments(command.words, script.text, locate))
                redirects = tuple(
                    (redirect, locate) for redirect in command.redirects if _opens_here_document(redirect)
                )
                self.answered = id(command) in piped or any(
                    "<" in each.operator for each in command.redirects
                )
                self._command(arguments, redirects, span if outer is None else outer, span, wrappers)

    def _command(
        self,
        words: Sequence[Argument],
        scripts: tuple[tuple[Redirect, Callable[[Span], Span]], ...],
        key: Span,
        span: Span,
        wrappers: tuple[str, ...],
    ) -> None:
        """One command line; ``key`` is where the trace has what it ran of it."""
        if not words or not isinstance(words[0].text, str):
            return
        words = of_module(words)
        first = str(words[0].text)
        if self.literal and first in _BUILTINS and len(words) > 1 and not str(words[1].text).startswith("-"):
            self._command(words[1:], scripts, key, span, (*wrappers, first))
            return
        name = first if self.literal else posixpath.basename(first)
        # Of the words that come out of a pipe none is known.
        stdin = Stream(UNBOUNDED) if name == "xargs" else None
        inner = None if self.literal or len(wrappers) >= _DEEPEST else unwrap(texts_of(words), stdin)
        if inner is not None and (inner.fields or inner.script is not None):
            around = (*wrappers, name)
            self._found(name, words, key, span, wrappers, wraps=True)
            if inner.fields:
                self._command(words_inside(words, inner.fields), scripts, key, span, around)
            elif inner.script is not None:
                script, locate = placed_script(inner.script, words, span, self.source)
                self._script(parse(script), locate, key, around)
            return
        if not self.literal and name in _SHELLS and scripts and len(wrappers) < _DEEPEST:
            self._found(name, words, key, span, wrappers, wraps=True)
            redirect, locate = scripts[-1]
            start, text = redirect.target.span.start, redirect.target.literal or ""
            inside = parse(text)
            self._script(
                inside, lambda at: locate(Span(start + at.start, start + at.end)), key, (*wrappers, name)
            )
            return
        self._found(name, words, key, span, wrappers)

    def _found(
        self,
        name: str,
        words: Sequence[Argument],
        key: Span,
        span: Span,
        wrappers: tuple[str, ...],
        *,
        wraps: bool = False,
    ) -> None:
        runs = () if self.literal else tuple(run for run in self.ran.get(key, ()) if is_run_of(run, words))
        self.found.append(
            CommandLine(
                name,
                tuple(words[1:]),
                span,
                words[0].span,
                self.place,
                wrappers,
                runs,
                key == span,
                wraps,
                self.answered,
            )
        )

    # --------------------------------------------------------------------------- words

    def _arguments(
        self, words: Sequence[Word], script: str, locate: Callable[[Span], Span]
    ) -> Iterator[Argument]:
        for word in words:
            span = locate(word.span)
            if word.literal is not None:
                yield Argument(word.literal, span)
            elif self.literal:
                yield Argument(literal_text(word, script, self.declared), span)
            else:
                texts = self.expander.fields([word], open_globs=False) if self.words_left > 0 else [UNKNOWN]
                self.words_left -= len(texts)
                yield from (Argument(text, span) for text in texts)

    def _process(self) -> Process:
        return Process(
            FileSystem.unknown(), None, self.variables, False, None, "", None, options=frozenset({"noglob"})
        )

    def _assign(self, commands: Sequence[Command]) -> None:
        """Variables that the script sets: known where one assignment says all."""
        values: dict[str, list[Word | None]] = {}
        for command in commands:
            match command:
                case For(variable=name):
                    values.setdefault(name, []).append(None)
                case SimpleCommand(assignments=assignments, words=()):
                    for assignment in assignments:
                        value = None if assignment.append else assignment.value
                        values.setdefault(assignment.name, []).append(value)
                case SimpleCommand(words=(first, *rest)) if first.literal == "read":
                    for word in rest:
                        values.setdefault(word.literal or "", []).append(None)
                case SimpleCommand(words=(first, *rest)) if first.literal in _DECLARATIONS:
                    for word in rest:
                        name, value = declared(word)
                        values.setdefault(name, []).append(value)
                case _:
                    pass
        known: dict[str, Text] = {}
        for name, assigned in values.items():
            only = assigned[0] if len(assigned) == 1 else None
            known[name] = UNKNOWN if only is None else self.expander.text(only)
        if known:
            self.variables = {
                **self.variables,
                **{name: Variable(text, False) for name, text in known.items()},
            }
