"""hadolint's configuration file, read as one of ours: so that a repository keeps its settings on the first day.

hadolint itself goes on with its defaults where the file is broken, and says nothing of a key or a code that
it does not know; here the first is an error, as of any configuration, and the second a note.
"""

from __future__ import annotations

from collections.abc import Mapping as Keys
from pathlib import Path
from typing import Final

from layerlint._dataclass import dataclass
from layerlint._pattern import pattern
from layerlint.config.located import Location, Mapping, Scalar, Sequence, Value, kind, shortened
from layerlint.config.model import Config
from layerlint.config.reader import Reader
from layerlint.config.selection import Selection, read_entries
from layerlint.config.yaml_values import parse_yaml
from layerlint.report import Severity

FILE_NAMES: Final = (".hadolint.yaml", ".hadolint.yml")

_LEVELS: Final = {
    "error": Severity.ERROR, "warning": Severity.WARNING, "info": Severity.INFO, "style": Severity.INFO
}  # fmt: skip
_THRESHOLDS: Final = {**_LEVELS, "ignore": Severity.INFO, "none": Severity.INFO}
"""The last two count every finding (seen with 2.15.1), as info does here: there is no lower level."""

_OUTPUT: Final = ("format", "formats", "no-color", "verbose")
"""Of the command line here."""
_KEYS: Final = (
    "disable-ignore-pragma", "failure-threshold", "ignored", "label-schema", "no-fail", "override", "strict-labels",
    "trustedRegistries", *_OUTPUT,
)  # fmt: skip
_CODE: Final = pattern(r"(?:DL|SC)[0-9]{4}")

_MISSING, _UNEXPECTED, _EMPTY, _REGISTRY = "DL3049", "DL3050", "DL3051", "DL3026"
_TYPES: Final = {
    "email": "DL3058",
    "hash": "DL3055",
    "rfc3339": "DL3053",
    "semver": "DL3056",
    "spdx": "DL3054",
    "text": None,
    "url": "DL3052",
}
"""The types of a label schema, and the code of the rule that judges a value of each."""

_ITS_LEVELS: Final = {_MISSING: Severity.INFO, _UNEXPECTED: Severity.INFO, _REGISTRY: Severity.ERROR}
"""Of rules that a list switches on there; a warning to it are all others."""


@dataclass(frozen=True, slots=True)
class _Label:
    name: Scalar
    type: str


def read_hadolint(path: str, data: bytes) -> Config:
    """The configuration that a file means; names of rules that are not known are no faults of it (`borrowed`).

    Raises `InvalidFileError` with every fault of the file.
    """
    reader = Reader()
    value = parse_yaml(path, data, reader.problems)
    if value is None or (isinstance(value, Scalar) and value.is_null):
        value = Mapping((), Location(path))
    notes: list[str] = []
    given = _known(value, notes, reader)
    threshold = _threshold(given, reader)
    no_fail, strict, no_comments = (
        _flag(key, given, reader) for key in ("no-fail", "strict-labels", "disable-ignore-pragma")
    )
    notes += [f"{_at(given[key])}: {key} is left to the command line" for key in _OUTPUT if key in given]
    options = (*_label_options(_labels(given, reader), strict=strict), *_registries(given, reader))
    switched = ((word, _ITS_LEVELS.get(word.text, Severity.WARNING)) for word, _ in options)
    config = Config(
        path=path,
        folder=Path(path).parent,
        selection=Selection(
            ignore=_codes("ignored", given.get("ignored"), notes, reader),
            severity=(*switched, *_override(given, notes, reader)),
            options=options,
        ),
        fail_on=Severity.OFF if no_fail else threshold or Config().fail_on,
        ignore_comments=not no_comments,
        borrowed=True,
        notes=tuple(notes),
    )
    reader.finish()
    return config


def _known(value: Value, notes: list[str], reader: Reader) -> dict[str, Value]:
    """The values of the keys that hadolint has."""
    if not isinstance(value, Mapping):
        reader.fault(value, f"expected a mapping with the keys {', '.join(sorted(_KEYS))}, not {kind(value)}")
        return {}
    given = {}
    for key, item in value.entries:
        if key.text in _KEYS:
            given[key.text] = item
        else:
            near = reader.near(key.text, _KEYS)
            notes.append(f'{_at(key)}: hadolint has no key "{shortened(key.text)}"{near}')
    return {key: item for key, item in given.items() if not (isinstance(item, Scalar) and item.is_null)}


def _at(value: Value) -> str:
    place = value.location
    return f"{place.path}:{place.line}:{place.column}"


def _flag(key: str, given: Keys[str, Value], reader: Reader) -> bool:
    return bool(reader.boolean(key, given[key])) if key in given else False


def _threshold(given: Keys[str, Value], reader: Reader) -> Severity | None:
    key = "failure-threshold"
    word = reader.choice(key, given[key], tuple(_THRESHOLDS)) if key in given else None
    return _THRESHOLDS[word] if word else None


def _codes(name: str, value: Value | None, notes: list[str], reader: Reader) -> tuple[Scalar, ...]:
    found = reader.lines(name, value) if value is not None else ()
    codes = tuple(code for code in found if _CODE.fullmatch(code.text))
    notes += [
        f"{_at(word)}: {kind(word)} is no code of hadolint or ShellCheck"
        for word in found
        if word not in codes
    ]
    return codes


def _override(
    given: Keys[str, Value], notes: list[str], reader: Reader
) -> tuple[tuple[Scalar, Severity], ...]:
    levels = reader.fields(given["override"], tuple(_LEVELS)) if "override" in given else {}
    return tuple(
        (code, _LEVELS[level])
        for level in reversed(_LEVELS)  # the highest last: it wins there too
        for code in _codes(f"override.{level}", levels.get(level), notes, reader)
    )


def _labels(given: Keys[str, Value], reader: Reader) -> tuple[_Label, ...]:
    read = (
        (name, reader.choice(f"the type of {name.text}", value, tuple(_TYPES)))
        for name, value in read_entries("label-schema", given, reader)
    )
    return tuple(_Label(name, of_type) for name, of_type in read if of_type)


def _label_options(labels: tuple[_Label, ...], *, strict: bool) -> tuple[tuple[Scalar, Mapping], ...]:
    if not labels:
        return ()
    place = labels[0].name.location
    rules = {_MISSING: labels, _EMPTY: labels}
    if strict:
        rules[_UNEXPECTED] = labels
    for of_type, rule in _TYPES.items():
        typed = tuple(label for label in labels if label.type == of_type)
        if rule and typed:
            rules[rule] = typed
    return tuple(
        _option(rule, "labels", Sequence(tuple(label.name for label in names), place))
        for rule, names in rules.items()
    )


def _registries(given: Keys[str, Value], reader: Reader) -> tuple[tuple[Scalar, Mapping], ...]:
    key = "trustedRegistries"
    if key not in given:
        return ()
    value = given[key]
    if isinstance(value, Scalar):  # its README allows a text
        value = Sequence((value,), value.location)
    names = Sequence(tuple(reader.lines(key, value)), value.location)
    return (_option(_REGISTRY, "registries", names),) if names.items else ()


def _option(rule: str, param: str, value: Sequence) -> tuple[Scalar, Mapping]:
    place = value.location
    return Scalar(rule, place), Mapping(((Scalar(param, place), value),), place)
