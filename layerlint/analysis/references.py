"""The images that a file names, and the parts of their references (distribution/reference)."""

from __future__ import annotations

from collections.abc import Iterator

from layerlint._dataclass import dataclass
from layerlint.execution.trace import Trace
from layerlint.graph import ImageRef
from layerlint.source import Span


@dataclass(frozen=True, slots=True)
class NamedImage:
    reference: str
    """As written, variables expanded."""
    tag: str | None
    digest: str | None
    span: Span


def named_images(trace: Trace) -> Iterator[NamedImage]:
    """Images of FROM, ``COPY --from`` and mounts of the stages that are built.

    A name that is not known is left out, and one whose end is an ARG that has no value here.
    """
    for edge in trace.graph.edges:
        if edge.stage in trace.graph.reachable and isinstance(edge.source, ImageRef):
            reference = edge.source.reference
            if isinstance(reference, str) and reference and reference[-1] not in ":@/":
                name, _, digest = reference.partition("@")
                tag = name.rpartition("/")[2].partition(":")[2]
                yield NamedImage(reference, tag or None, digest or None, edge.span)
