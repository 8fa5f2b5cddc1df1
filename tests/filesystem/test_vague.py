"""Directories that a tool has filled with files whose names are not known."""

from __future__ import annotations

from layerlint.domain.size import Size
from layerlint.domain.truth import Truth
from layerlint.effects import Copy, Populate
from layerlint.execution.apply import apply
from layerlint.filesystem.node import Inode
from layerlint.filesystem.union import FileSystem

SIZE = Size(1000, 2000, 5000)


def filled(directory: str = "/opt/tool", name: str = "tool", reason: str = "") -> FileSystem:
    changed = apply(Populate(directory, name, SIZE, reason=reason), FileSystem.scratch().at_layer(1), "make")
    assert changed.gap == (reason or None)
    return changed.filesystem


def test_only_what_is_under_the_directory_may_be_there() -> None:
    filesystem = filled()
    assert filesystem.presence("/opt/tool/bin/x") is Truth.MAYBE
    assert filesystem.presence("/opt/other") is Truth.NO
    assert filesystem.holds_vague("/opt")
    assert filesystem.holds_vague("/opt/tool/bin")
    assert not filesystem.holds_vague("/srv")


def test_its_bytes_are_those_of_one_node() -> None:
    node = filled(name="a/b").lookup("/opt/tool/<a|b>")
    assert isinstance(node, Inode)
    assert node.size == SIZE
    assert node.is_summary


def test_more_of_the_same_name_is_added() -> None:
    filesystem = apply(Populate("/opt/tool", "tool", SIZE), filled(), "again").filesystem
    node = filesystem.lookup("/opt/tool/<tool>")
    assert isinstance(node, Inode)
    assert node.size == Size(2000, 4000, 10000)


def test_removed_and_moved_with_the_directory() -> None:
    assert filled().remove("/opt").presence("/opt/tool/x") is Truth.NO
    moved = filled().rename("/opt", "/srv", "mv")
    assert moved.presence("/srv/tool/x") is Truth.MAYBE
    assert moved.presence("/opt/tool/x") is Truth.NO


def test_copied_with_the_directory() -> None:
    for source in ("/opt", "/opt/tool"):
        copied = apply(Copy(source, "/srv"), filled(), "cp").filesystem
        assert copied.holds_vague("/srv")
        assert copied.holds_vague("/opt")


def test_the_reason_is_a_gap() -> None:
    filled(reason="what make builds is not known")
