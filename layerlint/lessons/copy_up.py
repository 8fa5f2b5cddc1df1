"""What becomes of a file of a lower layer that is changed."""

from __future__ import annotations

from layerlint.domain.size import total
from layerlint.domain.units import format_size
from layerlint.execution.trace import Trace
from layerlint.filesystem.accounting import HiddenKind
from layerlint.filesystem.layer import Differ
from layerlint.lessons.figures import hidden_rows
from layerlint.report import LayersReport, LessonRecord, SectionRecord, TableRecord

_COPIED = (HiddenKind.METADATA_ONLY.value, HiddenKind.OVERWRITTEN.value)


def lesson(trace: Trace, report: LayersReport) -> LessonRecord:
    return LessonRecord(
        "copy-up",
        "Copy-up: a changed file is a second file",
        report.dockerfile,
        (_idea(), _differ(trace.differ), *_bytes(report), _instead()),
    )


def _idea() -> SectionRecord:
    return SectionRecord(
        "The idea",
        (
            "Lower layers are read-only. Before a file of a lower layer is changed, the union file system copies the"
            " whole of it into the upper layer, and changes the copy: one byte appended to 1 GiB is 1 GiB in the"
            " layer. overlay2 does so file by file, as aufs did.",
            "It copies for a change of the mode, the owner or an attribute as well as for one of the data, when a"
            " hard link to the file is made, and when it is opened for writing, even if nothing is written. A"
            " directory that is renamed is copied with all that is in it. Reading copies nothing.",
        ),
    )


def _differ(differ: Differ) -> SectionRecord:
    return SectionRecord(
        "What of the copies ships",
        (
            "BuildKit leaves out of the layer what came out as it was (`chown` to the owner that a file has);"
            " graph drivers (Docker up to 28 with overlay2) ship every file that was copied up."
            f" This forecast is for {differ.value} (--differ).",
        ),
    )


def _bytes(report: LayersReport) -> tuple[SectionRecord, ...]:
    metadata = [item for item in report.hidden if item.kind == _COPIED[0]]
    data = [item for item in report.hidden if item.kind == _COPIED[1]]
    columns = ("path", "bytes", "made by", "copied by")
    if not metadata and not data:
        return (SectionRecord("In your image", ("No file of a lower layer is changed.",)),)
    sections = []
    if metadata:
        size = format_size(total(item.bytes for item in metadata))
        sections.append(
            SectionRecord(
                "Copied for their mode, owner, time or a link alone",
                (f"{size} are in your image twice, the same data:",),
                TableRecord(columns, hidden_rows(iter(metadata))),
            )
        )
    if data:
        size = format_size(total(item.bytes for item in data))
        sections.append(
            SectionRecord(
                "Written anew",
                (f"{size} are old data under files that a later layer wrote again:",),
                TableRecord(columns, hidden_rows(iter(data))),
            )
        )
    return tuple(sections)


def _instead() -> SectionRecord:
    return SectionRecord(
        "What helps",
        (
            "`COPY --chown=… --chmod=…` in place of a RUN chown behind it; the owner and mode set in the RUN that"
            " makes the files; all installs of one package manager in one RUN, since each rewrites its databases.",
        ),
    )
