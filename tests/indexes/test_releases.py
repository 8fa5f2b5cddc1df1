"""Which names there are, and where their mirrors have what."""

from __future__ import annotations

import pytest

from layerlint.catalog.packages import NAMES
from layerlint.errors import UsageError
from layerlint.indexes.releases import EXAMPLES, find, named


@pytest.mark.parametrize(
    ("name", "release", "file"),
    [
        ("debian:bookworm", "debian:bookworm", "bookworm"),
        ("Debian:12-slim", "debian:bookworm", "bookworm"),
        ("debian:12.9", "debian:bookworm", "bookworm"),
        ("bookworm", "debian:bookworm", "bookworm"),
        ("debian:testing", "debian:forky", "forky"),
        ("ubuntu:24.04", "ubuntu:noble", "noble"),
        ("xenial", "ubuntu:xenial", "xenial"),
        ("alpine:3.20", "alpine:3.20", "alpine-3.20"),
        ("alpine:3.20.3", "alpine:3.20", "alpine-3.20"),
        ("alpine-edge", "alpine:edge", "alpine-edge"),
        ("fedora:41", "fedora:41", "fedora-41"),
        ("rockylinux:9", "rockylinux:9", "rockylinux-9"),
    ],
)
def test_a_name(name: str, release: str, file: str) -> None:
    found = find(name)
    assert (found.name, found.file) == (release, file)
    assert named(file) == release


@pytest.mark.parametrize(
    "name",
    ["", ":", "testing", "12", "debian", "debian:99", "alpine:4", "fedora:1", "alpine:3.20/../x", "-" * 999],
)
def test_no_name(name: str) -> None:
    with pytest.raises(UsageError, match="there is no index"):
        find(name)
    assert named(name) == name


@pytest.mark.parametrize(
    ("name", "near", "suites"),
    [
        ("debian:sid", "trixie", ["sid"]),
        ("debian:bookworm", "bookworm", ["bookworm", "bookworm-updates", "bookworm-security"]),
        ("debian:stretch", "bullseye", ["stretch", "stretch/updates"]),
        ("ubuntu:focal", "bullseye", ["focal", "focal-updates", "focal-backports", "focal-security"]),
        ("ubuntu:jammy", "bookworm", ["jammy", "jammy-updates", "jammy-backports", "jammy-security"]),
        ("ubuntu:noble", "trixie", ["noble", "noble-updates", "noble-backports", "noble-security"]),
    ],
)
def test_sources_of_apt(name: str, near: str, suites: list[str]) -> None:
    found = find(name)
    assert found.near == near
    assert [source.suite for source in found.sources] == suites


def test_examples_are_names_and_what_is_near_is_bundled() -> None:
    for name in EXAMPLES:
        release = find(name)
        assert release.name == name
        assert release.sources
        assert release.near in ("", *NAMES)
