"""The values of ``RUN --mount`` once their variables are known (``commands_runmount.go``)."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from layerlint._dataclass import dataclass
from layerlint._pattern import pattern
from layerlint.dockerfile.gostrings import TRUTHS, quote
from layerlint.dockerfile.mounts import Field, fields
from layerlint.dockerfile.suggest import did_you_mean
from layerlint.dockerfile.syntax import Flag, Problem
from layerlint.domain.text import UNKNOWN, Text

TYPES = ("bind", "cache", "secret", "ssh", "tmpfs")
SHARINGS = ("locked", "private", "shared")
KEYS = (
    "dst", "env", "from", "gid", "id", "mode", "readonly", "readwrite", "required", "ro", "rw", "sharing",
    "size", "source", "src", "target", "type", "uid",
)  # fmt: skip

Expander: TypeAlias = Callable[[str, Field], Text]
"""The expanded value of a field; UNKNOWN too where expanding it is refused."""

_SIZE = pattern(r"[0-9]+(?:\.[0-9]+)* ?[kKmMgGtTpP]?[iI]?[bB]?\Z")
_NAMES = {"src": "source", "dst": "target", "destination": "target"}
_OWNERSHIP = ("mode", "uid", "gid")


@dataclass(slots=True)
class _Mount:
    """What has been read of a mount so far; a value that is not given is empty."""

    type: Text
    values: dict[str, Text]

    def given(self, key: str) -> bool:
        """Whether a value is certainly there."""
        return self.values.get(key, "") not in ("", UNKNOWN)

    def missing(self, key: str) -> bool:
        return self.values.get(key, "") == ""


def mount_value_problem(flag: Flag, expand: Expander, workdir: Text) -> Problem | None:
    """What BuildKit refuses first in a mount; nothing that rests on a value that is not known."""
    found = fields(flag, "mounts")
    if isinstance(found, Problem):
        return None  # reported by the grammar
    mount = _Mount("bind", {})
    for field in found:
        message = _read(mount, field, expand)
        if message is not None:
            return Problem(message, field.span)
    message = _whole(mount, workdir)
    return None if message is None else Problem(message, flag.span)


def _read(mount: _Mount, field: Field, expand: Expander) -> str | None:
    key = field.key
    if field.value is None:
        if key in ("readonly", "ro", "readwrite", "rw"):
            return None
        if key == "required":
            return _unexpected(mount, key, ("secret", "ssh"))
        return f"invalid field '{field.text}' must be a key=value pair"
    value = expand(field.value, field)
    mount.values[_NAMES.get(key, key)] = value
    if key == "type":
        mount.type = UNKNOWN if value is UNKNOWN else value.lower()
        if value is UNKNOWN or mount.type in TYPES:
            return None
        return f"unsupported mount type {quote(value)}{did_you_mean(value, TYPES)}"
    if key == "required" and (message := _unexpected(mount, key, ("secret", "ssh"))):
        return message
    if key == "size" and (message := _unexpected(mount, key, ("tmpfs",))):
        return message
    if key not in KEYS and key != "destination":
        return f"unexpected key '{key}' in '{field.text}'{did_you_mean(key, KEYS)}"
    return None if value is UNKNOWN else _value_error(key, value)


def _unexpected(mount: _Mount, key: str, types: tuple[str, ...]) -> str | None:
    if mount.type is UNKNOWN or mount.type in types:
        return None
    return f"unexpected key '{key}' for mount type '{mount.type}'"


def _value_error(key: str, value: str) -> str | None:
    match key:
        case "readonly" | "ro" | "readwrite" | "rw" | "required" if value not in TRUTHS:
            return f"invalid value for {key}: {value}"
        case "size" if not _SIZE.match(value):
            return f"invalid value for {key}: {value}"
        case "sharing" if value.lower() not in SHARINGS:
            return f"unsupported sharing value {quote(value)}{did_you_mean(value, SHARINGS)}"
        case "mode" if not _number(value, "01234567", 0o37777777777):
            return f"invalid value {value} for mode"
        case "uid" | "gid" if not _number(value, "0123456789", 0xFFFFFFFF):
            return f"invalid value {value} for {key}"
        case _:
            return None


def _number(text: str, digits: str, largest: int) -> bool:
    if not text or text.strip(digits) or len(text.lstrip("0")) > 11:
        return False
    return int(text, len(digits)) <= largest


def _whole(mount: _Mount, workdir: Text) -> str | None:
    """What the fields of a mount say together."""
    kind = mount.type
    if kind is UNKNOWN:
        return None
    if kind in ("bind", "tmpfs"):
        for key in _OWNERSHIP:
            if key in mount.values:
                return f"{key} not allowed for {quote(kind)} type mounts"
    if kind == "secret":
        if mount.given("from"):
            return "secret mount should not have a from"
        if mount.given("sharing"):
            return "secret mount should not define sharing"
        if all(mount.missing(key) for key in ("source", "target", "id", "env")):
            return "invalid secret mount. one of source, target required"
        if mount.given("source") and mount.given("id"):
            return "both source and id can't be set"
    if mount.given("sharing") and kind != "cache":
        return f"invalid cache sharing set for {kind} mount"
    if kind in ("bind", "cache", "tmpfs") and _is_root(mount.values.get("target", ""), workdir):
        return 'invalid mount target "/"'
    return None


def _is_root(target: Text, workdir: Text) -> bool:
    """A relative target (or none) is one under the working directory."""
    if target is UNKNOWN:
        return False
    if target.startswith("/"):
        return target == "/"
    return workdir == "/" and target.strip("/") in ("", ".")
