"""Runs with what is known so far, until no run asks for more: three at most.

An answer may lead to other questions (a program that is installed runs another), but rarely to many.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import fields
from typing import Final, TypeVar, assert_never

from layerlint._dataclass import dataclass
from layerlint.domain.credentials import redact
from layerlint.lookup import (
    Answer,
    Length,
    LengthWanted,
    Lookup,
    NoAnswer,
    Packages,
    PackagesWanted,
    Question,
    Wheels,
    WheelsWanted,
)
from layerlint.online.client import Client
from layerlint.online.errors import OnlineError
from layerlint.online.records import decode, encode
from layerlint.online.registries import Online
from layerlint.online.store import Store
from layerlint.online.workers import in_parallel

_ROUNDS: Final = 3
_MOST: Final = 200
"""Questions of one Dockerfile."""
_SHOWN: Final = 5
"""Notes on what has no answer."""

Result = TypeVar("Result")
Asked = tuple[str, Question]
"""The architecture, and the question."""


class _Known:
    """Answers by platform and question; what is asked in vain is kept."""

    def __init__(self) -> None:
        self.answers: dict[Asked, Answer | NoAnswer] = {}
        self.open: dict[Asked, None] = {}

    def on(self, platform: str) -> Lookup:
        system, _, machine = platform.partition("/")
        return _Here(self, machine.partition("/")[0] if system == "linux" else "")

    def find(self, machine: str, question: Question) -> Answer | None:
        if not machine:
            return None
        asked = machine, question
        answer = self.answers.get(asked)
        if answer is None and len(self.answers) + len(self.open) < _MOST:
            self.open[asked] = None
        return None if isinstance(answer, NoAnswer) else answer


@dataclass(frozen=True, slots=True)
class _Here:
    known: _Known
    machine: str

    def wheels(self, question: WheelsWanted) -> Wheels | None:
        answer = self.known.find(self.machine, question)
        return answer if isinstance(answer, Wheels) else None

    def packages(self, question: PackagesWanted) -> Packages | None:
        answer = self.known.find(self.machine, question)
        return answer if isinstance(answer, Packages) else None

    def length(self, question: LengthWanted) -> Length | None:
        answer = self.known.find(self.machine, question)
        return answer if isinstance(answer, Length) else None


def run_informed(
    run: Callable[[Callable[[str], Lookup]], Result], online: Online, store: Store | None = None
) -> tuple[Result, tuple[str, ...]]:
    """The last run, and notes on what could not be found out."""
    known = _Known()
    desk = _Desk(online, store or Store())
    result = run(known.on)
    for _ in range(_ROUNDS - 1):
        if not known.open:
            break
        waiting, known.open = list(known.open), {}
        known.answers |= zip(waiting, desk.answer(waiting), strict=True)
        result = run(known.on)
    return result, tuple(_notes(known.answers))


def _notes(answers: dict[Asked, Answer | NoAnswer]) -> Iterable[str]:
    lines = dict.fromkeys(
        f"{_subject(question)}: not looked up: {answer.reason}"
        for (_, question), answer in answers.items()
        if isinstance(answer, NoAnswer)
    )
    shown = [redact(line) for line in lines][:_SHOWN]
    more = len(lines) - len(shown)
    return [*shown, f"and {more} more were not looked up"] if more else shown


def _subject(question: Question) -> str:
    match question:
        case WheelsWanted(requirements=names):
            return _listed("Python", names)
        case PackagesWanted(packages=pairs):
            return _listed("npm", [name for name, _ in pairs])
        case LengthWanted(url):
            return (url if "@" not in url else f"{url.partition('://')[0]}://…{url.rpartition('@')[2]}")[:120]
        case _:
            assert_never(question)


def _listed(kind: str, names: Iterable[str]) -> str:
    every = list(names)
    return f"{kind} {', '.join(every[:3])}" + (f" and {len(every) - 3} more" if len(every) > 3 else "")


class _Desk:
    """Answers questions: from disk, else from outside."""

    def __init__(self, online: Online, store: Store) -> None:
        self._online, self._store = online, store
        self._client = Client(online)

    def answer(self, waiting: list[Asked]) -> list[Answer | NoAnswer]:
        # Lengths are one request each; an installation is many, and shares them out itself.
        small = [asked for asked in waiting if isinstance(asked[1], LengthWanted)]
        self._tell(f"{len(waiting)} questions")
        found = dict(zip(small, in_parallel(self._one, small), strict=True))
        for asked in waiting:
            if asked not in found:
                self._tell(_subject(asked[1]))
                found[asked] = self._one(asked)
        self._tell("")
        return [found[asked] for asked in waiting]

    def _one(self, asked: Asked) -> Answer | NoAnswer:
        machine, question = asked
        key = self._key(machine, question)
        kept = self._store.read(key)
        if kept is not None:
            try:
                return decode(kept)
            except ValueError:
                pass
        try:
            answer = self._ask(machine, question)
        except OnlineError as error:
            return NoAnswer(str(error))
        self._store.write(key, encode(answer))
        return answer

    def _ask(self, machine: str, question: Question) -> Answer:
        match question:
            case LengthWanted(url, redirects):
                found = self._client.length(url, redirects=redirects)
                return Length(found.length, found.packed)
            case WheelsWanted():
                from layerlint.online.wheels import answer as wheels

                return wheels(question, machine, self._online, self._client, self._store)
            case PackagesWanted():
                from layerlint.online.npm import answer as packages

                return packages(question, machine, self._online, self._client)
            case _:
                assert_never(question)

    def _key(self, machine: str, question: Question) -> str:
        values = {field.name: getattr(question, field.name) for field in fields(question)}
        registry = {WheelsWanted: self._online.python, PackagesWanted: self._online.npm}.get(
            type(question), ""
        )
        return json.dumps([type(question).__name__, machine, registry, values], sort_keys=True)

    def _tell(self, text: str) -> None:
        if self._online.tell is not None:
            self._online.tell(text)
