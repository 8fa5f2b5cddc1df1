"""The programs that a shell text calls."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import assert_never

from layerlint._dataclass import dataclass
from layerlint.shell.parser import parse
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
    Parameter,
    Pipeline,
    Sequence,
    SimpleCommand,
    Subshell,
    Test,
    While,
    Word,
)
from layerlint.shell.walk import walk

SHELLS = frozenset(("ash", "bash", "dash", "ksh", "mksh", "sh", "zsh"))
_BUILTINS = frozenset(
    (".", ":", "[", "alias", "bg", "break", "builtin", "caller", "cd", "command", "compgen", "complete",
     "continue", "declare", "dirs", "disown", "echo", "enable", "eval", "exec", "exit", "export", "false",
     "fc", "fg", "getopts", "hash", "help", "history", "jobs", "kill", "let", "local", "logout", "mapfile",
     "popd", "printf", "pushd", "pwd", "read", "readarray", "readonly", "return", "set", "shift", "shopt",
     "source", "suspend", "test", "time", "times", "trap", "true", "type", "typeset", "ulimit", "umask",
     "unalias", "unset", "wait")
)  # fmt: skip
"""Of bash and dash; some exist as programs too, but a shell never starts those."""
_WRAPPERS: Mapping[str, tuple[str, int]] = {
    "builtin": ("", 0),
    "chroot": ("", 1),
    "command": ("", 0),
    "dumb-init": ("", 0),
    "env": ("uSC", 0),
    "exec": ("a", 0),
    "fakeroot": ("", 0),
    "gosu": ("", 1),
    "ionice": ("cnp", 0),
    "nice": ("n", 0),
    "nohup": ("", 0),
    "setpriv": ("", 0),
    "setsid": ("", 0),
    "stdbuf": ("ioe", 0),
    "su-exec": ("", 1),
    "sudo": ("ugpCrth", 0),
    "time": ("fo", 0),
    "timeout": ("ks", 1),
    "tini": ("pe", 0),
    "xargs": ("adEILnPs", 0),
}
"""Commands that start the command in their arguments: letters of options with a value, operands before it."""
_DEEPEST = 3
"""Scripts in the arguments of ``sh -c``."""


@dataclass(frozen=True, slots=True)
class Called:
    name: str
    """As written: ``git``, ``/usr/bin/git``."""
    offset: int
    """In the text, in characters."""
    arguments: tuple[str, ...]
    """Those that are known."""
    certain: bool
    """Not within a condition, a loop, a function, or behind ``&&`` and ``||``."""
    asked: bool = False
    """Only looked for: ``command -v git``."""


def called(text: str, depth: int = 0) -> tuple[list[Called], bool]:
    """Programs in the order of the text (no builtins, no functions of it), and whether all of it was read."""
    script = parse(text)
    functions = {node.name for node in walk(script.body) if isinstance(node, Function)}
    found: list[Called] = []
    complete = script.complete
    for command, certain in _simple(script.body, True):
        for each in _unwrapped(command, certain):
            inner = _inner_script(each)
            if inner is not None and depth < _DEEPEST:
                programs, _ = called(inner, depth + 1)
                found += (
                    Called(one.name, each.offset, one.arguments, one.certain and each.certain, one.asked)
                    for one in programs
                )
            if each.name not in functions and each.name not in _BUILTINS:
                found.append(each)
    asked = {each.name for each in found if each.asked}
    return [
        each if each.asked or each.name not in asked
        else Called(each.name, each.offset, each.arguments, certain=False, asked=True)
        for each in found
    ], complete  # fmt: skip


def _inner_script(command: Called) -> str | None:
    """The text of ``sh -c``."""
    if command.name.rpartition("/")[2] not in SHELLS:
        return None
    arguments = command.arguments
    for position, word in enumerate(arguments[:-1]):
        if word.startswith("-") and not word.startswith("--") and word.endswith("c"):
            return arguments[position + 1]
        if not word.startswith(("-", "+")):
            return None
    return None


def _unwrapped(command: SimpleCommand, certain: bool) -> Iterator[Called]:
    words = command.words
    while words:
        name = words[0].literal
        if not name or (any(mark in name for mark in "*?[=\n") and name != "["):
            return
        arguments = tuple(word for each in words[1:] if (word := each.literal) is not None)
        base = name.rpartition("/")[2]
        if base in ("command", "type", "hash", "which"):
            wanted = [word for word in arguments if not word.startswith("-")]
            if base != "command" or (arguments and arguments[0] in ("-v", "-V")):
                if base == "which":
                    yield Called(name, words[0].span.start, arguments, certain)
                yield from (Called(each, words[0].span.start, (), False, asked=True) for each in wanted)
                return
        yield Called(name, words[0].span.start, arguments, certain)
        if base not in _WRAPPERS:
            return
        words = _behind(words[1:], *_WRAPPERS[base])


def _behind(words: tuple[Word, ...], valued: str, operands: int) -> tuple[Word, ...]:
    """What a wrapper starts; nothing if that cannot be told."""
    position = 0
    while position < len(words):
        text = words[position].literal
        if text is None:
            return ()
        if text == "--":
            position += 1
            break
        if not text.startswith("-") and ("=" not in text or operands):
            break
        position += 2 if len(text) == 2 and text[0] == "-" and text[1] in valued else 1
    return words[position + operands :]


def _simple(command: Command, certain: bool) -> Iterator[tuple[SimpleCommand, bool]]:
    """Simple commands in order; depth is bounded by the parser."""
    match command:
        case SimpleCommand(assignments, words):
            yield command, certain
            for word in (*(each.value for each in assignments), *words):
                yield from _in_word(word, certain)
        case Pipeline(commands) | Sequence(commands):
            for inner in commands:
                yield from _simple(inner, certain)
        case AndOr():
            for operator, operand in command.operands:
                yield from _simple(operand, certain and operator != "||")
                certain = certain and not _is_test(operand)
        case Subshell(body) | Group(body):
            yield from _simple(body, certain)
        case Function(_, body):
            yield from _simple(body, False)
        case If(condition, then, otherwise):
            yield from _simple(condition, certain)
            yield from _simple(then, False)
            if otherwise is not None:
                yield from _simple(otherwise, False)
        case For(_, words, body):
            for word in words or ():
                yield from _in_word(word, certain)
            yield from _simple(body, False)
        case While(condition, _, body):
            yield from _simple(condition, certain)
            yield from _simple(body, False)
        case Case(subject, items):
            yield from _in_word(subject, certain)
            for item in items:
                yield from _simple(item.body, False)
        case Test(words):
            for word in words:
                yield from _in_word(word, certain)
        case Opaque():
            pass
        case _:
            assert_never(command)


def _is_test(command: Command) -> bool:
    """``[ … ]``: what stands behind it depends on it."""
    match command:
        case Test():
            return True
        case SimpleCommand(words=(first, *_)):
            return first.literal in ("[", "test")
        case _:
            return False


def _in_word(word: Word, certain: bool) -> Iterator[tuple[SimpleCommand, bool]]:
    for part in word.parts:
        match part:
            case CommandSubstitution(body):
                yield from _simple(body, certain)
            case Parameter(argument=Word() as argument):
                yield from _in_word(argument, False)
            case _:
                pass
