"""One simple command: expanded, unwrapped (``env``, ``sudo``, ``sh -c`` …), modelled, written down."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from layerlint._dataclass import replace
from layerlint.commands import find
from layerlint.domain.size import UNBOUNDED
from layerlint.domain.text import UNKNOWN, Text
from layerlint.domain.truth import Truth
from layerlint.effects import (
    NOTHING,
    Archive,
    ChangeDirectory,
    ChangeMode,
    ChangeOwner,
    CleanCache,
    Copy,
    Effect,
    Exit,
    InstallPackages,
    Invocation,
    MarkPackages,
    Move,
    Outcome,
    Populate,
    Remove,
    RemovePackages,
    RemoveUnused,
    SetArguments,
    SetOption,
    SetUmask,
    SetVariable,
    Stream,
    Unmodelled,
    Unsized,
    UpdateIndex,
    UpgradePackages,
)
from layerlint.execution.apply import apply
from layerlint.execution.builtins import run_builtin
from layerlint.execution.packages import Applied
from layerlint.execution.packages import apply as apply_packages
from layerlint.execution.process import MAX_DEPTH, Variable
from layerlint.execution.redirects import open_redirects
from layerlint.execution.settling import settled
from layerlint.execution.trace import CommandRun
from layerlint.execution.view import SystemView, read_data
from layerlint.execution.wrappers import unwrap
from layerlint.filesystem.node import Inode, Kind
from layerlint.shell.parser import parse
from layerlint.shell.syntax import Command, Literal, SimpleCommand, Word
from layerlint.source import Span

if TYPE_CHECKING:
    from layerlint.execution.shell import ShellRunner

_SHELLS = frozenset({"sh", "bash", "dash", "ash"})
_ASSIGNMENT = re.compile(r"([A-Za-z_][A-Za-z0-9_]*)=")
_DECLARATIONS = frozenset({"declare", "export", "local", "readonly", "typeset"})
_REMOVERS = frozenset({"rm", "rmdir", "unlink"})
MAX_SCRIPT = 256 << 10
"""Bytes of a script file that is run."""


def _taken_trees(effect: Effect) -> tuple[str, ...]:
    """The trees of which what it ships grows with files that an earlier command may have made."""
    match effect:
        case ChangeMode(path=path, recursive=True) | ChangeOwner(path=path, recursive=True):
            return (path,)
        case Copy(source=source) | Move(source=source):
            return (source,)
        case Archive(sources=sources):
            return sources
        case _:
            return ()


def _proven(effect: Effect) -> tuple[str, ...]:
    """Paths that must be there for the effect to do anything."""
    match effect:
        case Remove(path=path, recursive=True):
            return (path,)
        case Copy(source=source) | Move(source=source):
            return (source,)
        case _:
            return ()


class CommandRunner:
    """Runs the simple commands of a `ShellRunner`."""

    def __init__(self, shell: ShellRunner) -> None:
        self.shell = shell

    # ----------------------------------------------------------------------- parsing

    def simple(self, command: SimpleCommand, stdin: Stream | None) -> tuple[Truth, Stream]:
        shell = self.shell
        if not shell.recorder.may_start():
            shell.recorder.not_understood(
                command.span, shell.source(command), "too many commands in one step"
            )
            return Truth.MAYBE, NOTHING
        if not command.words:
            for assignment in command.assignments:
                value = shell.expander.text(assignment.value)
                if assignment.append:
                    old = shell.process.variable(assignment.name)
                    value = (
                        (old or "") + value
                        if isinstance(old, str | None) and isinstance(value, str)
                        else UNKNOWN
                    )
                shell.assign(assignment.name, value)
            redirection = open_redirects(shell, command.redirects, stdin, shell.source(command))
            redirection.close(shell, NOTHING)
            return Truth.YES, NOTHING
        name = command.words[0].literal or ""
        removes = posixpath.basename(name) in _REMOVERS
        words = self._declared(command.words) if name in _DECLARATIONS else command.words
        fields = shell.expander.fields(words, open_globs=not removes)
        because = shell.source(command)
        redirection = open_redirects(shell, command.redirects, stdin, because)
        if not fields:
            return Truth.YES, redirection.close(shell, NOTHING)
        before = shell.process.variables
        for assignment in command.assignments:
            value = shell.expander.text(assignment.value)
            variables = {**shell.process.variables, assignment.name: Variable(value, True)}
            shell.process = replace(shell.process, variables=variables)
        status, output = self.words(fields, redirection.stdin, command.span, because, command.words)
        if command.assignments:
            changed = {
                key: value
                for key, value in shell.process.variables.items()
                if key not in {a.name for a in command.assignments}
            }
            kept = {a.name: before[a.name] for a in command.assignments if a.name in before}
            shell.process = replace(shell.process, variables={**changed, **kept})
        return status, redirection.close(shell, output)

    def _declared(self, words: Sequence[Word]) -> list[Word]:
        """``export NAME=word``: an assignment, so the word is not split; the name alone is left to mark."""
        kept: list[Word] = []
        for word in words:
            first = word.parts[0] if word.parts else None
            match = _ASSIGNMENT.match(first.text) if isinstance(first, Literal) and not first.quoted else None
            if match is None or not isinstance(first, Literal):
                kept.append(word)
                continue
            rest = replace(first, text=first.text[match.end() :])
            self.shell.assign(
                match[1], self.shell.expander.text(replace(word, parts=(rest, *word.parts[1:])))
            )
            kept.append(replace(word, parts=(replace(first, text=match[1]),)))
        return kept

    def double_bracket(self, words: Sequence[Word]) -> Truth:
        """``[[ … ]]``: as ``test``, whose operators it shares; a pattern or a regex is not decided."""
        fields = [self.shell.expander.text(word) for word in words]
        if any(field in ("=~", "<", ">") for field in fields):
            return Truth.MAYBE
        for index, field in enumerate(fields):
            if field in ("=", "==", "!=") and index + 1 < len(fields):
                pattern = self.shell.expander.pattern(words[index + 1])
                if pattern is None or any(char in pattern for char in "*?["):
                    return Truth.MAYBE
        translated = [
            {"==": "=", "&&": "-a", "||": "-o"}.get(str(f), f) if isinstance(f, str) else f for f in fields
        ]
        model = find("test")
        assert model is not None
        return model(self._invocation(["test", *translated], None)).status

    # ----------------------------------------------------------------------- running

    def words(
        self,
        fields: list[Text],
        stdin: Stream | None,
        span: Span,
        because: str,
        words: Sequence[Word] = (),
    ) -> tuple[Truth, Stream]:
        """Run an expanded command line."""
        shell = self.shell
        name = fields[0]
        if shell.depth > MAX_DEPTH:
            self._gap(span, because, "it is nested too deeply")
            return Truth.MAYBE, Stream(UNBOUNDED)
        if not isinstance(name, str):
            self._gap(span, because, "the name of the command is not known")
            return Truth.MAYBE, Stream(UNBOUNDED)
        functions = shell.process.functions or {}
        if name in functions:
            return self._function(name, fields[1:], stdin)
        flow = run_builtin(shell, fields)
        if flow is not None:
            return flow, NOTHING
        inner = unwrap(fields, stdin)
        if inner is not None:
            before = shell.process.variables
            for key, value in inner.variables:
                shell.process = replace(
                    shell.process, variables={**shell.process.variables, key: Variable(value, True)}
                )
            if inner.script is not None:
                result = self._script(inner.script, inner.arguments, stdin, span, subshell=inner.subshell)
            elif inner.reason is not None:
                self._gap(span, because, inner.reason)
                result = Truth.MAYBE, Stream(UNBOUNDED)
            elif inner.fields:
                shell.depth += 1
                result = self.words(list(inner.fields), stdin, span, because, words)
                shell.depth -= 1
            else:
                result = Truth.YES, NOTHING
            if inner.variables:
                shell.process = replace(shell.process, variables=before)
            return result
        outcome = self._model(name, fields, stdin)
        if outcome is None:
            script = self._script_file(name, fields)
            if script is not None:
                text, arguments = script
                sourced = name in (".", "source")
                return self._script(text, arguments, stdin, span, subshell=not sourced)
            runs_script = posixpath.basename(name) in _SHELLS or name in (".", "source")
            reason = (
                "the script is not known" if runs_script else f"{posixpath.basename(name)} is not modelled"
            )
            # A file of settings that is read into the shell changes variables; scripts that do more are rare.
            effect = Unsized(reason) if name in (".", "source") else Unmodelled(reason)
            outcome = Outcome((effect,), Truth.MAYBE, Stream(UNBOUNDED))
            return self._perform(fields, outcome, span, because, words, modelled=False)
        return self._perform(fields, outcome, span, because, words)

    def _invocation(self, fields: Sequence[Text], stdin: Stream | None) -> Invocation:
        process = self.shell.process
        unset: dict[str, Text] = {"PWD": UNKNOWN if process.cwd is None else process.cwd}
        if self.shell.bash:
            unset["BASH_VERSION"] = "5"
        environment = process.environment(unset)
        return Invocation(
            tuple(fields),
            process.cwd,
            environment,
            stdin,
            SystemView(process.filesystem),
            process.umask,
            process.ids[0],
            None if process.database is None else process.database.manual,
            process.lookup,
            None if process.database is None else process.database.index,
        )

    def _model(self, name: str, fields: Sequence[Text], stdin: Stream | None) -> Outcome | None:
        model = find(name)
        return None if model is None else model(self._invocation(fields, stdin))

    def _perform(
        self,
        fields: Sequence[Text],
        outcome: Outcome,
        span: Span,
        because: str,
        words: Sequence[Word],
        *,
        modelled: bool = True,
    ) -> tuple[Truth, Stream]:
        shell = self.shell
        status = outcome.status
        results: list[Applied] = []
        for effect in outcome.effects:
            applied = self._effect(effect, span, because)
            if applied is not None:
                results.append(applied)
                status = status & applied.status
        recorder = shell.recorder
        recorder.commands.append(
            CommandRun(
                tuple(fields),
                because,
                recorder.locate(span),
                tuple(recorder.locate(word.span) for word in words),
                outcome.effects,
                status,
                recorder.reached,
                tuple(results),
                modelled,
            )
        )
        if status is Truth.NO and shell.must:
            problems = (problem for result in results for problem in result.problems)
            reason = outcome.problem or next(problems, "it fails")
            if shell.process.filesystem.disturbed:
                # A command before it that is not understood may have made what it lacks.
                self._gap(span, because, f"whether it fails is not known: {reason}", disturb=False)
                return Truth.MAYBE, outcome.stdout
            recorder.fault(
                span, f"`{because}` fails: {reason}" if reason != "it fails" else f"`{because}` fails"
            )
        return status, outcome.stdout

    def _effect(self, effect: Effect, span: Span, because: str) -> Applied | None:
        shell = self.shell
        process = shell.process
        match effect:
            case ChangeDirectory(path):
                if path is not None:
                    process = replace(process, filesystem=settled(process.filesystem, path, because))
                resolved = None if path is None else process.filesystem.resolve(path)
                old = Variable(UNKNOWN if process.cwd is None else process.cwd, True)
                shell.process = replace(process, cwd=resolved, variables={**process.variables, "OLDPWD": old})
            case SetVariable(name, value, exported):
                variables = dict(process.variables)
                before = variables.pop(name, None)
                if value is not None:
                    mark = exported if exported is not None else before.exported if before else False
                    variables[name] = Variable(value, mark)
                shell.process = replace(process, variables=variables)
            case SetOption(name, on):
                options = process.options | {name} if on else process.options - {name}
                shell.process = replace(process, options=options)
            case SetUmask(mask):
                shell.process = replace(process, umask=mask)
            case SetArguments(words):
                shell.process = replace(process, arguments=words)
            case Exit():
                shell.process = replace(process, exited=Truth.YES)
            case Unmodelled(reason):
                self._gap(span, because, reason)
            case Unsized(reason):
                self._gap(span, because, reason, disturb=False)
            case (
                UpdateIndex()
                | InstallPackages()
                | RemovePackages()
                | RemoveUnused()
                | UpgradePackages()
                | CleanCache()
                | MarkPackages()
            ):
                applied = apply_packages(effect, process.filesystem, process.database, because)
                shell.process = replace(process, filesystem=applied.filesystem, database=applied.database)
                if applied.status is not Truth.NO:
                    for problem in applied.problems:
                        self._gap(span, because, problem)
                return applied
            case Remove() if self._is_mounted(effect.path):
                pass
            case _:
                if any(map(process.filesystem.holds_vague, _taken_trees(effect))):
                    self._gap(
                        span,
                        because,
                        "an earlier command may have made more files for it to take",
                        disturb=False,
                    )
                filesystem = process.filesystem
                for path in _proven(effect):
                    filesystem = settled(filesystem, path, because, certain=not isinstance(effect, Remove))
                changed = apply(effect, filesystem, because, process.creator())
                shell.process = replace(shell.process, filesystem=changed.filesystem)
                if changed.gap is not None:
                    bounded = isinstance(effect, Populate) and effect.bounded
                    shell.recorder.not_understood(span, because, changed.gap, bounded=bounded)
        return None

    def _is_mounted(self, path: str) -> bool:
        """What the engine mounts over the image cannot be removed."""
        return posixpath.normpath(path) in (
            "/etc/hosts",
            "/etc/resolv.conf",
            "/etc/hostname",
            "/proc",
            "/sys",
            "/dev",
        )

    def _gap(self, span: Span, because: str, reason: str, *, disturb: bool = True) -> None:
        shell = self.shell
        shell.recorder.not_understood(span, because, reason)
        if disturb:
            shell.process = replace(shell.process, filesystem=shell.process.filesystem.disturb())

    # ----------------------------------------------------------- functions and scripts

    def _function(self, name: str, arguments: list[Text], stdin: Stream | None) -> tuple[Truth, Stream]:
        body = (self.shell.process.functions or {})[name]
        return self._body(body, tuple(arguments), stdin)

    def _body(
        self, body: Command, arguments: tuple[Text, ...] | None, stdin: Stream | None
    ) -> tuple[Truth, Stream]:
        """A function or a sourced script: with its own arguments, and where ``return`` ends."""
        shell = self.shell
        before = shell.process.arguments
        shell.process = replace(shell.process, arguments=arguments)
        status, output = shell.run(body, stdin)
        leaving = "" if shell.process.leaving == "return" else shell.process.leaving
        shell.process = replace(shell.process, arguments=before, leaving=leaving)
        return status, output

    def _script_file(self, name: str, fields: Sequence[Text]) -> tuple[str, tuple[Text, ...]] | None:
        """The text of a shell script in the image, where the command is one whose text is known."""
        arguments = tuple(fields[1:])
        path: Text = name
        if posixpath.basename(name) in _SHELLS or name in (".", "source"):
            if not arguments:
                return None
            path, arguments = arguments[0], arguments[1:]
            interpreted = True
        else:
            interpreted = False
            if "/" not in name:
                return None
        invocation = self._invocation(fields, None)
        where = invocation.path(path)
        node = None if where is None else self.shell.process.filesystem.lookup(where)
        if not isinstance(node, Inode) or node.kind is not Kind.FILE:
            return None
        data = read_data(node, MAX_SCRIPT)
        if data is None or b"\0" in data:
            return None
        first = data.split(b"\n", 1)[0]
        if not interpreted and not (
            first.startswith(b"#!") and first.rstrip().endswith((b"sh", b"sh -e", b"sh -ex"))
        ):
            return None
        return data.decode("utf-8", "replace"), arguments

    def _script(
        self, text: str, arguments: Sequence[Text], stdin: Stream | None, span: Span, *, subshell: bool
    ) -> tuple[Truth, Stream]:
        """Run another script; its commands are shown at the command that runs it."""
        shell = self.shell
        recorder = shell.recorder
        outer, locate, source = shell.text, recorder.locate, recorder.locate(span)
        script = parse(text)
        recorder.locate, shell.text = (lambda _: source), text
        try:
            if subshell:
                first = text.split("\n", 1)[0]
                strict = first.startswith("#!") and " -e" in first
                with shell.new_shell(frozenset({"errexit"} if strict else ())):
                    shell.process = replace(shell.process, arguments=tuple(arguments))
                    status, output = shell.run(script.body, stdin)
            else:
                given = tuple(arguments) or shell.process.arguments
                status, output = self._body(script.body, given, stdin)
        finally:
            recorder.locate, shell.text = locate, outer
        return status, output
