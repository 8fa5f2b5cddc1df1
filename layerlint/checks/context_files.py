"""COPY and ADD of the build context take along files that the image has no use for."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterator, Set
from fnmatch import translate
from functools import lru_cache

from layerlint._dataclass import dataclass
from layerlint.analysis.context_copies import context_sources, is_whole
from layerlint.analysis.wording import enumerate_names
from layerlint.checks.model import Check, Observation
from layerlint.dockerfile.instructions import Add, Copy
from layerlint.domain.size import Size, total
from layerlint.domain.units import Bytes
from layerlint.execution.trace import Step, Trace
from layerlint.filesystem.layer import EntryKind


@dataclass(frozen=True, slots=True)
class Params:
    names: tuple[str, ...] = ()
    """Patterns of the names of files and folders."""
    whole: bool = True
    """Also where the whole context is copied, of which `copy-whole-context` speaks."""
    minimum: Bytes = 0
    """Of one instruction."""


def _run(trace: Trace, params: Params) -> Iterator[Observation]:
    if trace.context is None:
        return
    for step in trace.layer_steps():
        words = context_sources(step.instruction)
        whole = any(map(is_whole, words))
        if not words or (whole and not params.whole):
            continue
        # A file that a source names is wanted.
        named = {word.value.rstrip("/").rpartition("/")[2] for word in words}
        found = {n: size for n, size in _found(step, params.names).items() if n not in named}
        size = total(found.values())
        if found and size.likely >= params.minimum:
            names = sorted(found, key=lambda name: (-found[name].likely, name))
            yield Observation(
                span=(words[0] if len(words) == 1 else next(filter(is_whole, words), words[0])).span,
                values={
                    "found": enumerate_names(names, 4),
                    "lines": ", ".join(f"**/{name}" for name in names[:4]),
                },
                bytes=size,
            )


def _found(step: Step, patterns: tuple[str, ...]) -> dict[str, Size]:
    """The names in the layer, each with the bytes of the files at or under it."""
    wanted = set() if step.layer is None else set(_matching(step.layer.contents.names, patterns))
    if step.layer is None or not wanted:
        return {}
    destination = _destination(step)
    found: dict[str, list[Size]] = {}
    for entry in step.layer.entries:
        if entry.kind in (EntryKind.WHITEOUT, EntryKind.OPAQUE, EntryKind.DIRECTORY):
            continue
        inside = entry.path.removeprefix(destination) if entry.path.startswith(destination) else entry.path
        name = next((part for part in inside.split("/") if part and part in wanted), None)
        if name is not None:
            found.setdefault(name, []).append(entry.bytes)
    return {name: total(sizes) for name, sizes in found.items()}


def _matching(names: Set[str], patterns: tuple[str, ...]) -> Iterator[str]:
    """The names that a pattern fits; most patterns are a name or an ending, which takes no pattern to see."""
    whole, endings, others = _sorted_out(patterns)
    yield from names & whole
    if endings:
        yield from (name for name in names if name.endswith(endings))
    for match in others:
        yield from filter(match, names)


@lru_cache(maxsize=64)  # asked for every step
def _sorted_out(
    patterns: tuple[str, ...],
) -> tuple[frozenset[str], tuple[str, ...], tuple[Callable[[str], object], ...]]:
    """The patterns that are a name, the endings, and what matches each of the others."""
    whole = frozenset(pattern for pattern in patterns if not _is_glob(pattern))
    endings = tuple(pattern[1:] for pattern in patterns if pattern[:1] == "*" and not _is_glob(pattern[1:]))
    others = (
        pattern for pattern in patterns if _is_glob(pattern) and (pattern[0] != "*" or _is_glob(pattern[1:]))
    )
    return whole, endings, tuple(re.compile(translate(pattern)).match for pattern in others)


def _is_glob(pattern: str) -> bool:
    return any(char in pattern for char in "*?[")


def _destination(step: Step) -> str:
    """Where it copies to: the names on the way there are the Dockerfile's, and wanted."""
    if not isinstance(step.instruction, Copy | Add):
        return "/"
    path = posixpath.normpath(
        posixpath.join(step.before.workdir, step.instruction.transfer.destination.value)
    )
    return "/" if path == "/" else path + "/"


CHECK = Check(Params, _run, ("found", "lines"), of_image=True)
