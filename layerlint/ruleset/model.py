"""What a rule is, and a set of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final, Protocol

from layerlint._dataclass import dataclass, field, replace
from layerlint._pattern import pattern
from layerlint.report import Confidence, RuleInfo, Severity
from layerlint.ruleset.message import Message
from layerlint.ruleset.reserved import SHELL_SCRIPT

CATEGORIES: Final = ("base", "cache", "correctness", "reproducibility", "security", "style", "waste")
ALL: Final = "all"
"""Stands for every rule wherever names of rules are given."""
OPT_IN: Final = "opt-in"
"""Stands for the rules that are off by default."""
GROUPS: Final = (ALL, OPT_IN, *CATEGORIES)

_ADDRESS: Final = "https://layerlint.github.io/rules/"

_CODE: Final = pattern(r"sc[0-9]{4}")
"""ShellCheck's, folded."""
_CODE_ADDRESS: Final = "https://www.shellcheck.net/wiki/"


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


class Deferred:
    """A value that is made when it is first asked for: to make parameters, the module of their check is imported."""

    __slots__ = ("_made", "_make")

    def __init__(self, make: Callable[[], Any]) -> None:
        self._make: Callable[[], Any] | None = make

    @property
    def value(self) -> Any:
        if self._make is not None:
            self._made, self._make = self._make(), None
        return self._made

    def __eq__(self, other: object) -> bool:
        return bool(self.value == (other.value if isinstance(other, Deferred) else other))

    def __hash__(self) -> int:
        return hash(self.value)

    def __reduce__(self) -> tuple[Any, ...]:
        return _itself, (self.value,)


def _itself(value: Any) -> Any:
    return value


@dataclass(frozen=True, slots=True)
class Rule:
    """A check with its parameters, and what to say of what it finds."""

    name: str
    category: str
    check: str
    """A name in ``CHECKS``, or one of the linter's own (`reserved`)."""
    given: Any
    """Its parameters, or a `Deferred` of them."""
    message: Message
    severity: Severity
    confidence: Confidence
    summary: str
    why: str
    remedy: str
    aliases: tuple[str, ...] = ()
    references: tuple[str, ...] = ()
    bad: Sequence[Example] = ()
    good: Sequence[Example] = ()
    since: str = ""
    path: str = ""
    """Of its file, as the user would name it; of a bundled one ``layerlint/rules/<category>/<name>.yaml``."""
    code: str = ""
    """Of the rule as it is for one of ShellCheck's codes (`of_code`)."""
    codes: Mapping[str, Severity] = field(default_factory=dict)
    """Settings of single codes, which go over what ShellCheck says."""
    only: frozenset[str] | None = None
    """The codes that are on; None is all."""

    @property
    def params(self) -> Any:
        return self.given.value if isinstance(self.given, Deferred) else self.given

    @property
    def url(self) -> str:
        return f"{_CODE_ADDRESS}{self.code}" if self.code else f"{_ADDRESS}{self.name}"

    def of_code(self, code: str, severity: Severity) -> Rule | None:
        """The rule for one code, which has a severity of its own: at most the rule's, or as it is set.

        None where it is off.
        """
        if self.only is not None and code not in self.only:
            return None
        level = self.codes.get(code, min(severity, self.severity, key=lambda each: each.rank))
        if level is Severity.OFF:
            return None
        return replace(self, code=code, aliases=(code,), severity=level)

    def with_code(self, code: str, severity: Severity) -> Rule:
        """The rule with a setting of one code."""
        return replace(self, codes={**self.codes, code: severity})

    def with_codes(self, codes: frozenset[str] | None) -> Rule:
        """The rule with these codes alone (None: with all); what was ignored of them comes back."""
        off = {code for code in codes or () if self.codes.get(code) is Severity.OFF}
        if codes == self.only and not off:
            return self
        left = {code: level for code, level in self.codes.items() if code not in off}
        return replace(self, only=codes, codes=left)

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
    """Rules sorted by name; no two share a name.  Rules over one check may share an alias."""

    rules: tuple[Rule, ...]
    _index: Mapping[str, tuple[Rule, ...]] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        words: dict[str, tuple[Rule, ...]] = {}
        for rule in self.rules:
            for word in dict.fromkeys(map(fold, (rule.name, *rule.aliases))):
                words[word] = (*words.get(word, ()), rule)
        object.__setattr__(self, "_index", words)

    def __iter__(self) -> Iterator[Rule]:
        return iter(self.rules)

    def find(self, word: str) -> Rule | None:
        """The rule of a name, an alias (the first of several) or a code, in any case."""
        return next(iter(self.named(word)), None)

    def named(self, word: str) -> tuple[Rule, ...]:
        """The rules of a name, an alias or a code, in any case."""
        folded = fold(word)
        found = self._index.get(folded, ())
        if not found and _CODE.fullmatch(folded):
            return tuple(rule for rule in self.rules if rule.check == SHELL_SCRIPT)[:1]
        return found

    def code(self, word: str) -> str | None:
        """The code of ShellCheck's that a word is, if a rule here gives such."""
        rule = self.find(word) if _CODE.fullmatch(fold(word)) else None
        return fold(word).upper() if rule is not None and rule.check == SHELL_SCRIPT else None

    def group(self, word: str) -> tuple[Rule, ...]:
        """The rules of a name, an alias, a category, ``all`` or ``opt-in``; none if the word is none of these."""
        folded = fold(word)
        if folded == ALL:
            return self.rules
        if folded == OPT_IN:
            return tuple(rule for rule in self.rules if rule.severity is Severity.OFF)
        if folded in CATEGORIES:
            return tuple(rule for rule in self.rules if rule.category == folded)
        return self.named(folded)

    def names(self) -> tuple[str, ...]:
        """Everything that `find` knows, for a suggestion."""
        aliases = dict.fromkeys(alias for rule in self.rules for alias in rule.aliases)
        return (*(rule.name for rule in self.rules), *aliases)

    def words(self) -> tuple[str, ...]:
        """Everything that `group` knows."""
        return (*GROUPS, *self.names())


def fold(word: str) -> str:
    """A name or an alias as it is compared: ``AVD-DS-0002`` is the older name of ``DS-0002`` (Trivy)."""
    return word.strip().lower().removeprefix("avd-")
