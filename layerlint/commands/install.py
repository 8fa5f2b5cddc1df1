"""install, after GNU coreutils 9.1."""

from __future__ import annotations

from layerlint.commands import _targets
from layerlint.commands._accounts import group_id, user_id
from layerlint.commands._known import is_absent
from layerlint.commands._modes import parse_mode
from layerlint.commands._options import Grammar, Options, parse
from layerlint.commands._outcome import FAILURE, said, unmodelled
from layerlint.commands._paths import locate, parent, show
from layerlint.commands._targets import Placement, Refusal, place
from layerlint.domain.size import ZERO
from layerlint.domain.text import UNKNOWN, Text
from layerlint.domain.truth import Truth
from layerlint.effects import (
    ChangeMode,
    ChangeOwner,
    Copy,
    Effect,
    Invocation,
    MakeDirectory,
    Outcome,
    Remove,
    Unmodelled,
    Write,
)
from layerlint.filesystem.node import Directory, Inline

_GRAMMAR = Grammar(
    "install",
    "bcCdDg:m:o:psvZ" + _targets.SHORT,
    {
        "compare": "C",
        "directory": "d",
        "group": "g:",
        "mode": "m:",
        "owner": "o:",
        "preserve-timestamps": "p",
        "strip": "s",
        "strip-program": "-:",
        "verbose": "v",
        **_targets.LONG,
    },
)
_MODE = 0o755


def install(invocation: Invocation) -> Outcome:
    """Copy files and set their mode and owner, or make directories (``-d``).

    Not known: how much ``-s`` (strip) takes off; a source that may be absent.
    """
    options = parse(_GRAMMAR, invocation.argv[1:])
    if isinstance(options, Outcome):
        return options
    given = options.value("m")
    change = parse_mode(given, 0) if isinstance(given, str) else None
    if isinstance(given, str) and change is None:
        return FAILURE
    if given is UNKNOWN:
        return unmodelled("install: the mode is not known")
    mode = _MODE if change is None else change(0, options.has("d"))
    owner, group = options.value("o"), options.value("g")
    ids = (
        None if owner is None else user_id(invocation.view, owner),
        None if group is None else group_id(invocation.view, group),
    )
    if options.has("d"):
        return _directories(invocation, options, mode, ids)
    return _files(invocation, options, mode, ids)


def _directories(
    invocation: Invocation, options: Options, mode: int, ids: tuple[int | Text | None, int | Text | None]
) -> Outcome:
    effects: list[Effect] = []
    status = Truth.YES if options.operands else Truth.NO
    for word in options.operands:
        path = locate(invocation, word)
        if path is None:
            effects.append(Unmodelled("install: what it makes is not known"))
            continue
        node = invocation.view.lookup(path)
        if node is not None and not isinstance(node, Directory):
            status = Truth.NO
            continue
        effects.append(MakeDirectory(path, mode))
        if node is not None:
            effects.append(ChangeMode(path, lambda _: mode))
        if ids != (None, None):
            effects.append(ChangeOwner(path, *ids))
    return Outcome(tuple(effects), status, said(options.has("v")))


def _files(
    invocation: Invocation, options: Options, mode: int, ids: tuple[int | Text | None, int | Text | None]
) -> Outcome:
    placements = place(invocation, options, made=options.has("D"))
    if isinstance(placements, Refusal):
        if placements.status is Truth.NO:
            return FAILURE
        return unmodelled("install: where it installs to is not known")
    effects: list[Effect] = []
    status = Truth.YES
    for placement in placements:
        done = _file(invocation, options, placement, mode, ids)
        if done is None:
            status = Truth.NO
        else:
            effects += done
    return Outcome(tuple(effects), status, said(options.has("v")))


def _file(
    invocation: Invocation,
    options: Options,
    placement: Placement,
    mode: int,
    ids: tuple[int | Text | None, int | Text | None],
) -> list[Effect] | None:
    """The effects of one file; None if it fails."""
    view, source, destination = invocation.view, placement.source, placement.destination
    if source is None:
        return [Unmodelled("install: what it copies is not known")]
    node = view.lookup(source)
    effects: list[Effect] = []
    there = view.lookup(destination, follow=False)
    if isinstance(there, Directory) or isinstance(node, Directory) or placement.wants_directory:
        return None
    if is_absent(view, parent(destination)):
        if not options.has("D"):
            return None
        effects.append(MakeDirectory(parent(destination)))
    if there is not None:
        effects.append(Remove(destination))
    if source == "/dev/null":
        effects.append(Write(destination, ZERO, Inline(b"")))
    elif node is None:
        if is_absent(view, source):
            return None
        return [Unmodelled(f"install: {show(placement.word)} is not known")]
    else:
        effects.append(Copy(source, destination, preserve_times=options.has("p")))
    effects.append(ChangeMode(destination, lambda _: mode))
    if ids != (None, None):
        effects.append(ChangeOwner(destination, *ids))
    if options.has("s"):
        effects.append(Unmodelled("install -s: what strip takes off is not known"))
    return effects
