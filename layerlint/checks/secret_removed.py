"""A secret that a later layer removes or overwrites: it can be read in the layer below."""

from __future__ import annotations

from collections.abc import Iterator

from layerlint.analysis.causes import HiddenGroup, by_hider
from layerlint.analysis.secret_files import SecretFile, secret_files
from layerlint.analysis.wording import enumerate_names, name_lines, name_paths
from layerlint.checks.model import Check, NoParams, Observation
from layerlint.execution.trace import Trace
from layerlint.filesystem.accounting import HiddenKind
from layerlint.filesystem.layer import Entry, EntryKind
from layerlint.filesystem.node import BASE_LAYER
from layerlint.report import Confidence

_KINDS = (HiddenKind.DELETED, HiddenKind.OVERWRITTEN, HiddenKind.TYPE_CHANGE)


def _run(trace: Trace, params: NoParams) -> Iterator[Observation]:
    if trace.accounting is None:
        return
    items = [item for item in trace.accounting.items if item.kind in _KINDS and item.created != BASE_LAYER]
    entries = [Entry(item.path, EntryKind.FILE, item.inode, presence=item.inode.presence) for item in items]
    secrets = {secret.path: secret for secret in secret_files(entries)}
    for group in by_hider(trace, (item for item in items if item.path in secrets)):
        yield _observation(trace, group, secrets)


def _observation(trace: Trace, group: HiddenGroup, secrets: dict[str, SecretFile]) -> Observation:
    found = [secrets[item.path] for item in group.items]
    lines = [trace.document.source.position(maker.span.start)[0] for maker, _ in group.makers]
    sure = all(secret.sure for secret in found) and group.cause.step.complete
    return Observation(
        span=group.cause.span,
        values={
            "command": group.cause.text,
            "path": name_paths(secret.path for secret in found),
            "kind": enumerate_names(list(dict.fromkeys(kind for secret in found for kind in secret.kinds))),
            "shippers": name_lines(lines),
        },
        related=tuple(
            (maker.span, f"{name_paths(item.path for item in made)} ships from here")
            for maker, made in group.makers
        ),
        confidence=None if sure else Confidence.MEDIUM,
    )


CHECK = Check(NoParams, _run, ("command", "path", "kind", "shippers"), of_image=True)
