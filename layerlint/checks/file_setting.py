"""A line of a configuration file that a step writes or copies, where what is in it is known."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

from layerlint._dataclass import dataclass
from layerlint._pattern import pattern
from layerlint.analysis.causes import cause_of
from layerlint.analysis.command_lines import command_lines
from layerlint.analysis.context_copies import reachable_steps
from layerlint.analysis.places import places
from layerlint.analysis.secret_files import read_head
from layerlint.checks._lines import text_of
from layerlint.checks.model import Check, Observation
from layerlint.execution.trace import Step, Trace
from layerlint.filesystem.node import Inode
from layerlint.report import Confidence
from layerlint.shell.glob import matches
from layerlint.source import Span

_FILES: Final = 200
"""Files read of one image: each is small, but a folder may hold any number of such a name."""
_TARGET: Final = pattern(r"(?<![0-9&>])>{1,2}[ \t]*\"?([^\s;&|()<>\"']{1,300})")
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
        contents = None if step.layer is None else step.layer.contents
        for entry in contents.new_files if contents is not None and wanted.may_hold(contents.names) else ():
            path, inode = entry.path, entry.node
            if not isinstance(inode, Inode) or not wanted(path) or left <= 0:
                continue
            left -= 1
            line = _match((read_head(inode) or b"").decode("utf-8", "replace"), patterns)
            cause = cause_of(step, inode.because)
            if line and cause.span not in seen:
                seen.add(cause.span)
                yield Observation(cause.span, {"path": path, "line": line, "command": cause.text})
    for observation in _echoed(trace, wanted, patterns):
        if observation.span not in seen:
            yield observation


def _echoed(trace: Trace, wanted: Callable[[str], bool], patterns: list[str]) -> Iterator[Observation]:
    """``echo LINE >> FILE``, where what else is in the file is not known: it may be changed again."""
    text = trace.document.source.text
    for line in command_lines(trace):
        if not line.place.built or line.name not in ("echo", "printf"):
            continue
        targets = _TARGET.findall(text, line.span.start, line.span.end)
        path = next((each for each in (_at_home(target) for target in targets) if wanted(each)), None)
        words = [word.text for word in line.arguments if isinstance(word.text, str)]
        found = path and _match(" ".join(words).replace("\\n", "\n").replace("\\t", " "), patterns)
        if path and found and not _is_known(line.place.step, path):
            values = {"path": path, "line": found, "command": text_of(trace, line)}
            yield Observation(line.span, values, confidence=Confidence.MEDIUM)


def _is_known(step: Step, path: str) -> bool:
    """The file is there at the end of the step, and what is in it was looked at; or it is gone again."""
    node = step.after.filesystem.lookup(path)
    if node is None:
        return step.complete
    return isinstance(node, Inode) and read_head(node) is not None


def _at_home(path: str) -> str:
    return f"/root/{path[2:]}" if path.startswith("~/") else path


def _match(text: str, patterns: list[str]) -> str:
    """The first line that fits, in one form of blanks."""
    for line in text.splitlines():
        found = "=".join(part.strip() for part in " ".join(line[:_LONGEST].split()).split("="))
        if any(matches(pattern, found.lower()) for pattern in patterns):
            return found
    return ""


CHECK = Check(Params, _run, ("path", "line", "command"))
