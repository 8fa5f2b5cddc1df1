"""TOML text to located values.

`tomllib` gives no positions, so a place is looked for: the first line from the table's on that has the
key (or the text of a list's entry) as a word.  A fault may then be shown at an earlier line with the same
word; the message names the key in any case.
"""

from __future__ import annotations

import re
from collections.abc import Sequence as Texts
from typing import Any, Final

from layerlint.config.located import Location, Mapping, Scalar, Sequence, Value
from layerlint.config.yaml_values import MAX_BYTES, MAX_DEPTH
from layerlint.errors import Problem

_AT: Final = re.compile(r"(.*?) \(at line ([0-9]+), column ([0-9]+)\)")
_WORD: Final = "-_"
"""Characters of a bare key that are neither letters nor digits."""

_SEARCHED: Final = 2_000
"""Lines from the table's on in which a key is looked for: a bound on the work, beyond any real file."""


def parse_toml(path: str, data: bytes, table: Texts[str], problems: list[Problem]) -> Value | None:
    """The value of a table, given by its keys; None if it is not there or the file has a fault."""
    import tomllib

    whole = Location(path)
    if len(data) > MAX_BYTES:
        problems.append(whole.problem(f"larger than {MAX_BYTES >> 20} MiB"))
        return None
    try:
        text = data.decode("utf-8")
        found: Any = tomllib.loads(text)
    except UnicodeDecodeError as error:
        problems.append(Location(path, data.count(b"\n", 0, error.start) + 1, 1).problem("not UTF-8"))
        return None
    except tomllib.TOMLDecodeError as error:
        at = _AT.fullmatch(str(error))
        place = Location(path, int(at[2]), int(at[3])) if at else whole
        problems.append(place.problem(f"not TOML: {at[1] if at else error}"))
        return None
    except RecursionError:
        problems.append(whole.problem(f"nested deeper than {MAX_DEPTH} levels"))
        return None
    lines = text.split("\n")
    place = Location(path, 1, 1)
    for key in table:
        if not isinstance(found, dict) or key not in found:
            return None
        found, place = found[key], _find(lines, key, place)
    return _value(found, place, lines, 1, problems)


def _value(value: Any, place: Location, lines: Texts[str], depth: int, problems: list[Problem]) -> Value:
    if depth > MAX_DEPTH:
        problems.append(place.problem(f"nested deeper than {MAX_DEPTH} levels"))
        return Scalar("", place)
    if isinstance(value, dict):
        keys = [Scalar(key, _find(lines, key, place)) for key in value]
        return Mapping(
            tuple((key, _value(value[key.text], key.location, lines, depth + 1, problems)) for key in keys),
            place,
        )
    if isinstance(value, list):
        items = [(item, _find(lines, item, place) if isinstance(item, str) else place) for item in value]
        return Sequence(tuple(_value(item, at, lines, depth + 1, problems) for item, at in items), place)
    if isinstance(value, str):
        return Scalar(value, place)
    return Scalar(str(value).lower() if isinstance(value, bool) else str(value), place, plain=True)


def _find(lines: Texts[str], word: str, after: Location) -> Location:
    """The first place of a word from a line on; ``after`` itself if there is none."""
    if not word or "\n" in word:
        return after
    for number in range(after.line, min(len(lines), after.line + _SEARCHED) + 1):
        line = lines[number - 1]
        start = line.find(word)
        while start >= 0:
            around = line[start - 1 : start] + line[start + len(word) : start + len(word) + 1]
            if not any(char.isalnum() or char in _WORD for char in around):
                return Location(after.path, number, start + 1)
            start = line.find(word, start + 1)
    return after
