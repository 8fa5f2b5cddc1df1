"""Which instruction made which layer of an image: its history, aligned with the instructions of a Dockerfile.

The rows of the base image come first, so leading rows may stay alone for nothing; from there on a row or an
instruction that stays alone costs something, and the alignment that costs the least is taken (a global
alignment of sequences with free gaps in front, as of Needleman and Wunsch).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Final

from layerlint._dataclass import dataclass
from layerlint.analysis.history_rows import Told, likeness, told_by_instruction, told_by_row
from layerlint.dockerfile.instructions import Workdir
from layerlint.images.model import History, Image

if TYPE_CHECKING:
    from layerlint.execution.trace import Step, Trace

_MOST_CELLS: Final = 400_000
"""Rows times instructions that are compared, about a second; of more, the last rows alone."""
_SAME: Final = 4.0
_ROW_ALONE: Final = -1.0
_LAYER_ALONE: Final = -2.0
_METADATA_ALONE: Final = -0.5
_MAKERS: Final = frozenset(("ADD", "COPY", "RUN"))


@dataclass(frozen=True, slots=True)
class LayerSource:
    """What made one layer of an image."""

    told: Told
    """By the row of its history; of nothing where it has none."""
    steps: tuple[Step, ...]
    """The instructions whose changes are in it, in order: several where a builder makes one layer of them,
    none for the base, or where no instruction is like its row."""

    @property
    def makers(self) -> tuple[Step, ...]:
        """Without a WORKDIR whose directory came along with what was done in it."""
        others = tuple(step for step in self.steps if not isinstance(step.instruction, Workdir))
        return others or self.steps


@dataclass(frozen=True, slots=True)
class Attribution:
    layers: tuple[LayerSource, ...]
    """One for each layer of the image."""
    base_layers: int
    """The first layers, which no instruction made; without a Dockerfile 0."""
    alone: tuple[Step, ...]
    """Steps with a layer in the forecast that are in no layer of the image."""
    notes: tuple[str, ...]


def attribute(image: Image, trace: Trace | None) -> Attribution:
    """The sources of the image's layers; without a Dockerfile what its history tells."""
    rows = image.config.history
    makers = [at for at, row in enumerate(rows) if not row.empty_layer]
    if len(makers) != len(image.layers):
        told = [_told(layer.history) for layer in image.layers]
        note = f"its history tells of {len(makers)} layers, and the image has {len(image.layers)}"
        sources = tuple(LayerSource(each, ()) for each in told)
        return Attribution(sources, 0, (), (note,) if rows else ("it has no history",))
    texts = [told_by_row(row.created_by) for row in rows]
    steps = [] if trace is None or trace.target is None else list(trace.target.chain())
    if not steps:
        return Attribution(tuple(LayerSource(texts[at], ()) for at in makers), 0, (), ())
    instructions = [told_by_instruction(step.instruction) for step in steps]
    found = align(texts, instructions, [step.layer is not None for step in steps])
    return _gather(texts, makers, steps, found)


def align(
    rows: Sequence[Told], instructions: Sequence[Told], makes_layer: Sequence[bool]
) -> Mapping[int, int]:
    """Row to instruction, for every row that is of one; both ascend."""
    width = len(instructions) + 1
    first = max(len(rows) - _MOST_CELLS // width, 0)
    best = [0.0]
    for layer in makes_layer:
        best.append(best[-1] + (_LAYER_ALONE if layer else _METADATA_ALONE))
    # For each row: what the best way to each number of instructions came from.
    moves: list[bytearray] = []
    for row in rows[first:]:
        move = bytearray(width)
        above, best = best, [0.0] * width
        for at in range(1, width):
            alike = likeness(row, instructions[at - 1])
            ways = (
                above[at] + _ROW_ALONE,
                best[at - 1] + (_LAYER_ALONE if makes_layer[at - 1] else _METADATA_ALONE),
                above[at - 1] + _SAME * alike if alike else float("-inf"),
            )
            move[at] = max(range(3), key=ways.__getitem__)
            best[at] = ways[move[at]]
        moves.append(move)
    found: dict[int, int] = {}
    at, number = width - 1, len(moves)
    while at and number:
        match moves[number - 1][at]:
            case 0:
                number -= 1
            case 1:
                at -= 1
            case _:
                number, at = number - 1, at - 1
                found[first + number] = at
    return dict(sorted(found.items()))


def _told(row: History | None) -> Told:
    return told_by_row("" if row is None else row.created_by)


def _gather(
    rows: Sequence[Told], makers: Sequence[int], steps: Sequence[Step], found: Mapping[int, int]
) -> Attribution:
    start = next(iter(found), len(rows))
    sources: list[LayerSource] = []
    unlike: list[str] = []
    previous, base = 0, 0
    for index, at in enumerate(makers):
        if at < start:
            sources.append(LayerSource(rows[at], ()))
            base = index + 1
        else:
            inside = [steps[found[row]] for row in range(max(previous, start), at + 1) if row in found]
            sources.append(LayerSource(rows[at], tuple(step for step in inside if step.layer is not None)))
            unlike += [
                rows[row].shown
                for row in range(max(previous, start), at + 1)
                if _unexplained(rows, row, found)
            ]
        previous = at + 1
    inside_any = {id(step) for source in sources for step in source.steps}
    alone = tuple(step for step in steps if step.layer is not None and id(step) not in inside_any)
    notes: list[str] = []
    if not found:
        notes.append("no row of its history is like an instruction of the Dockerfile")
    elif unlike:
        notes.append(f"no instruction of the Dockerfile is like {_listed(unlike)}")
    return Attribution(tuple(sources), base, alone, tuple(notes))


def _unexplained(rows: Sequence[Told], row: int, found: Mapping[int, int]) -> bool:
    return row not in found and rows[row].keyword in (*_MAKERS, "")


def _listed(texts: Sequence[str], most: int = 3) -> str:
    shown = ", ".join(f'"{text[:60]}{"…" if len(text) > 60 else ""}"' for text in texts[:most])
    return f"{shown} and {len(texts) - most} more" if len(texts) > most else shown
