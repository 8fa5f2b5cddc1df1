"""test and ``[``, after POSIX and GNU coreutils 9.1."""

from __future__ import annotations

from collections.abc import Callable

from layerlint._dataclass import dataclass
from layerlint.commands._known import is_absent
from layerlint.commands._paths import locate
from layerlint.domain.text import UNKNOWN, Text
from layerlint.domain.truth import Truth
from layerlint.effects import Invocation, Outcome
from layerlint.filesystem.node import Directory, Inode, Kind, Node

MAX_DEPTH = 50
"""Of ``!`` and parentheses; deeper, the answer is not known."""

_COMPARISONS: dict[str, Callable[[int, int], bool]] = {
    "-eq": lambda one, other: one == other,
    "-ge": lambda one, other: one >= other,
    "-gt": lambda one, other: one > other,
    "-le": lambda one, other: one <= other,
    "-lt": lambda one, other: one < other,
    "-ne": lambda one, other: one != other,
}
_BINARY = frozenset(("=", "==", "!=", "<", ">", "-ef", "-nt", "-ot", *_COMPARISONS))
_UNARY = frozenset("-" + letter for letter in "abcdefghknoprstuvwxzGLNORS")


def test(invocation: Invocation) -> Outcome:
    """Answer in three values: what is not known, or may be there or not, is MAYBE.

    ``<`` and ``>`` are not followed.  A wrong expression is false, as its status is.
    """
    return Outcome(status=_evaluate(invocation, invocation.argv[1:]))


def bracket(invocation: Invocation) -> Outcome:
    """``[ … ]``"""
    words = invocation.argv[1:]
    if words[-1:] != ("]",):
        return Outcome(status=Truth.NO)
    return Outcome(status=_evaluate(invocation, words[:-1]))


def _evaluate(invocation: Invocation, words: tuple[Text, ...]) -> Truth:
    """POSIX decides by the number of words first; only longer expressions have precedence."""
    match words:
        case ():
            return Truth.NO
        case (word,):
            return _not_empty(word)
        case ("!", word):
            return ~_not_empty(word)
        case (operator, word) if operator in _UNARY:
            return _unary(invocation, str(operator), word)
        case (one, operator, other) if operator in _BINARY:
            return _binary(invocation, one, str(operator), other)
        case ("!", *_) if len(words) <= 4:
            return ~_evaluate(invocation, words[1:])
    reader = _Reader(invocation, words)
    truth = reader.either(0)
    return truth if truth is not None and reader.position == len(words) else Truth.NO


@dataclass(slots=True)
class _Reader:
    """Recursive descent over ``-o``, ``-a``, ``!``, parentheses and primaries; None is a wrong expression."""

    invocation: Invocation
    words: tuple[Text, ...]
    position: int = 0

    def either(self, depth: int) -> Truth | None:
        truth = self.both(depth)
        while truth is not None and self._accept("-o"):
            other = self.both(depth)
            truth = None if other is None else truth | other
        return truth

    def both(self, depth: int) -> Truth | None:
        truth = self.primary(depth)
        while truth is not None and self._accept("-a"):
            other = self.primary(depth)
            truth = None if other is None else truth & other
        return truth

    def primary(self, depth: int) -> Truth | None:
        if depth > MAX_DEPTH:
            self.position = len(self.words)
            return Truth.MAYBE
        rest = self.words[self.position : self.position + 3]
        if len(rest) == 3 and rest[1] in _BINARY:
            self.position += 3
            return _binary(self.invocation, rest[0], str(rest[1]), rest[2])
        if self._accept("!"):
            truth = self.primary(depth + 1)
            return None if truth is None else ~truth
        if self._accept("("):
            truth = self.either(depth + 1)
            return truth if self._accept(")") else None
        if len(rest) >= 2 and rest[0] in _UNARY:
            self.position += 2
            return _unary(self.invocation, str(rest[0]), rest[1])
        if rest:
            self.position += 1
            return _not_empty(rest[0])
        return None

    def _accept(self, word: str) -> bool:
        if self.position < len(self.words) and self.words[self.position] == word:
            self.position += 1
            return True
        return False


def _not_empty(word: Text) -> Truth:
    return Truth.MAYBE if word is UNKNOWN else Truth.of(bool(word))


def _unary(invocation: Invocation, operator: str, word: Text) -> Truth:
    if word is UNKNOWN:
        return Truth.MAYBE
    match operator:
        case "-n":
            return Truth.of(bool(word))
        case "-z":
            return Truth.of(not word)
        case "-t":
            return Truth.NO
        case "-v":
            return Truth.YES if word in invocation.environment else Truth.MAYBE
        case "-o":
            return Truth.MAYBE
    path = locate(invocation, word)
    if path is None:
        return Truth.MAYBE if word else Truth.NO
    follow = operator not in ("-h", "-L")
    if path.startswith(("/dev/", "/proc/", "/sys/")):
        return Truth.MAYBE
    node = invocation.view.lookup(path, follow=follow)
    if node is None:
        return Truth.NO if is_absent(invocation.view, path, follow=follow) else Truth.MAYBE
    return invocation.view.presence(path, follow=follow) & _is(invocation, operator, node)


def _is(invocation: Invocation, operator: str, node: Node) -> Truth:
    """The answer of a file test about something that is there."""
    kind = node.kind if isinstance(node, Inode) else None
    kinds = {"-f": Kind.FILE, "-h": Kind.SYMLINK, "-L": Kind.SYMLINK, "-p": Kind.FIFO, "-S": Kind.SOCKET}
    bits = {"-g": 0o2000, "-k": 0o1000, "-u": 0o4000}
    match operator:
        case "-d":
            return Truth.of(kind is None)
        case "-e" | "-a":
            return Truth.YES
        case "-b" | "-c":
            return Truth.MAYBE if kind is Kind.DEVICE else Truth.NO
        case "-s":
            return _has_size(node)
        case "-x" if invocation.user == 0:
            return Truth.of(kind is None or bool(node.mode & 0o111))
        case "-r" | "-w" if invocation.user == 0:
            return Truth.YES
        case "-O" if invocation.user is not None:
            return Truth.MAYBE if node.uid is None else Truth.of(node.uid == invocation.user)
        case _ if operator in kinds:
            return Truth.of(kind is kinds[operator])
        case _ if operator in bits:
            return Truth.of(bool(node.mode & bits[operator]))
        case _:
            return Truth.MAYBE


def _has_size(node: Node) -> Truth:
    if isinstance(node, Directory) or node.size.low > 0:
        return Truth.YES
    return Truth.NO if node.size.high == 0 else Truth.MAYBE


def _binary(invocation: Invocation, one: Text, operator: str, other: Text) -> Truth:
    if one is UNKNOWN or other is UNKNOWN:
        return Truth.MAYBE
    match operator:
        case "=" | "==":
            return Truth.of(one == other)
        case "!=":
            return Truth.of(one != other)
        case "-ef":
            first, second = locate(invocation, one), locate(invocation, other)
            if first is None or second is None:
                return Truth.NO
            here, there = invocation.view.lookup(first), invocation.view.lookup(second)
            return Truth.MAYBE if here is None or there is None else Truth.of(here is there)
        case _ if operator in _COMPARISONS:
            left, right = _integer(one), _integer(other)
            if left is None or right is None:
                return Truth.NO
            return Truth.of(_COMPARISONS[operator](left, right))
        case _:
            return Truth.MAYBE


def _integer(text: str) -> int | None:
    digits = text.strip()
    sign = digits[:1] if digits[:1] in ("-", "+") else ""
    number = digits[len(sign) :]
    if not (number.isascii() and number.isdigit()) or len(number) > 19:
        return None
    return -int(number) if sign == "-" else int(number)
