"""Named selections that ship with layerlint, or lie in a user's folder of rules: ``profiles/<name>.yaml``."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from layerlint._dataclass import dataclass, replace
from layerlint._resources import bundled
from layerlint.config.located import Location, Scalar, Value
from layerlint.config.reader import Reader
from layerlint.config.selection import SELECTION_KEYS, Selection, read_selection
from layerlint.config.yaml_values import MAX_BYTES, parse_yaml
from layerlint.ruleset.bundle import dump_rules, load_rules
from layerlint.ruleset.loader import PROFILES
from layerlint.ruleset.model import RuleSet
from layerlint.ruleset.rule_file import NAME
from layerlint.ruleset.selection import known_part

DEFAULT: Final = "default"

_KEYS: Final = ("summary", *SELECTION_KEYS)
_REQUIRED: Final = ("summary",)
_BUNDLED: Final = "layerlint/rules/profiles"
"""How messages name the folder of the bundled profiles."""


@dataclass(frozen=True, slots=True)
class Profile:
    name: str
    summary: str
    selection: Selection


def load_profile(word: Scalar | None, folders: Sequence[Path], rules: RuleSet) -> Profile:
    """The profile of a name (None: the default one); those of users' folders go before the bundled ones.

    Raises `InvalidFileError`.  Names of rules are judged when the selection is used; only of a bundled
    profile those that the rule set has not are left out: a peer has more codes than problems.
    """
    reader = Reader()
    name = DEFAULT if word is None else word.text
    for folder in folders:
        value = _parse(folder / PROFILES / f"{name}.yaml", reader) if NAME.fullmatch(name) else None
        reader.finish()
        if value is not None:
            return _finished(name, value, reader)
    value = _bundled(name, reader)
    if value is None:
        known = sorted({*_bundled_names(), *_names(folders)})
        near = reader.near(name, known) or f": known are {', '.join(known)}"
        reader.fault(word or Scalar(name, Location("--profile")), f'there is no profile "{name}"{near}')
        reader.finish()
    assert value is not None  # or the fault has been raised
    profile = _finished(name, value, reader)
    return replace(profile, selection=known_part(profile.selection, rules)[0])


def bundled_profiles(rules: RuleSet) -> tuple[Profile, ...]:
    """Those that ship with layerlint, by name."""
    return tuple(load_profile(Scalar(name, Location(_BUNDLED)), (), rules) for name in _bundled_names())


def compile_profiles(folder: Path) -> str:
    """The profiles of a folder of rules as the JSON text that a wheel carries as ``_profiles.json``."""
    reader = Reader()
    read = ((name, _parse(folder / PROFILES / f"{name}.yaml", reader)) for name in _names([folder]))
    text = dump_rules({name: value for name, value in read if value is not None})
    reader.finish()
    return text


def read_profile(name: str, value: Value, reader: Reader) -> Profile:
    given = reader.fields(value, _KEYS, _REQUIRED)
    summary = reader.line("summary", given["summary"]) if "summary" in given else None
    return Profile(name, summary or "", read_selection(given, reader))


def _finished(name: str, value: Value, reader: Reader) -> Profile:
    profile = read_profile(name, value, reader)
    reader.finish()
    return profile


def _bundled(name: str, reader: Reader) -> Value | None:
    """The value of one that ships with layerlint; None where there is none of the name."""
    compiled = _compiled()
    if compiled is not None:
        return compiled.get(name)
    return _parse(bundled("rules") / PROFILES / f"{name}.yaml", reader) if NAME.fullmatch(name) else None


def _bundled_names() -> list[str]:
    compiled = _compiled()
    return _names([bundled("rules")]) if compiled is None else sorted(compiled)


def _compiled() -> dict[str, Value] | None:
    """Those that a wheel carries as JSON: there is no YAML to read."""
    file = bundled("profiles.json")
    return dict(load_rules(file.read_text(encoding="utf-8"), _BUNDLED)) if file.is_file() else None


def _names(folders: Sequence[Path]) -> list[str]:
    return sorted(file.stem for folder in folders for file in (folder / PROFILES).glob("*.yaml"))


def _parse(file: Path, reader: Reader) -> Value | None:
    """The value of a file; None where there is none."""
    try:
        with file.open("rb") as stream:
            data = stream.read(MAX_BYTES + 1)
    except FileNotFoundError:
        return None
    except OSError as error:
        reader.problems.append(Location(file.as_posix()).problem(f"cannot be read: {error.strerror}"))
        return None
    value = parse_yaml(file.as_posix(), data, reader.problems)
    if value is None and not reader.problems:
        reader.problems.append(Location(file.as_posix()).problem("the file is empty"))
    return value
