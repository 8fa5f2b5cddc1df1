"""Pages that teach an idea on the reader's own Dockerfile: ``layerlint explain layers``.

To add one: a module with a function ``lesson``, a line in the table here, a snapshot in the tests.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Final, TypeAlias, cast

from layerlint.execution.trace import Trace
from layerlint.report import LayersReport, LessonRecord

Lesson: TypeAlias = Callable[[Trace, LayersReport], LessonRecord]

LESSONS: Final[Mapping[str, str]] = {
    "copy-up": "layerlint.lessons.copy_up",
    "layers": "layerlint.lessons.layers",
    "rootfs": "layerlint.lessons.rootfs",
    "whiteouts": "layerlint.lessons.whiteouts",
}
"""Topic to module, imported on use."""


def find_lesson(topic: str) -> Lesson:
    """The function of a topic of ``LESSONS``; KeyError for any other name."""
    return cast(Lesson, import_module(LESSONS[topic]).lesson)
