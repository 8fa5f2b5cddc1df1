"""``--base REF=SOURCE``: a real image under a forecast."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from layerlint.cli import main
from layerlint.errors import UsageError
from layerlint.filesystem.node import BASE_LAYER, Inode
from layerlint.images.base import base_image, parse_base, same_image
from layerlint.images.opening import open_image
from tests.images import make
from tests.images.make import Entry, folder, symlink, whiteout

STATUS = (
    b"Package: bash\nStatus: install ok installed\nVersion: 5.2-1\nDescription: a shell\n more: text\n\n"
    b"Package: gone\nStatus: deinstall ok config-files\nVersion: 1\n\n"
    b"Package: libc6\nStatus: install ok installed\nVersion: 2.36\n"
)
DEBIAN = [
    folder("usr/bin"), symlink("bin", "usr/bin"), symlink("lib", "usr/lib"),
    Entry("usr/bin/apt-get", b"x" * 40, mode=0o755), Entry("usr/bin/bash", b"b" * 1000, mode=0o755),
    Entry("usr/lib/ld-linux-x86-64.so.2", b"l" * 100),
    Entry("usr/lib/os-release", b'ID=debian\nVERSION_ID="12"\nVERSION_CODENAME=bookworm\n'),
    symlink("etc/os-release", "../usr/lib/os-release"),
    Entry("etc/passwd", b"root:x:0:0:root:/root:/bin/bash\nweb:x:1000:1000::/home/web:/bin/sh\n"),
    Entry("etc/dpkg/dpkg.cfg.d/docker", b"path-exclude /usr/share/doc/*\npath-include=/usr/share/doc/*/copyright\n"),
    Entry("var/lib/dpkg/status", STATUS), Entry("var/lib/dpkg/info/bash.list", b"/.\n/bin\n/bin/bash\n"),
    Entry("var/lib/apt/extended_states", b"Package: libc6\nArchitecture: amd64\nAuto-Installed: 1\n"),
]  # fmt: skip
CONFIG = {
    "Env": ["PATH=/usr/bin:/bin", "LANG=C.UTF-8"], "User": "web", "WorkingDir": "/srv",
    "Shell": ["/bin/bash", "-c"], "Cmd": ["bash"], "OnBuild": ["RUN true"],
}  # fmt: skip


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    layers = [DEBIAN, [whiteout("usr/bin/apt-get"), Entry("usr/bin/apt-get", b"y" * 41, mode=0o755)]]
    return make.docker_archive(tmp_path / "base.tar", layers, config=CONFIG, created="2026-01-02T03:04:05Z")


def test_what_a_base_takes_over(archive: Path) -> None:
    real = base_image(open_image(str(archive)), "debian:12")
    base = real.image
    assert {name: (p.version, p.automatic) for name, p in base.packages.items()} == {
        "bash": ("5.2-1", False), "libc6": ("2.36", True),
    }  # fmt: skip
    assert (base.manager, base.distribution, base.release, base.index, base.libc) == (
        "apt", "debian", "bookworm", "bookworm", "glibc",
    )  # fmt: skip
    assert (base.user, base.workdir, base.shell, base.command) == (
        "web",
        "/srv",
        ("/bin/bash", "-c"),
        ("bash",),
    )
    assert base.environment == {"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8"}
    assert (base.path_excludes, base.path_includes) == (
        ("/usr/share/doc/*",),
        ("/usr/share/doc/*/copyright",),
    )
    assert base.date == "2026-01-02"
    bash = base.filesystem.lookup("/usr/bin/bash")
    assert isinstance(bash, Inode)
    assert (bash.label, bash.layer, bash.size.likely, bash.origin) == ("apt:bash", BASE_LAYER, 1000, None)
    assert base.on_build == ("RUN true",)
    assert any("40 B of its own layers are hidden" in note for note in real.notes)


def test_the_size_is_the_visible_bytes(archive: Path) -> None:
    base = base_image(open_image(str(archive)), "x").image
    expected = sum(len(entry.data) for entry in DEBIAN) + 1
    assert base.size.low == base.size.high == expected


def test_alpine(tmp_path: Path) -> None:
    database = (
        b"P:musl\nV:1.2.5-r0\nF:lib\nR:ld-musl-x86_64.so.1\n\nP:busybox\nV:1.36-r1\nF:bin\nR:busybox\n\n"
    )
    layer = [
        Entry("lib/apk/db/installed", database), Entry("etc/apk/world", b"busybox\n"), Entry("sbin/apk", b"1"),
        Entry("lib/ld-musl-x86_64.so.1", b"m"), Entry("etc/os-release", b"ID=alpine\nVERSION_ID=3.22.1\n"),
    ]  # fmt: skip
    base = base_image(open_image(str(make.docker_archive(tmp_path / "a.tar", [layer]))), "alpine").image
    assert (base.manager, base.release, base.libc, base.index) == ("apk", "3.22", "musl", "alpine-3.22")
    assert [(p.name, p.version, p.automatic) for p in base.packages.values()] == [
        ("musl", "1.2.5-r0", True), ("busybox", "1.36-r1", False),
    ]  # fmt: skip
    node = base.filesystem.lookup("/lib/ld-musl-x86_64.so.1")
    assert isinstance(node, Inode)
    assert node.label == "apk:musl"


def rpm_header(**tags: object) -> bytes:
    numbers = {"name": 1000, "version": 1001, "release": 1002, "base": 1117, "folders": 1118, "index": 1116}
    store, entries = b"", b""
    for key, value in tags.items():
        if key == "index":
            store += bytes(-len(store) % 4)
        at = len(store)
        if isinstance(value, str):
            kind, count = 6, 1
            store += value.encode() + b"\0"
        elif key == "index":
            kind, count = 4, len(value)  # type: ignore[arg-type]
            store += b"".join(number.to_bytes(4, "big") for number in value)  # type: ignore[attr-defined]
        else:
            kind, count = 8, len(value)  # type: ignore[arg-type]
            store += b"".join(text.encode() + b"\0" for text in value)  # type: ignore[attr-defined]
        entries += b"".join(n.to_bytes(4, "big") for n in (numbers[key], kind, at, count))
    return len(tags).to_bytes(4, "big") + len(store).to_bytes(4, "big") + entries + store


def rpm_database(path: Path, blobs: list[bytes], *, wal: bool = False) -> bytes:
    with closing(sqlite3.connect(path)) as database, database:
        if wal:
            database.execute("PRAGMA journal_mode = WAL")
        database.execute("CREATE TABLE Packages (hnum INTEGER PRIMARY KEY, blob BLOB NOT NULL)")
        database.executemany("INSERT INTO Packages (blob) VALUES (?)", [(blob,) for blob in blobs])
    database.close()
    return path.read_bytes()


@pytest.mark.parametrize("wal", [False, True])
def test_rpm(tmp_path: Path, wal: bool) -> None:
    blob = rpm_header(
        name="bash", version="5.1", release="6.el9", base=["bash", "sh"], folders=["/usr/bin/"], index=[0, 0]
    )
    data = rpm_database(tmp_path / "db", [blob, rpm_header(name="gpg-pubkey", version="1"), b"junk"], wal=wal)
    layer = [
        Entry("var/lib/rpm/rpmdb.sqlite", data), Entry("usr/bin/dnf", b"1"), Entry("usr/bin/bash", b"b" * 9),
        Entry("etc/os-release", b'ID="rhel"\nVERSION_ID="9.4"\n'),
    ]  # fmt: skip
    base = base_image(open_image(str(make.docker_archive(tmp_path / "r.tar", [layer]))), "ubi9").image
    assert (base.manager, base.distribution, base.release) == ("dnf", "rhel", "9.4")
    assert [(p.name, p.version) for p in base.packages.values()] == [("bash", "5.1-6.el9")]
    node = base.filesystem.lookup("/usr/bin/bash")
    assert isinstance(node, Inode)
    assert node.label == "dnf:bash"


@pytest.mark.parametrize("data", [b"", b"SQLite format 3\0" + bytes(200), b"junk" * 100])
def test_databases_that_are_none(tmp_path: Path, data: bytes) -> None:
    layer = [Entry("var/lib/rpm/rpmdb.sqlite", data), Entry("usr/bin/dnf", b"1")]
    real = base_image(open_image(str(make.docker_archive(tmp_path / "r.tar", [layer]))), "x")
    assert real.image.packages == {}
    assert any("cannot be read" in note for note in real.notes)


def test_a_database_that_never_ends(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from layerlint.images import databases

    monkeypatch.setattr(databases, "_SQLITE_STEPS", 20)
    with closing(sqlite3.connect(tmp_path / "db")) as database, database:
        database.execute(
            "CREATE VIEW Packages AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) "
            "SELECT x'00' AS blob FROM n WHERE i < 0"
        )
    database.close()
    assert databases._rpm_headers((tmp_path / "db").read_bytes()) is None


def forecast(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str, *flags: str
) -> tuple[int, dict, str]:  # type: ignore[type-arg]
    dockerfile = tmp_path / "Dockerfile"
    dockerfile.write_text(text)
    code = main(["layers", "--format", "json", *flags, str(dockerfile)])
    out, err = capsys.readouterr()
    return code, json.loads(out) if out else {}, err


def test_a_forecast_on_it(archive: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = "FROM debian:bookworm-slim\nUSER root\nRUN rm /bin/bash && cp /etc/passwd passwd\n"
    flags = ("--base", f"docker.io/library/debian:bookworm-slim=docker-archive:{archive}", "--changes")
    code, report, _ = forecast(tmp_path, capsys, text, *flags)
    assert code == 0
    assert report["base"]["source"] == "image"
    size = sum(len(entry.data) for entry in DEBIAN) + 1
    assert report["base"]["bytes"] == {"low": size, "likely": size, "high": size}
    trigger, layer = report["layers"]
    assert (trigger["line"], trigger["instruction"], trigger["bytes"]["likely"]) == (1, "ONBUILD RUN true", 0)
    changes = {change["path"]: (change["kind"], change["bytes"]["likely"]) for change in layer["changes"]}
    assert changes["/usr/bin/bash"] == ("whiteout", 0)
    assert changes["/srv/passwd"][1] == len(DEBIAN[8].data)
    assert [(row["path"], row["bytes"]["likely"]) for row in report["hidden"]] == [("/usr/bin/bash", 1000)]


def test_a_base_that_no_from_names(archive: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    dockerfile = tmp_path / "Dockerfile"
    dockerfile.write_text("FROM debian:bookworm-slim\nRUN true\n")
    assert main(["layers", "-v", "--base", f"other:1={archive}", str(dockerfile)]) == 0
    assert "--base other:1: no FROM names it" in capsys.readouterr().out


def test_a_base_for_copy_from(archive: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = "FROM scratch\nCOPY --from=tools:1 /usr/bin/bash /bash\n"
    code, report, _ = forecast(tmp_path, capsys, text, "--base", f"tools:1={archive}")
    assert code == 0
    assert report["layers"][0]["bytes"] == {"low": 1000, "likely": 1000, "high": 1000}


@pytest.mark.parametrize("flag", ["debian", "=x", "debian=", "A B=x"])
def test_wrong_flags(flag: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, _, err = forecast(tmp_path, capsys, "FROM debian\n", "--base", flag)
    assert code == 2
    assert err
    with pytest.raises(UsageError):
        parse_base(flag)


@pytest.mark.parametrize("verb", ["check", "layers"])
def test_a_source_that_is_not_there(verb: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    dockerfile = tmp_path / "Dockerfile"
    dockerfile.write_text("FROM debian:12\nRUN true\n")
    assert main([verb, "--base", f"debian:12=docker-archive:{tmp_path}/none.tar", str(dockerfile)]) == 2
    assert "cannot be opened" in capsys.readouterr().err
    assert main([verb, "--base", "debian:12=docker://debian:12", str(dockerfile)]) == 2
    assert "only with --online" in capsys.readouterr().err


def test_one_image_has_many_names() -> None:
    assert same_image("debian", "docker.io/library/debian:latest")
    assert not same_image("debian:12", "debian:13")
    assert not same_image("debian", "not a name")
