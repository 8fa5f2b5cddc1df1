"""The quick decorator makes what the standard one makes."""

from __future__ import annotations

import dataclasses
import pickle
from dataclasses import FrozenInstanceError, replace
from typing import Any

import pytest

from layerlint import _dataclass
from layerlint.filesystem.union import FileSystem


@_dataclass.dataclass(frozen=True, slots=True)
class Quick:
    """A class of every kind of field."""

    a: int
    b: str = "b"
    c: list[int] = _dataclass.field(default_factory=list)
    d: int = _dataclass.field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "d", self.a + 1)


@dataclasses.dataclass(frozen=True, slots=True)
class Standard:
    """A class of every kind of field."""

    a: int
    b: str = "b"
    c: list[int] = dataclasses.field(default_factory=list)
    d: int = dataclasses.field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "d", self.a + 1)


@_dataclass.dataclass(frozen=True, slots=True)
class Hashed:
    a: int
    b: tuple[int, ...] = ()


@_dataclass.dataclass(frozen=True, slots=True)
class Wide:
    """With so many fields that they are set in another way."""

    a: int
    b: int
    c: int
    d: int = 4
    e: list[int] = _dataclass.field(default_factory=list)
    f: int = 6
    g: int = 7


@_dataclass.dataclass(frozen=True, slots=True, eq=False)
class Identity:
    a: int


@_dataclass.dataclass(frozen=True, slots=True, order=True)
class Ordered:
    a: int
    b: str = _dataclass.field(default="", compare=False)


@_dataclass.dataclass(slots=True)
class Open:
    a: int
    b: list[int] = _dataclass.field(default_factory=list)


@_dataclass.dataclass(frozen=True, slots=True)
class Derived(Hashed):
    """Left to the standard decorator, with fields of ours."""

    c: int = _dataclass.field(default=3, repr=False)


def _told(kind: type[Any]) -> tuple[object, ...]:
    value, same, other = kind(1, c=[2]), kind(1, "b", [2]), kind(1, "x")
    changed = replace(value, b="y")
    return (
        repr(value).replace(kind.__name__, ""),
        value == same,
        value == other,
        value != other,
        (changed.a, changed.b, changed.c, changed.d),
        kind.__match_args__,
        [(each.name, each.init, each.repr, each.compare) for each in dataclasses.fields(kind)],
        dataclasses.asdict(value),
        kind.__slots__,
        hasattr(value, "__dict__"),
        kind(1).c is kind(1).c,
        pickle.loads(pickle.dumps(value)) == value,
    )


def test_it_is_as_the_standard_one() -> None:
    assert _told(Quick) == _told(Standard)


def test_nothing_can_be_changed() -> None:
    value = Quick(1)
    with pytest.raises(dataclasses.FrozenInstanceError):
        value.a = 2  # type: ignore[misc]
    with pytest.raises(dataclasses.FrozenInstanceError):
        del value.a  # type: ignore[misc]


def test_hash_and_identity() -> None:
    assert hash(Hashed(1, (2,))) == hash(Hashed(1, (2,)))
    assert {Hashed(1), Hashed(1)} == {Hashed(1)}
    assert Identity(1) != Identity(1)
    assert Hashed(1) != Identity(1)


def test_wrong_arguments_are_refused() -> None:
    with pytest.raises(TypeError, match="missing 1 required positional argument: 'a'"):
        Quick()  # type: ignore[call-arg]
    with pytest.raises(TypeError, match="unexpected keyword argument 'z'"):
        Quick(1, z=2)  # type: ignore[call-arg]


def test_many_fields() -> None:
    value = Wide(1, 2, c=3, f=0)
    assert (value.a, value.b, value.c, value.d, value.e, value.f, value.g) == (1, 2, 3, 4, [], 0, 7)
    assert type(value) is Wide
    assert _dataclass.replace(value, g=8) == replace(value, g=8) == Wide(1, 2, 3, f=0, g=8)
    assert pickle.loads(pickle.dumps(value)) == value
    with pytest.raises(dataclasses.FrozenInstanceError):
        value.a = 2  # type: ignore[misc]
    with pytest.raises(TypeError):
        _dataclass.replace(value, h=1)
    with pytest.raises(TypeError):
        Wide(1, 2)  # type: ignore[call-arg]


def test_a_derived_class_with_fields_of_its_own_is_made_too() -> None:
    class Open(FileSystem):
        pass

    made = Open(FileSystem.scratch().root)
    assert type(made) is Open
    assert made.layer == FileSystem.scratch().layer
    with pytest.raises(FrozenInstanceError):
        made.layer = 2


def test_order() -> None:
    assert Ordered(1, "b") < Ordered(2, "a")
    assert Ordered(1, "b") <= Ordered(1, "a")
    assert not Ordered(1, "b") > Ordered(1, "a")
    assert max(Ordered(3), Ordered(4), Ordered(2)) == Ordered(4)
    with pytest.raises(TypeError):
        assert Ordered(1) < Open(2)  # type: ignore[operator]


def test_what_is_not_frozen() -> None:
    value = Open(1)
    value.a = 2
    value.b.append(3)
    assert (value, Open(0).b) == (Open(2, [3]), [])
    assert Open.__hash__ is None
    assert not hasattr(value, "__dict__")
    assert pickle.loads(pickle.dumps(value)) == value
    assert [each.name for each in dataclasses.fields(Open)] == ["a", "b"]


def test_a_derived_class() -> None:
    assert repr(Derived(1)) == "Derived(a=1, b=())"
    assert Derived(1, c=4) != Derived(1)
    assert _dataclass.replace(Derived(1), c=5).c == 5


def test_the_standard_field_is_refused() -> None:
    with pytest.raises(TypeError, match="layerlint"):

        @_dataclass.dataclass(frozen=True, slots=True)
        class Wrong:
            a: list[int] = dataclasses.field(default_factory=list)
