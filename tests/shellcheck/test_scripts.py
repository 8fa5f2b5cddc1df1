"""What ShellCheck is given of a Dockerfile: the interpreter, the variables, the text."""

from __future__ import annotations

import pytest

from layerlint.linter import Settings, analyse
from layerlint.shellcheck.interpreters import interpreter
from layerlint.shellcheck.scripts import ShellScript, shell_scripts
from layerlint.source import SourceFile

UNKNOWN = "FROM example.org/unknown:1\n"


def scripts(text: str, *, use_base: bool = True) -> list[ShellScript]:
    trace = analyse(SourceFile("Dockerfile", text), None, Settings()).trace
    return list(shell_scripts(trace, use_base=use_base))


def variables(script: ShellScript) -> set[str]:
    """Those of the head, less the proxies, which are always there."""
    lines = script.head.splitlines()[1:]
    assert all(line.startswith("export ") and line.endswith("=1") for line in lines)
    names = {line.removeprefix("export ").removesuffix("=1") for line in lines}
    return {name for name in names if not name.lower().endswith("_proxy")}


@pytest.mark.parametrize(
    ("shell", "expected"),
    [
        (["/bin/sh", "-c"], "/bin/sh"),
        (["/usr/local/bin/bash", "-o", "pipefail", "-c"], "/bin/bash"),
        (["/bin/bash -c"], "/bin/bash"),
        (["/usr/bin/env", "bash", "-c"], "/bin/bash"),
        (["conda", "run", "-n", "base", "/bin/bash", "-c"], "/bin/bash"),
        (["ash", "-c"], "/bin/ash"),
        (["/busybox/busybox", "sh", "-c"], "/bin/busybox sh"),
        (["mksh", "-c"], "/bin/ksh"),
        (["C:\\Program Files\\Git\\bin\\Bash.exe", "-c"], "/bin/bash"),
        (["powershell", "-Command", "bash"], None),
        (["C:/Windows/PowerShell.EXE", "-c"], None),
        (["pwsh"], None),
        (["cmd", "/S", "/C"], None),
        (["/bin/zsh", "-c"], None),
        (["/usr/bin/python3", "-c"], None),
        (["$SHELL", "-c"], None),
        ([], None),
    ],
)
def test_interpreter(shell: list[str], expected: str | None) -> None:
    assert interpreter(shell) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (UNKNOWN + "RUN a", ["#!/bin/sh"]),
        ("RUN a", ["#!/bin/sh"]),
        (UNKNOWN + 'RUN a\nSHELL ["/bin/bash", "-c"]\nENV a=1\nRUN b', ["#!/bin/sh", "#!/bin/bash"]),
        (UNKNOWN + 'SHELL ["/bin/bash", "-euxo", "pipefail", "-c"]\nRUN a', ["#!/bin/bash -e"]),
        (UNKNOWN + 'SHELL ["/bin/bash", "-o", "errexit", "-c"]\nRUN a', ["#!/bin/bash -e"]),
        # A stage has the shell of the one that it is FROM, and no other's.
        (
            'FROM x AS a\nSHELL ["/bin/ksh", "-c"]\nFROM a\nRUN b\nFROM x\nRUN c',
            ["#!/bin/ksh", "#!/bin/sh"],
        ),
        # Debian's sh is dash, Alpine's BusyBox, Fedora's bash: what is no POSIX works there, or not.
        ("FROM debian:bookworm\nRUN a", ["#!/bin/dash"]),
        ("FROM alpine:3.19\nRUN a", ["#!/bin/busybox sh"]),
        ("FROM fedora:38\nRUN a", ["#!/bin/bash"]),
        ("FROM debian:bookworm\nRUN ln -sf bash /bin/sh\nRUN a", ["#!/bin/dash", "#!/bin/bash"]),
        # Windows has no shell that can be read.
        ("FROM mcr.microsoft.com/windows/servercore:1809\nRUN a", []),
        (UNKNOWN + 'SHELL ["powershell", "-Command"]\nENV a=1\nRUN $x = 1', []),
        # The exec form is no script.
        (UNKNOWN + 'RUN ["sh", "-c", "echo $x"]\nCMD echo $x\nHEALTHCHECK CMD echo $x', []),
        (UNKNOWN + "RUN", []),
        # hadolint's comment: from there on; before the first FROM for all stages.
        (UNKNOWN + "RUN a\n# hadolint shell=bash\nRUN b\nFROM x\nRUN c", ["#!/bin/sh", "#!/bin/bash", "#!/bin/sh"]),
        (f"# hadolint shell=bash\n{UNKNOWN}RUN b\nFROM debian:bookworm\nRUN c", ["#!/bin/bash", "#!/bin/bash"]),
        (f'# hadolint shell = bash\n{UNKNOWN}SHELL ["/bin/dash", "-c"]\nRUN c', ["#!/bin/dash"]),
        (f"# hadolint shell=powershell\n{UNKNOWN}RUN b", []),
        # A here-document names its own.
        (UNKNOWN + "RUN <<EOF\n#!/usr/bin/env -S bash -e\nls\nEOF", ["#!/bin/bash -e"]),
        (UNKNOWN + "RUN <<EOF\n#!/usr/bin/env python3\nimport os\nEOF", []),
        (UNKNOWN + "RUN <<EOF\nls\nEOF", ["#!/bin/sh"]),
    ],
)  # fmt: skip
def test_first_line(text: str, expected: list[str]) -> None:
    assert [script.head.splitlines()[0] for script in scripts(text)] == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (UNKNOWN + "ENV a=1 b=2\nENV c d\nARG e\nARG f=1 g\nRUN x", [{"a", "b", "c", "e", "f", "g"}]),
        (UNKNOWN + "RUN x\nENV a=1", [set()]),
        ("ARG a=1\n" + UNKNOWN + "RUN x\nARG a\nRUN y", [set(), {"a"}]),
        ("FROM x AS a\nENV b=1\nARG c\nFROM a\nRUN x\nFROM y\nRUN z", [{"b", "c"}, set()]),
        ("ENV a=1\nRUN x", [{"a"}]),
        # What a trigger sets is for the triggers behind it.
        (UNKNOWN + "ENV a=1\nONBUILD ENV b=1\nONBUILD RUN x\nRUN y", [{"a", "b"}, {"a"}]),
        (UNKNOWN + "ENV $a=1 b-c=2 d=3\nRUN x", [{"d"}]),
    ],
)
def test_variables(text: str, expected: list[set[str]]) -> None:
    assert [variables(script) for script in scripts(text)] == expected


def test_the_variables_of_a_base_image_are_known() -> None:
    text = "FROM python:3.12-slim\nRUN a\n"
    assert {"PATH", "PYTHON_VERSION"} <= variables(scripts(text)[0])
    assert variables(scripts(text, use_base=False)[0]) == set()


def test_the_base_is_looked_at_only_when_asked() -> None:
    (script,) = scripts("FROM fedora:38\nRUN a", use_base=False)
    assert script.head.splitlines()[0] == "#!/bin/sh"


def test_an_interpreter_line_in_the_text_is_a_comment() -> None:
    (script,) = scripts(UNKNOWN + "RUN <<EOF\n#!/bin/bash\nls\nEOF\n")
    assert script.body == "##/bin/bash\nls\n"
