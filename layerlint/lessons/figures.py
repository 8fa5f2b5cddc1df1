"""Figures of a forecast that several lessons show."""

from __future__ import annotations

from collections.abc import Iterator

from layerlint.domain.credentials import redact
from layerlint.domain.size import Size, total
from layerlint.domain.units import format_size
from layerlint.filesystem.node import Directory, Inode, Node
from layerlint.filesystem.tree import walk
from layerlint.report import HiddenRecord, LayersReport, Origin

SHOWN = 5
"""Rows of a table of examples: enough to see the point."""


def place_of(origin: Origin) -> str:
    return "the base" if origin.line is None else f"line {origin.line}"


def share(part: Size, whole: Size) -> str:
    """`` (27 %)`` of the likely amounts; empty where there is no whole or no bound."""
    if not whole.likely or whole.high is None or part.high is None:
        return ""
    return f" ({part.likely * 100 / whole.likely:.0f} %)"


def hidden_rows(items: Iterator[HiddenRecord]) -> tuple[tuple[str | Size, ...], ...]:
    """The first few: path, bytes, who made it, who hid it."""
    rows: list[tuple[str | Size, ...]] = []
    for item in items:
        if len(rows) == SHOWN:
            break
        rows.append((item.path, item.bytes, place_of(item.created), place_of(item.hidden_by)))
    return tuple(rows)


def folder_sizes(root: Directory) -> list[tuple[str, Size]]:
    """Each name of the root directory with the bytes of its regular files, hard links once; largest first."""
    seen: set[int] = set()

    def new_bytes(node: Node) -> Iterator[Size]:
        for _, each in walk("/", node):
            if isinstance(each, Inode) and id(each) not in seen:
                seen.add(id(each))
                yield each.size

    sizes = [(redact(f"/{name}"), total(new_bytes(node))) for name, node in sorted(root.children.items())]
    return sorted((each for each in sizes if each[1].likely), key=lambda each: (-each[1].likely, each[0]))


def image_in_words(report: LayersReport) -> str:
    """``The image comes to 787 MiB: 74.8 MiB of the base and 712 MiB in 6 layers above it.``"""
    above = total(layer.bytes for layer in report.layers)
    count = len(report.layers)
    layers = f"{count} layer{'' if count == 1 else 's'}"
    if report.base.source == "scratch":
        return f"The image comes to {format_size(report.image_bytes)}, all of it in {layers}: it stands on nothing."
    if report.base.source == "unknown":
        base = report.base.reference
        return (
            f"{layers.capitalize()} of {format_size(above)} stand on a base that is not known here: {base}."
        )
    return (
        f"The image comes to {format_size(report.image_bytes)}: {format_size(report.base.bytes)} of the base"
        f" ({report.base.reference}) and {format_size(above)} in {layers} above it."
    )
