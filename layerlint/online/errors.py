"""Why a question has no answer."""

from __future__ import annotations


class OnlineError(Exception):
    """``str()`` is what the user reads: no path of the machine, no credentials."""
