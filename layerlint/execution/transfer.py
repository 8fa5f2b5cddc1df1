"""COPY and ADD: from the build context, a stage, a here-document or an archive into the file system.

The rules are those of BuildKit's file operations (fsutil's copy), measured on real builds: what comes
from the context belongs to root, what comes from a stage keeps its owner; a directory that is made for
the destination is 0755 whatever the source's mode; an existing one keeps mode and owner.
"""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Iterable, Iterator

from layerlint._dataclass import dataclass, field, replace
from layerlint._pattern import pattern
from layerlint.commands._modes import parse_mode
from layerlint.commands._unseen import CLONE, downloaded, length_of
from layerlint.dockerfile.dockerignore import Matcher, match_source, read
from layerlint.dockerfile.instructions import Add, Copy, Transfer
from layerlint.dockerfile.syntax import Heredoc
from layerlint.domain.size import UNBOUNDED, Size
from layerlint.domain.text import Text
from layerlint.execution.accounts import of_chown
from layerlint.execution.archives import is_tar, unpack
from layerlint.execution.context import BuildContext, Making
from layerlint.execution.trace import Fault, NotUnderstood
from layerlint.filesystem.copying import Owner, owner_of
from layerlint.filesystem.node import (
    BASE_LAYER,
    Directory,
    HostFile,
    Inline,
    Inode,
    Kind,
    Node,
    empty_directory,
)
from layerlint.filesystem.union import FileSystem
from layerlint.lookup import Lookup
from layerlint.source import Span

MAX_HEREDOC = 1 << 20
_SSH = pattern(r"[A-Za-z0-9_-]{1,64}@[A-Za-z0-9.-]{1,253}:")


@dataclass(frozen=True, slots=True)
class Source:
    """One thing to copy: a name for its base name, and the tree."""

    name: str
    node: Node
    span: Span
    path: str
    """Within its root, for ``--parents`` and ``--exclude``."""
    own: bool = False
    """Its nodes were made for this layer, and have the owner: see `FileSystem.graft`."""


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


_UNSEEN = Size(0, 5_000_000, None)
"""Bytes of what a stage made that is not known: about a compiled program's."""


def transfer(
    instruction: Copy | Add,
    operands: Operands,
    filesystem: FileSystem,
    origin: BuildContext | FileSystem | None,
    *,
    accounts: FileSystem,
    workdir: str,
    label: str,
    outside: Lookup | None = None,
) -> Outcome:
    """Do it.  ``origin`` is where sources are looked up: the context (None: there is none), or a stage;
    names of ``--chown`` are looked up in ``accounts``.
    """
    outcome = Outcome(filesystem)
    form = instruction.transfer

    def gap(span: Span, reason: str) -> None:
        outcome.gaps.append(NotUnderstood(span, label, reason))

    if not isinstance(operands.destination, str):
        gap(form.destination.span, "the destination is not known")
        outcome.filesystem = filesystem.disturb()
        return outcome
    destination = posixpath.join(workdir, operands.destination or ".")
    into_directory = operands.destination.endswith(("/", "/.")) or operands.destination in (".", "", "..")
    excluded = _excluder(form)
    owner = of_chown(accounts, operands.chown)
    mode = _mode(operands.chmod)
    making = None
    if mode is None:
        making = Making(filesystem.layer, label, owner_of(owner[0], 0), owner_of(owner[1], 0))
    sources = list(_sources(instruction, operands, origin, outcome, label, outside, making))
    keep_owner = isinstance(origin, FileSystem) and operands.chown is None
    several = len(operands.sources) + len(operands.heredocs) > 1 or len(sources) > 1
    target = filesystem.resolve(destination)
    for source in sources:
        node = source.node if excluded is None else _without(source.node, source.path, excluded)
        if node is None:
            continue
        if isinstance(origin, FileSystem) and isinstance(node, Directory) and origin.holds_vague(source.path):
            gap(source.span, "a command of the stage that is not understood may have made more files in it")
        uid, gid = (None, None) if keep_owner else owner
        current = outcome.filesystem
        existing = current.lookup(target)
        archive = _archive(instruction, node)
        if archive is not None:
            unpacked = unpack(archive)
            if unpacked is None or not unpacked.complete:
                gap(source.span, "the archive is too large, or damaged: it was not read to its end")
            if unpacked is not None:
                uid, gid = (None, None) if operands.chown is None else owner
                current = _directories(current, target, label, None, (0, 0))
                current = current.graft(unpacked.root, target, label, uid=uid, gid=gid, keep_times=True)
        elif isinstance(node, Directory) and not _parents(instruction):
            current = _directories(current, target, label, mode, owner)
            current = current.graft(
                node, target, label, uid=uid, gid=gid, mode=mode, keep_times=True, own=source.own
            )
            if isinstance(origin, FileSystem):
                current = current.with_vague_of(origin, source.path, target)
            if not node.complete:
                current = current.having_vague(target)
        else:
            inside = into_directory or several or isinstance(existing, Directory) or _parents(instruction)
            name = _relative(source) if _parents(instruction) else source.name
            path = f"{target.rstrip('/')}/{name}" if inside else target
            current = _directories(current, posixpath.dirname(path), label, mode, owner)
            current = current.graft(
                node, path, label, uid=uid, gid=gid, mode=mode, keep_times=True, own=source.own
            )
            if isinstance(node, Inode) and node.size == _UNSEEN:
                # It may be a directory, whose files are put into the destination itself.
                current = current.having_vague(target if inside else path)
        outcome.filesystem = current
    return outcome


def _directories(
    filesystem: FileSystem,
    path: str,
    label: str,
    mode: Callable[[Node], int] | None,
    owner: tuple[Owner, Owner],
) -> FileSystem:
    """Make the directories on the path that are missing: ``--chmod`` and ``--chown`` are theirs too."""
    uid, gid = (each if isinstance(each, int) else None for each in owner)
    bits = 0o755 if mode is None else mode(Directory({}, 0o755, 0, 0, BASE_LAYER, ""))
    missing: list[str] = []
    while filesystem.lookup(path) is None and path != posixpath.dirname(path):
        missing.append(path)
        path = posixpath.dirname(path)
    for directory in reversed(missing):
        filesystem = filesystem.make_directory(directory, label, mode=bits, uid=uid, gid=gid)
    return filesystem


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
    outside: Lookup | None,
    making: Making | None,
) -> Iterator[Source]:
    """``making``: of files of the context, where all that they get is known beforehand."""
    for heredoc, content in operands.heredocs:
        yield Source(heredoc.name, _text_file(content), heredoc.word_span, heredoc.name)
    for text, span in operands.sources:
        if not isinstance(text, str):
            outcome.gaps.append(NotUnderstood(span, label, "the source is not known"))
            outcome.filesystem = outcome.filesystem.disturb()
            continue
        if isinstance(instruction, Add) and _is_repository(text):
            outcome.gaps.append(NotUnderstood(span, label, "what it checks out is not known"))
            name = posixpath.basename(text.partition("#")[0].rstrip("/"))
            files = Inode(Kind.FILE, CLONE, 0o644, 0, 0, BASE_LAYER, label, count=Size(1, 100, None))
            tree = replace(empty_directory(complete=False), children={f"<{name}>": files})
            yield Source(name, tree, span, name)
            continue
        if isinstance(instruction, Add) and _is_remote(text):
            name = posixpath.basename(text.split("?", 1)[0].rstrip("/")) or "download"
            size = length_of(outside, text)
            if size is None:
                outcome.gaps.append(NotUnderstood(span, label, "the size of what it downloads is not known"))
                size = downloaded(name)
            yield Source(name, Inode(Kind.FILE, size, 0o600, 0, 0, BASE_LAYER, label), span, name)
            continue
        if origin is None:
            outcome.gaps.append(NotUnderstood(span, label, "there is no build context"))
            outcome.filesystem = outcome.filesystem.disturb()
            continue
        found = list(_found(text, span, origin, making))
        yield from found or _missing(text, span, origin, outcome, label)


def _found(
    text: str, span: Span, origin: BuildContext | FileSystem, making: Making | None
) -> Iterator[Source]:
    clean = posixpath.normpath("/" + text.replace("/./", "/") if "/./" in text else "/" + text).lstrip("/")
    if isinstance(origin, BuildContext):
        paths: Iterable[str] = origin.matches(clean) if _is_pattern(clean) else (clean,)
        for path in paths:
            node = origin.node(path) if making is None else origin.node(path, making)
            if node is not None:
                shown = text if path == clean else path
                yield Source(posixpath.basename(path), node, span, shown, own=making is not None)
        return
    paths = _match_tree(origin, clean) if _is_pattern(clean) else ("/" + clean,)
    for path in paths:
        node = origin.lookup(path)
        if node is not None:
            yield Source(posixpath.basename(path), node, span, path)


def _missing(
    text: str, span: Span, origin: BuildContext | FileSystem, outcome: Outcome, label: str
) -> Iterator[Source]:
    """Nothing known is there: a fault, unless it may be, in a stage that is not known in full."""
    if isinstance(origin, FileSystem):
        clean = posixpath.normpath("/" + text)
        folder = posixpath.dirname(clean)
        if origin.disturbed or not origin.is_complete(folder) or _is_pattern(text):
            if not (_is_pattern(text) and origin.is_complete(folder)):
                reason = f"whether the stage holds {text} is not known"
                outcome.gaps.append(NotUnderstood(span, label, reason))
                yield _unseen(clean, span)
            return
        outcome.faults.append(Fault(span, f"{text} is not in the stage that it is copied from", True))
        return
    clean = posixpath.normpath("/" + text).lstrip("/")
    if _is_pattern(text):
        return  # a pattern that matches nothing copies nothing
    if origin.is_there(clean) and origin.ignore_file is None:
        # What is neither a file nor a directory nor a link is never sent, and an unreadable one cannot be.
        outcome.faults.append(Fault(span, f"{text} cannot be sent: it is no readable file", certain=True))
        return
    if origin.is_there(clean):
        message = f"{text} is excluded from the build context by {origin.ignore_file}"
        outcome.faults.append(Fault(span, message, certain=True, ignored=True))
        return
    kind = "a symbolic link to what is " if origin.is_link(clean) else ""
    outcome.faults.append(Fault(span, f"{text} is {kind}not in the build context", True))


def _unseen(path: str, span: Span) -> Source:
    """A file or tree that is in the stage if the build succeeds; a pattern names some of a directory."""
    name = posixpath.basename(path)
    inode = Inode(Kind.FILE, _UNSEEN, 0o755, 0, 0, BASE_LAYER, "", count=Size(1, 1, None))
    return Source(f"<{name}>" if _is_pattern(name) else name, inode, span, path)


def _is_remote(text: str) -> bool:
    return text.startswith(("http://", "https://"))


def _is_repository(text: str) -> bool:
    """What BuildKit takes for git (its ``gitutil``): by the scheme, as ssh writes it, or by the end of the path."""
    if text.startswith(("git://", "ssh://")) or _SSH.match(text) is not None:
        return True
    return _is_remote(text) and text.partition("#")[0].partition("?")[0].endswith(".git")


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


def _archive(instruction: Copy | Add, node: Node) -> HostFile | None:
    """The file that ADD unpacks instead of copying it."""
    if not isinstance(instruction, Add) or instruction.unpack is False:
        return None
    content = node.content if isinstance(node, Inode) else None
    return content if isinstance(content, HostFile) and is_tar(content) else None


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
        dropped = excluded.matches(below) and not excluded.has_exceptions
        kept = None if dropped else _without(child, path, excluded, below)
        if kept is not None:
            children[name] = kept
    return replace(node, children=children)


def _mode(chmod: Text | None) -> Callable[[Node], int] | None:
    change = parse_mode(chmod, 0o022) if isinstance(chmod, str) else None
    if change is None:
        return None
    return lambda node: change(node.mode, isinstance(node, Directory))
