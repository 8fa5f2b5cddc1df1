"""Checks over options, variables and lines of configuration files: where a setting is, and where it is not."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.checks.observe import observe, words

DEBIAN = "FROM debian:bookworm-slim\n"
GET: dict[str, Any] = {
    "commands": ("get", "put on"),
    "options": ("-k", "--loose", "--mode=low", "check off", "a*.check=off"),
    "values": ("-o", "--output"),
}


@pytest.mark.parametrize(
    ("run", "seen"),
    [
        ("get -k x", ["-k"]),
        ("get -ska x", ["-ska"]),
        ("get -sok x", []),
        ("get -so -k x", []),
        ("get -ks -o k x", ["-ks"]),
        ("get --output -k x", []),
        ("get --output=x -k", ["-k"]),
        ("get -- -k", []),
        ("get -K x", []),
        ("get --loose x", ["--loose"]),
        ("get --loose=yes x", ["--loose=yes"]),
        ("get --looser x", []),
        ("get --mode=LOW x", ["--mode=LOW"]),
        ("get --mode=lower x", []),
        ("get set Check OFF", ["Check OFF"]),
        ("get set check on off", []),
        ("get -c a.b.Check=Off", ["a.b.Check=Off"]),
        ("put -k on", ["-k"]),
        ("put -k off", []),
        ("sudo get -k x", ["-k"]),
        ("/usr/bin/get -k x", ["-k"]),
        ("sh -c 'get -k x'", ["-k"]),
        ("echo get -k", []),
        ('FLAG=-k && get "$FLAG" x', ['"$FLAG"']),
        ("get $UNKNOWN x", []),
        ("false && get -k x", ["-k"]),
    ],
)
def test_option_used(run: str, seen: list[str]) -> None:
    assert words("option-used", f"{DEBIAN}RUN {run}\n", **GET) == seen


def test_an_option_that_takes_the_harm_away() -> None:
    text = f"{DEBIAN}RUN get -k --sum=1 x && get -k y\n"
    assert words("option-used", text, unless=("--sum",), **GET) == ["-k"]
    assert len(words("option-used", text, **GET)) == 2


SET: dict[str, Any] = {"variables": ("A=0", "B=?*", "!B=no")}


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("ENV A=0", ["A=0"]),
        ("ENV A 0", ["A 0"]),
        ('ENV X=1 A="0"', ['A="0"']),
        ("ENV A=00", []),
        ("ENV V=0 \nENV A=$V", ["A=$V"]),
        ("ENV A=$UNKNOWN", []),
        ("ARG A=0", ["A=0"]),
        ("ARG A", []),
        ("ENV B=x", ["B=x"]),
        ("ENV B=No", []),
        ("ENV B=", []),
        ("RUN A=0 get", ["A=0"]),
        ("RUN A=0; get", ["A=0"]),
        ("RUN export X A=0 && get", ["A=0"]),
        ("RUN env A=0 get", ["A=0"]),
        ("RUN get A=0", []),
        ("RUN if x; then (A=0 get); fi", ["A=0"]),
        ("RUN A=$B get", []),
        ("ONBUILD ENV A=0", []),
    ],
)
def test_variable_set(text: str, seen: list[str]) -> None:
    assert words("variable-set", f"{DEBIAN}{text}\n", **SET) == seen


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        (f"{DEBIAN}ENV A=0", ["A=0"]),
        (f"{DEBIAN}ENV A=0\nENV A=1", []),
        (f"{DEBIAN}ENV A=0\nENV A=0", ["A=0"]),
        (f"{DEBIAN}ARG A=0\nRUN A=0 get", []),
        (f"{DEBIAN[:-1]} AS one\nENV A=0\nFROM one", ["A=0"]),
        (f"{DEBIAN[:-1]} AS one\nENV A=0\n{DEBIAN}COPY --from=one /a /a", []),
    ],
)
def test_a_variable_that_is_kept_in_the_image(text: str, seen: list[str]) -> None:
    assert words("variable-set", text + "\n", kept=True, **SET) == seen


def test_a_trigger_is_told_where_it_runs() -> None:
    text = f"{DEBIAN[:-1]} AS one\nONBUILD ENV A=0\nFROM one\n"
    assert words("variable-set", text, **SET) == ["one"]


LINES: dict[str, Any] = {"files": ("/etc/a.d", "~/.arc"), "lines": ("check=0", "loose yes*")}


@pytest.mark.parametrize(
    ("run", "seen"),
    [
        ("mkdir /etc/a.d && echo check=0 > /etc/a.d/x", ["check=0"]),
        ("mkdir /etc/a.d && echo 'Check =  0' > /etc/a.d/x", ["Check=0"]),
        ("mkdir /etc/a.d && echo '# check=0' > /etc/a.d/x", []),
        ("mkdir /etc/a.d && printf 'a\\nLOOSE  yes;\\n' > /etc/a.d/x", ["LOOSE yes;"]),
        ("echo check=0 > /root/.arc", ["check=0"]),
        ("echo check=0 > /srv/.arc", []),
        ("echo check=$UNKNOWN > /root/.arc", []),
        ("echo check=0 > /root/.arc && rm /root/.arc", []),
        ("echo check=0 > /root/.arc && sed -i s/0/1/ /root/.arc", []),
    ],
)
def test_file_setting(run: str, seen: list[str]) -> None:
    assert [case.values["line"] for case in observe("file-setting", f"{DEBIAN}RUN {run}\n", **LINES)] == seen


@pytest.mark.parametrize(
    ("run", "seen"),
    [
        ("echo check=0 >> /etc/a.d/x", 1),
        ("echo 'a\\ncheck=0' >> ~/.arc", 1),
        ("echo 'a\\n\\tcheck=0' >> ~/.arc", 1),
        ("echo check=1 >> /etc/a.d/x", 0),
        ("echo check=0 >> /srv/x", 0),
        ("echo check=0", 0),
        ("echo check=0 > /etc/a.d/x && rm /etc/a.d/x", 0),
    ],
)
def test_a_line_behind_what_is_not_known(run: str, seen: int) -> None:
    text = f"FROM example.org/unknown:1\nRUN fetch > /etc/a.d/x && fetch > /root/.arc\nRUN {run}\n"
    found = observe("file-setting", text, **LINES)
    assert len(found) == seen
    assert all(case.values["line"] == "check=0" for case in found)


def test_a_line_of_a_copied_file(tmp_path: Path) -> None:
    (tmp_path / "arc").write_text("a = b\r\ncheck = 0\r\n", encoding="utf-8")
    text = f"{DEBIAN}COPY arc /root/.arc\nRUN chmod 600 /root/.arc\n"
    assert words("file-setting", text, tmp_path, **LINES) == ["COPY"]


def test_a_heredoc_is_a_file_too() -> None:
    text = f"{DEBIAN}COPY <<END /root/.arc\ncheck=0\nEND\n"
    assert len(words("file-setting", text, **LINES)) == 1


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("RUN get add x", 1),
        ("RUN get add -q x", 1),
        ("RUN get add -y x", 0),
        ("RUN echo add: -y > /etc/getrc\nRUN get add x", 0),
        ("RUN echo add: > /etc/getrc\nRUN get add x", 1),
        ("RUN fetch > /etc/getrc\nRUN get add x", 0),
    ],
)
def test_an_option_of_a_configuration_file(text: str, seen: int) -> None:
    params: dict[str, Any] = {"commands": ("get add",), "options": ("-y",), "settings": ("/etc/getrc",)}
    assert len(observe("missing-option", f"{DEBIAN}{text}\n", **params)) == seen


def test_an_option_that_only_some_need() -> None:
    text = f"{DEBIAN}RUN get -s x && get y && get -sS z\n"
    assert words("missing-option", text, commands=("get",), options=("-S",), given=("-s",)) == ["get -s x"]
