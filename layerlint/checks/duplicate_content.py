"""Files of the same content under several paths of the image, none a hard link of another."""

from __future__ import annotations

from collections.abc import Iterator

from layerlint._dataclass import dataclass
from layerlint.analysis.causes import Cause, cause_of
from layerlint.analysis.shipped import is_settled, is_there
from layerlint.analysis.wording import name_paths
from layerlint.checks.model import Check, Observation
from layerlint.domain.size import total
from layerlint.domain.truth import Truth
from layerlint.domain.units import Bytes
from layerlint.effects import Copy
from layerlint.execution.trace import Trace
from layerlint.filesystem.host_files import open_regular
from layerlint.filesystem.layer import EntryKind
from layerlint.filesystem.node import ArchiveMember, HostFile, Inode, Kind
from layerlint.report import Confidence
from layerlint.source import Span

_READ = 256 << 20
"""Bytes of the build context that are read to compare files of the same length: a second from memory."""


@dataclass(frozen=True, slots=True)
class Params:
    minimum: Bytes = 1 << 20
    """Of all copies that one command makes."""
    file: Bytes = 4096
    """Smaller files do not count: equal ones are common, and cost little."""


def _run(trace: Trace, params: Params) -> Iterator[Observation]:
    if trace.target is None:
        return
    groups: dict[Span, tuple[Cause, list[tuple[str, str, Inode]]]] = {}
    steps = trace.layer_steps()
    for first, path, inode in _duplicates(trace, params.file):
        cause = cause_of(steps[inode.layer], inode.because)
        groups.setdefault(cause.span, (cause, []))[1].append((first, path, inode))
    for span, (cause, found) in sorted(groups.items(), key=lambda group: group[0].start):
        size = total(inode.size for _, _, inode in found)
        if size.likely >= params.minimum:
            sure = is_settled(trace, cause.step) and all(inode.presence is Truth.YES for _, _, inode in found)
            yield Observation(
                span=span,
                values={
                    "command": cause.text,
                    "path": name_paths(path for _, path, _ in found),
                    "first": name_paths(first for first, _, _ in found),
                },
                bytes=size,
                confidence=None if sure else Confidence.MEDIUM,
            )


def _duplicates(trace: Trace, smallest: int) -> Iterator[tuple[str, str, Inode]]:
    """The path that was there first, the path of its copy, and the copy."""
    assert trace.target is not None
    end = trace.target.final.filesystem
    own = [
        (entry.path, entry.node)
        for step in trace.layer_steps()
        for entry in (() if step.layer is None else step.layer.entries)
        if isinstance(entry.node, Inode)
        and entry.node.size.low >= smallest
        and entry.kind is EntryKind.FILE
        and isinstance(entry.node.content, HostFile | ArchiveMember)
        and is_there(end, entry)
    ]
    seen: set[int] = set()
    for same in _same_content(own):
        ordered = sorted(same, key=lambda each: (each[1].layer, each[0]))
        for path, node in ordered[1:]:
            seen.add(id(node))
            yield ordered[0][0], path, node
    for source, path, node in _copied(trace):
        if id(node) not in seen and node.size.likely >= smallest:
            seen.add(id(node))
            yield source, path, node


def _same_content(files: list[tuple[str, Inode]]) -> Iterator[list[tuple[str, Inode]]]:
    """Files of the build context, or out of an archive of it, whose data is the same."""
    by_size: dict[int, list[tuple[str, Inode]]] = {}
    for path, node in files:
        by_size.setdefault(node.size.low, []).append((path, node))
    left = _READ
    for size, alike in sorted(by_size.items(), reverse=True):
        if len(alike) < 2:
            continue
        distinct = {node.content for _, node in alike}
        if len(distinct) > 1 and size * len(distinct) > left:
            continue
        left -= size * len(distinct) if len(distinct) > 1 else 0
        groups: dict[object, list[tuple[str, Inode]]] = {}
        for path, node in alike:
            groups.setdefault(_digest(node, read=len(distinct) > 1), []).append((path, node))
        yield from (group for group in groups.values() if len(group) > 1)


def _digest(node: Inode, *, read: bool) -> object:
    if not read or not isinstance(node.content, HostFile):
        return node.content
    try:
        with open_regular(node.content.path) as stream:
            data = stream.read(node.size.low + 1)
    except OSError:
        return node.content
    import hashlib

    return hashlib.blake2b(data, digest_size=16).digest() if len(data) == node.size.low else node.content


def _copied(trace: Trace) -> Iterator[tuple[str, str, Inode]]:
    """Copies that a command made and that are both there at the end."""
    assert trace.target is not None
    end = trace.target.final.filesystem
    for step in trace.layer_steps():
        for command in step.commands:
            for effect in command.effects:
                if not isinstance(effect, Copy) or command.reached is not Truth.YES:
                    continue
                source, made = end.lookup(effect.source), end.lookup(effect.destination)
                if (
                    isinstance(source, Inode)
                    and isinstance(made, Inode)
                    and source is not made
                    and made.kind is Kind.FILE
                    and step.layer is not None
                    and made.layer == step.layer.index
                    and made.because == command.text
                    and source.size == made.size
                ):
                    yield effect.source, end.resolve(effect.destination), made


CHECK = Check(Params, _run, ("command", "path", "first"), of_image=True)
