"""A shell script run abstractly: every path that may be taken, the likely one first.

A RUN ships a layer only if it succeeds.  So of a command whose failure would fail the whole RUN it is
taken that it succeeds (``must``); elsewhere (``a || b``, the condition of ``if``) a status that is not
known makes two paths, which are joined behind it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from typing import assert_never

from layerlint._dataclass import replace
from layerlint.domain.credentials import redact
from layerlint.domain.size import UNBOUNDED
from layerlint.domain.text import UNKNOWN, Text
from layerlint.domain.truth import Truth
from layerlint.effects import NOTHING, Stream
from layerlint.execution.commands import CommandRunner
from layerlint.execution.expansion import Expander
from layerlint.execution.process import MAX_DEPTH, Process, Variable, concatenate, join, stream_text
from layerlint.execution.recorder import Recorder
from layerlint.execution.redirects import Redirection, open_redirects
from layerlint.shell.glob import matches
from layerlint.shell.syntax import (
    AndOr,
    Case,
    Command,
    CommandSubstitution,
    For,
    Function,
    Group,
    If,
    Opaque,
    Pipeline,
    Redirect,
    SimpleCommand,
    Subshell,
    Test,
    While,
    Word,
)
from layerlint.shell.syntax import (
    Sequence as CommandList,
)

MAX_ROUNDS = 200
"""Rounds of one loop; what comes later is not followed."""


class ShellRunner:
    """Runs one script; ``process`` is the state so far."""

    def __init__(self, process: Process, recorder: Recorder, *, bash: bool, text: str) -> None:
        self.process: Process = process
        self.recorder = recorder
        self.bash = bash
        self.text = text
        self.must: bool = True
        """A failure here fails the RUN."""
        self.checked: bool = True
        """``set -e`` is heeded here."""
        self.depth: int = 0
        self.expander: Expander = Expander(lambda: self.process, self._substitute, self.assign, bash=bash)
        self.commands: CommandRunner = CommandRunner(self)

    def assign(self, name: str, value: Text) -> None:
        exported = name in self.process.variables and self.process.variables[name].exported
        exported = exported or "allexport" in self.process.options
        self.process = replace(
            self.process, variables={**self.process.variables, name: Variable(value, exported)}
        )

    # ---------------------------------------------------------------------- contexts

    @contextmanager
    def _tolerated(self) -> Iterator[None]:
        """A failure here does not fail the RUN."""
        before = self.must, self.checked
        self.must = self.checked = False
        try:
            yield
        finally:
            self.must, self.checked = before

    @contextmanager
    def _maybe(self) -> Iterator[None]:
        """What runs here may not be reached."""
        reached, must = self.recorder.reached, self.must
        self.recorder.reached, self.must = Truth.MAYBE, False
        try:
            yield
        finally:
            self.recorder.reached, self.must = reached, must

    @contextmanager
    def new_shell(self, options: frozenset[str]) -> Iterator[None]:
        """A shell of its own, with its own options."""
        checked, self.checked = self.checked, True
        try:
            with self.subshell():
                self.process = replace(self.process, options=options)
                yield
        finally:
            self.checked = checked

    @contextmanager
    def subshell(self) -> Iterator[None]:
        """Files stay changed; variables, the directory and the options do not."""
        before = self.process
        try:
            yield
        finally:
            self.process = replace(before, filesystem=self.process.filesystem, database=self.process.database)

    # ---------------------------------------------------------------------- commands

    def run(self, command: Command, stdin: Stream | None = None) -> tuple[Truth, Stream]:
        """Run a command: its exit status (YES is success) and what it writes to standard output."""
        if self.process.stopped:
            return Truth.YES, NOTHING
        if self.depth > MAX_DEPTH:
            self.recorder.not_understood(command.span, self.source(command), "it is nested too deeply")
            return Truth.MAYBE, NOTHING
        self.depth += 1
        try:
            return self._run(command, stdin)
        finally:
            self.depth -= 1

    def source(self, command: Command) -> str:
        from layerlint.shell.render import render, shorten

        return shorten(redact(render(self.text, command)), 200)

    def _run(self, command: Command, stdin: Stream | None) -> tuple[Truth, Stream]:
        match command:
            case SimpleCommand():
                return self.commands.simple(command, stdin)
            case Pipeline():
                return self._pipeline(command, stdin)
            case AndOr():
                return self._and_or(command, stdin)
            case CommandList():
                return self._list(command, stdin)
            case Subshell(body=body, redirects=redirects):
                with self.subshell():
                    return self._redirected(redirects, stdin, body)
            case Group(body=body, redirects=redirects):
                return self._redirected(redirects, stdin, body)
            case If() | For() | While() | Case():
                redirection = open_redirects(self, command.redirects, stdin)
                status, output = self._compound(command, redirection.stdin)
                return status, redirection.close(self, output)
            case Function(name=name, body=body):
                functions = {**(self.process.functions or {}), name: body}
                self.process = replace(self.process, functions=functions)
                return Truth.YES, NOTHING
            case Test(words=words):
                return self.commands.double_bracket(words), NOTHING
            case Opaque(text=text, span=span):
                if text.strip():
                    self.recorder.not_understood(span, self.source(command), "its syntax is not understood")
                    self.process = replace(self.process, filesystem=self.process.filesystem.disturb())
                return Truth.MAYBE, NOTHING
            case _:
                assert_never(command)

    def _compound(self, command: If | For | While | Case, stdin: Stream | None) -> tuple[Truth, Stream]:
        match command:
            case If():
                return self._if(command, stdin)
            case For():
                return self._for(command, stdin)
            case While():
                return self._while(command, stdin)
            case Case():
                return self._case(command, stdin)
            case _:
                assert_never(command)

    def _redirected(
        self, redirects: Sequence[Redirect], stdin: Stream | None, body: Command
    ) -> tuple[Truth, Stream]:
        redirection: Redirection = open_redirects(self, redirects, stdin)
        status, output = self.run(body, redirection.stdin)
        return status, redirection.close(self, output)

    def _list(self, command: CommandList, stdin: Stream | None) -> tuple[Truth, Stream]:
        status, output = Truth.YES, NOTHING
        last = len(command.commands) - 1
        for index, part in enumerate(command.commands):
            if self.process.stopped:
                break
            must = self.must
            # Without ``set -e`` only the last command of a list decides.
            self.must = must and (index == last or "errexit" in self.process.options)
            try:
                status, written = self.run(part, stdin)
            finally:
                self.must = must
            output = concatenate(output, written)
            if status is Truth.NO and self._exits_on_error(part):
                self.process = replace(self.process, exited=Truth.YES)
        return status, output

    def _exits_on_error(self, command: Command) -> bool:
        """``set -e``.  Where the RUN itself fails there is no layer, and the rest is still worth reading."""
        ignored = isinstance(command, AndOr) or (isinstance(command, Pipeline) and command.negated)
        return "errexit" in self.process.options and self.checked and not self.must and not ignored

    def _pipeline(self, command: Pipeline, stdin: Stream | None) -> tuple[Truth, Stream]:
        if len(command.commands) == 1:
            if not command.negated:
                return self.run(command.commands[0], stdin)
            with self._tolerated():
                status, output = self.run(command.commands[0], stdin)
            return ~status, output
        status, statuses, stream = Truth.YES, Truth.YES, stdin
        last = len(command.commands) - 1
        pipefail = "pipefail" in self.process.options
        must = self.must
        for index, part in enumerate(command.commands):
            self.must = must and not command.negated and (index == last or pipefail)
            try:
                with self.subshell():
                    status, stream = self.run(part, stream)
            finally:
                self.must = must
            statuses = statuses & status
        if pipefail:
            status = statuses
        return (~status if command.negated else status), stream or NOTHING

    def _and_or(self, command: AndOr, stdin: Stream | None) -> tuple[Truth, Stream]:
        # A loop, for a list is as deep as it is long, and ``&&`` joins a hundred commands of some RUNs.
        spine: list[AndOr] = []
        first: Command = command
        while isinstance(first, AndOr):
            spine.append(first)
            first = first.left
        spine.reverse()
        tolerated = max((place for place, node in enumerate(spine) if node.operator == "||"), default=-1)
        with self._tolerated() if tolerated >= 0 else nullcontext():
            status, output = self.run(first, stdin)
        for place, node in enumerate(spine):
            with self._tolerated() if place < tolerated else nullcontext():
                status, output = self._and_or_right(node, status, output, stdin)
        return status, output

    def _and_or_right(
        self, node: AndOr, status: Truth, output: Stream, stdin: Stream | None
    ) -> tuple[Truth, Stream]:
        """Go on with the right side of a list whose left side ended with `status`."""
        if node.operator == "&&" and self.must and status is not Truth.YES:
            status = Truth.YES  # else there is no layer
        goes_on = status if node.operator == "&&" else ~status
        if goes_on is Truth.NO or self.process.stopped:
            return status, output
        if goes_on is Truth.YES:
            status, written = self.run(node.right, stdin)
            return status, concatenate(output, written)
        before = self.process
        with self._maybe():
            right, written = self.run(node.right, stdin)
        if node.operator == "&&":
            self._meet(self.process, before, node)
            return status & right, concatenate(output, written)
        self._meet(before, self.process, node)
        return status | right, output

    def _meet(self, likely: Process, other: Process, command: Command) -> None:
        """Go on where two paths meet; one that ended the script does not come this far."""
        if likely.exited is Truth.YES or other.exited is Truth.YES:
            self.process = other if likely.exited is Truth.YES else likely
            return
        if likely.leaving != other.leaving:
            reason = "whether the loop or function goes on is not known"
            self.recorder.not_understood(command.span, self.source(command), reason)
        self.process = join(likely, other)

    def _if(self, command: If, stdin: Stream | None) -> tuple[Truth, Stream]:
        with self._tolerated():
            condition, output = self.run(command.condition, stdin)
        if self.process.stopped:
            return condition, output
        if condition is Truth.YES:
            status, written = self.run(command.then, stdin)
        elif condition is Truth.NO:
            if command.otherwise is None:
                return Truth.YES, output
            status, written = self.run(command.otherwise, stdin)
        else:
            status, written = self._either(command, stdin)
        return status, concatenate(output, written)

    def _either(self, command: If, stdin: Stream | None) -> tuple[Truth, Stream]:
        """Both branches of a condition that is not known; the first is taken to be the likely one."""
        before = self.process
        with self._maybe():
            status, output = self.run(command.then, stdin)
        after, self.process = self.process, before
        if command.otherwise is not None:
            with self._maybe():
                second, _ = self.run(command.otherwise, stdin)
            status = status if status is second else Truth.MAYBE
        self._meet(after, self.process, command)
        return status, _perhaps(output)

    def _for(self, command: For, stdin: Stream | None) -> tuple[Truth, Stream]:
        if command.words is not None:
            values: list[Text] = self.expander.fields(command.words)
        else:
            arguments = self.process.arguments
            values = [UNKNOWN] if arguments is None else list(arguments)
        status, output = Truth.YES, NOTHING
        for value in values[:MAX_ROUNDS]:
            before = self.process
            self.assign(command.variable, value)
            if isinstance(value, str):
                status, written = self.run(command.body, stdin)
            else:
                with self._maybe():
                    _, written = self.run(command.body, stdin)
                self._loop_ends()
                self._meet(self.process, before, command)
                written = _perhaps(written)
            output = concatenate(output, written)
            if self._loop_ends():
                break
        if len(values) > MAX_ROUNDS:
            self.recorder.not_understood(
                command.span, "for", f"more than {MAX_ROUNDS} rounds are not followed"
            )
        return status, output

    def _loop_ends(self) -> bool:
        """Behind a round: take up ``break`` and ``continue``; whether the loop is over."""
        process = self.process
        if process.leaving not in ("break", "continue"):
            return process.stopped
        outer = process.levels > 1
        self.process = replace(
            process, leaving=process.leaving if outer else "", levels=process.levels - 1 if outer else 1
        )
        return outer or process.leaving == "break"

    def _while(self, command: While, stdin: Stream | None) -> tuple[Truth, Stream]:
        output = NOTHING
        for _ in range(MAX_ROUNDS):
            with self._tolerated():
                condition, _ = self.run(command.condition, stdin)
            goes_on = ~condition if command.until else condition
            if goes_on is Truth.NO or self.process.stopped:
                return Truth.YES, output
            if goes_on is Truth.MAYBE:
                before = self.process
                with self._maybe():
                    self.run(command.body, stdin)
                self._loop_ends()
                self._meet(before, self.process, command)
                self.recorder.not_understood(
                    command.span, self.source(command), "how often the loop runs is not known"
                )
                return Truth.YES, Stream(UNBOUNDED)
            status, written = self.run(command.body, stdin)
            output = concatenate(output, written)
            if self._loop_ends():
                return status, output
        self.recorder.not_understood(command.span, "while", f"more than {MAX_ROUNDS} rounds are not followed")
        return Truth.MAYBE, output

    def _case(self, command: Case, stdin: Stream | None) -> tuple[Truth, Stream]:
        subject = self.expander.text(command.subject)
        likely: tuple[Truth, Stream] = (Truth.YES, NOTHING)
        before = self.process
        ends: list[Process] = []
        falls = False
        for item in command.items:
            hit = Truth.YES if falls else self._case_hit(subject, item.patterns)
            if hit is Truth.NO:
                continue
            if hit is Truth.YES and not ends:
                likely = self.run(item.body, stdin)
                falls = item.falls_through
                if not falls:
                    return likely
                continue
            self.process = before
            with self._maybe():
                result = self.run(item.body, stdin)
            if not ends:
                likely = result
            ends.append(self.process)
            if hit is Truth.YES:
                break
        else:
            if ends:
                ends.append(before)
        self.process = ends[0] if ends else self.process
        for end in ends[1:]:
            self._meet(self.process, end, command)
        return likely

    def _case_hit(self, subject: Text, patterns: Sequence[Word]) -> Truth:
        found = Truth.NO
        for word in patterns:
            pattern = self.expander.pattern(word)
            if pattern == "*":
                return Truth.YES
            if pattern is None or not isinstance(subject, str):
                found = Truth.MAYBE
            elif matches(pattern, subject):
                return Truth.YES
        return found

    def _substitute(self, part: CommandSubstitution) -> Text:
        with self.subshell(), self._tolerated():
            _, output = self.run(part.body)
        return stream_text(output)


def _perhaps(output: Stream) -> Stream:
    """The output of a command that may not be run."""
    return NOTHING if output is NOTHING else Stream(output.size.or_nothing())
