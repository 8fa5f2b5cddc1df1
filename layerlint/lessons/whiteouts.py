"""What becomes of a file of a lower layer that is deleted."""

from __future__ import annotations

from layerlint.domain.credentials import redact
from layerlint.domain.size import Size, total
from layerlint.domain.units import format_size
from layerlint.execution.trace import Trace
from layerlint.filesystem.accounting import HiddenKind
from layerlint.filesystem.layer import EntryKind
from layerlint.filesystem.node import Inode
from layerlint.filesystem.tree import walk
from layerlint.lessons.figures import SHOWN, hidden_rows
from layerlint.report import LayersReport, LessonRecord, SectionRecord, TableRecord

_GONE = frozenset({HiddenKind.DELETED.value, HiddenKind.TYPE_CHANGE.value, HiddenKind.MOVED.value})


def lesson(trace: Trace, report: LayersReport) -> LessonRecord:
    return LessonRecord(
        "whiteouts",
        "Whiteouts: a deleted file is covered, not gone",
        report.dockerfile,
        (_idea(), _marks(trace, report), _bytes(trace, report), _instead()),
    )


def _idea() -> SectionRecord:
    return SectionRecord(
        "The idea",
        (
            "A layer cannot take anything out of the layers below it. To delete a file of a lower layer, the upper"
            " one holds a mark in its place, a whiteout: the file can no longer be seen, and still ships.",
            "A file that is made and deleted by one and the same instruction never gets into a layer.",
        ),
    )


def _marks(trace: Trace, report: LayersReport) -> SectionRecord:
    lines = {layer.index: layer.line for layer in report.layers}
    rows: list[tuple[str | Size, ...]] = []
    count = 0
    for step in trace.layer_steps():
        assert step.layer is not None
        for entry in step.layer.entries:
            if entry.kind not in (EntryKind.WHITEOUT, EntryKind.OPAQUE):
                continue
            count += 1
            if len(rows) < SHOWN:
                line = f"{lines.get(step.layer.index, 0)}"
                rows.append((line, *_forms(redact(entry.path), entry.kind is EntryKind.OPAQUE)))
    heading = "The mark, in each form"
    forms = (
        "In the tar of a layer (OCI image specification, after aufs, which kept these files on disk) it is an empty"
        " file with `.wh.` in front of the name. On disk under overlay2 it is a character device 0, 0 of the same"
        " name. A directory that was deleted and made anew is opaque: `.wh..wh..opq` in it, or the attribute"
        " trusted.overlay.opaque, hides all that the lower layers have in it."
    )
    if rows:
        return SectionRecord(
            heading,
            (
                forms,
                f"Your layers hold {count} of them{', of which the first are' if count > SHOWN else ''}:",
            ),
            TableRecord(
                ("line", "in the layer's tar, and on disk under aufs", "on disk under overlay2"), tuple(rows)
            ),
        )
    largest = _largest(trace)
    if largest is None:
        return SectionRecord(heading, (forms, "Your layers hold none."))
    return SectionRecord(
        heading,
        (
            forms,
            f"Your layers hold none. Were a later RUN to remove {largest[0]}, which has {format_size(largest[1])},"
            " its layer would hold this, and the image would not be a byte smaller:",
        ),
        TableRecord(
            ("in the layer's tar, and on disk under aufs", "on disk under overlay2"),
            (_forms(largest[0], False),),
        ),
    )


def _forms(path: str, opaque: bool) -> tuple[str, str]:
    folder, _, name = path.strip("/").rpartition("/")
    prefix = f"{folder}/" if folder else ""
    if opaque:
        whole = f"{prefix}{name}/" if name else ""
        return f"{whole}.wh..wh..opq", f"{path}/, trusted.overlay.opaque=y"
    return f"{prefix}.wh.{name}", f"{path}, c 0 0"


def _largest(trace: Trace) -> tuple[str, Size] | None:
    """The largest file that can be seen and whose name is known."""
    if trace.target is None:
        return None
    files = (
        (path, node.size)
        for path, node in walk("/", trace.target.final.filesystem.root)
        if isinstance(node, Inode) and not node.is_summary and node.size.likely
    )
    largest = min(files, key=lambda each: (-each[1].likely, each[0]), default=None)
    return None if largest is None else (redact(largest[0]), largest[1])


def _bytes(trace: Trace, report: LayersReport) -> SectionRecord:
    gone = [item for item in report.hidden if item.kind in _GONE]
    if not gone:
        return SectionRecord("What they cover", ("No file of a lower layer is deleted or moved away.",))
    size = total(item.bytes for item in gone)
    base = total(item.bytes for item in gone if item.created.layer is None)
    paragraphs = [f"{format_size(size)} ship below whiteouts, or under the new place of what was moved:"]
    if base.likely:
        paragraphs.append(
            f"{format_size(base)} of that is the base's own: a smaller base saves them, a tidier RUN does not."
        )
    return SectionRecord(
        "What they cover",
        tuple(paragraphs),
        TableRecord(("path", "bytes", "made by", "hidden by"), hidden_rows(iter(gone))),
    )


def _instead() -> SectionRecord:
    return SectionRecord(
        "What helps",
        (
            "Delete in the RUN that made it (`apt-get install … && rm -rf /var/lib/apt/lists/*`); keep caches out of"
            " the layer (`RUN --mount=type=cache`); build in a stage of its own and COPY --from it what is needed; or"
            " take a base that never had it.",
        ),
    )
