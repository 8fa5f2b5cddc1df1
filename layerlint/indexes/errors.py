"""What can go wrong with one source: told to the user, and the next index is done."""

from __future__ import annotations


class SourceError(Exception):
    """A mirror, or a file of it, that cannot be used: ``str()`` is a sentence without the index's name."""
