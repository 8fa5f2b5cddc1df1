"""COPY and ADD: from the build context, a stage, a here-document or an archive into the file system.

The rules are those of BuildKit's file operations (fsutil's copy), measured on real builds: what comes
from the context belongs to root, what comes from a stage keeps its owner; a directory that is made for
the destination is 0755 whatever the source's mode; an existing one keeps mode and owner.
"""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace

from layerlint.commands._modes import parse_mode
from layerlint.dockerfile.dockerignore import Matcher, match_source, read
from layerlint.dockerfile.instructions import Add, Copy, Heredoc, Transfer
from layerlint.domain.size import UNBOUNDED, Size
from layerlint.domain.text import UNKNOWN, Text
from layerlint.execution.archives import is_tar, unpack
from layerlint.execution.context import BuildContext
from layerlint.execution.trace import Fault, NotUnderstood
from layerlint.filesystem.node import BASE_LAYER, Directory, HostFile, Inline, Inode, Kind, Node
from layerlint.filesystem.copying import Owner
from layerlint.filesystem.union import FileSystem
from layerlint.source import Span

MAX_HEREDOC = 1 << 20


@dataclass(frozen=True, slots=True)
class Source:
    """One thing to copy: a name for its base name, and the tree."""

    name: str
    node: Node
    span: Span
    path: str
    """Within its root, for ``--parents`` and ``--exclude``."""


@dataclass(slots=True)
class Outcome:
    filesystem: FileSystem
    gaps: list[NotUnderstood] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Operands:
    """The operands after expansion; UNKNOWN where a value is not known."""

    sources: tuple[tuple[Text, Span], ...]
    destination: Text
    chown: Text | None
    chmod: Text | None
    heredocs: tuple[tuple[Heredoc, Text], ...]


def transfer(
    instruction: Copy | Add,
    operands: Operands,
    filesystem: FileSystem,
    origin: BuildContext | FileSystem | None,
    *,
    workdir: str,
    label: str,
) -> Outcome:
    """Do it.  ``origin`` is where sources are looked up: the context (None: there is none), or a stage."""
    outcome = Outcome(filesystem)
    form = instruction.transfer
    gap = lambda span, reason: outcome.gaps.append(NotUnderstood(span, label, reason))  # noqa: E731
    if not isinstance(operands.destination, str):
        gap(form.destination.span, "the destination is not known")
        outcome.filesystem = filesystem.disturb()
        return outcome
    destination = posixpath.join(workdir, operands.destination or ".")
    into_directory = operands.destination.endswith(("/", "/.")) or operands.destination in (".", "", "..")
    sources = list(_sources(instruction, operands, origin, outcome, label))
    excluded = _excluder(form)
    owner = _owner(operands.chown, filesystem)
    mode = _mode(operands.chmod)
    keep_owner = isinstance(origin, FileSystem) and operands.chown is None
    several = len(operands.sources) + len(operands.heredocs) > 1 or len(sources) > 1
    target = filesystem.resolve(destination)
    for source in sources:
        node = source.node if excluded is None else _without(source.node, source.path, excluded)
        if node is None:
            continue
        if isinstance(origin, FileSystem) and origin.disturbed and isinstance(node, Directory):
            gap(source.span, "a command of the stage that is not understood may have made more files in it")
        uid, gid = (None, None) if keep_owner else owner
        current = outcome.filesystem
        existing = current.lookup(target)
        if isinstance(instruction, Add) and _unpacks(instruction, node):
            current = _unpack(node, target, current, owner if operands.chown is not None else None, label, gap, source)
        elif isinstance(node, Directory) and not _parents(instruction):
            if not isinstance(existing, Directory):
                current = current.make_directory(target, label, mode=mode(node) if mode else 0o755, uid=owner[0], gid=owner[1])
            for name, child in sorted(node.children.items()):
                current = current.graft(
                    child, f"{target.rstrip('/')}/{name}", label, uid=uid, gid=gid, mode=mode, keep_times=True
                )
        else:
            inside = into_directory or several or isinstance(existing, Directory) or _parents(instruction)
            name = _relative(source) if _parents(instruction) else source.name
            path = f"{target.rstrip('/')}/{name}" if inside else target
            parent = posixpath.dirname(path)
            if current.lookup(parent) is None:
                current = current.make_directory(parent, label, uid=owner[0], gid=owner[1])
            current = current.graft(node, path, label, uid=uid, gid=gid, mode=mode, keep_times=True)
        outcome.filesystem = current
    return outcome


def _parents(instruction: Copy | Add) -> bool:
    return isinstance(instruction, Copy) and instruction.parents


def _relative(source: Source) -> str:
    """For ``--parents``: the path behind the pivot ``/./``, or all of it."""
    _, pivot, rest = source.path.partition("/./")
    return rest if pivot else source.path.strip("/")


# ---------------------------------------------------------------------------- sources


def _sources(
    instruction: Copy | Add,
    operands: Operands,
    origin: BuildContext | FileSystem | None,
    outcome: Outcome,
    label: str,
) -> Iterator[Source]:
    for heredoc, content in operands.heredocs:
        yield Source(heredoc.name, _text_file(content), heredoc.word_span, heredoc.name)
    for text, span in operands.sources:
        if not isinstance(text, str):
            outcome.gaps.append(NotUnderstood(span, label, "the source is not known"))
            outcome.filesystem = outcome.filesystem.disturb()
            continue
        if isinstance(instruction, Add) and _is_remote(text):
            outcome.gaps.append(NotUnderstood(span, label, "the size of what it downloads is not known"))
            name = posixpath.basename(text.split("?", 1)[0].rstrip("/")) or "download"
            yield Source(name, Inode(Kind.FILE, UNBOUNDED, 0o600, 0, 0, BASE_LAYER, label), span, name)
            continue
        if origin is None:
            outcome.gaps.append(NotUnderstood(span, label, "there is no build context"))
            outcome.filesystem = outcome.filesystem.disturb()
            continue
        found = list(_found(text, span, origin))
        if not found:
            _missing(text, span, origin, outcome, label)
        yield from found


def _found(text: str, span: Span, origin: BuildContext | FileSystem) -> Iterator[Source]:
    clean = posixpath.normpath("/" + text.replace("/./", "/") if "/./" in text else "/" + text).lstrip("/")
    if isinstance(origin, BuildContext):
        paths: Iterable[str] = origin.matches(clean) if _is_pattern(clean) else (clean,)
        for path in paths:
            node = origin.node(path)
            if node is not None:
                yield Source(posixpath.basename(path), node, span, text if path == clean else path)
        return
    paths = _match_tree(origin, clean) if _is_pattern(clean) else ("/" + clean,)
    for path in paths:
        node = origin.lookup(path)
        if node is not None:
            yield Source(posixpath.basename(path), node, span, path)


def _missing(
    text: str, span: Span, origin: BuildContext | FileSystem, outcome: Outcome, label: str
) -> None:
    if isinstance(origin, FileSystem):
        clean = posixpath.normpath("/" + text)
        folder = posixpath.dirname(clean)
        if origin.disturbed or not origin.is_complete(folder) or _is_pattern(text):
            if not (_is_pattern(text) and origin.is_complete(folder)):
                outcome.gaps.append(NotUnderstood(span, label, f"whether the stage holds {text} is not known"))
                outcome.filesystem = outcome.filesystem.disturb()
            return
        outcome.faults.append(Fault(span, f"{text} is not in the stage that it is copied from", True))
        return
    clean = posixpath.normpath("/" + text).lstrip("/")
    if _is_pattern(text):
        return  # a pattern that matches nothing copies nothing
    if origin.is_there(clean):
        outcome.faults.append(
            Fault(span, f"{text} is excluded from the build context by {origin.ignore_file}", True)
        )
        return
    outcome.faults.append(Fault(span, f"{text} is not in the build context", True))


def _is_remote(text: str) -> bool:
    return text.startswith(("http://", "https://", "git@", "git://", "ssh://")) or text.endswith(".git")


def _is_pattern(text: str) -> bool:
    return any(char in text for char in "*?[\\")


def _match_tree(filesystem: FileSystem, pattern: str) -> Iterator[str]:
    paths = [""]
    for part in pattern.split("/"):
        paths = [
            f"{path}/{name}"
            for path in paths
            for name in sorted(filesystem.children(path or "/"))
            if match_source(part, name)
        ]
    yield from paths


def _text_file(content: Text) -> Inode:
    if not isinstance(content, str):
        return Inode(Kind.FILE, UNBOUNDED, 0o644, 0, 0, BASE_LAYER, "")
    data = content.encode("utf-8", "surrogateescape")
    known = Inline(data) if len(data) <= MAX_HEREDOC else None
    return Inode(Kind.FILE, Size.exact(len(data)), 0o644, 0, 0, BASE_LAYER, "", known)


# ----------------------------------------------------------------------------- options


def _unpacks(instruction: Add, node: Node) -> bool:
    if instruction.unpack is False or not isinstance(node, Inode) or not isinstance(node.content, HostFile):
        return False
    return is_tar(node.content)


def _unpack(node, target, filesystem, owner, label, gap, source):  # type: ignore[no-untyped-def]
    unpacked = unpack(node.content)
    if unpacked is None:
        gap(source.span, "the archive cannot be read")
        return filesystem
    if not unpacked.complete:
        gap(source.span, "the archive is too large, or damaged: it was not read to its end")
    uid, gid = owner or (None, None)
    if not isinstance(filesystem.lookup(target), Directory):
        filesystem = filesystem.make_directory(target, label)
    for name, child in sorted(unpacked.root.children.items()):
        path = f"{target.rstrip('/')}/{name}"
        filesystem = filesystem.graft(child, path, label, uid=uid, gid=gid, keep_times=True)
    return filesystem


def _excluder(form: Transfer) -> Matcher | None:
    if not form.exclude:
        return None
    patterns, _ = read("\n".join(word.value for word in form.exclude))
    return Matcher(patterns)


def _without(node: Node, path: str, excluded: Matcher, prefix: str = "") -> Node | None:
    """The tree without what ``--exclude`` names, relative to the copied directory."""
    if not isinstance(node, Directory):
        name = prefix or posixpath.basename(path)
        return None if excluded.matches(name) else node
    children: dict[str, Node] = {}
    for name, child in node.children.items():
        below = f"{prefix}/{name}" if prefix else name
        kept = None if excluded.matches(below) and not excluded.has_exceptions else _without(child, path, excluded, below)
        if kept is not None:
            children[name] = kept
    return replace(node, children=children)


def _owner(chown: Text | None, filesystem: FileSystem) -> tuple[Owner, Owner]:
    """Ids for ``--chown``; UNKNOWN where they are not known."""
    if chown is None:
        return 0, 0
    if not isinstance(chown, str):
        return UNKNOWN, UNKNOWN
    user, _, group = chown.partition(":")
    uid = _lookup_id(filesystem, "/etc/passwd", user, 2)
    if group:
        return uid, _lookup_id(filesystem, "/etc/group", group, 2)
    return uid, uid if user.isdecimal() else _lookup_id(filesystem, "/etc/passwd", user, 3)


def _lookup_id(filesystem: FileSystem, path: str, name: str, column: int) -> Owner:
    if name.isdecimal() and len(name) < 11:
        return int(name)
    node = filesystem.lookup(path)
    if isinstance(node, Inode) and isinstance(node.content, Inline):
        for line in node.content.data.decode("utf-8", "replace").splitlines():
            parts = line.split(":")
            if parts[0] == name and len(parts) > column and parts[column].isdecimal():
                return int(parts[column])
    return UNKNOWN


def _mode(chmod: Text | None) -> Callable[[Node], int] | None:
    change = parse_mode(chmod, 0o022) if isinstance(chmod, str) else None
    if change is None:
        return None
    return lambda node: change(node.mode, isinstance(node, Directory))
