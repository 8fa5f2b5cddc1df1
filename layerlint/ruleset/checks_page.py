"""Checks for a reader who writes a rule: ``layerlint checks``."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping
from typing import Any

from layerlint.ruleset.message import BYTES
from layerlint.ruleset.model import Signature
from layerlint.ruleset.params import parameters


def checks_table(checks: Mapping[str, Signature]) -> str:
    """What each check sees, the fields of its message, and its parameters with their defaults."""
    return "\n".join("".join(f"{line}\n" for line in _entry(name, checks[name])) for name in sorted(checks))


def checks_json(checks: Mapping[str, Signature]) -> str:
    records = [_record(name, checks[name]) for name in sorted(checks)]
    return (
        json.dumps({"schema": "layerlint.checks/1", "checks": records}, indent=2, ensure_ascii=False) + "\n"
    )


def _entry(name: str, check: Signature) -> Iterator[str]:
    yield name
    if about := _about(check):
        yield f"  {about}"
    yield f"  message: {' '.join(f'{{{field}}}' for field in _fields(check))}"
    for option in parameters(check.params()):
        yield f"  {option.name}: {option.value}  ({option.type})"


def _record(name: str, check: Signature) -> dict[str, Any]:
    return {
        "name": name,
        "about": _about(check),
        "fields": _fields(check),
        "params": [
            {"name": option.name, "type": option.type, "default": option.value}
            for option in parameters(check.params())
        ],
    }


def _fields(check: Signature) -> list[str]:
    return [*check.fields, *(() if BYTES in check.fields else (BYTES,))]


def _about(check: Signature) -> str:
    """The first sentence of the check's module; one of the linter's own has none."""
    run = getattr(check, "run", None)
    text = (sys.modules[run.__module__].__doc__ or "") if run is not None else ""
    return text.partition("\n\n")[0].replace("\n", " ").strip()
