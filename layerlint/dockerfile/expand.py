"""Expansion of variables and splitting into words, as BuildKit's ``shell/lex.go`` does them.

A variable's value is known, unknown or unset.  What depends on an unknown one is unknown, never
empty; what is an error whatever the value is stays an error.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from enum import Enum
from functools import lru_cache
from typing import TypeAlias

from layerlint._dataclass import dataclass
from layerlint._pattern import pattern
from layerlint.dockerfile import patterns
from layerlint.dockerfile.gostrings import WHITE_SPACE, quote
from layerlint.domain.text import UNKNOWN, Text, Unknown

Lookup: TypeAlias = Callable[[str], "Text | None"]
"""The value of a variable: known, UNKNOWN (it may even be unset), or None where it is not set."""

MAX_DEPTH = 64
"""Substitutions inside one another; BuildKit has no bound."""

MAX_VALUES = patterns.MAX_RESULT
"""Characters of variables that one text may read; what they come to is unknown past it.  Without a
bound ``ENV a=$a$a``, a few dozen times, fills the memory."""


@dataclass(frozen=True, slots=True)
class Expansion:
    """What became of a text.

    ``text`` is the result, or UNKNOWN; ``words`` the same split at unquoted white space; ``error``
    is BuildKit's message where it refuses the text (``text`` is UNKNOWN then).  ``matched`` and
    ``unmatched`` name the variables that were read and are set (or may be), or are not.
    """

    text: Text
    words: tuple[str, ...] | Unknown
    error: str | None
    matched: frozenset[str]
    unmatched: frozenset[str]


@dataclass(frozen=True, slots=True)
class ShellWord:
    """A word of a line, ``[start, end)``, quotes and escapes in place."""

    text: str
    start: int
    end: int


def expand(word: str, lookup: Lookup, escape: str) -> Expansion:
    """The arguments of an instruction: quotes removed, variables replaced (``ProcessWord(s)``)."""
    # Most are one word of characters that mean nothing.
    run = _plain(escape, "", _Quotes.REMOVE).match(word)
    if run is not None and run.end() == len(word) and word[0] not in WHITE_SPACE:
        return Expansion(word, (word,), None, frozenset(), frozenset())
    return _run(_Lexer(word, lookup, escape), word)


def expand_heredoc(content: str, lookup: Lookup) -> Expansion:
    """The body of an unquoted COPY or ADD here-document: quotes are text, the escape is ``\\``."""
    return _run(_Lexer(content, lookup, "\\", quotes=_Quotes.TEXT), content)


def raw_words(line: str) -> list[ShellWord]:
    """The words of a line with nothing removed or expanded; none where the line cannot be split."""
    lexer = _Lexer(line, _unset, "\\", quotes=_Quotes.KEEP, keep_escapes=True, keep_unset=True)
    try:
        lexer.run()
    except _LexError:
        return []
    return lexer.words.found


def unquoted_words(text: str) -> tuple[list[str], list[str]] | None:
    """The words of a text without and with their quotes, nothing expanded; None if it does not lex."""
    both: list[list[str]] = []
    for quotes in (_Quotes.REMOVE, _Quotes.KEEP):
        lexer = _Lexer(text, _unset, "\\", quotes=quotes, keep_unset=True)
        try:
            lexer.run()
        except _LexError:
            return None
        both.append([word.text for word in lexer.words.found])
    return both[0], both[1]


def _unset(name: str) -> None:
    return None


class _Quotes(Enum):
    """What becomes of quotes: they group and go, group and stay, or are plain text."""

    REMOVE = "remove"
    KEEP = "keep"
    TEXT = "text"


class _LexError(Exception):
    """BuildKit refuses the text; ``str()`` is its reason.  Never leaves this module."""


def _run(lexer: _Lexer, source: str) -> Expansion:
    try:
        text = lexer.run()
        words = UNKNOWN if text is UNKNOWN else tuple(word.text for word in lexer.words.found)
        error = None
    except _LexError as refused:
        text, words, error = UNKNOWN, UNKNOWN, f"failed to process {quote(source)}: {refused}"
    return Expansion(text, words, error, frozenset(lexer.matched), frozenset(lexer.unmatched))


class _Words:
    """Words that grow by characters; quoted ones never end a word."""

    __slots__ = ("found", "inside", "parts", "start")

    def __init__(self) -> None:
        self.found: list[ShellWord] = []
        self.parts: list[str] = []
        self.inside = False
        self.start = 0

    def add_quoted(self, text: str, start: int) -> None:
        if text:
            if not self.parts:
                self.start = start
            self.parts.append(text)
        self.inside = True

    def add(self, text: str, start: int) -> None:
        """Unquoted text: white space ends the word."""
        for match in _WHITE_OR_NOT.finditer(text):
            if match.lastindex:
                if self.inside:
                    self.end(start)
            else:
                self.add_quoted(match[0], start)

    def end(self, position: int) -> None:
        if self.parts:
            self.found.append(ShellWord("".join(self.parts), self.start, position))
            self.parts.clear()
            self.inside = False


_SPACE = re.escape(WHITE_SPACE)
_WHITE_OR_NOT = pattern(f"([{_SPACE}]+)|[^{_SPACE}]+")
_BLANKS = pattern(f"-?[{_SPACE}]*")
_SPECIAL_PARAMETERS = "@*#?-$!0"


@lru_cache(maxsize=32)
def _plain(escape: str, stop: str, quotes: _Quotes) -> re.Pattern[str]:
    """A run of white space, or of characters that mean nothing."""
    special = re.escape(escape + stop + "$<" + ("" if quotes is _Quotes.TEXT else "'\""))
    return re.compile(f"[{_SPACE}]+|[^{_SPACE}{special}]+")


class _Lexer:
    """One pass over a text; ``run`` gives the result, the rest is left in the attributes."""

    def __init__(
        self,
        text: str,
        lookup: Lookup,
        escape: str,
        *,
        quotes: _Quotes = _Quotes.REMOVE,
        keep_escapes: bool = False,
        keep_unset: bool = False,
    ) -> None:
        self.text = text
        self.position = 0
        self.lookup = lookup
        self.escape = escape
        self.quotes = quotes
        self.keep_escapes = keep_escapes
        self.keep_unset = keep_unset
        self.words = _Words()
        self.outer: list[_Words] = []
        self.matched: set[str] = set()
        self.unmatched: set[str] = set()
        self.left = MAX_VALUES

    def run(self) -> Text:
        return self._until("", keep_escapes=self.keep_escapes)

    # ------------------------------------------------------------------ characters

    def _peek(self) -> str:
        return self.text[self.position : self.position + 1]

    def _next(self) -> str:
        char = self._peek()
        self.position += len(char)
        return char

    @property
    def _at_end(self) -> bool:
        return self.position >= len(self.text)

    # ------------------------------------------------------------------ texts

    def _until(self, stop: str, *, keep_escapes: bool) -> Text:
        """The text up to ``stop`` (empty: the end), which is taken too."""
        before, self.keep_escapes = self.keep_escapes, keep_escapes
        try:
            return self._text(stop)
        finally:
            self.keep_escapes = before

    def _text(self, stop: str) -> Text:
        result: list[Text] = []
        plain = _plain(self.escape, stop, self.quotes)
        while not self._at_end:
            start = self.position
            if run := plain.match(self.text, start):
                self.position = run.end()
                result.append(run[0])
                self.words.add(run[0], start)
                continue
            char = self._peek()
            if char == stop:
                self._next()
                self.words.end(start)
                return _joined(result)
            if char == "$":
                value = self._dollar()
                result.append(value)
                self.words.add("" if value is UNKNOWN else value, start)
            elif char == self.escape:
                self._escaped(result, start)
            elif char == "<":
                value = self._less_than()
                result.append(value)
                self.words.add_quoted(value, start)
            else:
                value = self._single_quoted() if char == "'" else self._double_quoted()
                result.append(value)
                self.words.add_quoted("" if value is UNKNOWN else value, start)
        if stop:
            raise _LexError(f"unexpected end of statement while looking for matching {stop}")
        self.words.end(self.position)
        return _joined(result)

    def _escaped(self, result: list[Text], start: int) -> None:
        mark = self._next()
        char = self._next()  # none: an escape character at the very end is dropped
        text = mark + char if self.keep_escapes else char
        result.append(text)
        if text:
            self.words.add_quoted(text, start)

    def _less_than(self) -> str:
        """``<<`` takes the blanks behind it along, so that ``<< EOF`` is one word."""
        start = self.position
        self._next()
        if self._peek() == "<":
            self._next()
            blanks = _BLANKS.match(self.text, self.position)
            self.position = blanks.end() if blanks else self.position
        return self.text[start : self.position]

    def _single_quoted(self) -> str:
        end = self.text.find("'", self.position + 1)
        if end < 0:
            self.position = len(self.text)
            raise _LexError("unexpected end of statement while looking for matching single-quote")
        start, self.position = self.position, end + 1
        return self.text[start : end + 1] if self.quotes is _Quotes.KEEP else self.text[start + 1 : end]

    def _double_quoted(self) -> Text:
        mark = '"' if self.quotes is _Quotes.KEEP else ""
        result: list[Text] = [mark]
        self._next()
        while char := self._next():
            if char == '"':
                return _joined([*result, mark])
            if char == "$":
                self.position -= 1
                result.append(self._dollar())
            elif char == self.escape:
                if self.keep_escapes:
                    result.append(char)
                if self._at_end:
                    continue
                result.append(self._next() if self._peek() in ('"', "$", self.escape) else char)
            else:
                result.append(char)
        raise _LexError("unexpected end of statement while looking for matching double-quote")

    # ------------------------------------------------------------------ substitutions

    def _dollar(self) -> Text:
        self._next()
        if self._peek() != "{":
            name = self._name()
            if not name:
                return "$"
            value = self._value(name)
            if value is None:
                return f"${name}" if self.keep_unset else ""
            return value
        self._next()
        if self._at_end:
            raise _LexError("syntax error: missing '}'")
        if self._peek() in "{}:":
            raise _LexError("syntax error: bad substitution")
        name = self._name()
        operator = self._next()
        match operator:
            case "}":
                value = self._value(name)
                if value is None:
                    return f"${{{name}}}" if self.keep_unset else ""
                return value
            case ":" | "+" | "-" | "?" | "#" | "%":
                return self._conditional(name, operator)
            case "/":
                return self._replacement(name)
            case _:
                raise _LexError(f"unsupported modifier ({operator or chr(0xFFFD)}) in substitution")

    def _operand(self, stop: str, missing: str, *, keep_escapes: bool) -> Text:
        """The text of an operand.  BuildKit's words share one buffer with it, so that the start of
        the word around a substitution is lost (``EXPOSE 80${x:-81}`` exposes 81)."""
        outer, self.words = self.words, _Words()
        outer.parts.clear()
        self.outer.append(outer)
        try:
            if len(self.outer) > MAX_DEPTH:
                raise _LexError(f"substitutions nested deeper than {MAX_DEPTH}")
            return self._until(stop, keep_escapes=keep_escapes)
        except _LexError:
            if self._at_end:
                raise _LexError(f"syntax error: missing {missing}") from None
            raise
        finally:
            self.words = self.outer.pop()

    def _conditional(self, name: str, operator: str) -> Text:
        empty_is_unset = operator == ":"
        kind = self._next() if empty_is_unset else operator
        shown = operator + (kind or "\ufffd") if empty_is_unset else operator
        word = self._operand("}", "'}'", keep_escapes=kind in ("#", "%"))
        value = self._value(name)
        if value is None and self.keep_unset:
            return _joined([f"${{{name}{shown}", word, "}"])
        absent = value is None or (empty_is_unset and value == "")
        match kind:
            case "-":
                return word if value is None or absent else value
            case "+":
                if value is UNKNOWN:
                    return "" if word == "" else UNKNOWN
                return "" if absent else word
            case "?":
                if value is not None and not absent:
                    return value
                default = f"is not allowed to be {'unset' if value is None else 'empty'}"
                raise _LexError(f"{name}: {default if word in ('', UNKNOWN) else word}")
            case "#" | "%" if not empty_is_unset:
                return _trimmed(kind, word, "" if value is None else value)
            case _:
                raise _LexError(f"unsupported modifier ({shown}) in substitution")

    def _replacement(self, name: str) -> Text:
        every = self._peek() == "/"
        if every:
            self._next()
        pattern = self._operand("/", "'/' in ${}", keep_escapes=True)
        replacement = self._operand("}", "'}'", keep_escapes=True)
        value = self._value(name)
        if value is None and self.keep_unset:
            return _joined([f"${{{name}/", pattern, "/", replacement, "}"])
        if pattern is UNKNOWN:
            return UNKNOWN
        compiled = _compiled(pattern)
        if value is UNKNOWN or replacement is UNKNOWN:
            return UNKNOWN
        return patterns.replace(compiled, value or "", replacement, every=every)

    def _name(self) -> str:
        """A name, a number, a special parameter, or nothing."""
        first = self._peek()
        if first and first in _SPECIAL_PARAMETERS and not first.isdecimal():
            return self._next()
        start = self.position
        if first.isdecimal():
            while self._peek().isdecimal():
                self._next()
        else:
            while (char := self._peek()).isalpha() or char.isdecimal() or char == "_":
                self._next()
        return self.text[start : self.position]

    def _value(self, name: str) -> Text | None:
        value = self.lookup(name)
        (self.unmatched if value is None else self.matched).add(name)
        if isinstance(value, str):
            self.left -= len(value)
            if self.left < 0:
                return UNKNOWN
        return value


def _joined(parts: list[Text]) -> Text:
    if any(part is UNKNOWN for part in parts):
        return UNKNOWN
    return "".join(part for part in parts if isinstance(part, str))


def _compiled(pattern: str) -> patterns.Pattern:
    compiled = patterns.compile_pattern(pattern)
    if isinstance(compiled, str):
        raise _LexError(f"invalid pattern ({pattern}) in substitution: {compiled}")
    return compiled


def _trimmed(kind: str, word: Text, value: Text) -> Text:
    """``#``, ``##``, ``%`` and ``%%``."""
    if word is UNKNOWN:
        return "" if value == "" else UNKNOWN
    longest = word.startswith(kind)
    compiled = _compiled(word[longest:])
    if value is UNKNOWN:
        return UNKNOWN
    remove = patterns.remove_prefix if kind == "#" else patterns.remove_suffix
    return remove(compiled, value, longest=longest)
