"""An image out of a registry that is not on the list."""

from __future__ import annotations

from collections.abc import Iterator
from fnmatch import fnmatchcase
from typing import Final

from layerlint._dataclass import dataclass
from layerlint.analysis.references import registry
from layerlint.checks.model import Check, Observation
from layerlint.dockerfile.instructions import From
from layerlint.execution.trace import Trace
from layerlint.graph import ImageRef
from layerlint.source import Span

_OTHER_NAMES: Final = ("hub.docker.com",)
"""What lists call the registry of images without one (hadolint takes it so)."""


@dataclass(frozen=True, slots=True)
class Params:
    registries: tuple[str, ...] = ()
    """Names of hosts, with ``*`` for any part; without one, every registry will do."""


def _run(trace: Trace, params: Params) -> Iterator[Observation]:
    if not params.registries:
        return
    for span, reference in _references(trace):
        host = registry(reference)
        hosts = (host, *_OTHER_NAMES) if not reference.startswith(f"{host}/") else (host,)
        if not any(fnmatchcase(name, pattern) for name in hosts for pattern in params.registries):
            yield Observation(span, {"image": reference, "registry": host})


def _references(trace: Trace) -> Iterator[tuple[Span, str]]:
    for edge in trace.graph.edges:
        if not isinstance(edge.source, ImageRef):
            continue
        if isinstance(edge.source.reference, str):
            yield edge.span, edge.source.reference
        elif isinstance(edge.instruction, From):
            # The host may stand in front of what is not known.
            known, _, rest = edge.instruction.image.value.partition("/")
            if rest and "$" not in known:
                yield edge.span, edge.instruction.image.value


CHECK = Check(Params, _run, ("image", "registry"))
