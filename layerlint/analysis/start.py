"""What an image starts: the words of its ENTRYPOINT and CMD."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from layerlint.dockerfile.instructions import Cmd, Entrypoint
from layerlint.execution.trace import Trace

_INTERPRETERS: Final = frozenset(
    {
        "R", "clojure", "elixir", "erl", "ghci", "groovysh", "iex", "ipython", "irb", "jruby", "jshell", "julia",
        "lein", "node", "perl", "perl6", "php", "pypy", "pypy3", "python", "python2", "python3", "racket", "raku",
        "rakudo", "ruby", "sbcl", "scala", "swipl",
    }
)  # fmt: skip
_SHELLS: Final = frozenset({"ash", "bash", "csh", "dash", "fish", "ksh", "sh", "tcsh", "zsh"})


def start_words(trace: Trace) -> tuple[str, ...]:
    """Of the last ENTRYPOINT and CMD of the target's chain, split at blanks; empty where it has none.

    A CMD above the ENTRYPOINT of its chain counts too, though it may be reset: words more silence a check.
    """
    if trace.target is None:
        return ()
    last: dict[type, Cmd | Entrypoint] = {}
    for step in trace.target.chain():
        if isinstance(step.instruction, Cmd | Entrypoint):
            last[type(step.instruction)] = step.instruction
    return tuple(
        word
        for kind in (Entrypoint, Cmd)
        if kind in last
        for text in last[kind].words
        for word in text.value.split()
    )


def starts_one_of(trace: Trace, programs: Collection[str]) -> bool:
    """One of the programs is among the words."""
    return any(word.strip("'\";&|()").rpartition("/")[2] in programs for word in start_words(trace))


def starts_a_program(trace: Trace, tools: Collection[str] = ()) -> bool:
    """The image is for one program: it starts something that is neither a shell, nor an interpreter or one of
    these tools without anything to run.  An image of that kind is made to be built on, or worked in."""
    words = [word for word in start_words(trace) if not word.startswith("-")]
    if not words:
        return False
    name = words[0].rpartition("/")[2]
    return len(words) > 1 or (name not in _SHELLS and name not in _INTERPRETERS and name not in tools)
