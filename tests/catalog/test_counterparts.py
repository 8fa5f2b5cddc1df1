"""Packages of apt and those of apk that give the same: every name and every proof against the bundled indexes."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from layerlint.catalog import alpine
from layerlint.catalog.alpine import AlpineIndex
from layerlint.catalog.counterparts import TABLE, Counterpart, counterpart, has, rows
from layerlint.catalog.packages import open_index

ALPINE = alpine.open_index("alpine-3.22")
DEBIAN = open_index("bookworm")
assert ALPINE is not None
assert DEBIAN is not None

_PROVEN = sorted(row.apt for row in rows().values() if row.repository == "main" and ":" in row.gives)


def _given(index: AlpineIndex, name: str, seen: set[str]) -> Iterator[str]:
    """By the package or one that it brings."""
    package = index.get(name)
    for each in (name,) if package is not None and package.exact else index.providers(name):
        found = index.get(each)
        if found is None or each in seen or len(seen) > 100:
            continue
        seen.add(each)
        yield from (word.partition("=")[0] for word in found.provides)
        for word in found.depends:
            plain = word.split("=")[0].split(">")[0].split("<")[0].split("~")[0]
            if not plain.startswith(("!", "/", "pc:")):
                yield from _given(index, plain, seen)


def test_the_table_is_sorted_and_has_each_name_once() -> None:
    names = [
        line.split("\t")[0] for line in TABLE.read_text().splitlines() if line and not line.startswith("#")
    ]
    assert names == sorted(set(names))
    assert len(names) > 400


def test_each_row_has_a_source() -> None:
    for row in rows().values():
        assert row.repository in ("main", "community", "base", "none"), row
        assert bool(row.gives) != bool(row.differs), row
        assert bool(row.apk) == (row.repository in ("main", "community")), row


@pytest.mark.parametrize("apt", sorted(row.apt for row in rows().values() if row.repository == "main"))
def test_each_name_is_in_the_release(apt: str) -> None:
    assert all(has(ALPINE, name) for name in rows()[apt].apk), rows()[apt]


def test_each_name_of_community_is_in_a_bundled_index() -> None:
    for row in rows().values():
        if row.repository == "community":
            assert all(ALPINE.get(name) is not None for name in row.apk), row


@pytest.mark.parametrize("apt", _PROVEN)
def test_what_a_row_says_is_given(apt: str) -> None:
    row = rows()[apt]
    given = {word for name in row.apk for word in _given(ALPINE, name, set())}
    assert set(row.gives.split(" ")) <= given, row


@pytest.mark.parametrize(
    ("apt", "apk"),
    [
        ("build-essential", ("build-base", "linux-headers")),
        ("libpq-dev", ("libpq-dev",)),
        ("dnsutils", ("bind-tools",)),
        ("apt-transport-https", ()),
        ("libgbm1", ("mesa-gbm",)),  # by its soname
        ("libgtk-3-0", ("gtk+3.0",)),
        ("libmp3lame-dev", ("lame-dev",)),  # by the library that it is for
        ("gpgv", ("gpgv",)),  # by its program
    ],
)
def test_the_names(apt: str, apk: tuple[str, ...]) -> None:
    assert counterpart(apt, ALPINE, DEBIAN) == Counterpart(apk)


@pytest.mark.parametrize(
    "apt", ["libjpeg62-turbo", "libzip4", "apache2-dev", "no-such-package", "libc6-i386"]
)
def test_what_is_not_sure_has_none(apt: str) -> None:
    assert counterpart(apt, ALPINE, DEBIAN) is None


def test_a_daemon_says_what_differs() -> None:
    found = counterpart("nginx", ALPINE, DEBIAN)
    assert found is not None
    assert found.differs


def test_a_name_of_a_later_release_is_not_taken_for_an_older_one() -> None:
    older = alpine.open_index("alpine-3.14")
    assert older is not None
    assert counterpart("libpq-dev", older, DEBIAN) is None
    assert counterpart("libpq-dev", ALPINE, DEBIAN) is not None
