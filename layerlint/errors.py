"""What a user can have done wrong outside the Dockerfile: each error says what, where and what to do.

A fault *in* a Dockerfile is a finding, never an exception.  These exceptions are for everything
else that is the user's to mend (arguments, configuration, rule files, inputs that cannot be read);
any other exception that escapes is a bug of layerlint.
"""

from __future__ import annotations

from layerlint._dataclass import dataclass


@dataclass(frozen=True, slots=True)
class Problem:
    """One fault in a file of the user's: where it is (line and column from 1, 0 = the whole file)."""

    path: str
    line: int
    column: int
    message: str

    def __str__(self) -> str:
        if not self.line:
            return f"{self.path}: {self.message}"
        return f"{self.path}:{self.line}:{self.column}: {self.message}"


class LayerlintError(Exception):
    """A fault that stops the run with exit code 2; ``str()`` is what the user reads."""


class UsageError(LayerlintError):
    """A wrong argument, or an input that is not there or cannot be read."""


class InvalidFileError(LayerlintError):
    """A configuration or rule file with faults: all of them, in the order of the file."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__("\n".join(str(problem) for problem in problems))
        self.problems = problems
