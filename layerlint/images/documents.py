"""JSON out of images, which may be anything: read within bounds, and taken apart by type."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, TypeAlias

from layerlint.images.errors import ImageError

Document: TypeAlias = Mapping[str, Any]

_MAX_SETTINGS = 1 << 20


def parse(data: bytes, name: str) -> object:
    """The value of a JSON text; the caller has bounded its bytes."""
    try:
        return json.loads(data)
    except RecursionError as error:
        raise ImageError(f"{name}: nested too deeply") from error
    except ValueError as error:
        raise ImageError(f"{name}: not JSON ({str(error)[:100]})") from error


def parse_object(data: bytes, name: str) -> Document:
    value = parse(data, name)
    if not isinstance(value, dict):
        raise ImageError(f"{name}: not a JSON object")
    return value


def read_settings(path: Path) -> Document:
    """A file of settings of another program; empty where it is not there, not readable or not an object."""
    try:
        if not path.is_file() or path.stat().st_size > _MAX_SETTINGS:
            return {}
        value = json.loads(path.read_bytes())
    except (OSError, ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


def text(document: Document, key: str) -> str:
    """Empty where there is none, or something else."""
    value = document.get(key)
    return printable(value) if isinstance(value, str) else ""


def number(document: Document, key: str) -> int | None:
    value = document.get(key)
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None


def part(document: Document, key: str) -> Document:
    value = document.get(key)
    return value if isinstance(value, dict) else {}


def parts(document: Document, key: str) -> Iterator[Document]:
    value = document.get(key)
    if isinstance(value, list):
        yield from (item for item in value if isinstance(item, dict))


def texts(document: Document, key: str) -> tuple[str, ...]:
    value = document.get(key)
    if not isinstance(value, list):
        return ()
    return tuple(printable(item) for item in value if isinstance(item, str))


def printable(value: str) -> str:
    """Halves of surrogate pairs, which JSON can hold and UTF-8 cannot, as escapes."""
    return value.encode("utf-8", "backslashreplace").decode()
