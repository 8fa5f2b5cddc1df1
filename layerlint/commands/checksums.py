"""md5sum, sha256sum and their kin (GNU coreutils 9.1), and shasum."""

from __future__ import annotations

import hashlib

from layerlint.commands._options import Grammar, parse
from layerlint.commands._paths import basename, show
from layerlint.commands._streams import concatenate, data_of, of_text, open_all
from layerlint.domain.size import Size
from layerlint.domain.text import UNKNOWN
from layerlint.domain.truth import Truth
from layerlint.effects import Invocation, Outcome, Stream

_GRAMMAR = Grammar(
    "checksum",
    "a:bcl:tUzqsw",
    {"algorithm": "a:", "binary": "b", "check": "c", "ignore-missing": "-", "length": "l:", "quiet": "q",
     "status": "s", "strict": "-", "tag": "tag", "text": "t", "warn": "w", "zero": "z"},
)  # fmt: skip
_DIGESTS = {"md5sum": 16, "sha1sum": 20, "sha224sum": 28, "sha256sum": 32, "sha384sum": 48, "sha512sum": 64}
"""Bytes of a digest; two characters each."""


def checksum(invocation: Invocation) -> Outcome:
    """Print a digest and a name for each file.

    With ``-c`` it only reads; a sum that is checked in a Dockerfile is taken to be right.
    """
    options = parse(_GRAMMAR, invocation.argv[1:])
    if isinstance(options, Outcome):
        return options
    if options.has("c"):
        return Outcome(stdout=Stream(Size(0, 40, 1 << 20)))
    tool = basename(show(invocation.argv[0]))
    length = _DIGESTS.get(tool)
    plain = length is not None and not any(options.has(key) for key in ("tag", "z", "a", "l"))
    status = Truth.YES
    lines: list[Stream] = []
    words = options.operands or ("-",)
    for opened, word in zip(open_all(invocation, options.operands), words, strict=True):
        status = status & opened.status
        if opened.status is Truth.NO:
            continue
        data = data_of(opened.stream)
        if plain and data is not None and isinstance(word, str):
            digest = hashlib.new(tool.removesuffix("sum"), data, usedforsecurity=False).hexdigest()
            lines.append(of_text(f"{digest}  {word}\n"))
        elif length is not None and plain and word is not UNKNOWN:
            lines.append(Stream(Size.exact(2 * length + 3 + of_text(word).size.likely)))
        else:
            lines.append(Stream(Size(0, 100, 200_000)))
    return Outcome(status=status, stdout=concatenate(lines))
