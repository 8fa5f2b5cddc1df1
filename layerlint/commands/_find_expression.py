"""The expression of find: its syntax, and its tests in three values."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import TypeAlias

from layerlint._dataclass import dataclass
from layerlint.commands._modes import parse_mode
from layerlint.commands._paths import basename
from layerlint.domain.text import UNKNOWN, Text
from layerlint.domain.truth import Truth
from layerlint.filesystem.node import Directory, Inode, Kind, Node
from layerlint.shell.glob import matches

MAX_DEPTH = 100
"""Of parentheses and ``!``."""


@dataclass(frozen=True, slots=True)
class Visit:
    """One file that find looks at."""

    path: str
    """Absolute."""
    shown: str
    """As find prints it: the starting point as it was given, and the rest."""
    node: Node
    depth: int


@dataclass(frozen=True, slots=True)
class Test:
    holds: Callable[[Visit], Truth]
    name: str
    """The option, for messages."""


@dataclass(frozen=True, slots=True)
class Action:
    name: str
    """``-print``, ``-delete``, ``-exec`` … without the dash."""
    command: tuple[Text, ...] = ()
    together: bool = False
    """Ends with ``+``."""


@dataclass(frozen=True, slots=True)
class All:
    parts: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Any:
    parts: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Last:
    """``a , b``: the value of the last."""

    parts: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Not:
    part: Expression


Expression: TypeAlias = "Test | Action | All | Any | Last | Not"


@dataclass(frozen=True, slots=True)
class Settings:
    """Options that hold for the whole run."""

    min_depth: int = 0
    max_depth: int | None = None
    depth_first: bool = False


class FaultError(Exception):
    """An expression that is wrong (empty reason: find refuses it) or not understood."""

    def __init__(self, reason: str = "") -> None:
        super().__init__(reason)
        self.reason = reason


_KINDS = {
    "f": Kind.FILE,
    "l": Kind.SYMLINK,
    "p": Kind.FIFO,
    "s": Kind.SOCKET,
    "b": Kind.DEVICE,
    "c": Kind.DEVICE,
}
_PRINTING = frozenset(("print", "print0", "ls", "printf", "fprint", "fprint0", "fls", "fprintf"))
_ARGUMENTS = {"printf": 1, "fprint": 1, "fprint0": 1, "fls": 1, "fprintf": 2}
_UNDECIDED = frozenset(
    ("amin", "anewer", "atime", "cmin", "cnewer", "context", "ctime", "fstype", "ilname", "inum", "iregex", "links",
     "lname", "mmin", "mtime", "newer", "regex", "samefile", "used", "xtype", "group", "user", "uid", "gid")
)  # fmt: skip
"""Tests with one argument whose answer is not known: times, numbers of the file system, names of owners."""
_FLAGS = frozenset(("daystart", "follow", "ignore_readdir_race", "mount", "noleaf", "nowarn", "warn", "xdev"))
_BYTE_CODE = frozenset(("__pycache__", "*.pyc", "*.pyo", "*.py[co]", "*.py[cod]"))
_UNITS = {"c": 1, "w": 2, "b": 512, "k": 1 << 10, "M": 1 << 20, "G": 1 << 30}
_SIZE = re.compile(r"([-+]?)(\d{1,18})([cwbkMG]?)", re.ASCII)


@dataclass(slots=True)
class Parser:
    """Recursive descent over the words; a `FaultError` ends it."""

    words: Sequence[Text]
    position: int = 0
    min_depth: int = 0
    max_depth: int | None = None
    depth_first: bool = False

    def parse(self) -> tuple[Expression, Settings]:
        parts = [self._list(0)] if self.words else [All(())]
        if self.position < len(self.words):
            raise FaultError
        return parts[0], Settings(self.min_depth, self.max_depth, self.depth_first)

    def _list(self, depth: int) -> Expression:
        parts = [self._either(depth)]
        while self._accept(","):
            parts.append(self._either(depth))
        return parts[0] if len(parts) == 1 else Last(tuple(parts))

    def _either(self, depth: int) -> Expression:
        parts = [self._both(depth)]
        while self._accept("-o", "-or"):
            parts.append(self._both(depth))
        return parts[0] if len(parts) == 1 else Any(tuple(parts))

    def _both(self, depth: int) -> Expression:
        parts = [self._primary(depth)]
        while self.position < len(self.words) and self._peek() not in ("-o", "-or", ",", ")"):
            self._accept("-a", "-and")
            parts.append(self._primary(depth))
        return parts[0] if len(parts) == 1 else All(tuple(parts))

    def _primary(self, depth: int) -> Expression:
        if depth > MAX_DEPTH:
            raise FaultError("an expression that deep")
        if self._accept("!", "-not"):
            return Not(self._primary(depth + 1))
        if self._accept("("):
            inner = self._list(depth + 1)
            if not self._accept(")"):
                raise FaultError
            return inner
        word = self._next()
        if word is UNKNOWN:
            raise FaultError("a test that is not known")
        if not word.startswith("-"):
            raise FaultError
        return self._named(word[1:])

    def _named(self, name: str) -> Expression:
        if name in _FLAGS:
            return All(())
        match name:
            case "depth" | "d":
                self.depth_first = True
                return All(())
            case "maxdepth" | "mindepth":
                number = self._text()
                if not number.isdecimal() or len(number) > 9:
                    raise FaultError
                if name == "maxdepth":
                    self.max_depth = int(number)
                else:
                    self.min_depth = int(number)
                return All(())
            case "regextype" | "files0-from":
                self._text()
                return All(())
            case "true":
                return All(())
            case "false":
                return Any(())
            case "delete":
                self.depth_first = True
                return Action(name)
            case "prune" | "quit":
                return Action(name)
            case "exec" | "execdir" | "ok" | "okdir":
                return self._command(name)
        if name in _PRINTING:
            words = tuple(self._next() for _ in range(_ARGUMENTS.get(name, 0)))
            return Action(name, words)
        return Test(self._test(name), "-" + name)

    def _command(self, name: str) -> Expression:
        words: list[Text] = []
        while True:
            word = self._next()
            if word == ";" or (word == "+" and words[-1:] == ["{}"]):
                break
            words.append(word)
        if not words:
            raise FaultError
        return Action(name, tuple(words), together=word == "+")

    def _test(self, name: str) -> Callable[[Visit], Truth]:
        match name:
            case "empty":
                return _is_empty
            case "executable":
                return lambda visit: Truth.of(
                    isinstance(visit.node, Directory) or bool(visit.node.mode & 0o111)
                )
            case "readable" | "writable":
                return lambda _: Truth.YES
            case "nouser" | "nogroup":
                return lambda _: Truth.MAYBE
            case "name" | "iname":
                return _name(self._next(), ignore_case=name == "iname")
            case "path" | "wholename" | "ipath" | "iwholename":
                return _path(self._next(), ignore_case=name.startswith("i"))
            case "type":
                return _type(self._text())
            case "perm":
                return _permissions(self._text())
            case "size":
                return _size(self._text())
        if name in _UNDECIDED or name.startswith("newer"):
            self._next()
            return lambda _: Truth.MAYBE
        raise FaultError(f"option -{name}")

    def _peek(self) -> Text:
        return self.words[self.position]

    def _next(self) -> Text:
        if self.position == len(self.words):
            raise FaultError
        self.position += 1
        return self.words[self.position - 1]

    def _text(self) -> str:
        word = self._next()
        if word is UNKNOWN:
            raise FaultError("an argument that is not known")
        return word

    def _accept(self, *words: str) -> bool:
        if self.position < len(self.words) and self._peek() in words:
            self.position += 1
            return True
        return False


def has_action(expression: Expression) -> bool:
    """Whether find has something to do of its own, so that it does not print."""
    match expression:
        case Action(name):
            return name != "prune"
        case All(parts) | Any(parts) | Last(parts):
            return any(has_action(part) for part in parts)
        case Not(part):
            return has_action(part)
        case _:
            return False


def _is_sum(node: Node) -> bool:
    """A summary: its files' names and sizes are known only together."""
    return isinstance(node, Inode) and node.is_summary


def _is_empty(visit: Visit) -> Truth:
    match visit.node:
        case Directory() as directory:
            return Truth.NO if directory.children else Truth.YES if directory.complete else Truth.MAYBE
        case Inode(kind=Kind.FILE) as inode:
            return Truth.NO if inode.size.low else Truth.YES if inode.size.high == 0 else Truth.MAYBE
        case _:
            return Truth.NO


def _matcher(pattern: str, ignore_case: bool) -> Callable[[str], bool]:
    """``fnmatch(3)``, where a ``*`` matches slashes too; ``*.ext``, as most are, without a search."""
    if ignore_case:
        folded = _matcher(pattern.lower(), False)
        return lambda text: folded(text.lower())
    if pattern[:1] == "*" and not set("*?[\\") & set(pattern[1:]):
        return lambda text: text.endswith(pattern[1:])
    return lambda text: matches(pattern, text)


def _name(pattern: Text, *, ignore_case: bool) -> Callable[[Visit], Truth]:
    if pattern is UNKNOWN:
        return lambda _: Truth.MAYBE
    if pattern == "*":
        return lambda _: Truth.YES
    matched = _matcher(pattern, ignore_case)

    def holds(visit: Visit) -> Truth:
        if _is_sum(visit.node):
            return _in_sum(pattern, matched, visit)
        return Truth.of(matched(basename(visit.shown) or "/"))

    return holds


def _in_sum(pattern: str, matched: Callable[[str], bool], visit: Visit) -> Truth:
    """Of files that are known only in sum: byte-code has a summary of its own, ``<flask *.pyc>``, in a directory
    that stands for all ``__pycache__`` of the distribution."""
    label = getattr(visit.node, "label", None)
    if basename(visit.shown).endswith("*.pyc>"):
        return Truth.of(matched("_.pyc")) if pattern.startswith("*.") else _or_maybe(pattern)
    if isinstance(label, str) and label.startswith("pip:") and pattern in _BYTE_CODE:
        return Truth.NO
    return Truth.MAYBE


def _or_maybe(pattern: str) -> Truth:
    return Truth.NO if pattern == "__pycache__" else Truth.MAYBE


def _path(pattern: Text, *, ignore_case: bool) -> Callable[[Visit], Truth]:
    if pattern is UNKNOWN:
        return lambda _: Truth.MAYBE
    matched = _matcher(pattern, ignore_case)

    def holds(visit: Visit) -> Truth:
        if not _is_sum(visit.node):
            return Truth.of(matched(visit.shown))
        # Of its files only the directory is known: a pattern that ends with /* holds for all or none.
        inside = pattern.endswith("/*") and matched(visit.shown.rpartition("/")[0] + "/x")
        return Truth.YES if inside else Truth.MAYBE

    return holds


def _type(letters: str) -> Callable[[Visit], Truth]:
    kinds = letters.split(",")
    if not all(letter == "d" or letter in _KINDS for letter in kinds):
        raise FaultError

    def holds(visit: Visit) -> Truth:
        if isinstance(visit.node, Directory):
            return Truth.of("d" in kinds)
        return Truth.of(any(_KINDS.get(letter) is visit.node.kind for letter in kinds))

    return holds


def _permissions(text: str) -> Callable[[Visit], Truth]:
    how = text[:1] if text[:1] in ("-", "/", "+") else ""
    change = parse_mode(text[len(how) :], 0)
    if change is None:
        raise FaultError
    bits = change(0, False)

    def holds(visit: Visit) -> Truth:
        if _is_sum(visit.node):
            return Truth.MAYBE
        mode = visit.node.mode
        if how == "-":
            return Truth.of(mode & bits == bits)
        return Truth.of(mode == bits if not how else not bits or bool(mode & bits))

    return holds


def _size(text: str) -> Callable[[Visit], Truth]:
    match = _SIZE.fullmatch(text)
    if match is None:
        raise FaultError
    sign, number, unit = match[1], int(match[2]), _UNITS[match[3] or "b"]

    def holds(visit: Visit) -> Truth:
        if isinstance(visit.node, Directory) or _is_sum(visit.node):
            return Truth.MAYBE
        size = visit.node.size
        low = -(-size.low // unit)
        high = None if size.high is None else -(-size.high // unit)
        if sign == "+":
            return (
                Truth.YES
                if low > number
                else Truth.NO
                if high is not None and high <= number
                else Truth.MAYBE
            )
        if sign == "-":
            return (
                Truth.NO
                if low >= number
                else Truth.YES
                if high is not None and high < number
                else Truth.MAYBE
            )
        if low == high:
            return Truth.of(low == number)
        return Truth.NO if low > number or (high is not None and high < number) else Truth.MAYBE

    return holds
