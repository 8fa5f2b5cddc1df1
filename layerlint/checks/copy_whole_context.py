"""COPY of the whole build context takes along what is no part of the program."""

from __future__ import annotations

from collections.abc import Iterator

from layerlint._dataclass import dataclass
from layerlint.analysis.context_copies import whole_context_copies
from layerlint.analysis.wording import enumerate_names
from layerlint.checks.model import Check, Observation
from layerlint.domain.size import Size, total
from layerlint.domain.units import format_size
from layerlint.execution.trace import Step, Trace
from layerlint.filesystem.layer import EntryKind
from layerlint.report import Confidence

_UNWANTED = (
    ".DS_Store", ".cache", ".coverage", ".env", ".git", ".hg", ".idea", ".mypy_cache", ".pytest_cache",
    ".ruff_cache", ".svn", ".terraform", ".tox", ".venv", ".vscode", "__pycache__", "node_modules", "venv",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Params:
    names: tuple[str, ...] = _UNWANTED
    """Of files and folders that no image wants, wherever they lie."""


def _run(trace: Trace, params: Params) -> Iterator[Observation]:
    ships = {id(step) for step in trace.layer_steps()}
    for step, word in whole_context_copies(trace):
        if trace.context is None and step.instruction.node.elsewhere:
            continue  # nothing is seen but the words of a base image's trigger
        if trace.context is None:
            yield Observation(word.span, {"found": "whatever it holds"}, confidence=Confidence.LOW)
            continue
        found = _found(step, frozenset(params.names))
        if found:
            names = sorted(found, key=lambda name: (-found[name].likely, name))
            size = total(found.values())
            yield Observation(
                span=word.span,
                values={"found": f"with {enumerate_names(names, 4)} ({format_size(size)})"},
                bytes=size if id(step) in ships else None,
            )


def _found(step: Step, names: frozenset[str]) -> dict[str, Size]:
    """The names that the layer holds, each with the bytes of the files at or under it."""
    found: dict[str, list[Size]] = {}
    if step.layer is None or names.isdisjoint(step.layer.contents.names):
        return {}
    for entry in step.layer.entries:
        if entry.kind in (EntryKind.WHITEOUT, EntryKind.OPAQUE):
            continue
        name = next((part for part in entry.path.split("/") if part in names), None)
        if name is not None:
            found.setdefault(name, []).append(entry.bytes)
    return {name: total(sizes) for name, sizes in found.items()}


CHECK = Check(Params, _run, ("found",), of_image=True)
