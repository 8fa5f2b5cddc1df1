"""Commands that do nothing but end: true, false, ``:``, sync, sleep and the like."""

from __future__ import annotations

from layerlint.commands._outcome import FAILURE, SUCCESS
from layerlint.effects import Invocation, Outcome


def true(_: Invocation) -> Outcome:
    """Succeeds, whatever its arguments."""
    return SUCCESS


def false(_: Invocation) -> Outcome:
    return FAILURE
