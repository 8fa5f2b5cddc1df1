"""Redirections: where a command's input comes from and where its output goes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from layerlint._dataclass import dataclass, replace
from layerlint.domain.size import Size
from layerlint.domain.text import Text
from layerlint.effects import NOTHING, Stream, Write
from layerlint.execution.apply import apply, is_kernel
from layerlint.execution.process import text_stream
from layerlint.filesystem.node import Inode, Kind, Zeros
from layerlint.shell.syntax import Redirect

if TYPE_CHECKING:
    from layerlint.execution.shell import ShellRunner

_DIAGNOSTICS = Size(0, 0, 64 << 10)
"""What a command may write to standard error; in a build that succeeds it is next to nothing."""


@dataclass(frozen=True, slots=True)
class Redirection:
    stdin: Stream | None
    output: str | None
    """The file that standard output goes to; None where it goes on."""
    discarded: bool
    append: bool
    because: str

    def close(self, shell: ShellRunner, written: Stream) -> Stream:
        """Write the output to its file; what is left for the next in the pipe."""
        if self.discarded:
            return NOTHING
        if self.output is None:
            return written
        if written is not NOTHING:
            _write(shell, Write(self.output, written.size, written.content, append=True), self.because)
        return NOTHING


def open_redirects(
    shell: ShellRunner, redirects: Sequence[Redirect], stdin: Stream | None, because: str = ""
) -> Redirection:
    """Open the files in order, as the shell does before the command starts: ``>`` empties its file."""
    output: str | None = None
    discarded = append = False
    for redirect in redirects:
        operator, descriptor = redirect.operator, redirect.descriptor
        if operator == "<<" or operator == "<<<":
            text = shell.expander.text(redirect.target)
            if descriptor in (None, 0):
                stdin = _here(text, newline=operator == "<<<")
            continue
        if operator in ("<&", ">&") and _is_descriptor(redirect):
            if descriptor in (None, 1) and operator == ">&" and redirect.target.literal == "2":
                output, discarded = None, True  # standard error is not kept
            continue
        target = shell.expander.text(redirect.target)
        path = _path(shell, target)
        if operator == "<>":  # opened, and as good as never written to
            if path is not None and not is_kernel(path):
                _write(shell, Write(path, Size.exact(0), append=True), because)
            continue
        if operator == "<":
            if descriptor in (None, 0):
                stdin = _input(shell, path)
            continue
        both = operator in ("&>", "&>>") or (operator == ">&" and descriptor is None)
        if descriptor in (None, 1) or both:
            output, append = path, operator in (">>", "&>>")
            discarded = path is None or is_kernel(path)
            if path is None:
                shell.recorder.not_understood(
                    redirect.span, because or ">", "the file that it writes is not known"
                )
        if path is None or is_kernel(path):
            continue
        keeps = operator in (">>", "&>>")
        size = Size.exact(0) if descriptor in (None, 1) or both else _DIAGNOSTICS
        _write(shell, Write(path, size, append=keeps), because)
    return Redirection(stdin, output, discarded, append, because)


def _write(shell: ShellRunner, effect: Write, because: str) -> None:
    process = shell.process
    changed = apply(effect, process.filesystem, because, process.creator())
    shell.process = replace(process, filesystem=changed.filesystem)


def _here(text: Text, *, newline: bool) -> Stream:
    if isinstance(text, str):
        return text_stream(text + "\n" if newline else text)
    return Stream(Size(0, 0, None))


def _is_descriptor(redirect: Redirect) -> bool:
    literal = redirect.target.literal
    return literal is not None and (literal.isdecimal() or literal == "-")


def _path(shell: ShellRunner, target: Text) -> str | None:
    if not isinstance(target, str) or not target:
        return None
    if target.startswith("/"):
        return target
    cwd = shell.process.cwd
    return None if cwd is None else f"{cwd.rstrip('/')}/{target}"


def _input(shell: ShellRunner, path: str | None) -> Stream:
    if path is None:
        return Stream(Size(0, 0, None))
    if path == "/dev/null":
        return NOTHING
    if path == "/dev/zero":
        return Stream(Size(0, 0, None), Zeros())
    node = shell.process.filesystem.lookup(path)
    if isinstance(node, Inode) and node.kind is Kind.FILE:
        return Stream(node.size, node.content)
    return Stream(Size(0, 0, None))
