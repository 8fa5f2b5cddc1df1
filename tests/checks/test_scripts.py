"""Checks of how a script is built: failures that are lost, commands that stand twice, sums, upgrades."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

import pytest

from layerlint.report import Confidence
from tests.checks.observe import observe, words

DEBIAN = "FROM debian:bookworm-slim\n"


FAILURES: list[tuple[str, list[str]]] = [
    ("a; b", ["a"]),
    ("a && b; c", ["a && b"]),
    ("a; b; c", ["a"]),
    ("a && b", []),
    ("a || b; c", []),
    ("a | b; c", ["a | b"]),
    ("a | true; c", []),
    ("! a | b; c", []),
    ("set -e; a; b", []),
    ("set -eux; a; b", []),
    ("set -o errexit; a; b", []),
    ("set -x; a; b", ["a"]),
    ("a; set -e; b; c", ["a"]),
    ("set -e && a && b", []),
    ("set -e; a && b; c", ["a && b"]),
    ("set -ex && a && b; c", ["set -ex && a && b"]),
    ("set -e; [ x ] && b; c", []),
    ("set -e; command -v a && b; c", []),
    ("set -e; a && b || d; c", []),
    ("set -e; a && b", []),
    ("echo a; b", []),
    ("X=a; b", []),
    ("a; true", []),
    ("a; exit 0", []),
    ("a & b", []),
    ("(a; b)", ["a"]),
    ("{ a; b; } && c", ["a"]),
    ("(set -e; a; b); c", ["a"]),
    ("if a; then b; c; fi", ["b"]),
    ("if a; then b; fi", []),
    ("if a; then b; fi; c", ["b"]),
    ("for x in 1 2; do a; b; done", ["a"]),
    ("for x in 1 2; do a; done", []),
    ("f() { a; b; }; echo f", []),
    ("sh -c 'a; b'", []),
    ("case a in b) c; d;; esac", []),
]


@pytest.mark.parametrize(("run", "seen"), FAILURES)
def test_hidden_failure(run: str, seen: list[str]) -> None:
    assert words("hidden-failure", f"{DEBIAN}RUN {run}\n")[:1] == seen


@pytest.mark.parametrize(("run", "seen"), [row for row in FAILURES if row[1]])
def test_a_shell_loses_the_failure(run: str, seen: list[str]) -> None:
    """The first of the words that are marked fails, and the script succeeds."""
    failing = next(letter for letter in seen[0].replace("set -ex", "").replace(" ", "") if letter in "abcd")
    functions = "".join(f"{name}() {{ {'false' if name == failing else 'true'}; }}; " for name in "abcd")
    assert (
        subprocess.run(["/bin/sh", "-c", functions + run], capture_output=True, check=False).returncode == 0
    )


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("RUN <<E\na\nb\nE", ["a"]),
        ("RUN <<E\nset -e\na\nb\nE", []),
        ("RUN <<E\n#!/bin/bash -e\na\nb\nE", []),
        ("RUN <<E\n#!/usr/bin/env bash\na\nb\nE", ["a"]),
        ("RUN <<E\n#!/usr/bin/env python3\na; b\nE", []),
        ('RUN ["sh", "-c", "a; b"]', []),
        ('SHELL ["/bin/bash", "-eo", "pipefail", "-c"]\nRUN a; b', []),
        ('SHELL ["/bin/bash", "-o", "errexit", "-c"]\nRUN a; b', []),
        ('SHELL ["/bin/bash", "-o", "pipefail", "-c"]\nRUN a; b', ["a"]),
        ('SHELL ["powershell", "-Command"]\nRUN a; b', []),
        ("ONBUILD RUN a; b", ["a"]),
    ],
)
def test_the_shell_of_a_hidden_failure(text: str, seen: list[str]) -> None:
    assert words("hidden-failure", f"{DEBIAN}{text}\n") == seen


@pytest.mark.parametrize(
    ("text", "confidence"),
    [
        (f"{DEBIAN}RUN apt-get update; b", None),
        (f"{DEBIAN}RUN a; b", Confidence.MEDIUM),
        ("FROM example.org/unknown:1\nRUN apt-get update; b", Confidence.MEDIUM),
    ],
)
def test_a_base_or_a_program_that_is_not_known(text: str, confidence: Confidence | None) -> None:
    (found,) = observe("hidden-failure", text + "\n")
    assert found.confidence is confidence


@pytest.mark.parametrize(
    ("run", "seen"),
    [
        ("get up", ["get up"]),
        ("get -y up", ["get -y up"]),
        ("get up -x y", ["get up"]),
        ("get up package", []),
        ("get up $PACKAGES", []),
        ("get install up", []),
        ("sudo get up", ["sudo get up"]),
    ],
)
def test_whole_upgrade(run: str, seen: list[str]) -> None:
    text = f"{DEBIAN}ARG PACKAGES\nRUN {run}\n"
    assert words("whole-upgrade", text, commands=("get up",), values=("-x",)) == seen


def test_an_upgrade_that_ships_carries_its_bytes() -> None:
    text = "FROM debian:bookworm-20240101-slim\nRUN apt-get update && apt-get upgrade -y\n"
    (found,) = observe("whole-upgrade", text, commands=("apt-get upgrade",))
    assert (found.bytes is None) == (found.values["cost"] == "")


@pytest.mark.parametrize(
    ("run", "seen"),
    [
        ("apk add a b && apk del a b", ["a and b"]),
        ("apk add a b c && apk del b c", ["b and c"]),
        ("apk add a b && apk del a", []),
        ("apk add a b", []),
        ("apk add -t .x a b && apk del .x", []),
        ("apk add --virtual .x a b && apk del a b", []),
        ("apk add --virtual=.x a b && apk del a b", []),
    ],
)
def test_ungrouped_packages(run: str, seen: list[str]) -> None:
    found = observe("ungrouped-packages", f"FROM alpine:3.22\nRUN {run}\n")
    assert [case.values["packages"] for case in found] == seen


@pytest.mark.parametrize(
    ("run", "seen"),
    [
        ("get add a && get add b", ["get add"]),
        ("get add a && get add b && get add c", ["get add", "get add"]),
        ("get add a && put add b", []),
        ("get add a && get del b", []),
        ("get add a\nRUN get add b", []),
    ],
)
def test_repeated_command(run: str, seen: list[str]) -> None:
    text = f"{DEBIAN}RUN {run}\n"
    assert words("repeated-command", text, commands=("get add", "put add")) == seen


HASH = "0" * 64


@pytest.mark.parametrize(
    ("run", "seen"),
    [
        (f"echo '{HASH} a' | sha256sum -c", True),
        (f"echo '{HASH}  a' | sha256sum -c", False),
        (f"echo '{HASH} *a' | sha256sum -c", False),
        ('echo "$SUM a" | sha512sum -c -', True),
        ('echo "${SUM} a" | sha512sum --check', True),
        ('echo "${SUM}  a" | sha512sum --check', False),
        ('echo "$SUM *a" | md5sum -c -', False),
        ("echo $SUM a | sha256sum -c", True),
        ("echo $SUM *a | sha256sum -c", False),
        ("echo $SUM  a | sha256sum -c", True),
        ('echo "$SUM a" | sha256sum', False),
        ('echo "$SUM a" | grep a', False),
        ('echo "$SUM a" > sums && sha256sum -c sums', False),
    ],
)
def test_checksum_spacing(run: str, seen: bool) -> None:
    assert bool(observe("checksum-spacing", f"FROM alpine:3.22\nARG SUM\nRUN {run}\n")) is seen


PROGRAM: dict[str, int] = {"app": 0o755, "text": 0o644, "open": 0o757}


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("COPY --chown=33 app text /srv/\nUSER 33", ["/srv/app"]),
        ("COPY app text /srv/\nUSER 33", []),
        ("COPY --chown=33 app /srv/\nUSER 34", []),
        ("COPY --chown=33 app /srv/", []),
        ("COPY --chown=33 app /srv/\nUSER www-data", ["/srv/app"]),
        ("COPY app /srv/\nRUN chown 33 /srv/app\nUSER 33", ["/srv/app"]),
        ("COPY --chown=33 app /srv/\nRUN chmod a-w /srv/app\nUSER 33", []),
        ("COPY open /srv/\nUSER 33", ["/srv/open"]),
    ],
)
def test_writable_program(text: str, seen: list[str], tmp_path: Path) -> None:
    for name, mode in PROGRAM.items():
        (tmp_path / name).write_text("x")
        (tmp_path / name).chmod(mode)
    found = observe("writable-program", f"{DEBIAN}{text}\n", tmp_path)
    assert [case.values["path"] for case in found] == seen
    fields: list[Any] = [case.values["user"] for case in found]
    assert all(fields)
