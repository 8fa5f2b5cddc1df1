"""Built-in commands of the shell that change the flow of the script or its arguments."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from layerlint._dataclass import replace
from layerlint.domain.text import Text
from layerlint.domain.truth import Truth

if TYPE_CHECKING:
    from layerlint.execution.shell import ShellRunner


def run_builtin(shell: ShellRunner, fields: Sequence[Text]) -> Truth | None:
    """``break``, ``continue``, ``return`` and ``shift``: the exit status; None for any other command."""
    process = shell.process
    match fields[0]:
        case "break" | "continue":
            shell.process = replace(process, leaving=str(fields[0]), levels=_number(fields, 1) or 1)
            return Truth.YES
        case "return":
            shell.process = replace(process, leaving="return")
            status = _number(fields, 0)
            return Truth.MAYBE if status is None else Truth.of(status == 0)
        case "shift":
            count, arguments = _number(fields, 1), process.arguments
            if count is None or arguments is None:
                shell.process = replace(process, arguments=None)
                return Truth.MAYBE
            if count > len(arguments):
                return Truth.NO
            shell.process = replace(process, arguments=arguments[count:])
            return Truth.YES
        case _:
            return None


def _number(fields: Sequence[Text], default: int) -> int | None:
    if len(fields) < 2:
        return default
    word = fields[1]
    return (
        int(word) if isinstance(word, str) and word.isascii() and word.isdecimal() and len(word) < 6 else None
    )
