"""A command as one line of text, for messages."""

from __future__ import annotations

from layerlint._pattern import pattern
from layerlint.shell.syntax import Command
from layerlint.shell.walk import redirects_of, walk

_BLANKS = pattern(r"(?:\s|\\\r?\n)+")


def render(text: str, command: Command) -> str:
    """The source of a command of the script ``text``: blanks and continuations as one blank, no here-documents."""
    bodies = sorted(
        (redirect.target.span.start, redirect.target.span.end)
        for inner in walk(command)
        for redirect in redirects_of(inner)
        if redirect.operator == "<<" and redirect.target.span.start >= redirect.span.end
    )
    kept: list[str] = []
    position, end = command.span.start, command.span.end
    for body_start, body_end in bodies:
        if position <= body_start < end:
            kept.append(text[position:body_start])
            delimiter_end = text.find("\n", body_end)
            position = delimiter_end if delimiter_end >= 0 else end
    kept.append(text[position:end])
    return _BLANKS.sub(" ", "".join(kept)).strip()


def shorten(text: str, width: int) -> str:
    """At most ``width`` characters (1 or more), with ``…`` for the rest; cut at a blank if one is near the end."""
    if len(text) <= width:
        return text
    head = text[: max(width - 1, 0)]
    blank = head.rfind(" ")
    if blank >= width * 2 // 3:
        head = head[:blank]
    return head.rstrip() + "…"
