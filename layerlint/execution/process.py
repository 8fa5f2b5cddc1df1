"""The state of a shell that runs: an immutable value, joined where two paths meet."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any, cast

from layerlint._dataclass import dataclass
from layerlint.domain import text as texts
from layerlint.domain.size import Size
from layerlint.domain.text import UNKNOWN, Text
from layerlint.domain.truth import Truth
from layerlint.effects import NOTHING, Stream
from layerlint.execution.apply import Creator
from layerlint.execution.packages.database import PackageDatabase
from layerlint.filesystem.node import Inline, Zeros
from layerlint.filesystem.union import FileSystem
from layerlint.lookup import Lookup
from layerlint.shell.syntax import Command

MAX_INLINE = 64 << 10
"""Bytes of data that are carried along; more is known by its size alone."""

MAX_DEPTH = 40
"""Functions, scripts, wrappers and substitutions inside one another."""


@dataclass(frozen=True, slots=True)
class Variable:
    value: Text
    exported: bool


@lru_cache(maxsize=8192)  # ENV after ENV, each RUN has those of all before
def _exported(value: Text) -> Variable:
    return Variable(value, True)


class Exported(Mapping[str, Variable]):
    """Exported variables out of several mappings, an earlier one before a later; made when they are asked for:
    ENV after ENV, each RUN has those of all before."""

    __slots__ = ("_sources",)

    def __init__(self, *sources: Mapping[str, Text]) -> None:
        self._sources = sources

    def get(self, key: str, default: Any = None, /) -> Any:
        for values in self._sources:
            value = values.get(key)
            if value is not None:
                return _exported(value)
        return default

    def __getitem__(self, key: str) -> Variable:
        found = self.get(key)
        if found is None:
            raise KeyError(key)
        return cast(Variable, found)

    def __iter__(self) -> Iterator[str]:
        return iter(dict.fromkeys(name for values in self._sources for name in values))

    def __len__(self) -> int:
        return len(set().union(*self._sources))


class Values(Mapping[str, Text]):
    """What variables hold, and what is given for those that are not set."""

    __slots__ = ("_otherwise", "_variables")

    def __init__(self, variables: Mapping[str, Variable], otherwise: Mapping[str, Text]) -> None:
        self._variables, self._otherwise = variables, otherwise

    def get(self, key: str, default: Any = None, /) -> Any:
        found = self._variables.get(key)
        return self._otherwise.get(key, default) if found is None else found.value

    def __getitem__(self, key: str) -> Text:
        found = self._variables.get(key)
        return self._otherwise[key] if found is None else found.value

    def __iter__(self) -> Iterator[str]:
        yield from self._variables
        yield from (key for key in self._otherwise if key not in self._variables)

    def __len__(self) -> int:
        return sum(1 for _ in self)


@dataclass(frozen=True, slots=True)
class Process:
    """A shell between two commands."""

    filesystem: FileSystem
    database: PackageDatabase | None
    variables: Mapping[str, Variable]
    closed: bool
    """Every variable is known: one that is not in ``variables`` is not set (False: an unknown base's ENV)."""
    cwd: str | None
    user: str
    """As in USER."""
    arguments: tuple[Text, ...] | None = ()
    functions: Mapping[str, Command] | None = None
    options: frozenset[str] = frozenset()
    """Long names, ``errexit``."""
    umask: int = 0o022
    exited: Truth = Truth.NO
    ids: tuple[int | None, int | None] = (0, 0)
    """User and group of new files; None where an id is not known."""
    leaving: str = ""
    """``break``, ``continue`` or ``return`` on the way to where it ends."""
    levels: int = 1
    """Loops that ``break`` or ``continue`` still has to leave."""
    lookup: Lookup | None = None

    @property
    def stopped(self) -> bool:
        """The next command of the list is not run."""
        return self.exited is Truth.YES or self.leaving != ""

    def creator(self) -> Creator:
        return Creator(*self.ids, self.umask)

    def variable(self, name: str) -> Text | None:
        """The value; None if it is not set."""
        found = self.variables.get(name)
        if found is not None:
            return found.value
        return None if self.closed else UNKNOWN

    def environment(self, otherwise: Mapping[str, Text]) -> Mapping[str, Text]:
        """``otherwise``: of variables that are not set."""
        return Values(self.variables, otherwise)


def join(likely: Process, other: Process) -> Process:
    """The state where two paths meet; ``likely`` is the one expected to be taken."""
    if likely is other:
        return likely
    variables = dict(likely.variables)
    for name in likely.variables.keys() | other.variables.keys():
        one, two = likely.variables.get(name), other.variables.get(name)
        if one != two:
            value = texts.join(None if one is None else one.value, None if two is None else two.value)
            exported = any(each is not None and each.exported for each in (one, two))
            variables[name] = Variable(UNKNOWN if value is None else value, exported)
    database = likely.database
    if database is not None and other.database is not None and database is not other.database:
        database = database.join(other.database)
    filesystem = likely.filesystem
    if filesystem is not other.filesystem:
        filesystem = filesystem.join(other.filesystem)
    return Process(
        filesystem,
        database,
        variables,
        likely.closed and other.closed,
        likely.cwd if likely.cwd == other.cwd else None,
        likely.user,
        likely.arguments if likely.arguments == other.arguments else None,
        {**(other.functions or {}), **(likely.functions or {})},
        likely.options & other.options,
        likely.umask,
        likely.exited if likely.exited is other.exited else Truth.MAYBE,
        likely.ids,
        likely.leaving if likely.leaving == other.leaving else "",
        likely.levels,
        likely.lookup,
    )


def concatenate(one: Stream, other: Stream) -> Stream:
    """What two commands in a row write to the same output."""
    if one is NOTHING:
        return other
    if other is NOTHING:
        return one
    size = one.size + other.size
    match one.content, other.content:
        case Inline(first), Inline(second) if len(first) + len(second) <= MAX_INLINE:
            return Stream(size, Inline(first + second))
        case Zeros(), Zeros():
            return Stream(size, Zeros())
        case _:
            return Stream(size)


def text_stream(text: str) -> Stream:
    data = text.encode("utf-8", "surrogateescape")
    return Stream(Size.exact(len(data)), Inline(data) if len(data) <= MAX_INLINE else None)


def stream_text(stream: Stream) -> Text:
    """The stream's text, without the newlines at its end, as command substitution takes it."""
    if stream.size.high == 0:
        return ""
    if not isinstance(stream.content, Inline):
        return UNKNOWN
    return stream.content.data.decode("utf-8", "surrogateescape").rstrip("\n").replace("\0", "")
