"""The footprint of a package that was not measured, from what the index says of it.

Installed-Size rounds every file up to a KiB and counts one for a directory or a link (deb-substvars(5)),
so real bytes are a little below it, the more so for small files.  How far, and what part of them is
documentation, depends on the kind of package that its name tells.  The figures were fitted on the
measured packages of the same suite (`snapshot.fitting`): a median, and the 10th and 90th percentiles.
"""

from __future__ import annotations

import json

from layerlint._dataclass import dataclass
from layerlint.catalog.model import Footprint, Piece
from layerlint.catalog.records import PackageRecord
from layerlint.domain.size import Size

SMALL_KIB = 128
"""Below this Installed-Size rounding dominates: fitted apart."""


@dataclass(frozen=True, slots=True)
class Ratio:
    """Of real bytes to Installed-Size."""

    low: float
    likely: float
    high: float
    documents: float
    """The part of the real bytes that lies under ``/usr/share/doc``, ``man``, ``info`` and ``locale``."""
    generated: float = 0.0
    """Byte code and caches made when it is installed, over Installed-Size."""


@dataclass(frozen=True, slots=True)
class Estimator:
    ratios: dict[str, Ratio]
    """By kind and size class, ``lib/small``; ``other/large`` is always there."""
    file_bytes: int
    """Of a usual file: bytes over this are the number of files."""
    info_bytes: int
    info_files: int
    status_overhead: int
    """Of the status paragraph over the index paragraph: long description, conffiles, status line."""

    @staticmethod
    def load(text: str) -> Estimator:
        fields = json.loads(text)
        return Estimator(
            ratios={key: Ratio(**ratio) for key, ratio in fields["ratios"].items()},
            file_bytes=fields["file_bytes"],
            info_bytes=fields["info_bytes"],
            info_files=fields["info_files"],
            status_overhead=fields["status_overhead"],
        )

    def dump(self) -> str:
        from dataclasses import asdict

        return json.dumps(asdict(self), sort_keys=True)

    def footprint(self, record: PackageRecord) -> Footprint:
        ratio = self.ratios.get(ratio_key(record)) or self.ratios["other/large"]
        likely = ratio.likely * record.installed_kib * 1024
        bounds = ratio.low / ratio.likely, ratio.high / ratio.likely
        place = _place(record)
        parts = (
            (place, likely * (1 - ratio.documents)),
            (f"/usr/share/doc/{record.name}", likely * ratio.documents),
            (f"{place}/__pycache__", ratio.generated * record.installed_kib * 1024),
        )
        pieces = tuple(
            Piece(
                path,
                Size(int(part * bounds[0]), int(part), int(part * bounds[1]) + 1),
                count=2 + int(part) // self.file_bytes,
                summary=True,
            )
            for path, part in parts
            if part >= 1
        )
        return Footprint(
            pieces,
            info_bytes=self.info_bytes,
            info_files=self.info_files,
            status_bytes=record.control_bytes + self.status_overhead,
            measured=False,
        )


def kind(name: str) -> str:
    """What the name of a Debian package says of its contents (Debian Policy, and its sub-policies)."""
    for suffix in ("-doc", "-dev", "-dbg", "-dbgsym", "-data", "-common"):
        if name.endswith(suffix):
            return suffix[1:]
    for prefix in ("python3-", "fonts-", "node-", "lib"):
        if name.startswith(prefix):
            return "perl" if prefix == "lib" and name.endswith("-perl") else prefix.rstrip("-")
    return "other"


def ratio_key(record: PackageRecord) -> str:
    return f"{kind(record.name)}/{'small' if record.installed_kib < SMALL_KIB else 'large'}"


def _place(record: PackageRecord) -> str:
    """The directory where most of such a package's bytes usually lie."""
    match kind(record.name):
        case "doc":
            return f"/usr/share/doc/{record.name}"
        case "dev":
            return "/usr/include"
        case "data" | "common":
            return "/usr/share"
        case "python3":
            return "/usr/lib/python3/dist-packages"
        case "fonts":
            return "/usr/share/fonts"
        case "node":
            return "/usr/share/nodejs"
        case "perl":
            return "/usr/share/perl5"
        case "lib":
            return "/usr/lib/x86_64-linux-gnu"
        case _:
            return "/usr/bin" if record.architecture == "amd64" else "/usr/share"
