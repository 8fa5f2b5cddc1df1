"""Layers as containerd and umoci put them on one another (image-spec ``layer.md``)."""

from __future__ import annotations

import tarfile
from collections.abc import Sequence
from pathlib import Path

import pytest

from layerlint.images.errors import ImageError
from layerlint.images.model import Image
from layerlint.images.opening import open_image
from tests.images import make, tell
from tests.images.make import Entry, folder, hard_link, opaque, symlink, whiteout

A, B = b"a" * 100, b"b" * 30


@pytest.fixture
def image(tmp_path: Path):  # type: ignore[no-untyped-def]
    def build(*layers: Sequence[Entry]) -> Image:
        return open_image(f"docker-archive:{make.docker_archive(tmp_path / 'image.tar', layers)}")

    return build


LOWER = (folder("d"), Entry("d/a", A), Entry("d/b", B), Entry("top", B))


@pytest.mark.parametrize(
    ("layer", "visible", "hidden"),
    [
        ([whiteout("d/a")], {"/d", "/d/b", "/top"}, {"/d/a": "deleted"}),
        ([whiteout("d")], {"/top"}, {"/d/a": "deleted", "/d/b": "deleted"}),
        ([whiteout("absent")], {"/d", "/d/a", "/d/b", "/top"}, {}),
        # A whiteout is of what is below, wherever it stands.
        ([Entry("d/a", b"new"), whiteout("d/a")], {"/d", "/d/a", "/d/b", "/top"}, {"/d/a": "overwritten"}),
        ([opaque("d"), Entry("d/c", b"1")], {"/d", "/d/c", "/top"}, {"/d/a": "deleted", "/d/b": "deleted"}),
        ([Entry("d/c", b"1"), opaque("d")], {"/d", "/d/c", "/top"}, {"/d/a": "deleted", "/d/b": "deleted"}),
        ([opaque("none"), Entry("none/c", b"1")], {"/d", "/d/a", "/d/b", "/none", "/none/c", "/top"}, {}),
        ([folder("d", 0o700)], {"/d", "/d/a", "/d/b", "/top"}, {}),
        ([Entry("d", b"file")], {"/d", "/top"}, {"/d/a": "type-change", "/d/b": "type-change"}),
        ([symlink("d", "/top")], {"/d", "/top"}, {"/d/a": "type-change", "/d/b": "type-change"}),
        ([folder("top"), Entry("top/x", b"1")], {"/d", "/d/a", "/d/b", "/top", "/top/x"}, {"/top": "type-change"}),
        ([Entry("d/a", A, mode=0o755)], {"/d", "/d/a", "/d/b", "/top"}, {"/d/a": "metadata-only"}),
        ([Entry("d/a", b"other")], {"/d", "/d/a", "/d/b", "/top"}, {"/d/a": "overwritten"}),
        ([whiteout("d/a"), Entry("e", A)], {"/d", "/d/b", "/e", "/top"}, {"/d/a": "moved"}),
        ([whiteout("d"), Entry("f/b", B), Entry("f/a", A)], {"/f", "/f/a", "/f/b", "/top"},
         {"/d/a": "moved", "/d/b": "moved"}),
        ([whiteout("d/a"), Entry("top", A)], {"/d", "/d/b", "/top"}, {"/d/a": "moved", "/top": "overwritten"}),
        ([Entry("d/a", A), hard_link("e", "d/a")], {"/d", "/d/a", "/d/b", "/e", "/top"}, {"/d/a": "metadata-only"}),
        ([Entry("e", A), hard_link("d/a", "e")], {"/d", "/d/a", "/d/b", "/e", "/top"}, {"/d/a": "metadata-only"}),
        # A link to the layer below ships nothing.
        ([hard_link("e", "d/a")], {"/d", "/d/a", "/d/b", "/e", "/top"}, {}),
        ([hard_link("e", "d/a"), whiteout("d/a")], {"/d", "/d/b", "/e", "/top"}, {}),
    ],
)  # fmt: skip
def test_a_layer_on_another(image, layer, visible, hidden) -> None:  # type: ignore[no-untyped-def]
    made = image(LOWER, layer)
    assert set(tell.paths(made)) == visible
    assert {path: kind for path, _, kind, _, _ in tell.hidden(made)} == hidden
    assert made.layers[1].entries == len(layer)


def test_entries_are_in_the_order_of_paths_and_directories_first(image) -> None:  # type: ignore[no-untyped-def]
    made = image([Entry("a-b", B), Entry("a/b/c", B), folder("a"), Entry("a/b.c", B), folder("a/b")])
    assert [entry.path for entry in made.layers[0].layer.entries] == [
        "/a", "/a/b", "/a/b/c", "/a/b.c", "/a-b",
    ]  # fmt: skip


def test_of_two_entries_of_one_path_the_last_stands_and_both_ship(image) -> None:  # type: ignore[no-untyped-def]
    made = image([Entry("a", A), Entry("./a", B), Entry("/a", b"last")])
    assert tell.paths(made) == {"/a": 4}
    assert made.layers[0].layer.bytes.likely == 134
    assert tell.hidden(made) == [("/a", 100, "overwritten", 0, 0), ("/a", 30, "overwritten", 0, 0)]
    assert any("twice" in note for note in made.notes)


def test_a_link_stays_with_the_file_that_it_was_made_to(image) -> None:  # type: ignore[no-untyped-def]
    made = image([Entry("a", A), hard_link("b", "a"), Entry("a", B)])
    assert tell.paths(made) == {"/a": 30, "/b": 100}
    assert tell.hidden(made) == []


def test_links_may_come_before_their_file_and_name_each_other(image) -> None:  # type: ignore[no-untyped-def]
    made = image([hard_link("c", "a"), Entry("a", A), hard_link("b", "c")])
    assert tell.paths(made) == {"/a": 100, "/b": 100, "/c": 100}
    assert made.layers[0].layer.bytes.likely == 100


def test_links_to_nothing_and_to_themselves_are_left_out_with_a_note(image) -> None:  # type: ignore[no-untyped-def]
    made = image([hard_link("a", "a"), hard_link("b", "nothing")])
    assert tell.paths(made) == {}
    assert any("hard links" in note and "(2)" in note for note in made.notes)


def test_parents_are_looked_up_through_links_of_both_layers(image) -> None:  # type: ignore[no-untyped-def]
    lower = [folder("usr"), folder("usr/bin"), symlink("bin", "usr/bin"), Entry("usr/bin/sh", A)]
    made = image(lower, [Entry("bin/sh", B), whiteout("bin/none"), symlink("x", "/usr"), Entry("x/y", B)])
    assert tell.paths(made) == {
        "/bin": "usr/bin", "/usr": None, "/usr/bin": None, "/usr/bin/sh": 30, "/usr/y": 30, "/x": "/usr",
    }  # fmt: skip
    assert tell.hidden(made) == [("/usr/bin/sh", 100, "overwritten", 0, 1)]


def test_a_directory_of_the_layer_replaces_a_link(image) -> None:  # type: ignore[no-untyped-def]
    lower = [folder("usr/bin"), symlink("bin", "usr/bin")]
    made = image(lower, [folder("bin"), Entry("bin/sh", B)])
    assert tell.paths(made)["/bin/sh"] == 30
    assert "/usr/bin/sh" not in tell.paths(made)


def test_links_never_lead_out_of_the_root(image) -> None:  # type: ignore[no-untyped-def]
    made = image(
        [symlink("up", "../../../etc"), Entry("up/passwd", A), symlink("abs", "/"), Entry("abs/f", B)]
    )
    assert tell.paths(made) == {
        "/abs": "/", "/etc": None, "/etc/passwd": 100, "/f": 30, "/up": "../../../etc",
    }  # fmt: skip


def test_names_of_aufs_and_of_estargz_are_left_out(image) -> None:  # type: ignore[no-untyped-def]
    made = image(
        [Entry(".wh..wh.plnk/1.2", A), Entry(".no.prefetch.landmark", b"\xf6"), Entry("stargz.index.json", B)]
    )
    assert tell.paths(made) == {}
    assert made.layers[0].entries == 3
    assert len(made.notes) == 2


def test_devices_have_no_bytes(image) -> None:  # type: ignore[no-untyped-def]
    made = image([Entry("null", type=tarfile.CHRTYPE), Entry("disk", type=tarfile.BLKTYPE)])
    assert [row[1:3] for row in tell.rows(made.layers[0].layer)] == [("other", 0), ("other", 0)]


def test_a_layer_without_anything(image) -> None:  # type: ignore[no-untyped-def]
    made = image([], LOWER)
    assert (made.layers[0].entries, made.layers[0].layer.entries) == (0, ())


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        (Entry("../etc/passwd", A), "leads out of the layer"),
        (Entry("a/../../b", A), "leads out of the layer"),
        (Entry(".wh."), "a whiteout that names nothing"),
        (Entry("d/.wh.."), "a whiteout that names nothing"),
        (Entry("d/.wh..."), "a whiteout that names nothing"),
        (Entry(".wh.d/x", A), "nothing can be in a whiteout"),
        (Entry("/", A), "the root is not a directory"),
    ],
)
def test_what_no_layer_can_have(image, entry: Entry, message: str) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(ImageError, match=f"layer 1: .*{message}"):
        image(LOWER, [entry])


def test_a_loop_of_links(image) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(ImageError, match="a loop of symbolic links"):
        image([symlink("a", "b"), symlink("b", "a"), Entry("a/x", A)])


def test_many_equal_files_that_are_moved_take_no_quadratic_time(image) -> None:  # type: ignore[no-untyped-def]
    lower = [Entry(f"a/{n}", b"same") for n in range(5000)]
    made = image(lower, [whiteout("a"), *(Entry(f"b/{n}x", b"same") for n in range(5000))])
    assert {kind for _, _, kind, _, _ in tell.hidden(made)} == {"moved"}
