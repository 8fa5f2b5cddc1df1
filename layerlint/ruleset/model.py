"""What a rule is, and a set of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import field
from typing import Any, Final, Protocol

from layerlint._dataclass import dataclass
from layerlint.report import Confidence, RuleInfo, Severity
from layerlint.ruleset.message import Message

CATEGORIES: Final = ("base", "cache", "correctness", "reproducibility", "security", "style", "waste")
ALL: Final = "all"
"""Stands for every rule wherever names of rules are given."""
OPT_IN: Final = "opt-in"
"""Stands for the rules that are off by default."""
GROUPS: Final = (ALL, OPT_IN, *CATEGORIES)

_ADDRESS: Final = "https://layerlint.github.io/rules/"


class Signature(Protocol):
    """What a rule file must agree with: the data of a `layerlint.checks.model.Check`."""

    @property
    def params(self) -> type[Any]:
        """A frozen dataclass; every field has a default."""

    @property
    def fields(self) -> tuple[str, ...]:
        """Names that a message may use."""


@dataclass(frozen=True, slots=True)
class Example:
    """A Dockerfile that shows a rule, with the files that it needs."""

    dockerfile: str
    context: tuple[tuple[str, str | int], ...] | None = None
    """Path and text, or path and size in bytes; a directory ends in ``/``.  None: no build context."""
    dockerignore: str | None = None
    expect: tuple[int, ...] | None = None
    """Of a bad one: the lines of the findings, sorted; None is at least one, anywhere."""
    line: int = 0
    """Of the rule file."""


@dataclass(frozen=True, slots=True)
class Rule:
    """A check with its parameters, and what to say of what it finds."""

    name: str
    category: str
    check: str
    """A name in ``CHECKS``, or one of the linter's own (`reserved`)."""
    params: Any
    message: Message
    severity: Severity
    confidence: Confidence
    summary: str
    why: str
    remedy: str
    aliases: tuple[str, ...] = ()
    references: tuple[str, ...] = ()
    bad: tuple[Example, ...] = ()
    good: tuple[Example, ...] = ()
    since: str = ""
    path: str = ""
    """Of its file, as the user would name it; of a bundled one ``layerlint/rules/<category>/<name>.yaml``."""

    @property
    def url(self) -> str:
        return f"{_ADDRESS}{self.name}"

    def info(self) -> RuleInfo:
        return RuleInfo(
            name=self.name,
            aliases=self.aliases,
            category=self.category,
            severity=self.severity,
            confidence=self.confidence,
            summary=self.summary,
            why=self.why,
            remedy=self.remedy,
            url=self.url,
        )


@dataclass(frozen=True, slots=True)
class RuleSet:
    """Rules sorted by name; no two share a name or an alias."""

    rules: tuple[Rule, ...]
    _index: Mapping[str, Rule] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        words = {fold(word): rule for rule in self.rules for word in (rule.name, *rule.aliases)}
        object.__setattr__(self, "_index", words)

    def __iter__(self) -> Iterator[Rule]:
        return iter(self.rules)

    def find(self, word: str) -> Rule | None:
        """The rule of a name or an alias, in any case."""
        return self._index.get(fold(word))

    def group(self, word: str) -> tuple[Rule, ...]:
        """The rules of a name, an alias, a category, ``all`` or ``opt-in``; none if the word is none of these."""
        folded = fold(word)
        if folded == ALL:
            return self.rules
        if folded == OPT_IN:
            return tuple(rule for rule in self.rules if rule.severity is Severity.OFF)
        if folded in CATEGORIES:
            return tuple(rule for rule in self.rules if rule.category == folded)
        rule = self.find(folded)
        return (rule,) if rule else ()

    def names(self) -> tuple[str, ...]:
        """Everything that `find` knows, for a suggestion."""
        aliases = (alias for rule in self.rules for alias in rule.aliases)
        return (*(rule.name for rule in self.rules), *aliases)

    def words(self) -> tuple[str, ...]:
        """Everything that `group` knows."""
        return (*GROUPS, *self.names())


def fold(word: str) -> str:
    """A name or an alias as it is compared: ``AVD-DS-0002`` is the older name of ``DS-0002`` (Trivy)."""
    return word.strip().lower().removeprefix("avd-")
