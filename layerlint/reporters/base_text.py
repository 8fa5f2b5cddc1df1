"""The advice on a base for people: a table of candidates, why, and the lines that change for the best."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Final

from layerlint.report import SPLIT, BaseAdvice, BaseVerdict, CandidateRecord, NeedRecord
from layerlint.reporters.characters import cells, one_line, pad, printable, shorten, wrap
from layerlint.reporters.markdown import cut, escape, table
from layerlint.reporters.size import short_size
from layerlint.reporters.style import Style

_COLUMNS: Final = ("verdict", "base", "image", "saved", "add, or why not")
_INKS: Final = {
    BaseVerdict.MEETS: "32",
    BaseVerdict.WITH_PACKAGES: "36",
    BaseVerdict.UNKNOWN: "33",
    BaseVerdict.FAILS: "2",
}
_GAP: Final = "  "
_MARKS: Final = re.compile("`+")
_LEAST: Final = 24
"""Cells of the last column, however narrow the terminal is."""
_MOST_DOUBTS: Final = 6
"""Of a split: with more, the rest are counted; JSON has all."""


def text(found: Sequence[BaseAdvice], style: Style) -> str:
    lines: list[str] = []
    for one in found:
        if lines:
            lines.append("")
        lines += _advice(one, style)
    return "".join(f"{line}\n" for line in lines)


def _advice(one: BaseAdvice, style: Style) -> Iterator[str]:
    heading = (
        f"{one_line(one.dockerfile)}:{one.place.line}: FROM {one_line(one.base.reference)}: {_sentence(one)}"
    )
    for line in wrap(heading, style.width):
        yield _paint(line, "1", style)
    if one.candidates:
        yield ""
        yield from _table(one, style)
    else:
        yield from wrap(_nothing(one), style.width)
    missing = [need for need in one.needs if need.today == "missing"]
    if missing:
        yield ""
        for need in missing:
            place = need.evidence[0]
            where = one_line(place.where)
            yield from wrap(f"missing today: {_thing(need)}: {where}: {one_line(place.text)}", style.width)
    if style.verbose:
        yield from _needs(one, style)
    best = one.candidates[0] if one.candidates else None
    if best is not None and best.verdict in (BaseVerdict.MEETS, BaseVerdict.WITH_PACKAGES):
        yield ""
        for risk in best.risks:
            yield from wrap(one_line(f"mind with {best.reference}: {risk}"), style.width)
        yield from (_diff_line(line, style) for line in best.diff.splitlines())
    split = next((each for each in one.candidates if each.what == SPLIT), None)
    if split is not None and (split is not best or best.verdict is BaseVerdict.UNKNOWN):
        yield ""
        yield from _proposed(split, style)
    elif one.no_split:
        yield ""
        yield from wrap(one_line(one.no_split), style.width)
    if best is not None and best.verdict is BaseVerdict.UNKNOWN and not style.verbose:
        yield ""
        yield from wrap(
            "Nothing certain: --verbose shows what is needed, and what is not known.", style.width
        )


def _proposed(split: CandidateRecord, style: Style) -> Iterator[str]:
    """The split that is not the best: to be looked at."""
    yield from wrap(f"A stage of its own for what is run, on {split.reference}:", style.width)
    for line in _doubts(split) if split.verdict is BaseVerdict.UNKNOWN else ():
        yield from wrap(f"  {line}", style.width)
    yield from (_diff_line(line, style) for line in split.diff.splitlines())


def _doubts(split: CandidateRecord) -> Iterator[str]:
    """With many of them, the first ones."""
    shown = split.reasons if len(split.reasons) <= _MOST_DOUBTS else split.reasons[: _MOST_DOUBTS - 1]
    yield from (one_line(reason.text) for reason in shown)
    if len(shown) < len(split.reasons):
        yield f"and {len(split.reasons) - len(shown)} more"


def _sentence(one: BaseAdvice) -> str:
    parts = [f"an image of {short_size(one.image_bytes)}, {short_size(one.base.bytes)} of it the base"]
    if one.end_of_life:
        parts.append(
            f"which {'gets' if one.supported is not False else 'got'} fixes until {one_line(one.end_of_life)}"
        )
    return ", ".join(parts)


def _nothing(one: BaseAdvice) -> str:
    if one.base.source == "unknown":
        return (
            "The base is not in the catalog: what it holds is not known, so nothing can be compared with it."
        )
    if not one.base_known:
        return "What the base holds is taken from others, not known: nothing can be compared with it."
    return "No smaller base is known for it."


def _table(one: BaseAdvice, style: Style) -> Iterator[str]:
    rows = [_row(each) for each in one.candidates]
    widths = [
        max(len(name), *(cells(row[column]) for row in rows)) for column, name in enumerate(_COLUMNS[:-1])
    ]
    left = max(_LEAST, style.width - sum(widths) - len(_GAP) * len(widths))

    def line(row: Sequence[str], cut: bool) -> str:
        found = [
            pad(text, width, right=n >= 2) for n, (text, width) in enumerate(zip(row, widths, strict=False))
        ]
        return _GAP.join([*found, shorten(row[-1], left) if cut else row[-1]]).rstrip()

    yield _paint(line(_COLUMNS, True), "1", style)
    for each, row in zip(one.candidates, rows, strict=True):
        yield _paint(line(row, not style.verbose), _INKS[each.verdict], style)
        if style.verbose:
            lines = (
                _doubts(each) if each.what == SPLIT else (one_line(reason.text) for reason in each.reasons)
            )
            yield from (f"    {line}" for line in islice(lines, 1, None))
            for risk in each.risks:
                yield f"    mind: {one_line(risk)}"


def _row(each: CandidateRecord) -> tuple[str, ...]:
    image = "?" if each.image_bytes is None else short_size(each.image_bytes)
    kept = "?" if each.saved is None else short_size(each.saved)
    if each.packages and each.verdict is BaseVerdict.WITH_PACKAGES:
        why = one_line("+ " + " ".join(each.packages))
    elif each.reasons:
        why = one_line(each.reasons[0].text)
        more = len(each.reasons) - 1
        why += f" (and {more} more)" if more else ""
    else:
        why = one_line(each.what)
    if each.shared is not None and each.shared.likely:
        why += f"; {short_size(each.shared)} of it are stored for other files"
    verdict = {BaseVerdict.WITH_PACKAGES: "with packages"}.get(each.verdict, each.verdict.value)
    base = f"split: {each.reference}" if each.what == SPLIT else each.reference
    return (verdict, one_line(base), image, kept, why)


def _needs(one: BaseAdvice, style: Style) -> Iterator[str]:
    yield ""
    yield _paint("needed:", "1", style)
    for need in one.needs:
        place = need.evidence[0]
        where = one_line(place.where)
        because = f" ({one_line(need.because)})" if need.because else ""
        state = "" if need.today == "met" else f" [{one_line(need.today)} today]"
        yield shorten(
            f"  {_thing(need)}{state}: {where}: {one_line(place.text)}{because}", max(60, style.width)
        )
    if one.gaps:
        yield _paint("not known:", "1", style)
        for gap in one.gaps:
            yield from wrap(f"  {one_line(gap)}", style.width)


def _thing(need: NeedRecord) -> str:
    version = f" {need.version}" if need.version else ""
    return one_line(f"{need.kind} {need.name}{version}, to {need.when}")


def _diff_line(line: str, style: Style) -> str:
    ink = {"-": "31", "+": "32", "@": "36"}.get(line[:1], "")
    return _paint(_diff_text(line), ink, style)


def _diff_text(line: str) -> str:
    """A line of a difference; how far it is set in stays."""
    return printable(line).expandtabs(4).rstrip()


def _paint(line: str, ink: str, style: Style) -> str:
    return f"\x1b[{ink}m{line}\x1b[0m" if style.colour and ink else line


# ------------------------------------------------------------------------- Markdown


def markdown(found: Sequence[BaseAdvice], style: Style) -> str:
    """A section a file, for a comment or a summary."""
    return cut(line for one in found for line in _section(one))


def _section(one: BaseAdvice) -> Iterator[str]:
    yield f"### {_code(one.dockerfile)}: base {_code(one.base.reference)}"
    yield ""
    yield f"{escape(_sentence(one))}."
    yield ""
    if not one.candidates:
        yield escape(_nothing(one))
        yield ""
        return
    yield from table(
        [(name, False) for name in _COLUMNS],
        (
            (verdict, _code(base), image, kept, escape(why))
            for verdict, base, image, kept, why in map(_row, one.candidates)
        ),
    )
    yield ""
    best = one.candidates[0]
    if best.verdict in (BaseVerdict.MEETS, BaseVerdict.WITH_PACKAGES) and best.diff:
        body = [_diff_text(line) for line in best.diff.splitlines()]
        # Longer than any in the lines: a shorter one among them does not end it (CommonMark 0.31 §4.5).
        fence = "`" * max([4, *(len(run) + 1 for line in body for run in _MARKS.findall(line))])
        yield f"{fence}diff"
        yield from body
        yield fence
        yield ""


def _code(text: str) -> str:
    return f"<code>{escape(text)}</code>"
