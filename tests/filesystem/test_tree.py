"""Trees from lists of paths."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from layerlint.domain.size import Size
from layerlint.filesystem.node import Directory, Inode, Kind, Node, empty_directory
from layerlint.filesystem.tree import MAX_DEPTH, PATH_MAX, build, changed_names, walk
from layerlint.filesystem.union import FileSystem


def file(size: int = 1) -> Inode:
    return Inode(Kind.FILE, Size.exact(size), 0o600, 0, 0, 0, "test")


def test_build() -> None:
    data = file()
    root = build(
        [
            ("/usr/bin/tool", data),
            ("usr/bin/./alias", data),
            ("/usr", Directory({"ignored": file()}, 0o700, 5, 5, 0, "test")),
            ("/", Directory({}, 0o711, 0, 0, 0, "test")),
            ("/etc/", empty_directory()),
            ("/etc/conf", file()),
        ],
        because="base",
    )
    paths = [path for path, _ in walk("/", root)]
    assert paths == ["/", "/etc", "/etc/conf", "/usr", "/usr/bin", "/usr/bin/alias", "/usr/bin/tool"]
    state = FileSystem(root)
    assert state.names_of(data) == ("/usr/bin/alias", "/usr/bin/tool")
    usr, implied = state.lookup("/usr"), state.lookup("/usr/bin")
    assert isinstance(usr, Directory)
    assert isinstance(implied, Directory)
    assert (root.mode, usr.mode, usr.uid) == (0o711, 0o700, 5)
    assert (implied.mode, implied.uid, implied.because) == (0o755, 0, "base")


def test_build_leaves_out_what_cannot_be() -> None:
    wrong = ["/a/../b", "..", "/" + "x/" * MAX_DEPTH + "y", "/" + "x" * PATH_MAX, "/"]
    assert build((path, file()) for path in wrong).children == {}


paths = st.lists(st.sampled_from(["", "a", "b", ".", "a", "b", "c"]), max_size=4).map("/".join)
listings = st.lists(st.tuples(paths, st.booleans()))


@given(listings)
def test_build_is_one_replacement_after_another(listing: list[tuple[str, bool]]) -> None:
    entries: list[tuple[str, Node]] = [
        (path, file() if data else empty_directory(0)) for path, data in listing
    ]
    expected: dict[str, Node | None] = {}
    for path, node in entries:
        parts = [name for name in path.split("/") if name not in ("", ".")]
        if not parts:
            continue
        for depth in range(1, len(parts)):
            parent = "/" + "/".join(parts[:depth])
            if isinstance(expected.get(parent), Inode):
                expected[parent] = None
            expected.setdefault(parent, None)
        full = "/" + "/".join(parts)
        if isinstance(node, Inode):
            expected = {name: old for name, old in expected.items() if not name.startswith(full + "/")}
        expected[full] = node
    found = {path: node for path, node in walk("/", build(entries)) if path != "/"}
    assert found.keys() == expected.keys()
    for path, wanted in expected.items():
        assert found[path] is wanted if isinstance(wanted, Inode) else isinstance(found[path], Directory)


@given(
    st.dictionaries(st.sampled_from("abcdef"), st.integers(0, 2)),
    st.lists(st.tuples(st.sampled_from("abcdefg"), st.none() | st.integers(0, 2)), max_size=3),
)
def test_changed_names(old: dict[str, int], changes: list[tuple[str, int | None]]) -> None:
    nodes: list[Node] = [file(), file(), empty_directory()]
    below = {name: nodes[number] for name, number in old.items()}
    above = dict(below)
    for name, number in changes:
        above.pop(name, None)
        if number is not None:
            above[name] = nodes[number]
    wanted = [name for name in sorted({*below, *above}) if below.get(name) is not above.get(name)]
    assert changed_names(below, above) == wanted
