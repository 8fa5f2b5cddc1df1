"""Several Dockerfiles side by side, before they are built: what a host keeps once for all of their images."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from layerlint.domain.credentials import redact
from layerlint.domain.size import Size, total
from layerlint.execution.instructions import one_line
from layerlint.execution.trace import Step, Trace
from layerlint.filesystem.layer import Layer
from layerlint.filesystem.node import ArchiveMember, HostFile, Inode
from layerlint.report import FleetForecast


def fleet_forecast(traces: Sequence[Trace]) -> FleetForecast:
    """Layers are the same where a builder would take one from its cache: the same base, the same instructions
    before it (of the other stages too, where it copies from one), the same files of a context."""
    known: dict[object, int] = {}
    sizes: dict[int, Size] = {}
    names: dict[int, str] = {}
    holders: dict[int, list[int]] = {}
    images: list[tuple[str, list[int]]] = []
    for position, trace in enumerate(traces):
        own: list[int] = []
        for key, name, size in _parts(trace, known):
            sizes.setdefault(key, size)
            names.setdefault(key, name)
            having = holders.setdefault(key, [])
            if position not in having:
                having.append(position)
            own.append(key)
        images.append((trace.document.source.path, own))
    shared = [key for key in sizes if len(holders[key]) > 1 and sizes[key].likely]
    shared.sort(key=lambda key: (-sizes[key].likely, names[key]))
    return FleetForecast(
        tuple(
            (
                path,
                total(sizes[key] for key in own),
                total(sizes[key] for key in own if len(holders[key]) == 1),
            )
            for path, own in images
        ),
        tuple((names[key], sizes[key], tuple(holders[key])) for key in shared),
        total(sizes[key] for _, own in images for key in own),
        total(sizes.values()),
    )


def _parts(trace: Trace, known: dict[object, int]) -> Iterator[tuple[int, str, Size]]:
    """The base and each layer: a number that is the same for the same layer, what it is, its bytes."""
    target = trace.target
    if target is None:
        return

    def number(key: object) -> int:
        return known.setdefault(key, len(known))

    base = target.base
    # An image that is not known is the same as another of that name; nothing is the same as scratch.
    last = number((base.reference, trace.platform))
    yield last, f"FROM {redact(base.reference)}", base.bytes
    others = tuple(one_line(step.instruction) for step in trace.steps())
    for step in target.chain():
        text = one_line(step.instruction)
        last = number((last, text, others if "from=" in text else (), _context_files(step)))
        if step.layer is not None:
            yield last, text, step.layer.bytes


def _context_files(step: Step) -> tuple[tuple[str, str, int], ...]:
    return () if step.layer is None else tuple(_host_files(step.layer))


def _host_files(layer: Layer) -> Iterator[tuple[str, str, int]]:
    for entry in layer.entries:
        if not isinstance(entry.node, Inode):
            continue
        match entry.node.content:
            case HostFile(path) | ArchiveMember(HostFile(path)):
                yield entry.path, str(path), entry.node.size.likely
            case _:
                pass
