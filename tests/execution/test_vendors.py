"""Packages of vendors' sources, older releases than the stand-in's, secrets and repositories that ADD fetches."""

from __future__ import annotations

from pathlib import Path

import pytest

from layerlint.analysis.forecast import forecast
from layerlint.catalog.packages import near_index
from layerlint.execution.bases import find
from layerlint.execution.trace import Trace
from layerlint.linter import Settings, analyse
from layerlint.report import LayerRecord
from layerlint.source import SourceFile

SETUP = "apt-get update && apt-get install -y curl && curl -fsSL https://deb.nodesource.com/setup_{}.x | bash -"
LIST = 'echo "deb [signed-by=/k] https://deb.nodesource.com/node_{}.x nodistro main" > /etc/apt/sources.list.d/{}.list'
MB = 1_000_000


def traced(text: str, context: Path | None = None) -> Trace:
    return analyse(SourceFile("Dockerfile", text), context, Settings()).trace


def last(text: str, context: Path | None = None) -> LayerRecord:
    report = forecast(traced(text, context), changes=True)
    assert report is not None
    return report.layers[-1]


def packages(text: str) -> set[str]:
    return {
        package.name
        for step in traced(text).steps()
        for command in step.commands
        for applied in command.applied
        for package in applied.installed
    }


@pytest.mark.parametrize("setup", [SETUP.format(20), f"apt-get update && {LIST.format(20, 'any')}"])
def test_node_comes_from_the_source_that_was_set_up(setup: str) -> None:
    head = f"FROM debian:bookworm-slim\nRUN {setup} && apt-get update\nRUN "
    found = last(f"{head}apt-get install -y nodejs\n")
    assert found.complete
    assert "/usr/<nodejs>" in {change.path for change in found.changes}
    assert found.bytes.low > 100 * MB
    names = packages(f"{head}apt-get install -y nodejs\n")
    assert "libnode108" not in names
    assert "python3-minimal" in names
    gone = last(f"{head}apt-get install -y nodejs && apt-get purge -y nodejs\n")
    assert gone.bytes.likely < 60 * MB


def test_without_such_a_source_node_is_the_distributions() -> None:
    text = "FROM debian:bookworm-slim\nRUN apt-get update && {} apt-get install -y nodejs\n"
    assert "libnode108" in packages(text.format(""))
    assert "libnode108" in packages(text.format("echo x > /etc/apt/sources.list.d/x.list &&"))
    assert "libnode108" in packages(text.format(LIST.format("twenty", "n") + " &&"))
    ignored = LIST.format(20, "n").removesuffix(".list") + ".save &&"  # apt reads .list and .sources
    assert "libnode108" in packages(text.format(ignored))


def test_yarn_brings_the_node_of_its_source() -> None:
    yarn = 'echo "deb https://dl.yarnpkg.com/debian/ stable main" > /etc/apt/sources.list.d/yarn.list'
    text = f"FROM debian:bookworm-slim\nRUN apt-get update && {yarn} && {{}}apt-get update && apt-get install -y yarn\n"
    assert "libnode108" in packages(text.format(""))
    assert "cmdtest" not in packages(text.format(""))
    assert "libnode108" not in packages(text.format(f"{LIST.format(18, 'node')} && "))


def test_what_an_older_release_does_not_need() -> None:
    old, later = near_index("bullseye", "trusty"), near_index("bullseye", "stretch")
    assert old is not None
    assert later is not None
    for index, needed in ((old, False), (later, True)):
        package = index.get("libxml2")
        assert package is not None
        assert any(relation.name == "libicu67" for group in package.depends for relation in group) is needed
    # Asked for by name, it comes.
    assert "systemd" in packages("FROM ubuntu:14.04\nRUN apt-get update && apt-get install -y systemd\n")


@pytest.mark.parametrize(
    ("reference", "release", "ends"),
    [("alpine:3.3", "3.3", "2017-11-01"), ("alpine:3.11.3", "3.11", "2021-11-01"), ("alpine:3.20", "3.20", None)],
)
def test_an_alpine_is_of_its_own_release(reference: str, release: str, ends: str | None) -> None:
    image = find(reference)
    assert image is not None
    assert (image.release, image.end_of_life) == (release, ends)
    assert image.files_known


def test_the_further_a_release_the_wider_the_interval() -> None:
    near, far = (last(f"FROM alpine:{release}\nRUN apk add --no-cache git\n").bytes for release in ("3.13", "3.4"))
    assert near.high is not None
    assert far.high is not None
    assert far.high / far.likely > near.high / near.likely > 1.1


@pytest.mark.parametrize(
    ("mount", "path"),
    [("id=k", "/run/secrets/k"), ("source=/home/k", "/run/secrets/k"), ("id=k,target=/etc/k", "/etc/k")],
)
def test_a_secret_may_be_given(mount: str, path: str) -> None:
    run = f"FROM debian:bookworm-slim\nRUN --mount=type=secret,{mount}{{}} cat {path} > /dev/null\n"
    for required in ("", ",required", ",required=true"):
        trace = traced(run.format(required))
        assert [fault for step in trace.steps() for fault in step.faults] == []
        assert forecast(trace).layers[-1].bytes.high == 0  # type: ignore[union-attr]


def test_a_secret_of_the_environment_is_no_file() -> None:
    trace = traced("FROM debian:bookworm-slim\nRUN --mount=type=secret,id=k,env=K cat /run/secrets/k\n")
    assert [fault.certain for step in trace.steps() for fault in step.faults] == [True]


@pytest.mark.parametrize(
    "source", ["https://example.org/a/b.git#v1:docs", "git@example.org:a/b.git", "ssh://git@example.org/a/b"]
)
def test_add_of_a_repository_is_a_tree(source: str) -> None:
    text = f"FROM debian:bookworm-slim\nADD {source} /b\n"
    found = last(text)
    assert not found.complete
    assert {change.kind for change in found.changes if change.path == "/b"} == {"directory"}
    assert found.entries.high is None
    trace = traced(f"{text}RUN cp /b/README.md /x\n")
    assert [fault for step in trace.steps() for fault in step.faults] == []


def test_a_file_of_that_name_is_a_file(tmp_path: Path) -> None:
    (tmp_path / "b.git").write_text("x")
    found = last("FROM debian:bookworm-slim\nADD b.git /opt/\n", tmp_path)
    assert [change.bytes.likely for change in found.changes if change.path == "/opt/b.git"] == [1]


def test_yarn_adds_a_package_where_npm_has_installed(tmp_path: Path) -> None:
    (tmp_path / "package.json").write_text('{"dependencies": {"express": "^4"}}')
    text = "FROM node:20-slim\nWORKDIR /n\nCOPY package.json .\nRUN npm install\nRUN yarn add lodash\n"
    found = last(text, tmp_path)
    assert "/n/node_modules/<lodash>" in {change.path for change in found.changes}
    assert found.bytes.low > MB


def test_a_package_has_more_entries_than_files() -> None:
    entries = last("FROM debian:bookworm-slim\nRUN apt-get update && apt-get install -y git\n").entries
    assert entries.low < entries.likely < (entries.high or 0)
