"""Output formats: pure functions from a report to the text that is printed.

To add one: a module with the function, a line in a table here, a snapshot in the tests.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from typing import Final, Protocol, TypeAlias, cast

from layerlint.report import (
    BaseAdvice,
    FileReport,
    FleetForecast,
    FleetReport,
    ImageReport,
    LayersReport,
    LessonRecord,
    Report,
    StepRecord,
    VerifyReport,
)
from layerlint.reporters.style import Style

Reporter: TypeAlias = Callable[[Report, Style], str]
BaseReporter: TypeAlias = Callable[[Sequence[BaseAdvice], Style], str]
StepsReporter: TypeAlias = Callable[[Sequence[StepRecord], Style], str]
LessonReporter: TypeAlias = Callable[[LessonRecord, Style], str]
LayersReporter: TypeAlias = Callable[[Sequence[LayersReport], Style], str]
ImageReporter: TypeAlias = Callable[[ImageReport, Style], str]
VerifyReporter: TypeAlias = Callable[[VerifyReport, Style], str]
FleetForecastReporter: TypeAlias = Callable[[FleetForecast, Style], str]
FleetReporter: TypeAlias = Callable[[FleetReport, Style], str]


class Stream(Protocol):
    """A report that is told file by file: together the texts are those of the reporter."""

    def file(self, file: FileReport) -> str: ...

    def end(self, notes: Sequence[str]) -> str: ...


# Format to "module:function", imported on use: a run needs one of them, and start-up is felt.
REPORTERS: Final[Mapping[str, str]] = {
    "github": "layerlint.reporters.github:report",
    "html": "layerlint.reporters.html:report",
    "json": "layerlint.reporters.json:report",
    "markdown": "layerlint.reporters.markdown:report",
    "sarif": "layerlint.reporters.sarif:report",
    "text": "layerlint.reporters.text:report",
}

STREAMS: Final[Mapping[str, str]] = {
    "github": "layerlint.reporters.github:Stream",
    "text": "layerlint.reporters.text:Stream",
}
"""Formats of ``REPORTERS`` whose report can be told file by file; the others need the whole."""

LAYERS_REPORTERS: Final[Mapping[str, str]] = {
    "json": "layerlint.reporters.json:layers",
    "markdown": "layerlint.reporters.markdown:layers",
    "svg": "layerlint.reporters.svg:layers",
    "text": "layerlint.reporters.text:layers",
}

LESSON_REPORTERS: Final[Mapping[str, str]] = {
    "json": "layerlint.reporters.json:lesson",
    "markdown": "layerlint.reporters.lessons:markdown",
    "text": "layerlint.reporters.lessons:text",
}

BASE_REPORTERS: Final[Mapping[str, str]] = {
    "json": "layerlint.reporters.base_json:advice",
    "markdown": "layerlint.reporters.base_text:markdown",
    "sarif": "layerlint.reporters.base_sarif:advice",
    "text": "layerlint.reporters.base_text:text",
}

STEPS_REPORTERS: Final[Mapping[str, str]] = {
    "json": "layerlint.reporters.json:steps",
    "text": "layerlint.reporters.steps:steps",
}

IMAGE_REPORTERS: Final[Mapping[str, str]] = {
    "json": "layerlint.reporters.inside_json:image",
    "markdown": "layerlint.reporters.inside_markdown:image",
    "svg": "layerlint.reporters.svg:image",
    "text": "layerlint.reporters.inside_text:image",
}

VERIFY_REPORTERS: Final[Mapping[str, str]] = {
    "json": "layerlint.reporters.inside_json:verify",
    "markdown": "layerlint.reporters.inside_markdown:verify",
    "text": "layerlint.reporters.inside_text:verify",
}

FLEET_FORECAST_REPORTERS: Final[Mapping[str, str]] = {
    "json": "layerlint.reporters.fleet_forecast:json",
    "markdown": "layerlint.reporters.fleet_forecast:markdown",
    "text": "layerlint.reporters.fleet_forecast:text",
}

FLEET_REPORTERS: Final[Mapping[str, str]] = {
    "json": "layerlint.reporters.inside_json:fleet",
    "markdown": "layerlint.reporters.inside_markdown:fleet",
    "text": "layerlint.reporters.inside_text:fleet",
}


def reporter(format_name: str) -> Reporter:
    """The function of a format of ``REPORTERS``; KeyError for any other name."""
    return cast(Reporter, _resolve(REPORTERS[format_name]))


def stream(format_name: str, style: Style, expected: int) -> Stream:
    """Of a format of ``STREAMS``, for a number of files; KeyError for any other name."""
    begin = cast("Callable[[Style, int], Stream]", _resolve(STREAMS[format_name]))
    return begin(style, expected)


def layers_reporter(format_name: str) -> LayersReporter:
    """The function of a format of ``LAYERS_REPORTERS``; KeyError for any other name."""
    return cast(LayersReporter, _resolve(LAYERS_REPORTERS[format_name]))


def lesson_reporter(format_name: str) -> LessonReporter:
    """The function of a format of ``LESSON_REPORTERS``; KeyError for any other name."""
    return cast(LessonReporter, _resolve(LESSON_REPORTERS[format_name]))


def base_reporter(format_name: str) -> BaseReporter:
    """The function of a format of ``BASE_REPORTERS``; KeyError for any other name."""
    return cast(BaseReporter, _resolve(BASE_REPORTERS[format_name]))


def steps_reporter(format_name: str) -> StepsReporter:
    """The function of a format of ``STEPS_REPORTERS``; KeyError for any other name."""
    return cast(StepsReporter, _resolve(STEPS_REPORTERS[format_name]))


def image_reporter(format_name: str) -> ImageReporter:
    """The function of a format of ``IMAGE_REPORTERS``; KeyError for any other name."""
    return cast(ImageReporter, _resolve(IMAGE_REPORTERS[format_name]))


def verify_reporter(format_name: str) -> VerifyReporter:
    """The function of a format of ``VERIFY_REPORTERS``; KeyError for any other name."""
    return cast(VerifyReporter, _resolve(VERIFY_REPORTERS[format_name]))


def fleet_forecast_reporter(format_name: str) -> FleetForecastReporter:
    """The function of a format of ``FLEET_FORECAST_REPORTERS``; KeyError for any other name."""
    return cast(FleetForecastReporter, _resolve(FLEET_FORECAST_REPORTERS[format_name]))


def fleet_reporter(format_name: str) -> FleetReporter:
    """The function of a format of ``FLEET_REPORTERS``; KeyError for any other name."""
    return cast(FleetReporter, _resolve(FLEET_REPORTERS[format_name]))


def _resolve(target: str) -> object:
    module, _, function = target.partition(":")
    return getattr(import_module(module), function)
