"""All commands of a tree in the order of the text, those in substitutions included."""

from __future__ import annotations

from collections.abc import Iterator
from typing import assert_never

from layerlint.shell.syntax import (
    AndOr,
    ArithmeticExpansion,
    BraceExpansion,
    Case,
    Command,
    CommandSubstitution,
    For,
    Function,
    Group,
    If,
    Literal,
    Opaque,
    OpaquePart,
    Parameter,
    Pipeline,
    Redirect,
    Sequence,
    SimpleCommand,
    Subshell,
    Test,
    While,
    Word,
)


def walk(command: Command) -> Iterator[Command]:
    """The command and every command in it, an outer one before its inner ones.

    An and-or list is one command with its operands (the inner lists of its left spine are not given
    by themselves), so the depth of the walk is that of the nesting.
    """
    yield command
    match command:
        case SimpleCommand(assignments, words):
            for assignment in assignments:
                yield from _in_words((assignment.value,))
            yield from _in_words(words)
        case Pipeline(commands) | Sequence(commands):
            for inner in commands:
                yield from walk(inner)
        case AndOr():
            for _, operand in command.operands:
                yield from walk(operand)
        case Subshell(body) | Group(body) | Function(_, body):
            yield from walk(body)
        case If(condition, then, otherwise):
            yield from walk(condition)
            yield from walk(then)
            if otherwise is not None:
                yield from walk(otherwise)
        case For(_, words, body):
            yield from _in_words(words or ())
            yield from walk(body)
        case While(condition, _, body):
            yield from walk(condition)
            yield from walk(body)
        case Case(subject, items):
            yield from _in_words((subject,))
            for item in items:
                yield from _in_words(item.patterns)
                yield from walk(item.body)
        case Test(words):
            yield from _in_words(words)
        case Opaque():
            pass
        case _:
            assert_never(command)
    yield from _in_words(tuple(redirect.target for redirect in redirects_of(command)))


def redirects_of(command: Command) -> tuple[Redirect, ...]:
    """The redirects of the command itself; kinds that have none give none."""
    match command:
        case Pipeline() | AndOr() | Sequence() | Function() | Opaque():
            return ()
        case _:
            return command.redirects


def _in_words(words: tuple[Word, ...]) -> Iterator[Command]:
    for word in words:
        for part in word.parts:
            match part:
                case CommandSubstitution(body):
                    yield from walk(body)
                case Parameter(argument=argument, replacement=replacement):
                    yield from _in_words(tuple(inner for inner in (argument, replacement) if inner))
                case BraceExpansion(alternatives):
                    yield from _in_words(alternatives)
                case Literal() | ArithmeticExpansion() | OpaquePart():
                    pass
                case _:
                    assert_never(part)
