"""The checks about package managers."""

from __future__ import annotations

from typing import Any

import pytest

from layerlint.report import Confidence
from tests.checks.observe import observe, words

DEBIAN = "FROM debian:bookworm-slim\n"
UNKNOWN = "FROM example.org/unknown:1\n"
LISTS = "/var/lib/apt/lists"
YES: dict[str, Any] = {
    "commands": ("apt-get install", "apt install"), "options": ("-y", "-qq"), "question": True,
}  # fmt: skip


@pytest.mark.parametrize(
    ("run", "expected"),
    [
        ("RUN apt-get update && apt-get install -y less", ["apt-get update"]),
        ("RUN apt-get update && apt-get install -y less && rm -rf /var/lib/apt/lists/*", []),
        ("RUN apt-get update && apt-get install -y less && rm -rf /var/lib/apt", []),
        # In another layer it is too late.
        ("RUN apt-get update\nRUN rm -rf /var/lib/apt/lists/*", ["apt-get update"]),
        ("RUN --mount=type=cache,target=/var/lib/apt apt-get update", []),
        ("RUN --mount=type=tmpfs,target=/var/lib/apt/lists apt-get update", []),
        ("RUN apt-get install -y less", []),
    ],
)
@pytest.mark.parametrize(("base", "sure"), [(DEBIAN, None), (UNKNOWN, Confidence.MEDIUM)])
def test_package_index(base: str, sure: Confidence | None, run: str, expected: list[str]) -> None:
    found = observe("left-files", base + run + "\n", folders=(LISTS,))
    assert [seen.words for seen in found] == expected
    assert all(seen.confidence is sure for seen in found)


def test_package_index_counts_the_lists() -> None:
    (seen,) = observe("left-files", DEBIAN + "RUN apt-get update\n", folders=(LISTS,))
    assert seen.bytes is not None
    assert 15 << 20 < seen.bytes < 25 << 20


def test_an_unknown_command_may_have_removed_the_lists() -> None:
    (seen,) = observe("left-files", DEBIAN + "RUN apt-get update && ./cleanup\n", folders=(LISTS,))
    assert seen.confidence is Confidence.MEDIUM


def test_left_files() -> None:
    text = DEBIAN + "RUN mkdir -p /root/.cache && head -c 1M /dev/zero > /root/.cache/x && echo a > /a\n"
    (seen,) = observe("left-files", text, folders=("/root/.cache", "/nothing"))
    assert (seen.words, seen.values["path"], seen.bytes) == (
        "head -c 1M /dev/zero > /root/.cache/x",
        "/root/.cache/x",
        1 << 20,
    )
    assert observe("left-files", text, folders=("/root/.cac",)) == []
    assert observe("left-files", text, folders=("/root/.cache",), minimum=(1 << 20) + 1) == []


LEFT = DEBIAN + "RUN mkdir /c && head -c 1M /dev/zero > /c/x\n"


@pytest.mark.parametrize(
    ("text", "params", "found"),
    [
        (LEFT, {}, True),
        (LEFT, {"excepted": ("/c/x",)}, False),
        (LEFT + "RUN rm /c/x\n", {}, True),
        (LEFT + "RUN rm /c/x\n", {"removed_later": False}, False),
        (LEFT + "RUN head -c 2M /dev/zero > /c/x\n", {"removed_later": False}, True),
        (LEFT + 'CMD ["/usr/bin/mvn", "exec:java"]\n', {"users": ("mvn",)}, False),
        (LEFT + "CMD exec mvn exec:java\n", {"users": ("mvn",)}, False),
        (LEFT + 'CMD ["mvnd"]\n', {"users": ("mvn",)}, True),
        (LEFT + "FROM scratch\n", {}, False),
    ],
)
def test_what_counts_as_left(text: str, params: dict[str, Any], found: bool) -> None:
    assert bool(observe("left-files", text, folders=("/c",), **params)) is found


def test_recommended_packages() -> None:
    (seen,) = observe("recommended-packages", DEBIAN + "RUN apt-get update && apt-get install -y git\n")
    assert seen.words == "apt-get install -y git"
    assert seen.values["packages"].startswith(": ")
    assert seen.bytes is not None
    assert seen.bytes > 1 << 20


@pytest.mark.parametrize(
    "run",
    [
        "RUN apt-get update && apt-get install -y --no-install-recommends git",
        "RUN echo 'APT::Install-Recommends \"false\";' > /etc/apt/apt.conf.d/01\n"
        "RUN apt-get update && apt-get install -y git",
        "RUN apt-get update && apt-get -o APT::Install-Recommends=0 install -y git",
        "RUN apt-get update && echo apt-get install git",
    ],
)
def test_no_recommended_packages(run: str) -> None:
    assert observe("recommended-packages", DEBIAN + run + "\n") == []


def test_recommended_packages_of_an_unknown_base_are_a_guess() -> None:
    (seen,) = observe("recommended-packages", UNKNOWN + "RUN apt-get update && apt-get install -y git\n")
    assert (seen.bytes, seen.confidence) == (None, Confidence.LOW)


@pytest.mark.parametrize(
    ("run", "expected"),
    [
        ("RUN apt-get update", ["apt-get update"]),
        ("RUN apt-get update && apt-get clean", ["apt-get update"]),
        ("RUN apt-get update && apt-get install -y less", []),
        ("RUN apt-get update && apt-get upgrade -y", []),
        ("RUN apt-get update && ./install", []),
        ("RUN apt-get update && pip install x", []),
        ("RUN --mount=type=cache,target=/var/lib/apt/lists apt-get update", []),
        ("RUN frobnicate || apt-get update", []),
    ],
)
@pytest.mark.parametrize("base", [DEBIAN, UNKNOWN])
def test_index_update_alone(base: str, run: str, expected: list[str]) -> None:
    assert words("index-update-alone", base + run + "\n") == expected


@pytest.mark.parametrize(
    ("run", "expected"),
    [
        ("apt-get install curl", ["apt-get install"]),
        ("DEBIAN_FRONTEND=x apt-get -q install curl", ["DEBIAN_FRONTEND=x apt-get -q install"]),
        ("apt-get update && apt install curl", ["apt install"]),
        ("apt-get install -y curl", []),
        ("apt-get -qq install curl", []),
        ("yes | apt-get install curl", []),
        ("echo 'APT::Get::Assume-Yes \"true\";' > /etc/apt/apt.conf.d/90 && apt-get install curl", []),
        ("echo apt-get install curl", []),
    ],
)
def test_missing_yes(run: str, expected: list[str]) -> None:
    assert words("missing-option", f"{DEBIAN}RUN {run}\n", **YES) == expected


def test_a_configuration_that_is_not_known_may_say_yes() -> None:
    text = "RUN apt-get install curl\n"
    assert [seen.confidence for seen in observe("missing-option", DEBIAN + text, **YES)] == [None]
    for before in (UNKNOWN, f"{DEBIAN}RUN ./configure\n"):
        assert [seen.confidence for seen in observe("missing-option", before + text, **YES)] == [
            Confidence.MEDIUM
        ]
