"""The checks about what ships and is not needed: packages, bases, copies, links, zeros, histories."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from layerlint.report import Applicability, Confidence
from tests.checks.observe import observe, words

MIB = 1 << 20
DEBIAN = "FROM debian:bookworm-slim\n"
INSTALL = "RUN apt-get update && apt-get install -y --no-install-recommends"
START = 'CMD ["app", "serve"]\n'


# ------------------------------------------------------------------------- packages


@pytest.mark.parametrize(
    ("text", "packages"),
    [
        (f"{DEBIAN}{INSTALL} gcc libc6-dev curl\n{START}", ["gcc and libc6-dev"]),
        (f"{DEBIAN}{INSTALL} curl\n{START}", []),
        (f"{DEBIAN}{INSTALL} gcc libc6-dev && apt-get purge -y --auto-remove gcc libc6-dev\n{START}", []),
        (f"{DEBIAN}{INSTALL} gcc libc6-dev\n", []),
        (f'{DEBIAN}{INSTALL} gcc libc6-dev\nCMD ["bash"]\n', []),
        (f'{DEBIAN}{INSTALL} gcc libc6-dev\nCMD ["make", "-C", "/src"]\n', []),
        (f"{DEBIAN}ENV DEPS='gcc libc6-dev'\n{INSTALL} $DEPS\n{START}", []),
        (f"{DEBIAN}{INSTALL} gcc libc6-dev\nFROM scratch\n{START}", []),
        (f"FROM example.org/unknown:1\n{INSTALL} gcc libc6-dev\n{START}", []),
        (f"FROM alpine:3.22\nRUN apk add --no-cache musl-dev gcc\n{START}", ["musl-dev and gcc", "gcc and musl-dev"]),
        (f"FROM alpine:3.22\nRUN apk add --no-cache --virtual .b gcc && apk del .b\n{START}", []),
    ],
)
def test_build_packages(text: str, packages: list[str]) -> None:
    seen = observe("build-packages", text, programs=("make",))
    assert bool(seen) is bool(packages)
    for case in seen:
        assert case.values["packages"] in packages
        assert case.bytes is not None
        assert case.bytes > 50 * MIB


def test_a_library_that_came_with_headers_is_not_counted() -> None:
    """The program may have been linked with it: only the headers go."""
    (headers,) = observe("build-packages", f"{DEBIAN}{INSTALL} libpq-dev\n{START}", minimum=0)
    (both,) = observe("build-packages", f"{DEBIAN}{INSTALL} libpq-dev libpq5\n{START}", minimum=0)
    assert headers.bytes == both.bytes


# ----------------------------------------------------------------------------- bases


@pytest.mark.parametrize(
    ("text", "params", "found"),
    [
        (f"FROM golang:1.22\n{START}", {}, True),
        (f"FROM docker.io/library/golang:1.22-alpine AS a\nFROM a\n{START}", {}, True),
        (f"FROM golang:1.22@sha256:{'0' * 64}\n{START}", {}, True),
        (f"FROM golang\n{START}", {}, True),
        (f"FROM example.org/golang:1.22\n{START}", {}, False),
        (f"FROM golang:1.22 AS build\nFROM debian:bookworm-slim\n{START}", {}, False),
        ("FROM golang:1.22\n", {}, False),
        ('FROM golang:1.22\nCMD ["go", "test"]\n', {}, False),
        ("FROM golang:1.22\nENTRYPOINT exec /usr/local/go/bin/go run .\n", {}, False),
        ('FROM golang:1.22\nENTRYPOINT ["sh"]\n', {}, False),
        (f"FROM golang:1.22\nONBUILD COPY . .\n{START}", {}, False),
        (f"FROM golang:1.22\n{START}", {"other_tags": ("1.22",)}, False),
    ],
)
def test_larger_base(text: str, params: dict[str, Any], found: bool) -> None:
    given = {"images": ("golang",), "programs": ("go",), "instead": "debian:bookworm-slim"} | params
    seen = observe("larger-base", text, **given)
    assert bool(seen) is found
    for case in seen:
        assert "golang" in case.words
        assert case.bytes is not None
        assert case.bytes > 100 * MIB


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (f"FROM python:3.12\nRUN echo a > /a\n{START}", True),
        (f"FROM python:3.12-slim\n{START}", False),
        (f"FROM python\n{START}", False),
        (f"FROM python:3.12\nRUN gcc -o a a.c\n{START}", False),
        (f"FROM python:3.12\nRUN frobnicate\n{START}", False),
        (f"FROM python:3.12\n{INSTALL} libpq-dev\n{START}", False),
    ],
)
def test_full_variant(text: str, found: bool) -> None:
    params = {"images": ("python",), "other_tags": ("*slim*",), "programs": ("gcc",), "instead": "-slim", "build": True}
    assert bool(observe("larger-base", text, **params)) is found


# ---------------------------------------------------------------------------- copies


@pytest.fixture
def context(tmp_path: Path) -> Path:
    files = {
        "a/one.bin": b"1" * MIB,
        "a/two.bin": b"2" * MIB,
        "b/same.bin": b"1" * MIB,
        "app/main.py": b"print(1)",
        "app/node_modules/x/index.js": b"x" * MIB,
        "app/tests/data": b"y" * 100,
    }
    for name, data in files.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return tmp_path


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("COPY a /a\nCOPY a/one.bin /c\n", [("COPY", "/c", "/a/one.bin")]),
        ("COPY a /a\nCOPY b /b\n", [("COPY", "/b/same.bin", "/a/one.bin")]),
        ("COPY a b /c/\n", [("COPY", "/c/same.bin", "/c/one.bin")]),
        ("COPY a /a\n", []),
        ("COPY a /a\nRUN rm /a/one.bin\nCOPY b /b\n", []),
        ("COPY a /a\nRUN cp /a/one.bin /x\n", [("cp /a/one.bin /x", "/x", "/a/one.bin")]),
        ("COPY a /a\nRUN cp /a/one.bin /x && rm /x\n", []),
        # A hard link to a file of a lower layer is a copy of it in the new one.
        ("COPY a /a\nRUN ln /a/one.bin /x\n", [("ln /a/one.bin /x", "/x", "/a/one.bin")]),
        ("RUN head -c 2M /dev/urandom > /x && ln /x /y\n", []),
        ("COPY a /a\nRUN ln -s /a/one.bin /x\n", []),
        ("RUN head -c 2M /dev/urandom > /x\nRUN cp /x /y && echo a >> /y\n", []),
        ("COPY a /a\nCOPY b /b\nFROM scratch\n", []),
    ],
)
def test_duplicate_content(context: Path, text: str, found: list[tuple[str, str, str]]) -> None:
    seen = observe("duplicate-content", DEBIAN + text, context)
    assert [(case.words, case.values["path"], case.values["first"]) for case in seen] == found
    assert {case.bytes for case in seen} <= {MIB}


@pytest.mark.parametrize(
    ("source", "params", "found"),
    [
        ("app /srv/", {}, "node_modules and tests"),
        ("app /srv/tests/", {"names": ("tests",)}, "tests"),
        ("a /srv/tests/", {}, None),
        (". /srv/", {}, "node_modules and tests"),
        (". /srv/", {"whole": False}, None),
        ("app/node_modules /srv/node_modules", {}, None),
        ("app /srv/", {"names": ("*.js",)}, "index.js"),
        ("app /srv/", {"minimum": 2 * MIB}, None),
    ],
)
def test_context_files(context: Path, source: str, params: dict[str, Any], found: str | None) -> None:
    given = {"names": ("node_modules", "tests")} | params
    seen = observe("context-files", f"FROM scratch\nCOPY {source}\n", context, **given)
    assert [case.values["found"] for case in seen] == ([] if found is None else [found])
    assert all(case.words == source.split()[0] for case in seen)


# -------------------------------------------------------------------- links and zeros


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("RUN chmod 700 /a\n", [("/a", "/b")]),
        ("RUN echo >> /b\n", [("/b", "/a")]),
        ("RUN chmod 700 /a /b\n", []),
        ("RUN rm /a\n", []),
        ("RUN rm /a && chmod 700 /b\n", []),
        ("RUN true\n", []),
    ],
)
def test_split_hard_link(text: str, found: list[tuple[str, str]]) -> None:
    seen = observe("split-hard-link", DEBIAN + "RUN head -c 1M /dev/urandom > /a && ln /a /b\n" + text)
    assert [(case.values["path"], case.values["other"]) for case in seen] == found


@pytest.mark.parametrize(
    ("command", "found"),
    [
        ("truncate -s 2M /a", 2 * MIB),
        ("dd if=/dev/zero of=/a bs=1M count=3", 3 * MIB),
        ("head -c 2M /dev/zero > /a", 2 * MIB),
        ("head -c 2M /dev/urandom > /a", None),
        ("truncate -s 2M /a && rm /a", None),
        ("truncate -s 1K /a", None),
        ("head -c 2M /dev/urandom > /a && truncate -s 3M /a", None),
    ],
)
def test_zero_file(command: str, found: int | None) -> None:
    assert [case.bytes for case in observe("zero-file", f"{DEBIAN}RUN {command}\n")] == ([found] if found else [])


@pytest.mark.parametrize(
    ("run", "found"),
    [
        ("git clone https://git.example.org/a.git /src", ["git clone https://git.example.org/a.git /src"]),
        ("git -C /opt clone -b v1 https://git.example.org/a.git", ["git -C /opt clone -b v1 https://git.example.org/a.git"]),
        ("git clone --depth 1 https://git.example.org/a.git", []),
        ("git clone --depth=1 https://git.example.org/a.git", []),
        ("git clone --bare https://git.example.org/a.git", []),
        ("git clone https://git.example.org/a.git /src && rm -rf /src/.git", []),
        ("git clone https://git.example.org/a.git /src && rm -rf /src", []),
        ("git fetch", []),
    ],
)
def test_full_clone(run: str, found: list[str]) -> None:
    text = f"FROM buildpack-deps:bookworm-scm\nRUN {run}\n"
    assert words("full-clone", text) == found
    assert {case.confidence for case in observe("full-clone", text)} <= {None, Confidence.MEDIUM}


@pytest.mark.parametrize(
    ("check", "params", "text"),
    [
        ("zero-file", {}, "RUN truncate -s 2M /a\n"),
        ("duplicate-content", {}, "RUN head -c 2M /dev/urandom > /a && cp /a /b\n"),
        ("left-files", {"folders": ("/a",), "removed_later": False}, "RUN head -c 2M /dev/urandom > /a\n"),
    ],
)
def test_what_a_later_step_may_remove_is_not_sure(check: str, params: dict[str, Any], text: str) -> None:
    (sure,) = observe(check, DEBIAN + text, **params)
    (unsure,) = observe(check, DEBIAN + text + "RUN frobnicate\n", **params)
    assert (sure.confidence, unsure.confidence) == (None, Confidence.MEDIUM)


# ------------------------------------------------------------------------ build tools

GO = {"go.mod": "module example.org/a\n\ngo 1.24\n", "main.go": "package main\n\nfunc main() {}\n"}
TOOLS = {"images": ("golang",), "programs": ("go",), "instead": "debian:bookworm-slim"}


def _built(tmp_path: Path, build: str) -> Any:
    for name, text in GO.items():
        (tmp_path / name).write_text(text)
    dockerfile = f'FROM golang:1.24\nWORKDIR /src\nCOPY go.mod main.go ./\nRUN {build}\nCMD ["/a"]\n'
    (case,) = observe("build-tools", dockerfile, tmp_path, **TOOLS)
    return case


def test_a_certain_split_is_shown(tmp_path: Path) -> None:
    case = _built(tmp_path, "CGO_ENABLED=0 go build -o /a .")
    assert case.values["instead"] == "gcr.io/distroless/static-debian13"
    assert (case.values["how"], case.values["why"]) == ("", "")
    assert case.fix is not None
    assert case.fix.applicability is Applicability.DISPLAY_ONLY
    assert "+COPY --from=build /a /a" in case.fix.diff.splitlines()
    assert [edit.text.splitlines()[0] for edit in case.fix.edits] == ["FROM golang:1.24 AS build", ""]
    assert case.bytes > 500 * MIB


@pytest.mark.parametrize(
    ("build", "said"),
    [
        ("make", "which command of the file writes what the image runs is not known"),
        ("CGO_ENABLED=0 go build -o /a . && frobnicate", "`frobnicate`"),
    ],
)
def test_what_is_not_certain_is_said_and_not_shown(build: str, said: str, tmp_path: Path) -> None:
    case = _built(tmp_path, build)
    assert case.fix is None
    assert case.values["how"]
    assert said in case.values["why"]
