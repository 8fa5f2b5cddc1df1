"""export, unset, readonly, local, declare and read: the shell's variables."""

from __future__ import annotations

import re

from layerlint.commands._outcome import unmodelled
from layerlint.commands._streams import data_of, decode, standard_input
from layerlint.domain.size import ZERO, Size
from layerlint.domain.text import UNKNOWN
from layerlint.domain.truth import Truth
from layerlint.effects import Effect, Invocation, Outcome, SetVariable, Stream

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*", re.ASCII)
_LISTING = Outcome(stdout=Stream(Size(0, 1000, 1 << 20)))


def export(invocation: Invocation) -> Outcome:
    """``export NAME=value``, ``export NAME``, ``export -n NAME``; ``-p`` prints."""
    return _declared(invocation, exported=True)


def readonly(invocation: Invocation) -> Outcome:
    return _declared(invocation, exported=None)


def declare(invocation: Invocation) -> Outcome:
    """``declare``, ``typeset`` and ``local``: assignments only; arrays and ``-i`` are not evaluated."""
    return _declared(invocation, exported=None)


def _declared(invocation: Invocation, *, exported: bool | None) -> Outcome:
    effects: list[Effect] = []
    status = Truth.YES
    names = False
    evaluated = False
    for word in invocation.argv[1:]:
        if word is UNKNOWN:
            return unmodelled(f"{invocation.argv[0]}: which variable it sets is not known", *effects)
        if not names and word.startswith("-") and len(word) > 1:
            names = word == "--"
            if "f" in word:
                return Outcome()
            exported = False if "n" in word and exported else True if "x" in word else exported
            evaluated = evaluated or (bool(set("aAilnu") & set(word[1:])) and invocation.argv[0] != "export")
            continue
        names = True
        name, equals, value = word.partition("=")
        appended = equals and name.endswith("+")
        name = name.removesuffix("+") if appended else name
        if not _NAME.fullmatch(name):
            status = Truth.NO
        elif appended:
            old = invocation.environment.get(name, "")
            effects.append(SetVariable(name, UNKNOWN if old is UNKNOWN else old + value, exported))
        elif equals:
            effects.append(SetVariable(name, UNKNOWN if evaluated else value, exported))
        elif exported is not None and name in invocation.environment:
            effects.append(SetVariable(name, invocation.environment[name], exported))
    return Outcome(tuple(effects), status) if names else _LISTING


def unset(invocation: Invocation) -> Outcome:
    """``unset NAME …``; functions (``-f``) are not followed."""
    words = invocation.argv[1:]
    if "-f" in words[:1]:
        return Outcome()
    names = [word for word in words if word not in ("-v", "--")]
    if UNKNOWN in names:
        return unmodelled("unset: which variable it unsets is not known")
    return Outcome(
        tuple(SetVariable(name, None) for name in names if isinstance(name, str) and _NAME.fullmatch(name))
    )


def read(invocation: Invocation) -> Outcome:
    """``read NAME …``: the first line of standard input; its splitting is not followed for several names."""
    words = [word for word in invocation.argv[1:] if word is UNKNOWN or not word.startswith("-")]
    names = [word for word in words if isinstance(word, str) and _NAME.fullmatch(word)]
    stream = standard_input(invocation)
    data = data_of(stream)
    lines = None if data is None else decode(data).split("\n")
    simple = lines is not None and len(names) == 1 and len(words) == len(invocation.argv) - 1
    value = lines[0].strip(" \t") if simple and lines and "\\" not in lines[0] else UNKNOWN
    status = Truth.NO if stream.size == ZERO else Truth.of(None if lines is None else len(lines) > 1)
    return Outcome(tuple(SetVariable(name, value) for name in names), status)
