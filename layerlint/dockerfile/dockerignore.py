"""``.dockerignore``: which paths of a build context are left out (moby's ``patternmatcher``)."""

from __future__ import annotations

import posixpath
from collections.abc import Callable

from layerlint._dataclass import dataclass, field
from layerlint._pattern import pattern
from layerlint.dockerfile.globs import BAD_PATTERN, compile_glob, match_source, parse_glob
from layerlint.dockerfile.gostrings import WHITE_SPACE
from layerlint.dockerfile.syntax import Problem
from layerlint.source import Span

__all__ = ["IgnorePattern", "Matcher", "match_source", "read"]


@dataclass(frozen=True, slots=True)
class IgnorePattern:
    """One line: a pattern, cleaned as a path, without its ``!``."""

    text: str
    negated: bool
    span: Span
    """Of the line's text in the file."""


def read(text: str) -> tuple[tuple[IgnorePattern, ...], tuple[Problem, ...]]:
    """The patterns of a file, and those that make the build fail, which are left out."""
    patterns: list[IgnorePattern] = []
    problems: list[Problem] = []
    position = 0
    for number, line in enumerate(text.split("\n")):
        start = position
        position += len(line) + 1
        body = line.removeprefix("\ufeff") if number == 0 else line
        if body.startswith("#"):  # only in the first column
            continue
        pattern = body.strip(WHITE_SPACE)
        if not pattern:
            continue
        start += line.index(pattern)
        span = Span(start, start + len(pattern))
        negated = pattern.startswith("!")
        cleaned = _cleaned(pattern[1:].strip(WHITE_SPACE) if negated else pattern)
        if not cleaned:
            problems.append(Problem('illegal exclusion pattern: "!"', span))
        elif parse_glob(cleaned, double_star=True) is None:
            problems.append(Problem(f"{BAD_PATTERN}: {pattern}", span))
        else:
            patterns.append(IgnorePattern(cleaned, negated, span))
    return tuple(patterns), tuple(problems)


def _cleaned(path: str) -> str:
    """``filepath.Clean``, and without the slash in front."""
    if not path:
        return ""
    cleaned = posixpath.normpath(path)
    if cleaned.startswith("//"):  # POSIX keeps two slashes, Go does not
        cleaned = cleaned[1:]
    return cleaned[1:] if len(cleaned) > 1 and cleaned.startswith("/") else cleaned


@dataclass(frozen=True, slots=True)
class Matcher:
    """The patterns of a ``.dockerignore``, in order; the last that matches decides."""

    patterns: tuple[IgnorePattern, ...]
    _tests: tuple[Callable[[str], bool], ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_tests", tuple(_test(pattern.text) for pattern in self.patterns))

    @property
    def has_exceptions(self) -> bool:
        return any(pattern.negated for pattern in self.patterns)

    def matches(self, path: str) -> bool:
        """Whether a path of the context (with ``/``, relative, clean) is left out.

        A pattern that matches a directory above the path counts (``MatchesOrParentMatches``).
        """
        return self.decisive(path) is not None

    def decisive(self, path: str) -> IgnorePattern | None:
        """The pattern by which a path is left out, if it is."""
        found: IgnorePattern | None = None
        for each, test in zip(self.patterns, self._tests, strict=True):
            if each.negated == (found is not None) and test(path):
                found = None if each.negated else each
        return found


_SPECIAL = pattern(r"[*?\[\]\\]")


def _test(pattern: str) -> Callable[[str], bool]:
    """Whether a path or a directory above it matches.

    A pattern with nothing special but ``**`` in front or at the end is compared as text, and so
    ``**file`` matches ``a-file``, which ``**file*`` does not.
    """
    if not _SPECIAL.search(pattern):
        return lambda path: path == pattern or path.startswith(f"{pattern}/")
    if pattern.startswith("**") and not _SPECIAL.search(pattern, 2):
        return _suffix_test(pattern[2:])
    if pattern.endswith("**") and not _SPECIAL.search(pattern, 0, len(pattern) - 2):
        prefix = pattern[:-2]
        return lambda path: path.startswith(prefix)
    return compile_glob(parse_glob(pattern, double_star=True) or (), parents=True)


def _suffix_test(suffix: str) -> Callable[[str], bool]:
    inside, name = f"{suffix}/", suffix.removeprefix("/")
    if not name:
        return lambda path: True
    if name == suffix:
        return lambda path: path.endswith(suffix) or inside in path
    below = f"{name}/"
    return lambda path: path.endswith(suffix) or inside in path or path == name or path.startswith(below)
