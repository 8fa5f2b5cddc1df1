"""A page in Markdown for each rule: what ``layerlint explain`` says, for a site."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from layerlint.domain.units import format_bytes
from layerlint.ruleset.model import Example, Rule
from layerlint.ruleset.params import parameters
from layerlint.ruleset.reserved import COMMENT_CHECKS

_FENCE: Final = "```"


def pages(rules: Iterable[Rule]) -> dict[str, str]:
    """The name of each file and its text."""
    return {f"{rule.name}.md": page(rule) for rule in rules}


def page(rule: Rule) -> str:
    """Everything about a rule."""
    return "\n\n".join(_sections(rule)) + "\n"


def _sections(rule: Rule) -> Iterator[str]:
    yield f"# {rule.name}"
    yield rule.summary
    facts = [
        ("category", rule.category),
        ("severity", "off: opt-in" if rule.severity.value == "off" else rule.severity.value),
        ("confidence", rule.confidence.value),
        ("also called", ", ".join(f"`{alias}`" for alias in rule.aliases)),
        ("since", rule.since),
    ]
    rows = [f"| {name} | {value} |" for name, value in facts if value]
    yield "\n".join(("| | |", "| --- | --- |", *rows))
    yield f"## Why\n\n{rule.why.strip()}"
    yield f"## What to do\n\n{rule.remedy.strip()}"
    for title, examples in (("Bad", rule.bad), ("Good", rule.good)):
        if examples:
            yield f"## {title}\n\n" + "\n\n".join(map(_example, examples))
    if options := parameters(rule.params):
        rows = [f"| `{option.name}` | {_cell(option.type)} | `{option.value}` |" for option in options]
        yield "\n".join(
            (f"## Options\n\nUnder `options: {rule.name}:` in the configuration.\n", "| option | type | value |",
             "| --- | --- | --- |", *rows)
        )  # fmt: skip
    yield f"## To silence it\n\n{_silenced(rule)}"
    if rule.references:
        yield "## References\n\n" + "\n".join(f"- <{link}>" for link in rule.references)


def _example(example: Example) -> str:
    text = "\n".join((f"{_FENCE}dockerfile", example.dockerfile.rstrip("\n"), _FENCE))
    notes = [
        f"`{path}`" + ("" if path.endswith("/") else f" ({format_bytes(_size(content))})")
        for path, content in example.context or ()
    ]
    if example.dockerignore:
        notes.append(
            f"a `.dockerignore` with {', '.join(f'`{line}`' for line in example.dockerignore.split())}"
        )
    return text + (f"\n\nThe build context has {', '.join(notes)}." if notes else "")


def _size(content: str | int) -> int:
    return content if isinstance(content, int) else len(content.encode())


def _silenced(rule: Rule) -> str:
    ways = [f"`ignore: [{rule.name}]` in the configuration"]
    if rule.check not in COMMENT_CHECKS:
        ways += [
            f"`# layerlint: ignore[{rule.name}] reason` above an instruction",
            f"`# layerlint: ignore-file[{rule.name}] reason` anywhere in the file",
        ]
    return "\n".join(f"- {way}" for way in ways)


def _cell(text: str) -> str:
    return text.replace("|", "\\|")
