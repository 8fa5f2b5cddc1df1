"""The images that a file names, and the parts of their references (distribution/reference)."""

from __future__ import annotations

from collections.abc import Iterator

from layerlint._dataclass import dataclass
from layerlint.execution.trace import Trace
from layerlint.graph import EdgeKind, ImageRef
from layerlint.source import Span


@dataclass(frozen=True, slots=True)
class NamedImage:
    reference: str
    """As written, variables expanded."""
    tag: str | None
    digest: str | None
    span: Span
    kind: EdgeKind
    """What names it."""


def named_images(trace: Trace, *, built: bool = True) -> Iterator[NamedImage]:
    """Images of FROM, ``COPY --from`` and mounts, of the stages that are built or of all.

    A name that is not known is left out, and one whose end is an ARG that has no value here.
    """
    for edge in trace.graph.edges:
        if (edge.stage in trace.graph.reachable or not built) and isinstance(edge.source, ImageRef):
            reference = edge.source.reference
            if isinstance(reference, str) and reference and reference[-1] not in ":@/":
                yield _named(reference, edge.span, edge.kind)


def from_words(trace: Trace) -> Iterator[NamedImage]:
    """The images of every FROM as they are written; none that begins with a variable."""
    earlier = {"scratch"}
    for stage in trace.graph.stages:
        word = stage.instruction.image
        if word.value and not word.value.startswith("$") and word.value not in earlier:
            yield _named(word.value, word.span, EdgeKind.FROM)
        if stage.instruction.name is not None:
            earlier.add(stage.instruction.name.value)


def registry(reference: str) -> str:
    """The registry of a reference; ``docker.io`` where it names none."""
    first, slash, _ = reference.partition("/")
    return first if slash and ("." in first or ":" in first or first == "localhost") else "docker.io"


def _named(reference: str, span: Span, kind: EdgeKind) -> NamedImage:
    name, _, digest = reference.partition("@")
    tag = name.rpartition("/")[2].partition(":")[2]
    return NamedImage(reference, tag or None, digest or None, span, kind)
