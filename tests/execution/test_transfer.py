"""COPY and ADD: what ends up where, with which owner and mode."""

from __future__ import annotations

import io
import tarfile
from pathlib import Path

import pytest

from layerlint.filesystem.layer import Differ
from tests.execution.dockerfiles import faults_of, files, gaps_of, modes_of, trace_of, tree_of

CONTEXT = {"a": "A", "b": "BB", "d/x": "X", "d/e/y": "YY", "d/n.md": "#", "s p/q": "Q"}


@pytest.fixture
def context(tmp_path: Path) -> Path:
    files(tmp_path, CONTEXT)
    (tmp_path / "in").symlink_to("d")
    (tmp_path / "out").symlink_to("/etc/passwd")
    (tmp_path / "up").symlink_to("../../../etc")
    return tmp_path


def sizes(text: str, context: Path) -> dict[str, str]:
    trace = trace_of(f"FROM scratch\n{text}\n", context)
    assert gaps_of(trace) == []
    assert faults_of(trace) == []
    return tree_of(trace)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # a file: the destination is a directory if it ends with a slash or is one
        ("COPY a /f", {"/f": "1 bytes"}),
        ("COPY a /f/", {"/f": "/", "/f/a": "1 bytes"}),
        ("COPY a /", {"/a": "1 bytes"}),
        ("COPY a /p/q/f", {"/p": "/", "/p/q": "/", "/p/q/f": "1 bytes"}),
        ("WORKDIR /w\nCOPY a .", {"/w": "/", "/w/a": "1 bytes"}),
        ("WORKDIR /w\nCOPY a sub/f", {"/w": "/", "/w/sub": "/", "/w/sub/f": "1 bytes"}),
        ("RUN mkdir /f\nCOPY a /f", {"/f": "/", "/f/a": "1 bytes"}),
        ("RUN mkdir /t && ln -s /t /l\nCOPY a /l", {"/t": "/", "/l": "-> /t", "/t/a": "1 bytes"}),
        ("COPY b /f\nCOPY a /f", {"/f": "1 bytes"}),
        # a directory: its contents
        ("COPY d /t", {"/t": "/", "/t/x": "1 bytes", "/t/e": "/", "/t/e/y": "2 bytes", "/t/n.md": "1 bytes"}),
        ("COPY d/ /t/", {"/t": "/", "/t/x": "1 bytes", "/t/e": "/", "/t/e/y": "2 bytes", "/t/n.md": "1 bytes"}),
        ("COPY d/e /t\nCOPY d/e /t", {"/t": "/", "/t/y": "2 bytes"}),
        ("COPY in/e /t", {"/t": "/", "/t/y": "2 bytes"}),
        # several sources, globs, spaces
        ("COPY a b /t/", {"/t": "/", "/t/a": "1 bytes", "/t/b": "2 bytes"}),
        ("COPY [ab] /t/", {"/t": "/", "/t/a": "1 bytes", "/t/b": "2 bytes"}),
        ("COPY d/*.md /t/", {"/t": "/", "/t/n.md": "1 bytes"}),
        ("COPY none* a /t/", {"/t": "/", "/t/a": "1 bytes"}),
        ('COPY ["s p/q", "/t p"]', {"/t p": "1 bytes"}),
        # flags
        ("COPY --parents d/e/y /t/", {"/t": "/", "/t/d": "/", "/t/d/e": "/", "/t/d/e/y": "2 bytes"}),
        ("COPY --parents ./d/./e/y /t/", {"/t": "/", "/t/e": "/", "/t/e/y": "2 bytes"}),
        ("COPY --exclude=*.md --exclude=e d /t/", {"/t": "/", "/t/x": "1 bytes"}),
        # here-documents
        ("COPY <<F /t/f\ntext\nF", {"/t": "/", "/t/f": "text\n"}),
        ("COPY <<F <<G /t/\n1\nF\n2\nG", {"/t": "/", "/t/F": "1\n", "/t/G": "2\n"}),
        ("ARG V=v\nCOPY <<F /f\n$V\nF\nCOPY <<'F' /g\n$V\nF", {"/f": "v\n", "/g": "$V\n"}),
        # values
        ("ARG N=a\nENV T=/t\nCOPY ${N} $T/", {"/t": "/", "/t/a": "1 bytes"}),
        # outside of the context there is nothing: `..` and links end at its root
        ("COPY ../a /f", {"/f": "1 bytes"}),
    ],
)  # fmt: skip
def test_copy_makes(text: str, expected: dict[str, str], context: Path) -> None:
    assert sizes(text, context) == expected


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("COPY absent /f", "absent is not in the build context"),
        ("COPY ../../absent /f", "../../absent is not in the build context"),
        ("COPY out /f", "out is a symbolic link to what is not in the build context"),
        ("COPY up/passwd /f", "up/passwd is not in the build context"),
        ("COPY --from=0 /x /f", "/x is not in the stage that it is copied from"),
    ],
)
def test_what_is_not_there_is_a_fault(text: str, fault: str, context: Path) -> None:
    trace = trace_of(f"FROM scratch\nFROM scratch\n{text}\n", context)
    assert faults_of(trace) == [fault]
    assert tree_of(trace) == {}


def test_ignored_files_are_not_copied(context: Path) -> None:
    files(context, {".dockerignore": "d/e\n*.md\n**/*.md\nb\n!d/n.md\n"})
    trace = trace_of("FROM scratch\nCOPY d /t\nCOPY b /b\n", context)
    assert tree_of(trace) == {"/t": "/", "/t/x": "1 bytes", "/t/n.md": "1 bytes"}
    assert faults_of(trace) == ["b is excluded from the build context by .dockerignore"]


def test_owner_and_mode(context: Path) -> None:
    (context / "a").chmod(0o640)
    text = """\
FROM scratch
COPY a /plain
COPY --chown=7:8 a /owned/a
COPY --chown=7 --chmod=0711 d/e /e
COPY --chmod=u=rw,go= a /mode
COPY --chown=app:staff a /named
"""
    modes = modes_of(trace_of(text, context))
    assert modes == {
        "/plain": "640 0:0", "/owned": "755 7:8", "/owned/a": "640 7:8", "/e": "711 7:7", "/e/y": "711 7:7",
        "/mode": "600 0:0", "/named": "640 None:None",
    }  # fmt: skip


def test_names_of_owners_are_those_of_the_image(context: Path) -> None:
    text = """\
FROM scratch
COPY <<passwd <<group /etc/
app:x:10:20::/:/bin/sh
passwd
staff:x:30:
group
COPY --chown=app a /x
COPY --chown=app:staff a /y
"""
    modes = modes_of(trace_of(text, context))
    assert [modes[path].split()[1] for path in ("/x", "/y")] == ["10:20", "10:30"]


def test_a_stage_keeps_its_owners(context: Path) -> None:
    text = """\
FROM scratch AS one
COPY --chown=7:8 a /d/a
RUN chmod 600 /d/a
FROM scratch
COPY --from=one /d /kept
COPY --from=one --chown=1:2 /d/a /given
COPY --from=0 /d/* /glob/
"""
    trace = trace_of(text, context)
    assert modes_of(trace) == {
        "/kept": "755 0:0", "/kept/a": "600 7:8", "/given": "600 1:2", "/glob": "755 0:0", "/glob/a": "600 7:8",
    }  # fmt: skip


@pytest.mark.parametrize("suffix", ["", ".gz", ".bz2", ".xz"])
def test_add_unpacks_a_tar(suffix: str, tmp_path: Path) -> None:
    mode = f"w:{suffix[1:]}"
    with tarfile.open(tmp_path / f"t.tar{suffix}", mode) as tar:  # type: ignore[call-overload]
        for name, size in (("in/f", 3), ("../escape", 1), ("/absolute", 2)):
            info = tarfile.TarInfo(name)
            info.size, info.uid = size, 9
            tar.addfile(info, io.BytesIO(b"x" * size))
    text = f"FROM scratch\nADD t.tar{suffix} /t\nCOPY t.tar{suffix} /c\nADD --unpack=false t.tar{suffix} /u\n"
    trace = trace_of(text, tmp_path)
    packed = f"{(tmp_path / f't.tar{suffix}').stat().st_size} bytes"
    assert tree_of(trace) == {
        "/t": "/", "/t/in": "/", "/t/in/f": "3 bytes", "/t/absolute": "2 bytes", "/c": packed, "/u": packed,
    }  # fmt: skip
    assert modes_of(trace)["/t/in/f"] == "644 9:0"


def test_add_of_what_is_no_tar_copies_it(context: Path) -> None:
    (context / "f.tar").write_bytes(b"not a tar")
    (context / "g.gz").write_bytes(b"\x1f\x8b damaged")
    assert sizes("ADD f.tar g.gz /t/", context) == {"/t": "/", "/t/f.tar": "9 bytes", "/t/g.gz": "10 bytes"}


def test_a_damaged_archive_is_a_gap(tmp_path: Path) -> None:
    with tarfile.open(tmp_path / "t.tar", "w") as tar:
        for name in ("a", "b"):
            info = tarfile.TarInfo(name)
            info.size = 9000
            tar.addfile(info, io.BytesIO(bytes(9000)))
    data = (tmp_path / "t.tar").read_bytes()
    (tmp_path / "t.tar").write_bytes(data[:12_000])
    trace = trace_of("FROM scratch\nADD t.tar /\n", tmp_path)
    assert gaps_of(trace) == ["the archive is too large, or damaged: it was not read to its end"]
    assert tree_of(trace)["/a"] == "9000 bytes"


def test_what_is_downloaded_is_a_gap(context: Path) -> None:
    trace = trace_of("FROM scratch\nADD https://host.example/dir/file.tgz?x=1 /t/\n", context)
    assert gaps_of(trace) == ["the size of what it downloads is not known"]
    assert tree_of(trace) == {"/t": "/", "/t/file.tgz": "unknown"}


def test_without_a_context_a_copy_is_a_gap() -> None:
    trace = trace_of("FROM scratch\nCOPY a /f\n")
    assert gaps_of(trace) == ["there is no build context"]
    assert faults_of(trace) == []


def test_an_unknown_stage_is_a_gap_and_no_fault(context: Path) -> None:
    trace = trace_of("FROM scratch\nCOPY --from=registry.example/image /x /f\n", context)
    assert gaps_of(trace) == ["whether the stage holds /x is not known"]
    assert faults_of(trace) == []


def test_links_are_layers_of_their_own_in_buildkit(context: Path) -> None:
    text = "FROM scratch\nRUN mkdir -m 700 /t && ln -s /t /l\nCOPY --link a /l/a\n"
    assert tree_of(trace_of(text, context)) == {"/t": "/", "/l": "/", "/l/a": "1 bytes"}
    assert tree_of(trace_of(text, context, differ=Differ.NATIVE))["/t/a"] == "1 bytes"
