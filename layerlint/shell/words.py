"""Words, assignments and redirects out of a stretch of shell text, by the quoting rules of POSIX sh 2.2.

The stretch is one simple command, one word, or the redirects of a compound command; where it starts
and ends, and what stands in a command substitution, is told by a `Structure` (the syntax tree).
"""

from __future__ import annotations

import re
from typing import Protocol, TypeAlias

from layerlint._dataclass import dataclass
from layerlint._pattern import pattern
from layerlint.shell.braces import Mark, assemble, merged
from layerlint.shell.syntax import (
    ArithmeticExpansion,
    Assignment,
    Command,
    CommandSubstitution,
    Literal,
    OpaquePart,
    Parameter,
    Part,
    Redirect,
    Word,
)
from layerlint.source import Span

DEEPEST = 30
"""Levels of nesting (compound commands, substitutions, ``${a:-${b}}``) that are read; deeper text is
opaque.  A level takes up to ten Python frames of the thousand that the interpreter allows; real
scripts nest less than ten levels."""

UNSUPPORTED = "?unsupported"

_PLAIN_WORD = pattern(r"[^ \t\n'\"\\$`;&|<>(){]+")
_PLAIN = pattern(r"[^ \t\n'\"\\$`;&|<>(){},]+")
_PLAIN_ARGUMENT = pattern(r"[^'\"\\$`}/]+")
_PLAIN_QUOTED = pattern(r"[^\"\\$`}]+")
_END_OF_WORD = " \t\n;&|<>()"
_BLANKS = pattern(r"(?:[ \t]|\\\n)*")
_NAME = pattern(r"[A-Za-z_][A-Za-z0-9_]*|[0-9@*#?$!-]")
_BRACED_NAME = pattern(r"[A-Za-z_][A-Za-z0-9_]*|[0-9]+|[@*#?$!-]")
_OPERATOR = pattern(r":[-=?+]|[-=?+]|##?|%%?|//|/(?![#%])")
_LENGTH = pattern(r"#([A-Za-z_][A-Za-z0-9_]*|[0-9]+|[@*?$!-])\}")
_ASSIGNMENT = pattern(r"([A-Za-z_][A-Za-z0-9_]*)(\[[^\]\s]*\])?(\+?)=")
_REDIRECT = pattern(r"([0-9]{1,4})?(<<<|<<-|<<|<>|<&|<(?!\()|>>|>&|>\||>(?!\())|(&>>|&>)")
_PARENTHESIS = pattern(r"[()]")
_ANSI_ESCAPE = pattern(
    r"\\(?:([0-7]{1,3})|x([0-9A-Fa-f]{1,2})|u([0-9A-Fa-f]{1,4})|U([0-9A-Fa-f]{1,8})|c(.)|(.))", re.DOTALL
)
_ANSI_CHARACTERS = {
    "a": "\a", "b": "\b", "e": "\x1b", "E": "\x1b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class HereDocument:
    """``<<word`` up to ``end``, and its body as a word."""

    end: int
    body: Word


class Structure(Protocol):
    """What the syntax tree knows of a text."""

    def substitution(self, start: int, depth: int) -> tuple[Command, int] | None:
        """The command of the ``$(`` or backquote at ``start``, and the offset after it."""

    def extent(self, start: int, kind: str) -> int | None:
        """The offset after the node of this kind that starts at ``start``."""

    def here_document(self, operator: int, depth: int) -> HereDocument | None:
        """The here-document whose ``<<`` is at this offset."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """What was read of one simple command, or of the redirects of a compound one."""

    assignments: tuple[Assignment, ...]
    words: tuple[Word, ...]
    redirects: tuple[Redirect, ...]
    span: Span


_Token: TypeAlias = "Part | Mark"


class WordReader:
    """Reads the parts of words; ``sound`` turns False at the first fault (an unclosed quote …)."""

    def __init__(self, text: str, structure: Structure) -> None:
        self._text = text
        self._structure = structure
        self.sound: bool = True

    def stretch(self, start: int, end: int, depth: int) -> Stretch:
        """All of ``text[start:end]``; what cannot be read of it becomes one opaque word."""
        text = self._text
        assignments: list[Assignment] = []
        words: list[Word] = []
        redirects: list[Redirect] = []
        position = start = last = self.blanks(start, end)
        while position < end:
            if match := _REDIRECT.match(text, position, end):
                redirect, last = self._redirect(match, end, depth)
                redirects.append(redirect)
            elif not words and (match := _ASSIGNMENT.match(text, position, end)):
                assignment = self._assignment(match, end, depth)
                assignments.append(assignment)
                last = assignment.span.end
            else:
                word = self.word(position, end, depth, braces=True)
                if word.span.end == position:
                    word = self._opaque_word(position, end)
                words.append(word)
                last = word.span.end
            position = self.blanks(last, end)
        return Stretch(tuple(assignments), tuple(words), tuple(redirects), Span(start, last))

    def blanks(self, position: int, end: int) -> int:
        """The offset after blanks and line continuations."""
        match = _BLANKS.match(self._text, position, end)
        return match.end() if match else position

    def word(self, start: int, end: int, depth: int, *, braces: bool, stops: str = _END_OF_WORD) -> Word:
        """The word at ``start``, up to an unquoted character of ``stops``; empty if there is none."""
        match = _PLAIN_WORD.match(self._text, start, end)
        if match and (match.end() == end or self._text[match.end()] in stops):
            return Word((Literal(match[0], False),), Span(start, match.end()))
        tokens, position = self._unquoted(start, end, _PLAIN, stops, depth)
        parts = assemble(tokens, self._text) if braces else merged(tokens)
        return Word(parts, Span(start, position))

    def here_document_body(self, span: Span, depth: int, *, strip_tabs: bool) -> Word:
        """The body of a here-document whose delimiter is not quoted."""
        tokens, _ = self._quoted(span.start, span.end, None, depth)
        return Word(merged(_without_tabs(tokens) if strip_tabs else tokens), span)

    def words(
        self, start: int, end: int, depth: int, *,
        braces: bool = False, stops: str = _END_OF_WORD, separator: str = "",
    ) -> tuple[Word, ...]:  # fmt: skip
        """Words between blanks and newlines (and separators); what cannot be read is one opaque word."""
        text = self._text
        words: list[Word] = []
        position = start
        while (position := self.blanks(position, end)) < end:
            if text[position] == "\n" or text[position] == separator:
                position += 1
                continue
            word = self.word(position, end, depth, braces=braces, stops=stops)
            if word.span.end == position:
                word = self._opaque_word(position, end)
            words.append(word)
            position = word.span.end
        return tuple(words)

    def _opaque_word(self, start: int, end: int) -> Word:
        self.sound = False
        return Word((OpaquePart(self._text[start:end]),), Span(start, end))

    def _redirect(self, match: re.Match[str], end: int, depth: int) -> tuple[Redirect, int]:
        descriptor = int(match[1]) if match[1] else None
        operator = match[2] or match[3]
        start = match.start()
        if operator in ("<<", "<<-"):
            here = self._structure.here_document(match.start(2), depth)
            if here is None:
                return Redirect(descriptor, "<<", self._opaque_word(match.end(), end), Span(start, end)), end
            return Redirect(descriptor, "<<", here.body, Span(start, here.end)), here.end
        target = self.word(self.blanks(match.end(), end), end, depth, braces=False)
        if target.span.start == target.span.end:
            self.sound = False
        return Redirect(descriptor, operator, target, Span(start, target.span.end)), target.span.end

    def _assignment(self, match: re.Match[str], end: int, depth: int) -> Assignment:
        start = match.end()
        if self._text.startswith("(", start):
            after = self._structure.extent(start, "array") or end
            value = Word((OpaquePart(self._text[start:after]),), Span(start, after))
        else:
            value = self.word(start, end, depth, braces=False)
        if match[2]:
            value = Word((OpaquePart(self._text[start : value.span.end]),), value.span)
        return Assignment(match[1], value, bool(match[3]), Span(match.start(), value.span.end))

    def _unquoted(
        self, position: int, end: int, plain: re.Pattern[str], stops: str, depth: int
    ) -> tuple[list[_Token], int]:
        """Parts up to an unquoted character of ``stops``, with the unquoted ``{``, ``,`` and ``}`` as marks."""
        text = self._text
        tokens: list[_Token] = []
        while position < end:
            character = text[position]
            if match := plain.match(text, position, end):
                tokens.append(Literal(match[0], False))
                position = match.end()
            elif character in stops and not text.startswith(("<(", ">("), position):
                break
            elif character == "\\":
                if not text.startswith("\n", position + 1):
                    tokens.append(Literal(text[position + 1 : min(position + 2, end)] or "\\", True))
                position = min(position + 2, end)
            elif character == "'":
                position = self._single(position + 1, end, tokens)
            elif character == '"':
                position = self._double(position + 1, end, tokens, depth)
            elif character == "$":
                position = self._dollar(position, end, tokens, depth, quoted=False)
            elif character == "`":
                position = self._substitution(position, end, tokens, depth, quoted=False)
            elif text.startswith(("<(", ">("), position):
                after = self._structure.extent(position, "process_substitution")
                position = self._opaque(position, min(after or end, end), tokens, sound=after is not None)
            elif character in "{,}":
                tokens.append(Mark(character, position))
                position += 1
            else:
                tokens.append(Literal(character, False))
                position += 1
        return tokens, position

    def _quoted(self, position: int, end: int, stop: str | None, depth: int) -> tuple[list[_Token], int]:
        """Parts of text in double quotes, up to ``stop``; None is a here-document, where ``"`` is plain."""
        text = self._text
        escaped = '$`"\\}' if stop == "}" else '$`"\\' if stop else "$`\\"
        tokens: list[_Token] = []
        while position < end:
            character = text[position]
            if match := _PLAIN_QUOTED.match(text, position, end):
                tokens.append(Literal(match[0], True))
                position = match.end()
            elif character == stop:
                break
            elif character == "\\":
                following = text[position + 1 : min(position + 2, end)]
                if following != "\n":
                    tokens.append(
                        Literal(following if following and following in escaped else "\\" + following, True)
                    )
                position = min(position + 2, end)
            elif character == "$":
                position = self._dollar(position, end, tokens, depth, quoted=True)
            elif character == "`":
                position = self._substitution(position, end, tokens, depth, quoted=True)
            elif character == '"' and stop == "}":
                position = self._double(position + 1, end, tokens, depth)
            else:
                tokens.append(Literal(character, True))
                position += 1
        return tokens, position

    def _single(self, start: int, end: int, tokens: list[_Token]) -> int:
        close = self._text.find("'", start, end)
        if close < 0:
            return self._opaque(start - 1, end, tokens, sound=False)
        tokens.append(Literal(self._text[start:close], True))
        return close + 1

    def _double(self, start: int, end: int, tokens: list[_Token], depth: int) -> int:
        inner, close = self._quoted(start, end, '"', depth)
        if close >= end:
            return self._opaque(start - 1, end, tokens, sound=False)
        tokens.extend(inner or [Literal("", True)])
        return close + 1

    def _dollar(self, position: int, end: int, tokens: list[_Token], depth: int, *, quoted: bool) -> int:
        text = self._text
        following = text[position + 1 : min(position + 2, end)]
        if following == "(":
            close = self._arithmetic_end(position, end) if text.startswith("((", position + 1) else None
            if close is None:
                return self._substitution(position, end, tokens, depth, quoted=quoted)
            tokens.append(ArithmeticExpansion(text[position + 3 : close - 2].replace("\\\n", ""), quoted))
            return close
        if following == "{":
            return self._braced(position, end, tokens, depth, quoted=quoted)
        if match := _NAME.match(text, position + 1, end):
            tokens.append(Parameter(match[0], "", None, None, quoted))
            return match.end()
        if following == "'" and not quoted:
            return self._ansi_c(position + 2, end, tokens)
        if following == '"' and not quoted:
            return self._double(position + 2, end, tokens, depth)
        tokens.append(Literal("$", quoted))
        return position + 1

    def _ansi_c(self, start: int, end: int, tokens: list[_Token]) -> int:
        close = start
        while close < end and self._text[close] != "'":
            close += 2 if self._text[close] == "\\" else 1
        if close >= end:
            return self._opaque(start - 2, end, tokens, sound=False)
        tokens.append(Literal(_ANSI_ESCAPE.sub(_ansi_c_character, self._text[start:close]), True))
        return close + 1

    def _arithmetic_end(self, position: int, end: int) -> int | None:
        """The offset after the ``))`` of a ``$((``; None if its last ``)`` stands alone (a subshell in ``$(``)."""
        opened, previous = 0, -1
        for match in _PARENTHESIS.finditer(self._text, position, end):
            opened += 1 if match[0] == "(" else -1
            if opened == 0:
                return match.end() if previous == match.start() - 1 else None
            previous = match.start() if match[0] == ")" and opened == 1 else -1
        return None

    def _substitution(
        self, position: int, end: int, tokens: list[_Token], depth: int, *, quoted: bool
    ) -> int:
        found = self._structure.substitution(position, depth + 1)
        if found is None or found[1] > end:
            return self._opaque(position, end, tokens, sound=False)
        tokens.append(CommandSubstitution(found[0], quoted))
        return found[1]

    def _braced(self, start: int, end: int, tokens: list[_Token], depth: int, *, quoted: bool) -> int:
        """``${…}``."""
        text = self._text
        if match := _LENGTH.match(text, start + 2, end):
            tokens.append(Parameter(match[1], "length", None, None, quoted))
            return match.end()
        match = _BRACED_NAME.match(text, start + 2, end)
        if depth >= DEEPEST or match is None:
            return self._opaque(start, end, tokens, sound=False)
        name, position = match[0], match.end()
        operator, argument, replacement = "", None, None
        if operation := _OPERATOR.match(text, position, end):
            operator = operation[0]
            read = self._pattern if operator[0] in "#%/" else self._default if quoted else self._pattern
            argument = read(operation.end(), end, depth + 1, "/}" if operator[0] == "/" else "}")
            position = argument.span.end
            if operator[0] == "/":
                position += text.startswith("/", position)
                replacement = read(position, end, depth + 1, "}")
                position = replacement.span.end
        elif not text.startswith("}", position):
            operator = UNSUPPORTED
            position = self._pattern(position, end, depth + 1, "}").span.end
        if position >= end:
            return self._opaque(start, end, tokens, sound=False)
        tokens.append(Parameter(name, operator, argument, replacement, quoted))
        return position + 1

    def _pattern(self, start: int, end: int, depth: int, stops: str) -> Word:
        tokens, position = self._unquoted(start, end, _PLAIN_ARGUMENT, stops, depth)
        return Word(merged(tokens), Span(start, position))

    def _default(self, start: int, end: int, depth: int, _stops: str) -> Word:
        tokens, position = self._quoted(start, end, "}", depth)
        return Word(merged(tokens), Span(start, position))

    def _opaque(self, start: int, end: int, tokens: list[_Token], *, sound: bool) -> int:
        self.sound = self.sound and sound
        tokens.append(OpaquePart(self._text[start:end]))
        return end


def _ansi_c_character(match: re.Match[str]) -> str:
    octal, two, four, eight, control, other = match.groups()
    if octal:
        return chr(int(octal, 8) & 0xFF)
    if control:
        return chr(ord(control.upper()) & 0x1F)
    if digits := two or four or eight:
        code = int(digits, 16)
        return chr(code) if code <= 0x10FFFF else "\ufffd"
    if other in _ANSI_CHARACTERS:
        return _ANSI_CHARACTERS[other]
    return other if other in "\\'\"?" else "\\" + other


def _without_tabs(tokens: list[_Token]) -> list[_Token]:
    """The body of ``<<-``: no tabs at the start of a line."""
    stripped: list[_Token] = []
    at_start = True
    for token in tokens:
        if isinstance(token, Literal):
            text = re.sub(r"\n\t+", "\n", token.text)
            stripped.append(Literal(text.lstrip("\t") if at_start else text, True))
            at_start = token.text.endswith("\n")
        else:
            stripped.append(token)
            at_start = False
    return stripped
