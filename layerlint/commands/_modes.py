"""File modes as ``chmod`` takes them: octal, or symbolic clauses."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TypeAlias

from layerlint._dataclass import dataclass

Change: TypeAlias = "Callable[[int, bool], int]"
"""From permission bits, and whether it is a directory, to new bits (07777)."""

_WHO = {"u": 0o4700, "g": 0o2070, "o": 0o1007, "a": 0o7777}
_PERMISSIONS = {"r": 0o444, "w": 0o222, "x": 0o111, "X": 0, "s": 0o6000, "t": 0o1000}
_SHIFTS = {"u": 6, "g": 3, "o": 0}
_CLAUSE = re.compile(r"([ugoa]*)((?:[-+=](?:[rwxXst]*|[ugo]))+)")
_ACTION = re.compile(r"([-+=])([rwxXst]*|[ugo])(?=[-+=]|$)")
_OCTAL = re.compile(r"[-+=]?[0-7]{1,6}")
_SPECIAL = 0o6000
"""Set-id bits: those of a directory stay unless they are named."""


@dataclass(frozen=True, slots=True)
class _Action:
    who: int
    """0: nobody was named, and the umask has a say."""
    operator: str
    permissions: str


def parse_mode(text: str, umask: int) -> Change | None:
    """The change that a mode operand asks for (GNU coreutils manual, "File permissions"); None if invalid."""
    if _OCTAL.fullmatch(text):
        return _octal(text)
    actions = []
    for clause in text.split(","):
        match = _CLAUSE.fullmatch(clause)
        if match is None:
            return None
        who = 0
        for letter in match[1]:
            who |= _WHO[letter]
        actions += [_Action(who, *found) for found in _ACTION.findall(match[2])]

    def change(mode: int, directory: bool) -> int:
        for action in actions:
            mode = _apply(action, mode, directory, umask)
        return mode

    return change


def _octal(text: str) -> Change | None:
    digits = text.lstrip("-+=")
    value = int(digits, 8)
    if value > 0o7777:
        return None
    operator = text[0] if text[0] in "-+=" else ""
    named = operator or len(digits) > 4

    def change(mode: int, directory: bool) -> int:
        if operator == "+":
            return mode | value
        if operator == "-":
            return mode & ~value
        return value | (mode & _SPECIAL if directory and not named else 0)

    return change


def _apply(action: _Action, mode: int, directory: bool, umask: int) -> int:
    bits = 0
    if action.permissions in _SHIFTS:
        copied = mode >> _SHIFTS[action.permissions] & 0o7
        bits = copied * 0o111
    else:
        for letter in action.permissions:
            bits |= _PERMISSIONS[letter]
        if "X" in action.permissions and (directory or mode & 0o111):
            bits |= 0o111
    kept = _SPECIAL & ~bits if directory else 0
    bits &= action.who or ~umask
    match action.operator:
        case "+":
            return mode | bits
        case "-":
            return mode & ~bits
        case _:
            cleared = (action.who or 0o7777) & ~kept
            return (mode & ~cleared) | bits
