"""``RUN --mount`` and ``--device``: one record of comma-separated ``key=value`` fields."""

from __future__ import annotations

from collections.abc import Iterator

from layerlint._dataclass import dataclass
from layerlint._pattern import pattern
from layerlint.dockerfile.flags import value_part
from layerlint.dockerfile.gostrings import TRUTHS
from layerlint.dockerfile.instructions import Mount
from layerlint.dockerfile.suggest import did_you_mean
from layerlint.dockerfile.syntax import Flag, Problem
from layerlint.source import Span

_VARIABLE = pattern(r"\$.")


@dataclass(frozen=True, slots=True)
class Field:
    """``key=value``, or a bare ``key`` (``value`` is None); the key in lower case."""

    key: str
    value: str | None
    text: str
    span: Span


def fields(flag: Flag, what: str) -> tuple[Field, ...] | Problem:
    """The fields of a flag's value; quotes as in CSV (RFC 4180)."""
    text = flag.value or ""
    if not text:
        return Problem(f"failed to parse csv {what}: EOF", flag.span)
    found: list[Field] = []
    position = 0
    while True:
        if text.startswith('"', position):
            value, end = _quoted(text, position)
        else:
            end = text.find(",", position)
            end = len(text) if end < 0 else end
            value = text[position:end]
            if '"' in value:
                end = -1
        if end < 0:
            return Problem(f'failed to parse csv {what}: stray " in {text}', flag.value_span)
        key, equals, rest = value.partition("=")
        found.append(Field(key.lower(), rest if equals else None, value, value_part(flag, position, end)))
        if end == len(text):
            return tuple(found)
        position = end + 1


def _quoted(text: str, start: int) -> tuple[str, int]:
    """The value of a quoted field and the offset behind it, or -1 where the quotes are wrong."""
    parts: list[str] = []
    position = start + 1
    while (end := text.find('"', position)) >= 0:
        parts.append(text[position:end])
        if not text.startswith('""', end):
            closed = end + 1 == len(text) or text[end + 1] == ","
            return "".join(parts), end + 1 if closed else -1
        parts.append('"')
        position = end + 2
    return "", -1


def parse_mount(flag: Flag) -> tuple[Mount | None, tuple[Problem, ...]]:
    """A mount before its values are expanded, and what is refused already then."""
    found = fields(flag, "mounts")
    if isinstance(found, Problem):
        return None, (found,)
    kind, source, target, from_ = "bind", "", "", ""
    from_span = flag.span
    read_only: bool | None = None
    for field in found:
        match field.key, field.value:
            case "type", str(value):
                kind = value.lower()
            case "source" | "src", str(value):
                source = value
            case "target" | "dst" | "destination", str(value):
                target = value
            case "from", str(value):
                if _VARIABLE.search(value):
                    message = "'from' doesn't support variable expansion, define alias stage instead"
                    return None, (Problem(message, field.span),)
                from_, from_span = value, field.span
            case "readonly" | "ro", value:
                read_only = True if value is None else TRUTHS.get(value, True)
            case "readwrite" | "rw", value:
                read_only = False if value is None else not TRUTHS.get(value, True)
    if read_only is None:
        read_only = kind not in ("cache", "tmpfs")
    options = tuple((field.text.partition("=")[0], field.value or "") for field in found)
    return Mount(kind, source, target, from_, read_only, options, flag.span, from_span), ()


@dataclass(frozen=True, slots=True)
class Device:
    name: str
    required: bool


def parse_device(flag: Flag) -> Device | Problem:
    """``RUN --device``: a CDI name first or as ``name=``, and ``required``."""
    found = fields(flag, "devices")
    if isinstance(found, Problem):
        return found
    name, required = "", False
    for field in found:
        match field.key, field.value:
            case "required", None:
                required = True
            case "required", str(value):
                if value not in TRUTHS:
                    return Problem(f"invalid value for required: {value}", field.span)
                required = TRUTHS[value]
            case "name", str(value):
                if name:
                    return Problem(f"device name already set to {name}", field.span)
                name = value
            case _ if not name:
                name = field.text
            case _, None:
                message = f"invalid field '{field.text}' must be a key=value pair"
                return Problem(message, field.span)
            case _:
                suggestion = did_you_mean(field.key, ("name", "required"))
                message = f"unexpected key '{field.key}' in '{field.text}'{suggestion}"
                return Problem(message, field.span)
    return Device(name, required)


def device_problems(flags: tuple[Flag, ...]) -> Iterator[Problem]:
    for flag in flags:
        found = parse_device(flag)
        if isinstance(found, Problem):
            yield found
