"""RUN: mounts put in place, the shell run, mounts taken away again."""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Mapping

from layerlint._dataclass import replace
from layerlint.dockerfile.expand import expand
from layerlint.dockerfile.instructions import Mount, Run
from layerlint.domain.size import UNBOUNDED, Size
from layerlint.domain.text import Text
from layerlint.domain.truth import Truth
from layerlint.execution.accounts import home, of_user
from layerlint.execution.context import BuildContext
from layerlint.execution.packages.database import PackageDatabase
from layerlint.execution.process import Exported, Process, Variable
from layerlint.execution.recorder import Recorder
from layerlint.execution.shell import ShellRunner
from layerlint.execution.trace import State
from layerlint.filesystem.node import Directory, Inode, Kind, Node, empty_directory
from layerlint.filesystem.tree import MAX_DEPTH
from layerlint.filesystem.union import FileSystem
from layerlint.lookup import Lookup
from layerlint.shell.parser import parse
from layerlint.source import Span

DEFAULT_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
"""What BuildKit sets where the image sets none."""

_POSIX_SHELLS = frozenset({"sh", "bash", "dash", "ash", "ksh", "mksh", "zsh", "busybox"})
_SECRET = Size(0, 40, 512_000)
"""A token; BuildKit refuses one of more than 500 KiB."""
_MOUNTED_FILES = ("/etc/hosts", "/etc/resolv.conf")
"""Mounted over the image by the executor: writing to them leaves nothing in the layer."""
_MOUNT_POINTS = ("/dev", "/proc", "/sys")
"""What the executor makes in an image that lacks them (runc mounts on them), and what stays in the layer."""


def run_instruction(
    run: Run,
    state: State,
    index: int,
    label: str,
    look: Callable[[str], Text | None],
    known_base: bool,
    escape: str,
    sources: Mapping[str, BuildContext | FileSystem | None],
    outside: Lookup | None = None,
) -> tuple[FileSystem, PackageDatabase | None, Recorder]:
    """The state after the command, and the notes of what was run."""
    recorder = Recorder(lambda span: run.script_map.span(span.start, span.end))
    filesystem = state.filesystem.at_layer(index)
    workdir = state.workdir if state.workdir.startswith("/") else "/"
    for directory in (*_MOUNT_POINTS, workdir):
        if filesystem.presence(directory) is Truth.NO:
            filesystem = filesystem.make_directory(directory, label)
    kept: list[tuple[str, Node | None]] = []
    for mount in run.mounts:
        target = _target(mount, look, escape, workdir)
        if target is None:
            continue
        place = filesystem.resolve(target)
        kept.append((place, filesystem.lookup(place, follow=False)))
        filesystem = _mounted(filesystem, mount, place, look, escape, sources)
    kept += [(path, filesystem.lookup(path, follow=False)) for path in _MOUNTED_FILES]

    process = Process(
        filesystem,
        state.database,
        _variables(state, known_base),
        known_base,
        workdir,
        state.user,
        ids=_ids(state),
        lookup=outside,
    )
    interpreter = posixpath.basename(state.shell[0]) if state.shell else "sh"
    if run.exec_form is not None:
        shell = ShellRunner(process, recorder, bash=False, text=label)
        recorder.locate = lambda _: Span(run.node.keyword_span.start, run.node.span.end)
        words: list[Text] = [word.value for word in run.exec_form]
        if words:
            shell.commands.words(words, None, Span(0, 0), label)
        process = shell.process
    elif interpreter not in _POSIX_SHELLS:
        recorder.locate = lambda _: run.node.keyword_span
        recorder.not_understood(Span(0, 0), label, f"the shell {interpreter} is not modelled")
        process = replace(process, filesystem=process.filesystem.disturb())
    elif (other := other_interpreter(run.script)) is not None:
        recorder.locate = lambda _: run.node.keyword_span
        recorder.not_understood(Span(0, 0), label, f"scripts of {other} are not modelled")
        process = replace(process, filesystem=process.filesystem.disturb())
    else:
        options = frozenset(_shell_options(state.shell))
        shell = ShellRunner(
            replace(process, options=options),
            recorder,
            bash=_is_bash(interpreter, filesystem),
            text=run.script,
        )
        shell.run(parse(run.script).body)
        process = shell.process

    filesystem = process.filesystem
    for path, node in reversed(kept):
        filesystem = _restored(filesystem, state.filesystem, path, node)
    return filesystem, process.database, recorder


def _ids(state: State) -> tuple[int | None, int | None]:
    uid, gid = (each if isinstance(each, int) else None for each in of_user(state.filesystem, state.user))
    return uid, gid


def other_interpreter(script: str) -> str | None:
    """The program of a ``#!`` line that is no POSIX shell."""
    if not script.startswith("#!"):
        return None
    words = script[2:].split("\n", 1)[0].split()
    name = posixpath.basename(words[0]) if words else ""
    if name == "env" and len(words) > 1:
        name = next((word for word in words[1:] if not word.startswith("-")), name)
    return None if name in _POSIX_SHELLS else name


def _shell_options(shell: tuple[str, ...]) -> list[str]:
    found: list[str] = []
    for index, word in enumerate(shell[1:], 1):
        if word.startswith("-") and not word.startswith("--"):
            if "e" in word:
                found.append("errexit")
            if "o" in word and index + 1 < len(shell) and shell[index + 1] == "pipefail":
                found.append("pipefail")
    return found


def _is_bash(interpreter: str, filesystem: FileSystem) -> bool:
    """Whether braces are expanded: bash does, also where it is ``sh`` (Red Hat's images); dash does not."""
    if interpreter != "sh":
        return interpreter in ("bash", "zsh", "ksh", "mksh")
    return posixpath.basename(filesystem.resolve("/bin/sh")) == "bash"


def _variables(state: State, known_base: bool) -> Mapping[str, Variable]:
    unset: dict[str, Text] = {"PATH": DEFAULT_PATH} if known_base else {}
    unset["HOME"] = home(state.filesystem, state.user)
    return Exported(state.arguments, state.environment, unset)


# ----------------------------------------------------------------------------- mounts


def _target(mount: Mount, look: Callable[[str], Text | None], escape: str, workdir: str) -> str | None:
    target = mount.target
    if mount.type == "secret" and not target:
        options = dict(mount.options)
        name = options.get("id") or posixpath.basename(mount.source)
        if not name or "env" in options:
            return None
        target = f"/run/secrets/{name}"
    if mount.type == "ssh" and not target:
        return None
    text = expand(target, look, escape).text
    return posixpath.normpath(posixpath.join(workdir, text)) if isinstance(text, str) and text else None


def _mounted(
    filesystem: FileSystem,
    mount: Mount,
    place: str,
    look: Callable[[str], Text | None],
    escape: str,
    sources: Mapping[str, BuildContext | FileSystem | None],
) -> FileSystem:
    """The mount's own tree in the place of what is there."""
    tree: Node | None = empty_directory(filesystem.layer, complete=mount.type == "tmpfs")
    if mount.type == "bind" or mount.from_:
        source = expand(mount.source or "", look, escape).text
        origin = sources.get(mount.from_)
        if not isinstance(source, str) or origin is None:
            tree = _unseen(filesystem, place)
        elif isinstance(origin, BuildContext):
            tree = origin.node(posixpath.normpath("/" + source).lstrip("/"))
        else:
            tree = origin.lookup("/" + source)
    elif mount.type == "secret":
        tree = _secret(filesystem, mount)
    elif mount.type == "ssh":
        return filesystem
    if tree is None:
        return filesystem
    return _with_node(filesystem, place, tree)


def _secret(filesystem: FileSystem, mount: Mount) -> Node:
    """A file of the builder's: without ``required``, nothing is there where the build is not given it."""
    required = dict(mount.options).get("required", "false").lower() in ("", "1", "t", "true")
    presence = Truth.YES if required else Truth.MAYBE
    return Inode(Kind.FILE, _SECRET, 0o400, 0, 0, filesystem.layer, "", presence=presence)


def _unseen(filesystem: FileSystem, place: str) -> Node:
    """What a mount of a context that is not there may hold: by its name, a file or a directory."""
    if not posixpath.splitext(place)[1]:
        return empty_directory(filesystem.layer, complete=False)
    return Inode(Kind.FILE, UNBOUNDED, 0o644, 0, 0, filesystem.layer, "", presence=Truth.MAYBE)


def _with_node(filesystem: FileSystem, path: str, node: Node | None) -> FileSystem:
    """The tree with just this name changed: no directory on the way gets a new time."""
    parts = [part for part in path.split("/") if part]
    if len(parts) > MAX_DEPTH:
        return filesystem

    def rebuilt(directory: Directory, depth: int) -> Directory:
        name = parts[depth]
        old = directory.children.get(name)
        if depth + 1 < len(parts):
            below = old if isinstance(old, Directory) else empty_directory(filesystem.layer)
            if old is None and node is None:
                return directory
            new: Node | None = rebuilt(below, depth + 1)
        else:
            new = node
        if new is old:
            return directory
        children = {key: child for key, child in directory.children.items() if key != name}
        if new is not None:
            children[name] = new
        return replace(directory, children=children)

    return replace(filesystem, root=rebuilt(filesystem.root, 0)) if parts else filesystem


def _restored(filesystem: FileSystem, before: FileSystem, path: str, node: Node | None) -> FileSystem:
    """What lay under a mount is there again; directories made only to mount on are gone."""
    if filesystem.lookup(path, follow=False) is node:
        return filesystem
    filesystem = _with_node(filesystem, path, node)
    parent = posixpath.dirname(path)
    while node is None and parent != "/" and before.lookup(parent) is None:
        directory = filesystem.lookup(parent)
        if not isinstance(directory, Directory) or directory.children:
            break
        filesystem = _with_node(filesystem, parent, None)
        parent = posixpath.dirname(parent)
    return filesystem
