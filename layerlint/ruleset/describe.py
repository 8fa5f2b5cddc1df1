"""Rules for a reader: ``layerlint explain NAME`` and ``layerlint rules``."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from textwrap import fill, indent
from typing import Any, Final

from layerlint.domain.units import format_bytes
from layerlint.ruleset.model import Example, Rule
from layerlint.ruleset.params import parameters
from layerlint.ruleset.reserved import COMMENT_CHECKS

_WIDTH: Final = 88
_INDENT: Final = "  "


def explain(rule: Rule) -> str:
    """Everything about a rule, for a terminal."""
    return "\n\n".join(_sections(rule)) + "\n"


def explain_json(rule: Rule) -> str:
    return _json({"schema": "layerlint.rule/1", **_record(rule)})


def table(rules: Iterable[Rule]) -> str:
    """One line a rule, columns aligned."""
    rows = [("RULE", "CATEGORY", "SEVERITY", "SUMMARY")]
    rows += [(rule.name, rule.category, rule.severity.value, rule.summary) for rule in rules]
    return "\n".join(_aligned(rows)) + "\n"


def table_markdown(rules: Iterable[Rule]) -> str:
    rows = [
        f"| [`{rule.name}`]({rule.url}) | {rule.category} | {rule.severity.value} | "
        f"{', '.join(f'`{alias}`' for alias in rule.aliases)} | {_cell(rule.summary)} |"
        for rule in rules
    ]
    return "\n".join(("| rule | category | severity | aliases | summary |", "| --- " * 5 + "|", *rows)) + "\n"


def table_json(rules: Iterable[Rule]) -> str:
    return _json({"schema": "layerlint.rules/1", "rules": [_record(rule) for rule in rules]})


def _sections(rule: Rule) -> Iterator[str]:
    about = [rule.category, rule.severity.value, f"{rule.confidence.value} confidence"]
    if rule.since:
        about.append(f"since {rule.since}")
    yield f"{rule.name}\n{', '.join(about)}" + (f"\nalso {', '.join(rule.aliases)}" if rule.aliases else "")
    yield _paragraphs(rule.summary)
    yield f"Why\n{indent(_paragraphs(rule.why), _INDENT)}"
    yield f"What to do\n{indent(_paragraphs(rule.remedy), _INDENT)}"
    for title, examples in (("Bad", rule.bad), ("Good", rule.good)):
        if examples:
            yield f"{title}\n{_example(examples[0])}"
    if options := parameters(rule.params):
        rows = [(f"{_INDENT}{option.name}:", option.value, f"({option.type})") for option in options]
        yield f"Options, under `options: {rule.name}:`\n" + "\n".join(_aligned(rows))
    ways = [(f"{_INDENT}ignore: [{rule.name}]", "in .layerlint.yaml")]
    if rule.check not in COMMENT_CHECKS:
        ways += [
            (f"{_INDENT}# layerlint: ignore[{rule.name}] reason", "above an instruction"),
            (f"{_INDENT}# layerlint: ignore-file[{rule.name}] reason", "anywhere in the file"),
        ]
    yield "\n".join(("To silence it", *_aligned(ways)))
    yield "\n".join((rule.url, *rule.references))


def _paragraphs(text: str) -> str:
    """Prose to the width; a paragraph with an indented line stays as it is."""
    return "\n\n".join(
        part if any(line.startswith(" ") for line in part.split("\n")) else _filled(part)
        for part in text.strip().split("\n\n")
    )


def _filled(text: str) -> str:
    return fill(text, _WIDTH, break_long_words=False, break_on_hyphens=False)


def _example(example: Example) -> str:
    lines = [example.dockerfile.rstrip("\n")]
    for path, content in example.context or ():
        size = content if isinstance(content, int) else len(content.encode())
        lines.append(f"# with {path}" + ("" if path.endswith("/") else f" ({format_bytes(size)})"))
    if example.dockerignore:
        lines.append(f"# with .dockerignore: {', '.join(example.dockerignore.split())}")
    return indent("\n".join(lines), _INDENT)


def _aligned(rows: Sequence[tuple[str, ...]]) -> list[str]:
    widths = [max(len(cell) for cell in column) for column in zip(*rows, strict=True)]
    return ["  ".join(map(str.ljust, row, widths)).rstrip() for row in rows]


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("<", "&lt;")


def _record(rule: Rule) -> dict[str, Any]:
    return {
        "name": rule.name,
        "category": rule.category,
        "aliases": rule.aliases,
        "severity": rule.severity.value,
        "confidence": rule.confidence.value,
        "summary": rule.summary,
        "why": rule.why,
        "remedy": rule.remedy,
        "message": rule.message.text,
        "check": rule.check,
        "options": [
            {"name": option.name, "type": option.type, "value": option.value}
            for option in parameters(rule.params)
        ],
        "bad": [example.dockerfile for example in rule.bad],
        "good": [example.dockerfile for example in rule.good],
        "references": rule.references,
        "since": rule.since,
        "url": rule.url,
    }


def _json(value: dict[str, Any]) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False) + "\n"
