"""set, shift, umask and exit: the state of the shell itself."""

from __future__ import annotations

from layerlint.commands._modes import parse_mode
from layerlint.commands._outcome import FAILURE, unmodelled
from layerlint.commands._streams import of_line
from layerlint.domain.size import Size
from layerlint.domain.text import UNKNOWN, Text
from layerlint.domain.truth import Truth
from layerlint.effects import (
    Effect,
    Exit,
    Invocation,
    Outcome,
    SetArguments,
    SetOption,
    SetUmask,
    Stream,
)

_OPTIONS = {
    "a": "allexport", "b": "notify", "B": "braceexpand", "C": "noclobber", "e": "errexit", "E": "errtrace",
    "f": "noglob", "h": "hashall", "H": "histexpand", "k": "keyword", "m": "monitor", "n": "noexec",
    "p": "privileged", "P": "physical", "T": "functrace", "u": "nounset", "v": "verbose", "x": "xtrace",
}  # fmt: skip
"""POSIX "set", and bash's own."""


def set_(invocation: Invocation) -> Outcome:
    """``set -eux``, ``set -o pipefail``, ``set +e``, ``set -- words``."""
    words = invocation.argv[1:]
    if not words:
        return Outcome(stdout=Stream(Size(0, 1000, 1 << 20)))
    effects: list[Effect] = []
    position = 0
    while position < len(words):
        word = words[position]
        if word is UNKNOWN:
            return unmodelled("set: its options are not known", *effects)
        if word in ("--", "-") or word[:1] not in ("-", "+"):
            rest: tuple[Text, ...] = words[position + (word in ("--", "-")) :]
            if rest or word == "--":
                effects.append(SetArguments(rest))
            break
        position += 1
        for letter in word[1:]:
            if letter == "o":
                name = words[position] if position < len(words) else ""
                position += 1
                if isinstance(name, str) and name:
                    effects.append(SetOption(name, word[0] == "-"))
            elif letter in _OPTIONS:
                effects.append(SetOption(_OPTIONS[letter], word[0] == "-"))
            else:
                return Outcome(tuple(effects), Truth.NO)
    return Outcome(tuple(effects))


def shift(_: Invocation) -> Outcome:
    """The positional parameters are the interpreter's: here they are not known any more."""
    return Outcome((SetArguments(None),))


def umask(invocation: Invocation) -> Outcome:
    """Print the mask, or set it from an octal or symbolic mode."""
    words = [word for word in invocation.argv[1:] if word != "-S"]
    if not words:
        return Outcome(stdout=of_line(f"{invocation.umask:04o}"))
    if words[0] is UNKNOWN:
        return unmodelled("umask: the mask is not known")
    if words[0].isdecimal():
        change = parse_mode(words[0], 0)
        return FAILURE if change is None else Outcome((SetUmask(change(0, False) & 0o777),))
    change = parse_mode(words[0], 0)
    if change is None:
        return FAILURE
    return Outcome((SetUmask(0o777 & ~change(0o777 & ~invocation.umask, False)),))


def exit_(invocation: Invocation) -> Outcome:
    """``exit [STATUS]``; without one the status is that of the command before, which is not known here."""
    words = invocation.argv[1:]
    if not words or words[0] is UNKNOWN:
        return Outcome((Exit(Truth.MAYBE),), Truth.MAYBE)
    number = words[0].strip()
    status = Truth.of(number.isdecimal() and int(number[-9:]) % 256 == 0)
    return Outcome((Exit(status),), status)
