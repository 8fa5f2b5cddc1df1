"""``layerlint index update`` against a mirror on this machine: what lands in the cache, and what never does."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from layerlint.catalog.packages import open_index
from tests.indexes.mirror import CURL, LIBC, Mirror, bookworm, noble, suite
from tests.indexes.ran import update
from tests.test_cli import Ran

BOOKWORM = "/debian/dists/bookworm"
XZ = "main/binary-amd64/Packages.xz"
PACKAGES = f"{BOOKWORM}/main/binary-amd64/Packages"


def left(cache: Path) -> list[str]:
    return sorted(path.name for path in (cache / "indexes").iterdir()) if cache.exists() else []


def test_an_index_is_fetched_and_used(cache: Path, mirror: Mirror, capfd: pytest.CaptureFixture[str]) -> None:
    mirror.answers.update(bookworm())
    ran = update(capfd, mirror)
    assert (ran.code, ran.err) == (0, "")
    assert (
        ran.out
        == "debian:bookworm updated: 2 packages, 2026-11-21 (the bundled one is as new, and is used)\n"
    )
    assert left(cache) == ["bookworm.sqlite"]
    # without a terminal: not a byte of a progress bar, three Release files, one list (empty ones are left out)
    assert mirror.asked == [
        f"{BOOKWORM}/InRelease",
        f"{BOOKWORM}-updates/InRelease",
        "/debian-security/dists/bookworm-security/InRelease",
        f"{PACKAGES}.xz",
    ]


def test_a_release_that_is_not_bundled(
    cache: Path, mirror: Mirror, capfd: pytest.CaptureFixture[str]
) -> None:
    mirror.answers.update(noble(CURL, LIBC))
    ran = update(capfd, mirror, "ubuntu:24.04", "--components", "main")
    assert (ran.code, ran.out) == (0, "ubuntu:noble updated: 3 packages, 2026-11-21\n")
    index = open_index("noble")
    assert index is not None
    assert index.names() == ("curl", "libc6", "new")
    curl = index.get("curl")
    assert curl is not None
    assert (curl.version, curl.download_size) == ("8.0-1", 300_000), (
        "backports are no candidates where there are others"
    )
    assert index.providers("fetcher") == ("curl",)
    assert {file.path.rpartition("/")[2] for file in index.files()} == {
        "archive.ubuntu.com_ubuntu_dists_noble_InRelease",
        "archive.ubuntu.com_ubuntu_dists_noble_main_binary-amd64_Packages.lz4",
        "archive.ubuntu.com_ubuntu_dists_noble-updates_InRelease",
        "archive.ubuntu.com_ubuntu_dists_noble-backports_InRelease",
        "archive.ubuntu.com_ubuntu_dists_noble-backports_main_binary-amd64_Packages.lz4",
        "security.ubuntu.com_ubuntu_dists_noble-security_InRelease",
    }


def test_what_has_not_changed_is_not_fetched_again(
    cache: Path, mirror: Mirror, capfd: pytest.CaptureFixture[str]
) -> None:
    mirror.answers.update(noble(CURL))
    names = ("noble", "--components", "main")
    update(capfd, mirror, *names)
    before = (cache / "indexes/noble.sqlite").read_bytes()
    mirror.asked.clear()
    assert update(capfd, mirror, *names).out == "ubuntu:noble is up to date: 2 packages, 2026-11-21\n"
    assert all(path.endswith("InRelease") for path in mirror.asked)
    assert (cache / "indexes/noble.sqlite").read_bytes() == before
    mirror.answers.update(suite("noble-updates", CURL.replace("8.0-1", "8.0-2"), folder="ubuntu"))
    assert "updated" in update(capfd, mirror, *names).out
    open_index.cache_clear()
    index = open_index("noble")
    assert index is not None
    curl = index.get("curl")
    assert curl is not None
    assert curl.version == "8.0-2"
    assert "updated" in update(capfd, mirror, *names, "--force").out
    assert update(capfd, mirror, "noble").code == 1, (
        "other components are another index: universe is not there"
    )


def test_by_hash_where_the_release_offers_it(
    cache: Path, mirror: Mirror, capfd: pytest.CaptureFixture[str]
) -> None:
    answers = suite("bookworm", CURL, more="Acquire-By-Hash: yes\n")
    mirror.answers.update(bookworm() | answers)
    data = answers[f"{PACKAGES}.xz"]
    place = f"{BOOKWORM}/main/binary-amd64/by-hash/SHA256/{hashlib.sha256(data).hexdigest()}"
    mirror.answers |= {place: data, f"{PACKAGES}.xz": 404}
    assert update(capfd, mirror).code == 0
    assert mirror.asked[-1] == place


def test_measured_footprints_are_taken_over(
    cache: Path, mirror: Mirror, capfd: pytest.CaptureFixture[str]
) -> None:
    """The same version as it is, another of the same size scaled within 5 %, a larger one not."""
    bundled = open_index("bookworm")
    assert bundled is not None
    packages = {name: bundled.get(name) for name in ("curl", "git", "wget")}

    def paragraph(name: str, version: str, factor: float) -> str:
        package = packages[name]
        assert package is not None
        kib = int(package.installed_size / 1024 * factor)
        fields = f"Version: {version or package.version}\nInstalled-Size: {kib}\n"
        return f"Package: {name}\nArchitecture: amd64\n{fields}Size: 9\n"

    lists = suite(
        "bookworm", paragraph("curl", "", 1), paragraph("git", "9", 1.01), paragraph("wget", "9", 2)
    )
    lists[f"{BOOKWORM}/InRelease"] = lists[f"{BOOKWORM}/InRelease"].replace(b"2026", b"2099")
    mirror.answers.update(bookworm() | lists)
    assert update(capfd, mirror).code == 0
    open_index.cache_clear()
    index = open_index("bookworm")
    assert index is not None
    assert index.date == "2099-11-21"
    made = {name: index.get(name) for name in packages}
    for name, package in packages.items():
        assert package is not None
        assert made[name] is not None
    curl, git, wget = (made[name].footprint for name in ("curl", "git", "wget"))  # type: ignore[union-attr]
    assert curl == packages["curl"].footprint  # type: ignore[union-attr]
    assert [piece.path for piece in git.pieces] == [piece.path for piece in packages["git"].footprint.pieces]  # type: ignore[union-attr]
    assert not any(piece.bytes.is_exact for piece in git.pieces if piece.bytes.likely > 1000)
    assert not wget.measured


# ----------------------------------------------------------------------------- faults


FAULTS = {
    "checksum": ({f"{PACKAGES}.xz": lambda good: good[:-1] + b"\0"}, "its checksum is not that of the Release file"),
    "truncated": ({f"{PACKAGES}.xz": lambda good: good[:-9]}, "its checksum is not that of the Release file"),
    "larger": ({f"{PACKAGES}.xz": lambda good: good + b"\0"}, "expected"),
    "gone": ({f"{PACKAGES}.xz": lambda good: 404}, "not there (HTTP 404)"),
    "broken": ({f"{PACKAGES}.xz": lambda good: 500}, "HTTP 500 Internal Server Error (3 tries)"),
    "no-release": ({f"{BOOKWORM}/InRelease": lambda good: 404}, "/bookworm/Release: not there (HTTP 404)"),
    "another-suite": (
        {f"{BOOKWORM}/InRelease": lambda good: good.replace(b"bookworm", b"jessie")},
        "not the Release file of bookworm",
    ),
    "a-page": ({f"{BOOKWORM}/InRelease": lambda good: b"<html>Please log in"}, "not the Release file of bookworm"),
    "no-date": ({f"{BOOKWORM}/InRelease": lambda good: good.replace(b"Date:", b"When:")}, "without a date"),
    "no-component": (
        {f"{BOOKWORM}/InRelease": lambda good: good.replace(b"binary-amd64", b"binary-sparc")},
        'bookworm has no component "main" for amd64 (it has main)',
    ),
    "path-tricks": (
        {f"{BOOKWORM}/InRelease": lambda good: good.replace(b"main/binary-amd64", b"../../../etc/cron.d")},
        'bookworm has no component "main"',
    ),
    "too-large": (
        {f"{BOOKWORM}/InRelease": lambda good: good.replace(f" {XZ}".encode(), f"9999999999 {XZ}".encode())},
        "too large",
    ),
}  # fmt: skip


@pytest.mark.parametrize("fault", FAULTS)
def test_a_source_that_fails(
    fault: str, cache: Path, mirror: Mirror, capfd: pytest.CaptureFixture[str]
) -> None:
    """One line says what and where, the exit code is 1, and what was in the cache is as it was."""
    mirror.answers.update(bookworm())
    assert update(capfd, mirror).code == 0
    before = (cache / "indexes/bookworm.sqlite").read_bytes()
    changes, said = FAULTS[fault]
    for path, change in changes.items():
        mirror.answers[path] = change(mirror.answers[path])
    ran = update(capfd, mirror, "debian:bookworm", "--force")
    assert (ran.code, ran.out) == (1, "")
    assert ran.err.startswith("layerlint: debian:bookworm: ")
    assert said in ran.err
    assert ran.err.count("\n") == 1
    assert left(cache) == ["bookworm.sqlite"]
    assert (cache / "indexes/bookworm.sqlite").read_bytes() == before


def test_a_bomb(cache: Path, mirror: Mirror, capfd: pytest.CaptureFixture[str]) -> None:
    """A list that unpacks to more than its Release file says."""
    import lzma

    honest = suite("bookworm", CURL)
    bomb = lzma.compress(bytes(32 << 20))
    text = honest[f"{BOOKWORM}/InRelease"].decode()
    old = honest[f"{PACKAGES}.xz"]
    text = text.replace(
        f"{hashlib.sha256(old).hexdigest()} {len(old)}", f"{hashlib.sha256(bomb).hexdigest()} {len(bomb)}"
    )
    mirror.answers.update(bookworm() | {f"{BOOKWORM}/InRelease": text.encode(), f"{PACKAGES}.xz": bomb})
    ran = update(capfd, mirror)
    assert ran.code == 1
    assert "main/binary-amd64/Packages.xz: unpacks to more than" in ran.err
    assert left(cache) == []


def test_paragraphs_that_are_no_packages_are_left_out(
    cache: Path, mirror: Mirror, capfd: pytest.CaptureFixture[str]
) -> None:
    bad = [
        "Package: ../x\nVersion: 1\nArchitecture: amd64\nSize: 1\n",
        "Package: a\tb\nVersion: 1\nArchitecture: amd64\nSize: 1\n",
        "Package: no-version\nArchitecture: amd64\nSize: 1\n",
        "Package: odd-size\nVersion: 1\nArchitecture: amd64\nSize: -1\n",
        f"Package: huge\nVersion: 1\nArchitecture: amd64\nSize: {10**15}\n",
        "Package: other\nVersion: 1\nArchitecture: arm64\nSize: 1\n",
        "Package: odd-priority\nPriority: urgent\nVersion: 1\nArchitecture: all\nSize: 1\n",
        "Package: quiet\nVersion: 1\nArchitecture: all\nSize: 1\nDepends: (((, |, a (>= ))\n",
    ]
    mirror.answers.update(noble(*bad))
    assert update(capfd, mirror, "noble", "--components", "main").code == 0
    index = open_index("noble")
    assert index is not None
    assert index.names() == ("curl", "new", "odd-priority", "quiet")
    assert all(index.get(name) for name in index.names())


def test_others_are_done_when_one_fails(
    cache: Path, mirror: Mirror, capfd: pytest.CaptureFixture[str]
) -> None:
    mirror.answers.update(bookworm())
    ran = update(capfd, mirror, "debian:trixie", "debian:bookworm", "debian:12")
    assert ran.code == 1
    assert ran.out.count("\n") == 1
    assert ran.out.startswith("debian:bookworm updated")
    assert "debian:trixie: " in ran.err
    assert "1 of 2 indexes not updated; what was there of them is as it was" in ran.err


def test_interrupted(
    cache: Path, mirror: Mirror, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """In the midst of the writing: nothing of it is left."""
    mirror.answers.update(bookworm())

    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("layerlint.catalog.cache.seal", interrupt)
    assert update(capfd, mirror).code == 130
    assert left(cache) == []


def test_a_cache_that_cannot_be_written(
    cache: Path, mirror: Mirror, capfd: pytest.CaptureFixture[str]
) -> None:
    cache.write_text("a file")
    ran = update(capfd, mirror)
    assert ran.code == 2
    assert "LAYERLINT_CACHE_DIR names another folder" in ran.err
    assert mirror.asked == []


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["debian:bookwrom"], 'there is no index "debian:bookwrom" (did you mean debian:bookworm?)'),
        (["../../etc"], 'there is no index "../../etc": try debian:wheezy'),
        ([], "name an index (debian:bookworm), or say --all"),
        (["bookworm", "--url", "file:///etc"], "--url: write the address of a mirror"),
        (["bookworm", "--components", "a b"], "--components: write names with commas"),
        (["alpine:3.20", "--components", "main"], "--components: alpine:3.20 has none"),
        (["bookworm", "--timeout", "0"], "--timeout"),
    ],
)
def test_wrong_usage(arguments: list[str], said: str, cache: Path, capfd: pytest.CaptureFixture[str]) -> None:
    ran = Ran(capfd, "index", "update", *arguments)
    assert (ran.code, ran.out) == (2, "")
    assert said in ran.err
    assert not cache.exists()


def test_all_means_what_is_there(cache: Path, mirror: Mirror, capfd: pytest.CaptureFixture[str]) -> None:
    ran = update(capfd, mirror, "--all")
    assert ran.code == 1
    failed = {line.split(": ")[1] for line in ran.err.splitlines()[:-1]}
    assert {"debian:bookworm", "debian:bullseye", "debian:trixie"} <= failed
    assert {":" in name for name in failed} == {True}
