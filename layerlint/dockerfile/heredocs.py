"""Which here-documents a logical line opens.

BuildKit splits the whole line into shell words (escape always ``\\``, nothing expanded) and looks at
each: ``^(\\d*)<<(-?)\\s*([^<]*)$``.  A line that cannot be split, say for an odd quote, opens none.
"""

from __future__ import annotations

from layerlint._dataclass import dataclass
from layerlint.dockerfile.expand import ShellWord, raw_words, unquoted_words


@dataclass(frozen=True, slots=True)
class Opening:
    """What one ``<<NAME`` word says."""

    name: str
    expand: bool
    chomp: bool
    file_descriptor: int


_MAX_DESCRIPTOR = 2**64 - 1
"""Go's largest unsigned integer, which stands for every larger one."""


def openings(line: str) -> list[tuple[Opening, ShellWord]]:
    """The here-documents of a logical line in order, each with its word."""
    if "<<" not in line:
        return []
    return [(found, word) for word in raw_words(line) if (found := opening(word.text)) is not None]


def opening(word: str) -> Opening | None:
    """The here-document that a word opens, if it does."""
    if "<<" not in word:
        return None
    after_digits = word.lstrip("0123456789")
    if not after_digits.startswith("<<"):
        return None
    digits = word[: len(word) - len(after_digits)]
    delimiter = after_digits[2:]
    chomp = delimiter.startswith("-")
    delimiter = delimiter[chomp:].lstrip("\t\n\f\r ")
    if not delimiter or "<" in delimiter:
        return None
    words = unquoted_words(delimiter)
    if words is None:
        return None
    unquoted, quoted = words
    if len(unquoted) != 1 or len(quoted) != 1:
        return None
    # An escape in the name does not count as a quote here, unlike in a shell.
    expand = _quotes(unquoted[0]) == _quotes(quoted[0])
    descriptor = _MAX_DESCRIPTOR if len(digits) > 20 else min(int(digits or "0"), _MAX_DESCRIPTOR)
    return Opening(unquoted[0], expand, chomp, descriptor)


def _quotes(word: str) -> int:
    return word.count("'") + word.count('"')


def chomped(content: str) -> str:
    """The body of ``<<-``: the tabs at the beginning of every line removed."""
    return "\n".join(line.lstrip("\t") for line in content.split("\n"))
