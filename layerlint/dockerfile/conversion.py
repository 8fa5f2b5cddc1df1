"""What BuildKit refuses when it converts an instruction: faults of values, once variables are known.

These need the variables in force at the instruction, but neither other stages nor images; a value
that is not known is never at fault.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable

from layerlint._pattern import pattern
from layerlint.dockerfile.expand import Expansion, Lookup, expand, expand_heredoc
from layerlint.dockerfile.instructions import (
    Add,
    Arg,
    Copy,
    Env,
    Expose,
    Instruction,
    KeyValue,
    Label,
    Run,
    StopSignal,
    Transfer,
    User,
    Volume,
    Workdir,
)
from layerlint.dockerfile.mount_values import mount_value_problem
from layerlint.dockerfile.mounts import Field
from layerlint.dockerfile.references import digest_error
from layerlint.dockerfile.syntax import Heredoc, Node, Problem, Word
from layerlint.dockerfile.values import mode_error, port_error, protocol_part, signal_error
from layerlint.dockerfile.words import BLANKS
from layerlint.domain.text import UNKNOWN, Text, Unknown
from layerlint.source import Span

FROM_VARIABLE = (
    "variable expansion is not supported for --from, define a new stage with FROM using ARG from global "
    "scope as a workaround"
)


_MODIFIER = pattern(r"unsupported modifier \((.+)\) in substitution\Z", re.DOTALL)

_FIRST_WORD = pattern(f"([^{BLANKS}]+)[{BLANKS}]+")

LABS_DEVICE = "device feature is only supported in Dockerfile frontend 1.14.0-labs or later"


def conversion_problems(
    instruction: Instruction,
    lookup: Lookup,
    escape: str,
    workdir: Text = UNKNOWN,
    *,
    devices: bool = True,
) -> tuple[Problem, ...]:
    """The faults of one instruction of a stage, BuildKit's first in front.

    ``lookup`` gives the variables as they are before the instruction; ``devices`` says whether the
    frontend takes ``RUN --device``.  FROM is the graph's.
    """
    check = _Check(instruction.node, lookup, escape, workdir)
    match instruction:
        case Arg(pairs=pairs):
            check.arguments(pairs)
        case Env(pairs=pairs) | Label(pairs=pairs):
            for pair in pairs:
                check.pair(pair)
        case Run(node=node, exec_form=exec_form):
            check.mounts(instruction)
            if not devices:
                check.devices(node)
            if exec_form == ():
                check.problems.append(Problem("arguments are required", node.keyword_span))
        case Copy(transfer=transfer, from_=from_):
            if from_ is not None and "$" in from_.value:
                check.problems.append(Problem(FROM_VARIABLE, from_.span))
            check.transfer(transfer)
            check.copied_sources(transfer.sources)
        case Add(transfer=transfer, checksum=checksum):
            check.transfer(transfer)
            if checksum is not None:
                check.checksum(checksum, transfer)
        case Expose(ports=ports):
            check.ports(ports)
        case StopSignal(signal=signal):
            check.signal(signal)
        case User(user=word) | Workdir(path=word):
            check.word(word)
        case Volume(paths=paths):
            check.words(paths)
        case _:
            pass
    return tuple(check.problems)


def modifier_part(text: str, error: str) -> tuple[int, int] | None:
    """Where the modifier stands that an expansion of a text was refused for; None if that is not plain.

    In ``${x:}`` the brace is taken for the modifier, and the closing one is missing: it is all at fault.
    """
    refused = _MODIFIER.search(error)
    if refused is not None:
        found = [match.end() for match in re.finditer(rf"\$\{{\w*{re.escape(refused[1])}", text)]
        parts = [(end - 1, end) for end in found]
    elif error.endswith("missing '}'"):
        parts = [match.span() for match in re.finditer(r"\$\{\w*:\}", text)]
    else:
        return None
    # More than one: some may be quoted, and BuildKit does not say which it means.
    return parts[0] if len(parts) == 1 else None


def part_of(node: Node, word: Word, part: tuple[int, int] | None) -> Span:
    """Where a part of a word's value stands; the whole word where quotes or escapes are in between."""
    if part is not None:
        run = max(0, bisect_right(node.map.origins, word.span.start) - 1)
        start = node.map.starts[run] + word.span.start - node.map.origins[run] + node.json
        if node.text.startswith(word.value, start):
            return node.map.span(start + part[0], start + part[1])
    return word.span


class _Check:
    """The faults of one instruction, as they are found."""

    def __init__(self, node: Node, lookup: Lookup, escape: str, workdir: Text) -> None:
        self.node = node
        self.lookup = lookup
        self.escape = escape
        self.workdir = workdir
        self.problems: list[Problem] = []

    def _expanded(self, word: Word) -> Expansion:
        found = expand(word.value, self.lookup, self.escape)
        if found.error is not None:
            self.value(word, found.error, modifier_part(word.value, found.error))
        return found

    def word(self, word: Word) -> Text:
        return self._expanded(word).text

    def words(self, words: Iterable[Word]) -> None:
        for word in words:
            self.word(word)

    def value(self, word: Word, message: str | None, part: tuple[int, int] | None = None) -> None:
        if message is not None:
            self.problems.append(Problem(message, part_of(self.node, word, part)))

    def pair(self, pair: KeyValue) -> None:
        """One fault is enough: a quote around the sign is open in the key and in the value."""
        known = len(self.problems)
        self.word(pair.key)
        if pair.value is not None and len(self.problems) == known:
            self.word(pair.value)

    def arguments(self, pairs: tuple[KeyValue, ...]) -> None:
        """ARG's values see those in front of them on the line, ENV's do not."""
        outer, known = self.lookup, dict[str, Text]()

        def lookup(name: str) -> Text | None:
            return known[name] if name in known else outer(name)

        self.lookup = lookup
        for pair in pairs:
            self.pair(pair)
            if pair.value is not None:
                # A build argument may stand in for the default.
                known[pair.key.value] = UNKNOWN

    def mounts(self, run: Run) -> None:
        def expander(text: str, field: Field) -> Text:
            return self._expanded(Word(text, field.span)).text

        for flag in run.node.flags:
            if flag.name == "mount":
                problem = mount_value_problem(flag, expander, self.workdir)
                if problem is not None:
                    self.problems.append(problem)

    def devices(self, node: Node) -> None:
        for flag in node.flags:
            if flag.name == "device":
                self.problems.append(Problem(LABS_DEVICE, flag.span))

    def transfer(self, transfer: Transfer) -> None:
        self.words(word for word in (transfer.chown,) if word is not None)
        if transfer.chmod is not None:
            mode = self.word(transfer.chmod)
            self.value(transfer.chmod, None if mode is UNKNOWN else mode_error(mode))
        self.words((*transfer.sources, transfer.destination))
        for heredoc in transfer.heredocs:
            self.heredoc(heredoc)

    def heredoc(self, heredoc: Heredoc) -> None:
        if heredoc.expand:
            error = expand_heredoc(heredoc.content, self.lookup).error
            if error is not None:
                self.problems.append(Problem(error, self.faulty_part(heredoc)))

    def faulty_part(self, heredoc: Heredoc) -> Span:
        """In the first line that is refused by itself; the whole body where only all of it is."""
        start = heredoc.span.start
        for line in heredoc.content.split("\n"):
            error = expand_heredoc(line, self.lookup).error if "$" in line else None
            if error is not None:
                whole = len(line) - len(line.lstrip()), len(line.rstrip())
                first, last = modifier_part(line, error) or whole
                return Span(start + first, start + last)
            start += len(line) + 1
        return heredoc.span

    def copied_sources(self, sources: tuple[Word, ...]) -> None:
        for source in sources:
            text = expand(source.value, self.lookup, self.escape).text
            if text is UNKNOWN:
                continue
            if text.startswith(("http://", "https://")):
                self.value(source, "source can't be a URL for COPY")
            elif text.startswith(("git@", "git://", "ssh://")):
                self.value(source, "source can't be a git ref for COPY")

    def checksum(self, checksum: Word, transfer: Transfer) -> None:
        """One file that is fetched, and a digest or a commit to hold it against."""
        digest = self.word(checksum)
        sources = [expand(word.value, self.lookup, self.escape).text for word in transfer.sources]
        if len(sources) != 1 or transfer.heredocs:
            self.value(checksum, "checksum can't be specified for multiple sources")
        elif isinstance(sources[0], str) and not _is_remote(sources[0]):
            self.value(checksum, "checksum requires HTTP(S) or Git sources")
        elif isinstance(sources[0], str) and isinstance(digest, str) and sources[0].startswith("http"):
            self.value(checksum, digest_error(digest))

    def ports(self, ports: tuple[Word, ...]) -> None:
        for port in ports:
            words: tuple[str, ...] | Unknown = self._expanded(port).words
            for text in () if words is UNKNOWN else words:
                message = port_error(text)
                plain = text == port.value and message is not None and "invalid proto:" in message
                self.value(port, message, protocol_part(text) if plain else None)

    def signal(self, signal: Word) -> None:
        """The whole line is the signal: where its first word is one, what follows is at fault."""
        text = self.word(signal)
        first = _FIRST_WORD.match(signal.value)
        extra = first is not None and signal_error(first[1]) is None
        part = (first.end(), len(signal.value)) if first is not None and extra else None
        self.value(signal, None if text is UNKNOWN else signal_error(text), part)


def _is_remote(source: str) -> bool:
    return source.startswith(("http://", "https://", "git@", "git://", "ssh://"))
