"""Package effects on Alpine: what comes, what goes, and which files say so."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from layerlint.catalog.alpine import nearest_index
from layerlint.catalog.bases import find
from layerlint.domain.size import Size
from layerlint.domain.truth import Truth
from layerlint.effects import (
    CleanCache,
    InstallPackages,
    PackageEffect,
    RemovePackages,
    UpdateIndex,
    UpgradePackages,
)
from layerlint.execution.packages import Applied, PackageDatabase, apply
from layerlint.filesystem.apply import commit
from layerlint.filesystem.layer import Differ, Layer
from layerlint.filesystem.node import Inode, Kind
from layerlint.filesystem.union import FileSystem

UPDATE = UpdateIndex("apk")


def start(reference: str = "alpine:3.22") -> Applied:
    base = find(reference)
    assert base is not None
    return Applied(FileSystem(base.root).at_layer(0), PackageDatabase.from_base(base))


def then(state: Applied, *effects: PackageEffect) -> Applied:
    for effect in effects:
        state = apply(effect, state.filesystem, state.database, "test")
    return state


def layer(before: Applied, after: Applied) -> Layer:
    return commit(before.filesystem, after.filesystem, Differ.NATIVE, 0)[0]


def add(*names: str, virtual: str = "", cache: bool = False) -> InstallPackages:
    return InstallPackages("apk", names, recommends=False, virtual=virtual, cache=cache)


def delete(*names: str, dependents: bool = False) -> RemovePackages:
    return RemovePackages("apk", names, dependents=dependents)


def new(state: Applied) -> set[str]:
    return {package.name for package in state.installed}


def size(state: Applied, path: str) -> Size:
    node = state.filesystem.lookup(path)
    assert isinstance(node, Inode), path
    return node.size


def test_what_the_base_has_does_not_come_again() -> None:
    assert new(then(start(), add("curl"))) == {
        "curl", "libcurl", "brotli-libs", "c-ares", "libidn2", "libpsl", "libunistring", "nghttp2-libs",
        "zstd-libs",
    }  # fmt: skip


def test_what_installs_itself_comes_too() -> None:
    assert {"python3-pyc", "pyc", "python3-pycache-pyc0"} <= new(then(start(), add("python3")))
    assert "git-doc" not in new(then(start(), add("git")))
    assert "git-doc" in new(then(start(), add("docs"), add("git")))
    assert "git-doc" in new(then(start(), add("git"), add("docs")))


def test_a_virtual_package_goes_with_what_only_it_needed() -> None:
    before = then(start(), add("libstdc++"))
    with_build = then(before, add("g++", "make", virtual=".build-deps"))
    after = then(with_build, delete(".build-deps"))
    assert {"g++", "gcc", "make", "musl-dev"} <= {package.name for package in after.removed}
    assert not {"libstdc++", "libgcc", "musl"} & {package.name for package in after.removed}
    assert after.database is not None
    assert before.database is not None
    assert after.database.installed.keys() == before.database.installed.keys()
    # What is written is the databases alone: two files of packages, scripts, triggers, world.
    layer_after = layer(start(), after)
    assert layer_after.bytes.likely < 3_000_000 + 60_000


def test_what_something_else_needs_stays() -> None:
    state = then(start(), add("git", "curl"), delete("curl"))
    assert state.database is not None
    assert "libcurl" in state.database.installed
    assert [package.name for package in state.removed] == ["curl"]
    kept = then(start(), add("git"), delete("libcurl"))
    assert kept.removed == ()
    everything = then(start(), add("git"), delete("libcurl", dependents=True))
    assert "git" in {package.name for package in everything.removed}


def test_a_package_that_is_not_there_cannot_be_deleted() -> None:
    assert then(start(), delete(".build-deps")).status is Truth.NO
    assert then(start(), delete("curl")).status is Truth.YES
    assert then(Applied(FileSystem.unknown().at_layer(0), None), delete(".build-deps")).status is Truth.MAYBE


def test_world_is_known_to_the_byte() -> None:
    state = then(start("alpine:3.20"), add("curl", "git=2.45.2-r0"))
    assert size(state, "/etc/apk/world") == Size.exact(59 + len("curl\ngit=2.45.2-r0\n"))
    state = then(start("alpine:3.20"), add("gcc", virtual=".b"))
    assert size(state, "/etc/apk/world") == Size.exact(59 + len(".b=20200101.000000\n"))
    assert size(then(state, delete(".b")), "/etc/apk/world") == Size.exact(59)


def test_databases_are_written_anew_by_every_run() -> None:
    state = then(start(), add("busybox"))
    paths = {entry.path for entry in layer(start(), state).entries}
    assert {"/lib/apk/db/installed", "/lib/apk/db/scripts.tar", "/lib/apk/db/triggers", "/etc/apk/world"} <= {
        f"/{path.lstrip('/')}" for path in paths
    }


def test_the_index_is_kept_unless_told_not_to() -> None:
    kept = list(then(start(), add("less", cache=True)).filesystem.children("/var/cache/apk"))
    assert len(kept) == 2
    assert not then(start(), add("less")).filesystem.children("/var/cache/apk")
    assert not then(start(), UPDATE, CleanCache("apk")).filesystem.children("/lib/none")
    once, twice = then(start(), UPDATE), then(start(), UPDATE, UPDATE)
    assert layer(start(), once).bytes == layer(start(), twice).bytes


def test_certificates_are_joined_into_the_file_of_the_bundle() -> None:
    state = then(start(), add("ca-certificates"))
    assert size(state, "/etc/ssl/certs/ca-certificates.crt").likely == 220_093
    assert any(
        entry.path.endswith("etc/ssl/certs/ca-certificates.crt") for entry in layer(start(), state).entries
    )


def test_names_of_other_releases_stand_for_what_is_near() -> None:
    state = then(start("alpine:3.9"), add("python-dev", "nodejs-npm"))
    assert {"python3-dev", "python3"} <= new(state)
    assert state.status is Truth.YES


def test_a_package_of_which_nothing_is_known_is_not_nothing() -> None:
    state = then(start(), add("zzz-no-such-thing"))
    assert state.status is Truth.YES
    assert state.problems == ("zzz-no-such-thing is not in the index of alpine-3.22",)
    grown = layer(start(), state).bytes
    assert (grown.high, grown.likely > 1_000_000) == (None, True)
    gone = then(state, delete("zzz-no-such-thing"))
    assert layer(start(), gone).bytes.high is not None


def test_a_package_file_has_some_times_the_bytes_of_its_archive() -> None:
    state = start()
    inode = Inode(Kind.FILE, Size.exact(4_000_000), 0o644, 0, 0, 0, "wget")
    state = Applied(state.filesystem.replace("/tmp/glibc.apk", inode, "wget"), state.database)
    state = then(state, add("/tmp/glibc.apk"))
    (package,) = state.installed
    assert package.bytes.low == 4_000_000 < package.bytes.likely
    assert state.problems == ("what is in /tmp/glibc.apk is not known",)


def test_an_image_of_which_nothing_is_known_is_taken_for_the_latest() -> None:
    state = then(Applied(FileSystem.unknown().at_layer(0), None), add("git", virtual=".x"))
    assert "git" in new(state)
    assert state.problems == ("the packages of the base image are not known",)


def test_an_upgrade_depends_on_the_day() -> None:
    state = then(start(), UpgradePackages("apk", may_remove=True))
    assert state.problems
    assert layer(start(), state).bytes.high is None


def test_archives_are_put_where_they_are_wanted() -> None:
    state = then(start(), InstallPackages("apk", ("curl",), recommends=False, directory="/out"))
    (name,) = state.filesystem.children("/out")
    assert name.startswith("curl-")
    assert state.database is not None
    assert "curl" not in state.database.installed


NAMES = st.sampled_from(
    ["curl", "git", ".build-deps", "so:libz.so.1", "cmd:bash", "!curl", "a=1", "python3~3", "x@edge", "=", "",
     "docs", "build-base", "/tmp/a.apk", "pkgconfig", "/bin/sh", "libressl-dev", "musl", "busybox"]
)  # fmt: skip
EFFECTS = st.one_of(
    st.builds(lambda names, virtual: add(*names, virtual=virtual), st.lists(NAMES, max_size=3),
              st.sampled_from(["", ".build-deps", "curl"])),
    st.builds(lambda names, all_: delete(*names, dependents=all_), st.lists(NAMES, max_size=3), st.booleans()),
    st.sampled_from([UPDATE, UpgradePackages("apk"), CleanCache("apk")]),
)  # fmt: skip


@settings(max_examples=40, deadline=None)
@given(st.sampled_from(["alpine:3.16", "alpine:latest", "alpine:3.19"]), st.lists(EFFECTS, max_size=4))
def test_no_sequence_of_effects_is_too_odd(reference: str, effects: list[PackageEffect]) -> None:
    before = start(reference)
    after = then(before, *effects)
    grown = layer(before, after).bytes
    assert grown.low <= grown.likely


def test_a_build_environment_is_worked_out_quickly() -> None:
    then(start(), add("build-base"))
    began = time.perf_counter()
    then(start(), add("build-base", "python3-dev", "git", virtual=".b"), delete(".b"))
    assert time.perf_counter() - began < 1.0


@pytest.mark.parametrize("reference", ["alpine", "alpine:3", "alpine:3.18.4", "alpine:edge", "alpine:3.5"])
def test_every_release_has_a_base_and_a_near_index(reference: str) -> None:
    state = then(start(reference), add("less"))
    assert state.database is not None
    assert "less" in new(state)
    assert not state.database.exact


@pytest.mark.parametrize(
    ("release", "index", "own"),
    [
        ("alpine-3.22", "alpine-3.22", True),
        ("3.16", "alpine-3.16", True),
        ("alpine-3.20", "alpine-3.22", False),
        ("alpine-3.17", "alpine-3.19", False),
        ("3.13", "alpine-3.14", False),
        ("3.2", "alpine-3.14", False),
        ("edge", "alpine-3.22", False),
    ],
)
def test_the_nearest_index_answers(release: str, index: str, own: bool) -> None:
    found, is_own = nearest_index(release)
    assert found is not None
    assert (found.name, is_own) == (index, own)
