"""TOML text to located values.

`tomllib` gives no positions, so a place is looked for: the first from the table's line on that looks like
the key (or has the text of a list's entry as a word).  It may be an earlier one that only looks so; the
message names the key in any case.
"""

from __future__ import annotations

from collections.abc import Sequence as Texts
from typing import Any, Final

from layerlint._pattern import pattern
from layerlint.config.located import Location, Mapping, Scalar, Sequence, Value
from layerlint.config.yaml_values import MAX_BYTES, MAX_DEPTH
from layerlint.errors import Problem

_AT: Final = pattern(r"(.*?) \(at line ([0-9]+), column ([0-9]+)\)")
_BARE: Final = "-_"
"""Characters of a bare key that are neither letters nor digits."""

_AFTER_KEY: Final = ("=", ".", "]")

_SEARCHED: Final = 500
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
        found, place = found[key], _find(lines, key, place, key=True, within=len(lines)) or place
    return _value(found, place, lines, 1, problems)


def _value(value: Any, place: Location, lines: Texts[str], depth: int, problems: list[Problem]) -> Value:
    if depth > MAX_DEPTH:
        problems.append(place.problem(f"nested deeper than {MAX_DEPTH} levels"))
        return Scalar("", place)
    if isinstance(value, dict):
        entries = []
        after = place
        for word, item in value.items():
            # Most often the keys stand in this order; a table of its own may come anywhere.
            at = _find(lines, word, after, key=True) or _find(lines, word, place, key=True) or place
            after = at
            entries.append((Scalar(word, at), _value(item, at, lines, depth + 1, problems)))
        return Mapping(tuple(entries), place)
    if isinstance(value, list):
        items = [(item, _find(lines, item, place) if isinstance(item, str) else None) for item in value]
        return Sequence(
            tuple(_value(item, at or place, lines, depth + 1, problems) for item, at in items), place
        )
    if isinstance(value, str):
        return Scalar(value, place)
    return Scalar(str(value).lower() if isinstance(value, bool) else str(value), place, plain=True)


def _find(
    lines: Texts[str], text: str, after: Location, *, key: bool = False, within: int = _SEARCHED
) -> Location | None:
    """The first place of a text from a line on: as a key, or as a whole word."""
    if not text or "\n" in text:
        return None
    for number in range(after.line, min(len(lines), after.line + within) + 1):
        line = lines[number - 1]
        start = line.find(text)
        while start >= 0:
            before, behind = line[start - 1 : start], line[start + len(text) :]
            whole = not any(char.isalnum() or char in _BARE for char in before + behind[:1])
            if whole and (not key or behind.lstrip(" \t\"'")[:1] in _AFTER_KEY):
                return Location(after.path, number, start + 1)
            start = line.find(text, start + 1)
    return None
