"""What decides over a candidate, one fact at a time."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from layerlint.execution.bases import find
from layerlint.report import BaseVerdict
from layerlint.reporters import base_json, base_text
from layerlint.reporters.style import Style
from layerlint.rootfs.candidates import PLAIN, RUNTIMES, is_known
from layerlint.rootfs.facts import CONTENTS, end_of_life
from tests.rootfs.apps import advice_of, of_reference


def _said(dockerfile: str, reference: str) -> tuple[BaseVerdict, str]:
    record = of_reference(advice_of(dockerfile), reference)
    return record.verdict, "; ".join(reason.text for reason in record.reasons)


def test_without_a_context_what_copy_brings_is_not_known() -> None:
    verdict, reasons = _said(
        'FROM python:3.12\nCOPY . /app\nCMD ["python", "/app/a.py"]\n', "python:3.12-slim"
    )
    assert verdict is BaseVerdict.UNKNOWN
    assert "there is no build context" in reasons


def test_a_shell_form_needs_a_shell() -> None:
    verdict, reasons = _said("FROM debian:bookworm\nCMD echo a\n", "gcr.io/distroless/base-debian13")
    assert verdict is BaseVerdict.FAILS
    assert "has no sh" in reasons


def test_a_package_manager_is_part_of_what_run_needs() -> None:
    dockerfile = (
        'FROM debian:bookworm\nRUN apt-get update && apt-get install -y curl\nCMD ["curl", "--version"]\n'
    )
    assert _said(dockerfile, "busybox:glibc")[0] is BaseVerdict.FAILS
    assert _said(dockerfile, "debian:bookworm-slim")[0] is BaseVerdict.MEETS


@pytest.mark.parametrize(("name", "verdict"), [("nobody", BaseVerdict.MEETS), ("games", BaseVerdict.FAILS)])
def test_a_user_by_name_must_be_there(name: str, verdict: BaseVerdict) -> None:
    dockerfile = f'FROM debian:bookworm\nUSER {name}\nCMD ["cat", "/etc/hostname"]\n'
    assert _said(dockerfile, "busybox:glibc")[0] is verdict


def test_a_user_that_nobody_has_is_missing_today() -> None:
    found = advice_of('FROM debian:bookworm\nUSER someone\nCMD ["cat", "/etc/hostname"]\n')
    assert [need.name for need in found.needs if need.today == "missing"] == ["someone"]


def test_a_file_that_starts_nothing_is_for_something_else() -> None:
    verdict, reasons = _said("FROM python:3.12\nRUN pip install flask\n", "python:3.12-slim")
    assert verdict is BaseVerdict.UNKNOWN
    assert "starts no program of its own" in reasons


def test_a_program_that_only_the_full_image_has_is_a_package_more() -> None:
    dockerfile = 'FROM python:3.12\nRUN pip install flask\nCMD ["git", "daemon"]\n'
    record = of_reference(advice_of(dockerfile), "python:3.12-slim")
    assert (record.verdict, record.packages) == (BaseVerdict.WITH_PACKAGES, ("git",))
    assert "apt-get install -y --no-install-recommends git" in record.diff


def test_an_entry_point_of_the_candidate_gets_in_the_way_of_cmd(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("print(1)\n")
    dockerfile = 'FROM python:3.13\nCOPY a.py /a.py\nCMD ["python3", "/a.py"]\n'
    record = of_reference(advice_of(dockerfile, tmp_path), "gcr.io/distroless/python3-debian13")
    assert record.verdict is BaseVerdict.FAILS


def test_support_is_judged_by_the_date_that_is_given_alone() -> None:
    dockerfile = 'FROM debian:buster\nCMD ["date"]\n'
    assert advice_of(dockerfile).supported is None
    assert advice_of(dockerfile, date="2021-01-01").supported is True
    late = advice_of(dockerfile, date="2026-11-24")
    assert late.supported is False
    assert any(each.what == "supported release" for each in late.candidates)


def test_the_same_answer_every_time() -> None:
    dockerfile = 'FROM python:3.12\nRUN pip install flask\nCMD ["flask", "run"]\n'
    assert advice_of(dockerfile) == advice_of(dockerfile)


def _missing(dockerfile: str) -> list[str]:
    return [need.name for need in advice_of(dockerfile).needs if need.today == "missing"]


@pytest.mark.parametrize(
    ("run", "missing"),
    [
        ("lsb_release -cs", ["lsb_release"]),
        ("apt-get update && apt-get install -y git && git --version", []),
        ("apt-get update && apt-get install -y git && curl --version", ["curl"]),
        ("if command -v a2enmod; then a2enmod rewrite; fi", []),
        ("apt-get update && apt-get install -y apache2 && a2enmod rewrite", []),
        ("curl -s https://get.docker.io/ubuntu/ | sh", ["curl"]),
        ("some-installer; lsb_release -cs", ["some-installer"]),
        ("./configure", []),
    ],
)
def test_what_is_missing_today_is_certain(run: str, missing: list[str]) -> None:
    assert _missing(f'FROM debian:bookworm-slim\nRUN {run}\nCMD ["date"]\n') == missing


def test_what_an_earlier_step_may_have_brought_is_not_missing() -> None:
    dockerfile = "FROM debian:bookworm-slim\nRUN some-installer\nRUN lsb_release -cs\n"
    assert _missing(dockerfile) == ["some-installer"]


def test_yum_is_the_manager_of_an_older_release() -> None:
    assert _missing("FROM centos:7\nRUN yum install -y make\n") == []


def test_a_manager_that_is_not_there_is_said_in_plain_words() -> None:
    dockerfile = 'FROM debian:bookworm\nRUN apt-get update && apt-get install -y curl\nCMD ["curl"]\n'
    verdict, reasons = _said(dockerfile, "busybox:glibc")
    assert verdict is BaseVerdict.FAILS
    assert "apt is not in busybox:glibc: it has no package manager" in reasons


def test_a_jar_that_nobody_has_read_may_call_the_compiler() -> None:
    dockerfile = (
        "FROM maven:3.9-eclipse-temurin-21 AS app\nRUN mvn package\nFROM openjdk:8-jdk-slim\n"
        'COPY --from=app /target/app.jar /\nCMD ["java", "-jar", "/app.jar"]\n'
    )
    verdict, reasons = _said(dockerfile, "openjdk:8-jre-slim")
    assert verdict is BaseVerdict.UNKNOWN
    assert "not known" in reasons


def test_a_slim_tag_is_proposed_where_there_was_one() -> None:
    dockerfile = 'FROM debian:{}\nCMD ["date"]\n'
    assert all(each.reference != "debian:7.8-slim" for each in advice_of(dockerfile.format("7.8")).candidates)
    assert any(each.reference == "debian:12-slim" for each in advice_of(dockerfile.format("12")).candidates)


def test_an_image_that_is_named_by_its_machine_keeps_it() -> None:
    names = {each.reference for each in advice_of('FROM arm32v7/debian:bookworm\nCMD ["date"]\n').candidates}
    assert {"arm32v7/debian:bookworm-slim", "arm32v7/alpine:3.22"} <= names
    assert not names & {"debian:bookworm-slim", "alpine:3.22"}


def test_what_is_free_of_charge_moves_on() -> None:
    record = of_reference(advice_of('FROM debian:bookworm\nCMD ["date"]\n'), "cgr.dev/chainguard/wolfi-base")
    assert record.verdict is BaseVerdict.MEETS
    assert any("tag latest only" in risk for risk in record.risks)


def test_of_java_distroless_has_no_openssl() -> None:
    assert not {"libssl.so.3", "libgomp.so.1"} & CONTENTS["gcr.io/distroless/java21-debian13"].libraries
    assert {"libssl.so.3", "libgomp.so.1"} <= CONTENTS["gcr.io/distroless/python3-debian13"].libraries


@pytest.mark.parametrize(
    ("name", "end"),
    [
        ("static-debian12", "2026-09-01"),
        ("java21-debian12", "2026-01-31"),
        ("python3-debian12", "2026-05-11"),
        ("base-debian13", ""),
    ],
)
def test_when_distroless_ends(name: str, end: str) -> None:
    reference = f"gcr.io/distroless/{name}"
    assert end_of_life(reference, find(reference)) == end


def test_all_that_is_proposed_is_known() -> None:
    assert all(is_known(name) and (name == "scratch" or name.split(":")[0] in CONTENTS) for name in PLAIN)
    assert all(is_known(name) and name in CONTENTS for name in RUNTIMES.values())
    for (family, version), name in RUNTIMES.items():
        assert dict(CONTENTS[name].versions)[family] == version


PIP = 'FROM python:3.12\nRUN pip install flask\nCMD ["flask", "--version"]\n'


def test_glibc_stands_before_musl_for_what_pip_installs() -> None:
    found = [each.reference for each in advice_of(PIP).candidates if each.verdict is BaseVerdict.MEETS]
    assert found.index("python:3.12-slim") < found.index("python:3.12-alpine")


def test_every_format_has_one_order() -> None:
    found = advice_of(PIP)
    order = [each.reference for each in found.candidates]
    written = json.loads(base_json.advice([found], Style()))
    assert [each["reference"] for each in written["candidates"]] == order
    for shown in (base_text.text([found], Style(width=200)), base_text.markdown([found], Style())):
        table = shown.split("\n--- ", 1)[0]
        places = [table.index(reference) for reference in order]
        assert places == sorted(places)
