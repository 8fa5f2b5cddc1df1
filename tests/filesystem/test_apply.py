"""Layers on top of a tree, by the rules of the OCI image specification."""

from __future__ import annotations

import itertools

import pytest

from layerlint.domain.size import Size
from layerlint.filesystem.apply import apply, commit, squash
from layerlint.filesystem.layer import Differ, Entry, EntryKind, Layer
from layerlint.filesystem.node import Directory, Inode, Kind, Node, empty_directory
from layerlint.filesystem.tree import MAX_DEPTH, walk
from layerlint.filesystem.union import FileSystem
from tests.filesystem.shell import run

BASE = "mkdir -p d/e/f; echo 1 > d/a; echo 2 > d/e/b; echo 3 > d/e/f/c; echo 4 > g; ln -s d l"


def base() -> FileSystem:
    return run(FileSystem.scratch(), BASE)


def file(size: int) -> Inode:
    return Inode(Kind.FILE, Size.exact(size), 0o600, 0, 0, 0, "test")


def entry(word: str) -> Entry:
    """``-/path`` a whiteout, ``o/path`` an opaque mark, ``d/path`` a directory, ``+/path`` a file."""
    kind, node = _WORDS[word[0]]
    return Entry(word[1:], kind, node)


_WORDS: dict[str, tuple[EntryKind, Node | None]] = {
    "-": (EntryKind.WHITEOUT, None),
    "o": (EntryKind.OPAQUE, None),
    "d": (EntryKind.DIRECTORY, empty_directory(0)),
    "+": (EntryKind.FILE, file(9)),
}


def names(state: FileSystem) -> str:
    nodes = list(walk("/", state.root))[1:]
    return " ".join(path + ("/" if isinstance(node, Directory) else "") for path, node in nodes)


@pytest.mark.parametrize(
    ("entries", "expected"),
    [
        ("-/d", "/g /l"),
        ("-/absent -/d/absent -/absent/x", "/d/ /d/a /d/e/ /d/e/b /d/e/f/ /d/e/f/c /g /l"),
        # A whiteout is for lower paths only: it does not touch what its own layer puts there.
        ("-/d d/d +/d/n", "/d/ /d/n /g /l"),
        ("-/g +/g", "/d/ /d/a /d/e/ /d/e/b /d/e/f/ /d/e/f/c /g /l"),
        # One under another is redundant.
        ("-/d -/d/a -/d/e/f/c", "/g /l"),
        ("o/d", "/d/ /g /l"),
        ("o/d +/d/e/new", "/d/ /d/e/ /d/e/new /g /l"),
        ("o/d/e d/d/e", "/d/ /d/a /d/e/ /g /l"),
        ("o/d o/d/e +/d/e/b", "/d/ /d/e/ /d/e/b /g /l"),
        ("o/d -/d/a -/d/e", "/d/ /g /l"),
        # An opaque mark is in a directory, whose parents are implied if it was not there.
        ("o/new/x", "/d/ /d/a /d/e/ /d/e/b /d/e/f/ /d/e/f/c /g /l /new/ /new/x/"),
        ("-/d/e/f +/d/e/f/c", "/d/ /d/a /d/e/ /d/e/b /d/e/f/ /d/e/f/c /g /l"),
        # A directory over a directory keeps what is in it; any other pair replaces.
        ("d/d", "/d/ /d/a /d/e/ /d/e/b /d/e/f/ /d/e/f/c /g /l"),
        ("+/d", "/d /g /l"),
        ("d/g", "/d/ /d/a /d/e/ /d/e/b /d/e/f/ /d/e/f/c /g/ /l"),
        ("d/l +/l/x", "/d/ /d/a /d/e/ /d/e/b /d/e/f/ /d/e/f/c /g /l/ /l/x"),
        # A parent that is a file below is replaced by an implied directory.
        ("+/g/x", "/d/ /d/a /d/e/ /d/e/b /d/e/f/ /d/e/f/c /g/ /g/x /l"),
        # Paths that would lead out of the tree are left out.
        ("+/../x -/..", "/d/ /d/a /d/e/ /d/e/b /d/e/f/ /d/e/f/c /g /l"),
    ],
)
def test_apply(entries: str, expected: str) -> None:
    words = entries.split()
    for order in itertools.islice(itertools.permutations(words), 24):
        assert names(apply(base(), Layer(0, tuple(entry(word) for word in order)))) == expected


def test_a_directory_entry_replaces_attributes_only() -> None:
    node = Directory({}, 0o700, 7, 8, 0, "test")
    before = base()
    after = apply(before, Layer(0, (Entry("/d", EntryKind.DIRECTORY, node),)))
    changed, old = after.lookup("/d"), before.lookup("/d")
    assert isinstance(changed, Directory)
    assert isinstance(old, Directory)
    assert (changed.mode, changed.uid, changed.gid, changed.birth) == (0o700, 7, 8, old.birth)
    assert changed.children is old.children


def test_an_implied_parent_is_0755_of_root() -> None:
    node = apply(FileSystem.scratch(), Layer(0, (entry("+/a/b/c"),))).lookup("/a/b")
    assert isinstance(node, Directory)
    assert (node.mode, node.uid, node.gid) == (0o755, 0, 0)


def test_what_a_layer_does_not_touch_is_shared() -> None:
    before = base().at_layer(0)
    _, after = commit(before, before.write("/d/a", Size.exact(1), "test"), Differ.BUILDKIT, 0)
    assert after.lookup("/d/e") is before.lookup("/d/e")
    assert apply(before, Layer(0, ())) is before


def test_a_no_op_change_keeps_the_inode_below() -> None:
    before = base().at_layer(0)
    changed = before.change_metadata("/g", "chmod", mode=0o644)
    assert changed.lookup("/g") is not before.lookup("/g")
    assert commit(before, changed, Differ.BUILDKIT, 0)[1].lookup("/g") is before.lookup("/g")
    assert commit(before, changed, Differ.NATIVE, 0)[1].lookup("/g") is changed.lookup("/g")


def test_a_path_that_is_too_deep_is_left_out() -> None:
    deep = "/x" * (MAX_DEPTH + 1)
    assert apply(base(), Layer(0, (entry("+" + deep),))).root is not None
    assert names(apply(FileSystem.scratch(), Layer(0, (entry("+" + deep),)))) == ""


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        ("+/a", "-/a", ["-/a"]),
        ("+/a", "+/a", ["+/a"]),
        ("d/n +/n/x", "-/n", ["-/n"]),
        ("-/d", "d/d +/d/x", ["-/d", "d/d", "+/d/x"]),
        # The file hid the directory that is below both.
        ("+/d", "-/d d/d +/d/x", ["-/d", "d/d", "+/d/x"]),
        ("+/d", "d/d +/d/x", ["-/d", "d/d", "+/d/x"]),
        ("d/d +/d/x +/d/y", "o/d +/d/y", ["d/d", "o/d", "+/d/y"]),
        ("-/d/a", "-/d/e", ["-/d/a", "-/d/e"]),
    ],
)
def test_squash(first: str, second: str, expected: list[str]) -> None:
    layers = [
        Layer(index, tuple(entry(word) for word in words.split()))
        for index, words in enumerate((first, second))
    ]
    one = squash(layers)
    marks = {EntryKind.WHITEOUT: "-", EntryKind.OPAQUE: "o", EntryKind.DIRECTORY: "d", EntryKind.FILE: "+"}
    assert [marks[found.kind] + found.path for found in one.entries] == expected
    assert one.index == 1
    assert names(apply(base(), one)) == names(apply(apply(base(), layers[0]), layers[1]))


def test_squash_gives_the_data_to_a_hard_link_that_is_left() -> None:
    before = FileSystem.scratch().at_layer(0)
    first, state = commit(before, run(before, "echo 1 > a; ln a b; ln a c"), Differ.NATIVE, 0)
    second, _ = commit(state.at_layer(1), state.at_layer(1).remove("/a"), Differ.NATIVE, 1)
    rows = [(found.path, found.kind, found.link) for found in squash([first, second]).entries]
    assert rows == [
        ("/a", EntryKind.WHITEOUT, ""),
        ("/b", EntryKind.FILE, ""),
        ("/c", EntryKind.HARDLINK, "/b"),
    ]


def test_a_hard_link_without_a_node_takes_that_of_its_target() -> None:
    """As a reader of a tar makes it, which has only the target's name."""
    data = file(3)
    links = (Entry("/b", EntryKind.HARDLINK, None, "/a"), Entry("/c", EntryKind.HARDLINK, None, "/z"))
    layer = Layer(0, (*links, Entry("/a", EntryKind.FILE, data)))
    state = apply(FileSystem.scratch(), layer)
    assert state.lookup("/b") is data
    assert state.lookup("/c") is None
