"""``$((…))``: integers, the usual operators, and variables and parameters whose values are known."""

from __future__ import annotations

import re
from collections.abc import Callable

from layerlint._pattern import pattern
from layerlint.domain.text import UNKNOWN, Text

_TOKEN = pattern(
    r"\s*(?:(\d+)|\$?\{?([A-Za-z_][A-Za-z0-9_]*)\}?|\$(?:\{([0-9]+|#)\}|([0-9#]))"
    r"|(<=|>=|==|!=|&&|\|\||[-+*/%()<>!]))"
)
_LEVELS = (("||",), ("&&",), ("==", "!="), ("<", "<=", ">", ">="), ("+", "-"), ("*", "/", "%"))
_MAX_TOKENS = 200
_LIMIT = 1 << 63


class _UnsupportedError(Exception):
    pass


def evaluate(expression: str, lookup: Callable[[str], Text | None]) -> Text:
    """The value as text; UNKNOWN for an operator or a variable that is not known."""
    tokens: list[str] = []
    position, text = 0, expression.strip()
    while position < len(text):
        match = _TOKEN.match(text, position)
        if match is None or len(tokens) >= _MAX_TOKENS:
            return UNKNOWN
        number, name, braced, special, operator = match.groups()
        name = name or braced or special
        if name is not None:
            text_of = lookup(name)
            if not isinstance(text_of, str | None):
                return UNKNOWN
            number = (text_of or "0").strip()
            if not re.fullmatch(r"-?\d{1,19}", number):
                return UNKNOWN
        tokens.append(operator or number)
        position = match.end()
    try:
        value, rest = _binary(tokens, 0, 0)
    except (_UnsupportedError, ZeroDivisionError):
        return UNKNOWN
    return str(value) if rest == len(tokens) else UNKNOWN


def _binary(tokens: list[str], at: int, level: int) -> tuple[int, int]:
    if level == len(_LEVELS):
        return _unary(tokens, at)
    left, at = _binary(tokens, at, level + 1)
    while at < len(tokens) and tokens[at] in _LEVELS[level]:
        operator = tokens[at]
        right, at = _binary(tokens, at + 1, level + 1)
        left = _apply(operator, left, right)
        if abs(left) >= _LIMIT:
            raise _UnsupportedError
    return left, at


def _unary(tokens: list[str], at: int) -> tuple[int, int]:
    if at >= len(tokens):
        raise _UnsupportedError
    token = tokens[at]
    if token == "(":
        value, at = _binary(tokens, at + 1, 0)
        if at >= len(tokens) or tokens[at] != ")":
            raise _UnsupportedError
        return value, at + 1
    if token in ("-", "+", "!"):
        value, at = _unary(tokens, at + 1)
        return (-value if token == "-" else value if token == "+" else int(not value)), at
    if not token.lstrip("-").isdecimal():
        raise _UnsupportedError
    return int(token), at + 1


def _apply(operator: str, left: int, right: int) -> int:
    match operator:
        case "+":
            return left + right
        case "-":
            return left - right
        case "*":
            return left * right
        case "/":
            quotient = abs(left) // abs(right)
            return quotient if (left < 0) == (right < 0) else -quotient
        case "%":
            remainder = abs(left) % abs(right)
            return remainder if left >= 0 else -remainder
        case "&&":
            return int(bool(left) and bool(right))
        case "||":
            return int(bool(left) or bool(right))
        case "==":
            return int(left == right)
        case "!=":
            return int(left != right)
        case "<":
            return int(left < right)
        case "<=":
            return int(left <= right)
        case ">":
            return int(left > right)
        case _:
            return int(left >= right)
