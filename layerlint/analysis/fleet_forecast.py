"""Several Dockerfiles side by side, before they are built: what a host keeps once for all of their images."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from hashlib import sha256

from layerlint.dockerfile.instructions import one_line
from layerlint.domain.credentials import redact
from layerlint.domain.size import Size, total
from layerlint.execution.trace import Step, Trace
from layerlint.filesystem.layer import Layer
from layerlint.filesystem.node import ArchiveMember, HostFile, Inode
from layerlint.report import FleetForecast


def fleet_forecast(traces: Sequence[Trace]) -> FleetForecast:
    """Layers are the same where a builder would take one from its cache: the same base, the same instructions
    before it (of the other stages too, where it copies from one), the same files of a context."""
    sizes: dict[str, Size] = {}
    names: dict[str, str] = {}
    holders: dict[str, list[int]] = {}
    images: list[tuple[str, list[str]]] = []
    for position, trace in enumerate(traces):
        own: list[str] = []
        for key, name, size in parts(trace):
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


def parts(trace: Trace) -> Iterator[tuple[str, str, Size]]:
    """The base, then each layer: a key that is the same for the same layer, what it is, its bytes."""
    target = trace.target
    if target is None:
        return
    base = target.base
    # An image that is not known is the same as another of that name; nothing is the same as scratch.
    last = _key(base.reference, trace.platform)
    yield last, f"FROM {redact(base.reference)}", base.bytes
    others = tuple(one_line(step.instruction) for step in trace.steps())
    for step in target.chain():
        text = one_line(step.instruction)
        last = _key(last, text, others if "from=" in text else (), _context_files(step))
        if step.layer is not None:
            yield last, text, step.layer.bytes


def _key(*facts: object) -> str:
    return sha256(repr(facts).encode("utf-8", "surrogatepass")).hexdigest()


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
