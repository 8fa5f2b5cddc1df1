"""One instruction explained, for people: what each of its commands adds, where, and why that is thought."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from layerlint.domain.size import Size
from layerlint.domain.units import format_size
from layerlint.report import Basis, CommandRecord, StepRecord
from layerlint.reporters.characters import one_line, shorten
from layerlint.reporters.forecast import count
from layerlint.reporters.size import short_size
from layerlint.reporters.style import Style

_WORDS: Mapping[Basis, str] = {
    Basis.CONTEXT: "files of the build context",
    Basis.COMMAND: "what the command says",
    Basis.BASE: "files of the base image",
    Basis.INDEX: "a package index or a lock file",
    Basis.MEASURE: "what such a command was measured to write",
    Basis.GUESS: "a guess",
}


def steps(records: Sequence[StepRecord], style: Style) -> str:
    """A block an instruction."""
    return "\n".join("".join(f"{line}\n" for line in _step(record, style)) for record in records)


def _step(record: StepRecord, style: Style) -> Iterator[str]:
    lines = f"{record.line}" if record.line == record.end_line else f"{record.line}-{record.end_line}"
    yield shorten(f"{one_line(record.dockerfile)}:{lines}: {one_line(record.instruction)}", style.width)
    if record.bytes is None:
        yield "makes no layer: it changes the settings of the image only"
        return
    entries = "some" if record.entries.high is None else str(record.entries.likely)
    packed = short_size(record.compressed)
    yield f"stage {one_line(record.stage)}: adds {_interval(record.bytes)}, {entries} entries, {packed} compressed"
    for command in record.commands:
        yield ""
        yield from _command(command, style)
    if record.unmodelled:
        yield ""
        yield f"not understood in full ({count(len(record.unmodelled), 'reason')}):"
        for each in record.unmodelled:
            yield shorten(
                f"  line {each.line}: {one_line(each.reason)}: `{one_line(each.command)}`", style.width
            )


def _command(record: CommandRecord, style: Style) -> Iterator[str]:
    yield shorten(f"{short_size(record.bytes):>12}  `{one_line(record.command)}`", style.width)
    for basis, size in record.basis.items():
        yield f"{'':>12}  {_interval(size)} by {_WORDS[basis]}"
    for path, size in record.places:
        yield shorten(f"{short_size(size):>12}    {one_line(path)}", style.width)


def _interval(size: Size) -> str:
    """The likely amount, and its bounds where they are apart."""
    if size.is_exact:
        return format_size(size)
    likely = format_size(size.likely)
    if size.high is None:
        return f"{likely} ({format_size(size.low)} or more)" if size.likely else "an unknown amount"
    return f"{likely} ({format_size(size.low)} to {format_size(size.high)})"
