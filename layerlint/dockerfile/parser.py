"""From text to `Document`: BuildKit's parser, but lossless and with every fault reported.

Where BuildKit stops at a fault, the rest is still read; the first fault is BuildKit's.
"""

from __future__ import annotations

from collections.abc import Iterator

from layerlint._dataclass import replace
from layerlint.dockerfile import directives, words
from layerlint.dockerfile.gostrings import WHITE_SPACE, quote
from layerlint.dockerfile.heredocs import Opening, openings
from layerlint.dockerfile.lexer import MAX_LINE, Joined, Line, continued, physical_lines
from layerlint.dockerfile.syntax import (
    Comment,
    Document,
    Flag,
    Heredoc,
    Node,
    Problem,
    SourceMap,
    Word,
)
from layerlint.dockerfile.words import Token
from layerlint.source import SourceFile, Span

HEREDOC_KEYWORDS = ("ADD", "COPY", "RUN")

MAX_ONBUILD_DEPTH = 16
"""Triggers inside triggers that are looked into; two are already refused."""

NOT_STRINGS = "when using JSON array syntax, arrays must be comprised of strings only"


def parse(source: SourceFile) -> Document:
    """The syntax of a whole file; linear in its length, and never raises."""
    return _Parser(source).document()


def pieces(document: Document) -> tuple[Span, ...]:
    """The file as a row of spans that leaves nothing out: directives, comments, instructions, and the
    white space (and byte order mark) between them."""
    spans = sorted(
        [node.span for node in document.nodes]
        + [comment.span for comment in document.comments if not comment.attached]
        + [directive.span for directive in document.directives]
    )
    found: list[Span] = []
    position = 0
    for span in spans:
        if span.start < position:  # a directive is a comment line, too
            continue
        if span.start > position:
            found.append(Span(position, span.start))
        found.append(span)
        position = span.end
    if position < len(document.source.text):
        found.append(Span(position, len(document.source.text)))
    return tuple(found)


class _Parser:
    """The state of one pass over the lines of a file."""

    def __init__(self, source: SourceFile) -> None:
        self.source = source
        text = source.text
        start = len(directives.BYTE_ORDER_MARK) * text.startswith(directives.BYTE_ORDER_MARK)
        self.lines: Iterator[Line] = physical_lines(text, start)
        self.directives = directives.DirectiveReader.new()
        self.escape = "\\"
        self.nodes: list[Node] = []
        self.comments: list[Comment] = []
        self.problems: list[Problem] = []
        self.empty_continuations: list[Span] = []
        self.above: list[str] = []
        """The comment lines that will belong to the next instruction."""

    def document(self) -> Document:
        for line in self.lines:
            start = line.end - len(line.content.lstrip(WHITE_SPACE))
            if line.is_comment:
                self._check_length(line)
                self._comment(line, start)
                continue
            self.directives.done = True
            if not line.is_blank:
                self._instruction(line, start)
        looked_up = [d for d in directives.lookup(self.source.text) if d.name != "escape"]
        escape = [d for d in self.directives.found if d.name == "escape"]
        self.problems.extend(self.directives.problems)
        return Document(
            self.source,
            self.escape,
            tuple(sorted([*looked_up, *escape], key=lambda directive: directive.span)),
            tuple(self.nodes),
            tuple(self.comments),
            tuple(sorted(self.problems, key=lambda problem: problem.span)),
            tuple(self.empty_continuations),
        )

    def _check_length(self, line: Line) -> bool:
        if line.too_long:
            message = f"dockerfile line greater than max allowed size of {MAX_LINE}"
            self.problems.append(Problem(message, Span(line.start, line.end)))
        return line.too_long

    def _comment(self, line: Line, start: int) -> None:
        span = Span(start, line.end)
        text = line.content[start - line.start + 1 :].strip(WHITE_SPACE)
        self.comments.append(Comment(text, line.number, span, attached=False))
        directive = self.directives.read(line, start)
        if directive is not None:
            if directive.name == "escape" and directive.value in ("\\", "`"):
                self.escape = directive.value
            return
        # BuildKit cuts the first character of the line, be it `#` or white space.
        above = line.content[1:].strip(WHITE_SPACE)
        if above:
            self.above.append(above)
        else:
            self.above.clear()

    def _instruction(self, first: Line, start: int) -> None:
        joined = Joined.empty()
        readable = not self._check_length(first)
        last, content = first, first.content[start - first.start :]
        piece = continued(content, self.escape)
        joined.append(content if piece is None else piece, start)
        while piece is not None:
            line = next(self.lines, None)
            if line is None:
                break
            last = line
            readable = not self._check_length(line) and readable
            if line.is_comment:
                begin = line.end - len(line.content.lstrip(WHITE_SPACE))
                text = line.content[begin - line.start + 1 :].strip(WHITE_SPACE)
                self.comments.append(Comment(text, line.number, Span(begin, line.end), attached=True))
            elif line.is_blank:
                self.empty_continuations.append(Span(line.start, line.end))
            else:
                piece = continued(line.content, self.escape)
                joined.append(line.content if piece is None else piece, line.start)
        logical = _LogicalLine(joined.text, joined.map, self.escape, self.problems)
        node = logical.node(
            tuple(self.above), Span(start, last.end), (first.number, last.number), readable=readable
        )
        if readable and _takes_heredocs(node):
            node = self._with_heredocs(node)
        self.nodes.append(node)
        self.above.clear()

    def _with_heredocs(self, node: Node) -> Node:
        found = [
            self._heredoc(opening, node.map.span(word.start, word.end))
            for opening, word in openings(node.text)
        ]
        if not found:
            return node
        heredocs = tuple(heredoc for heredoc, _ in found)
        last = next((line for _, line in reversed(found) if line is not None), None)
        end, end_line = (last.end, last.number) if last else (node.span.end, node.end_line)
        # A body that nothing closes takes the end of its last line, too.
        end = max(end, *(heredoc.span.end for heredoc in heredocs))
        return _closed(node, heredocs, end, end_line)

    def _heredoc(self, opening: Opening, word_span: Span) -> tuple[Heredoc, Line | None]:
        """The body of a here-document, and the last line that was read for it."""
        body: list[str] = []
        start: int | None = None
        last: Line | None = None
        closed = False
        text = self.source.text
        for line in self.lines:
            self._check_length(line)
            last = line
            start = line.start if start is None else start
            if (line.content.lstrip("\t") if opening.chomp else line.content) == opening.name:
                closed = True
                break
            body.append(text[line.start : line.next])
        if start is None:
            start = len(text)
        end = start + sum(map(len, body))
        terminator = Span(end, end)
        if closed and last is not None:
            terminator = Span(last.end - len(opening.name), last.end)
        else:
            self.problems.append(Problem(f"unterminated heredoc: no line {opening.name}", word_span))
        heredoc = Heredoc(
            opening.name,
            "".join(body),
            opening.expand,
            opening.chomp,
            opening.file_descriptor,
            Span(start, end),
            word_span,
            terminator,
        )
        return heredoc, last


def _takes_heredocs(node: Node) -> bool:
    inner = node.onbuild or node
    return inner.keyword.upper() in HEREDOC_KEYWORDS and not inner.json


def _closed(node: Node, heredocs: tuple[Heredoc, ...], end: int, end_line: int) -> Node:
    """The node with its here-documents; the instruction inside an ONBUILD has them, too."""
    inner = node.onbuild and _closed(node.onbuild, heredocs, end, end_line)
    span = Span(node.span.start, end)
    return replace(node, span=span, end_line=end_line, heredocs=heredocs, onbuild=inner)


class _LogicalLine:
    """One joined line (or the part of it behind ``ONBUILD``), and how its arguments are split."""

    def __init__(
        self, text: str, source_map: SourceMap, escape: str, problems: list[Problem], depth: int = 0
    ) -> None:
        self.text = text
        self.map = source_map
        self.escape = escape
        self.problems = problems
        self.depth = depth

    def node(
        self, comments: tuple[str, ...], span: Span, lines: tuple[int, int], *, readable: bool = True
    ) -> Node:
        """The node; one that is not ``readable`` (a line is too long) has its rest as one argument."""
        text = self.text
        start, end = words.trim(text, 0, len(text))
        blanks = words.first_blanks(text, start, end)
        keyword_end, behind = blanks or (end, end)
        keyword = text[start:keyword_end]
        known = len(self.problems)
        found, rest = words.flags(text, behind, end, self.escape) if readable else ([], behind)
        onbuild = None
        args: tuple[Word, ...] = ()
        json = False
        if not readable:
            args = self._words(self._whole(rest, end))
        elif keyword.upper() == "ONBUILD":
            if rest < end and self.depth < MAX_ONBUILD_DEPTH:
                onbuild = self._trigger(rest, end, span, lines)
        else:
            args, json = self._arguments(keyword, keyword_end, rest, end)
        return Node(
            keyword,
            self.map.span(start, keyword_end),
            span,
            *lines,
            tuple(map(self._flag, found)),
            args,
            json,
            (),
            comments,
            text,
            self.map,
            rest,
            onbuild,
            not readable or len(self.problems) > known,
        )

    def _trigger(self, rest: int, end: int, span: Span, lines: tuple[int, int]) -> Node:
        inner = _LogicalLine(
            self.text[rest:end], self.map.behind(rest), self.escape, self.problems, self.depth + 1
        )
        return inner.node((), Span(self.map.locate(rest), span.end), lines)

    def _arguments(self, keyword: str, behind: int, rest: int, end: int) -> tuple[tuple[Word, ...], bool]:
        """The arguments as ``line_parsers.go`` splits them, and whether they are in JSON form."""
        text = self.text
        match keyword.upper():
            case "ADD" | "COPY" | "VOLUME":
                return self._json_or(rest, end, words.blank_separated(text, rest, end))
            case "CMD" | "ENTRYPOINT" | "RUN" | "SHELL":
                return self._json_or(rest, end, self._whole(rest, end))
            case "FROM" | "EXPOSE":
                return self._words(words.blank_separated(text, rest, end)), False
            case "MAINTAINER" | "STOPSIGNAL" | "USER" | "WORKDIR":
                return self._words(self._whole(rest, end)), False
            case "ARG":
                return self._words(words.quoted_words(text, rest, end, self.escape)), False
            case "ENV" | "LABEL":
                return self._words(self._pairs(keyword.upper(), rest, end)), False
            case "HEALTHCHECK":
                return self._healthcheck(rest, end)
            case _:
                return self._words([Token("", behind, behind)]), False

    def _whole(self, rest: int, end: int) -> list[Token]:
        return [Token(self.text[rest:end], rest, end)] if rest < end else []

    def _json_or(
        self, rest: int, end: int, otherwise: Iterator[Token] | list[Token]
    ) -> tuple[tuple[Word, ...], bool]:
        array = words.json_strings(self.text, rest, end)
        if array is None:
            return self._words(otherwise), False
        strings, other = array
        if other is not None:
            self._problem(NOT_STRINGS, other)
        return self._words(strings), True

    def _pairs(self, keyword: str, rest: int, end: int) -> list[Token]:
        """``key``, ``value`` and ``=`` of each pair; the third is empty in the old form with blanks."""
        text = self.text
        found = list(words.quoted_words(text, rest, end, self.escape))
        if not found:
            return []
        if "=" not in found[0].value:
            blanks = words.first_blanks(text, rest, end)
            if blanks is None:
                self._problem(f"{keyword} must have two arguments", found[0])
                return []
            stop, value = blanks
            return [
                Token(text[rest:stop], rest, stop),
                Token(text[value:end], value, end),
                Token("", stop, stop),
            ]
        tokens: list[Token] = []
        for word in found:
            key, equals, assigned = word.value.partition("=")
            if not equals:
                message = f"Syntax error - can't find = in {quote(word.value)}."
                self._problem(f"{message} Must be of the form: name=value", word)
                continue
            at = word.start + len(key)
            tokens += [
                Token(key, word.start, at),
                Token(assigned, at + 1, at + 1 + len(assigned)),
                Token("=", at, at + 1),
            ]
        return tokens

    def _healthcheck(self, rest: int, end: int) -> tuple[tuple[Word, ...], bool]:
        text = self.text
        if rest >= end:
            return (), False
        stop = next((at for at in range(rest, end) if text[at] in "\t\n\v\f\r "), end)
        command = words.skip_ascii_space(text, stop, end)
        kind = self._words([Token(text[rest:stop], rest, stop)])
        if command >= end:
            return kind, False
        args, json = self._json_or(command, end, self._whole(command, end))
        return kind + args, json

    def _words(self, tokens: Iterator[Token] | list[Token]) -> tuple[Word, ...]:
        span = self.map.span
        return tuple(Word(token.value, span(token.start, token.end)) for token in tokens)

    def _flag(self, token: Token) -> Flag:
        name, equals, value = token.value[2:].partition("=")
        source = self.text[token.start : token.end]
        at = token.start + (source.index("=") + 1 if equals else len(source))
        return Flag(
            name,
            value if equals else None,
            token.value,
            self.map.span(token.start, token.end),
            self.map.span(at, token.end),
        )

    def _problem(self, message: str, token: Token) -> None:
        self.problems.append(Problem(message, self.map.span(token.start, token.end)))
