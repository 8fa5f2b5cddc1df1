"""RUN lines of apt, written for apk: what is understood, and what must be done by hand."""

from __future__ import annotations

import pytest

from layerlint.linter import Settings, analyse
from layerlint.report import BaseVerdict, CandidateRecord
from layerlint.rootfs.rewrite import Rewritten, to_apk
from layerlint.rootfs.stages import root_stage
from layerlint.source import SourceFile
from tests.rootfs.apps import advice_of, of_reference

ALPINE = "alpine:3.22"


def _rewritten(run: str) -> str | tuple[str, ...]:
    """The text of the last RUN, or the reasons."""
    trace = analyse(SourceFile("Dockerfile", f"FROM debian:bookworm\n{run}\n"), None, Settings()).trace
    assert trace.target is not None
    plan = to_apk(
        trace, root_stage(trace.target), lambda name: (f"a-{name}",) if name != "odd" else "odd is odd"
    )
    if isinstance(plan, Rewritten):
        return plan.edits[-1][1].rstrip("\n")
    return tuple(reason.text for reason in plan)


@pytest.mark.parametrize(
    ("run", "text"),
    [
        ("RUN apt-get update && apt-get install -y git curl", "RUN apk add --no-cache a-git a-curl"),
        (
            "RUN apt-get update \\\n && apt-get install -y git \\\n && rm -rf /var/lib/apt/lists/*",
            "RUN apk add --no-cache a-git",
        ),
        (
            "RUN set -ex; apt-get update; apt-get install -y git; date; apt-get clean",
            "RUN set -ex; apk add --no-cache a-git; date",
        ),
        ("RUN date; apt-get update && date -u", "RUN date; date -u"),
        (
            "RUN DEBIAN_FRONTEND=noninteractive apt-get -qq install -y git >/dev/null",
            "RUN apk add --no-cache a-git",
        ),
        ("RUN apt-get update && apt-get -y upgrade", "RUN apk upgrade --no-cache"),
        (
            "RUN apt-get install -y git && rm -rf /var/lib/apt/lists/* /tmp/*",
            "RUN apk add --no-cache a-git && rm -rf /var/lib/apt/lists/* /tmp/*",
        ),
        (
            "RUN apt-get install -y git && (date || true)",
            "RUN apk add --no-cache a-git && (date || true)",
        ),
        ("RUN --network=default apt-get install -y git", "RUN --network=default apk add --no-cache a-git"),
        ("RUN apt-get update", ""),
        ("RUN set -e; apt-get update; apt-get autoremove -y; apt-get autoclean", ""),
        ("ARG TOOLS='git curl'\nRUN apt-get install -y $TOOLS", "RUN apk add --no-cache a-git a-curl"),
    ],
)
def test_what_is_understood(run: str, text: str) -> None:
    assert _rewritten(run) == text


@pytest.mark.parametrize(
    "run",
    [
        "RUN apt-get install -y git || true",
        "RUN if true; then apt-get install -y git; fi",
        "RUN apt-get purge -y --auto-remove git",
        "RUN apt-get install -y --download-only git",
        "RUN apt-get install -y git | tee log",
        "RUN apt-get install -y git > log",
        "RUN ACCEPT_EULA=Y apt-get install -y git",
        "RUN sudo apt-get install -y git",
        "RUN apt-get install -y git &",
        "RUN add-apt-repository ppa:a/b && apt-get install -y git",
        "RUN apt-key add a.key",
        "RUN dpkg -i a.deb",
        'RUN ["apt-get", "install", "-y", "git"]',
        "RUN <<EOF\napt-get install -y git\nEOF",
        "RUN apt-get build-dep -y git",
    ],
)
def test_what_must_be_done_by_hand(run: str) -> None:
    found = _rewritten(run)
    assert isinstance(found, tuple)
    assert any("must be rewritten for apk by hand" in text for text in found)


def test_a_name_without_a_counterpart_is_named() -> None:
    assert _rewritten("RUN apt-get install -y git odd") == ("odd is odd",)


def _on_alpine(dockerfile: str, reference: str = ALPINE) -> CandidateRecord:
    return of_reference(advice_of(dockerfile), reference)


def test_the_whole_file_is_written_and_run_anew() -> None:
    found = _on_alpine(
        "FROM debian:bookworm\nRUN apt-get update\nRUN apt-get install -y --no-install-recommends curl dnsutils\n"
        'RUN useradd -m app\nUSER app\nCMD ["dig", "example.org"]\n'
    )
    assert found.verdict is BaseVerdict.WITH_PACKAGES, found.reasons
    assert found.packages == ("bind-tools", "curl", "shadow")
    added = [line for line in found.diff.splitlines() if line.startswith("+") and not line.startswith("+++")]
    assert added == [
        "+FROM alpine:3.22",
        "+RUN apk add --no-cache shadow",
        "+RUN apk add --no-cache curl bind-tools",
    ]
    assert found.saved is not None
    assert found.image_bytes is not None
    assert 10_000_000 < found.image_bytes.likely < 60_000_000
    assert any(risk.startswith("musl:") for risk in found.risks)


@pytest.mark.parametrize(
    ("package", "reason"),
    [
        ("libjpeg62-turbo", "no package of Alpine is known for libjpeg62-turbo"),
        ("nginx", "nginx is not the same in Alpine"),
        ("locales", "musl has the locale C.UTF-8 and no others"),
        ("curl=7.88.1-10", "the version of curl that is pinned is one of Debian's"),
        ("curl/bookworm", "which packages curl/bookworm names"),
    ],
)
def test_what_is_not_sure_is_not_held_against_it(package: str, reason: str) -> None:
    found = _on_alpine(
        f'FROM debian:bookworm\nRUN apt-get update && apt-get install -y {package}\nCMD ["date"]\n'
    )
    assert found.verdict is BaseVerdict.UNKNOWN
    assert reason in "; ".join(each.text for each in found.reasons)
    assert found.diff == ""


@pytest.mark.parametrize(
    ("run", "verdict", "packages"),
    [
        ("sed -i s/a/b/ /etc/passwd", BaseVerdict.MEETS, ()),
        ("grep -P root /etc/passwd", BaseVerdict.WITH_PACKAGES, ("grep",)),
        ("date -d yesterday", BaseVerdict.WITH_PACKAGES, ("coreutils",)),
        ("adduser --disabled-password --gecos '' x", BaseVerdict.MEETS, ()),
        ("adduser --system --group x", BaseVerdict.UNKNOWN, ()),
        ("find / -name a -printf %p", BaseVerdict.WITH_PACKAGES, ("findutils",)),
        ("find /etc -name a -exec ls -l {} +", BaseVerdict.MEETS, ()),
    ],
)
def test_options_that_busybox_has_not(run: str, verdict: BaseVerdict, packages: tuple[str, ...]) -> None:
    found = _on_alpine(f'FROM debian:bookworm\nRUN {run}\nCMD ["cat", "/etc/hostname"]\n')
    assert (found.verdict, found.packages) == (verdict, packages), found.reasons


def test_a_package_of_debian_in_a_variant_of_the_same_image() -> None:
    found = _on_alpine(
        'FROM node:22\nRUN apt-get update && apt-get install -y git\nCMD ["node", "-v"]\n', "node:22-alpine"
    )
    assert (found.verdict, found.packages) == (BaseVerdict.WITH_PACKAGES, ("git",))


def test_packages_that_link_manuals_may_fail_where_their_folders_are_left_out() -> None:
    found = _on_alpine(
        'FROM debian:bookworm\nRUN apt-get update && apt-get install -y openjdk-17-jre-headless\nCMD ["java"]\n',
        "debian:bookworm-slim",
    )
    assert found.verdict is BaseVerdict.UNKNOWN
    assert any("folders of manual pages" in reason.text for reason in found.reasons)
