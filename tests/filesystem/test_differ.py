"""What each differ writes, against recorded experiments on a real overlayfs and BuildKit's own differ."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from layerlint.domain.size import Size
from layerlint.domain.truth import Truth
from layerlint.filesystem.apply import commit
from layerlint.filesystem.differ import diff
from layerlint.filesystem.layer import Differ, Entry, EntryKind, Layer
from layerlint.filesystem.node import Directory, Inode
from layerlint.filesystem.union import FileSystem
from tests.filesystem.shell import run
from tests.shared import rows

DATA = Path(__file__).parent.parent / "data" / "filesystem"
GOLDEN = [json.loads(line) for line in (DATA / "overlay_golden.jsonl").read_text().splitlines()]
BASE, *EXPERIMENTS = [json.loads(line) for line in (DATA / "differ.jsonl").read_text().splitlines()]


def tar_name(entry: Entry) -> str:
    folder, _, name = entry.path[1:].rpartition("/")
    prefix = f"{folder}/" if folder else ""
    match entry.kind:
        case EntryKind.WHITEOUT:
            return f"{prefix}.wh.{name}"
        case EntryKind.OPAQUE:
            return f"{entry.path[1:]}/.wh..wh..opq"
        case _:
            return entry.path[1:]


def summary(layer: Layer) -> list[list[object]]:
    """Name, kind and bytes of each entry, as the golden file has them."""
    words = {EntryKind.DIRECTORY: "dir"}
    return sorted(
        [
            tar_name(entry),
            f"hardlink->{entry.link[1:]}" if entry.link else words.get(entry.kind, entry.kind.value),
            entry.bytes.likely,
        ]
        for entry in layer.entries
    )


def steps(lower: str, action: str) -> tuple[FileSystem, FileSystem]:
    before = run(FileSystem.scratch(), lower).at_layer(0)
    return before, run(before, action)


@pytest.mark.parametrize("case", GOLDEN, ids=lambda case: case["case"])
def test_golden(case: dict[str, Any]) -> None:
    before, after = steps(case["lower"], case["action"])
    expected = case["buildkit"]
    if case["case"].startswith("fifo"):
        # The recorder left fifos out; BuildKit's own differ leaves out sockets only (see "fifo and socket").
        expected = [["ff", "other", 0]]
    assert summary(diff(before, after, Differ.NATIVE, 0)) == sorted(case["native"])
    assert summary(diff(before, after, Differ.BUILDKIT, 0)) == sorted(expected)


def tar_rows(layer: Layer) -> list[list[object]]:
    """As the recorded rows: name, type, bytes, mode, uid, and the target of a link."""
    result: list[list[object]] = []
    for entry in layer.entries:
        name, node = tar_name(entry), entry.node
        if entry.kind is EntryKind.WHITEOUT:
            result.append([name, "file", 0, "0", 0])
        elif isinstance(node, Directory):
            result.append([f"{name}/", "dir", 0, f"{node.mode:o}", node.uid])
        elif isinstance(node, Inode):
            kind = {"device": "char"}.get(node.kind.value, node.kind.value)
            link = [entry.link[1:] or node.target] if entry.link or node.target else []
            kind = "hardlink" if entry.link else kind
            result.append([name, kind, entry.bytes.likely, f"{node.mode:o}", node.uid, *link])
    return sorted(result, key=str)


@pytest.mark.parametrize("case", EXPERIMENTS, ids=lambda case: case["id"])
def test_experiment(case: dict[str, Any]) -> None:
    before, after = steps(BASE["command"], case["command"])
    upper = [
        entry.path[1:] + ("/" if entry.kind is EntryKind.DIRECTORY else "")
        for entry in diff(before, after, Differ.NATIVE, 0).entries
        if entry.kind is not EntryKind.OPAQUE
    ]
    assert sorted(upper) == sorted(case["upper"])
    assert tar_rows(diff(before, after, Differ.BUILDKIT, 0)) == sorted(case["buildkit"], key=str)
    naive = case["buildkit"] if case["naive"] == "same" else case["naive"]
    assert tar_rows(diff(before, after, Differ.NAIVE, 0)) == sorted(naive, key=str)


def _operate(state: FileSystem, operation: list[Any]) -> FileSystem:
    match operation:
        case ["CreateDir", path, mode]:
            return state.make_directory(path, "mkdir", mode=mode)
        case ["CreateFile", path, data, mode]:
            state = state.write(path, Size.exact(len(data)), "write")
            return state.change_metadata(path, "write", mode=mode)
        case ["Remove" | "RemoveAll", path]:
            return state.remove(path)
        case ["Rename", source, path]:
            return state.rename(source, path, "mv")
        case ["Symlink", target, path]:
            return state.symlink(path, target, "ln")
        case ["Chtimes" | "Lchtimes", *_]:
            return state
    raise AssertionError(operation)


def test_buildkits_own_cases() -> None:
    """Times of files are not in those rows, so the one case that is all about times is left out."""
    ran = 0
    for case in rows("conformance/overlay_diff.jsonl.gz"):
        if case["id"].endswith("TestUpdateWithSameTime"):
            continue
        before = FileSystem.scratch()
        for operation in case["base"]:
            before = _operate(before, operation)
        before = after = before.at_layer(0)
        for operation in case["change"]:
            after = _operate(after, operation)
        layer = diff(before, after, Differ.BUILDKIT, 0)
        # That table has no row for a parent that ships only because something in it does.
        found = []
        for entry in layer.entries:
            old = before.lookup(entry.path, follow=False)
            if entry.kind is EntryKind.DIRECTORY and isinstance(old, Directory):
                continue
            verb = "delete" if entry.kind is EntryKind.WHITEOUT else "add" if old is None else "modify"
            found.append([verb, entry.path])
        assert sorted(found) == sorted(case["diff"]), case["id"]
        ran += 1
    print(f"{ran} of BuildKit's cases")
    assert ran == 11


def test_entries_are_in_the_order_of_a_walk() -> None:
    before, after = steps("mkdir d; echo 1 > d/f", "mkdir -p d-e; echo 2 > d/g; rm d/f; echo 3 > d-e/h")
    paths = [entry.path for entry in diff(before, after, Differ.NATIVE, 0).entries]
    assert paths == ["/d", "/d/f", "/d/g", "/d-e", "/d-e/h"]


def test_what_may_have_been_removed_is_a_whiteout_that_may_be_there() -> None:
    before = run(FileSystem.scratch(), "mkdir d; echo 1 > d/f; echo 22 > g").at_layer(0)
    after = before.remove("/d").join(before)
    layer, state = commit(before, after, Differ.BUILDKIT, 0)
    assert [(entry.path, entry.kind, entry.presence) for entry in layer.entries] == [
        ("/d", EntryKind.WHITEOUT, Truth.MAYBE)
    ]
    assert state.presence("/d/f") is Truth.MAYBE
    # On the likely path it is gone; a step that removes it for good whites out what may be there.
    assert [size.size for _, size in state.walk("/d/f") if isinstance(size, Inode)] == [Size(0, 0, 2)]
    again, state = commit(state, state.at_layer(1).remove("/d"), Differ.BUILDKIT, 1)
    assert [(entry.path, entry.kind, entry.presence) for entry in again.entries] == [
        ("/d", EntryKind.WHITEOUT, Truth.MAYBE)
    ]
    assert state.presence("/d") is Truth.NO


def test_a_change_that_may_have_happened_adds_its_bytes_only_if_likely() -> None:
    before = run(FileSystem.scratch(), "head -c 100 /dev/zero > f").at_layer(0)
    changed = before.change_metadata("/f", "chmod 600 /f", mode=0o600)
    for likely, other, expected in ((changed, before, 100), (before, changed, 0)):
        (entry,) = diff(before, likely.join(other), Differ.BUILDKIT, 0).entries
        assert (entry.path, entry.kind, entry.presence) == ("/f", EntryKind.FILE, Truth.MAYBE)
        assert entry.bytes == Size(0, expected, 100)
        assert isinstance(entry.node, Inode)
        assert entry.node.size == Size.exact(100)


def test_nothing_changed_is_an_empty_layer() -> None:
    state = run(FileSystem.scratch(), BASE["command"]).at_layer(0)
    for differ in Differ:
        assert diff(state, state, differ, 0) == Layer(0, ())
