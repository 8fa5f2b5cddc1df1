"""ShellCheck's codes are those that hadolint gives, on Dockerfiles in the wild, with its profile.

LAYERLINT_EVERY=1 looks at all 3,091 files (20 minutes) instead of every 40th.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections import Counter
from functools import cache
from pathlib import Path

import pytest

from layerlint.checks import CHECKS
from layerlint.config.located import Location, Scalar
from layerlint.dockerfile.instructions import Shell
from layerlint.linter import Settings, analyse, lint
from layerlint.ruleset.loader import load_bundled
from layerlint.ruleset.model import RuleSet
from layerlint.ruleset.profiles import load_profile
from layerlint.ruleset.selection import select_rules
from layerlint.shellcheck.interpreters import interpreter
from layerlint.source import SourceFile
from tests.shared import rows
from tests.shellcheck.program import real

EVERY = int(os.environ.get("LAYERLINT_EVERY", "40"))
KNOWN = load_bundled(CHECKS)
PROFILE = load_profile(Scalar("hadolint", Location("test")), (), KNOWN).selection
RULE = RuleSet(tuple(rule for rule in select_rules(KNOWN, PROFILE) if rule.check == "shell-script"))


@cache
def hadolint() -> str:
    """The program; skips the test where it is not installed."""
    beside = Path(sys.executable).parent / "hadolint"
    program = str(beside) if beside.is_file() else shutil.which("hadolint")
    if program is None:
        pytest.skip("hadolint is not installed")
    return program


def theirs(text: str) -> set[str] | None:
    """hadolint's codes of ShellCheck; None where it cannot read the file."""
    command = [hadolint(), "--no-fail", "--config", os.devnull, "--format", "json", "-"]
    done = subprocess.run(command, input=text.encode(), capture_output=True, check=False, timeout=60)
    if done.returncode:
        return None
    codes = {finding["code"] for finding in json.loads(done.stdout)}
    return None if "DL1000" in codes else {code for code in codes if code.startswith("SC")}


def ours(text: str) -> set[str]:
    report = lint(SourceFile("Dockerfile", text), None, Settings(shellcheck=real()), KNOWN, RULE)
    assert report.notes == ()
    return {finding.code for finding in report.findings}


def reason(text: str) -> str:
    """Why the two may differ on a file and ours is right; empty where nothing excuses it."""
    trace = analyse(SourceFile("Dockerfile", text), None, Settings()).trace
    shells = [each for each in trace.instructions if isinstance(each, Shell)]
    if any(interpreter([word.value for word in shell.words]) is None for shell in shells):
        return "ShellCheck cannot read scripts of this shell, which hadolint gives it nevertheless"
    return ""


def test_the_same_codes_as_hadolint(capsys: pytest.CaptureFixture[str]) -> None:
    files = excused = same = 0
    classes: Counter[str] = Counter()
    unexplained = []
    for row in list(rows("corpus/dockerfiles.jsonl.gz"))[::EVERY]:
        text = row["dockerfile"]
        expected = theirs(text)
        if expected is None:
            continue
        files += 1
        found = ours(text)
        if found == expected:
            same += 1
        elif why := reason(text):
            excused += 1
            classes[why] += 1
        else:
            unexplained.append((row["id"], sorted(found - expected), sorted(expected - found)))
    with capsys.disabled():
        print(f"\nShellCheck's codes: {same} of {files} files as hadolint, {excused} excused")
        for why, count in classes.most_common():
            print(f"  {count} {why}")
        for name, more, less in unexplained:
            print(f"  {name}: more {more}, less {less}")
    assert files > 50
    assert same + excused >= 0.98 * files


@pytest.mark.parametrize(
    "text",
    [
        'RUN echo $x; [[ -f x ]]',
        'FROM a\nRUN cd x\nENV y=1\nRUN echo "$y" "$z"',
        'FROM a\nARG x\nRUN ls $x "$y"',
        'ARG x\nFROM a\nRUN ls "$x"',
        'FROM a AS b\nENV x=1\nFROM b\nRUN ls "$x"\nFROM c\nRUN ls "$x"',
        'FROM a\nSHELL ["/bin/bash", "-c"]\nRUN [[ -f x ]] && source y && echo $z',
        'FROM a\nSHELL ["/bin/dash", "-c"]\nRUN [[ -f x ]]',
        'FROM a\nSHELL ["/bin/ash", "-c"]\nRUN [[ -f x ]] && cd x',
        'FROM a\nSHELL ["/bin/ksh", "-c"]\nRUN [[ -f x ]]; local x',
        'FROM a\nSHELL ["powershell", "-c"]\nRUN [[ -f $x ]]',
        'FROM a\nSHELL ["/usr/bin/pwsh", "-c"]\nRUN [[ -f $x ]]',
        'FROM a\nSHELL ["cmd.exe", "/c"]\nRUN [[ -f $x ]]',
        'FROM a\n# hadolint shell=powershell\nRUN [[ -f $x ]]\nFROM b\nRUN ls $x',
        '# hadolint shell=/bin/bash\nFROM a\nRUN [[ -f x ]]\nFROM b\nRUN [[ -f x ]]',
        'FROM a\n# hadolint shell=powershell\nENV a=1\nRUN [[ -f x ]]',
        'FROM a AS b\nSHELL ["/bin/bash", "-c"]\nENV a=1\nRUN [[ -f x ]]\nFROM b\nRUN [[ -f x ]]',
        'FROM a AS b\nSHELL ["/bin/bash", "-c"]\nFROM b\nRUN [[ -f x ]]',
        'FROM a\nSHELL ["/bin/bash", "-c"]\nONBUILD ENV a=1\nRUN [[ -f x ]]',
        'SHELL ["/bin/bash", "-c"]\nENV a=1\nRUN [[ -f x ]]',
        'FROM mcr.microsoft.com/windows/servercore:1809\nRUN ls $x',
        'FROM microsoft/windowsservercore\nSHELL ["powershell", "-c"]\nRUN $x\nENV a=1\nRUN $a = (1 -f 2)',
        'FROM a\nONBUILD RUN ls $x',
        'FROM a\nONBUILD ARG x\nRUN ls "$x"',
        'FROM a\nRUN ["sh", "-c", "echo $x && `foo`"]',
        'FROM a\nCMD ls $x\nENTRYPOINT ls $x\nHEALTHCHECK CMD ls $x',
        'FROM a\nRUN --mount=type=cache,target=/x ls $x',
        'FROM a\nRUN echo a \\\n    b\nRUN echo a    b',
        'FROM a\nRUN ls && \\\n# why\n  ls "$x"',
        'FROM a\nRUN <<EOF\nls $x\nEOF\n\n',
        'FROM a\nRUN <<EOF\n# shellcheck disable=SC2154\nls "$x"\nEOF\n\n',
        'FROM a\nRUN if true; then ls',
        'FROM a\nRUN . x && . "$HOME/x"',
        'FROM a\nRUN echo `id`',
    ],
)  # fmt: skip
def test_on_small_files(text: str) -> None:
    assert ours(f"{text}\n") == theirs(f"{text}\n")


def test_of_a_run_hadolint_tells_the_last() -> None:
    """What ``last-only`` is for: the first shows when the others are gone."""
    assert theirs("FROM a\nRUN cd x; [[ -f y ]]; echo $z\n") == {"SC2086"}
    assert theirs("FROM a\nRUN cd x; [[ -f y ]]; ls\n") == {"SC3010"}
    assert theirs("FROM a\nRUN cd x; ls\n") == {"SC2164"}
