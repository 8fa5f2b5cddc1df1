"""The few shell commands of the recorded experiments, as operations of the model.

Not a shell: words, ``;``, ``&&``, redirects and globs as those command lines use them.  A command that
is not known here is an error of the test.
"""

from __future__ import annotations

import fnmatch
import re
import shlex
import stat
from dataclasses import replace

from layerlint.domain.size import ZERO, Size
from layerlint.filesystem.node import Directory, Inode, Kind, Node
from layerlint.filesystem.union import FileSystem

SEQ_50000 = sum(len(str(number)) + 1 for number in range(1, 50001))


def run(state: FileSystem, script: str) -> FileSystem:
    for words in _commands(script):
        state = _command(state, words)
    return state


def _commands(script: str) -> list[list[str]]:
    """Simple commands; of ``a || b`` the second, which is what ran when these were recorded."""
    lexer = shlex.shlex(script.strip().replace("\n", ";"), posix=True, punctuation_chars=";&|<>")
    lexer.whitespace_split = True
    commands: list[list[str]] = [[]]
    for token in lexer:
        if token == "||":
            commands[-1] = []
        elif token in (";", "&&"):
            commands.append([])
        else:
            commands[-1].append(token)
    return [words for words in commands if words]


def _command(state: FileSystem, words: list[str]) -> FileSystem:
    text = " ".join(words)
    for mark in (">", ">>", "<>"):
        if mark in words:
            at = words.index(mark)
            return state.write(words[at + 1], _printed(words[:at]), text, append=mark != ">")
    argv = [name for word in words for name in _glob(state, word)]
    flags = {flag for flag in argv[1:] if flag.startswith("-")}
    names = [name for name in argv[1:] if not name.startswith("-")]
    match argv[0]:
        case "true" | "exec":  # `exec 3>&-`
            return state
        case "mkdir":
            for name in names:
                state = state.make_directory(name, text)
        case "rm":
            for name in names:
                state = state.remove(name)
        case "mv":
            state = state.rename(names[0], _into(state, *names), text)
        case "ln" if flags:
            state = state.symlink(names[1], names[0], text)
        case "ln":
            state = state.link(names[0], names[1], text)
        case "cp":
            state = _copy(state, names[0], names[1], flags, text)
        case "chmod" if names[0] == "u+s":
            state = state.change_metadata(names[1], text, mode=lambda node: node.mode | stat.S_ISUID)
        case "chmod":
            for name in names[1:]:
                state = state.change_metadata(name, text, mode=int(names[0], 8))
        case "chown":
            uid, _, gid = names[0].replace("root", "0").partition(":")
            state = state.change_metadata(
                names[1], text, uid=int(uid), gid=int(gid) if gid else None, recursive="-R" in flags
            )
        case "touch":
            state = _touch(state, names, flags, text)
        case "truncate":
            state = state.write(names[1], Size.exact(_amount(names[0])), text)
        case "sed":
            old = state.lookup(names[1])
            assert isinstance(old, Inode)
            new = Inode(Kind.FILE, old.size, old.mode, old.uid, old.gid, state.layer, text)
            state = state.replace(names[1], new, text)
        case "find" if "-delete" in flags:
            state = state.remove(names[0])
        case "find" if "chown" in names:
            for path, node in state.walk(names[0]):
                if isinstance(node, Directory):
                    state = state.change_metadata(path, text, uid=1000)
        case "find":
            state = _age(state, argv[argv.index("-d") + 1])
        case "mkfifo":
            state = _special(state, names[0], Kind.FIFO, text)
        case "mknod":
            state = _special(state, names[0], Kind.DEVICE, text)
        case "python3" if "socket" in text:
            name = re.findall(r"bind\('([^']+)'\)", text)[0]
            state = _special(state, name, Kind.SOCKET, text)
        case "python3":
            name, attribute = re.findall(r"setxattr\('([^']+)','([^']+)'", text)[0]
            # An attribute of a user is not in the model: it copies up, and nothing differs.
            capability = text if attribute == "security.capability" else None
            state = state.change_metadata(name, text, capability=capability)
        case _:
            raise AssertionError(f"no such command here: {text}")
    return state


def _printed(words: list[str]) -> Size:
    """The bytes that a command writes."""
    match words:
        case [":"] | ["exec", *_]:
            return ZERO
        case ["printf", text]:
            return Size.exact(len(text))
        case ["echo", *texts]:
            return Size.exact(len(" ".join(texts)) + 1)
        case ["head", "-c", amount, *_]:
            return Size.exact(int(amount))
        case ["seq", "1", "50000"]:
            return Size.exact(SEQ_50000)
    raise AssertionError(f"no such output here: {words}")


def _amount(text: str) -> int:
    return int(text[:-1]) << 20 if text.endswith("M") else int(text)


def _glob(state: FileSystem, word: str) -> list[str]:
    folder, _, pattern = word.rpartition("/")
    if "*" not in pattern:
        return [word]
    return [f"{folder}/{name}" for name in fnmatch.filter(sorted(state.children(folder)), pattern)]


def _into(state: FileSystem, source: str, target: str) -> str:
    is_directory = isinstance(state.lookup(target), Directory)
    return f"{target}/{source.rpartition('/')[2]}" if is_directory else target


def _copy(state: FileSystem, source: str, target: str, flags: set[str], text: str) -> FileSystem:
    node = state.lookup(source)
    assert node is not None
    old = state.lookup(target)
    if isinstance(node, Inode) and isinstance(old, Inode):
        state = state.write(target, node.size, text)
        return state.touch(target, text, mtime=node.mtime) if flags else state
    return state.graft(node, target, text, keep_times=bool(flags))


def _touch(state: FileSystem, names: list[str], flags: set[str], text: str) -> FileSystem:
    if "-a" in flags:
        return state.change_metadata(names[0], text)
    if "-r" in flags:
        node = state.lookup(names[0])
        assert node is not None
        return state.touch(names[1], text, mtime=node.mtime)
    if "-d" in flags:
        return state.touch(names[1], text, mtime=names[0])
    return state.touch(names[0], text)


def _age(state: FileSystem, mtime: str) -> FileSystem:
    """``find . -exec touch -h -d TIME``"""

    def age(node: Node) -> Node:
        return aged.setdefault(id(node), replace(node, mtime=mtime))

    aged: dict[int, Node] = {}
    for path, node in list(state.walk("/")):
        if isinstance(node, Inode):
            new = age(node)
            assert isinstance(new, Inode)
            state = state.replace(path, new, "touch")
    return state


def _special(state: FileSystem, path: str, kind: Kind, text: str) -> FileSystem:
    return state.replace(path, Inode(kind, ZERO, 0o644, 0, 0, state.layer, text), text)
