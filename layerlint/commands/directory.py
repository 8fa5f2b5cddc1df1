"""cd, pwd, pushd, popd and dirs: the shell's working directory."""

from __future__ import annotations

from layerlint.commands._known import is_absent
from layerlint.commands._options import Grammar, parse
from layerlint.commands._outcome import FAILURE, unmodelled
from layerlint.commands._paths import clean, join
from layerlint.commands._streams import of_line
from layerlint.domain.text import UNKNOWN, Text
from layerlint.effects import NOTHING, ChangeDirectory, Effect, Invocation, Outcome, SetVariable
from layerlint.filesystem.node import Inode

STACK = "DIRSTACK"
"""The variable that holds bash's directory stack between two commands, one directory a line."""

_CD = Grammar("cd", "LPe@", permute=False)
_PWD = Grammar("pwd", "LP", {"logical": "L", "physical": "P"})


def cd(invocation: Invocation) -> Outcome:
    """Change the working directory: HOME without an operand, ``-`` is where it was before.

    ``..`` goes up in the name of the directory, as the shell keeps it, unless ``-P`` says otherwise.
    CDPATH is not followed.
    """
    options = parse(_CD, invocation.argv[1:])
    if isinstance(options, Outcome):
        return options
    if len(options.operands) > 1:
        return FAILURE
    word = options.operands[0] if options.operands else invocation.environment.get("HOME", UNKNOWN)
    if word == "-":
        word = invocation.environment.get("OLDPWD", UNKNOWN)
    if word == "":
        return Outcome()
    physical = options.has("P")
    path = _target(invocation, word, physical=physical)
    if path is not None and not _is_enterable(invocation, path):
        return FAILURE
    printed = of_line(UNKNOWN if path is None else path) if options.operands == ("-",) else NOTHING
    return Outcome(_entered(invocation, path), stdout=printed)


def pwd(invocation: Invocation) -> Outcome:
    """Print the working directory."""
    options = parse(_PWD, invocation.argv[1:])
    if isinstance(options, Outcome):
        return options
    here = invocation.cwd
    if here is not None and options.last("L", "P") == "P":
        here = invocation.view.resolve(here)
    return Outcome(stdout=of_line(UNKNOWN if here is None else clean(here)))


def pushd(invocation: Invocation) -> Outcome:
    """bash's ``pushd DIRECTORY``, or without one the top two exchanged; no rotation."""
    stack = _stack(invocation)
    words = invocation.argv[1:]
    if stack is None or len(words) > 1 or any(isinstance(word, str) and word[:1] in "+-" for word in words):
        return unmodelled("pushd: which directory it enters is not known", ChangeDirectory(None))
    if not words and not stack:
        return FAILURE
    path = _target(invocation, words[0]) if words else stack[0]
    if path is not None and not _is_enterable(invocation, path):
        return FAILURE
    rest = stack if words else stack[1:]
    new = None if invocation.cwd is None else (clean(invocation.cwd), *rest)
    return Outcome(
        (*_entered(invocation, path), SetVariable(STACK, UNKNOWN if new is None else "\n".join(new)))
    )


def popd(invocation: Invocation) -> Outcome:
    """bash's ``popd`` without arguments."""
    stack = _stack(invocation)
    if stack is None or len(invocation.argv) > 1:
        return unmodelled("popd: which directory it enters is not known", ChangeDirectory(None))
    if not stack:
        return FAILURE
    return Outcome((*_entered(invocation, stack[0]), SetVariable(STACK, "\n".join(stack[1:]))))


def _stack(invocation: Invocation) -> tuple[str, ...] | None:
    kept = invocation.environment.get(STACK, "")
    return None if kept is UNKNOWN else tuple(line for line in kept.split("\n") if line)


def _entered(invocation: Invocation, path: str | None) -> tuple[Effect, ...]:
    before: Text = UNKNOWN if invocation.cwd is None else clean(invocation.cwd)
    return (
        ChangeDirectory(path),
        SetVariable("OLDPWD", before),
        SetVariable("PWD", UNKNOWN if path is None else path),
    )


def _target(invocation: Invocation, word: Text, *, physical: bool = False) -> str | None:
    """The directory that a word names, with ``..`` taken out."""
    path = invocation.path(word)
    if path is None:
        return None
    if physical:
        return invocation.view.resolve(path)
    result = "/"
    for part in path.split("/"):
        result = result.rpartition("/")[0] or "/" if part == ".." else join(result, part)
    return result


def _is_enterable(invocation: Invocation, path: str) -> bool:
    return not isinstance(invocation.view.lookup(path), Inode) and not is_absent(invocation.view, path)
