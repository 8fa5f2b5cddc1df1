"""The concrete syntax of a Dockerfile: what the parser returns, every part with its span.

All spans are character offsets into the text of the `SourceFile`.
"""

from __future__ import annotations

from bisect import bisect_right

from layerlint._dataclass import dataclass
from layerlint.source import SourceFile, Span


@dataclass(frozen=True, slots=True)
class Problem:
    """Why BuildKit would refuse the text (never a lint warning), and the word at fault."""

    message: str
    span: Span
    certain: bool = True
    """False where it rests on a build argument that is not given here."""


@dataclass(frozen=True, slots=True)
class SourceMap:
    """Where the characters of a text that was put together (continued lines, a quoted word) came from.

    ``starts[i]`` is the first offset in the joined text of a run that was copied, without change,
    from offset ``origins[i]`` of the source.
    """

    starts: tuple[int, ...]
    origins: tuple[int, ...]
    place: Span | None = None
    """Of a text that is not in the source: where all of it is said to stand."""

    def locate(self, offset: int) -> int:
        """The source offset of an offset in the joined text."""
        if self.place is not None:
            return self.place.start
        run = max(0, bisect_right(self.starts, offset) - 1)
        return self.origins[run] + offset - self.starts[run]

    def span(self, start: int, end: int) -> Span:
        """The source range of ``[start, end)`` of the joined text."""
        if self.place is not None:
            return self.place
        first = self.locate(start)
        return Span(first, max(first, self.locate(end - 1) + 1) if end > start else first)

    def behind(self, offset: int) -> SourceMap:
        """The map of the joined text from an offset on."""
        if self.place is not None:
            return self
        run = max(0, bisect_right(self.starts, offset) - 1)
        starts = (0, *(start - offset for start in self.starts[run + 1 :]))
        return SourceMap(starts, (self.locate(offset), *self.origins[run + 1 :]))


@dataclass(frozen=True, slots=True)
class Word:
    """One argument as BuildKit's parser gives it (``args``), and where it stands."""

    value: str
    span: Span


@dataclass(frozen=True, slots=True)
class Flag:
    """``--name=value`` in front of the arguments; ``value`` is None for a bare ``--name``."""

    name: str
    value: str | None
    text: str
    """As BuildKit gives it in ``flags``: quotes removed, ``--`` kept."""
    span: Span
    value_span: Span


@dataclass(frozen=True, slots=True)
class Heredoc:
    name: str
    content: str
    """The raw body; of ``<<-`` too (BuildKit removes the tabs later, see ``chomp``)."""
    expand: bool
    chomp: bool
    file_descriptor: int
    span: Span
    """Of the body, without the line of the terminator."""
    word_span: Span
    """Of the ``<<NAME`` word."""
    terminator_span: Span
    """Of the name that closes the body, without the tabs in front; empty where it is missing."""


@dataclass(frozen=True, slots=True)
class Node:
    """One instruction as BuildKit's parser gives it, before its own grammar is looked at."""

    keyword: str
    """As written; compare with ``.upper()``."""
    keyword_span: Span
    span: Span
    """From the keyword to the end of the last line, heredocs included, without the line's end."""
    start_line: int
    end_line: int
    """Lines from 1, as BuildKit counts them (heredocs included)."""
    flags: tuple[Flag, ...]
    args: tuple[Word, ...]
    json: bool
    """Written as a JSON array."""
    heredocs: tuple[Heredoc, ...]
    comments: tuple[str, ...]
    """Of the comment lines directly above."""
    text: str
    """BuildKit's ``original``: the joined logical line."""
    map: SourceMap
    """From offsets in ``text`` to the source."""
    rest: int
    """Offset in ``text`` behind the keyword, the flags and their blanks."""
    onbuild: Node | None = None
    """The instruction inside ``ONBUILD``."""
    faulty: bool = False
    """A fault of syntax in its arguments was reported, and they are not complete (one text, unsplit,
    where a line is too long)."""

    @property
    def elsewhere(self) -> bool:
        """It stands in no text of ours: a trigger of ONBUILD that a base image brings."""
        return self.map.place is not None

    @property
    def rest_text(self) -> str:
        """The arguments as one text: the script of a RUN in shell form."""
        return self.text[self.rest :]


@dataclass(frozen=True, slots=True)
class Directive:
    """A parser directive: ``syntax``, ``escape`` or ``check``, in the lines before everything else."""

    name: str
    value: str
    span: Span
    value_span: Span
    name_span: Span


@dataclass(frozen=True, slots=True)
class Comment:
    """A comment line (also inside a continuation), ``text`` without ``#`` and the blanks around."""

    text: str
    line: int
    span: Span
    attached: bool
    """Stands inside an instruction's continued lines."""


@dataclass(frozen=True, slots=True)
class Document:
    """A whole Dockerfile."""

    source: SourceFile
    escape: str
    directives: tuple[Directive, ...]
    nodes: tuple[Node, ...]
    comments: tuple[Comment, ...]
    problems: tuple[Problem, ...]
    """In the order of the text; faults of syntax only (`grammar.parse_all` adds those of grammar)."""
    empty_continuations: tuple[Span, ...] = ()
    """Blank lines inside continued instructions, which BuildKit drops with a warning."""
