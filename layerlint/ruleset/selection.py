"""Which rules run, with which severity and parameters: a rule set and selections to a rule set."""

from __future__ import annotations

from collections.abc import Iterable

from layerlint._dataclass import replace
from layerlint.config import Selection
from layerlint.config.located import Scalar, kind
from layerlint.config.reader import Reader
from layerlint.report import Severity
from layerlint.ruleset.model import GROUPS, OPT_IN, Rule, RuleSet, fold
from layerlint.ruleset.params import read_params

OPT_IN_SEVERITY = Severity.WARNING
"""Of an opt-in rule that ``select`` switches on without a word on its severity."""


def select_rules(rules: RuleSet, *selections: Selection) -> RuleSet:
    """The rules that are on, by selections of which each goes over those before it.

    On are the rules of the last ``select`` (all, without any) less the ignored ones and those with severity
    ``off``.  An opt-in rule is on where ``select`` has its own name or alias or ``opt-in``, or ``severity``
    gives it another level; ``all`` and categories do not switch it on.  What was ignored stays so, unless a
    later ``select`` has its own name.  A code of ShellCheck's stands for itself alone.

    Raises `InvalidFileError`: every name that is no rule, and every wrong parameter.
    """
    reader = Reader()
    state = {rule.name: rule for rule in rules}
    on = set(state)
    ignored: set[str] = set()
    for selection in selections:
        if selection.select is not None:
            on = set()
            only: dict[str, frozenset[str] | None] = {}
            for word in selection.select:
                code = rules.code(word.text)
                for name in _group(rules, word, reader):
                    on.add(name)
                    state[name] = _switched_on(state[name], word)
                    if _is_rule(word):
                        ignored.discard(name)
                    others = only.get(name, frozenset())
                    only[name] = None if code is None or others is None else others | {code}
            state |= {name: state[name].with_codes(codes) for name, codes in only.items()}
        for word, severity in selection.severity:
            code = rules.code(word.text)
            for name in _group(rules, word, reader):
                if code is not None:
                    state[name] = state[name].with_code(code, severity)
                # A group sets the level of rules that are on already.
                elif _is_rule(word) or state[name].severity is not Severity.OFF:
                    state[name] = replace(state[name], severity=severity)
        for word in selection.ignore:
            code = rules.code(word.text)
            for name in _group(rules, word, reader):
                if code is None:
                    ignored.add(name)
                else:
                    state[name] = state[name].with_code(code, Severity.OFF)
        for word, options in selection.options:
            found = rules.named(word.text)
            if not found:
                _unknown(word, rules.names(), "rule or alias", reader)
            for name in [rule.name for rule in found]:
                params = read_params(state[name].params, options, reader)
                state[name] = replace(state[name], given=params)
    reader.finish()
    chosen = (state[name] for name in sorted(on - ignored))
    return RuleSet(tuple(rule for rule in chosen if rule.severity is not Severity.OFF))


def known_part(selection: Selection, rules: RuleSet) -> tuple[Selection, tuple[Scalar, ...]]:
    """A selection less the names that a rule set has not, and these names."""
    unknown: dict[Scalar, None] = {}

    def known(word: Scalar) -> bool:
        if not rules.group(word.text):
            unknown[word] = None
        return word not in unknown

    part = Selection(
        None if selection.select is None else tuple(filter(known, selection.select)),
        tuple(filter(known, selection.ignore)),
        tuple(pair for pair in selection.severity if known(pair[0])),
        tuple(pair for pair in selection.options if known(pair[0])),
    )
    return part, tuple(unknown)


def _switched_on(rule: Rule, word: Scalar) -> Rule:
    if rule.severity is Severity.OFF and (_is_rule(word) or fold(word.text) == OPT_IN):
        return replace(rule, severity=OPT_IN_SEVERITY)
    return rule


def _is_rule(word: Scalar) -> bool:
    """Whether a word that is known names one rule, not a group."""
    return fold(word.text) not in GROUPS


def _group(rules: RuleSet, word: Scalar, reader: Reader) -> tuple[str, ...]:
    found = rules.group(word.text)
    if not found and _is_rule(word):
        _unknown(word, rules.words(), "rule, alias or category", reader)
    return tuple(rule.name for rule in found)


def _unknown(word: Scalar, known: Iterable[str], what: str, reader: Reader) -> None:
    near = reader.near(word.text, known) or "; `layerlint rules` lists them"
    reader.fault(word, f"there is no {what} {kind(word)}{near}")
