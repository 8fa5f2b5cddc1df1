"""mv, after GNU coreutils 9.1."""

from __future__ import annotations

from layerlint.commands import _targets
from layerlint.commands._known import is_absent, is_whole
from layerlint.commands._options import Grammar, Options, parse
from layerlint.commands._outcome import FAILURE, said, unmodelled
from layerlint.commands._paths import basename, parent, show
from layerlint.commands._targets import Placement, Refusal, place
from layerlint.commands._unseen import assumed, assumed_in
from layerlint.domain.truth import Truth
from layerlint.effects import Effect, Invocation, Move, Outcome, Unmodelled
from layerlint.filesystem.node import Directory

_GRAMMAR = Grammar(
    "mv",
    "finuvZ" + _targets.SHORT,
    {
        "force": "f",
        "interactive": "i",
        "no-clobber": "n",
        "strip-trailing-slashes": "-",
        "update": "u",
        "verbose": "v",
        **_targets.LONG,
    },
)


def mv(invocation: Invocation) -> Outcome:
    """Rename; the interpreter knows what of it is a copy-up.

    Not known: which of two files is newer (``-u``), a source or tree that is known in part only.
    """
    options = parse(_GRAMMAR, invocation.argv[1:])
    if isinstance(options, Outcome):
        return options
    placements = place(invocation, options)
    if isinstance(placements, Refusal):
        if placements.status is Truth.NO:
            return FAILURE
        return unmodelled("mv: where it moves to is not known")
    effects: list[Effect] = []
    status = Truth.YES
    for placement in placements:
        done = _move(invocation, options, placement)
        if done is None:
            status = Truth.NO
        else:
            effects += done
    return Outcome(tuple(effects), status, said(options.has("v")))


def _move(invocation: Invocation, options: Options, placement: Placement) -> list[Effect] | None:
    """The effects of one move; None if it fails."""
    view, source, destination = invocation.view, placement.source, placement.destination
    if source is None:
        inside = isinstance(view.lookup(destination), Directory)
        directory = destination if inside else parent(destination)
        return list(assumed_in(directory, "mv", "mv: what it moves is not known"))
    if basename(str(placement.word)) in (".", ".."):
        return None
    node = view.lookup(source, follow=False)
    if node is None:
        if is_absent(view, source, follow=False):
            return None
        reason = f"mv: {show(placement.word)} is not known"
        return [Move(source, destination), *assumed(destination, reason, tree=None)]
    there = view.lookup(destination, follow=False)
    old, new = view.resolve(source, follow=False), view.resolve(destination, follow=False)
    if old == new or new.startswith(old + "/") or node is there or is_absent(view, parent(destination)):
        return None
    if isinstance(node, Directory):
        if there is not None and not (isinstance(there, Directory) and not there.children):
            return None
    elif isinstance(there, Directory) or (placement.wants_directory and is_absent(view, destination)):
        return None
    if there is not None and options.has("n"):
        return []
    if there is not None and options.has("u"):
        return [Unmodelled("mv -u: which file is newer is not known")]
    effects: list[Effect] = [Move(source, destination)]
    if not is_whole(view, source, node):
        effects.append(Unmodelled(f"mv: not all of {show(placement.word)} is known"))
    return effects
