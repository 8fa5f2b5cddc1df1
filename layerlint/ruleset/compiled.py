"""The bundled rules as one JSON text that a wheel carries: read and checked when it is built, not at each start.

A rule is a list of its fields; those with a default of their class are last.  Examples are a text inside the
text, which is parsed where somebody asks for them.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from enum import Enum
from functools import partial
from typing import Any, Final, get_args, overload

from layerlint.config.located import Location, Scalar
from layerlint.report import Confidence, Severity
from layerlint.ruleset.message import Field, Message
from layerlint.ruleset.model import Deferred, Example, Rule, RuleSet, Signature
from layerlint.ruleset.params import types_of
from layerlint.ruleset.rule_file import RuleFile

_ENUM: Final = "="
"""The only key of a mapping, which stands for a member of an `Enum` of that value."""


class _Examples(Sequence[Example]):
    """Examples that are parsed when they are asked for."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._read: tuple[Example, ...] | None = None

    def _examples(self) -> tuple[Example, ...]:
        if self._read is None:
            self._read = tuple(_example(*fields) for fields in json.loads(self._text))
        return self._read

    @overload
    def __getitem__(self, index: int) -> Example: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[Example, ...]: ...
    def __getitem__(self, index: int | slice) -> Example | tuple[Example, ...]:
        return self._examples()[index]

    def __len__(self) -> int:
        return len(self._examples())

    def __eq__(self, other: object) -> bool:
        return tuple(self) == tuple(other) if isinstance(other, Sequence) else NotImplemented

    def __hash__(self) -> int:
        return hash(self._examples())


def compile_rules(rules: RuleSet) -> str:
    """The JSON text of rules."""
    return json.dumps([_dump(rule) for rule in rules], ensure_ascii=False, separators=(",", ":"))


def read_compiled(text: str, folder: str, checks: Callable[[str], Signature]) -> Iterator[RuleFile]:
    """The rules of a text.

    ``checks`` gives the signature of a name; ``folder`` is how a message names their place, and a place in a
    file is lost.
    """
    for (
        name, category, check, severity, confidence, message, parts, summary, why, remedy, aliases, references,
        since, params, bad, good,
    ) in json.loads(text):  # fmt: skip
        place = Location(f"{folder}/{category}/{name}.yaml", 1, 1)
        rule = Rule(
            name,
            category,
            check,
            Deferred(partial(_params, checks, check, params)),
            Message(message, tuple(part if isinstance(part, str) else Field(part[0]) for part in parts)),
            Severity(severity),
            Confidence(confidence),
            summary,
            why,
            remedy,
            tuple(aliases),
            tuple(references),
            _Examples(bad),
            _Examples(good),
            since,
            place.path,
        )
        yield RuleFile(rule, place, tuple(Scalar(alias, place, plain=True) for alias in aliases))


def _dump(rule: Rule) -> list[Any]:
    defaults = type(rule.params)()
    given = {name: getattr(rule.params, name) for name in rule.params.__match_args__}
    return [
        rule.name,
        rule.category,
        rule.check,
        rule.severity.value,
        rule.confidence.value,
        rule.message.text,
        [part if isinstance(part, str) else [part.name] for part in rule.message.parts],
        rule.summary,
        rule.why,
        rule.remedy,
        rule.aliases,
        rule.references,
        rule.since,
        {name: _plain(value) for name, value in given.items() if value != getattr(defaults, name)},
        _dump_examples(rule.bad),
        _dump_examples(rule.good),
    ]


def _dump_examples(examples: Sequence[Example]) -> str:
    fields = [[each.dockerfile, each.context, each.dockerignore, each.expect] for each in examples]
    return json.dumps(fields, ensure_ascii=False, separators=(",", ":"))


def _example(dockerfile: str, context: Any, dockerignore: str | None, expect: list[int] | None) -> Example:
    files = None if context is None else tuple((path, content) for path, content in context)
    return Example(dockerfile, files, dockerignore, None if expect is None else tuple(expect), 1)


def _plain(value: Any) -> Any:
    if isinstance(value, Enum):
        return {_ENUM: value.value}
    return [_plain(item) for item in value] if isinstance(value, tuple) else value


def _params(checks: Callable[[str], Signature], check: str, given: Mapping[str, Any]) -> Any:
    """Parameters that were checked when they were compiled."""
    kind = checks(check).params
    types = types_of(kind) if any(map(_has_members, given.values())) else {}
    return kind(**{name: _value(value, types.get(name.replace("_", "-"))) for name, value in given.items()})


def _has_members(value: Any) -> bool:
    """Only then the types of fields are asked for: they are texts, which it takes long to look up."""
    return isinstance(value[0] if isinstance(value, list) and value else value, dict)


def _value(value: Any, kind: Any) -> Any:
    if isinstance(value, list):
        inner = None if kind is None else get_args(kind)[0]
        return tuple(_value(item, inner) for item in value)
    return kind(value[_ENUM]) if isinstance(value, dict) else value
