"""A line of a configuration file that a step writes or copies, where what is in it is known."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from layerlint._dataclass import dataclass
from layerlint.analysis.causes import cause_of
from layerlint.analysis.context_copies import reachable_steps
from layerlint.analysis.places import places
from layerlint.analysis.secret_files import read_head
from layerlint.checks.model import Check, Observation
from layerlint.execution.trace import Step, Trace
from layerlint.filesystem.layer import EntryKind
from layerlint.filesystem.node import Change, Inode
from layerlint.shell.glob import matches
from layerlint.source import Span

_FILES: Final = 200
"""Files read of one image: each is small, but a folder may hold any number of such a name."""
_LONGEST: Final = 500
"""Characters of a line that is looked at."""


@dataclass(frozen=True, slots=True)
class Params:
    files: tuple[str, ...] = ()
    """Absolute, in any home (``~/.npmrc``), or anywhere (``pip.conf``)."""
    lines: tuple[str, ...] = ()
    """Patterns of a whole line, in any case; blanks at its ends and around ``=`` do not count."""


def _run(trace: Trace, params: Params) -> Iterator[Observation]:
    wanted, left = places(params.files), _FILES
    patterns = [pattern.lower() for pattern in params.lines]
    seen: set[Span] = set()
    for step in reachable_steps(trace):
        for path, inode in _written(step):
            if not wanted(path) or left <= 0:
                continue
            left -= 1
            line = _first(inode, patterns)
            cause = cause_of(step, inode.because)
            if line and cause.span not in seen:
                seen.add(cause.span)
                yield Observation(cause.span, {"path": path, "line": line, "command": cause.text})


def _written(step: Step) -> Iterator[tuple[str, Inode]]:
    """Files with data that the step's layer brings."""
    for entry in () if step.layer is None else step.layer.entries:
        node = entry.node
        if entry.kind is not EntryKind.FILE or not isinstance(node, Inode):
            continue
        if node.change in (Change.CREATED, Change.CONTENT):
            yield entry.path, node


def _first(inode: Inode, patterns: list[str]) -> str:
    """The line, in one form of blanks."""
    for line in (read_head(inode) or b"").decode("utf-8", "replace").splitlines():
        text = "=".join(part.strip() for part in " ".join(line[:_LONGEST].split()).split("="))
        if any(matches(pattern, text.lower()) for pattern in patterns):
            return text
    return ""


CHECK = Check(Params, _run, ("path", "line", "command"))
