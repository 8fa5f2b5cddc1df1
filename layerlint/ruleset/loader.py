"""Rule folders to a rule set: every fault of every file in one error."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

from layerlint._dataclass import dataclass
from layerlint._resources import bundled
from layerlint.config.located import Location
from layerlint.config.reader import Reader
from layerlint.config.yaml_values import MAX_BYTES
from layerlint.ruleset.model import CATEGORIES, GROUPS, Rule, RuleSet, Signature, fold
from layerlint.ruleset.reserved import RESERVED
from layerlint.ruleset.rule_file import NAME, RuleFile, read_rule

PROFILES: Final = "profiles"
"""The folder of profiles, beside those of the categories."""

MAX_FILES: Final = 2_000
"""Of one folder; more is a wrong folder."""

_BUNDLED: Final = "layerlint/rules"
"""How messages name the folder of the bundled rules."""


@dataclass(frozen=True, slots=True)
class _Found:
    """A rule file, and how a message names it."""

    file: Path
    path: str
    category: str
    name: str


def load_bundled(checks: Mapping[str, Signature]) -> RuleSet:
    """The rules that ship with layerlint."""
    return load(checks, ())


def load(checks: Mapping[str, Signature], folders: Sequence[Path]) -> RuleSet:
    """The bundled rules and those of users' folders (named in messages as they are given here).

    ``checks`` are those that run over a trace; the linter's own are added.  Raises `InvalidFileError`.
    """
    reader = Reader()
    compiled = bundled("rules.json")
    if compiled.is_file():  # a wheel: no YAML to read, and no check to import
        from layerlint.ruleset.compiled import read_compiled

        def signature(check: str) -> Signature:
            return RESERVED[check] if check in RESERVED else checks[check]

        files = list(read_compiled(compiled.read_text(encoding="utf-8"), _BUNDLED, signature))
    else:
        files = list(_folder_rules(bundled("rules"), _BUNDLED, {**RESERVED, **checks}, reader))
    for folder in folders:
        files += _folder_rules(folder, folder.as_posix(), {**RESERVED, **checks}, reader)
    return _rule_set(files, reader)


def load_folder(checks: Mapping[str, Signature], folder: Path, shown: str) -> RuleSet:
    """The rules of one folder alone; ``shown`` is its name in messages."""
    reader = Reader()
    return _rule_set(list(_folder_rules(folder, shown, {**RESERVED, **checks}, reader)), reader)


def _folder_rules(
    folder: Path, shown: str, checks: Mapping[str, Signature], reader: Reader
) -> Iterator[RuleFile]:
    for found in _rule_files(folder, shown, reader):
        data = _read_bytes(found, reader)
        if data is not None:
            rule = read_rule(found.path, data, found.category, found.name, checks, reader)
            if rule is not None:
                yield rule


def _rule_set(files: Sequence[RuleFile], reader: Reader) -> RuleSet:
    _find_collisions(files, reader)
    reader.finish()
    return RuleSet(tuple(sorted((file.rule for file in files), key=lambda rule: rule.name)))


def _rule_files(folder: Path, shown: str, reader: Reader) -> Iterator[_Found]:
    """``<folder>/<category>/<name>.yaml``, sorted; what lies elsewhere is a fault."""
    count = 0
    for category in _entries(folder, shown, reader):
        place = f"{shown}/{category.name}"
        if not category.is_dir():
            if category.suffix in (".yaml", ".yml"):
                message = f"a rule lies in the folder of its category: {', '.join(CATEGORIES)}"
                reader.problems.append(Location(place).problem(message))
            continue
        if category.name == PROFILES:
            continue
        if category.name not in CATEGORIES:
            near = reader.near(category.name, CATEGORIES) or f": known are {', '.join(CATEGORIES)}"
            reader.problems.append(Location(place).problem(f"not a category{near}"))
            continue
        for file in _entries(category, place, reader):
            path = f"{place}/{file.name}"
            if file.suffix == ".yml":
                reader.problems.append(Location(path).problem("a rule file ends in .yaml"))
            if file.suffix != ".yaml":
                continue
            count += 1
            if count > MAX_FILES:
                reader.problems.append(Location(shown).problem(f"more than {MAX_FILES} rule files"))
                return
            if NAME.fullmatch(file.stem) and file.stem not in GROUPS:
                yield _Found(file, path, category.name, file.stem)
            else:
                message = "the name of a rule is in kebab-case, and not that of a category"
                reader.problems.append(Location(path).problem(message))


def _entries(folder: Path, shown: str, reader: Reader) -> list[Path]:
    """What a folder holds, hidden files left out, sorted by name."""
    try:
        return sorted(entry for entry in folder.iterdir() if not entry.name.startswith("."))
    except OSError as error:
        reader.problems.append(Location(shown).problem(f"cannot be read: {error.strerror}"))
        return []


def _read_bytes(found: _Found, reader: Reader) -> bytes | None:
    try:
        with found.file.open("rb") as stream:
            return stream.read(MAX_BYTES + 1)
    except OSError as error:
        reader.problems.append(Location(found.path).problem(f"cannot be read: {error.strerror}"))
        return None


def _find_collisions(files: Sequence[RuleFile], reader: Reader) -> None:
    """Note each name or alias that an earlier rule has; bundled rules come first.

    Rules over one check may share an alias: a peer's name for what is several rules here.
    """
    owners: dict[str, Rule] = {}
    names = {fold(file.rule.name): file.rule for file in reversed(files)}
    for file in files:
        rule = file.rule
        owner = names[rule.name]
        if owner is not rule:
            message = f"{rule.name} is already the name of a rule, {owner.path}"
            reader.problems.append(Location(rule.path).problem(message))
        for alias in file.aliases:
            word = fold(alias.text)
            if word in names:
                reader.fault(alias, f"{alias.text} is already the name of a rule, {names[word].path}")
            elif (other := owners.setdefault(word, rule)).check != rule.check:
                reader.fault(alias, f"{alias.text} is already an alias of {other.name}")
