"""The Dockerfiles behind the rows of the reference data, and their syntax in its notation."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from layerlint.checks import CHECKS
from layerlint.dockerfile.gostrings import quote, replace_invalid
from layerlint.dockerfile.parser import parse
from layerlint.dockerfile.syntax import Document, Node
from layerlint.graph import DEFAULT_PLATFORM
from layerlint.linter import Settings, lint
from layerlint.report import Finding
from layerlint.ruleset.loader import load_bundled
from layerlint.ruleset.model import RuleSet
from layerlint.source import SourceFile
from tests.shared import rows

RULES = load_bundled(CHECKS)

_UNNAMED = RuleSet(tuple(rule for rule in RULES if rule.check not in CHECKS or not CHECKS[rule.check].refused))
"""Without those that name what BuildKit refuses in words of their own."""


def read(text: str) -> Document:
    return parse(SourceFile("Dockerfile", text))


def texts() -> dict[str, str]:
    """The Dockerfile of every row that holds one, by the row's id."""
    found: dict[str, str] = {}
    for name in ("parser", "errors", "edge", "lint", "layers"):
        for row in rows(f"conformance/{name}.jsonl.gz"):
            if isinstance(row.get("dockerfile"), str):
                found.setdefault(row["id"], row["dockerfile"])
    return found


def rebuilt(row: dict[str, Any]) -> str:
    """A Dockerfile with the syntax of a row whose text is not in the data: its joined lines."""
    lines: list[str] = [] if row["escape"] == "\\" else [f"# escape={row['escape']}"]
    for node in row["nodes"]:
        lines.append(node["original"])
        for heredoc in node.get("heredocs", ()):
            lines.extend(heredoc["Content"].splitlines())
            lines.append(heredoc["Name"])
    return "\n".join(lines) + "\n"


def ast(node: Node, *, inner: bool = False) -> dict[str, Any]:
    """A node as the rows have it: what is empty is left out."""
    found: dict[str, Any] = {
        "value": node.keyword,
        "start": 0 if inner else node.start_line,
        "end": 0 if inner else node.end_line,
        "original": node.text,
        "flags": [flag.text for flag in node.flags],
        "args": [word.value for word in node.args]
        if node.onbuild is None
        else [ast(node.onbuild, inner=True)],
        "json": node.json,
        "comments": list(node.comments),
        "heredocs": []
        if inner
        else [
            {
                "Name": heredoc.name,
                "Content": replace_invalid(heredoc.content),
                "Expand": heredoc.expand,
                "Chomp": heredoc.chomp,
                "FileDescriptor": heredoc.file_descriptor,
            }
            for heredoc in node.heredocs
        ],
    }
    return {key: value for key, value in found.items() if value or key in ("start", "end")}


def dump(node: Node) -> str:
    """BuildKit's ``Node.Dump``."""
    flags = f" [{' '.join(quote(flag.text) for flag in node.flags)}]" if node.flags else ""
    args = "".join(f" {quote(word.value)}" for word in node.args)
    inner = f" ({dump(node.onbuild)})" if node.onbuild else ""
    return f"{node.keyword.lower()}{flags}{args}{inner}"


def attributes_to_settings(given: dict[str, str]) -> Settings:
    """What BuildKit's frontend was given, in our words."""
    return Settings(
        contexts={
            key.removeprefix("context:"): Path(__file__).parent for key in given if key.startswith("context:")
        },
        build_arguments={
            key.removeprefix("build-arg:"): value for key, value in given.items() if key.startswith("build-arg:")
        },
        target=given.get("target"),
        platform=given.get("platform", DEFAULT_PLATFORM),
    )


def refusals(text: str, attributes: dict[str, str] | None = None) -> tuple[Finding, ...]:
    """Why a file is refused, as a user is told."""
    settings = attributes_to_settings(attributes or {})
    report = lint(SourceFile("Dockerfile", text), None, settings, RULES, _UNNAMED)
    return tuple(finding for finding in report.findings if finding.rule in ("graph", "syntax"))
