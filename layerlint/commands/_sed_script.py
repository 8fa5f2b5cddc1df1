"""sed scripts: the part of the language that can be run here, exactly and in bounded time."""

from __future__ import annotations

import re
from collections.abc import Iterator

from layerlint._dataclass import dataclass
from layerlint.commands._regex import Regex, translate

MAX_COMMANDS = 200
MAX_OUTPUT = 1 << 20
"""Characters; a script that makes more is not followed."""

_FLAGS = re.compile(r"[gpIiM0-9]*")
_BLANKS = " \t"


@dataclass(frozen=True, slots=True)
class Address:
    """A line by number, ``$`` (-1) or regular expression."""

    line: int = 0
    regex: Regex | None = None


@dataclass(frozen=True, slots=True)
class Command:
    """One command: ``first`` alone selects lines, with ``last`` a range."""

    first: Address | None
    last: Address | None
    negated: bool
    name: str
    """``s d p a i c q`` or ``y``"""
    text: str = ""
    """Of ``a i c``, with its newline; from which of ``y``."""
    regex: Regex | None = None
    replacement: tuple[str | int, ...] = ()
    """Texts, and numbers of groups between (0: all that matched)."""
    occurrence: int = 1
    everywhere: bool = False
    prints: bool = False
    to: str = ""


class _UnsupportedError(Exception):
    """Not followed."""


@dataclass(slots=True)
class _Scanner:
    text: str
    extended: bool
    position: int = 0

    def skip(self, characters: str) -> None:
        while self.position < len(self.text) and self.text[self.position] in characters:
            self.position += 1

    def peek(self) -> str:
        return self.text[self.position : self.position + 1]

    def take(self) -> str:
        character = self.peek()
        self.position += 1
        return character

    def delimited(self, delimiter: str) -> str:
        """Up to the next delimiter that is neither escaped nor between brackets; ``\\<delimiter>`` is it."""
        parts: list[str] = []
        while True:
            character = self.take()
            if not character:
                raise _UnsupportedError
            if character == delimiter:
                return "".join(parts)
            if character == "\\":
                following = self.take()
                character = (
                    following if following == delimiter and not following.isalnum() else "\\" + following
                )
                if following == delimiter and following in "|(){}+?*.[]^$":
                    raise _UnsupportedError
            parts.append(character)


def parse(script: str, *, extended: bool) -> tuple[Command, ...] | None:
    """The commands of a script; None if it has anything that is not followed (or is wrong)."""
    scanner = _Scanner(script, extended)
    commands: list[Command] = []
    try:
        while True:
            scanner.skip(_BLANKS + ";\n")
            if scanner.position >= len(script):
                return tuple(commands)
            if scanner.peek() == "#":
                end = script.find("\n", scanner.position)
                scanner.position = len(script) if end < 0 else end
                continue
            if len(commands) == MAX_COMMANDS:
                return None
            commands.append(_command(scanner))
    except _UnsupportedError:
        return None


def _command(scanner: _Scanner) -> Command:
    first = _address(scanner)
    last = None
    scanner.skip(_BLANKS)
    if first is not None and scanner.peek() == ",":
        scanner.take()
        scanner.skip(_BLANKS)
        last = _address(scanner)
        if last is None:
            raise _UnsupportedError
    scanner.skip(_BLANKS)
    negated = scanner.peek() == "!"
    if negated:
        scanner.take()
        scanner.skip(_BLANKS)
    name = scanner.take()
    match name:
        case "d" | "p":
            _end(scanner)
            return Command(first, last, negated, name)
        case "q" if last is None:
            _end(scanner)
            return Command(first, last, negated, name)
        case "a" | "i" | "c":
            return Command(first, last, negated, name, _text(scanner))
        case "s":
            return _substitution(scanner, first, last, negated)
        case "y":
            delimiter = scanner.take()
            one, other = scanner.delimited(delimiter), scanner.delimited(delimiter)
            _end(scanner)
            if len(one) != len(other) or "\\" in one + other:
                raise _UnsupportedError
            return Command(first, last, negated, name, one, to=other)
        case _:
            raise _UnsupportedError


def _address(scanner: _Scanner) -> Address | None:
    character = scanner.peek()
    if character.isascii() and character.isdecimal():
        start = scanner.position
        scanner.skip("0123456789")
        number = scanner.text[start : scanner.position]
        if scanner.peek() == "~" or len(number) > 9 or int(number) == 0:
            raise _UnsupportedError
        return Address(int(number))
    if character == "$":
        scanner.take()
        return Address(-1)
    if character in ("/", "\\") and character:
        scanner.take()
        delimiter = scanner.take() if character == "\\" else "/"
        text = scanner.delimited(delimiter)
        ignore_case = scanner.peek() == "I"
        if ignore_case:
            scanner.take()
        return Address(regex=_regex(scanner, text, ignore_case))
    return None


def _regex(scanner: _Scanner, text: str, ignore_case: bool) -> Regex:
    regex = translate(text, extended=scanner.extended, ignore_case=ignore_case) if text else None
    if regex is None:
        raise _UnsupportedError
    return regex


def _end(scanner: _Scanner) -> None:
    scanner.skip(_BLANKS)
    if scanner.peek() not in ("", ";", "\n", "#"):
        raise _UnsupportedError


def _text(scanner: _Scanner) -> str:
    """GNU's one-line form ``a text`` and POSIX's ``a\\`` newline ``text``; a backslash continues the line."""
    scanner.skip(_BLANKS)
    if scanner.peek() == "\\":
        scanner.take()
        scanner.skip(_BLANKS)
        if scanner.peek() == "\n":
            scanner.take()
    parts: list[str] = []
    while (character := scanner.take()) not in ("", "\n"):
        if character == "\\":
            character = scanner.take()
            if character.isalnum():
                raise _UnsupportedError
        parts.append(character)
    if not parts:
        raise _UnsupportedError
    return "".join(parts) + "\n"


def _substitution(scanner: _Scanner, first: Address | None, last: Address | None, negated: bool) -> Command:
    delimiter = scanner.take()
    if delimiter in ("", "\n", "\\"):
        raise _UnsupportedError
    pattern = scanner.delimited(delimiter)
    replacement = scanner.delimited(delimiter)
    start = scanner.position
    match = _FLAGS.match(scanner.text, start)
    flags = match[0] if match else ""
    scanner.position = start + len(flags)
    _end(scanner)
    digits = "".join(flag for flag in flags if flag.isdecimal())
    if "M" in flags or digits == "0" or len(digits) > 4:
        raise _UnsupportedError
    regex = _regex(scanner, pattern, "I" in flags or "i" in flags)
    parts = tuple(_replacement(replacement))
    if any(isinstance(part, int) and part > regex.pattern.groups for part in parts):
        raise _UnsupportedError
    return Command(first, last, negated, "s", "", regex, parts, int(digits or 1), "g" in flags, "p" in flags)


def _replacement(text: str) -> Iterator[str | int]:
    position = 0
    while position < len(text):
        character = text[position]
        position += 1
        if character == "&":
            yield 0
        elif character == "\\" and position < len(text):
            escaped = text[position]
            position += 1
            if escaped.isdecimal():
                yield int(escaped)
            elif escaped in "nt":
                yield {"n": "\n", "t": "\t"}[escaped]
            elif escaped.isalnum():
                raise _UnsupportedError
            else:
                yield escaped
        else:
            yield character


def run(commands: tuple[Command, ...], data: bytes, *, quiet: bool) -> bytes | None:
    """What the script prints for the data; None where it would take too long or grow too large."""
    text = data.decode("latin-1")
    whole = text.endswith("\n") or not text
    lines = text.split("\n")[: -1 if whole else None]
    active = [0] * len(commands)
    output: list[str] = []
    size = 0
    try:
        for number, line in enumerate(lines, start=1):
            last = number == len(lines)
            cycle = _cycle(commands, active, number, line, last, quiet)
            output += cycle.printed
            size += sum(map(len, cycle.printed))
            if size > MAX_OUTPUT:
                return None
            if last and not whole and cycle.ends_with_line and not cycle.stops:
                # The last line has no newline, and neither has what is printed of it, but where `q` ends sed.
                output[-1] = output[-1][:-1]
            if cycle.stops:
                break
    except _UnsupportedError:
        return None
    return "".join(output).encode("latin-1")


@dataclass(slots=True)
class _Cycle:
    """One line's way through the script."""

    printed: list[str]
    ends_with_line: bool = False
    """What is printed last is the line, not a text of the script."""
    stops: bool = False

    def line(self, space: str) -> None:
        self.printed.append(space + "\n")
        self.ends_with_line = True

    def text(self, text: str) -> None:
        self.printed.append(text)
        self.ends_with_line = False


def _cycle(
    commands: tuple[Command, ...], active: list[int], number: int, line: str, last: bool, quiet: bool
) -> _Cycle:
    cycle = _Cycle([])
    after: list[str] = []
    space, deleted = line, False
    for index, command in enumerate(commands):
        selected, ends = _selects(command, active, index, number, space, last)
        if selected == command.negated:
            continue
        match command.name:
            case "d":
                deleted = True
            case "p":
                cycle.line(space)
            case "q":
                cycle.stops = True
            case "i":
                cycle.text(command.text)
            case "a":
                after.append(command.text)
            case "c":
                deleted = True
                if command.last is None or ends or command.negated:
                    cycle.text(command.text)
            case "y":
                space = space.translate(str.maketrans(command.text, command.to))
            case _:
                space, changed = _substituted(command, space)
                if changed and command.prints:
                    cycle.line(space)
        if deleted or cycle.stops:
            break
    if not quiet and not deleted:
        cycle.line(space)
    for text in after:
        cycle.text(text)
    return cycle


def _selects(
    command: Command, active: list[int], index: int, number: int, line: str, last: bool
) -> tuple[bool, bool]:
    """Whether the line is selected, and whether it ends its range.

    ``active`` holds, for each command, 1 while its range is open and -1 once it was.  A range that
    begins at a line number begins at the first line from there on that reaches the command.
    """
    if command.first is None:
        return True, True
    if command.last is None:
        return _at(command.first, number, line, last), True
    end = command.last
    if active[index] != 1:
        first = command.first
        late = first.regex is None and 0 < first.line < number and not active[index]
        late = late and (end.line <= 0 or number <= end.line)
        if not late and not _at(first, number, line, last):
            return False, False
        closed = end.regex is None and 0 < end.line <= number
        active[index] = -1 if closed else 1
        return True, closed or (last and end.line == -1)
    ended = number >= end.line if end.line > 0 else _at(end, number, line, last)
    if ended:
        active[index] = -1
        if end.line > 0 and number > end.line:
            return False, False
    return True, ended


def _at(address: Address, number: int, line: str, last: bool) -> bool:
    if address.regex is None:
        return last if address.line == -1 else number == address.line
    if not address.regex.fits(line):
        raise _UnsupportedError
    return address.regex.pattern.search(line) is not None


def _substituted(command: Command, line: str) -> tuple[str, bool]:
    regex = command.regex
    if regex is None or not regex.fits(line):
        raise _UnsupportedError
    parts: list[str] = []
    position = count = 0
    size = 0
    for match in regex.pattern.finditer(line):
        if match.end() == match.start() and match.start() == position and count:
            continue
        count += 1
        if count < command.occurrence:
            continue
        added = [part if isinstance(part, str) else match[part] or "" for part in command.replacement]
        parts += [line[position : match.start()], *added]
        position = match.end()
        size += sum(map(len, added)) + len(added)
        if not command.everywhere:
            break
        if size > MAX_OUTPUT:
            raise _UnsupportedError
    return "".join(parts) + line[position:], bool(parts)
