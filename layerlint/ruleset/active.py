"""Which rules are on for which file: a configuration, its profile and its overrides to rule sets."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from layerlint._dataclass import dataclass, replace
from layerlint.config import Config, Selection
from layerlint.report import Finding, RuleInfo
from layerlint.ruleset.findings import code_info
from layerlint.ruleset.model import RuleSet
from layerlint.ruleset.profiles import load_profile
from layerlint.ruleset.selection import known_part, select_rules
from layerlint.ruleset.written import unknown_notes


@dataclass(frozen=True, slots=True)
class Active:
    known: RuleSet
    default: RuleSet
    overridden: Mapping[str, RuleSet]
    """Paths for which other rules are on."""
    notes: tuple[str, ...]

    def of(self, path: str) -> RuleSet:
        return self.overridden.get(path, self.default)

    def ran(self, path: str, name: str) -> bool:
        """Whether a rule looks at a file; one that is not there any more is gone with its findings."""
        return self.of(path).find(name) is not None or self.known.find(name) is None

    def without(self, check: str) -> Active:
        """The rules less those over one check, which cannot be run."""

        def left(rules: RuleSet) -> RuleSet:
            return RuleSet(tuple(rule for rule in rules if rule.check != check))

        overridden = {path: left(rules) for path, rules in self.overridden.items()}
        return replace(self, default=left(self.default), overridden=overridden)

    def infos(self, findings: Iterable[Finding]) -> tuple[RuleInfo, ...]:
        """Of every rule that is on somewhere, and of each code that findings have; by name."""
        sets = (*self.overridden.values(), self.default)
        infos = {rule.name: rule.info() for rules in sets for rule in rules}
        for finding in findings:
            if finding.code and finding.code not in infos:
                infos[finding.code] = code_info(infos[finding.rule], finding)
        return tuple(infos[name] for name in sorted(infos))


def active_rules(known: RuleSet, config: Config, paths: Iterable[str]) -> Active:
    """Raises `InvalidFileError` with every wrong name or parameter, also of overrides for none of the paths."""
    profile = load_profile(config.profile, config.rules, known).selection
    selection, unknown = known_part(config.selection, known) if config.borrowed else (config.selection, ())

    def chosen(overrides: tuple[Selection, ...]) -> RuleSet:
        return select_rules(known, profile, selection, *overrides, config.arguments)

    sets: dict[tuple[Selection, ...], RuleSet] = {(): chosen(())}
    if config.overrides:
        chosen(tuple(each.selection for each in config.overrides))
    overridden = {}
    for path in paths:
        if overrides := config.selections(path):
            if overrides not in sets:
                sets[overrides] = chosen(overrides)
            overridden[path] = sets[overrides]
    return Active(known, sets[()], overridden, (*config.notes, *unknown_notes(unknown)))
