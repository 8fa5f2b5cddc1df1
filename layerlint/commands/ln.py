"""ln, after GNU coreutils 9.1."""

from __future__ import annotations

import posixpath

from layerlint.commands import _targets
from layerlint.commands._known import is_absent
from layerlint.commands._options import OPERAND, Grammar, Options, parse
from layerlint.commands._outcome import FAILURE, said, unmodelled
from layerlint.commands._paths import parent, show
from layerlint.commands._targets import Placement, Refusal, place
from layerlint.commands._unseen import assumed, assumed_in
from layerlint.domain.truth import Truth
from layerlint.effects import Effect, Invocation, Link, Outcome, Remove, Symlink, Unmodelled
from layerlint.filesystem.node import Directory

_GRAMMAR = Grammar(
    "ln",
    "dFfinLPrsv" + _targets.SHORT,
    {
        "directory": "d",
        "force": "f",
        "interactive": "i",
        "logical": "L",
        "no-dereference": "n",
        "physical": "P",
        "relative": "r",
        "symbolic": "s",
        "verbose": "v",
        **_targets.LONG,
    },
)


def ln(invocation: Invocation) -> Outcome:
    """Make hard or symbolic links; the text of a symbolic link is kept as it is written.

    Not known: a hard link to what may be absent, a link whose text is not known.
    """
    options = parse(_GRAMMAR, invocation.argv[1:])
    if isinstance(options, Outcome):
        return options
    if len(options.operands) == 1 and options.value("t") is None and not options.has("T"):
        options = Options((*options.sequence, (OPERAND, ".")))
    placements = place(invocation, options, follow=not options.has("n"))
    if isinstance(placements, Refusal):
        if placements.status is Truth.NO:
            return FAILURE
        return unmodelled("ln: where the link goes is not known")
    effects: list[Effect] = []
    status = Truth.YES
    for placement in placements:
        done = _link(invocation, options, placement)
        if done is None:
            status = Truth.NO
        else:
            effects += done
    return Outcome(tuple(effects), status, said(options.has("v")))


def _link(invocation: Invocation, options: Options, placement: Placement) -> list[Effect] | None:
    """The effects of one link; None if it fails."""
    view, destination = invocation.view, placement.destination
    if not isinstance(placement.word, str) or (options.has("r") and placement.source is None):
        return list(assumed_in(parent(destination), "ln", "ln: what it links to is not known"))
    there = view.lookup(destination, follow=False)
    effects: list[Effect] = []
    if there is not None:
        if isinstance(there, Directory) or not options.has("f"):
            return None
        effects.append(Remove(destination))
    elif is_absent(view, parent(destination)):
        return None
    if options.has("s"):
        target = placement.word
        if options.has("r") and placement.source is not None:
            directory = view.resolve(parent(destination))
            target = posixpath.relpath(view.resolve(placement.source), directory)
        return [*effects, Symlink(target, destination)]
    if placement.source is None:
        return [Unmodelled("ln: what it links to is not known")]
    source = view.resolve(placement.source) if options.has("L") else placement.source
    node = view.lookup(source, follow=False)
    if isinstance(node, Directory):
        return None
    if node is None:
        if is_absent(view, source, follow=False):
            return None
        return [*effects, *assumed(destination, f"ln: {show(placement.word)} is not known", tree=False)]
    if node is there:
        return None if view.resolve(source) == view.resolve(destination) else []
    return [*effects, Link(source, destination)]
