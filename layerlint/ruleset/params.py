"""Typed parameters of a check: from YAML or TOML values to its ``Params`` dataclass, and back to text.

A field's type says how it is written: ``bool``, ``int``, ``float``, ``str``, ``Bytes``
(`layerlint.domain.units`), an ``Enum`` or a ``Literal`` of texts, and ``tuple[T, ...]`` of these.
``minimum_size`` is written ``minimum-size``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import Enum
from typing import Any, Literal, get_args, get_origin, get_type_hints

from layerlint._dataclass import dataclass, replace
from layerlint.config.located import Value
from layerlint.config.reader import Reader
from layerlint.domain.units import IEC, Bytes


@dataclass(frozen=True, slots=True)
class NoParams:
    """The parameters of a check that has none."""


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter, for a reader: its name and type as in docs/rules-format.md, and its value."""

    name: str
    type: str
    value: str


def read_params(base: Any, value: Value, reader: Reader) -> Any:
    """``base`` (an instance of a ``Params`` class) with the fields that the mapping ``value`` sets."""
    types = types_of(type(base))
    given = reader.fields(value, types)
    read = {field_name(name): _read(name, types[name], item, reader) for name, item in given.items()}
    known = {name: item for name, item in read.items() if item is not None}
    try:
        return replace(base, **known) if known else base
    except ValueError as error:  # the class's own check of its values
        reader.fault(value, str(error))
        return base


def parameters(params: Any) -> tuple[Parameter, ...]:
    """Every parameter with its present value, in the order of the class."""
    types = types_of(type(params))
    return tuple(
        Parameter(name, _type_name(kind), _written(kind, getattr(params, field_name(name))))
        for name, kind in types.items()
    )


def types_of(params: type[Any]) -> Mapping[str, Any]:
    """The type of each field of a ``Params`` class, by its name as it is written."""
    names: tuple[str, ...] = params.__match_args__
    if not names:
        return {}
    hints = get_type_hints(params, include_extras=True)
    return {name.replace("_", "-"): hints[name] for name in names}


def field_name(name: str) -> str:
    return name.replace("-", "_")


def _read(name: str, kind: Any, value: Value, reader: Reader) -> Any:
    simple: dict[Any, Callable[[str, Value], Any]] = {
        bool: reader.boolean, int: reader.integer, float: reader.number, str: reader.line
    }  # fmt: skip
    if kind in simple:
        return simple[kind](name, value)
    if kind == Bytes:
        return reader.size(name, value)
    if get_origin(kind) is tuple:
        entry = f"an entry of {name}"
        items = [_read(entry, get_args(kind)[0], item, reader) for item in reader.sequence(name, value)]
        return tuple(item for item in items if item is not None)
    word = reader.choice(name, value, choices(kind))
    return kind(word) if word is not None and get_origin(kind) is None else word


def choices(kind: Any) -> tuple[str, ...]:
    if get_origin(kind) is Literal:
        return get_args(kind)
    if isinstance(kind, type) and issubclass(kind, Enum):
        return tuple(member.value for member in kind)
    raise TypeError(f"a parameter of type {kind} cannot be written in a rule file")


def _type_name(kind: Any) -> str:
    if kind in (bool, int, float):
        return str(kind.__name__)
    if kind is str:
        return "text"
    if kind == Bytes:
        return "bytes"
    if get_origin(kind) is tuple:
        return f"list of {_type_name(get_args(kind)[0])}"
    return " | ".join(choices(kind))


def _written(kind: Any, value: Any) -> str:
    """The value as one would write it in YAML."""
    if isinstance(value, tuple):
        return f"[{', '.join(_written(get_args(kind)[0], item) for item in value)}]"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Enum):
        return str(value.value)
    return _exact_size(value) if kind == Bytes else str(value)


def _exact_size(amount: int) -> str:
    """In the largest unit that divides it: this is read back, so nothing is rounded."""
    unit = 0
    while amount and amount % 1024 == 0 and unit < len(IEC) - 1:
        amount, unit = amount // 1024, unit + 1
    return f"{amount} {IEC[unit]}" if unit else str(amount)
