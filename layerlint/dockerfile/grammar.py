"""From nodes to typed instructions: the grammar of each keyword (``instructions/parse.go``)."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterator, Mapping

from layerlint._pattern import pattern
from layerlint.dockerfile.durations import parse_duration, parse_int32
from layerlint.dockerfile.flags import Flags, check_flags, name_span, value_word
from layerlint.dockerfile.gostrings import WHITE_SPACE, quote
from layerlint.dockerfile.heredocs import opening
from layerlint.dockerfile.instructions import (
    Add,
    Arg,
    Cmd,
    Copy,
    Entrypoint,
    Env,
    Expose,
    From,
    Healthcheck,
    Instruction,
    KeyValue,
    Label,
    Maintainer,
    OnBuild,
    Shell,
    StopSignal,
    Transfer,
    UnknownInstruction,
    User,
    Volume,
    Workdir,
)
from layerlint.dockerfile.run import parse_run
from layerlint.dockerfile.suggest import did_you_mean
from layerlint.dockerfile.syntax import Document, Node, Problem, Word
from layerlint.source import Span

STAGE_NAME = pattern(r"[a-z][a-z0-9_.-]*\Z")
"""Of a name in lower case."""

MIN_INTERVAL = 1_000_000
"""Nanoseconds; the shortest duration of a health check but 0 (``container.MinimumDuration``)."""


def parse_all(document: Document) -> tuple[tuple[Instruction, ...], tuple[Problem, ...]]:
    """Every instruction of a file, and every fault that makes BuildKit refuse it, in text order."""
    instructions: list[Instruction] = []
    problems = list(document.problems)
    for node in document.nodes:
        instruction, found = parse_instruction(node)
        instructions.append(instruction)
        problems.extend(found)
    problems.extend(_whole_file(instructions))
    # Stable, and by instruction: within one, BuildKit's order stays.
    starts = [node.span.start for node in document.nodes]
    problems.sort(key=lambda problem: bisect_right(starts, problem.span.start))
    return tuple(instructions), tuple(problems)


def parse_instruction(node: Node) -> tuple[Instruction, tuple[Problem, ...]]:
    """The instruction of a node; an `UnknownInstruction` where its grammar is broken.

    Faults of syntax, which the parser has reported, are not repeated.  The first problem is the one
    that BuildKit names.
    """
    if node.faulty:
        return UnknownInstruction(node), ()
    parse = GRAMMAR.get(node.keyword.upper())
    if parse is None:
        message = f"unknown instruction: {node.keyword}{did_you_mean(node.keyword, GRAMMAR)}"
        return UnknownInstruction(node), (Problem(message, node.keyword_span),)
    problems: list[Problem] = []
    instruction = parse(node, problems)
    if instruction is None or problems:
        return UnknownInstruction(node), tuple(problems)
    return instruction, ()


def _whole_file(instructions: list[Instruction]) -> Iterator[Problem]:
    """Faults of a file with no stage, or with something in front of its first."""
    if not instructions:
        yield Problem("file with no instructions", Span(0, 0))
        return
    for instruction in instructions:
        if instruction.node.keyword.upper() == "FROM":
            return
        if not isinstance(instruction, Arg | UnknownInstruction):
            message = "no build stage in current context: an instruction other than ARG before the first FROM"
            yield Problem(message, instruction.node.keyword_span)
            return
    if all(isinstance(instruction, Arg) for instruction in instructions):
        yield Problem("dockerfile contains no stages to build: it has no FROM", Span(0, 0))


# ------------------------------------------------------------------ counts of arguments


def _exactly_one(node: Node, problems: list[Problem]) -> Word | None:
    if len(node.args) == 1:
        return node.args[0]
    problems.append(_fault(node, "requires exactly one argument"))
    return None


def _at_least_one(node: Node, problems: list[Problem]) -> bool:
    if node.args or node.onbuild:
        return True
    message = f"{node.keyword.upper()} requires at least one argument"
    problems.append(Problem(message, _arguments(node) if node.json else node.keyword_span))
    return False


def _fault(node: Node, message: str) -> Problem:
    return Problem(f"{node.keyword.upper()} {message}", node.keyword_span)


# ------------------------------------------------------------------ stages and variables


def _from(node: Node, problems: list[Problem]) -> From | None:
    name: Word | None = None
    match node.args:
        case (image,):
            pass
        case (image, keyword, name) if keyword.value.lower() == "as":
            if not STAGE_NAME.match(name.value.lower()):
                message = f"invalid name for build stage: {quote(name.value)}"
                rule = "name can't start with a number or contain symbols"
                problems.append(Problem(f"{message}, {rule}", name.span))
        case _:
            problems.append(_not_one_or_three(node))
            return None
    problems.extend(check_flags(node))
    return From(node, image, name, Flags(node.flags).word("platform"))


def _not_one_or_three(node: Node) -> Problem:
    """At the word that should be AS, or at those behind the name of the stage."""
    extra = node.args[3:] or node.args[1:2]
    span = extra[0].span.cover(extra[-1].span) if extra else node.keyword_span
    return Problem("FROM requires either one or three arguments", span)


def _arg(node: Node, problems: list[Problem]) -> Arg | None:
    if not _at_least_one(node, problems):
        return None
    pairs: list[KeyValue] = []
    for word in node.args:
        name, equals, value = word.value.partition("=")
        start, end = word.span.start, word.span.end
        if equals and not name:
            problems.append(Problem("ARG names can not be blank", word.span))
        # The sign stands at the same place in the source unless a continuation precedes it.
        at = min(start + len(name), end)
        pairs.append(
            KeyValue(
                Word(name, Span(start, at)),
                Word(value, Span(min(at + 1, end), end)) if equals else None,
            )
        )
    return Arg(node, tuple(pairs))


def _key_values(node: Node, problems: list[Problem]) -> tuple[tuple[KeyValue, ...], bool]:
    """The pairs of ENV or LABEL, and whether they are in the old form with blanks."""
    problems.extend(check_flags(node))
    if not _at_least_one(node, problems):
        return (), False
    keys, values, signs = node.args[0::3], node.args[1::3], node.args[2::3]
    for key, value in zip(keys, values, strict=True):
        if not key.value:
            word = key.span.cover(value.span)
            problems.append(Problem(f"{node.keyword.upper()} names can not be blank", word))
    pairs = tuple(KeyValue(key, value) for key, value in zip(keys, values, strict=True))
    return pairs, not signs[0].value


def _env(node: Node, problems: list[Problem]) -> Env:
    return Env(node, *_key_values(node, problems))


def _label(node: Node, problems: list[Problem]) -> Label:
    return Label(node, *_key_values(node, problems))


# ------------------------------------------------------------------ files


def _transfer(node: Node, problems: list[Problem]) -> Transfer | None:
    """What COPY and ADD have in common."""
    if len(node.args) < 2:
        message = "requires at least two arguments, but only one was provided."
        message = f"{node.keyword.upper()} {message} Destination could not be determined"
        problems.append(Problem(message, _only_argument(node)))
        problems.extend(check_flags(node))
        return None
    problems.extend(check_flags(node))
    *sources, destination = node.args
    if opening(destination.value) is not None:
        message = f"{node.keyword.upper()} cannot accept a heredoc as a destination"
        problems.append(Problem(message, destination.span))
    by_name = {heredoc.name: heredoc for heredoc in node.heredocs}
    paths = [word for word in sources if opening(word.value) is None]
    opened = [found.name for word in sources if (found := opening(word.value)) is not None]
    flags = Flags(node.flags)
    return Transfer(
        tuple(paths),
        tuple(by_name[name] for name in opened if name in by_name),
        destination,
        flags.word("chown"),
        flags.word("chmod"),
        bool(flags.truth("link")),
        tuple(map(value_word, flags.all("exclude"))),
    )


def _only_argument(node: Node) -> Span:
    """The path that stands alone, or what else tells of it: the empty array, the keyword."""
    paths = [word for word in node.args if opening(word.value) is None]
    if node.json:
        return _inside_quotes(paths[0]) if paths else _arguments(node)
    return paths[0].span if paths else node.keyword_span


def _inside_quotes(word: Word) -> Span:
    return Span(word.span.start + 1, word.span.end - 1)


def _arguments(node: Node) -> Span:
    """All that stands behind the keyword and the flags."""
    return node.map.span(node.rest, node.rest + len(node.rest_text.rstrip(WHITE_SPACE)))


def _copy(node: Node, problems: list[Problem]) -> Copy | None:
    transfer = _transfer(node, problems)
    if transfer is None:
        return None
    flags = Flags(node.flags)
    return Copy(node, transfer, flags.word("from"), bool(flags.truth("parents")))


def _add(node: Node, problems: list[Problem]) -> Add | None:
    transfer = _transfer(node, problems)
    if transfer is None:
        return None
    flags = Flags(node.flags)
    checksum, keep, unpack = flags.word("checksum"), flags.truth("keep-git-dir"), flags.truth("unpack")
    return Add(node, transfer, checksum, keep, unpack)


# ------------------------------------------------------------------ configuration


def _workdir(node: Node, problems: list[Problem]) -> Workdir | None:
    path = _exactly_one(node, problems)
    problems.extend(check_flags(node))
    return None if path is None else Workdir(node, path)


def _user(node: Node, problems: list[Problem]) -> User | None:
    user = _exactly_one(node, problems)
    problems.extend(check_flags(node))
    return None if user is None else User(node, user)


def _maintainer(node: Node, problems: list[Problem]) -> Maintainer | None:
    name = _exactly_one(node, problems)
    problems.extend(check_flags(node))
    return None if name is None else Maintainer(node, name)


def _stop_signal(node: Node, problems: list[Problem]) -> StopSignal | None:
    signal = _exactly_one(node, problems)
    return None if signal is None else StopSignal(node, signal)


def _expose(node: Node, problems: list[Problem]) -> Expose | None:
    if not _at_least_one(node, problems):
        return None
    problems.extend(check_flags(node))
    return Expose(node, node.args)


def _volume(node: Node, problems: list[Problem]) -> Volume | None:
    if not _at_least_one(node, problems):
        return None
    problems.extend(check_flags(node))
    message = "VOLUME specified can not be an empty string"
    problems.extend(Problem(message, path.span) for path in node.args if not path.value.strip(WHITE_SPACE))
    return Volume(node, node.args)


def _shell(node: Node, problems: list[Problem]) -> Shell | None:
    problems.extend(check_flags(node))
    if not _at_least_one(node, problems):
        return None
    if not node.json:
        problems.append(Problem("SHELL requires the arguments to be in JSON form", _arguments(node)))
    return Shell(node, node.args)


def _cmd(node: Node, problems: list[Problem]) -> Cmd:
    problems.extend(check_flags(node))
    return Cmd(node, node.args, node.json)


def _entrypoint(node: Node, problems: list[Problem]) -> Entrypoint:
    problems.extend(check_flags(node))
    return Entrypoint(node, node.args, node.json)


def _healthcheck(node: Node, problems: list[Problem]) -> Healthcheck | None:
    if not _at_least_one(node, problems):
        problems.extend(check_flags(node))
        return None
    kind, *command = node.args
    if kind.value.upper() == "NONE":  # its flags are not looked at
        if command:
            problems.append(Problem("HEALTHCHECK NONE takes no arguments", command[0].span))
        return Healthcheck(node, "NONE", ())
    problems.extend(check_flags(node))
    if kind.value.upper() != "CMD":
        message = f"Unknown type {quote(kind.value.upper())} in HEALTHCHECK (try CMD)"
        problems.append(Problem(message, kind.span))
    elif not command:
        problems.append(Problem("Missing command after HEALTHCHECK CMD", kind.span))
    problems.extend(_health_values(node))
    return Healthcheck(node, "CMD" if node.json else "CMD-SHELL", tuple(command))


def _health_values(node: Node) -> Iterator[Problem]:
    flags = Flags(node.flags)
    for name in ("interval", "timeout", "start-period", "start-interval"):
        flag = flags.get(name)
        if flag is None or not flag.value:
            continue
        duration = parse_duration(flag.value)
        if isinstance(duration, str):
            yield Problem(duration, flag.value_span)
        elif duration != 0 and duration < MIN_INTERVAL:
            yield Problem(f"Interval {quote(name)} cannot be less than 1ms", name_span(flag))
    retries = flags.get("retries")
    if retries is None or not retries.value:
        return
    count = parse_int32(retries.value)
    if isinstance(count, str):
        yield Problem(count, retries.value_span)
    elif count < 0:
        yield Problem(f"--retries cannot be negative ({count})", retries.value_span)


def _onbuild(node: Node, problems: list[Problem]) -> OnBuild | None:
    if not _at_least_one(node, problems):
        return None
    problems.extend(check_flags(node))
    trigger = node.onbuild
    if trigger is None:
        return None
    match trigger.keyword.upper():
        case "ONBUILD":
            message = "Chaining ONBUILD via `ONBUILD ONBUILD` isn't allowed"
            problems.append(Problem(message, trigger.keyword_span))
        case "MAINTAINER" | "FROM" as keyword:
            message = f"{keyword} isn't allowed as an ONBUILD trigger"
            problems.append(Problem(message, trigger.keyword_span))
    # The trigger's own grammar is looked at only where the child image is built.
    instruction, _ = parse_instruction(trigger)
    return OnBuild(node, instruction)


GRAMMAR: Mapping[str, Callable[[Node, list[Problem]], Instruction | None]] = {
    "ADD": _add,
    "ARG": _arg,
    "CMD": _cmd,
    "COPY": _copy,
    "ENTRYPOINT": _entrypoint,
    "ENV": _env,
    "EXPOSE": _expose,
    "FROM": _from,
    "HEALTHCHECK": _healthcheck,
    "LABEL": _label,
    "MAINTAINER": _maintainer,
    "ONBUILD": _onbuild,
    "RUN": parse_run,
    "SHELL": _shell,
    "STOPSIGNAL": _stop_signal,
    "USER": _user,
    "VOLUME": _volume,
    "WORKDIR": _workdir,
}
