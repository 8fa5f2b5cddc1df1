"""What a layer is, what each instruction puts into one, and what a change costs those who pull."""

from __future__ import annotations

from layerlint.domain.size import Size, total
from layerlint.domain.units import format_size
from layerlint.execution.trace import Trace
from layerlint.lessons.figures import image_in_words, share
from layerlint.report import LayersReport, LessonRecord, SectionRecord, TableRecord


def lesson(trace: Trace, report: LayersReport) -> LessonRecord:
    return LessonRecord(
        "layers",
        "Layers: an image is a pile of changes",
        report.dockerfile,
        (_idea(report), _own_layers(trace, report), _what_it_costs(report), _cache(report)),
    )


def _idea(report: LayersReport) -> SectionRecord:
    return SectionRecord(
        "The idea",
        (
            "RUN, COPY, ADD and WORKDIR each leave a layer: a tar archive of the files that the instruction added"
            " or changed, and of marks for those that it deleted. Nothing in a layer below is ever altered.",
            "At run time a union file system (overlayfs, for Docker's driver overlay2) stacks the layers and shows"
            " one tree. Where several layers have a path, the uppermost wins. A container adds one writable layer"
            " on top of its own, and loses it when it is removed.",
            "So bytes only add up: a layer is pulled and stored whole, whatever a later one hides of it.",
            image_in_words(report),
        ),
    )


def _own_layers(trace: Trace, report: LayersReport) -> SectionRecord:
    rows = tuple(
        (f"{layer.line}", layer.instruction, layer.bytes, layer.hidden, _entries(layer.entries))
        for layer in report.layers
    )
    metadata = [] if trace.target is None else [step for step in trace.target.chain() if step.layer is None]
    lines = sorted({trace.document.source.position(step.instruction.node.span.start)[0] for step in metadata})
    paragraphs = (
        (
            f"{len(metadata)} other instruction{'' if len(metadata) == 1 else 's'} (line"
            f"{'' if len(lines) == 1 else 's'} {', '.join(map(str, lines))}) change the settings of the image alone:"
            " they add a line to its configuration and no layer with files.",
        )
        if lines
        else ()
    )
    if not rows:
        paragraphs = ("No instruction here makes a layer: the image is its base with other settings.",)
    table = TableRecord(("line", "instruction", "adds", "hidden", "entries"), rows) if rows else None
    return SectionRecord("Your layers", paragraphs, table)


def _entries(size: Size) -> str:
    return "?" if size.high is None else f"{size.likely}"


def _what_it_costs(report: LayersReport) -> SectionRecord:
    hidden = report.hidden_bytes
    if not hidden.likely:
        text = "No byte of your layers is hidden by a later one: all that ships can be seen."
    else:
        text = (
            f"{format_size(hidden)}{share(hidden, report.image_bytes)} ship although nobody can ever see them: a"
            " later layer deletes or replaces the files. `layerlint explain whiteouts` and `layerlint explain"
            " copy-up` show which."
        )
    return SectionRecord("What ships, and what is seen", (text,))


def _cache(report: LayersReport) -> SectionRecord:
    sizes = [layer.bytes for layer in report.layers]
    rows = tuple(
        (f"{layer.line}", layer.instruction, total(sizes[index:]))
        for index, layer in enumerate(report.layers)
    )
    return SectionRecord(
        "What a change costs",
        (
            "A layer is known by the digest of its content, and built again when its instruction, a file that it"
            " copies or any layer below changes. All layers above are then built, pushed and pulled anew, so what"
            " changes often belongs low in the file. The base is stored once for all images that stand on it.",
        ),
        TableRecord(("line", "a change here", "is pulled again"), rows) if rows else None,
    )
