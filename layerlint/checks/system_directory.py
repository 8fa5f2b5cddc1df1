"""WORKDIR or VOLUME in a folder that the runtime makes."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator

from layerlint._dataclass import dataclass
from layerlint.checks.model import Check, Observation
from layerlint.dockerfile.expand import expand
from layerlint.dockerfile.instructions import Volume, Workdir
from layerlint.dockerfile.syntax import Word
from layerlint.execution.instructions import lookup
from layerlint.execution.trace import Trace


@dataclass(frozen=True, slots=True)
class Params:
    folders: tuple[str, ...] = ("/boot", "/dev", "/proc", "/sys")


def _run(trace: Trace, params: Params) -> Iterator[Observation]:
    for stage in trace.stages:
        for step in stage.steps:
            words: tuple[Word, ...] = ()
            match step.instruction:
                case Workdir(path=word):
                    words = (word,)
                case Volume(paths=words):
                    pass
                case _:
                    continue
            look = lookup(step.before, known_base=stage.base.environment_known)
            for word in words:
                path = expand(word.value, look, trace.document.escape).text
                if isinstance(path, str) and _is_in(path, params.folders):
                    values = {"path": path, "keyword": step.instruction.node.keyword.upper()}
                    yield Observation(word.span, values)


def _is_in(path: str, folders: tuple[str, ...]) -> bool:
    path = posixpath.normpath(path)
    # Shared memory is a file system of its own, made to be written to.
    shared = path == "/dev/shm" or path.startswith("/dev/shm/")
    return not shared and any(path == folder or path.startswith(f"{folder}/") for folder in folders)


CHECK = Check(Params, _run, ("path", "keyword"))
