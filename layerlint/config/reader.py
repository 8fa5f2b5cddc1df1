"""Typed reading of located values: every fault is noted, none stops the reading."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from collections.abc import Sequence as Names
from pathlib import PurePosixPath

from layerlint._pattern import pattern
from layerlint.config.located import Mapping, Scalar, Sequence, Value, kind, shortened, suggestion
from layerlint.domain.units import parse_size
from layerlint.errors import InvalidFileError, Problem

_INTEGER = pattern(r"[-+]?[0-9]{1,18}")
_NUMBER = pattern(r"[-+]?[0-9]{1,18}(?:\.[0-9]{1,18})?")
_CONTROL = pattern(r"[\x00-\x08\x0a-\x1f\x7f\x85\u2028\u2029]")

_SUGGESTED = 100
"""Problems with a suggestion; each costs a comparison with every known name."""


class Reader:
    """Reads values as what they must be; what is not so is added to `problems` and reads as None.

    ``name`` is what a message calls the value: the key that it is under.
    """

    def __init__(self) -> None:
        self.problems: list[Problem] = []

    def finish(self) -> None:
        """Raise `InvalidFileError` if there are problems: by file as they were read, then by place."""
        if self.problems:
            paths = list(dict.fromkeys(fault.path for fault in self.problems))
            order = {path: number for number, path in enumerate(paths)}
            raise InvalidFileError(
                tuple(sorted(self.problems, key=lambda fault: (order[fault.path], fault.line, fault.column)))
            )

    def near(self, word: str, names: Iterable[str]) -> str:
        """A `suggestion`, as long as the problems are few enough for somebody to read them."""
        return suggestion(word, names) if len(self.problems) < _SUGGESTED else ""

    def fault(self, value: Value, message: str) -> None:
        self.problems.append(value.location.problem(message))

    def fields(self, value: Value, known: Collection[str], required: Names[str] = ()) -> dict[str, Value]:
        """The values of a mapping with a fixed set of keys; those without a value are left out."""
        if not isinstance(value, Mapping):
            self.fault(value, f"expected a mapping with the keys {', '.join(known)}, not {kind(value)}")
            return {}
        found = {}
        for key, item in value.entries:
            if key.text in known:
                found[key.text] = item
            else:
                near = self.near(key.text, known) or f": known are {', '.join(known) or 'none'}"
                self.fault(key, f'unknown key "{shortened(key.text)}"{near}')
        for name in required:
            if name not in found:
                self.fault(value, f"the key {name} is missing")
        return found

    def mapping(self, name: str, value: Value) -> Mapping | None:
        """A mapping whose keys are the user's."""
        if isinstance(value, Mapping):
            return value
        self.fault(value, f"{name} must be a mapping, not {kind(value)}")
        return None

    def sequence(self, name: str, value: Value) -> tuple[Value, ...]:
        if isinstance(value, Sequence):
            return value.items
        self.fault(value, f"{name} must be a list, not {kind(value)}")
        return ()

    def scalar(self, name: str, value: Value) -> Scalar | None:
        """A text of any length; a number or a truth is its text."""
        if isinstance(value, Scalar) and not value.is_null:
            return value
        self.fault(value, f"{name} must be a text, not {kind(value)}")
        return None

    def text(self, name: str, value: Value) -> str | None:
        """A text that says something."""
        scalar = self.scalar(name, value)
        if scalar is None or scalar.text.strip():
            return scalar.text if scalar else None
        self.fault(value, f"{name} must not be empty")
        return None

    def line(self, name: str, value: Value) -> str | None:
        """A text of one line, without control characters; blanks around it do not count."""
        text = self.text(name, value)
        if text is None:
            return None
        if _CONTROL.search(text.strip()):
            self.fault(value, f"{name} must be one line")
            return None
        return text.strip()

    def lines(self, name: str, value: Value) -> tuple[Scalar, ...]:
        """A list of texts of one line each, with their places."""
        entry = f"an entry of {name}"
        items = self.sequence(name, value)
        return tuple(item for item in items if self.line(entry, item) and isinstance(item, Scalar))

    def choice(self, name: str, value: Value, choices: Collection[str]) -> str | None:
        scalar = self.scalar(name, value)
        if scalar is None or scalar.text in choices:
            return scalar.text if scalar else None
        near = self.near(scalar.text, choices)
        self.fault(value, f"{name} must be one of {', '.join(choices)}, not {kind(value)}{near}")
        return None

    def boolean(self, name: str, value: Value) -> bool | None:
        if isinstance(value, Scalar) and value.plain and value.text in ("true", "false"):
            return value.text == "true"
        self.fault(value, f"{name} must be true or false, not {kind(value)}")
        return None

    def integer(self, name: str, value: Value) -> int | None:
        if isinstance(value, Scalar) and value.plain and _INTEGER.fullmatch(value.text):
            return int(value.text)
        self.fault(value, f"{name} must be a whole number, not {kind(value)}")
        return None

    def number(self, name: str, value: Value) -> float | None:
        if isinstance(value, Scalar) and value.plain and _NUMBER.fullmatch(value.text):
            return float(value.text)
        self.fault(value, f"{name} must be a number, not {kind(value)}")
        return None

    def size(self, name: str, value: Value) -> int | None:
        """Bytes, by the units of `parse_size`."""
        scalar = self.scalar(name, value)
        if scalar is None:
            return None
        try:
            return parse_size(scalar.text)
        except ValueError as error:
            self.fault(value, f"{name} must be a size, not {kind(value)}: {error}")
            return None

    def relative_path(self, name: str, value: Value) -> str | None:
        """A path below some folder, with ``/``; a ``/`` at its end is kept."""
        text = self.line(name, value)
        if text is None:
            return None
        path = PurePosixPath(text)
        if path.is_absolute() or ".." in path.parts or "\\" in text or not path.parts:
            self.fault(value, f"{name} must be a relative path without .., not {kind(value)}")
            return None
        return str(path) + "/" * text.endswith("/")
