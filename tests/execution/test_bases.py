"""Stages on base images that are known by recipe."""

from __future__ import annotations

import pytest

from layerlint.analysis.forecast import forecast
from layerlint.execution import bases
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


def test_a_linux_image_is_not_taken_for_windows() -> None:
    trace = trace_of("FROM --platform=windows/amd64 golang:1.13\nRUN dir\n")
    assert trace.target is not None
    assert trace.target.base.source == "unknown"


def test_images_that_stand_on_each_other_end() -> None:
    assert bases.find("python:3.12-slim") is bases.find("python:3.12-slim")
    for reference in ("elixir:1.4", "microsoft/dotnet:2.1-sdk", "maven:3-jdk-8"):
        assert bases.find(reference) is not None
