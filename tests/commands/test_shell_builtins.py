"""echo, set, export, cd, umask … : the shell's own commands."""

from __future__ import annotations

import shutil
import subprocess

import pytest

from layerlint.commands._streams import data_of, of_text
from layerlint.domain.text import Text
from tests.commands.invoke import invoke, show, stream, symlink, system

TREE = system({"/w/d/sub": None, "/w/f": b"x", "/w/l": symlink("d"), "/root": None, "/tmp": None})

ECHO = r"""
echo hello world
echo
echo -n hello
echo -e 'a\nb'
echo 'a\nb'
echo -ne 'a\tb'
echo -E 'a\nb'
echo -nE x
echo -x y
echo a -n
echo 'a\\b' 'c\0101' 'd\x41'
echo 'stop\c here'
echo -e 'stop\c here'
echo ''
echo -
echo --
echo -e
echo -n
echo '\e'
echo -e '\e[0m\0033'
"""


@pytest.mark.parametrize("line", ECHO.strip().splitlines())
@pytest.mark.parametrize("shell", ["dash", "bash"])
def test_echo_is_within_what_both_shells_print(line: str, shell: str) -> None:
    if shutil.which(shell) is None:
        pytest.skip(f"{shell} is not installed")
    real = subprocess.run([shell, "-c", line], capture_output=True, check=True).stdout
    environment = {"BASH_VERSION": "5.2"} if shell == "bash" else {}
    result = invoke(line, environment=environment).stdout
    assert result.size.low <= len(real) <= (result.size.high or 0)
    data = data_of(result)
    assert data in (None, real)
    if shell == "bash":
        assert data is not None


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("set -eux", ["SetOption errexit on", "SetOption nounset on", "SetOption xtrace on"]),
        ("set -o pipefail", ["SetOption pipefail on"]),
        (
            "set -euxo pipefail",
            ["SetOption errexit on", "SetOption nounset on", "SetOption xtrace on", "SetOption pipefail on"],
        ),
        ("set +e", ["SetOption errexit no-on"]),
        ("set -- a b", ["SetArguments (a b)"]),
        ("set --", ["SetArguments ()"]),
        ("set a b", ["SetArguments (a b)"]),
        ("set -e -- a", ["SetOption errexit on", "SetArguments (a)"]),
        ("set -Z", ["status NO"]),
        ("set ?", ["Unmodelled set: its options are not known"]),
        ("shift", ["SetArguments None"]),
        ("export A=b", ["SetVariable A b exported"]),
        ("export A=b C", ["SetVariable A b exported"]),
        ("export KNOWN", ["SetVariable KNOWN v exported"]),
        ("export -n KNOWN", ["SetVariable KNOWN v no-exported"]),
        ("export KNOWN+=w", ["SetVariable KNOWN vw exported"]),
        ("export 1A=b", ["status NO"]),
        ("export ?", ["Unmodelled export: which variable it sets is not known"]),
        ("local x=1", ["SetVariable x 1"]),
        ("declare -i x=1+1", ["SetVariable x UNKNOWN"]),
        ("readonly x=1", ["SetVariable x 1"]),
        ("unset A B", ["SetVariable A None", "SetVariable B None"]),
        ("unset -f f", []),
        ("umask 077", ["SetUmask 63"]),
        ("umask u=rwx,g=rx,o=", ["SetUmask 23"]),
        ("umask", ["stdout '0022\\n'"]),
        ("exit 0", ["Exit Truth.YES"]),
        ("exit 3", ["Exit Truth.NO", "status NO"]),
        ("exit", ["Exit Truth.MAYBE", "status MAYBE"]),
        ("cd d", ["ChangeDirectory /w/d", "SetVariable OLDPWD /w", "SetVariable PWD /w/d"]),
        ("cd", ["ChangeDirectory /root", "SetVariable OLDPWD /w", "SetVariable PWD /root"]),
        (
            "cd -",
            ["ChangeDirectory /tmp", "SetVariable OLDPWD /w", "SetVariable PWD /tmp", "stdout '/tmp\\n'"],
        ),
        ("cd d/sub/../..", ["ChangeDirectory /w", "SetVariable OLDPWD /w", "SetVariable PWD /w"]),
        ("cd -P l", ["ChangeDirectory /w/d", "SetVariable OLDPWD /w", "SetVariable PWD /w/d"]),
        ("cd l", ["ChangeDirectory /w/l", "SetVariable OLDPWD /w", "SetVariable PWD /w/l"]),
        ("cd f", ["status NO"]),
        ("cd missing", ["status NO"]),
        ("cd ?", ["ChangeDirectory None", "SetVariable OLDPWD /w", "SetVariable PWD UNKNOWN"]),
        ("pwd", ["stdout '/w\\n'"]),
        (
            "pushd d",
            [
                "ChangeDirectory /w/d",
                "SetVariable OLDPWD /w",
                "SetVariable PWD /w/d",
                "SetVariable DIRSTACK /w",
            ],
        ),
        ("popd", ["status NO"]),
    ],
)
def test_state(line: str, expected: list[str]) -> None:
    environment: dict[str, Text] = {"KNOWN": "v", "HOME": "/root", "OLDPWD": "/tmp"}
    assert show(invoke(line, TREE, environment=environment)) == expected


def test_popd_returns_to_where_pushd_came_from() -> None:
    outcome = invoke("popd", TREE, cwd="/w/d", environment={"DIRSTACK": "/w\n/tmp"})
    assert show(outcome)[0] == "ChangeDirectory /w"
    assert show(outcome)[-1] == "SetVariable DIRSTACK /tmp"


def test_words_that_are_not_known_are_bounded() -> None:
    assert stream(invoke("echo a ? b").stdout) == "0..21..131077"
    assert stream(invoke("printf '%s-%s' ab ?").stdout) == "3..19..131075"


def test_read_takes_the_first_line() -> None:
    assert show(invoke("read line", stdin=of_text("one two\nthree\n"))) == ["SetVariable line one two"]
    assert show(invoke("read a b", stdin=of_text("one two\n"))) == [
        "SetVariable a UNKNOWN",
        "SetVariable b UNKNOWN",
    ]
    assert show(invoke("read line")) == ["SetVariable line ", "status NO"]
