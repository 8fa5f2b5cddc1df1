"""The bundled package indexes: what a look-up finds, and how little of the file it reads."""

from __future__ import annotations

import pytest

from layerlint.catalog.blocks import BlockFile
from layerlint.catalog.model import Package, Relation
from layerlint.catalog.packages import DATA, NAMES, PackageIndex, open_index
from layerlint.catalog.snapshot.index import sources
from layerlint.catalog.versions import satisfies


@pytest.fixture(params=NAMES)
def index(request: pytest.FixtureRequest) -> PackageIndex:
    """One of its own, with nothing read yet."""
    return PackageIndex(request.param, BlockFile(DATA / f"{request.param}.sqlite"))


def closure(index: PackageIndex, name: str) -> dict[str, Package]:
    """The package and its hard dependencies, the first alternative of each."""
    found: dict[str, Package] = {}
    pending = [name]
    while pending:
        package = index.get(pending.pop())
        if package is not None and package.name not in found:
            found[package.name] = package
            pending += [group[0].name for group in package.depends]
    return found


def test_only_bundled_releases_open() -> None:
    assert all(open_index(name) for name in NAMES)
    assert open_index("jammy") is None
    assert open_index("../bookworm") is None


def test_a_look_up_reads_two_blocks_at_most(index: PackageIndex) -> None:
    assert index.get("gcc") is not None
    assert index.file.blocks_read <= 2  # its record, and its footprint
    read = index.file.blocks_read
    assert index.get("gcc") is not None
    assert index.file.blocks_read == read


def test_a_closure_reads_a_small_part(index: PackageIndex) -> None:
    found = closure(index, "gcc")
    assert len(found) > 20
    assert {"libc6", "binutils", "libgcc-s1"} <= found.keys()
    read = index.file.blocks_read
    index.names()
    whole = index.file.blocks_read - read
    assert read <= 2 * len(found)
    assert read < whole / 4


def test_names_that_are_no_package(index: PackageIndex) -> None:
    for name in ("", "no-such-package", "gcc\n", "mail-transport-agent", "libc6\t", "é"):
        assert index.get(name) is None


def test_every_record_is_whole(index: PackageIndex) -> None:
    names = index.names()
    assert len(names) > 50_000
    assert list(names) == sorted(set(names))
    for name in names[:: len(names) // 500]:
        package = index.get(name)
        assert package is not None
        assert package.name == name
        assert package.version
        assert package.download_size > 0
        assert package.footprint.info_bytes > 0
        assert package.footprint.status_bytes > len(name)
        assert all(piece.path.startswith("/") for piece in package.footprint.pieces)
        assert all(piece.bytes.low <= piece.bytes.likely for piece in package.footprint.pieces)


def test_dependencies_can_be_met(index: PackageIndex) -> None:
    """What the snapshot leaves out decides nothing: each group still has a candidate in the suite."""
    for name, package in closure(index, "build-essential").items():
        for group in package.depends:
            assert any(_is_met(relation, index) for relation in group), f"{name}: {group}"


def _is_met(relation: Relation, index: PackageIndex) -> bool:
    real = index.get(relation.name)
    if real is not None and satisfies(real.version, relation.operator, relation.version):
        return True
    return bool(index.providers(relation.name))


def test_providers_are_real_and_say_so(index: PackageIndex) -> None:
    names = index.providers("mail-transport-agent")
    assert {"postfix", "exim4-daemon-light"} <= set(names)
    assert len(names) == len(set(names))
    for name in names:
        package = index.get(name)
        assert package is not None
        assert "mail-transport-agent" in {relation.name for relation in package.provides}
    assert index.providers("no-such-name") == ()


def test_lists_are_those_of_the_sources(index: PackageIndex) -> None:
    files = {file.path.rpartition("/")[2]: file.bytes for file in index.files()}
    assert len(files) == 6
    for mirror, suite in sources(index.name):
        prefix = f"{mirror.removeprefix('http://').replace('/', '_')}_dists_{suite}_"
        assert files[f"{prefix}InRelease"] > 10_000
        assert any(name.startswith(f"{prefix}main_binary-amd64_Packages") for name in files)
    largest = max(files, key=lambda name: files[name])
    assert largest.startswith(f"deb.debian.org_debian_dists_{index.name}_main_binary-amd64_Packages")
    assert 8_000_000 < files[largest] < 40_000_000


def test_the_snapshot_is_dated(index: PackageIndex) -> None:
    year, month, day = map(int, index.date.split("-"))
    assert year >= 2025
    assert 1 <= month <= 12
    assert 1 <= day <= 31
    assert index.name in index.source
