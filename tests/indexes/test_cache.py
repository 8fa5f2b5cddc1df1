"""The user's cache, and what `list` and `info` show of it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from layerlint.catalog.index_files import index_for
from layerlint.catalog.packages import open_index
from layerlint.cli import main
from tests.indexes.mirror import CURL, Mirror, noble
from tests.indexes.ran import update
from tests.test_cli import Ran


def cached(cache: Path, mirror: Mirror, capfd: pytest.CaptureFixture[str]) -> Path:
    mirror.answers.update(noble(CURL))
    assert update(capfd, mirror, "noble", "--components", "main").code == 0
    return cache / "indexes/noble.sqlite"


@pytest.mark.parametrize("size", [0, 10, 100, 3000, -1])
def test_a_damaged_file_is_passed_over(
    size: int, cache: Path, mirror: Mirror, capfd: pytest.CaptureFixture[str]
) -> None:
    path = cached(cache, mirror, capfd)
    path.write_bytes(path.read_bytes()[:size])
    check_passed_over(path, capfd)


def test_a_changed_byte_is_noticed(cache: Path, mirror: Mirror, capfd: pytest.CaptureFixture[str]) -> None:
    path = cached(cache, mirror, capfd)
    data = bytearray(path.read_bytes())
    data[-200] ^= 1
    path.write_bytes(data)
    check_passed_over(path, capfd)


def test_a_foreign_file_is_passed_over(
    cache: Path, mirror: Mirror, capfd: pytest.CaptureFixture[str]
) -> None:
    import sqlite3

    from layerlint.catalog.cache import seal

    path = cached(cache, mirror, capfd)
    for text in ("CREATE TABLE other (x)", "CREATE TABLE meta (name, value)"):
        path.unlink()
        connection = sqlite3.connect(path)
        connection.execute(text)
        connection.commit()
        connection.close()
        check_passed_over(path, capfd)
        seal(path)
        check_passed_over(path, capfd)
    path.unlink()
    path.mkdir()
    check_passed_over(path, capfd)


def check_passed_over(path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    open_index.cache_clear()
    assert open_index("noble") is None
    ran = Ran(capfd, "index", "list")
    assert ran.code == 0
    assert "ubuntu" not in ran.out
    assert ran.err.startswith(f"layerlint: {path.as_posix()}: not used: ")


def test_the_own_release_answers_where_it_is_there(
    cache: Path, mirror: Mirror, capfd: pytest.CaptureFixture[str]
) -> None:
    assert index_for("debian", "bookworm", "bookworm") == "bookworm"
    assert index_for("ubuntu", "noble", "trixie") == "trixie"
    assert index_for("alpine", "3.2", "alpine-3.22") == "alpine-3.22"
    assert index_for(None, None, "trixie") == "trixie"
    assert index_for("distroless", "../../x", None) is None
    cached(cache, mirror, capfd)
    assert index_for("ubuntu", "noble", "trixie") == "noble"


def test_where_the_cache_is(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    from layerlint.catalog.cache import folder

    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("LAYERLINT_CACHE_DIR")
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    assert folder() == tmp_path / ".cache/layerlint"
    monkeypatch.setenv("XDG_CACHE_HOME", "relative")  # is to be ignored: XDG base directories 0.8
    assert folder() == tmp_path / ".cache/layerlint"
    monkeypatch.setenv("XDG_CACHE_HOME", "/var/tmp/x")
    assert folder() == Path("/var/tmp/x/layerlint")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("LAYERLINT_CACHE_DIR", "mine")
    assert folder() == Path(os.getcwd()) / "mine"


# -------------------------------------------------------------------------- list, info


def test_list(cache: Path, mirror: Mirror, capfd: pytest.CaptureFixture[str]) -> None:
    cached(cache, mirror, capfd)
    ran = Ran(capfd, "index", "list")
    assert (ran.code, ran.err) == (0, "")
    lines = [line.split() for line in ran.out.splitlines()]
    assert lines[0] == ["NAME", "PACKAGES", "DATE", "AGE", "WHERE"]
    rows = {line[0]: line[1:] for line in lines[1:]}
    assert {"debian:bookworm", "debian:bullseye", "debian:trixie", "ubuntu:noble"} <= rows.keys()
    assert list(rows) == sorted(rows)
    assert rows["ubuntu:noble"][:2] == ["2", "2026-11-21"]
    document = Ran(capfd, "index", "list", "--format", "json").json
    assert document["schema"] == "layerlint.indexes/1"
    assert (
        document["indexes"][-1].items()
        >= {"name": "ubuntu:noble", "kind": "apt", "packages": 2, "where": "cache", "used": True}.items()
    )


def test_info(cache: Path, mirror: Mirror, capfd: pytest.CaptureFixture[str]) -> None:
    mirror.answers.update(noble(CURL.replace("Size: 500", "Size: 5000")))
    assert update(capfd, mirror, "noble", "--components", "main").code == 0
    ran = Ran(capfd, "index", "info", "ubuntu:noble")
    assert ran.code == 0
    assert (
        "  source    Ubuntu 24.04: noble, noble-updates, noble-backports, noble-security; main; amd64\n"
        in ran.out
    )
    assert "  packages  2, the files of 0 of them measured\n" in ran.out
    ran = Ran(capfd, "index", "info", "ubuntu:noble", "curl", "fetcher")
    assert ran.out.splitlines()[0] == "curl 8.0-1"
    assert "  download    293 KiB\n" in ran.out
    assert "(estimated)\n" in ran.out
    assert "  depends     libc6(>=2.34), libcurl4(=)|wget\n" in ran.out
    assert "fetcher\n  provided by curl\n" in ran.out
    document = Ran(capfd, "index", "info", "ubuntu:noble", "curl", "--format", "json").json
    assert document["name"] == "ubuntu:noble"
    assert document["asked"][0]["basis"] == "estimated"
    ran = Ran(capfd, "index", "info", "ubuntu:noble", "none")
    assert (ran.code, ran.err) == (2, 'layerlint: ubuntu:noble has no package "none"\n')
    ran = Ran(capfd, "index", "info", "ubuntu:jammy")
    assert (ran.code, ran.out) == (2, "")
    assert "fetch it by `layerlint index update ubuntu:jammy`" in ran.err


def test_help_says_what_is_not_verified(capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["index", "update", "--help"])
    assert "signatures are not" in " ".join(capfd.readouterr().out.split())


@pytest.mark.parametrize("base", ["ubuntu:24.04", "buildpack-deps:noble-curl"])
def test_a_base_takes_its_packages_from_there(
    base: str, cache: Path, mirror: Mirror, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    dockerfile = tmp_path / "Dockerfile"
    dockerfile.write_text(
        f"FROM {base}\nRUN apt-get update && apt-get install -y --no-install-recommends only-here\n"
    )

    def forecast() -> dict[str, int]:
        open_index.cache_clear()
        layers = Ran(capfd, "layers", "--format", "json", str(dockerfile)).json["layers"]
        bounds: dict[str, int] = layers[0]["bytes"]
        return bounds

    before = forecast()
    assert before["high"] is None, "of a package that is not known, there is no bound"
    mirror.answers.update(
        noble("Package: only-here\nVersion: 1\nArchitecture: amd64\nInstalled-Size: 50000\nSize: 9\n")
    )
    assert update(capfd, mirror, "noble", "--components", "main").code == 0
    after = forecast()
    assert after["high"] is not None
    assert 30_000_000 < after["likely"] < 60_000_000
