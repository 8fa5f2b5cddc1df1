"""The checks about images, stages, users, single layers and builds that fail."""

from __future__ import annotations

from pathlib import Path

import pytest

from layerlint.checks import CHECKS
from layerlint.linter import Settings, analyse
from layerlint.report import Confidence
from layerlint.source import SourceFile
from tests.checks.observe import observe, words

DEBIAN = "FROM debian:bookworm-slim\n"


def tagless_or_latest(text: str) -> list[str]:
    """What the two rules on tags mark."""
    return [word for tag in ("missing", "latest") for word in words("latest-tag", text, tag=tag)]


@pytest.mark.parametrize(
    ("reference", "latest", "unpinned"),
    [
        ("debian", True, True),
        ("debian:latest", True, True),
        ("localhost:5000/debian", True, True),
        ("localhost:5000/debian:12", False, True),
        ("debian:bookworm-slim", False, True),
        ("debian@sha256:00", False, False),
        ("debian:latest@sha256:00", False, False),
        ("scratch", False, False),
        ("$UNKNOWN", False, False),
        ("debian:$UNKNOWN", False, False),
        # An ARG without a default may be given on the command line.
        ("${UNKNOWN:-debian}", False, False),
        ("${UNSET:-debian}", True, True),
    ],
)
def test_references(reference: str, latest: bool, unpinned: bool) -> None:
    text = f"ARG UNKNOWN\nFROM {reference}\n"
    assert tagless_or_latest(text) == [reference] * latest
    assert words("unpinned-base", text) == [reference] * unpinned


def test_every_place_that_names_an_image() -> None:
    text = """\
FROM debian AS a
COPY --from=busybox /a /b
RUN --mount=from=alpine,target=/mnt true
FROM a
"""
    assert tagless_or_latest(text) == ["debian"]
    assert words("copy-from-unknown-stage", text) == ["busybox", "from=alpine"]
    tagged = text.replace("busybox", "busybox:latest").replace("alpine", "alpine:latest")
    assert tagless_or_latest(tagged) == ["debian", "busybox:latest", "from=alpine:latest"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (DEBIAN, ["debian:bookworm-slim"]),
        (f"{DEBIAN}USER daemon\n", []),
        (f"{DEBIAN}USER daemon\nUSER root\n", ["root"]),
        (f"{DEBIAN}USER root:daemon\n", ["root:daemon"]),
        (f"{DEBIAN}USER 0\n", ["0"]),
        (f"{DEBIAN}ARG WHO=root\nUSER $WHO\n", ["$WHO"]),
        (f"{DEBIAN}ARG WHO\nUSER $WHO\n", []),
        (f"{DEBIAN}USER daemon\nRUN true\n", []),
        ("FROM debian:bookworm-slim AS a\nUSER daemon\nFROM a\n", []),
        ("FROM debian:bookworm-slim AS a\nUSER root\nFROM debian:bookworm-slim\nUSER daemon\n", []),
        ("", []),
    ],
)
def test_root_user(text: str, expected: list[str]) -> None:
    assert words("root-user", text) == expected


def test_an_unknown_base_may_set_a_user() -> None:
    assert [seen.confidence for seen in observe("root-user", DEBIAN)] == [None]
    assert [seen.confidence for seen in observe("root-user", "FROM x:1\n")] == [Confidence.MEDIUM]


def test_unused_stages() -> None:
    text = """\
FROM debian:bookworm-slim AS unused
FROM debian:bookworm-slim
FROM debian:bookworm-slim AS used
FROM debian:bookworm-slim
COPY --from=used /etc/hostname /
"""
    found = observe("unused-stage", text)
    assert [(seen.words, seen.confidence) for seen in found] == [
        ("unused", Confidence.MEDIUM),
        ("debian:bookworm-slim", None),
    ]


def test_stages_behind_the_target_are_for_another_one() -> None:
    text = "FROM scratch AS a\nFROM scratch AS b\nFROM scratch AS c\n"
    trace = analyse(SourceFile("Dockerfile", text), None, Settings(target="b")).trace
    check = CHECKS["unused-stage"]
    assert [case.values["stage"] for case in check.run(trace, check.params())] == ["a"]


def test_large_layer() -> None:
    text = f"{DEBIAN}RUN truncate -s 2M /a\nRUN truncate -s 3M /b\n"
    (seen,) = observe("large-layer", text, maximum=2 << 20)
    assert (seen.words, seen.bytes) == ("RUN", 3 << 20)


def test_kept_archives(tmp_path: Path) -> None:
    (tmp_path / "a.tar").write_bytes(bytes(100_000))
    text = f"{DEBIAN}COPY a.tar /tmp/\nRUN tar -xf /tmp/a.tar -C /srv\n"
    (seen,) = observe("kept-archive", text, tmp_path)
    assert (seen.words, seen.bytes) == ("tar -xf /tmp/a.tar -C /srv", 100_000)
    assert seen.related == (("COPY", "/tmp/a.tar comes from here"),)
    # That it is removed is another finding: it ships hidden.
    assert observe("kept-archive", text.replace("/srv", "/srv && rm /tmp/a.tar"), tmp_path) == []
    assert observe("kept-archive", text, tmp_path, minimum=100_001) == []
    assert observe("kept-archive", f"{DEBIAN}RUN tar -xf /tmp/a.tar\n", tmp_path) == []


def test_build_fails(tmp_path: Path) -> None:
    (tmp_path / "here").touch()
    text = f"{DEBIAN}COPY absent here /srv/\n"
    (seen,) = observe("build-fails", text, tmp_path)
    assert (seen.words, seen.confidence) == ("absent", None)
    assert observe("build-fails", text) == []
    assert observe("build-fails", f"FROM scratch AS a\nCOPY absent /\n{DEBIAN}", tmp_path) == []


def test_a_command_that_fails() -> None:
    text = f"{DEBIAN}RUN apt-get update && apt-get install -y no-such-package\n"
    (seen,) = observe("build-fails", text)
    assert seen.words == "apt-get install -y no-such-package"
    assert seen.values["problem"] == "E: Unable to locate package no-such-package"
