"""Package effects on the real catalog: files, databases, marks, failures."""

from __future__ import annotations

import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from layerlint.catalog.bases import find
from layerlint.catalog.model import BaseImage, Footprint, Package
from layerlint.domain.size import Size, total
from layerlint.domain.truth import Truth
from layerlint.effects import (
    CleanCache,
    InstallPackages,
    MarkPackages,
    PackageEffect,
    RemovePackages,
    RemoveUnused,
    UpdateIndex,
    UpgradePackages,
)
from layerlint.execution.packages import Applied, PackageDatabase, apply
from layerlint.execution.packages.placement import is_unpacked
from layerlint.execution.packages.records import Change, Transaction, record
from layerlint.filesystem.apply import commit
from layerlint.filesystem.layer import Differ, EntryKind, Layer
from layerlint.filesystem.node import Inline, Inode, Kind
from layerlint.filesystem.union import FileSystem

APT = "apt"
ARCHIVES = "/var/cache/apt/archives"
LISTS = "/var/lib/apt/lists"


def base_image(reference: str = "debian:bookworm-slim") -> BaseImage:
    found = find(reference)
    assert found is not None
    return found


def start(reference: str = "debian:bookworm-slim") -> Applied:
    """A base image before its first step."""
    base = base_image(reference)
    return Applied(FileSystem(base.root).at_layer(0), PackageDatabase.from_base(base))


def then(state: Applied, *effects: PackageEffect) -> Applied:
    for effect in effects:
        state = apply(effect, state.filesystem, state.database, "test")
    return state


def next_layer(state: Applied) -> Applied:
    return Applied(state.filesystem.at_layer(state.filesystem.layer + 1), state.database)


def layer(before: Applied, after: Applied, differ: Differ = Differ.NATIVE) -> Layer:
    return commit(before.filesystem, after.filesystem, differ, after.filesystem.layer)[0]


def install(*names: str, **options: bool | None) -> InstallPackages:
    return InstallPackages(APT, names, **{"recommends": False, **options})  # type: ignore[arg-type]


def text(state: Applied, path: str, data: str) -> Applied:
    raw = data.encode()
    inode = Inode(
        Kind.FILE, Size.exact(len(raw)), 0o644, 0, 0, state.filesystem.layer, "echo", Inline(raw)
    )
    return Applied(state.filesystem.replace(path, inode, "echo"), state.database)


def without(state: Applied, path: str) -> Applied:
    return Applied(state.filesystem.remove(path), state.database)


def installed(state: Applied) -> set[str]:
    assert state.database is not None
    return set(state.database.installed)


def test_an_update_writes_the_lists_and_a_second_one_only_their_release_files() -> None:
    """19,856,468 and 241,248 bytes in a real build on Debian 12 (of the catalog's week)."""
    first = then(start(), UpdateIndex(APT))
    written = layer(start(), first).bytes
    assert 15_000_000 < written.likely < 30_000_000
    assert written.is_exact
    second = then(next_layer(first), UpdateIndex(APT))
    again = layer(next_layer(first), second)
    assert {e.path.rpartition("_")[2] for e in again.entries if e.bytes.likely} == {"InRelease"}
    # Their times do not change: BuildKit finds nothing new.
    assert layer(next_layer(first), second, Differ.BUILDKIT).bytes.likely == 0


def test_an_install_places_files_and_rewrites_databases() -> None:
    ready = next_layer(then(start(), UpdateIndex(APT)))
    done = then(ready, install("curl"))
    names = {package.name for package in done.installed}
    assert "curl" in names
    assert "libcurl4" in names
    assert "libc6" not in names
    paths = {entry.path for entry in layer(ready, done).entries}
    assert {"/var/lib/dpkg/status", "/var/lib/dpkg/status-old", "/var/log/dpkg.log"} <= paths
    assert "/var/lib/dpkg/info/<curl>" in paths
    assert not any(path.endswith(".deb") for path in paths)
    own = total(package.bytes for package in done.installed)
    assert layer(ready, done).bytes.likely == own.likely + done.rewritten.likely
    assert done.status is Truth.YES
    assert done.problems == ()
    assert done.database is not None
    assert [done.database.installed[n].automatic for n in ("curl", "libcurl4")] == [False, True]


def test_debconf_saves_the_templates_of_a_package_and_keeps_the_last_files() -> None:
    """ca-certificates in a real build on Debian 12: templates.dat from 753,157 to 781,542 bytes."""
    footprint = Footprint((), 0, 0, 0, measured=True, templates_bytes=26_265)
    package = Package("ca-certificates", "1", "all", 0, 0, (), (), (), (), False, "optional", footprint)
    size = Size.exact(753_157)
    templates = "/var/cache/debconf/templates.dat"
    before = FileSystem.scratch().write(templates, size, "base").at_layer(0)
    after, rewritten = record(before, Transaction(installed=[Change(package)], count=1), "test")
    new, old = after.lookup(templates), after.lookup(f"{templates}-old")
    assert isinstance(new, Inode)
    assert isinstance(old, Inode)
    assert abs(new.size.likely - 781_542) < 500
    assert old.size.likely == size.likely
    assert rewritten.likely > 1_500_000


def test_a_second_run_writes_the_databases_again() -> None:
    """1,033,184 bytes for the removal of two packages in a real build on Debian 12."""
    done = then(start(), UpdateIndex(APT), install("curl", "nano"))
    gone = then(next_layer(done), RemovePackages(APT, ("nano",)))
    assert layer(next_layer(done), gone).bytes == gone.rewritten
    assert 900_000 < gone.rewritten.likely < 1_100_000


def test_nothing_to_do_writes_nothing() -> None:
    ready = next_layer(then(start(), UpdateIndex(APT)))
    for effect in (UpgradePackages(APT), RemoveUnused(APT), RemovePackages(APT, ("curl",))):
        assert layer(ready, then(ready, effect)).bytes.likely == 0


def test_recommended_packages_are_told_apart() -> None:
    done = then(start(), UpdateIndex(APT), install("git", recommends=None))
    recommended = {package.name for package in done.recommended}
    assert "less" in recommended
    assert "libcurl3-gnutls" not in recommended
    assert then(start(), UpdateIndex(APT), install("git")).recommended == ()


def test_the_image_can_turn_recommendations_off() -> None:
    state = text(start(), "/etc/apt/apt.conf.d/99no", 'APT::Install-Recommends "0";')
    done = then(state, UpdateIndex(APT), install("git", recommends=None))
    assert "less" not in installed(done)


def test_without_lists_apt_finds_no_package() -> None:
    done = then(start(), install("curl"))
    assert done.status is Truth.NO
    assert done.problems[0] == "no package lists: run apt-get update first"
    assert "curl" in installed(done)
    assert then(start(), install("tzdata")).status is Truth.YES


@pytest.mark.parametrize(("word", "status", "problem"), [
    ("frobnicate", Truth.NO, "E: Unable to locate package frobnicate"),
    ("mail-transport-agent", Truth.NO, "E: Package 'mail-transport-agent' has no installation candidate"),
    ("./x.deb", Truth.YES, "what is in ./x.deb is not known"),
    ("linux-*[0-9]", Truth.YES, "linux-*[0-9] is a pattern or a task, which is not looked up"),
    ("lib.*quux-dev", Truth.NO, "E: Unable to locate package lib.*quux-dev"),
    ("build-essentia?", Truth.YES, None),
    ("web-server^", Truth.YES, "web-server^ is a pattern or a task, which is not looked up"),
    ("curl:i386", Truth.YES, "curl:i386 is of another architecture than the index"),
    ("curl/bookworm-backports", Truth.YES, "curl/bookworm-backports: the index does not cover the suite "
                                           "bookworm-backports"),
    ("curl/bookworm", Truth.YES, None),
    ("curl+", Truth.YES, None),
    ("curl=7.*", Truth.YES, None),
    ("libstdc++6", Truth.YES, None),
])
def test_words_of_a_command_line(word: str, status: Truth, problem: str | None) -> None:
    done = then(start(), UpdateIndex(APT), install("nano", word))
    assert done.status is status
    assert done.problems == (() if problem is None else (problem,))
    assert "nano" in installed(done)


def test_a_name_that_is_not_indexed_may_be_in_an_added_source() -> None:
    state = text(start(), "/etc/apt/sources.list.d/own.list", "deb https://example.org/ x main\n")
    updated = then(state, UpdateIndex(APT))
    assert updated.problems == ("the lists of added package sources are not known",)
    done = then(updated, install("frobnicate"))
    assert done.status is Truth.YES
    assert done.problems == ("frobnicate is not in the index of bookworm",)


def test_a_version_of_another_day_has_about_the_same_bytes() -> None:
    now, other = (then(start(), UpdateIndex(APT), install(word)) for word in ("curl=7.*", "curl=0.1"))
    assert other.status is Truth.YES
    assert other.problems == ()
    one, two = total(p.bytes for p in now.installed), total(p.bytes for p in other.installed)
    assert two.likely == one.likely
    assert two.low <= one.low
    assert one.high is not None
    assert two.high is not None
    assert two.high > one.high


def test_removal_and_purge_of_configuration() -> None:
    ready = then(start(), UpdateIndex(APT), install("nano"))
    there = ready.database.installed["nano"].paths if ready.database else None
    assert there is not None
    removed = then(ready, RemovePackages(APT, ("nano",)))
    purged = then(ready, RemovePackages(APT, ("nano",), purge=True))
    assert [p for p in there if removed.filesystem.lookup(p)] == [p for p in there if p.startswith("/etc/")]
    assert not any(purged.filesystem.lookup(path) for path in there)


def test_purge_with_auto_remove_undoes_an_install() -> None:
    ready = then(start(), UpdateIndex(APT))
    done = then(ready, install("gcc", "libc6-dev", "make"))
    undone = then(done, RemovePackages(APT, ("gcc", "libc6-dev", "make"), purge=True, auto_remove=True))
    assert installed(undone) == installed(ready)
    assert {p.name for p in undone.removed} == installed(done) - installed(ready)
    left = layer(start(), undone)
    assert not [e.path for e in left.entries if e.node is not None and getattr(e.node, "label", None)]


def test_files_of_the_base_image_go_with_their_package() -> None:
    ready = start()
    done = then(ready, RemovePackages(APT, ("tzdata",), purge=True))
    gone = [e for e in layer(ready, done).entries if e.kind is EntryKind.WHITEOUT]
    assert any(e.path == "/usr/share/zoneinfo" or e.path.startswith("/usr/share/zoneinfo/") for e in gone)
    assert "tzdata" not in installed(done)


def test_essential_packages_stay() -> None:
    done = then(start(), RemovePackages(APT, ("bash",)))
    assert done.status is Truth.NO
    assert "bash" in installed(done)


def test_marks_decide_what_autoremove_takes() -> None:
    ready = then(start(), UpdateIndex(APT), install("curl"))
    assert "curl" in installed(then(ready, RemoveUnused(APT)))
    marked = then(ready, MarkPackages(APT, ("curl",), automatic=True))
    assert marked.rewritten.likely > 0
    assert "libcurl4" not in installed(then(marked, RemoveUnused(APT)))
    all_automatic = MarkPackages(APT, (), automatic=True)
    kept = then(ready, all_automatic, MarkPackages(APT, ("libcurl4",), automatic=False))
    left = installed(then(kept, RemoveUnused(APT)))
    assert "libcurl4" in left
    assert "curl" not in left


def test_archives_stay_without_docker_clean() -> None:
    state = without(start(), "/etc/apt/apt.conf.d/docker-clean")
    done = then(state, UpdateIndex(APT), install("curl"))
    archives = [name for name in done.filesystem.children(ARCHIVES) if name.endswith(".deb")]
    assert len(archives) == len(done.installed)
    assert done.filesystem.lookup("/var/cache/apt/pkgcache.bin") is not None
    cleaned = then(done, CleanCache(APT))
    assert set(cleaned.filesystem.children("/var/cache/apt")) == {"archives"}
    assert set(cleaned.filesystem.children(ARCHIVES)) <= {"lock", "partial"}


def test_a_download_stays_even_with_docker_clean() -> None:
    done = then(start(), UpdateIndex(APT), install("wget", download_only=True))
    assert any(name.startswith("wget_") for name in done.filesystem.children(ARCHIVES))
    assert "wget" not in installed(done)


def test_lists_are_plain_without_the_setting() -> None:
    state = without(start(), "/etc/apt/apt.conf.d/docker-gzip-indexes")
    done = then(state, UpdateIndex(APT))
    assert not any(name.endswith(".lz4") for name in done.filesystem.children(LISTS))
    assert layer(state, done).bytes.likely > 40_000_000


def test_path_filters_of_slim_and_of_the_user() -> None:
    slim, full = (
        layer(start(reference), then(start(reference), UpdateIndex(APT), install("git"))).bytes.likely
        for reference in ("debian:bookworm-slim", "debian:bookworm")
    )
    assert slim < full
    state = text(start("debian:bookworm"), "/etc/dpkg/dpkg.cfg.d/01", "path-exclude=/usr/share/doc/*\n")
    assert layer(state, then(state, UpdateIndex(APT), install("git"))).bytes.likely < full


@pytest.mark.parametrize(("path", "unpacked"), [
    ("/usr/share/doc/curl/README", False),
    ("/usr/share/doc/curl/copyright", True),
    ("/usr/bin/curl", True),
])
def test_the_last_filter_that_matches_decides(path: str, unpacked: bool) -> None:
    filters = ((False, "/usr/share/doc/*"), (True, "/usr/share/doc/*/copyright"))
    assert is_unpacked(path, filters) is unpacked


def test_no_answer_to_apt_is_a_failure() -> None:
    ready = then(start(), UpdateIndex(APT))
    assert then(ready, install("curl", assume_yes=False)).status is Truth.NO
    assert then(ready, install("tzdata", assume_yes=False)).status is Truth.YES


def test_what_is_not_known_is_told() -> None:
    state = start()
    assert apply(UpdateIndex(APT), state.filesystem, None, "x").problems == (
        "the packages of the base image are not known",
    )
    other = PackageDatabase("apk", None, {})
    assert apply(UpdateIndex(APT), state.filesystem, other, "x").status is Truth.MAYBE
    unknown = PackageDatabase(APT, "frobnicate", {})
    assert apply(UpdateIndex(APT), state.filesystem, unknown, "x").problems == (
        "no package index for frobnicate",
    )


def test_the_work_of_an_install_grows_as_its_packages_do() -> None:
    ready = then(start(), UpdateIndex(APT))
    then(ready, install("python3-pip", recommends=True))  # what is read once is read here

    def calls(name: str) -> tuple[int, int]:
        count = 0

        def called(frame: object, event: str, argument: object) -> None:
            nonlocal count
            count += event == "call"

        before = sys.getprofile()
        sys.setprofile(called)
        try:
            done = then(ready, install(name, recommends=True))
        finally:
            sys.setprofile(before)
        return len(done.installed), count

    few, work = calls("git")
    many, more = calls("python3-pip")
    assert many > 100 > 2 * few
    assert more / many < 2 * work / few


EFFECTS = st.one_of(
    st.builds(UpdateIndex, st.just(APT)),
    st.builds(
        InstallPackages,
        st.just(APT),
        st.sampled_from([("curl", "x"), ("git",), ("less", "tzdata"), ("curl-", "gcc"), ("nano=1",), ()]),
        recommends=st.sampled_from([True, False, None]),
        assume_yes=st.booleans(),
        download_only=st.booleans(),
        reinstall=st.booleans(),
        only_upgrade=st.booleans(),
    ),
    st.builds(RemovePackages, st.just(APT), st.sampled_from([("curl",), ("git", "less"), ("gcc",), ()])),
    st.builds(RemoveUnused, st.just(APT), st.booleans()),
    st.builds(MarkPackages, st.just(APT), st.sampled_from([("curl",), ()]), st.booleans()),
    st.builds(CleanCache, st.just(APT)),
    st.builds(UpgradePackages, st.just(APT), st.booleans()),
)


@settings(max_examples=40, deadline=None)
@given(st.lists(EFFECTS, max_size=6))
def test_databases_and_files_agree(effects: list[PackageEffect]) -> None:
    """Every package's files are there while it is installed, and none of them once it is gone."""
    state = start()
    for effect in effects:
        before = state
        state = then(state, effect)
        assert state.database is not None
        assert before.database is not None
        for package in state.database.installed.values():
            assert all(state.filesystem.lookup(path) for path in package.paths or ())
        for package in state.removed:
            assert not [p for p in package.paths or () if p[:5] != "/etc/" and state.filesystem.lookup(p)]
        came = installed(state) - installed(before)
        assert came <= {package.name for package in state.installed}
        state = next_layer(state)
