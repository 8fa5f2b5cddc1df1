"""Word expansion of POSIX sh, on values that may not be known.

In the order of the standard: tilde, parameters, command substitution, arithmetic; then field
splitting, pathname expansion and quote removal (and brace expansion first, in bash).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import assert_never

from layerlint._dataclass import dataclass, field
from layerlint.domain.text import UNKNOWN, Text
from layerlint.execution.arithmetic import evaluate
from layerlint.execution.process import Process
from layerlint.filesystem.node import Directory
from layerlint.filesystem.union import FileSystem
from layerlint.shell.glob import matches
from layerlint.shell.syntax import (
    ArithmeticExpansion,
    BraceExpansion,
    CommandSubstitution,
    Literal,
    OpaquePart,
    Parameter,
    Part,
    Word,
)

MAX_FIELDS = 2_000
"""Fields of one command line; past it the rest is not known."""

_MAX_VALUE = 1 << 20
"""Characters of a value; a longer one is not known."""
_MAX_MATCHED = 512
"""Characters of a value that a pattern with wildcards cuts: each of its positions is tried."""
_BLANKS = " \t\n"


@dataclass(slots=True)
class _Field:
    """A field being put together: runs of text, each with whether it was quoted."""

    runs: list[tuple[str, bool]] = field(default_factory=list)
    unknown: bool = False

    def text(self) -> Text:
        too_long = sum(len(run) for run, _ in self.runs) > _MAX_VALUE
        return UNKNOWN if self.unknown or too_long else "".join(run for run, _ in self.runs)

    def pattern(self) -> str | None:
        """The field as a pattern, quoted characters escaped; None if nothing in it is a pattern."""
        if self.unknown:
            return None
        pattern = "".join(escape(run) if quoted else run for run, quoted in self.runs)
        bare = "".join(run for run, quoted in self.runs if not quoted)
        # A bracket that nothing closes is itself: `[` is the command.
        return pattern if "*" in bare or "?" in bare or "[" in bare[: bare.rfind("]") + 1] else None


def escape(text: str) -> str:
    """A pattern that matches the text and nothing else."""
    return "".join(f"\\{char}" if char in "*?[]\\" else char for char in text)


class Expander:
    """Expands words in the state that ``process`` returns at that moment.

    ``substitute`` runs the body of a command substitution (which may change the state) and returns
    its output; ``assign`` sets a variable, for ``${name:=word}``.
    """

    def __init__(
        self,
        process: Callable[[], Process],
        substitute: Callable[[CommandSubstitution], Text],
        assign: Callable[[str, Text], None],
        *,
        bash: bool,
    ) -> None:
        self._process, self._substitute, self._assign, self._bash = process, substitute, assign, bash

    # ------------------------------------------------------------------ entry points

    def fields(self, words: Sequence[Word], *, open_globs: bool = True) -> list[Text]:
        """The arguments that words become.

        Where a pattern is matched in a directory that is not known in full, the names that are known
        are followed by one UNKNOWN, unless ``open_globs`` is False.
        """
        result: list[Text] = []
        for word in words:
            for parts in self._braces(word):
                for item in self._split(parts):
                    pattern = item.pattern()
                    if pattern is None or "noglob" in self._process().options:
                        result.append(item.text())
                    else:
                        result.extend(self._paths(pattern, str(item.text()), open_globs))
                    if len(result) > MAX_FIELDS:
                        return [*result[:MAX_FIELDS], UNKNOWN]
        return result

    def text(self, word: Word) -> Text:
        """One text without splitting or pathname expansion: an assignment, a redirect, a here-document."""
        return self._join(self._parts(word.parts))

    def pattern(self, word: Word) -> str | None:
        """A pattern of ``case`` or of ``${name%pattern}``, quoted characters escaped; None if not known."""
        runs = list(self._parts(word.parts))
        if any(not isinstance(run, str) for run, _, _ in runs):
            return None
        return "".join(escape(str(run)) if quoted else str(run) for run, quoted, _ in runs)

    # ------------------------------------------------------------------------ parts

    def _join(self, runs: Iterator[tuple[Text, bool, bool]]) -> Text:
        texts: list[str] = []
        length = 0
        for run, _, _ in runs:  # to the end, since a part may have effects
            known = isinstance(run, str) and length + len(run) <= _MAX_VALUE
            length = length + len(run) if isinstance(run, str) and known else _MAX_VALUE + 1
            if isinstance(run, str) and known:
                texts.append(run)
        return "".join(texts) if length <= _MAX_VALUE else UNKNOWN

    def _parts(self, parts: Sequence[Part]) -> Iterator[tuple[Text, bool, bool]]:
        """Runs of (text, quoted, may be split)."""
        for index, part in enumerate(parts):
            match part:
                case Literal(text, quoted):
                    if index == 0 and not quoted and text.startswith("~"):
                        yield from self._tilde(text)
                    else:
                        yield text, quoted, False
                case Parameter():
                    yield self._parameter(part), part.quoted, not part.quoted
                case CommandSubstitution(quoted=quoted):
                    yield self._substitute(part), quoted, not quoted
                case ArithmeticExpansion(expression, quoted):
                    yield evaluate(expression, self._value), quoted, not quoted
                case BraceExpansion(text=text):
                    yield text, False, False
                case OpaquePart():
                    yield UNKNOWN, False, False
                case _:
                    assert_never(part)

    def _tilde(self, text: str) -> Iterator[tuple[Text, bool, bool]]:
        user, slash, rest = text[1:].partition("/")
        if user:
            yield text, False, False
            return
        home = self._process().variable("HOME")
        yield (UNKNOWN if home is None else home), True, False
        yield slash + rest, False, False

    def _value(self, name: str) -> Text | None:
        process = self._process()
        arguments = process.arguments
        if name.isdecimal():
            if arguments is None:
                return UNKNOWN
            if name == "0":
                return UNKNOWN
            return arguments[int(name) - 1] if int(name[:6]) <= len(arguments) else None
        match name:
            case "@" | "*":
                if arguments is None or not all(isinstance(word, str) for word in arguments):
                    return UNKNOWN
                return " ".join(str(word) for word in arguments) if arguments else None
            case "#":
                return UNKNOWN if arguments is None else str(len(arguments))
            case "?" | "$" | "!" | "-" | "_" | "RANDOM" | "HOSTNAME" | "SECONDS":
                return UNKNOWN
            case "PWD":
                return UNKNOWN if process.cwd is None else process.cwd
            case _:
                return process.variable(name)

    def _parameter(self, part: Parameter) -> Text:
        value = self._value(part.name)
        operator = part.operator
        if operator == "":
            return "" if value is None else value
        if operator == "length":
            return str(len(value or "")) if isinstance(value, str | None) else UNKNOWN
        if operator in (":-", "-", ":=", "=", ":+", "+", ":?", "?"):
            return self._default(part, value)
        if not isinstance(value, str | None) or part.argument is None:
            return UNKNOWN
        pattern = self.pattern(part.argument)
        if pattern is None:
            return UNKNOWN
        value = value or ""
        match operator:
            case "#" | "##":
                return _without_prefix(value, pattern, longest=operator == "##")
            case "%" | "%%":
                return _without_suffix(value, pattern, longest=operator == "%%")
            case "/" | "//":
                if any(char in pattern for char in "*?[\\") or not pattern:
                    return UNKNOWN
                replacement = "" if part.replacement is None else self.text(part.replacement)
                if not isinstance(replacement, str):
                    return UNKNOWN
                return value.replace(pattern, replacement, -1 if operator == "//" else 1)[:_MAX_VALUE]
            case _:
                return UNKNOWN

    def _default(self, part: Parameter, value: Text | None) -> Text:
        is_set = value is not None and (value != "" or not part.operator.startswith(":"))
        kind = part.operator[-1]
        if value is UNKNOWN:
            return UNKNOWN
        if kind == "+":
            return self.text(part.argument) if is_set and part.argument is not None else ""
        if is_set and value is not None:
            return value
        if kind == "?":
            return UNKNOWN  # the shell ends here
        result = "" if part.argument is None else self.text(part.argument)
        if kind == "=":
            self._assign(part.name, result)
        return result

    # ------------------------------------------------------------- splitting, globbing

    def _braces(self, word: Word) -> Iterator[tuple[Part, ...]]:
        if not self._bash or not any(isinstance(part, BraceExpansion) for part in word.parts):
            yield word.parts
            return
        expanded: list[tuple[Part, ...]] = [()]
        for part in word.parts:
            if isinstance(part, BraceExpansion):
                choices = [parts for choice in part.alternatives for parts in self._braces(choice)]
            else:
                choices = [(part,)]
            expanded = [(*before, *choice) for before in expanded for choice in choices][:MAX_FIELDS]
        yield from expanded

    def _split(self, parts: Sequence[Part]) -> list[_Field]:
        if (
            len(parts) == 1
            and isinstance(parts[0], Parameter)
            and parts[0].name == "@"
            and not parts[0].operator
        ):
            arguments = self._process().arguments
            if arguments is not None:
                return [
                    _Field([(word, True)]) if isinstance(word, str) else _Field([], True)
                    for word in arguments
                ]
        fields: list[_Field] = []
        current: _Field | None = None
        for run, quoted, splits in self._parts(parts):
            if not isinstance(run, str):
                current = current or _Field()
                current.unknown = True
                continue
            if not splits:
                if run or quoted:
                    current = current or _Field()
                    current.runs.append((run, quoted))
                continue
            if run[:1] in _BLANKS and run and current is not None:
                fields.append(current)
                current = None
            pieces = run.split()
            for index, piece in enumerate(pieces):
                if index and current is not None:
                    fields.append(current)
                    current = None
                current = current or _Field()
                current.runs.append((piece, False))
            if pieces and run[-1:] in _BLANKS and current is not None:
                fields.append(current)
                current = None
        if current is not None:
            fields.append(current)
        elif not fields and not parts:
            fields.append(_Field([("", True)]))
        return fields

    def _paths(self, pattern: str, text: str, open_globs: bool) -> list[Text]:
        process = self._process()
        if process.cwd is None and not pattern.startswith("/"):
            return [UNKNOWN]
        found, complete = expand_pattern(process.filesystem, process.cwd or "/", pattern)
        result: list[Text] = list(found)
        if not complete and open_globs:
            result.append(UNKNOWN)
        return result or [text]


def expand_pattern(filesystem: FileSystem, cwd: str, pattern: str) -> tuple[list[str], bool]:
    """The paths that a pattern names, sorted, and whether there can be no others."""
    parts = [part for part in pattern.split("/") if part]
    start = "/" if pattern.startswith("/") else ""
    paths, complete = [start], True
    for index, part in enumerate(parts):
        step: list[str] = []
        for path in paths:
            where = path or cwd
            prefix = path if not path or path.endswith("/") else path + "/"
            if not path.startswith("/") and path:
                where = f"{cwd.rstrip('/')}/{path}"
            if not any(char in part for char in "*?["):
                name = part.replace("\\", "")
                last = index == len(parts) - 1
                node = filesystem.lookup(f"{where.rstrip('/')}/{name}", follow=not last)
                if node is not None:
                    step.append(prefix + name)
                elif not filesystem.is_complete(where):
                    complete = False
                continue
            if not isinstance(filesystem.lookup(where), Directory):
                complete = complete and filesystem.is_complete(where)
                continue
            complete = complete and filesystem.is_complete(where)
            step.extend(
                prefix + name
                for name in sorted(filesystem.children(where))
                if matches(part, name, pathname=True)
            )
            if len(step) > MAX_FIELDS:
                return step[:MAX_FIELDS], False
        paths = step
    return paths, complete


def _without_prefix(value: str, pattern: str, *, longest: bool) -> Text:
    if len(value) > _MAX_MATCHED:
        return UNKNOWN
    cuts = range(len(value), -1, -1) if longest else range(len(value) + 1)
    return next((value[cut:] for cut in cuts if matches(pattern, value[:cut])), value)


def _without_suffix(value: str, pattern: str, *, longest: bool) -> Text:
    if len(value) > _MAX_MATCHED:
        return UNKNOWN
    cuts = range(len(value) + 1) if longest else range(len(value), -1, -1)
    return next((value[:cut] for cut in cuts if matches(pattern, value[cut:])), value)
