"""Which rules run, with which severity and parameters: a rule set and a configuration to a rule set."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from layerlint.config import Config
from layerlint.config.located import Scalar, kind
from layerlint.config.reader import Reader
from layerlint.report import Severity
from layerlint.ruleset.model import ALL, CATEGORIES, Rule, RuleSet, fold
from layerlint.ruleset.params import read_params

OPT_IN_SEVERITY = Severity.WARNING
"""Of an opt-in rule that ``select`` names without a word on its severity."""


def select_rules(rules: RuleSet, config: Config) -> RuleSet:
    """The rules that are on.

    On are the selected rules (all, without ``select``) less the ignored ones and those with severity
    ``off``.  An opt-in rule is on where ``select`` has its own name or alias, or ``severity`` gives it
    another level; ``all`` and categories do not switch it on.

    Raises `InvalidFileError`: every name that is no rule, and every wrong parameter.
    """
    reader = Reader()
    chosen = {rule.name: rule for rule in rules}
    if config.select is not None:
        chosen = {}
        for word in config.select:
            chosen |= {rule.name: _switched_on(rule, word) for rule in _group(rules, word, reader)}
    for word, severity in config.severity:
        for rule in _group(rules, word, reader):
            # `all` and a category set the level of rules that are on already.
            if rule.name in chosen and (_is_rule(word) or chosen[rule.name].severity is not Severity.OFF):
                chosen[rule.name] = replace(chosen[rule.name], severity=severity)
    for word in config.ignore:
        for rule in _group(rules, word, reader):
            chosen.pop(rule.name, None)
    for word, options in config.options:
        found = rules.find(word.text)
        if found is None:
            _unknown(word, rules.names(), "rule or alias", reader)
            continue
        params = read_params(chosen.get(found.name, found).params, options, reader)
        if found.name in chosen:
            chosen[found.name] = replace(chosen[found.name], params=params)
    reader.finish()
    on = (rule for rule in chosen.values() if rule.severity is not Severity.OFF)
    return RuleSet(tuple(sorted(on, key=lambda rule: rule.name)))


def _switched_on(rule: Rule, word: Scalar) -> Rule:
    if rule.severity is Severity.OFF and _is_rule(word):
        return replace(rule, severity=OPT_IN_SEVERITY)
    return rule


def _is_rule(word: Scalar) -> bool:
    """Whether a word that is known names one rule, not a group."""
    return fold(word.text) not in (ALL, *CATEGORIES)


def _group(rules: RuleSet, word: Scalar, reader: Reader) -> tuple[Rule, ...]:
    found = rules.group(word.text)
    if not found and _is_rule(word):
        _unknown(word, rules.words(), "rule, alias or category", reader)
    return found


def _unknown(word: Scalar, known: Iterable[str], what: str, reader: Reader) -> None:
    near = reader.near(word.text, known) or "; `layerlint rules` lists them"
    reader.fault(word, f"there is no {what} {kind(word)}{near}")
