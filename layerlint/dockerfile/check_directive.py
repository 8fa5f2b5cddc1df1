"""The options of BuildKit's ``# check=`` directive (``linter.ParseLintOptions``)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from layerlint._dataclass import dataclass
from layerlint.dockerfile.directives import lookup
from layerlint.dockerfile.gostrings import TRUTHS, quote
from layerlint.dockerfile.syntax import Problem
from layerlint.source import Span

BUILD_ARGUMENT: Final = "BUILDKIT_DOCKERFILE_CHECK"
"""Takes the place of the directive where it is given."""

ALL: Final = "all"

RULES: Final = frozenset({
    "ConsistentInstructionCasing", "CopyIgnoredFile", "DuplicateStageName", "ExposeInvalidFormat",
    "ExposeProtoCasing", "FromAsCasing", "FromPlatformFlagConstDisallowed", "InvalidBaseImagePlatform",
    "InvalidDefaultArgInFrom", "InvalidDefinitionDescription", "JSONArgsRecommended", "LegacyKeyValueFormat",
    "MaintainerDeprecated", "MultipleInstructionsDisallowed", "NoEmptyContinuation", "RedundantTargetPlatform",
    "ReservedStageName", "SecretsUsedInArgOrEnv", "StageNameCasing", "UndefinedArgInFrom", "UndefinedVar",
    "WorkdirRelativePath",
})  # fmt: skip
"""All of BuildKit's, of August 2026 (``linter/ruleset.go``)."""

EXPERIMENTAL: Final = frozenset({"InvalidDefinitionDescription"})
"""BuildKit's rules that are on only where ``experimental=`` asks for them; ``skip=all`` leaves them on."""


@dataclass(frozen=True, slots=True)
class CheckOptions:
    """``skip`` and ``experimental`` are names of BuildKit's rules, or ``all``."""

    skip: tuple[str, ...] = ()
    experimental: tuple[str, ...] = ()
    """Those that are on only where they are asked for."""
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
            case "error" if given in TRUTHS:
                error = TRUTHS[given]
            case "error":
                reason = f"strconv.ParseBool: parsing {quote(given)}: invalid syntax"
                return f"failed to parse check option {quote(part)}: {reason}"
            case _:
                return f"invalid check option {quote(key)}"
    return CheckOptions(skip, experimental, error)


def check_value(text: str, build_arguments: Mapping[str, str]) -> tuple[str, Span]:
    """The value in force for a file, empty for none, and where it stands."""
    if BUILD_ARGUMENT in build_arguments:
        return build_arguments[BUILD_ARGUMENT], Span(0, 0)
    for directive in lookup(text):
        if directive.name == "check":
            return directive.value, directive.value_span
    return "", Span(0, 0)


def check_options(text: str, build_arguments: Mapping[str, str]) -> tuple[CheckOptions, Span, Problem | None]:
    """The options in force for a file, where they stand, and why they are refused."""
    value, span = check_value(text, build_arguments)
    options = parse_check_options(value)
    if isinstance(options, str):
        return CheckOptions(), span, Problem(f"failed to parse check options: {options}", span)
    return options, span, None


def comment_value(comments: Sequence[str]) -> str:
    """The value for one instruction, of the comments directly above: the first alone counts."""
    for comment in comments:
        key, equals, value = comment.partition("=")
        if equals and key.strip().lower() == "check":
            return value.strip()
    return ""
