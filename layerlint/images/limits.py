"""What an image may take.  An archive of a few kilobytes can unpack to any size: every reader counts."""

from __future__ import annotations

import os

from layerlint._dataclass import dataclass
from layerlint.domain.units import format_bytes
from layerlint.images.errors import ImageError, LimitError

MAX_DOCUMENT = 4 << 20
"""Bytes of a manifest or an index: the least that a registry has to take (distribution-spec, "Pushing
Manifests"), and the most that most do."""
MAX_CONFIGURATION = 16 << 20
"""Bytes of an image configuration, or of the ``manifest.json`` of an archive."""
MAX_LAYERS = 1000
"""Overlayfs takes 500 (``OVL_MAX_STACK``), Docker's driver 128."""
MAX_HEADER = 1 << 20
"""Bytes of a pax header or a long name: as Go's ``archive/tar`` (``maxSpecialFileSize``)."""
MAX_FILES = 200_000
"""Members of the outer archive, or blobs of a layout."""
MAX_NESTING = 4
"""Indexes in an index."""

_BYTES = "LAYERLINT_IMAGE_BYTES"
_ENTRIES = "LAYERLINT_IMAGE_ENTRIES"


@dataclass(frozen=True, slots=True)
class Limits:
    bytes: int = 64 << 30
    """That all layers unpack to: about two minutes of SHA-256."""
    entries: int = 2_000_000
    """Of all layers: about a gigabyte of memory."""
    ratio: int | None = 250
    """Of the unpacked bytes to the packed ones, past `FREE_BYTES`.  Deflate comes to 1032 with zeros alone."""

    @staticmethod
    def of_environment() -> Limits:
        """The defaults, or what the user's environment says; a limit of bytes of one's own lifts the ratio."""
        amount, entries = _number(_BYTES), _number(_ENTRIES)
        return Limits(
            Limits().bytes if amount is None else amount,
            Limits().entries if entries is None else entries,
            Limits().ratio if amount is None else None,
        )


FREE_BYTES = 1 << 30
"""Unpacked before the ratio counts: logs full of zeros are real, and do no harm up to here."""


class Meter:
    """Counts what an image has taken so far."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.unpacked: int = 0
        self.entries: int = 0

    def unpack(self, amount: int, unpacked: int, packed: int) -> None:
        """``amount`` more bytes of a layer that has come to ``unpacked`` out of ``packed``."""
        self.unpacked += amount
        if self.unpacked > self.limits.bytes:
            raise LimitError(
                f"the layers unpack to more than {format_bytes(self.limits.bytes)}; {_BYTES}=… raises the limit"
            )
        ratio = self.limits.ratio
        if ratio is not None and unpacked > FREE_BYTES and unpacked > ratio * packed:
            raise LimitError(
                f"{format_bytes(packed)} of a layer unpack to more than {ratio} times as much, which looks "
                f"like a bomb; {_BYTES}=… sets a limit of your own instead"
            )

    def entry(self, amount: int = 1) -> None:
        self.entries += amount
        if self.entries > self.limits.entries:
            raise LimitError(
                f"more than {self.limits.entries} entries in its layers; {_ENTRIES}=… raises the limit"
            )


def _number(variable: str) -> int | None:
    text = os.environ.get(variable, "")
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) < 19 and int(text)):
        raise ImageError(f"{variable}: write a whole number above 0, not {text[:40]!r}")
    return int(text)
