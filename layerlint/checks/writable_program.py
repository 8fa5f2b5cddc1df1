"""A program that is copied into the image, and that the user of the image may change."""

from __future__ import annotations

from collections.abc import Iterator

from layerlint.analysis.wording import name_paths
from layerlint.checks.model import Check, NoParams, Observation
from layerlint.dockerfile.instructions import Add, Copy
from layerlint.domain.truth import Truth
from layerlint.execution.accounts import of_user
from layerlint.execution.trace import Trace
from layerlint.filesystem.layer import EntryKind
from layerlint.filesystem.node import Inode
from layerlint.report import Confidence


def _run(trace: Trace, params: NoParams) -> Iterator[Observation]:
    if trace.target is None:
        return
    final = trace.target.final
    uid, gid = of_user(final.filesystem, final.user)
    if uid == 0 or not isinstance(uid, int):
        return
    for step in trace.layer_steps():
        if step.layer is None or not isinstance(step.instruction, Add | Copy):
            continue
        paths: list[str] = []
        sure = True
        for entry in step.layer.entries:
            node = final.filesystem.lookup(entry.path, follow=False)
            if entry.kind is not EntryKind.FILE or not isinstance(node, Inode):
                continue
            if node.mode & 0o111 and _may_write(node, uid, gid):
                paths.append(entry.path)
                sure = sure and node.presence is Truth.YES
        if paths:
            yield Observation(
                step.instruction.node.keyword_span,
                {"path": name_paths(paths), "user": final.user},
                confidence=None if sure else Confidence.MEDIUM,
            )


def _may_write(node: Inode, uid: int, gid: object) -> bool:
    if node.uid == uid:
        return bool(node.mode & 0o200)
    return bool(node.mode & (0o020 if node.gid == gid and gid is not None else 0o002))


CHECK = Check(NoParams, _run, ("path", "user"))
