"""Hidden bytes: who ships them, who hides them, and why."""

from __future__ import annotations

import pytest

from layerlint.domain.size import UNBOUNDED, Size
from layerlint.filesystem.accounting import Accounting, HiddenKind, account
from layerlint.filesystem.apply import commit
from layerlint.filesystem.layer import Differ, Entry, EntryKind, Layer
from layerlint.filesystem.node import BASE_LAYER, Change
from layerlint.filesystem.union import FileSystem
from tests.filesystem.shell import run


def build(*steps: str, base: str = "", differ: Differ = Differ.BUILDKIT) -> Accounting:
    start = state = run(FileSystem.scratch(), base)
    layers = []
    for index, step in enumerate(steps):
        before = state.at_layer(index)
        layer, state = commit(before, run(before, step), differ, index)
        layers.append(layer)
    return account(start, layers)


def zeros(amount: int, path: str) -> str:
    return f"head -c {amount} /dev/zero > {path}"


D, W, M, V, T = (
    HiddenKind.DELETED,
    HiddenKind.OVERWRITTEN,
    HiddenKind.METADATA_ONLY,
    HiddenKind.MOVED,
    HiddenKind.TYPE_CHANGE,
)

# steps -> (path, bytes, kind, created, hidden by)
TABLE: dict[str, tuple[list[str], list[tuple[str, int, HiddenKind, int, int]]]] = {
    # The eight cases of which wagoodman/dive counts most otherwise.
    "delete one file": ([zeros(100, "f"), "rm f"], [("/f", 100, D, 0, 1)]),
    "delete a directory": (
        [f"mkdir d; {zeros(100, 'd/a')}; {zeros(50, 'd/b')}", "rm -rf d"],
        [("/d/a", 100, D, 0, 1), ("/d/b", 50, D, 0, 1)],
    ),
    "overwrite": ([zeros(100, "f"), zeros(100, "f")], [("/f", 100, W, 0, 1)]),
    "overwrite three times": (
        [zeros(100, "f"), zeros(100, "f"), zeros(100, "f")],
        [("/f", 100, W, 0, 1), ("/f", 100, W, 1, 2)],
    ),
    "small by large": ([zeros(1, "f"), zeros(1000, "f")], [("/f", 1, W, 0, 1)]),
    "file to directory": ([zeros(100, "p"), "rm p; mkdir p"], [("/p", 100, T, 0, 1)]),
    "directory to file": (
        [f"mkdir p; {zeros(100, 'p/a')}", "rm -rf p; echo x > p"], [("/p/a", 100, T, 0, 1)]
    ),
    "mv": ([zeros(100, "a"), "mv a b"], [("/a", 100, V, 0, 1)]),
    # The rest.
    "directory made anew": (
        [f"mkdir d; {zeros(100, 'd/a')}; {zeros(7, 'd/b')}", f"rm -rf d; mkdir d; {zeros(3, 'd/a')}"],
        [("/d/a", 100, W, 0, 1), ("/d/b", 7, D, 0, 1)],
    ),
    "chmod": ([zeros(100, "f"), "chmod 600 f"], [("/f", 100, M, 0, 1)]),
    "chmod to what it was": ([zeros(100, "f"), "chmod 644 f"], []),
    "chown -R": (
        [f"mkdir d; {zeros(100, 'd/a')}", "chown -R 5:5 d", "chown -R 6:6 d"],
        [("/d/a", 100, M, 0, 1), ("/d/a", 100, M, 1, 2)],
    ),
    "append": ([zeros(100, "f"), "echo x >> f"], [("/f", 100, W, 0, 1)]),
    "chmod, then append": ([zeros(100, "f"), "chmod 600 f; echo x >> f"], [("/f", 100, W, 0, 1)]),
    "symlink in its place": ([zeros(100, "f"), "ln -sf g f"], [("/f", 100, T, 0, 1)]),
    "mv of a directory": (
        [f"mkdir d; {zeros(100, 'd/a')}", "mv d e"], [("/d/a", 100, V, 0, 1)]
    ),
    "chmod, then mv": ([zeros(100, "f"), "chmod 600 f; mv f g"], [("/f", 100, V, 0, 1)]),
    "mv, and another file in its place": (
        [zeros(100, "f"), f"mv f g; {zeros(9, 'f')}"], [("/f", 100, V, 0, 1)]
    ),
    "mv, then delete": (
        [zeros(100, "f"), "mv f g", "rm g"], [("/f", 100, V, 0, 1), ("/g", 100, D, 1, 2)]
    ),
    "made and deleted in one step": ([f"{zeros(100, 'f')}; rm f"], []),
    "one of two hard links deleted": ([f"{zeros(100, 'f')}; ln f g", "rm f"], []),
    "both hard links deleted": ([f"{zeros(100, 'f')}; ln f g", "rm f", "rm g"], [("/g", 100, D, 0, 2)]),
    "one of two hard links changed": ([f"{zeros(100, 'f')}; ln f g", "chmod 600 f"], []),
    "both hard links changed": (
        [f"{zeros(100, 'f')}; ln f g", "chmod 600 f g"], [("/g", 100, M, 0, 1)]
    ),
    "hard link to a file of a lower layer": ([zeros(100, "f"), "ln f g"], []),
}  # fmt: skip


@pytest.mark.parametrize("name", TABLE)
def test_hidden(name: str) -> None:
    steps, expected = TABLE[name]
    found = build(*steps)
    assert [
        (item.path, item.bytes.likely, item.kind, item.created, item.hidden_by) for item in found.items
    ] == expected
    assert found.image == found.visible + found.hidden


def test_whiteout_of_an_absent_path_does_not_end_the_layer() -> None:
    """The ninth of those cases: no differ writes such a whiteout, but a foreign tool may."""
    start = FileSystem.scratch()
    first, state = commit(start.at_layer(0), run(start.at_layer(0), zeros(100, "f")), Differ.NATIVE, 0)
    second, _ = commit(state.at_layer(1), run(state.at_layer(1), zeros(100, "f")), Differ.NATIVE, 1)
    second = Layer(1, (Entry("/absent", EntryKind.WHITEOUT, None), *second.entries))
    found = account(start, [first, second])
    assert [(item.path, item.bytes.likely) for item in found.items] == [("/f", 100)]


@pytest.mark.parametrize("differ", [Differ.NATIVE, Differ.NAIVE])
def test_a_hard_link_to_a_lower_file_hides_it_where_both_names_ship(differ: Differ) -> None:
    (item,) = build(zeros(100, "f"), "ln f g", differ=differ).items
    assert (item.path, item.bytes.likely, item.kind) == ("/f", 100, HiddenKind.METADATA_ONLY)
    assert item.replacement is not None
    assert item.replacement.change is Change.LINKED


def test_a_change_of_nothing_hides_the_file_in_a_graph_driver_only() -> None:
    assert build(zeros(100, "f"), "chmod 644 f", differ=Differ.NATIVE).hidden == Size.exact(100)
    assert build(zeros(100, "f"), "chmod 644 f", differ=Differ.BUILDKIT).hidden == Size.exact(0)


def test_files_of_the_base_count_as_hidden_too() -> None:
    base = f"mkdir d; {zeros(100, 'd/a')}; ln d/a d/b; {zeros(5, 'd/c')}; {zeros(1000, 'e')}"
    found = build("rm d/a d/c", "rm -rf d", base=base)
    assert [(item.path, item.bytes.likely, item.created, item.hidden_by) for item in found.items] == [
        ("/d/b", 100, BASE_LAYER, 1),
        ("/d/c", 5, BASE_LAYER, 0),
    ]
    assert (found.image, found.visible) == (Size.exact(1105), Size.exact(1000))


def test_the_largest_comes_first() -> None:
    found = build(f"{zeros(1, 'a')}; {zeros(3, 'c')}; {zeros(3, 'b')}", "rm a b c")
    assert [item.path for item in found.items] == ["/b", "/c", "/a"]


def test_what_is_removed_on_some_paths_only() -> None:
    start = FileSystem.scratch().at_layer(0)
    first, state = commit(start, run(start, zeros(100, "f")), Differ.BUILDKIT, 0)
    there = state.at_layer(1)
    gone = there.remove("/f")
    for joined, likely in ((gone.join(there), 100), (there.join(gone), 0)):
        second, after = commit(there, joined, Differ.BUILDKIT, 1)
        found = account(start, [first, second])
        assert found.hidden == Size(0, likely, 100)
        assert found.visible == Size(0, 100 - likely, 100)
        # Removed for good, it is hidden whatever happened before.
        third, _ = commit(after.at_layer(2), after.at_layer(2).remove("/f"), Differ.BUILDKIT, 2)
        assert account(start, [first, second, third]).hidden == Size.exact(100)


def test_what_is_changed_on_some_paths_only() -> None:
    start = FileSystem.scratch().at_layer(0)
    first, state = commit(start, run(start, zeros(100, "f")), Differ.BUILDKIT, 0)
    kept = state.at_layer(1)
    changed = kept.change_metadata("/f", "chmod 600 /f", mode=0o600)
    for joined, likely in ((changed.join(kept), 100), (kept.join(changed), 0)):
        second, _ = commit(kept, joined, Differ.BUILDKIT, 1)
        found = account(start, [first, second])
        assert second.bytes == Size(0, likely, 100)
        assert (found.image.likely, found.visible.likely) == (100 + likely, 100)
        assert [(item.kind, item.bytes) for item in found.items] == [
            (HiddenKind.METADATA_ONLY, Size(0, likely, 100))
        ]


def test_sizes_without_a_bound() -> None:
    start = FileSystem.scratch().at_layer(0)
    first, state = commit(start, start.write("/f", UNBOUNDED, "make"), Differ.BUILDKIT, 0)
    second, _ = commit(state.at_layer(1), state.at_layer(1).remove("/f"), Differ.BUILDKIT, 1)
    found = account(start, [first, second])
    assert [(item.path, item.bytes) for item in found.items] == [("/f", UNBOUNDED)]
    assert found.image == found.hidden == UNBOUNDED
