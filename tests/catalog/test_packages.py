from __future__ import annotations

import time

import pytest

from layerlint.catalog.blocks import BlockFile
from layerlint.catalog.model import Relation
from layerlint.catalog.packages import DATA, NAMES, PackageIndex, open_index
from layerlint.catalog.versions import satisfies
from tests.catalog.closure import closure


def opened(name: str) -> PackageIndex:
    index = open_index(name)
    assert index is not None
    return index


def fresh(name: str) -> PackageIndex:
    """With nothing read yet."""
    return PackageIndex(name, BlockFile(DATA / f"{name}.sqlite"))


def test_only_bundled_releases_open() -> None:
    assert open_index("buster") is None
    assert open_index("../bookworm") is None
    assert opened("bookworm") is opened("bookworm")


@pytest.mark.parametrize("name", NAMES)
def test_index_of_a_release(name: str) -> None:
    index = opened(name)
    assert index.date > "2026"
    assert len(index.names()) > 50_000
    paths = [file.path for file in index.files()]
    assert f"/var/lib/apt/lists/deb.debian.org_debian_dists_{name}_main_binary-amd64_Packages.lz4" in paths
    assert f"/var/lib/apt/lists/deb.debian.org_debian-security_dists_{name}-security_InRelease" in paths
    assert len(paths) == 6
    assert 17_000_000 < sum(file.bytes for file in index.files()) < 23_000_000


def test_a_package_of_the_index() -> None:
    gcc = opened("bookworm").get("gcc")
    assert gcc is not None
    assert gcc.version == "4:12.2.0-3"
    assert gcc.depends == ((Relation("cpp", "=", "4:12.2.0-3"),), (Relation("gcc-12"),))
    assert gcc.recommends == ((Relation("libc6-dev"), Relation("libc-dev")),)
    assert Relation("c-compiler") in gcc.provides
    assert (gcc.installed_size, gcc.download_size) == (47 * 1024, 5216)
    assert not gcc.essential


def test_the_candidate_is_the_newest_of_all_sources() -> None:
    git = opened("bookworm").get("git")
    assert git is not None
    assert satisfies(git.version, ">=", "1:2.39.5-0+deb12u3")  # main has +deb12u2, security this


@pytest.mark.parametrize("name", ["", "no-such-package", "GCC", "gcc\t", "gcc\n", "c-compiler", "\x00", "é" * 99])
def test_names_without_a_package(name: str) -> None:
    assert opened("bookworm").get(name) is None


def test_providers_of_a_virtual_name() -> None:
    assert opened("bookworm").providers("ssh-client") == ("openssh-client",)
    assert "mawk" in opened("trixie").providers("awk")
    assert opened("trixie").providers("no-such-name") == ()


@pytest.mark.parametrize("name", NAMES)
def test_every_package_reads(name: str) -> None:
    index = opened(name)
    measured = set(index.measured())
    assert len(measured) > 1000
    for package in map(index.get, index.names()[::97]):
        assert package is not None
        footprint = package.footprint
        assert footprint.measured == (package.name in measured)
        assert footprint.status_bytes > 100
        assert all(piece.path.startswith("/") and piece.count >= 1 for piece in footprint.pieces)


def test_looking_up_reads_few_blocks() -> None:
    index = fresh("bookworm")
    index.get("gcc")
    assert index.file.blocks_read == 2  # of the package, of the footprint
    wanted = closure(index, ["gcc", "libc6-dev"])
    total = sum(len(index.file.lines(table)) > 0 for table in ("package",))
    assert total
    index = fresh("bookworm")
    closure(index, ["gcc", "libc6-dev"])
    assert index.file.blocks_read <= 2 * len(wanted)


def test_looking_up_is_quick() -> None:
    started = time.process_time()
    index = fresh("bookworm")
    index.get("curl")
    assert time.process_time() - started < 0.05  # 2 ms on a 2-core machine of 2026; loose for busy ones
    started = time.process_time()
    closure(fresh("bookworm"), ["gcc", "libc6-dev"])
    assert time.process_time() - started < 0.1  # 8 ms
