"""Commands that look and print: ls, stat, du, diff, expr and the like.  No effect on files."""

from __future__ import annotations

import re

from layerlint.commands._known import is_absent
from layerlint.commands._paths import locate
from layerlint.commands._streams import data_of, of_line, open_file
from layerlint.domain.size import Size
from layerlint.domain.text import UNKNOWN
from layerlint.domain.truth import Truth
from layerlint.effects import Invocation, Outcome, Stream

_INTEGER = re.compile(r"-?\d{1,18}", re.ASCII)


def listing(invocation: Invocation) -> Outcome:
    """ls and stat: they fail for a file that is not there."""
    status = Truth.YES
    for word in invocation.argv[1:]:
        if isinstance(word, str) and word.startswith("-"):
            continue
        path = locate(invocation, word)
        if path is None or invocation.view.lookup(path, follow=False) is None:
            absent = path is not None and is_absent(invocation.view, path, follow=False)
            status = status & (Truth.NO if absent else Truth.MAYBE)
    return Outcome(status=status, stdout=Stream(Size(0, 500, None)))


def report(_: Invocation) -> Outcome:
    """Text of a length that is not known."""
    return Outcome(stdout=Stream(Size(0, 1000, None)))


def value(_: Invocation) -> Outcome:
    """A line or so of text that is not known; it may also find nothing."""
    return Outcome(status=Truth.MAYBE, stdout=Stream(Size(0, 20, 1 << 16)))


def comparison(invocation: Invocation) -> Outcome:
    """cmp and diff: whether two files are the same, where both are known."""
    words = [
        word for word in invocation.argv[1:] if word is UNKNOWN or word == "-" or not word.startswith("-")
    ]
    output = Stream(Size(0, 0, None))
    if len(words) != 2:
        return Outcome(status=Truth.MAYBE, stdout=output)
    one, other = (open_file(invocation, word) for word in words)
    if Truth.NO in (one.status, other.status):
        return Outcome(status=Truth.NO)
    first, second = data_of(one.stream), data_of(other.stream)
    return Outcome(
        status=Truth.of(None if first is None or second is None else first == second), stdout=output
    )


def calculation(invocation: Invocation) -> Outcome:
    """``expr A + B`` and the other operators on integers; more is not followed."""
    match invocation.argv[1:]:
        case (str(left), str(operator), str(right)) if _INTEGER.fullmatch(left) and _INTEGER.fullmatch(right):
            one, other = int(left), int(right)
            if operator in ("/", "%") and not other:
                return Outcome(status=Truth.NO)
            match operator:
                case "+":
                    result = one + other
                case "-":
                    result = one - other
                case "*":
                    result = one * other
                case "/":
                    result = abs(one) // abs(other) * (1 if (one < 0) == (other < 0) else -1)
                case _:
                    return Outcome(status=Truth.MAYBE, stdout=of_line(UNKNOWN))
            return Outcome(status=Truth.of(result != 0), stdout=of_line(str(result)))
        case _:
            return Outcome(status=Truth.MAYBE, stdout=of_line(UNKNOWN))
