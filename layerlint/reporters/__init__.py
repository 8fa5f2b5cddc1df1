"""Output formats: pure functions from a report to the text that is printed.

To add one: a module with the function, a line in a table here, a snapshot in the tests.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from typing import Final, TypeAlias, cast

from layerlint.report import LayersReport, LessonRecord, Report, StepRecord
from layerlint.reporters.style import Style

Reporter: TypeAlias = Callable[[Report, Style], str]
StepsReporter: TypeAlias = Callable[[Sequence[StepRecord], Style], str]
LessonReporter: TypeAlias = Callable[[LessonRecord, Style], str]
LayersReporter: TypeAlias = Callable[[Sequence[LayersReport], Style], str]

# Format to "module:function", imported on use: a run needs one of them, and start-up is felt.
REPORTERS: Final[Mapping[str, str]] = {
    "github": "layerlint.reporters.github:report",
    "json": "layerlint.reporters.json:report",
    "markdown": "layerlint.reporters.markdown:report",
    "sarif": "layerlint.reporters.sarif:report",
    "text": "layerlint.reporters.text:report",
}

LAYERS_REPORTERS: Final[Mapping[str, str]] = {
    "json": "layerlint.reporters.json:layers",
    "text": "layerlint.reporters.text:layers",
}

LESSON_REPORTERS: Final[Mapping[str, str]] = {
    "json": "layerlint.reporters.json:lesson",
    "markdown": "layerlint.reporters.lessons:markdown",
    "text": "layerlint.reporters.lessons:text",
}

STEPS_REPORTERS: Final[Mapping[str, str]] = {
    "json": "layerlint.reporters.json:steps",
    "text": "layerlint.reporters.steps:steps",
}


def reporter(format_name: str) -> Reporter:
    """The function of a format of ``REPORTERS``; KeyError for any other name."""
    return cast(Reporter, _resolve(REPORTERS[format_name]))


def layers_reporter(format_name: str) -> LayersReporter:
    """The function of a format of ``LAYERS_REPORTERS``; KeyError for any other name."""
    return cast(LayersReporter, _resolve(LAYERS_REPORTERS[format_name]))


def lesson_reporter(format_name: str) -> LessonReporter:
    """The function of a format of ``LESSON_REPORTERS``; KeyError for any other name."""
    return cast(LessonReporter, _resolve(LESSON_REPORTERS[format_name]))


def steps_reporter(format_name: str) -> StepsReporter:
    """The function of a format of ``STEPS_REPORTERS``; KeyError for any other name."""
    return cast(StepsReporter, _resolve(STEPS_REPORTERS[format_name]))


def _resolve(target: str) -> object:
    module, _, function = target.partition(":")
    return getattr(import_module(module), function)
