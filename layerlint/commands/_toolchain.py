"""What the models of language tools share: loose command lines, places, and sums over many packages."""

from __future__ import annotations

from collections.abc import Sequence

from layerlint._dataclass import dataclass, replace
from layerlint.commands._outcome import unmodelled
from layerlint.commands._paths import clean, join, locate
from layerlint.domain.size import Size
from layerlint.domain.text import UNKNOWN, Text
from layerlint.effects import Effect, Invocation, Outcome, Populate, Stream
from layerlint.filesystem.node import Directory, Inode

ANSWER = Outcome(stdout=Stream(Size(0, 500, None)))
"""A tool that only prints."""

LOCK_LIMIT = 4 << 20
"""Bytes of a lock file that are read: some of the largest have a few megabytes."""

_MAX_PACKAGES = 20_000


@dataclass(frozen=True, slots=True)
class Line:
    """A command line of a tool whose options are not all declared."""

    words: tuple[Text, ...]
    """Operands in order; what follows ``--`` is in ``rest``."""
    options: tuple[tuple[str, Text], ...]
    """As written (``-o``, ``--output``), with the value, or an empty text."""
    rest: tuple[Text, ...] = ()

    @property
    def known(self) -> tuple[str, ...]:
        return tuple(word for word in self.words if isinstance(word, str) and word)

    @property
    def partial(self) -> bool:
        """An operand is not known."""
        return any(word is UNKNOWN for word in self.words)

    @property
    def verb(self) -> str:
        """The first operand; empty if there is none or it is not known."""
        return self.words[0] if self.words and isinstance(self.words[0], str) else ""

    def has(self, *names: str) -> bool:
        return any(name in names for name, _ in self.options)

    def value(self, *names: str) -> Text | None:
        """The value of the last such option; None if there is none."""
        return next((value for name, value in reversed(self.options) if name in names), None)


def scan(words: Sequence[Text], with_value: frozenset[str] = frozenset()) -> Line:
    """Options stand anywhere; one that is not in ``with_value`` takes no value but behind ``=``."""
    operands: list[Text] = []
    options: list[tuple[str, Text]] = []
    position = 0
    while position < len(words):
        word = words[position]
        position += 1
        if word is UNKNOWN or not word.startswith("-") or word == "-":
            operands.append(word)
        elif word == "--":
            break
        else:
            name, given, value = word.partition("=")
            argument: Text = value
            if not given and name in with_value and position < len(words):
                argument = words[position]
                position += 1
            options.append((name, argument))
    return Line(tuple(operands), tuple(options), tuple(words[position:]))


# ---------------------------------------------------------------------------- places


def home(invocation: Invocation) -> str:
    return variable(invocation, "HOME") or "/root"


def variable(invocation: Invocation, name: str) -> str | None:
    """The absolute path that a variable holds."""
    value = invocation.environment.get(name)
    return clean(value) if isinstance(value, str) and value.startswith("/") else None


def setting(invocation: Invocation, name: str) -> str:
    """The text of a variable; empty if it is not set or not known."""
    value = invocation.environment.get(name)
    return value if isinstance(value, str) else ""


def here(invocation: Invocation, word: Text | None = None) -> str | None:
    """The path of a word, or the working directory where there is none."""
    if word is None or word == "":
        return None if invocation.cwd is None else clean(invocation.cwd)
    return locate(invocation, word)


def first_directory(invocation: Invocation, candidates: Sequence[str], default: str) -> str:
    """The first that is there."""
    return next((path for path in candidates if isinstance(invocation.view.lookup(path), Directory)), default)


def data(invocation: Invocation, path: str, limit: int = LOCK_LIMIT) -> str | None:
    """The text of a file that is known and not too long."""
    node = invocation.view.lookup(path)
    if not isinstance(node, Inode):
        return None
    read = invocation.view.read(node, limit)
    return None if read is None else read.decode("utf-8", "replace")


# ----------------------------------------------------------------------------- sizes


@dataclass(frozen=True, slots=True)
class Typical:
    """Bytes of one package of an ecosystem: about 5 %, half and 95 % of them are smaller, and the mean."""

    low: int
    median: int
    mean: int
    high: int

    def of(self, count: int) -> Size:
        """Bytes of so many packages: of several, the sum gathers round the mean."""
        count = max(0, min(count, _MAX_PACKAGES))
        if count == 0:
            return Size(0, 0, 0)
        if count == 1:
            return Size(self.low, self.median, self.high)
        likely = self.median + (count - 1) * self.mean
        return Size(min(likely, max(self.low, likely // 5)), likely, self.high + 3 * likely)


def files(count: int, each: int) -> Size:
    """The number of files of so many packages of about ``each`` files."""
    count = max(1, min(count, _MAX_PACKAGES))
    return Size(1, count * each, count * each * 20)


def program(invocation: Invocation, what: str, *effects: Effect) -> Outcome:
    """A program of the author's, which usually writes little, and where it runs."""
    reason = f"what {what} writes is not known"
    directory = here(invocation)
    if directory is None:
        return unmodelled(reason, *effects)
    written = Populate(directory, what, Size(0, 0, None), Size(0, 1, None), reason)
    return Outcome((*effects, written), stdout=Stream(Size(0, 0, None)))


def again(invocation: Invocation, name: str, words: Sequence[Text]) -> Invocation:
    """The same place, another command line: what ``bundle exec`` and ``php artisan`` run."""
    return replace(invocation, argv=(name, *words))


def filled(
    invocation: Invocation, below: str, name: str, size: Size, count: Size, reason: str = "", label: str = ""
) -> tuple[Effect, ...]:
    """A directory under the working directory that a tool fills; nothing where that is not known."""
    directory = here(invocation)
    if directory is None:
        return ()
    return (Populate(join(directory, below), name, size, count, reason, label or None),)


def first_word(word: Text, otherwise: str) -> str:
    """A word for the name of what a tool makes: short, without control characters."""
    text = word if isinstance(word, str) else otherwise
    return "".join(c for c in text if c.isprintable())[:60].strip("/. ") or otherwise
