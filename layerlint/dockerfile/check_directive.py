"""The options of BuildKit's ``# check=`` directive (``linter.ParseLintOptions``)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from layerlint._dataclass import dataclass
from layerlint.dockerfile.directives import lookup
from layerlint.dockerfile.gostrings import quote
from layerlint.dockerfile.syntax import Directive, Problem
from layerlint.source import Span

BUILD_ARGUMENT: Final = "BUILDKIT_DOCKERFILE_CHECK"
"""Takes the place of the directive where it is given."""

ALL: Final = "all"

_TRUE: Final = frozenset({"1", "t", "T", "true", "TRUE", "True"})
_FALSE: Final = frozenset({"0", "f", "F", "false", "FALSE", "False"})
"""What ``strconv.ParseBool`` takes."""


@dataclass(frozen=True, slots=True)
class CheckOptions:
    """Names of BuildKit's rules, or ``all``."""

    skip: tuple[str, ...] = ()
    experimental: tuple[str, ...] = ()
    error: bool = False
    """A warning makes the build fail."""


def parse_check_options(value: str) -> CheckOptions | str:
    """The options of a value, which ends at its first blank; BuildKit's message where it refuses them."""
    text = (value.split(maxsplit=1) or [""])[0]
    skip: tuple[str, ...] = ()
    experimental: tuple[str, ...] = ()
    error = False
    # The third takes the rest, further semicolons too.
    for part in text.split(";", 2) if text else ():
        key, equals, given = part.partition("=")
        match key if equals else "":
            case "skip":
                skip = tuple(given.split(","))
            case "experimental":
                experimental = tuple(given.split(","))
            case "error" if given in _TRUE | _FALSE:
                error = given in _TRUE
            case "error":
                reason = f"strconv.ParseBool: parsing {quote(given)}: invalid syntax"
                return f"failed to parse check option {quote(part)}: {reason}"
            case _:
                return f"invalid check option {quote(key)}"
    return CheckOptions(skip, experimental, error)


def check_directive(text: str) -> Directive | None:
    """The directive of a file's head."""
    return next((found for found in lookup(text) if found.name == "check"), None)


def check_options(text: str, build_arguments: Mapping[str, str]) -> tuple[CheckOptions, Span, Problem | None]:
    """The options in force for a file, where they stand, and why they are refused."""
    directive = check_directive(text)
    given = build_arguments.get(BUILD_ARGUMENT)
    span = Span(0, 0) if directive is None or given is not None else directive.value_span
    value = given if given is not None else "" if directive is None else directive.value
    options = parse_check_options(value)
    if isinstance(options, str):
        return CheckOptions(), span, Problem(f"failed to parse check options: {options}", span)
    return options, span, None
