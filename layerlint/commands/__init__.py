"""Command models: from a command line to its effects.

A model is a pure function of an `Invocation`.  To add one: a module, and its line in the table.
"""

from __future__ import annotations

import importlib
from collections.abc import Iterator, Mapping

from layerlint.effects import Model

_TABLE: Mapping[str, str] = {
    ":": "constant:true",
    "[": "test:bracket",
    "addgroup": "adduser:addgroup",
    "adduser": "adduser:adduser",
    "apt": "apt:apt",
    "apt-get": "apt:apt_get",
    "apt-mark": "apt_mark:apt_mark",
    "cat": "cat:cat",
    "cd": "directory:cd",
    "chgrp": "chown:chgrp",
    "chmod": "chmod:chmod",
    "chown": "chown:chown",
    "cp": "cp:cp",
    "install": "install:install",
    "ln": "ln:ln",
    "mkdir": "mkdir:mkdir",
    "mv": "mv:mv",
    "rm": "rm:rm",
    "rmdir": "mkdir:rmdir",
    "unlink": "rm:unlink",
}
"""Command name to ``module:function``; a module is imported when a script first uses it."""


class _Models(Mapping[str, Model]):
    """The table, resolved name by name."""

    def __getitem__(self, name: str) -> Model:
        module, _, function = _TABLE[name].partition(":")
        model: Model = getattr(importlib.import_module(f"{__name__}.{module}"), function)
        return model

    def __iter__(self) -> Iterator[str]:
        return iter(_TABLE)

    def __len__(self) -> int:
        return len(_TABLE)


MODELS: Mapping[str, Model] = _Models()


def find(name: str) -> Model | None:
    """The model of a command given by its name or its path (``/bin/rm``); None if there is none."""
    return MODELS.get(name.rpartition("/")[2])
