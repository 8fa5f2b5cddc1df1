"""Command lines of one kind (``apt-get install``): their options, and the words that they are about.

A kind is written as ``NAME WORD…``: the name is a pattern, the words are the subcommand.  ``!NAME WORD…``
takes a kind out again; the last one that fits decides.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache, partial

from layerlint._dataclass import dataclass
from layerlint.analysis.command_lines import CommandLine
from layerlint.analysis.command_words import Argument
from layerlint.domain.text import UNKNOWN
from layerlint.shell.glob import matches


@dataclass(frozen=True, slots=True)
class Invocation:
    line: CommandLine
    verb: Argument | None
    """The last word of the subcommand."""
    operands: tuple[Argument, ...]
    """Behind the subcommand, less options and their values."""
    options: tuple[str, ...]
    """As written, without values that are words of their own."""
    partial: bool
    """An option may be among the words that are not known."""

    def has_option(self, option: str) -> bool:
        """``-y`` is a letter of ``-qy`` too; ``-qq`` is a letter twice; ``--yes`` stands for ``--yes=…`` too.

        Any other text is a word as written: ``-nv``, ``APT::Get::Assume-Yes=true``, and ``-y`` as ``=-y``.
        """
        if option.startswith("="):
            return any(word.text == option[1:] for word in self.line.arguments)
        if option.startswith("--"):
            name, given, _ = option.partition("=")
            if given:
                return option in self.options
            return any(word.partition("=")[0] == name for word in self.options)
        letters = option[1:]
        if option.startswith("-") and len(set(letters)) == 1:
            found = sum(
                word[1:].count(letters[0])
                for word in self.options
                if word.startswith("-") and not word.startswith("--")
            )
            return found == len(letters) if len(letters) > 1 else found > 0
        return any(word.text == option for word in self.line.arguments)


def invocations(
    lines: Sequence[CommandLine] | Iterator[CommandLine],
    kinds: Sequence[str],
    values: Sequence[str] = (),
    *,
    literal: bool = False,
    leading: bool = False,
) -> Iterator[Invocation]:
    """Those of the lines that are of one of the kinds.

    ``values`` are the options that take a value.  In the literal reading the words of a kind may stand
    anywhere, unless they must be ``leading``, as may the letters of an option with a value.
    """
    kinds = tuple(kinds)
    taking = frozenset(values)
    read = partial(_anywhere, leading=leading) if literal else _in_order
    # Most lines of a file are of few programs.
    fitting: dict[str, tuple[_Kind, ...]] = {}
    for line in lines:
        if line.name not in fitting:
            fitting[line.name] = _fitting(kinds, line.name)
        found: Invocation | None = None
        for kind in fitting[line.name]:
            invocation = read(line, kind.words[1:], taking)
            if invocation is not None:
                found = None if kind.excluded else invocation
        if found is not None:
            yield found


@dataclass(frozen=True, slots=True)
class _Kind:
    words: list[str]
    excluded: bool


@lru_cache(maxsize=16384)
def _fitting(kinds: tuple[str, ...], name: str) -> tuple[_Kind, ...]:
    """Those of which a program of this name may be."""
    parsed = (_Kind(kind.removeprefix("!").split(), kind.startswith("!")) for kind in kinds)
    return tuple(kind for kind in parsed if matches(kind.words[0], name))


def _anywhere(
    line: CommandLine, words: Sequence[str], values: frozenset[str], *, leading: bool
) -> Invocation | None:
    texts = [str(argument.text) for argument in line.arguments]
    if any(word not in texts for word in words):
        return None
    operands: list[Argument] = []
    takes_next = False
    for argument, text in zip(line.arguments, texts, strict=True):
        if takes_next:
            takes_next = False
        elif _is_option(text):
            takes_next = _takes_value(text, values)
        else:
            operands.append(argument)
    if leading and [word.text for word in operands[: len(words)]] != list(words):
        return None
    verb = line.arguments[texts.index(words[-1])] if words else None
    kept = tuple(word for word in operands if word.text not in words)
    return Invocation(line, verb, kept, tuple(filter(_is_option, texts)), partial=False)


def _is_option(text: str) -> bool:
    return text.startswith("-") and text not in ("-", "--")


def _takes_value(text: str, values: frozenset[str]) -> bool:
    if text.startswith("--"):
        return text in values or "--*" in values
    return "-*" in values or any(f"-{letter}" in values for letter in text[1:])


def _in_order(line: CommandLine, words: Sequence[str], values: frozenset[str]) -> Invocation | None:
    """The subcommand is what the line's operands begin with."""
    operands: list[Argument] = []
    options: list[str] = []
    waiting: list[str] = list(words)
    partial = takes_next = ended = False
    verb: Argument | None = None
    for argument in line.arguments:
        text = argument.text
        if takes_next:
            takes_next = False
        elif not ended and text == "--":
            ended = True
        elif not ended and isinstance(text, str) and _is_option(text):
            options.append(text)
            takes_next = _value_follows(text, values)
        elif waiting and text is not UNKNOWN:
            if text != waiting[0]:
                return None
            verb = argument
            del waiting[0]
        else:
            partial = partial or (text is UNKNOWN and not ended)
            if not waiting:
                operands.append(argument)
    return None if waiting else Invocation(line, verb, tuple(operands), tuple(options), partial)


def _value_follows(text: str, values: frozenset[str]) -> bool:
    """``-t`` and ``-qt`` take the next word; ``-tx`` and ``--target=x`` hold their value."""
    if text.startswith("--"):
        return text in values
    for position, letter in enumerate(text[1:], 1):
        if f"-{letter}" in values:
            return position == len(text) - 1
    # Long options with one dash (go).
    return text in values
