"""cp, after GNU coreutils 9.1."""

from __future__ import annotations

from collections.abc import Iterator

from layerlint.commands import _targets
from layerlint.commands._known import is_absent, is_whole
from layerlint.commands._options import Grammar, Options, parse
from layerlint.commands._outcome import FAILURE, said, unmodelled
from layerlint.commands._paths import join, parent, show
from layerlint.commands._targets import Placement, Refusal, place
from layerlint.commands._unseen import assumed, assumed_in
from layerlint.domain.size import ZERO
from layerlint.domain.truth import Truth
from layerlint.effects import (
    Copy,
    Effect,
    Invocation,
    Link,
    MakeDirectory,
    Outcome,
    Remove,
    Symlink,
    Unmodelled,
    View,
    Write,
)
from layerlint.filesystem.node import Directory, Inline, Inode, Kind, Node

_GRAMMAR = Grammar(
    "cp",
    "adfHilLnprRsuvxPZ" + _targets.SHORT,
    {
        "archive": "a",
        "attributes-only": "attributes-only",
        "copy-contents": "-",
        "dereference": "L",
        "force": "f",
        "interactive": "i",
        "link": "l",
        "no-clobber": "n",
        "no-dereference": "P",
        "no-preserve": "no-preserve:",
        "one-file-system": "x",
        "parents": "parents",
        "preserve": "preserve::",
        "recursive": "r",
        "reflink": "-::",
        "remove-destination": "remove-destination",
        "sparse": "-:",
        "strip-trailing-slashes": "-",
        "symbolic-link": "s",
        "update": "u",
        "verbose": "v",
        **_targets.LONG,
    },
)


def cp(invocation: Invocation) -> Outcome:
    """Copy files, with ``-r`` trees.

    Not known: which of two files is newer (``-u``), a source or tree that is known in part only.
    """
    options = parse(_GRAMMAR, invocation.argv[1:])
    if isinstance(options, Outcome):
        return options
    if options.has("attributes-only"):
        return unmodelled("option --attributes-only of cp")
    placements = place(invocation, options, parents=options.has("parents"))
    if isinstance(placements, Refusal):
        if placements.status is Truth.NO:
            return FAILURE
        return unmodelled("cp: where it copies to is not known")
    effects: list[Effect] = []
    status = Truth.YES
    for placement in placements:
        done = _copy(invocation, options, placement)
        if done is None:
            status = Truth.NO
        else:
            effects += done
    return Outcome(tuple(effects), status, said(options.has("v")))


def _copy(invocation: Invocation, options: Options, placement: Placement) -> list[Effect] | None:
    """The effects of one copy; None if it fails."""
    view, source, destination = invocation.view, placement.source, placement.destination
    recursive = options.has("r", "R", "a")
    if source is None:
        inside = isinstance(view.lookup(destination), Directory)
        directory = destination if inside else parent(destination)
        return list(assumed_in(directory, "cp", "cp: what it copies is not known"))
    if source == "/dev/null":
        return [Write(destination, ZERO, Inline(b""))]
    follow = _follows(options, recursive) or str(placement.word).endswith("/")
    node = view.lookup(source, follow=follow)
    if node is None:
        if is_absent(view, source, follow=follow):
            return None
        taken = Copy(source, destination, *_preserved(options), follow)
        return [
            taken,
            *assumed(destination, f"cp: {show(placement.word)} is not known", tree=recursive or None),
        ]
    replaces = options.has("remove-destination")
    there = view.lookup(destination, follow=not replaces)
    if not _is_possible(view, node, there, placement) or (isinstance(node, Directory) and not recursive):
        return None
    if there is not None and options.has("n") and not isinstance(node, Directory):
        return []
    if there is not None and options.has("u"):
        return [Unmodelled("cp -u: which file is newer is not known")]
    effects: list[Effect] = []
    if options.has("parents"):
        effects.append(MakeDirectory(parent(destination)))
    elif is_absent(view, parent(destination)) or (there is None and _is_dangling(view, destination)):
        return None
    if replaces and isinstance(there, Inode):
        effects.append(Remove(destination))
    if options.has("l", "s"):
        effects += _links(invocation, placement, destination, node, options)
    else:
        owner, times = _preserved(options)
        effects.append(Copy(source, destination, owner, times, follow))
        if recursive and options.last("L", "P", "d", "a", "H") == "L":
            effects += _followed(invocation, source, destination, owner, times)
    if not is_whole(view, source, node):
        effects.append(Unmodelled(f"cp: not all of {show(placement.word)} is known"))
    return effects


def _is_possible(view: View, node: Node, there: Node | None, placement: Placement) -> bool:
    """No directory goes onto a file or into itself, no file onto a directory or itself."""
    old, new = view.resolve(placement.source or "/"), view.resolve(placement.destination)
    if isinstance(node, Directory):
        return (
            (there is None or isinstance(there, Directory)) and new != old and not new.startswith(old + "/")
        )
    if isinstance(there, Directory) or (placement.wants_directory and is_absent(view, placement.destination)):
        return False
    return there is not node


def _is_dangling(view: View, path: str) -> bool:
    """A link that leads nowhere: cp does not write through it."""
    node = view.lookup(path, follow=False)
    return isinstance(node, Inode) and node.kind is Kind.SYMLINK and is_absent(view, path)


def _follows(options: Options, recursive: bool) -> bool:
    """Whether a source that is a symbolic link is followed; with ``-r`` the default is not to."""
    last = options.last("L", "P", "d", "a", "H")
    return last in ("L", "H") if last is not None else not recursive


def _preserved(options: Options) -> tuple[bool, bool]:
    """Owner and times, by the last word on each."""
    owner = times = False
    for key, value in options.sequence:
        match key:
            case "a" | "p":
                owner = times = True
            case "preserve" | "no-preserve":
                on = key == "preserve"
                names = str(value).split(",") if isinstance(value, str) else ["ownership", "timestamps"]
                owner = on if {"ownership", "all"} & set(names) else owner
                times = on if {"timestamps", "all"} & set(names) else times
            case _:
                pass
    return owner, times


def _links(
    invocation: Invocation, placement: Placement, destination: str, node: Node, options: Options
) -> Iterator[Effect]:
    """``-l`` and ``-s``: directories are made, each file is linked; ``-l`` follows links unless told not to."""
    view, source = invocation.view, placement.source or "/"
    follow = options.last("P", "d", "a", "L", "H") not in ("P", "d", "a")
    if not isinstance(node, Directory):
        if options.has("s"):
            yield Symlink(show(placement.word), destination)
        else:
            yield Link(view.resolve(source) if follow else source, destination)
        return
    top = view.resolve(source)
    for path, below in view.walk(source):
        target = join(destination, path[len(top) :])
        if isinstance(below, Directory):
            yield MakeDirectory(target, below.mode)
        elif options.has("s"):
            yield Symlink(path, target)
        else:
            yield Link(view.resolve(path) if follow else path, target)


def _followed(
    invocation: Invocation, source: str, destination: str, owner: bool, times: bool
) -> Iterator[Effect]:
    """``-L``: what the links in the tree lead to takes their place."""
    top = invocation.view.resolve(source)
    for path, below in invocation.view.walk(source):
        if isinstance(below, Inode) and below.kind is Kind.SYMLINK and path != top:
            target = join(destination, path[len(top) :])
            yield Remove(target)
            if invocation.view.lookup(path) is not None:
                yield Copy(path, target, owner, times)
