"""The bundled profiles as one JSON text, which a wheel carries so that a run need not import PyYAML.

A profile is its file's value with every scalar as a string: ``=`` in front of a plain one, ``'`` in front of
a quoted one, so that reading it means the same as reading the YAML.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from collections.abc import Mapping as Keys
from typing import Any, Final

from layerlint.config.located import Location, Mapping, Scalar, Sequence, Value

_PLAIN: Final = "="
_QUOTED: Final = "'"


def dump_rules(values: Keys[str, Value]) -> str:
    """JSON of names and the value of each file."""
    rules = {name: _dump(values[name]) for name in sorted(values)}
    return json.dumps(rules, ensure_ascii=False, separators=(",", ":"))


def load_rules(text: str, folder: str) -> Iterator[tuple[str, Value]]:
    """``<category>/<name>`` and the value of each rule; ``folder`` is how a message names their place."""
    for name, value in json.loads(text).items():
        yield name, _load(value, Location(f"{folder}/{name}.yaml", 1, 1))


def _dump(value: Value) -> Any:
    match value:
        case Scalar():
            return (_PLAIN if value.plain else _QUOTED) + value.text
        case Sequence():
            return [_dump(item) for item in value.items]
        case Mapping():
            return {key.text: _dump(item) for key, item in value.entries}


def _load(value: Any, place: Location) -> Value:
    if isinstance(value, str):
        return Scalar(value[1:], place, plain=value[0] == _PLAIN)
    if isinstance(value, list):
        return Sequence(tuple(_load(item, place) for item in value), place)
    return Mapping(tuple((Scalar(key, place), _load(item, place)) for key, item in value.items()), place)
