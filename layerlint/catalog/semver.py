"""Version ranges of npm (node-semver's README): whether a version lies in one."""

from __future__ import annotations

from typing import TypeAlias

from layerlint._pattern import pattern

Version: TypeAlias = tuple[int, int, int]

_LONGEST = 256
"""Characters of a range, as in node-semver's ``MAX_LENGTH``."""
_PARTIAL = pattern(
    r"[v=\s]*(\d{1,15}|[xX*])?(?:\.(\d{1,15}|[xX*]))?(?:\.(\d{1,15}|[xX*]))?(-[^+\s]*)?(\+\S*)?"
)
_COMPARATOR = pattern(r"(>=|<=|>|<|=|~>|~|\^)?\s*([v=]*[\dxX*][^\s]*)")
_HYPHEN = pattern(r"\s*([^\s]+)\s+-\s+([^\s]+)\s*")
_HIGHEST: Version = (1 << 60, 0, 0)


def parse_version(text: str) -> Version | None:
    """The three numbers of a full version; a prerelease counts as the version that it leads to."""
    match = _PARTIAL.fullmatch(text.strip()[:_LONGEST])
    if match is None or any(part is None or not part.isdigit() for part in match.group(1, 2, 3)):
        return None
    return int(match[1]), int(match[2]), int(match[3])


def satisfies(version: Version, text: str) -> bool | None:
    """Whether the version lies in the range; None where the text is no range (a tag, a URL, a path)."""
    text = text.strip()
    if len(text) > _LONGEST:
        return None
    found = False
    for alternative in text.split("||"):
        bounds = _bounds(alternative)
        if bounds is None:
            return None
        found = found or all(low <= version < high for low, high in bounds)
    return found


def lower_bound(text: str) -> Version | None:
    """The lowest version of the range's last alternative; None where the text is no range."""
    bounds = _bounds(text.strip()[:_LONGEST].rpartition("||")[2])
    return None if bounds is None else max(low for low, _ in bounds)


def compatible(one: Version, two: Version) -> bool:
    """They promise the same interface: the leftmost number that is not zero is the same."""
    return one[0] == two[0] and (one[0] > 0 or one[1] == two[1])


def _bounds(text: str) -> list[tuple[Version, Version]] | None:
    """Half-open intervals that must all hold."""
    hyphen = _HYPHEN.fullmatch(text)
    if hyphen is not None:
        low, high = _interval("", hyphen[1]), _interval("", hyphen[2])
        return None if low is None or high is None else [(low[0], high[1])]
    if not text.strip():
        return [((0, 0, 0), _HIGHEST)]
    bounds = []
    rest = text.strip()
    while rest:
        match = _COMPARATOR.match(rest)
        interval = None if match is None else _interval(match[1] or "", match[2])
        if match is None or interval is None:
            return None
        bounds.append(interval)
        rest = rest[match.end() :].lstrip()
    return bounds


def _interval(operator: str, text: str) -> tuple[Version, Version] | None:
    match = _PARTIAL.fullmatch(text)
    if match is None:
        return None
    numbers: list[int] = []
    for part in match.group(1, 2, 3):
        if part is None or not part.isdigit():
            break
        numbers.append(int(part))
    low = _filled(numbers)
    after = _filled([*numbers[:-1], numbers[-1] + 1]) if numbers else _HIGHEST
    match operator:
        case ">=":
            return low, _HIGHEST
        case ">":
            return after, _HIGHEST
        case "<":
            return (0, 0, 0), low
        case "<=":
            return (0, 0, 0), after
        case "~" | "~>":
            return low, _filled([*numbers[:1], numbers[1] + 1]) if len(numbers) > 1 else after
        case "^":
            return low, _caret(numbers)
        case _:
            return low, after


def _caret(numbers: list[int]) -> Version:
    """Up to the next change of the leftmost number that is not zero."""
    if not numbers:
        return _HIGHEST
    for index, number in enumerate(numbers):
        if number or index == len(numbers) - 1:
            return _filled([*numbers[:index], number + 1])
    return _HIGHEST


def _filled(numbers: list[int]) -> Version:
    one, two, three = (*numbers, 0, 0, 0)[:3]
    return one, two, three
