"""ShellCheck's comments as cases of the rules that are on."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from layerlint.execution.trace import Trace
from layerlint.report import Confidence, Severity
from layerlint.ruleset.findings import Remark
from layerlint.ruleset.model import Rule, RuleSet
from layerlint.ruleset.reserved import SHELL_SCRIPT, ShellScriptParams
from layerlint.shellcheck.program import LONGEST, Comment, Level, ShellCheckError, check
from layerlint.shellcheck.scripts import ShellScript, shell_scripts

_MEANINGLESS: Final = frozenset(
    {
        1090,  # a sourced file that a variable names, and
        1091,  # one that is not followed: it lies in the image, not here
        2187,  # ash is looked at as dash: the shell is the base image's choice
    }
)
"""What only says that ShellCheck was run on a part of a Dockerfile.

What it says of the ``#!`` line and the variables is of our own making too, and has no place in the file.
"""

_REPEATED_BLANKS: Final = 2291
"""Of ``echo a   b``; between two lines of a continued instruction they are its indentation."""

_PORTABILITY: Final = 3
"""The thousands of what POSIX has not: bash, which may be the sh of a base that is not known, has it."""
_OF_THE_BASE: Final = frozenset({2154})
"""A variable that nobody sets, unless the base image does."""

_SEVERITIES: Final = {
    Level.ERROR: Severity.ERROR,
    Level.WARNING: Severity.WARNING,
    Level.INFO: Severity.INFO,
    Level.STYLE: Severity.INFO,
}


def shell_cases(
    trace: Trace, active: RuleSet, program: Path
) -> tuple[list[tuple[Rule, Remark]], tuple[str, ...]]:
    """The cases of a file, of what stands in front of its first FROM too, and what was not looked at."""
    cases: list[tuple[Rule, Remark]] = []
    notes: dict[str, None] = {}
    for rule in active:
        if rule.check == SHELL_SCRIPT:
            params: ShellScriptParams = rule.params
            found_in = shell_scripts(trace, use_base=params.use_base, forget_shell=params.forget_shell)
            scripts = list(found_in)
            if any(len(script.text) > LONGEST for script in scripts):
                notes[f"ShellCheck is not given scripts of more than {LONGEST} characters"] = None
                scripts = [script for script in scripts if len(script.text) <= LONGEST]
            try:
                comments = check(program, [script.text for script in scripts])
            except ShellCheckError as error:
                notes[f"ShellCheck {error}: its findings are missing"] = None
                continue
            source = trace.document.source.text
            for script, found in zip(scripts, comments, strict=True):
                cases += _of_script(rule, script, found, source)
    return cases, tuple(notes)


def _of_script(
    rule: Rule, script: ShellScript, comments: Sequence[Comment], source: str
) -> Iterator[tuple[Rule, Remark]]:
    params: ShellScriptParams = rule.params
    told = [(comment, remark) for comment in comments if (remark := _remark(comment, script, source))]
    for comment, remark in told[-1:] if params.last_only else told:
        code = f"SC{comment.code}"
        if comment.level.rank > Level(params.minimum).rank or code in params.left_out:
            continue
        severity = Severity.INFO if code in params.lowered else _SEVERITIES[comment.level]
        variant = rule.of_code(code, severity)
        if variant is not None:
            yield variant, remark


def _remark(comment: Comment, script: ShellScript, source: str) -> Remark | None:
    if comment.code in _MEANINGLESS:
        return None
    span = script.locate(comment.start, comment.end)
    if span is None or (comment.code == _REPEATED_BLANKS and "\n" in source[span.start : span.end]):
        return None
    doubtful = not script.sure and (comment.code in _OF_THE_BASE or comment.code // 1000 == _PORTABILITY)
    confidence = Confidence.LOW if doubtful else None
    return Remark(span, {"problem": comment.message.strip().removesuffix(".")}, confidence=confidence)
