"""Which ShellCheck is used: that of the extra, or what the user names on the command line."""

from __future__ import annotations

import argparse
from pathlib import Path

from layerlint import __version__
from layerlint.cli.output import OK, write
from layerlint.errors import UsageError
from layerlint.shellcheck.find import OFF, find_beside_interpreter, find_named

_ABSENT = "ShellCheck is not installed"
_EXTRA = "pip install 'layerlint[shellcheck]'"


def read_shellcheck(options: argparse.Namespace) -> tuple[Path | None, tuple[str, ...]]:
    """The program, and a note where there is none and the user wants notes."""
    if options.shellcheck == OFF:
        return None, ()
    if options.shellcheck is not None:
        program = find_named(options.shellcheck)
        if program is None:
            raise UsageError(f'--shellcheck: there is no program "{options.shellcheck}"')
        return program, ()
    program = find_beside_interpreter()
    absent = program is None and options.verbose
    return program, (f"{_ABSENT}, so scripts are not checked: {_EXTRA}",) if absent else ()


def tell_versions() -> int:
    write(None, f"layerlint {__version__}\n{_shellcheck()}\n")
    return OK


def _shellcheck() -> str:
    program = find_beside_interpreter()
    if program is None:
        return f"{_ABSENT} ({_EXTRA})"
    from layerlint.shellcheck.program import ShellCheckError, version

    try:
        return f"ShellCheck {version(program)}"
    except ShellCheckError as error:
        return f"ShellCheck {error}"
