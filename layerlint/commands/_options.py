"""Command lines as GNU ``getopt_long`` reads them, from a declaration of a tool's options."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from layerlint._dataclass import dataclass, field
from layerlint.commands._outcome import unmodelled
from layerlint.domain.size import Size
from layerlint.domain.text import UNKNOWN, Text
from layerlint.effects import Outcome, Stream

OPERAND = ""
"""The key of an operand in `Options.sequence`."""

_HELP = Outcome(stdout=Stream(Size(1, 1500, 20_000)))


@dataclass(frozen=True, slots=True)
class Grammar:
    """The options of a tool.

    ``short`` is as ``getopt(3)`` takes it: ``a`` is a flag, ``b:`` takes an argument, ``c::`` takes one
    only if it is attached.  ``long`` maps a long name to the key that it is given under, with the same
    marks; several spellings of one option share a key, and ``-`` is the key of what no model asks for.
    """

    tool: str
    short: str = ""
    long: Mapping[str, str] = field(default_factory=dict)
    permute: bool = True
    """False: the first operand ends the options (POSIX)."""


@dataclass(frozen=True, slots=True)
class Options:
    """A command line after parsing: ``(key, argument)`` in order, operands under `OPERAND`."""

    sequence: tuple[tuple[str, Text | None], ...]

    @property
    def operands(self) -> tuple[Text, ...]:
        return tuple(value for key, value in self.sequence if key == OPERAND and value is not None)

    def has(self, *keys: str) -> bool:
        return any(key in keys for key, _ in self.sequence if key)

    def value(self, key: str) -> Text | None:
        """The argument of the last such option; None if there is none."""
        return next((value for given, value in reversed(self.sequence) if given == key), None)

    def values(self, key: str) -> tuple[Text, ...]:
        return tuple(value for given, value in self.sequence if given == key and value is not None)

    def last(self, *keys: str) -> str | None:
        """Which of these keys was given last: the one that holds where they exclude each other."""
        return next((key for key, _ in reversed(self.sequence) if key in keys), None)


def parse(grammar: Grammar, words: Sequence[Text]) -> Options | Outcome:
    """The options in ``words`` (without the command's name), or the outcome where they do not parse.

    A word that is not known is taken for an operand.  An option that is not declared is not guessed at.
    """
    shorts = _shorts(grammar.short)
    sequence: list[tuple[str, Text | None]] = []
    position = 0
    while position < len(words):
        word = words[position]
        position += 1
        if word is UNKNOWN or not word.startswith("-") or word == "-":
            if not grammar.permute:
                position -= 1
                break
            sequence.append((OPERAND, word))
        elif word == "--":
            break
        elif word.startswith("--"):
            name, given, value = word[2:].partition("=")
            key = _long(grammar.long, name)
            if key is None:
                return _HELP if name in ("help", "version") else _refused(grammar, "--" + name)
            argument: Text | None = value if given else None
            if key.endswith(":") and not key.endswith("::") and not given:
                if position == len(words):
                    return _refused(grammar, word)
                argument = words[position]
                position += 1
            sequence.append((key.rstrip(":"), argument))
        else:
            rest = word[1:]
            while rest:
                letter, rest = rest[0], rest[1:]
                arity = shorts.get(letter)
                if arity is None:
                    return _refused(grammar, "-" + letter)
                argument = None
                if arity and rest:
                    argument, rest = rest, ""
                elif arity == 1:
                    if position == len(words):
                        return _refused(grammar, "-" + letter)
                    argument = words[position]
                    position += 1
                sequence.append((letter, argument))
    sequence.extend((OPERAND, word) for word in words[position:])
    return Options(tuple(sequence))


def _shorts(text: str) -> dict[str, int]:
    """Letter to arity: 0 none, 1 required, 2 optional."""
    arities: dict[str, int] = {}
    letter = ""
    for character in text:
        if character == ":" and letter:
            arities[letter] += 1
        else:
            letter = character
            arities[letter] = 0
    return arities


def _long(names: Mapping[str, str], name: str) -> str | None:
    """The key of a long option that may be abbreviated as long as it stays unambiguous."""
    if name in names:
        return names[name]
    keys = {key for full, key in names.items() if full.startswith(name)}
    return keys.pop() if name and len(keys) == 1 else None


def _refused(grammar: Grammar, option: str) -> Outcome:
    return unmodelled(f"option {option} of {grammar.tool}")
