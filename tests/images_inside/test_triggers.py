"""Triggers of ONBUILD of a base image: its forecast, its findings, and a real build beside them."""

from __future__ import annotations

import io
import json
import os
import shutil
import subprocess
import tarfile
from pathlib import Path

import pytest

from layerlint.cli import main
from tests.images.make import Entry, docker_archive, folder

TRIGGERS = [
    "WORKDIR /srv/app",
    "COPY package.txt /srv/app/",
    "RUN echo made > made && cp package.txt kept",
    "COPY . /srv/app",
    "RUN <<EOF\nrm kept\nEOF\n",
]
ROOT = [folder("bin"), folder("srv"), Entry("bin/sh", b"\x7fELF", mode=0o755)]


def place(tmp_path: Path, text: str, triggers: list[str] = TRIGGERS) -> list[str]:
    """A context, and the options for a base of it."""
    there = tmp_path / "context"
    there.mkdir()
    (there / "Dockerfile").write_text(text)
    (there / "package.txt").write_bytes(bytes(1000))
    (there / "data.bin").write_bytes(bytes(2000))
    archive = docker_archive(tmp_path / "base.tar", [ROOT], config={"OnBuild": triggers})
    return [str(there / "Dockerfile"), "--base", f"example/base:1=docker-archive:{archive}"]


def told(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> tuple[int, str]:
    code = main(arguments)
    return code, capsys.readouterr().out


def test_layers(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    options = place(tmp_path, "# one\nFROM example/base:1 AS a\nCOPY data.bin /\nFROM a\nCOPY data.bin /more\n")
    code, out = told(["layers", "--format", "json", *options], capsys)
    document = json.loads(out)
    assert code == 0
    # What the trigger before it copied is there already.
    size = 2000 + len((tmp_path / "context" / "Dockerfile").read_bytes())
    assert [(row["line"], row["stage"], row["instruction"], row["bytes"]["likely"]) for row in document["layers"]] == [
        (2, "a", "ONBUILD WORKDIR /srv/app", 0),
        (2, "a", "ONBUILD COPY package.txt /srv/app/", 1000),
        (2, "a", "ONBUILD RUN echo made > made && cp package.txt kept", 1005),
        (2, "a", "ONBUILD COPY . /srv/app", size),
        (2, "a", "ONBUILD RUN <<EOF", 0),
        (3, "a", "COPY data.bin /", 2000),
        (5, "1", "COPY data.bin /more", 2000),
    ]
    hidden = {row["path"]: (row["bytes"]["likely"], row["created"]["line"]) for row in document["hidden"]}
    assert hidden["/srv/app/kept"] == (1000, 2)


def test_explain_and_graph(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    _, *options = place(tmp_path, "FROM example/base:1\nCOPY data.bin /\n")
    monkeypatch.chdir(tmp_path / "context")  # a long path would shorten what follows it
    options.append("Dockerfile")
    code, out = told(["explain", "--line", "1", *options], capsys)
    assert code == 0
    keywords = [line.split(": ONBUILD ")[1].split()[0] for line in out.splitlines() if ": ONBUILD " in line]
    assert keywords == ["WORKDIR", "COPY", "RUN", "COPY", "RUN"]
    _, out = told(["graph", *options], capsys)
    assert out.count("     1  ONBUILD ") == 5
    _, out = told(["graph", "--format", "json", *options], capsys)
    (stage,) = json.loads(out)["stages"]
    assert [each["keyword"] for each in stage["triggers"]] == ["WORKDIR", "COPY", "RUN", "COPY", "RUN"]
    assert [each["keyword"] for each in stage["instructions"]] == ["COPY"]


def test_the_words_of_a_trigger_are_nobodys_fault(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    triggers = [
        "MAINTAINER me", "ENV a b", "WORKDIR rel", "ADD x.txt /", "RUN cd /tmp && sudo apt-get install curl",
        "ENV PASSWORD=x", "EXPOSE 22/TCP", "CMD run it", "LABEL A_B=1", "RUN curl http://x.example | sh",
        "USER root", "COPY --from=alpine / /", "ENV b=$undefined", "STOPSIGNAL ${x:?}", "ENTRYPOINT ['a']",
    ]  # fmt: skip
    options = place(tmp_path, "FROM example/base:1\nCMD [\"sh\"]\n", triggers)
    (tmp_path / "context" / ".dockerignore").write_text("# none\n")
    code, out = told(["check", "--format", "json", "--select", "all", *options], capsys)
    code2, plain = told(["check", "--format", "json", "--select", "all", options[0]], capsys)
    assert code in (0, 1)
    assert code2 in (0, 1)

    def rules(text: str) -> set[str]:
        (file,) = json.loads(text)["files"]
        assert all(found["fix"] is None or found["line"] > 1 for found in file["findings"])
        return {found["rule"] for found in file["findings"]}

    # That a file is not there stops the build; what apt writes are bytes that FROM brings.
    assert rules(out) - rules(plain) == {"build-fails", "package-database-rewritten"}


def test_what_from_brings_is_told_at_from(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    triggers = [
        "COPY absent.txt /x", "COPY . /srv/app", "RUN cp /srv/app/big /srv/app/again", "RUN rm /srv/app/again",
        "COPY a", "RUN a\nRUN b",
    ]  # fmt: skip
    options = place(tmp_path, "FROM example/base:1\n", triggers)
    (tmp_path / "context" / "big").write_bytes(bytes(200_000))
    _, out = told(["check", "--format", "json", *options], capsys)
    (file,) = json.loads(out)["files"]
    found = {each["rule"]: each for each in file["findings"]}
    assert {"build-fails", "removed-in-later-layer", "no-dockerignore"} <= found.keys()
    assert "absent.txt" in found["build-fails"]["message"]
    for name in ("build-fails", "removed-in-later-layer", "no-dockerignore"):
        place_of = found[name]
        assert (place_of["line"], place_of["column"], place_of["end_column"]) == (1, 6, 20)
        assert place_of["related"][0]["message"] == "a trigger of ONBUILD that the base image brings"
        assert all(each["line"] == 1 for each in place_of["related"])
    notes = "\n".join(file["notes"])
    assert "`COPY a`: COPY requires at least two arguments" in notes
    assert "single expression" in notes


def test_what_is_refused_once_variables_are_known_is_a_note(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    options = place(tmp_path, "FROM example/base:1\n", ["EXPOSE ${PORT:-abc}"])
    _, out = told(["check", "--format", "json", *options], capsys)
    (file,) = json.loads(out)["files"]
    assert not [each for each in file["findings"] if each["rule"] == "syntax"]
    assert any("EXPOSE" in note and "refused" in note for note in file["notes"])


@pytest.mark.parametrize("form", ["html", "sarif", "github", "markdown", "svg"])
def test_every_form(form: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    options = place(tmp_path, "FROM example/base:1\nRUN true\n")
    verb = "layers" if form == "svg" else "check"
    code, out = told([verb, "--format", form, *options], capsys)
    assert code in (0, 1)
    if form in ("html", "svg", "markdown"):
        assert "ONBUILD COPY . /srv/app" in out


BASE = """\
FROM scratch
ADD base.tar /
ONBUILD COPY data /srv/data
ONBUILD RUN rm -r /srv/data/keep && echo done > /srv/log
ONBUILD ENV PLACE=/srv/place
"""
CHILD = """\
FROM localhost/base:latest
RUN echo more > $PLACE
COPY data/a.bin /srv/data/c.bin
"""


def test_a_build_of_here_and_now(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    program = shutil.which("busybox")
    if shutil.which("buildah") is None or program is None or os.geteuid() != 0:
        pytest.skip("buildah and busybox, as root, are needed to build")
    if b"statically linked" not in subprocess.check_output(["file", "-L", program]):
        pytest.skip("a static busybox is needed for a base image")
    there = tmp_path / "context"
    (there / "data" / "keep").mkdir(parents=True)
    (there / "data" / "a.bin").write_bytes(bytes(50_000))
    (there / "data" / "keep" / "b").write_bytes(bytes(20_000))
    (there / "base.Dockerfile").write_text(BASE)
    (there / "Dockerfile").write_text(CHILD)
    with tarfile.open(there / "base.tar", "w") as tar:
        data = Path(program).read_bytes()
        member = tarfile.TarInfo("bin/busybox")
        member.mode, member.size = 0o755, len(data)
        tar.addfile(member, io.BytesIO(data))
        for applet in ("sh", "rm", "echo"):
            member = tarfile.TarInfo(f"bin/{applet}")
            member.type, member.linkname = tarfile.SYMTYPE, "busybox"
            tar.addfile(member)
    store = ["--root", str(tmp_path / "root"), "--runroot", str(tmp_path / "run"), "--storage-driver", "vfs"]
    for name, file in (("base", "base.Dockerfile"), ("child", "Dockerfile")):
        build = ["bud", "--format", "docker", "--isolation", "chroot", "-q", "--layers", "--pull=never"]
        done = subprocess.run(
            ["buildah", *store, *build, "-t", name, "-f", str(there / file), str(there)],
            capture_output=True, text=True, timeout=120,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        push = ["push", "-q", name, f"docker-archive:{tmp_path / name}.tar:{name}:latest"]
        subprocess.run(["buildah", *store, *push], check=True, capture_output=True, timeout=120)
    subprocess.run(["buildah", *store, "rmi", "-a", "-f"], capture_output=True, timeout=60)

    # vfs has no upper directory: its layers are comparisons of two trees.
    base = f"localhost/base:latest=docker-archive:{tmp_path / 'base.tar'}"
    options = ["--differ", "naive", "--format", "json", "--base", base, str(there / "Dockerfile")]
    assert main(["verify", *options, str(tmp_path / "child.tar")]) == 0
    document = json.loads(capsys.readouterr().out)
    assert [(row["line"], row["actual"]) for row in document["layers"]] == [
        (1, 70_000), (1, 5), (2, 5), (3, 50_000),
    ]  # fmt: skip
    assert all(row["forecast"]["likely"] == row["actual"] for row in document["layers"])
    assert document["hidden"]["actual"] == document["hidden"]["forecast"]["likely"]
