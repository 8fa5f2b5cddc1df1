"""Run command models on small file systems, and write down what they say in a short notation."""

from __future__ import annotations

import dataclasses
import shlex
from collections.abc import Mapping, Sequence

from layerlint.commands import find
from layerlint.domain.size import Size
from layerlint.domain.text import UNKNOWN, Text
from layerlint.domain.truth import Truth
from layerlint.effects import NOTHING, Effect, Invocation, Outcome, Stream
from layerlint.execution.apply import FileEffect, apply
from layerlint.execution.view import SystemView
from layerlint.filesystem.node import Directory, Inline, Inode, Kind, Node, Zeros
from layerlint.filesystem.tree import build
from layerlint.filesystem.union import FileSystem

LAYER = 1
"""Of what a command does, in a test."""


def file(data: bytes | int, mode: int = 0o644, uid: int = 0, gid: int = 0) -> Inode:
    """A regular file: its bytes, or (a number) only its size."""
    size = Size.exact(data if isinstance(data, int) else len(data))
    return Inode(Kind.FILE, size, mode, uid, gid, -1, "", None if isinstance(data, int) else Inline(data))


def symlink(target: str) -> Inode:
    return Inode(Kind.SYMLINK, Size.exact(0), 0o777, 0, 0, -1, "", target=target)


def directory(mode: int = 0o755, *, complete: bool = True) -> Directory:
    return Directory({}, mode, 0, 0, -1, "", complete)


def system(entries: Mapping[str, Node | bytes | int | None], *, complete: bool = True) -> FileSystem:
    """A lower layer: bytes or a size make a file, None a directory."""
    nodes = [(path, _node(value)) for path, value in entries.items()]
    return FileSystem(build(nodes, complete=complete)).at_layer(LAYER)


def _node(value: Node | bytes | int | None) -> Node:
    if value is None:
        return directory()
    return file(value) if isinstance(value, bytes | int) else value


def words(line: str) -> tuple[Text, ...]:
    """The words of a command line; a lone ``?`` is a word that is not known."""
    return tuple(UNKNOWN if word == "?" else word for word in shlex.split(line))


def invoke(
    line: str | Sequence[Text],
    filesystem: FileSystem | None = None,
    *,
    cwd: str | None = "/w",
    stdin: Stream | None = None,
    environment: Mapping[str, Text] | None = None,
    umask: int = 0o022,
    user: int | None = 0,
) -> Outcome:
    argv = words(line) if isinstance(line, str) else tuple(line)
    view = SystemView(filesystem or system({"/w": None}))
    name = argv[0]
    assert isinstance(name, str)
    model = find(name)
    assert model is not None, name
    return model(Invocation(argv, cwd, environment or {}, stdin, view, umask, user))


def performed(outcome: Outcome, filesystem: FileSystem) -> FileSystem:
    """The file system after the effects on files."""
    for effect in outcome.effects:
        if isinstance(effect, FileEffect):
            filesystem = apply(effect, filesystem, "test").filesystem
    return filesystem


def show(outcome: Outcome) -> list[str]:
    """One line an effect, the status unless it is YES, standard output unless it is empty."""
    lines = [_effect(effect) for effect in outcome.effects]
    if outcome.status is not Truth.YES:
        lines.append(f"status {outcome.status.name}")
    if outcome.stdout is not NOTHING and outcome.stdout != NOTHING:
        lines.append(f"stdout {stream(outcome.stdout)}")
    return lines


def stream(given: Stream) -> str:
    match given.content:
        case Inline(data):
            return repr(data)[1:]
        case Zeros():
            return f"{_size(given.size)} zeros"
        case _:
            return _size(given.size)


def _size(size: Size) -> str:
    if size.is_exact:
        return str(size.likely)
    return f"{size.low}..{size.likely}..{'' if size.high is None else size.high}"


def _effect(effect: Effect) -> str:
    parts = [type(effect).__name__]
    for field in dataclasses.fields(effect):
        value = getattr(effect, field.name)
        if value == field.default or (field.name == "content" and value is None):
            continue
        if value is UNKNOWN:
            value = "UNKNOWN"
        elif callable(value):
            value = oct(value(file(0, 0o644)))
        elif field.name == "mode" and isinstance(value, int):
            value = oct(value)
        elif isinstance(value, Size):
            value = _size(value)
        elif isinstance(value, Inline):
            value = repr(value.data)[1:]
        elif isinstance(value, Zeros):
            value = "zeros"
        elif isinstance(value, bool):
            value = field.name if value else f"no-{field.name}"
        elif isinstance(value, tuple):
            value = "(" + " ".join(map(str, value)) + ")"
        parts.append(str(value))
    return " ".join(parts)
