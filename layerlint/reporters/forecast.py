"""What the formats for people say of a forecast: the rows of the layer table, and its sentences.

Everything here is one line and printable; each format only lays it out and escapes it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable

from layerlint._dataclass import dataclass
from layerlint.domain.size import UNBOUNDED, ZERO, Size, total
from layerlint.domain.units import format_size
from layerlint.report import Applicability, BaseRecord, FileReport, Finding, LayersReport, Severity
from layerlint.reporters.characters import one_line
from layerlint.reporters.size import short_size

COLUMNS = ("layer", "line", "instruction", "adds", "hidden", "so far")

NOTHING = "-"
"""In place of a size of zero among the hidden bytes, so that those which are there stand out."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the layer table, cells in the order of ``COLUMNS``."""

    cells: tuple[str, str, str, str, str, str]
    empty: bool
    """Nothing to look at: the layer holds no bytes, or the row is the heading of a stage."""


def rows(report: LayersReport) -> tuple[Row, ...]:
    """The base, then each layer, numbered from 1, under the name of its stage if there are several.

    ``so far`` is the size of the image up to and with the row.  A ``?`` marks the number of a step
    that is not fully understood.
    """
    base_hidden = total(record.bytes for record in report.hidden if record.created.layer is None)
    so_far = report.base.bytes
    base = f"FROM {one_line(report.base.reference)}"
    found = [Row(("base", "", base, short_size(so_far), _hidden(base_hidden), short_size(so_far)), False)]
    headed = len({layer.stage for layer in report.layers}) > 1
    stage = None
    for layer in report.layers:
        if headed and layer.stage != stage:
            stage = layer.stage
            found.append(Row(("", "", f"stage {one_line(stage)}:", "", "", ""), True))
        so_far += layer.bytes
        cells = (
            f"{layer.index + 1}{'' if layer.complete else '?'}",
            str(layer.line),
            one_line(layer.instruction),
            short_size(layer.bytes),
            _hidden(layer.hidden),
            short_size(so_far),
        )
        found.append(Row(cells, layer.bytes == ZERO and layer.complete))
    return tuple(found)


def headline(report: LayersReport) -> str:
    """``image 787 MiB forecast (base 74.8 MiB), 212 MiB hidden (27 %), 1 step not fully understood``."""
    image = short_size(report.image_bytes)
    named = "image" if report.target == "0" else f"image of stage {one_line(report.target)}"
    sized = "of unknown size" if image == "?" else f"{image} forecast"
    parts = [
        f"{named} {sized} ({_base_part(report.base)})",
        _hidden_part(report.hidden_bytes, report.image_bytes),
    ]
    if incomplete := sum(not layer.complete for layer in report.layers):
        parts.append(f"{count(incomplete, 'step')} not fully understood")
    return ", ".join(parts)


def not_understood(report: LayersReport) -> tuple[tuple[str, str], ...]:
    """What the forecast could not follow, each thing once: ``npx (lines 6, 9)``, and the reason."""
    found: dict[tuple[str, str], dict[int, None]] = {}
    for layer in report.layers:
        for each in layer.unmodelled:
            found.setdefault((one_line(each.command), one_line(each.reason)), {})[each.line] = None
    return tuple((f"{command} ({_lines(lines)})", reason) for (command, reason), lines in found.items())


@dataclass(frozen=True, slots=True)
class Tally:
    """What files have, counted: it can be added up while their reports come and go."""

    files: int = 0
    errors: int = 0
    warnings: int = 0
    infos: int = 0
    suppressed: int = 0
    known: int = 0
    fixable: int = 0

    @staticmethod
    def of(file: FileReport) -> Tally:
        found = [finding.severity for finding in file.findings]
        errors, warnings, infos = map(found.count, (Severity.ERROR, Severity.WARNING, Severity.INFO))
        fixable = sum(map(_is_fixable, file.findings))
        return Tally(1, errors, warnings, infos, file.suppressed, file.known, fixable)

    def __add__(self, other: Tally) -> Tally:
        return Tally(
            self.files + other.files,
            self.errors + other.errors,
            self.warnings + other.warnings,
            self.infos + other.infos,
            self.suppressed + other.suppressed,
            self.known + other.known,
            self.fixable + other.fixable,
        )

    def sentence(self) -> str:
        """``5 findings (1 error, 4 warnings), 1 suppressed, 2 fixable``, or that there are none."""
        findings = self.errors + self.warnings + self.infos
        kinds = (count(self.errors, "error"), count(self.warnings, "warning"), f"{self.infos} info")
        listed = ", ".join(kind for kind in kinds if not kind.startswith("0 "))
        parts = [f"{count(findings, 'finding')} ({listed})" if findings else "no findings"]
        parts += [
            f"{number} {word}"
            for number, word in (
                (self.suppressed, "suppressed"),
                (self.known, "known"),
                (self.fixable, "fixable"),
            )
            if number
        ]
        return ", ".join(parts)


def tally(files: Iterable[FileReport]) -> str:
    """The sentence of what the files have."""
    return sum(map(Tally.of, files), start=Tally()).sentence()


def message(finding: Finding) -> str:
    """The message on one line, with the bytes unless it says them already."""
    text = one_line(finding.message)
    if finding.bytes is None or finding.bytes in (ZERO, UNBOUNDED):
        return text
    size = format_size(finding.bytes)
    return text if size.removeprefix("~") in text else f"{text} ({size})"


def count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def _lines(lines: Collection[int]) -> str:
    return f"{'line' if len(lines) == 1 else 'lines'} {', '.join(map(str, lines))}"


def _is_fixable(finding: Finding) -> bool:
    return finding.fix is not None and finding.fix.applicability is not Applicability.DISPLAY_ONLY


def _base_part(base: BaseRecord) -> str:
    if base.source == "scratch":
        return "from scratch"
    size = short_size(base.bytes)
    return "base not known" if size == "?" else f"base {size}"


def _hidden(size: Size) -> str:
    return NOTHING if size == ZERO else short_size(size)


def _hidden_part(hidden: Size, image: Size) -> str:
    if hidden == ZERO:
        return "nothing hidden"
    amount = short_size(hidden)
    if hidden.high is None or image.high is None or not image.likely:
        return f"{'an unknown part' if amount == '?' else amount} hidden"
    return f"{amount} hidden ({hidden.likely * 100 / image.likely:.0f} %)"
