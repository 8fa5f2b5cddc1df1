"""Hidden bytes: who hides them, who ships them, and how sure that is."""

from __future__ import annotations

import pytest

from layerlint.checks import CHECKS
from layerlint.checks.hidden_bytes import Files, Origin
from layerlint.filesystem.accounting import HiddenKind
from layerlint.linter import Settings, analyse
from layerlint.report import Confidence
from layerlint.source import SourceFile
from tests.checks.observe import observe, words

MIB = 1 << 20


def test_one_finding_a_command_with_all_that_it_hides() -> None:
    text = """\
FROM debian:bookworm-slim
RUN head -c 1M /dev/zero > /a
RUN head -c 2M /dev/zero > /b && head -c 3M /dev/zero > /c
RUN echo hello && rm /a /c && rm /b
"""
    first, second = observe("hidden-bytes", text)
    assert first.words == "rm /a /c"
    assert first.values == {
        "command": "rm /a /c",
        "path": "/c and /a",
        "shippers": "lines 2 and 3",
        "ship": "ship",
    }
    assert first.bytes == 4 * MIB
    assert first.related == (
        ("head -c 1M /dev/zero > /a", "1.0 MiB of /a ships from here"),
        ("head -c 3M /dev/zero > /c", "3.0 MiB of /c ships from here"),
    )
    assert (second.words, second.bytes, second.values["shippers"]) == ("rm /b", 2 * MIB, "line 3")
    assert first.confidence is second.confidence is None


@pytest.mark.parametrize(
    ("hide", "kind", "marked"),
    [
        ("RUN rm /big", HiddenKind.DELETED, "rm /big"),
        ("RUN rm -rf /b*g", HiddenKind.DELETED, "rm -rf /b*g"),
        ("RUN find / -name big -delete", HiddenKind.DELETED, "find / -name big -delete"),
        ("RUN true && chmod 600 /big", HiddenKind.METADATA_ONLY, "chmod 600 /big"),
        ("RUN touch /big", HiddenKind.METADATA_ONLY, "touch /big"),
        ("RUN mv /big /other", HiddenKind.MOVED, "mv /big /other"),
        ("RUN true; echo x >> /big", HiddenKind.OVERWRITTEN, "echo x >> /big"),
        ("RUN true; > /big", HiddenKind.OVERWRITTEN, "RUN"),
        ("COPY <<EOF /big\nhello\nEOF", HiddenKind.OVERWRITTEN, "COPY"),
        ("RUN rm /big && mkdir /big", HiddenKind.TYPE_CHANGE, "rm /big"),
    ],
)
def test_the_words_that_hide(hide: str, kind: HiddenKind, marked: str) -> None:
    text = f"FROM debian:bookworm-slim\nRUN head -c 1M /dev/zero > /big\n{hide}\n"
    assert words("hidden-bytes", text, kinds=(kind,)) == [marked]
    others = tuple(other for other in HiddenKind if other is not kind)
    assert words("hidden-bytes", text, kinds=others) == []


@pytest.mark.parametrize(
    "text",
    [
        "FROM debian:bookworm-slim\nRUN head -c 1M /dev/zero > /big && rm /big\n",
        "FROM debian:bookworm-slim\nRUN head -c 1K /dev/zero > /little\nRUN rm /little\n",
        # Of another stage: nothing of it ships.
        "FROM debian:bookworm-slim AS a\nRUN head -c 1M /dev/zero > /big\nRUN rm /big\nFROM scratch\n",
        # Nothing is known of it.
        "FROM example.org/unknown:1\nRUN rm -rf /usr/share/doc\n",
        "",
    ],
)
def test_nothing_is_hidden(text: str) -> None:
    assert observe("hidden-bytes", text) == []


def test_a_stage_that_the_target_is_from_counts() -> None:
    text = """\
FROM debian:bookworm-slim AS a
RUN head -c 1M /dev/zero > /big
FROM a
RUN rm /big
"""
    assert words("hidden-bytes", text) == ["rm /big"]


def test_files_of_the_base_are_told_apart() -> None:
    text = "FROM debian:bookworm-slim\nRUN head -c 1M /dev/zero > /big\nRUN rm -rf /big /usr/share/zoneinfo\n"
    (base,) = observe("hidden-bytes", text, origin=Origin.BASE)
    (own,) = observe("hidden-bytes", text, origin=Origin.LAYERS)
    (both,) = observe("hidden-bytes", text)
    assert base.values["shippers"] == "the base image"
    assert (own.values["shippers"], own.values["ship"], own.bytes) == ("line 2", "ships", MIB)
    assert (both.values["shippers"], both.values["ship"]) == ("line 2 and the base image", "ship")
    assert both.bytes == (base.bytes or 0) + MIB


def test_removed_packages_are_the_work_of_the_command_that_removes_them() -> None:
    text = """\
FROM debian:bookworm-slim
RUN apt-get update && apt-get install -y --no-install-recommends curl
RUN apt-get purge -y curl && apt-get autoremove -y && rm -rf /var/lib/apt/lists/*
"""
    found = words("hidden-bytes", text, kinds=(HiddenKind.DELETED,))
    assert found == ["apt-get purge -y curl", "apt-get autoremove -y", "rm -rf /var/lib/apt/lists/*"]


def test_package_records_are_told_apart() -> None:
    text = """\
FROM debian:bookworm-slim
RUN apt-get update && apt-get install -y --no-install-recommends curl
RUN apt-get install -y --no-install-recommends less
"""
    records = observe("hidden-bytes", text, origin=Origin.LAYERS, files=Files.PACKAGE_RECORDS)
    assert [seen.words for seen in records] == ["apt-get install -y --no-install-recommends less"]
    assert observe("hidden-bytes", text, origin=Origin.LAYERS, files=Files.OTHER) == []


@pytest.mark.parametrize(
    ("make", "hide"),
    [
        ("head -c 1M /dev/zero > /big; frobnicate", "rm /big"),
        ("head -c 1M /dev/zero > /big", "frobnicate; rm /big"),
        ("if frobnicate; then head -c 1M /dev/zero > /big; fi", "rm -f /big"),
    ],
)
def test_it_is_less_sure_where_a_command_is_not_known(make: str, hide: str) -> None:
    text = f"FROM debian:bookworm-slim\nRUN {make}\nRUN {hide}\n"
    assert all(seen.confidence is Confidence.MEDIUM for seen in observe("hidden-bytes", text))


def test_every_hidden_byte_is_in_one_group() -> None:
    text = """\
FROM debian:bookworm-slim
RUN apt-get update && apt-get install -y curl
RUN chmod -R 700 /usr/lib && mv /usr/share/doc /doc
RUN apt-get install -y less && rm -rf /doc /var/lib/apt/lists
"""
    trace = analyse(SourceFile("Dockerfile", text), None, Settings()).trace
    assert trace.accounting is not None
    check = CHECKS["hidden-bytes"]
    found = sum(case.bytes.likely for case in check.run(trace, check.params(minimum=0)) if case.bytes)
    assert found == trace.accounting.hidden.likely > 0
