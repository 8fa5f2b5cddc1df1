"""Stages on base images that are known by recipe."""

from __future__ import annotations

from pathlib import Path

import pytest

from layerlint.analysis.forecast import forecast
from layerlint.checks import CHECKS
from layerlint.execution import bases
from layerlint.report import Confidence
from layerlint.rootfs.advice import advise
from tests.execution.dockerfiles import faults_of, trace_of


def test_what_an_image_brings_is_not_installed_again() -> None:
    trace = trace_of("FROM python:3.12-bookworm\nRUN apt-get update && apt-get install -y git gcc\n")
    (step,) = trace.steps()
    installs = [applied for run in step.commands for applied in run.applied]
    assert [p.name for applied in installs for p in applied.installed] == []
    slim = trace_of("FROM python:3.12-slim-bookworm\nRUN apt-get update && apt-get install -y git\n")
    (step,) = slim.steps()
    assert "git" in [p.name for run in step.commands for applied in run.applied for p in applied.installed]


def test_size_of_the_base_is_the_catalogs() -> None:
    report = forecast(trace_of("FROM fedora:31\nRUN true\n"))
    assert report is not None
    assert (report.base.source, report.base.bytes.likely) == ("catalog", 197_000_000)
    assert report.image_bytes.likely == 197_000_000
    assert report.image_bytes.high is not None
    assert any("its files" in note for note in report.notes)


def test_working_directory_and_user_of_the_base() -> None:
    trace = trace_of("FROM golang:1.13-alpine\nRUN pwd > where\n")
    assert trace.target is not None
    assert trace.target.final.filesystem.lookup("/go/where") is not None
    nonroot = trace_of("FROM gcr.io/distroless/static:nonroot\nWORKDIR app\n")
    assert nonroot.target is not None
    assert (nonroot.target.final.user, nonroot.target.final.workdir) == ("65532", "/home/nonroot/app")


def test_what_the_base_adds_may_hold_any_name() -> None:
    trace = trace_of("FROM node:22-slim\nRUN rm /usr/local/lib/node_modules/npm/README.md && rm /srv/nothing\n")
    assert not any(fault for fault in faults_of(trace) if "README" in fault)


@pytest.mark.parametrize("reference", ["ubuntu:22.04", "debian:stretch-slim", "buildpack-deps:jessie-curl"])
def test_a_package_that_only_the_own_release_has_is_no_fault(reference: str) -> None:
    trace = trace_of(f"FROM {reference}\nRUN apt-get update && apt-get install -y libpng12-dev python-support\n")
    assert faults_of(trace) == []


ASSUMED = "tiangolo/uwsgi-nginx"


def test_a_base_that_is_assumed_says_so() -> None:
    report = forecast(trace_of(f"FROM {ASSUMED}\nRUN true\n"))
    assert report is not None
    (note,) = report.notes
    assert f"{ASSUMED} is taken for debian:buster with more in it" in note
    assert "not known" in note
    assert forecast(trace_of("FROM debian:bookworm\nRUN true\n")).notes == ()  # type: ignore[union-attr]


@pytest.mark.parametrize(
    "command",
    [
        "rm /srv/nothing",
        "no-such-program --version",
        "cat /app/main.py",
        "apt-get install -y no-such-package",
        "apt-get install curl",
    ],
)
def test_no_fault_is_certain_on_a_base_that_is_assumed(command: str) -> None:
    text = f"RUN apt-get update && {command}\n"
    trace = trace_of(f"FROM {ASSUMED}\n{text}")
    assert not [fault for step in trace.steps() for fault in step.faults if fault.certain]


def test_the_same_removal_fails_on_a_base_that_is_known() -> None:
    trace = trace_of("FROM debian:bookworm\nRUN rm /srv/nothing\n")
    assert [fault for step in trace.steps() for fault in step.faults if fault.certain]


def test_installs_on_a_base_that_is_assumed_are_as_wide_as_on_an_unknown_one() -> None:
    def interval(base: str) -> tuple[int, int]:
        trace = trace_of(f"FROM {base}\nRUN apt-get update && apt-get install -y vim\n")
        (step,) = trace.steps()
        sizes = [p.bytes for run in step.commands for a in run.applied for p in a.installed if p.name == "vim"]
        assert sizes[0].high is not None
        return sizes[0].low, sizes[0].high

    near, assumed = interval("debian:buster"), interval(ASSUMED)
    assert assumed[0] < near[0]
    assert assumed[1] >= near[1]


def test_nothing_is_said_of_the_life_of_a_base_that_is_assumed() -> None:
    advice = advise(trace_of(f"FROM {ASSUMED}\nRUN true\n"), "2026-01-01")
    assert advice is not None
    assert (advice.end_of_life, advice.supported, advice.candidates) == ("", None, ())
    assert not advice.base_known
    own = advise(trace_of("FROM debian:buster\nRUN true\n"), "2026-01-01")
    assert own is not None
    assert own.supported is False
    assert own.base_known


def test_python_2_comes_with_its_packages_where_python_3_is_there() -> None:
    def came(base: str, package: str) -> set[str]:
        trace = trace_of(f"FROM {base}\nRUN apt-get update && apt-get install -y {package}\n")
        return {p.name for s in trace.steps() for run in s.commands for a in run.applied for p in a.installed}

    # python-yaml, of Python 2, is in no index here: python3-yaml stands in, and python2 is what it needs.
    assert {"python3-yaml", "python2-minimal"} <= came("ubuntu:14.04", "python-yaml")
    assert "python2-minimal" not in came("ubuntu:14.04", "python3-yaml")
    # Without Python 3 the one that stands in brings the whole of it: as many bytes as Python 2.
    assert "python2-minimal" not in came("ubuntu:16.04", "python-yaml")


def test_the_triggers_of_an_image_run(tmp_path: Path) -> None:
    (tmp_path / "requirements.txt").write_text("six==1.16.0\n")
    (tmp_path / "made").write_bytes(bytes(1234))
    trace = trace_of("FROM python:3.4-onbuild\nRUN rm /usr/src/app/made\n", tmp_path)
    assert not [fault for step in trace.steps() for fault in step.faults]
    report = forecast(trace)
    assert report is not None
    assert [(layer.line, layer.instruction) for layer in report.layers] == [
        (1, "ONBUILD COPY requirements.txt /usr/src/app/"),
        (1, "ONBUILD RUN pip install --no-cache-dir -r requirements.txt"),
        (1, "ONBUILD COPY . /usr/src/app"),
        (2, "RUN rm /usr/src/app/made"),
    ]
    assert [(row.path, row.bytes.likely, row.created.line) for row in report.hidden] == [
        ("/usr/src/app/made", 1234, 1)
    ]
    assert report.layers[1].bytes.low > 30_000
    assert trace.target is not None
    assert trace.target.final.workdir == "/usr/src/app"
    plain = forecast(trace_of("FROM python:3.4\nRUN true\n"))
    assert plain is not None
    assert report.base.bytes.likely == plain.base.bytes.likely


@pytest.mark.parametrize(
    "reference", ["debian:stretch-slim", "debian:buster-slim", "ubuntu:16.10", "ubuntu:22.04", "python:2-slim"]
)
def test_a_stand_in_hides_nothing_that_the_image_has_not(reference: str) -> None:
    """On its packages that the image lacks: an install of these wrote over files that are not there."""
    text = f"FROM {reference}\nRUN apt-get update && apt-get install -y curl git libssl-dev python3\n"
    report = forecast(trace_of(text))
    assert report is not None
    paths = [row.path for row in report.hidden]
    assert "/var/lib/dpkg/status" in paths
    assert not [path for path in paths if path.startswith("/usr/")]
    assert any("stand in" in note or "taken for" in note for note in report.notes)


def test_the_databases_of_a_stand_in_are_not_exact() -> None:
    report = forecast(trace_of("FROM debian:stretch-slim\nRUN apt-get update && apt-get install -y curl\n"))
    assert report is not None
    (templates,) = (row for row in report.hidden if row.path == "/var/cache/debconf/templates.dat")
    assert templates.bytes.low < templates.bytes.likely < (templates.bytes.high or 0)


@pytest.mark.parametrize(
    ("reference", "least"),
    [("debian:bookworm-slim", None), ("ubuntu:22.04", 1_000_000), ("ruby:2.3", 100_000_000)],
)
def test_what_an_upgrade_fetches_on_a_stand_in_is_not_known(reference: str, least: int | None) -> None:
    trace = trace_of(f"FROM {reference}\nRUN apt-get update\nRUN apt-get -y upgrade\n")
    report = forecast(trace)
    assert report is not None
    size = report.layers[1].bytes
    assert size.high is not None
    assert size.low <= 200_000  # a database is written even so
    assert (size.high > least) if least else size.is_exact


def test_files_of_a_stand_in_are_not_named() -> None:
    text = "FROM {}\nRUN rm -rf /usr/share/perl5 /usr/lib/x86_64-linux-gnu\n"
    check = CHECKS["hidden-bytes"]
    (case,) = check.run(trace_of(text.format("ubuntu:22.04")), check.params())
    assert str(case.values["path"]).startswith("files of ")
    assert "as of bookworm" in str(case.values["path"])
    assert case.confidence is Confidence.MEDIUM
    (case,) = check.run(trace_of(text.format("debian:bookworm-slim")), check.params())
    assert str(case.values["path"]).startswith("/usr/lib/")
    assert case.confidence is None


def test_what_an_image_is_taken_for_is_told_of_every_stage() -> None:
    text = f"FROM {ASSUMED} AS a\nFROM scratch\nCOPY --from=a /x /x\nCOPY --from=node:8-onbuild /y /y\n"
    notes = trace_of(text).notes
    told = [note.partition(" is taken for ")[0] for note in notes if " is taken for " in note]
    assert told == [f"the base image {ASSUMED}", "the image node:8-onbuild"]


def test_triggers_are_not_inherited() -> None:
    trace = trace_of("FROM python:3.4-onbuild AS a\nFROM a\n")
    assert [len(stage.steps) for stage in trace.stages] == [3, 0]


def test_a_linux_image_is_not_taken_for_windows() -> None:
    trace = trace_of("FROM --platform=windows/amd64 golang:1.13\nRUN dir\n")
    assert trace.target is not None
    assert trace.target.base.source == "unknown"


def test_images_that_stand_on_each_other_end() -> None:
    assert bases.find("python:3.12-slim") is bases.find("python:3.12-slim")
    for reference in ("elixir:1.4", "microsoft/dotnet:2.1-sdk", "maven:3-jdk-8"):
        assert bases.find(reference) is not None
