"""Laws of the union file system, on random operations over several layers."""

from __future__ import annotations

import random
from dataclasses import dataclass, replace

from hypothesis import given, settings
from hypothesis import strategies as st

from layerlint.domain.size import ZERO, Size, total
from layerlint.domain.truth import Truth
from layerlint.filesystem.accounting import account
from layerlint.filesystem.apply import apply, commit, squash
from layerlint.filesystem.differ import diff
from layerlint.filesystem.layer import Differ, Entry, EntryKind, Layer
from layerlint.filesystem.node import Directory, Inode, Kind, file_size
from layerlint.filesystem.tree import PATH_MAX, walk
from layerlint.filesystem.union import FileSystem
from tests.filesystem.operations import Operation, random_operation, run_on_model


@dataclass(frozen=True)
class Branch:
    """Operations that run on the likely path, or only on the other one."""

    operations: tuple[Operation, ...]
    likely: bool


operations = st.integers(0, 2**32).map(lambda seed: random_operation(random.Random(seed)))
blocks = st.lists(operations, max_size=12)
branches = st.builds(Branch, st.lists(operations, min_size=1, max_size=5).map(tuple), st.booleans())
scripts = st.lists(operations | branches, max_size=10)
differs = st.sampled_from(Differ)


def run(state: FileSystem, script: list[Operation | Branch] | list[Operation]) -> FileSystem:
    for step in script:
        if isinstance(step, Operation):
            state = run_on_model(state, step)
        else:
            taken = run(state, list(step.operations))
            state = taken.join(state) if step.likely else state.join(taken)
    return state


def view(state: FileSystem) -> dict[str, tuple[object, ...]]:
    """Everything that can be seen, but for the root itself, whose own status no layer holds."""
    return {
        path: (node.mode, node.uid, node.gid, node.presence, node.likely)
        if isinstance(node, Directory)
        else (node.kind, node.size, node.mode, node.uid, node.gid, node.target, node.presence, node.likely)
        for path, node in walk("/", state.root)
        if path != "/"
    }


def bytes_of(state: FileSystem) -> Size:
    return total(file_size(node) for _, node in walk("/", state.root))


@given(blocks, st.lists(blocks, min_size=1, max_size=4), differs)
def test_conservation(first: list[Operation], steps: list[list[Operation]], differ: Differ) -> None:
    base = state = run(FileSystem.scratch(), first)
    layers = []
    for index, step in enumerate(steps):
        before = state.at_layer(index)
        layer, state = commit(before, run(before, step), differ, index)
        layers.append(layer)
    found = account(base, layers)
    # Nothing here is MAYBE, so that the law holds for every bound, and what is visible can be counted.
    assert found.image == found.visible + found.hidden
    assert found.image == total([account(base, []).image, *(layer.bytes for layer in layers)])
    reached = {id(node): node.size for _, node in walk("/", state.root) if isinstance(node, Inode)}
    assert found.visible == total(reached.values())
    assert found.hidden == total(item.bytes for item in found.items)
    assert all(item.created < item.hidden_by for item in found.items)


@given(scripts, st.lists(scripts, min_size=1, max_size=3), differs)
def test_conservation_of_likely_bytes(
    first: list[Operation | Branch], steps: list[list[Operation | Branch]], differ: Differ
) -> None:
    base = state = run(FileSystem.scratch(), first)
    layers = []
    for index, step in enumerate(steps):
        before = state.at_layer(index)
        layer, state = commit(before, run(before, step), differ, index)
        layers.append(layer)
    found = account(base, layers)
    assert found.image.likely == found.visible.likely + found.hidden.likely
    for known in (found.image, found.visible, found.hidden):
        assert known.high is not None


@given(scripts, scripts, differs)
def test_the_layer_between_two_states_leads_from_one_to_the_other(
    first: list[Operation | Branch], step: list[Operation | Branch], differ: Differ
) -> None:
    before = run(FileSystem.scratch(), first).at_layer(0)
    after = run(before, step)
    layer, committed = commit(before, after, differ, 0)
    assert view(apply(before, layer)) == view(after)
    assert view(committed) == view(after)
    assert diff(before, apply(before, layer), differ, 0).bytes == layer.bytes


@given(blocks, scripts, differs, st.randoms(use_true_random=False))
def test_the_order_of_entries_does_not_matter(
    first: list[Operation], step: list[Operation | Branch], differ: Differ, source: random.Random
) -> None:
    before = run(FileSystem.scratch(), first).at_layer(0)
    layer = diff(before, run(before, step), differ, 0)
    shuffled = list(layer.entries)
    source.shuffle(shuffled)
    assert view(apply(before, replace(layer, entries=tuple(shuffled)))) == view(apply(before, layer))


@given(scripts, scripts, differs)
def test_what_did_not_ship_is_the_inode_below(
    first: list[Operation | Branch], step: list[Operation | Branch], differ: Differ
) -> None:
    before = run(FileSystem.scratch(), first).at_layer(0)
    layer, committed = commit(before, run(before, step), differ, 0)
    shipped = {id(entry.node) for entry in layer.entries}
    for path, node in walk("/", committed.root):
        if isinstance(node, Inode) and node.presence is Truth.YES and id(node) not in shipped:
            assert before.lookup(path, follow=False) is node


@given(scripts, st.lists(scripts, min_size=1, max_size=4), differs)
def test_squashed_layers_do_what_the_layers_do(
    first: list[Operation | Branch], steps: list[list[Operation | Branch]], differ: Differ
) -> None:
    base = state = run(FileSystem.scratch(), first)
    layers = []
    for index, step in enumerate(steps):
        before = state.at_layer(index)
        layer, state = commit(before, run(before, step), differ, index)
        layers.append(layer)
    assert view(apply(base, squash(layers))) == view(state)


@given(blocks, scripts)
def test_an_operation_changes_no_state_that_is_there(
    first: list[Operation], step: list[Operation | Branch]
) -> None:
    before = run(FileSystem.scratch(), first).at_layer(0)
    seen = view(before)
    after = run(before, step)
    commit(before, after, Differ.NATIVE, 0)
    before.join(after)
    assert view(before) == seen


@given(scripts, scripts, scripts)
def test_join(
    first: list[Operation | Branch],
    one_script: list[Operation | Branch],
    other_script: list[Operation | Branch],
) -> None:
    before = run(FileSystem.scratch(), first).at_layer(0)
    one, other = run(before, one_script), run(before, other_script)
    assert one.join(one).root is one.root
    both = one.join(other)
    # The likely path is the first one, whole; the bounds hold both.
    joined, likely, unlikely = bytes_of(both), bytes_of(one), bytes_of(other)
    assert joined.likely == likely.likely
    assert joined.low <= min(likely.low, unlikely.low)
    assert joined.high is not None
    assert joined.high >= max(likely.high or 0, unlikely.high or 0)
    assert view(both.join(one)).keys() == view(both).keys()
    names = dict(walk("/", both.root))
    for state in (one, other):
        for path, node in walk("/", state.root):
            found = names.get(path)
            if isinstance(node, Inode) and isinstance(found, Inode) and node.kind is found.kind:
                assert found.size.low <= node.size.low
                assert found.size.high is not None
                assert found.size.high >= (node.size.high or 0)
    certain = {path for path, node in names.items() if node.presence is Truth.YES}
    for state in (one, other):
        assert certain <= {path for path, _ in walk("/", state.root)}


@given(blocks, scripts, scripts, differs)
def test_a_layer_after_a_join_is_between_those_of_its_paths(
    first: list[Operation],
    one_script: list[Operation | Branch],
    other_script: list[Operation | Branch],
    differ: Differ,
) -> None:
    before = run(FileSystem.scratch(), first).at_layer(0)
    one, other = run(before, one_script), run(before, other_script)
    joined = diff(before, one.join(other), differ, 0).bytes
    assert joined.high is not None
    for state in (one, other):
        alone = diff(before, state, differ, 0).bytes
        assert joined.high >= (alone.high or 0)


hostile_paths = st.text(st.sampled_from("/.ab~\0\n\\é"), max_size=40) | st.sampled_from(
    ["", "/", "..", "/..", "/" + "a/" * 3000, "x" * (PATH_MAX + 1), "/" + "d/" * 150, "/" + "d/" * 199 + "d"]
)


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(0, 9), hostile_paths, hostile_paths), max_size=15))
def test_no_path_raises(steps: list[tuple[int, str, str]]) -> None:
    before = state = FileSystem.unknown().at_layer(0)
    for number, path, other in steps:
        match number:
            case 0:
                state = state.write(path, Size.exact(3), "w", append=True)
            case 1:
                state = state.make_directory(path, "w")
            case 2:
                state = state.symlink(path, other, "w")
            case 3:
                state = state.rename(path, other, "w")
            case 4:
                state = state.link(path, other, "w")
            case 5:
                state = state.remove(path)
            case 6:
                state = state.change_metadata(path, "w", uid=3, recursive=True)
            case 7:
                state = state.graft(state.lookup(path) or before.root, other, "w", keep_times=False)
            case 8:
                state = state.touch(path, "w").join(state)
            case _:
                state = state.replace(path, Inode(*_PLAIN), "w")
        state.presence(path)
        state.resolve(path)
        state.is_complete(path)
        assert len(list(state.walk(path))) < 100_000
    for differ in Differ:
        layer, _ = commit(before, state, differ, 0)
        account(before, [layer])


_PLAIN = (Kind.FILE, ZERO, 0, 0, 0, 0, "")


@given(st.lists(st.tuples(hostile_paths, st.sampled_from(EntryKind)), max_size=12))
def test_no_layer_raises(rows: list[tuple[str, EntryKind]]) -> None:
    state = run(FileSystem.scratch(), [Operation("write", "/d/x", number=4)])
    file, folder = state.lookup("/d/x"), state.lookup("/d")
    nodes = {EntryKind.DIRECTORY: folder, EntryKind.WHITEOUT: None, EntryKind.OPAQUE: None}
    layer = Layer(0, tuple(Entry(path, kind, nodes.get(kind, file)) for path, kind in rows))
    apply(state, squash([layer, layer]))
    found = account(state, [layer])
    assert found.image.likely == found.visible.likely + found.hidden.likely
