"""YAML text to located values, within bounds and without YAML's surprises.

Only the events of PyYAML's parser are used: no tag is resolved and no object is made, a text stays as it
was written, and nothing recurses over a nesting that has not been counted.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from layerlint.config.located import Location, Mapping, Scalar, Sequence, Value
from layerlint.errors import Problem

if TYPE_CHECKING:
    from yaml import Event

MAX_BYTES = 1 << 20
MAX_DEPTH = 20


def parse_yaml(path: str, data: bytes, problems: list[Problem]) -> Value | None:
    """The value of the file's one document; None if it is empty or cannot be read.

    Faults are added to ``problems``: at most one of syntax, and every anchor, alias, tag and double key.
    """
    import yaml

    whole = Location(path)
    if len(data) > MAX_BYTES:
        problems.append(whole.problem(f"larger than {MAX_BYTES >> 20} MiB"))
        return None
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        column = error.start - (data.rfind(b"\n", 0, error.start) + 1) + 1
        problems.append(Location(path, line, column).problem("not UTF-8"))
        return None
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        return _Composer(path, yaml.parse(text, Loader=loader), problems).document()
    except _TooDeepError as error:
        problems.append(error.location.problem(f"nested deeper than {MAX_DEPTH} levels"))
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = Location(path, mark.line + 1, mark.column + 1) if mark else whole
        reason = f"not YAML: {error.problem or error.context}"
        if "maximum nesting depth" in reason:  # libyaml looks far ahead, and has a bound of its own
            reason = f"nested deeper than {MAX_DEPTH} levels"
        problems.append(place.problem(reason))
    except yaml.YAMLError as error:  # a character that YAML does not allow; it has no mark
        reason = getattr(error, "reason", None) or "it cannot be read"
        problems.append(whole.problem(f"not YAML: {reason}"))
    return None


class _TooDeepError(Exception):
    def __init__(self, location: Location) -> None:
        super().__init__()
        self.location = location


class _Composer:
    """Builds the values out of the stream of events."""

    def __init__(self, path: str, events: Iterator[Event], problems: list[Problem]) -> None:
        self._path = path
        self._events = events
        self._problems = problems

    def document(self) -> Value | None:
        import yaml

        value: Value | None = None
        documents = 0
        for event in self._events:
            if not isinstance(event, yaml.DocumentStartEvent):
                continue
            documents += 1
            if documents > 1:
                self._problems.append(self._location(event).problem("a second document: one file holds one"))
                break
            value = self._value(next(self._events), 1)
        return value

    def _value(self, event: Event, depth: int) -> Value:
        import yaml

        location = self._location(event)
        if depth > MAX_DEPTH:
            raise _TooDeepError(location)
        if isinstance(event, yaml.AliasEvent):
            self._problems.append(location.problem(f"*{event.anchor}: aliases are not allowed, write it out"))
            return Scalar("", location, plain=True)
        assert isinstance(event, yaml.ScalarEvent | yaml.CollectionStartEvent)  # nothing else starts a value
        if event.anchor is not None:
            self._problems.append(location.problem(f"&{event.anchor}: anchors are not allowed"))
        if event.tag is not None:
            self._problems.append(location.problem(f"{event.tag}: tags are not allowed"))
        if isinstance(event, yaml.ScalarEvent):
            return Scalar(event.value, location, plain=not event.style)
        if isinstance(event, yaml.SequenceStartEvent):
            return Sequence(tuple(self._items(depth)), location)
        return Mapping(tuple(self._entries(depth)), location)

    def _items(self, depth: int) -> Iterator[Value]:
        import yaml

        while not isinstance(event := next(self._events), yaml.SequenceEndEvent):
            yield self._value(event, depth + 1)

    def _entries(self, depth: int) -> Iterator[tuple[Scalar, Value]]:
        import yaml

        seen: set[str] = set()
        while not isinstance(event := next(self._events), yaml.MappingEndEvent):
            key = self._value(event, depth + 1)
            value = self._value(next(self._events), depth + 1)
            if not isinstance(key, Scalar):
                self._problems.append(key.location.problem("a key must be a text"))
            elif key.text in seen:
                self._problems.append(key.location.problem(f"{key.text} is given twice"))
            else:
                seen.add(key.text)
                yield key, value

    def _location(self, event: Event) -> Location:
        mark = event.start_mark
        return Location(self._path, mark.line + 1, mark.column + 1) if mark else Location(self._path)
