"""Rows of an image's history, as the builders write them, read back as instructions.

- BuildKit: ``RUN |1 A=b /bin/sh -c make # buildkit``, ``COPY a /b # buildkit`` (``dispatchers.go``);
- the old builder, buildah and podman: ``|1 A=b /bin/sh -c make``, ``/bin/sh -c #(nop) COPY file:… in /b``;
- kaniko: the instruction as it stands in the Dockerfile.
"""

from __future__ import annotations

import json
from typing import Final

from layerlint._dataclass import dataclass
from layerlint.dockerfile.instructions import Add, Copy, Instruction, Run, Transfer

LONGEST: Final = 1 << 16
"""Characters of a row, or of an instruction, that are compared."""

KEYWORDS: Final = frozenset(
    (
        "ADD", "ARG", "CMD", "COPY", "ENTRYPOINT", "ENV", "EXPOSE", "HEALTHCHECK", "LABEL", "MAINTAINER", "ONBUILD",
        "RUN", "SHELL", "STOPSIGNAL", "USER", "VOLUME", "WORKDIR",
    )
)  # fmt: skip
_ARGUMENTS: Final = "|"
_NO_OPERATION: Final = "#(nop)"
_BUILDKIT: Final = "# buildkit"
_SHELL_WORDS: Final = 8
"""Words of a SHELL that are looked at for its ``-c``: ``/bin/bash -o errexit -o pipefail -c`` has 6."""


@dataclass(frozen=True, slots=True)
class Told:
    """An instruction, as far as both a row and a Dockerfile tell it."""

    keyword: str
    """Empty where a row names none: a tool made the layer, and not by an instruction."""
    text: str
    """Of RUN the script without its shell, of others what stands behind the keyword; blanks are one space."""
    words: frozenset[str]
    destination: str = ""
    """Of COPY and ADD."""

    @property
    def shown(self) -> str:
        return f"{self.keyword} {self.text}".strip()


def told_by_row(created_by: str) -> Told:
    text = " ".join(created_by[:LONGEST].split()).removesuffix(_BUILDKIT).strip()
    before, nop, rest = text.partition(_NO_OPERATION)
    if nop and len(before.split()) <= _SHELL_WORDS:
        text = rest.strip()
    keyword, _, rest = text.partition(" ")
    if keyword == "RUN":
        return _told("RUN", _without_shell(_exec_form(rest)))
    if keyword in ("COPY", "ADD"):
        return _told(keyword, rest, destination=rest.rpartition(" ")[2])
    if keyword in KEYWORDS:
        return _told(keyword, rest)
    script = _without_shell(text)
    return _told("RUN" if script != text or text.startswith(_ARGUMENTS) else "", script)


def told_by_instruction(instruction: Instruction) -> Told:
    match instruction:
        case Run(exec_form=None, script=script):
            return _told("RUN", _without_shell(" ".join(script[:LONGEST].split())))
        case Run(exec_form=words):
            return _told("RUN", _without_shell(" ".join(word.value for word in words or ())))
        case Copy(transfer=transfer) | Add(transfer=transfer):
            keyword = "COPY" if isinstance(instruction, Copy) else "ADD"
            return _told(keyword, _transfer(transfer), destination=transfer.destination.value)
        case _:
            keyword, _, rest = " ".join(instruction.node.text[:LONGEST].split()).partition(" ")
            return _told(keyword.upper(), rest)


def likeness(row: Told, instruction: Told) -> float:
    """How much a row looks like an instruction: 0 (it is not of it) to 1."""
    if row.keyword != instruction.keyword:
        return 0.0
    if row.text == instruction.text:
        return 1.0
    if row.text.startswith(_ARGUMENTS) and row.text.endswith(f" {instruction.text}"):
        return 0.9  # nothing ends the build arguments of an exec form
    alike = _overlap(row.words, instruction.words)
    match row.keyword:
        case "RUN":
            return alike if alike >= 0.5 else 0.0
        case "COPY" | "ADD":
            return (0.6 + 0.4 * alike) if _same_place(row.destination, instruction.destination) else 0.0
        case _:
            # Variables are expanded, quotes taken away, values sorted: the keyword is what stays.
            return 0.3 + 0.6 * alike


def _told(keyword: str, text: str, destination: str = "") -> Told:
    return Told(keyword, text, frozenset(text.split()), destination)


def _without_shell(text: str) -> str:
    """The script of ``|1 A=b /bin/sh -c script``; a text that names no shell as it is.

    The values of build arguments stand there without quotes, so that only the shell's ``-c`` ends them.
    """
    words = text.split(" ")
    start = 0
    if text.startswith(_ARGUMENTS):
        start = next((at for at, word in enumerate(words) if _is_shell(word)), len(words))
    if start >= len(words) or not _is_shell(words[start]):
        return text
    for at in range(start + 1, min(start + 1 + _SHELL_WORDS, len(words))):
        if words[at].startswith("-") and words[at].lower().endswith(("c", "-command")):
            return " ".join(words[at + 1 :])
    return text


def _exec_form(text: str) -> str:
    """The words of a JSON form with blanks between them; any other text as it is."""
    if text.startswith("["):
        try:
            words = json.loads(text)
        except (ValueError, RecursionError):
            return text
        if isinstance(words, list) and all(isinstance(word, str) for word in words):
            return " ".join(words)
    return text


def _is_shell(word: str) -> bool:
    name = word.lower().rpartition("/")[2].removesuffix(".exe")
    return name.endswith("sh") or name in ("cmd", "powershell", "pwsh")


def _transfer(transfer: Transfer) -> str:
    return " ".join([word.value for word in transfer.sources] + [transfer.destination.value])[:LONGEST]


def _overlap(one: frozenset[str], other: frozenset[str]) -> float:
    """The coefficient of Dice."""
    together = len(one) + len(other)
    return 2 * len(one & other) / together if together else 1.0


def _same_place(row: str, instruction: str) -> bool:
    """Whether a destination may be this one, which may hold variables or be relative to the WORKDIR."""
    if "$" in instruction:
        return True
    bare = instruction.strip("\"'").removeprefix("./").strip("/")
    place = row.removeprefix("./").strip("/")
    return bare in ("", ".", place) or (not instruction.startswith("/") and place.endswith(f"/{bare}"))
