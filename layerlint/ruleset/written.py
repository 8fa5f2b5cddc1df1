"""A configuration as the text of a ``.layerlint.yaml``: what ``layerlint rules --import`` prints."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from typing import Final

from layerlint._pattern import pattern
from layerlint.config import Config
from layerlint.config.located import Mapping, Scalar, Value
from layerlint.config.located import Sequence as ListValue
from layerlint.report import Severity
from layerlint.ruleset.model import RuleSet
from layerlint.ruleset.selection import known_part

_INDENT: Final = "  "
_PLAIN: Final = pattern(r"(?!null\Z)[A-Za-z][A-Za-z0-9_./-]*", re.IGNORECASE)
"""A text without quotes: these readers take any other word for its text, `no` and `3.10` too."""


def written(config: Config, rules: RuleSet) -> str:
    """Names are those of the rules, each with the peer's codes that stood for it."""
    selection, unknown = known_part(config.selection, rules)
    lines = [f"# Out of {config.path}.  `profile: hadolint` has its rules and severities alone."]
    if selection.ignore:
        lines += ["ignore:", *_commented(_named(selection.ignore, rules), "- {}")]
    if selection.severity:
        # Of two levels for one rule the later is in force.
        levels: dict[str, Severity] = {
            name: level for word, level in selection.severity for name in _names(word, rules)
        }
        words = [word for word, _ in selection.severity]
        named = {f"{name}: {levels[name].value}": codes for name, codes in _named(words, rules).items()}
        lines += ["severity:", *_commented(named, "{}")]
    if selection.options:
        lines.append("options:")
        for word, options in selection.options:
            for name in _names(word, rules):
                lines += [f"{_INDENT}{name}:", *(f"{_INDENT * 2}{line}" for line in _params(options))]
    if config.fail_on is not Config().fail_on:
        lines.append(f"fail-on: {config.fail_on.value}")
    if not config.ignore_comments:
        lines.append("ignore-comments: false")
    lines += [f"# {note}" for note in (*config.notes, *unknown_notes(unknown))]
    return "\n".join(lines) + "\n"


def unknown_notes(words: Sequence[Scalar]) -> Iterator[str]:
    """Of codes without a rule.  ShellCheck's are no news where it is not there: it alone would find them."""
    for word in words:
        if word.text.startswith("DL"):
            place = word.location
            yield f"{place.path}:{place.line}:{place.column}: no rule stands for {word.text}"


def _names(word: Scalar, rules: RuleSet) -> tuple[str, ...]:
    """Of the rules that a word stands for; one rule has all of ShellCheck's codes, so these stay."""
    if word.text.startswith("SC"):
        return (word.text,)
    return tuple(rule.name for rule in rules.group(word.text))


def _named(words: Sequence[Scalar], rules: RuleSet) -> dict[str, list[str]]:
    """Rules and the words that stand for each, in the order of the first."""
    named: dict[str, list[str]] = {}
    for word in words:
        for name in _names(word, rules):
            named.setdefault(name, []).append(word.text)
    return named


def _commented(named: dict[str, list[str]], form: str) -> Iterator[str]:
    texts = [_INDENT + form.format(name) for name in named]
    width = max(map(len, texts))
    for text, (name, codes) in zip(texts, named.items(), strict=True):
        # One of ShellCheck's codes is its own name.
        alone = codes == [name.partition(":")[0]]
        yield text if alone else f"{text:<{width}}  # {', '.join(codes)}"


def _params(options: Mapping) -> Iterator[str]:
    for key, value in options.entries:
        yield f"{key.text}: {_flow(value)}"


def _flow(value: Value) -> str:
    match value:
        case Scalar():
            return (
                value.text
                if value.plain and value.text.isalnum()
                else json.dumps(value.text, ensure_ascii=False)
            )
        case ListValue():
            return f"[{', '.join(map(_flow, value.items))}]"
        case Mapping():
            return "{" + ", ".join(f"{key.text}: {_flow(item)}" for key, item in value.entries) + "}"
