"""The socket of the engine is asked for: as a volume, by a mount, or in words of a command."""

from __future__ import annotations

from collections.abc import Iterator

from layerlint.analysis.command_lines import command_lines
from layerlint.analysis.context_copies import reachable_steps
from layerlint.checks.model import Check, NoParams, Observation
from layerlint.dockerfile.instructions import Cmd, Entrypoint, Run, Volume
from layerlint.execution.trace import Trace
from layerlint.source import Span

_NAMES = ("/docker.sock", "/containerd.sock", "/podman.sock", "/crio.sock")


def _run(trace: Trace, params: NoParams) -> Iterator[Observation]:
    seen: set[Span] = set()
    for span, text in _words(trace):
        name = next((name for name in _NAMES if name in text), None)
        if name is not None and span not in seen:
            seen.add(span)
            yield Observation(span, {"path": name.lstrip("/")})


def _words(trace: Trace) -> Iterator[tuple[Span, str]]:
    for step in reachable_steps(trace):
        match step.instruction:
            case Volume(paths=words) | Cmd(words=words) | Entrypoint(words=words):
                yield from ((word.span, word.value) for word in words)
            case Run(mounts=mounts):
                yield from ((mount.span, f"{mount.source} {mount.target}") for mount in mounts)
            case _:
                pass
    for line in command_lines(trace):
        if line.place.built and not line.wraps:
            for word in line.arguments:
                if isinstance(word.text, str) and line.name not in ("echo", "printf"):
                    yield word.span, word.text


CHECK = Check(NoParams, _run, ("path",))
