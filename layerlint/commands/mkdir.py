"""mkdir and rmdir, after GNU coreutils 9.1."""

from __future__ import annotations

from layerlint.commands._modes import parse_mode
from layerlint.commands._options import Grammar, parse
from layerlint.commands._outcome import FAILURE, said, unmodelled
from layerlint.commands._paths import ancestors, clean, locate, parent
from layerlint.domain.text import Text
from layerlint.domain.truth import Truth
from layerlint.effects import Effect, Invocation, MakeDirectory, Outcome, Remove, Unmodelled
from layerlint.filesystem.node import Directory, Inode

_MKDIR = Grammar(
    "mkdir",
    "m:pvZ",
    {"mode": "m:", "parents": "p", "verbose": "v", "context": "Z::"},
)
_RMDIR = Grammar(
    "rmdir",
    "pv",
    {"ignore-fail-on-non-empty": "ignore", "parents": "p", "path": "p", "verbose": "v"},
)
DEFAULT_MODE = 0o777
DEFAULT_UMASK = 0o022


def mkdir(invocation: Invocation) -> Outcome:
    """Make directories; a name that is taken, or a parent that is missing without ``-p``, is a failure."""
    options = parse(_MKDIR, invocation.argv[1:])
    if isinstance(options, Outcome):
        return options
    mode = DEFAULT_MODE & ~invocation.umask
    wanted = options.value("m")
    if wanted is not None:
        change = parse_mode(wanted, invocation.umask) if isinstance(wanted, str) else None
        if change is None:
            return FAILURE if isinstance(wanted, str) else unmodelled("mkdir: the mode is not known")
        mode = change(DEFAULT_MODE, True)
    if not options.operands:
        return FAILURE
    effects: list[Effect] = []
    status = Truth.YES
    made: set[str] = set()
    for word in options.operands:
        path = locate(invocation, word)
        if path is None:
            effects.append(Unmodelled("mkdir: what it makes is not known"))
            continue
        found = None if path in made else invocation.view.lookup(path)
        if options.has("p"):
            blocked = any(isinstance(invocation.view.lookup(above), Inode) for above in ancestors(path))
            if isinstance(found, Inode) or blocked:
                status = Truth.NO
                continue
            if invocation.umask != DEFAULT_UMASK:
                above = DEFAULT_MODE & ~invocation.umask | 0o300
                effects += [MakeDirectory(directory, above) for directory in ancestors(path)]
        elif found is not None or path in made or not _can_hold(invocation, parent(path), made):
            status = Truth.NO
            continue
        made.add(path)
        effects.append(MakeDirectory(path, mode))
    return Outcome(tuple(effects), status, said(options.has("v")))


def _can_hold(invocation: Invocation, path: str, made: set[str]) -> bool:
    """Whether the parent may be a directory: not one that is known to be absent or something else."""
    node = invocation.view.lookup(path)
    if node is None:
        return path in made or invocation.view.presence(path) is not Truth.NO
    return isinstance(node, Directory)


def rmdir(invocation: Invocation) -> Outcome:
    """Remove empty directories, with ``-p`` those above them too."""
    options = parse(_RMDIR, invocation.argv[1:])
    if isinstance(options, Outcome):
        return options
    effects: list[Effect] = []
    status = Truth.YES
    gone: set[str] = set()
    for word in options.operands:
        path = locate(invocation, word)
        if path is None:
            effects.append(Unmodelled("rmdir: what it removes is not known"))
            continue
        for directory in _chain(invocation, path, word) if options.has("p") else (path,):
            if not _is_removable(invocation, directory, gone):
                if not options.has("ignore") or invocation.view.presence(directory) is Truth.NO:
                    status = Truth.NO
                break
            gone.add(directory)
            effects.append(Remove(directory))
    return Outcome(tuple(effects), status, said(options.has("v")))


def _chain(invocation: Invocation, path: str, word: Text) -> tuple[str, ...]:
    """The directory and those above it that the operand names, from the bottom."""
    top = "" if not isinstance(word, str) or word.startswith("/") else clean(invocation.cwd or "/")
    named = [directory for directory in ancestors(path) if len(directory) > len(top)]
    return (path, *reversed(named))


def _is_removable(invocation: Invocation, path: str, gone: set[str]) -> bool:
    node = invocation.view.lookup(path, follow=False)
    if path in gone:
        return False
    if node is None:
        return invocation.view.presence(path) is not Truth.NO
    if not isinstance(node, Directory):
        return False
    return all(f"{path.rstrip('/')}/{name}" in gone for name in node.children)
