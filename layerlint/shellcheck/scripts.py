"""The scripts of a Dockerfile as ShellCheck is given them, each with the way back to the Dockerfile."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from layerlint._dataclass import dataclass
from layerlint.catalog.model import BaseImage
from layerlint.dockerfile.instructions import Arg, Env, From, Instruction, OnBuild, Run, Shell
from layerlint.dockerfile.run import heredoc_script
from layerlint.dockerfile.syntax import Node, SourceMap
from layerlint.execution.trace import State, Trace
from layerlint.filesystem.union import FileSystem
from layerlint.shellcheck.interpreters import interpreter, stops_at_a_failure, with_base
from layerlint.source import Span

_DEFAULT_SHELL: Final = ("/bin/sh", "-c")
_NAME: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,200}")
_SHELL_COMMENT: Final = re.compile(r"hadolint\s+shell\s*=\s*(\S+)")
_MOST_NAMES: Final = 1000
_READER: Final = re.compile(r"(?:<<-?\s*\S+\s+)?([^\s<]+(?:\s+-[A-Za-z]+)*)(?:\s*<<-?\s*\S+)?")
"""``bash -e <<'EOF'``, ``<<'EOF' bash -e``."""

_PROXIES: Final = frozenset(
    f"{name}{suffix}"
    for suffix in ("_PROXY", "_proxy")
    for name in (
        ("ALL", "FTP", "HTTP", "HTTPS", "NO") if suffix.isupper() else ("all", "ftp", "http", "https", "no")
    )
)
"""Build arguments that are there without an ARG."""


@dataclass(frozen=True, slots=True)
class ShellScript:
    """One text for ShellCheck: a head of our own making, then the script of the instruction."""

    head: str
    body: str
    map: SourceMap
    """From offsets in ``body`` to the Dockerfile."""
    sure: bool
    """What its shell is and what variables there are is known: it is not that of an unknown base."""

    @property
    def text(self) -> str:
        return self.head + self.body

    def locate(self, start: tuple[int, int], end: tuple[int, int]) -> Span | None:
        """What lies between two places of ``text`` (line and column from 1); None within the head."""
        first, last = self._offset(*start), self._offset(*end)
        if first is None:
            return None
        if last is None or last <= first:
            last = min(first + 1, len(self.body))
        return self.map.span(first, last)

    def _offset(self, line: int, column: int) -> int | None:
        """In ``body``, cut to what there is; None in front of it."""
        line -= self.head.count("\n")
        if line < 1:
            return None
        lines = self.body.split("\n")
        if line > len(lines):
            return len(self.body)
        before = sum(len(each) + 1 for each in lines[: line - 1])
        return before + min(max(column - 1, 0), len(lines[line - 1]))


@dataclass(slots=True)
class _Scope:
    """What is known of the shell of a stage while its instructions are gone through."""

    shell: Sequence[str]
    names: set[str]
    base: BaseImage | None = None


def shell_scripts(trace: Trace, *, use_base: bool, forget_shell: bool = False) -> Iterator[ShellScript]:
    """Of every RUN in shell form, also of triggers and of files without a FROM, in the order of the file.

    The exec form is no script: its words reach the program as they stand.  ``use_base``: variables of the
    base image are known, and so is its shell.  ``forget_shell``: SHELL is for what stands in front of the
    next ARG or ENV alone.
    """
    stages = {stage.stage.instruction.node.span.start: stage for stage in trace.stages}
    systems = {
        step.instruction.node.span.start: step.before.filesystem
        for stage in trace.stages
        for step in stage.steps
    }
    comments = iter([*_shell_comments(trace), None])
    comment = next(comments)
    file_shell: Sequence[str] | None = None
    scope = _Scope(_DEFAULT_SHELL, set())
    triggers = scope
    ends: dict[int, _Scope] = {}
    in_stage = False
    for instruction in trace.instructions:
        start = instruction.node.span.start
        while comment is not None and comment[0] < start:
            scope.shell = (comment[1],)
            if not in_stage:
                file_shell = scope.shell
            comment = next(comments)
        if isinstance(instruction, From):
            in_stage = True
            stage = stages.get(start)
            if stage is None:
                scope = _Scope(_DEFAULT_SHELL, set())
            else:
                state = stage.steps[0].before if stage.steps else stage.final
                inherited = _names(state, stage.base.image, use_base)
                parent = None if stage.parent is None else ends.get(stage.parent.stage.index)
                of_parent = _DEFAULT_SHELL if parent is None else parent.shell
                shell = state.shell if use_base else of_parent
                scope = _Scope(shell, inherited, stage.base.image if use_base else None)
                ends[stage.stage.index] = scope
            scope.shell = file_shell or scope.shell
            triggers = _Scope(scope.shell, set(scope.names), scope.base)
            continue
        trigger = isinstance(instruction, OnBuild)
        inner = instruction.instruction if isinstance(instruction, OnBuild) else instruction
        if trigger:
            triggers.names |= scope.names
        _declare(inner, triggers if trigger else scope)
        if forget_shell and not trigger and isinstance(inner, Arg | Env):
            scope.shell = _DEFAULT_SHELL
        if isinstance(inner, Run) and inner.exec_form is None:
            here = triggers if trigger else scope
            yield from _of_run(inner, here, systems.get(start) if use_base else None)


def _shell_comments(trace: Trace) -> Iterator[tuple[int, str]]:
    """Where a comment names the shell of what follows, and which: ``# hadolint shell=bash``."""
    for comment in trace.document.comments:
        if not comment.attached and (found := _SHELL_COMMENT.match(comment.text)):
            yield comment.span.start, found[1]


def _names(state: State, base: BaseImage | None, use_base: bool) -> set[str]:
    names = {*state.environment, *state.arguments, *state.declared}
    return names if use_base or base is None else names - set(base.environment)


def _declare(instruction: Instruction, scope: _Scope) -> None:
    match instruction:
        case Shell(words=words):
            scope.shell = tuple(word.value for word in words)
        case Arg(pairs=pairs) | Env(pairs=pairs):
            scope.names.update(pair.key.value for pair in pairs)
        case _:
            pass


def _of_run(run: Run, scope: _Scope, filesystem: FileSystem | None) -> Iterator[ShellScript]:
    shell: Sequence[str] = scope.shell
    body = run.script
    if body.startswith("#!"):  # a here-document with an interpreter of its own
        shell = body[2:].partition("\n")[0].split()
        body = f"##{body[2:]}"
    program = interpreter(shell)
    if program is not None and filesystem is not None:
        program = with_base(program, scope.base, filesystem)
    sure = scope.base is not None or shell is not scope.shell
    yield from _script(program, shell, scope, body, run.script_map, sure=sure)
    for heredoc in run.node.heredocs:
        reader = _reader(run.node)
        if reader and not heredoc.expand:  # else the outer shell has its way with it first
            yield from _script(interpreter(reader), reader, scope, *heredoc_script(heredoc), sure=True)


def _reader(node: Node) -> list[str]:
    """The command that a here-document of an instruction is the input of, if it is nothing else."""
    found = _READER.fullmatch(node.rest_text.strip()) if len(node.heredocs) == 1 else None
    words = found[1].split() if found is not None else []
    return words if words and interpreter(words[:1]) is not None else []


def _script(
    program: str | None, shell: Sequence[str], scope: _Scope, body: str, place: SourceMap, *, sure: bool
) -> Iterator[ShellScript]:
    if program is not None and body.strip():
        strict = " -e" if stops_at_a_failure(shell) else ""
        yield ShellScript(f"#!{program}{strict}\n{_exports(scope.names)}", body, place, sure)


def _exports(names: Iterable[str]) -> str:
    """Lines that say to ShellCheck that the variables are set, and may be read by every program."""
    known = sorted(name for name in {*names, *_PROXIES} if _NAME.fullmatch(name))
    return "".join(f"export {name}=1\n" for name in known[:_MOST_NAMES])
