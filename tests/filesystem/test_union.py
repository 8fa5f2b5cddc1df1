"""Operations and questions, where the kernel is not there to ask: unknown trees, bounds, odd paths."""

from __future__ import annotations

import pytest

from layerlint.domain.size import UNBOUNDED, ZERO, Size
from layerlint.domain.text import UNKNOWN
from layerlint.domain.truth import Truth
from layerlint.filesystem.differ import diff
from layerlint.filesystem.layer import Differ
from layerlint.filesystem.node import BASE_LAYER, Change, Directory, Inline, Inode, Kind
from layerlint.filesystem.tree import MAX_DEPTH, MAX_SYMLINKS, PATH_MAX
from layerlint.filesystem.union import INLINE_LIMIT, FileSystem
from tests.filesystem.shell import run

BASE = (
    "mkdir -p d/e; echo 1 > d/a; echo 2 > d/e/b;"
    "ln -s /d/e l; ln -s ../d/a d/up; ln -s loop loop; ln -s gone dangling"
)


def base(layer: int = 0) -> FileSystem:
    return run(FileSystem.scratch(), BASE).at_layer(layer)


def inode(state: FileSystem, path: str) -> Inode:
    found = state.lookup(path, follow=False)
    assert isinstance(found, Inode)
    return found


@pytest.mark.parametrize(
    ("path", "follow", "expected"),
    [
        ("/d/a", True, "/d/a"),
        ("d//./a", True, "/d/a"),
        ("/l/b", True, "/d/e/b"),
        ("/l", True, "/d/e"),
        ("/l", False, "/l"),
        ("/l/..", True, "/d"),
        ("/l/../a", True, "/d/a"),
        ("/d/up", True, "/d/a"),
        ("/../../d", True, "/d"),
        ("/no/such/../x", True, "/no/x"),
        ("/dangling/x", True, "/gone/x"),
        ("/loop/x", True, "/loop/x"),
        ("/", True, "/"),
        ("", True, "/"),
    ],
)
def test_resolve(path: str, follow: bool, expected: str) -> None:
    assert base().resolve(path, follow=follow) == expected


@pytest.mark.parametrize("links", [MAX_SYMLINKS, MAX_SYMLINKS + 1])
def test_as_many_links_are_followed_as_in_linux(links: int) -> None:
    state = FileSystem.scratch().write("/l0", Size.exact(1), "w")
    for number in range(links):
        state = state.symlink(f"/l{number + 1}", f"l{number}", "w")
    assert (state.lookup(f"/l{links}") is None) == (links > MAX_SYMLINKS)


@pytest.mark.parametrize(
    ("path", "expected"),
    [("/d/a", Truth.YES), ("/d/x", Truth.NO), ("/d/a/x", Truth.NO), ("/x/y", Truth.NO), ("/loop", Truth.NO)],
)
def test_presence_in_a_known_tree(path: str, expected: Truth) -> None:
    assert base().presence(path) is expected


def test_in_an_unknown_tree_what_is_absent_may_be_there() -> None:
    state = FileSystem.unknown().write("/d/f", Size.exact(1), "w")
    assert state.presence("/d/f") is Truth.YES
    assert state.presence("/d/g") is Truth.MAYBE
    assert state.presence("/x/y") is Truth.MAYBE
    assert state.presence("/d/f/x") is Truth.NO
    assert not state.is_complete("/d")
    # A directory made there may have been there before, with anything in it.
    assert not state.make_directory("/new", "w").is_complete("/new")
    known = FileSystem.scratch().make_directory("/new", "w")
    assert known.is_complete("/new")
    assert known.is_complete("/absent")


def test_an_unknown_command_makes_every_absence_doubtful() -> None:
    state = base().disturb()
    assert state.presence("/d/a") is Truth.YES
    assert state.presence("/d/x") is Truth.MAYBE
    assert state.presence("/d/a/x") is Truth.MAYBE
    assert not state.is_complete("/d")
    assert state.join(base()).disturbed
    assert base().join(state).disturbed
    assert state.remove("/d").disturbed


def test_what_may_be_there_makes_what_is_in_it_doubtful() -> None:
    state = base().make_directory("/n/m", "w").join(base())
    assert state.presence("/n/m") is Truth.MAYBE
    assert state.make_directory("/n", "w").presence("/n") is Truth.YES


def test_walk() -> None:
    paths = [path for path, _ in base().walk("/l")]
    assert paths == ["/d/e", "/d/e/b"]
    assert [path for path, _ in base().walk("/d")] == ["/d", "/d/a", "/d/e", "/d/e/b", "/d/up"]
    assert list(base().walk("/absent")) == []
    assert sorted(base().children("/l")) == ["b"]
    assert base().children("/d/a") == {}


def test_a_new_file_has_the_mode_and_owner_given() -> None:
    state = base().write("/n/f", Size.exact(3), "cp", mode=0o600, uid=5, gid=None)
    made = inode(state, "/n/f")
    assert (made.mode, made.uid, made.gid, made.layer, made.change) == (0o600, 5, None, 0, Change.CREATED)
    old = inode(state.at_layer(1).write("/n/f", Size.exact(4), "cp", mode=0o777, uid=9), "/n/f")
    assert (old.mode, old.uid, old.layer, old.change, old.origin) == (0o600, 5, 1, Change.CONTENT, made)


def test_appended_data_is_known_while_it_is_small() -> None:
    data = Inline(b"x" * (INLINE_LIMIT // 2))
    state = FileSystem.scratch()
    for number in (1, 2, 3):
        state = state.write("/f", Size.exact(len(data.data)), "w", content=data, append=True)
        found = inode(state, "/f")
        assert found.size == Size.exact(number * len(data.data))
        assert found.content == (Inline(data.data * number) if number < 3 else None)


def test_writing_without_truncation_keeps_what_is_behind() -> None:
    state = FileSystem.scratch().write("/f", Size.exact(100), "w", content=Inline(b"x" * 100))
    found = inode(state.write("/f", Size(1, 5, None), "dd", truncate=False, content=Inline(b"y")), "/f")
    assert (found.size, found.content) == (Size(100, 100, None), None)
    assert inode(state.write("/f", Size.exact(7), "w", truncate=False), "/f").size == Size.exact(100)


def test_names_of_one_inode_see_each_others_changes_in_its_layer() -> None:
    state = base().write("/f", Size.exact(1), "w").link("/f", "/d/g", "ln").link("/d/g", "/h", "ln")
    assert state.names_of(inode(state, "/f")) == ("/d/g", "/f", "/h")
    state = state.write("/d/g", Size.exact(9), "w").change_metadata("/", "chmod", mode=0o600, recursive=True)
    assert state.names_of(inode(state, "/f")) == ("/d/g", "/f", "/h")
    assert (inode(state, "/h").size, inode(state, "/h").mode) == (Size.exact(9), 0o600)
    # In a later layer the link is broken: index=off.
    later = state.at_layer(1).write("/h", Size.exact(2), "w")
    assert later.names_of(inode(later, "/f")) == ("/d/g", "/f")


def test_a_hard_link_copies_a_lower_file_up() -> None:
    state = base()
    linked = state.link("/d/a", "/n", "ln")
    new = inode(linked, "/n")
    assert linked.names_of(new) == ("/d/a", "/n")
    assert (new.change, new.origin, new.layer) == (Change.LINKED, inode(state, "/d/a"), 0)


def test_rename_moves_what_is_of_this_layer_for_nothing() -> None:
    state = base().make_directory("/n", "mkdir").write("/n/f", Size.exact(5), "w")
    moved = state.rename("/n", "/m", "mv")
    assert moved.lookup("/m") is state.lookup("/n")
    assert moved.lookup("/n") is None
    lower = state.rename("/d", "/m", "mv")
    assert inode(lower, "/m/a").change is Change.MOVED
    assert inode(lower, "/m/a").origin is inode(state, "/d/a")


@pytest.mark.parametrize(
    ("source", "path"),
    [
        ("/d", "/d/e/x"),
        ("/d", "/d"),
        ("/absent", "/x"),
        ("/d", "/l"),
        ("/l", "/d"),
        ("/d/e", "/d"),
        ("/", "/x"),
    ],
)
def test_a_rename_that_the_kernel_refuses_changes_nothing(source: str, path: str) -> None:
    state = base()
    assert state.rename(source, path, "mv") is state


def test_a_file_in_the_way_stops_every_operation() -> None:
    state = base()
    assert state.write("/d/a/x", ZERO, "w") is state
    assert state.make_directory("/d/a/x/y", "w") is state
    assert state.make_directory("/d/a", "w") is state
    assert state.symlink("/d/a/x", "y", "w") is state
    assert state.link("/d/e/b", "/d/a/x", "w") is state
    assert state.rename("/d/e", "/d/a/x", "w") is state
    assert state.touch("/d/a/x", "w") is state
    assert state.replace("/d/a/x", inode(state, "/d/a"), "w") is state
    assert state.graft(inode(state, "/d/a"), "/d/a/x", "w", keep_times=True) is state
    assert state.write("/d", ZERO, "w") is state
    assert state.write("/loop", ZERO, "w") is state


def test_remove() -> None:
    state = base()
    assert state.remove("/absent") is state
    assert state.remove("/") is state
    assert state.remove("/d", recursive=False) is state
    assert state.remove("/l").presence("/d/e") is Truth.YES
    assert state.remove("/d").presence("/l/b") is Truth.NO
    assert state.remove("/d/e/b").remove("/d/e", recursive=False).lookup("/d/e") is None


def test_replace_takes_the_place_of_a_tree() -> None:
    state = base()
    file = inode(state, "/d/a")
    placed = inode(state.replace("/d", file, "cp"), "/d")
    assert (placed.layer, placed.because, placed.origin) == (0, "cp", None)
    over = inode(state.replace("/d/e/b", file, "cp"), "/d/e/b")
    assert (over.change, over.origin) == (Change.CONTENT, inode(state, "/d/e/b"))
    own = Inode(Kind.FILE, ZERO, 0o644, 0, 0, 0, "tar")
    assert state.replace("/new", own, "tar").lookup("/new") is own


def test_change_metadata() -> None:
    state = base().change_metadata("/d/a", "setcap", mode=0o4755, capability="cap")
    found = inode(state, "/d/a")
    assert (found.mode, found.capability, found.change) == (0o4755, "cap", Change.METADATA)
    found = inode(state.change_metadata("/d/a", "chown", uid=UNKNOWN), "/d/a")
    assert (found.mode, found.uid, found.gid, found.capability) == (0o755, None, 0, None)
    # chmod does not change links, chown does.
    link = base().lookup("/d/up", follow=False)
    for_mode = base().change_metadata("/d", "chmod", mode=lambda node: node.mode | 0o011, recursive=True)
    assert inode(for_mode, "/d/up").layer == BASE_LAYER
    assert (inode(for_mode, "/d/a").mode, inode(for_mode, "/d/e/b").mode) == (0o655, 0o655)
    for_owner = base().change_metadata("/d", "chown", gid=3, recursive=True)
    assert inode(for_owner, "/d/up").gid == 3
    assert isinstance(link, Inode)
    assert inode(base().change_metadata("/l/b", "chmod", mode=0o600), "/d/e/b").mode == 0o600


def test_graft_merges_directories_and_keeps_hard_links() -> None:
    script = "mkdir -p s/e; echo 333 > s/e/b; ln s/e/b s/n; chmod 700 s; chmod 711 s/e"
    source = run(FileSystem.scratch(), script)
    top = source.lookup("/s")
    assert top is not None
    state = base().graft(top, "/d", "COPY", uid=7, gid=UNKNOWN, keep_times=True)
    assert [path for path, _ in state.walk("/d")] == ["/d", "/d/a", "/d/e", "/d/e/b", "/d/n", "/d/up"]
    new = inode(state, "/d/n")
    assert (new.uid, new.gid, new.layer, new.because) == (7, None, 0, "COPY")
    assert new.mtime is inode(source, "/s/n").mtime
    modes = [node.mode for path, node in state.walk("/d") if isinstance(node, Directory)]
    assert modes == [0o755, 0o711]
    fresh = base().graft(top, "/x", "COPY", mode=0o600, keep_times=False)
    assert fresh.names_of(inode(fresh, "/x/n")) == ("/x/e/b", "/x/n")
    assert inode(fresh, "/x/n").mtime is not inode(source, "/s/n").mtime
    assert {node.mode for _, node in fresh.walk("/x")} == {0o600}


def test_a_graft_over_the_same_file_ships_nothing() -> None:
    """``COPY`` of what is there already: an empty layer in BuildKit."""
    state = base()
    top = state.lookup("/d")
    assert top is not None
    copied = state.graft(top, "/d", "COPY", keep_times=True)
    assert diff(state, copied, Differ.BUILDKIT, 0).entries == ()
    assert diff(state, copied, Differ.NATIVE, 0).bytes == Size.exact(4)


def test_touch() -> None:
    assert inode(base().touch("/n", "touch"), "/n").size == ZERO
    assert base().touch("/n", "touch", create=False).lookup("/n") is None
    state = base()
    touched = state.touch("/d/a", "touch", mtime="noon")
    assert (inode(touched, "/d/a").mtime, inode(touched, "/d/a").change) == ("noon", Change.METADATA)
    assert inode(state.touch("/new", "touch", mtime="noon"), "/new").mtime == "noon"
    assert diff(state, state.touch("/d", "touch"), Differ.BUILDKIT, 0).entries == ()


def test_join_of_sizes() -> None:
    state = base()
    one = state.write("/d/a", Size.exact(10), "one").write("/only", Size.exact(5), "one")
    other = state.write("/d/a", Size.exact(30), "other").write("/late", UNBOUNDED, "other")
    both = one.join(other)
    assert inode(both, "/d/a").size == Size(10, 10, 30)
    assert (inode(both, "/only").size, inode(both, "/only").presence) == (Size(0, 5, 5), Truth.MAYBE)
    assert (inode(both, "/late").size, inode(both, "/late").likely) == (Size(0, 0, None), False)
    assert both.lookup("/d/e") is state.lookup("/d/e")


def test_hard_links_that_may_have_been_made_ship_once() -> None:
    state = base()
    made = state.write("/n", Size.exact(9), "w").link("/n", "/d/m", "ln")
    for joined, likely in ((made.join(state), 9), (state.join(made), 0)):
        assert joined.names_of(inode(joined, "/n")) == ("/d/m", "/n")
        assert diff(state, joined, Differ.BUILDKIT, 0).bytes == Size(0, likely, 9)


def test_depth_is_bounded() -> None:
    state = FileSystem.scratch().make_directory("/x" * MAX_DEPTH, "mkdir")
    assert state.lookup("/x" * MAX_DEPTH) is not None
    assert state.make_directory("/x" * (MAX_DEPTH + 1), "mkdir") is state
    assert state.make_directory("/" + "x" * PATH_MAX, "mkdir") is state
    assert state.make_directory("/a", "mkdir").rename("/x", "/a/b", "mv").lookup("/x") is not None
    top = state.lookup("/x")
    assert top is not None
    assert state.graft(top, "/a/b", "cp", keep_times=True).lookup("/a/b") is None


def test_a_tree_that_doubles_is_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("layerlint.filesystem.union.MAX_MADE", 5000)
    state = FileSystem.scratch().write("/a/f", Size.exact(1), "w")
    for number in range(64):
        node = state.lookup("/a")
        assert node is not None
        state = state.graft(node, f"/a/{number}", "cp -r /a /a/n", keep_times=True)
        if state.disturbed:
            break
    assert state.disturbed
    assert 1000 < state.made <= 5000
