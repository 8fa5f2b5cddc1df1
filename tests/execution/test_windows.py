"""Images of Windows: their text is read, and what their steps do is marked as not modelled."""

from __future__ import annotations

import pytest

from layerlint.dockerfile.instructions import Run
from layerlint.dockerfile.references import is_windows_image
from tests.execution.dockerfiles import trace_of

POWERSHELL = r"""# escape=`
FROM mcr.microsoft.com/windows/servercore:ltsc2022
SHELL ["powershell", "-Command", "$ErrorActionPreference = 'Stop';"]
RUN $x = 'it''s'; `
# a comment
    Remove-Item C:\x -Force; `
    if ($x -ne '1') { mkdir C:\y }
ENV JAVA_HOME=C:\openjdk-8
WORKDIR C:\app
COPY a.txt C:\app\
RUN ["powershell", "-Command", "exit 1"]
SHELL ["C:\\Windows\\System32\\cmd.exe", "/S", "/C"]
RUN del C:\x && mkdir C:\y
CMD ["app.exe"]
"""


def test_steps_of_powershell_and_cmd_are_not_modelled() -> None:
    trace = trace_of(POWERSHELL)
    assert trace.target is not None
    reasons = [
        [gap.reason for gap in step.not_understood]
        for step in trace.steps()
        if isinstance(step.instruction, Run)
    ]
    assert reasons == [
        ["the shell powershell is not modelled"],
        ["powershell is not modelled"],
        [r"the shell C:\Windows\System32\cmd.exe is not modelled"],
    ]
    assert [step.faults for step in trace.steps() if step.faults] == []
    assert trace.target.final.environment["JAVA_HOME"] == r"C:\openjdk-8"


@pytest.mark.parametrize(
    "text",
    [
        "FROM golang:1.23-nanoserver-ltsc2022\nRUN mkdir x\n",
        "FROM --platform=windows/amd64 a\nRUN mkdir x\n",
        "ARG T\nFROM --platform=windows a:$T AS b\nFROM b\nRUN mkdir x\n",
    ],
)
def test_the_shell_of_windows_is_cmd(text: str) -> None:
    (step,) = (step for step in trace_of(text).steps() if isinstance(step.instruction, Run))
    assert [gap.reason for gap in step.not_understood] == ["the shell cmd is not modelled"]


@pytest.mark.parametrize(
    ("reference", "windows"),
    [
        ("mcr.microsoft.com/windows", True),
        ("mcr.microsoft.com/windows:ltsc2019", True),
        ("mcr.microsoft.com/windows/nanoserver:1809", True),
        ("openjdk:8-windowsservercore", True),
        ("mcr.microsoft.com/dotnet/runtime:8.0", False),
        ("registry.example/windows-tools", False),
        ("debian", False),
    ],
)
def test_names_of_windows_images(reference: str, windows: bool) -> None:
    assert is_windows_image(reference) is windows
