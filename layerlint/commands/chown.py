"""chown and chgrp, after GNU coreutils 9.1."""

from __future__ import annotations

from layerlint.commands._accounts import group_id, login_group, user_id
from layerlint.commands._known import is_absent, is_whole
from layerlint.commands._options import Grammar, Options, parse
from layerlint.commands._outcome import FAILURE, said, unmodelled
from layerlint.commands._paths import locate, show
from layerlint.domain.text import UNKNOWN, Text
from layerlint.domain.truth import Truth
from layerlint.effects import ChangeOwner, Effect, Invocation, Outcome, Unmodelled, Unsized, View
from layerlint.filesystem.node import Directory, Node

Owner = tuple[int | Text | None, int | Text | None]

_LONG = {
    "changes": "c",
    "dereference": "dereference",
    "no-dereference": "h",
    "no-preserve-root": "-",
    "preserve-root": "-",
    "quiet": "f",
    "recursive": "R",
    "reference": "reference:",
    "silent": "f",
    "verbose": "v",
}
_CHOWN = Grammar("chown", "cfvRhHLP", {**_LONG, "from": "from:"})
_CHGRP = Grammar("chgrp", "cfvRhHLP", _LONG)


def chown(invocation: Invocation) -> Outcome:
    """Change owner and group; a file is written to also where both stay the same.

    Not known: a file that may be absent, a tree that is known in part only, ``--from`` an id not known.
    """
    return _run(invocation, _CHOWN)


def chgrp(invocation: Invocation) -> Outcome:
    """Change the group."""
    return _run(invocation, _CHGRP)


def _run(invocation: Invocation, grammar: Grammar) -> Outcome:
    options = parse(grammar, invocation.argv[1:])
    if isinstance(options, Outcome):
        return options
    files = options.operands
    owner: Owner | None
    if options.value("reference") is not None:
        owner = _reference(invocation, options)
    elif files:
        given, files = files[0], files[1:]
        view = invocation.view
        owner = (None, group_id(view, given)) if grammar is _CHGRP else parse_owner(view, given)
    else:
        return FAILURE
    if owner is None:
        return unmodelled(f"{grammar.tool}: the reference file is not known")
    if not files:
        return FAILURE
    recursive = options.has("R")
    follow = not options.has("h") and (not recursive or options.has("H", "L"))
    effects: list[Effect] = []
    status = Truth.YES
    for word in files:
        path = locate(invocation, word)
        through = follow or str(word).endswith("/")
        node = None if path is None else invocation.view.lookup(path, follow=through)
        if path is None:
            effects.append(Unsized(f"{grammar.tool}: which file it changes is not known"))
        elif node is None and is_absent(invocation.view, path, follow=through):
            status = Truth.NO
        elif node is None:
            effects.append(Unsized(f"{grammar.tool}: {show(word)} is not known"))
        else:
            effects += _change(invocation, options, owner, path, node, through)
            if recursive and not is_whole(invocation.view, path, node):
                effects.append(Unsized(f"{grammar.tool} -R: not all of {show(word)} is known"))
    return Outcome(tuple(effects), status, said(options.has("v", "c")))


def _change(
    invocation: Invocation, options: Options, owner: Owner, path: str, node: Node, follow: bool
) -> list[Effect]:
    recursive = options.has("R") and isinstance(node, Directory)
    only = options.value("from")
    if only is None:
        return [ChangeOwner(path, *owner, recursive, follow)]
    current = parse_owner(invocation.view, only)
    if UNKNOWN in current:
        return [Unmodelled("chown --from: the owner is not known")]
    effects: list[Effect] = []
    for below, inode in invocation.view.walk(path) if recursive else ((path, node),):
        if current[0] in (None, inode.uid) and current[1] in (None, inode.gid):
            effects.append(ChangeOwner(below, *owner, follow=follow and below == path))
    return effects


def _reference(invocation: Invocation, options: Options) -> Owner | None:
    path = locate(invocation, options.value("reference") or UNKNOWN)
    node = None if path is None else invocation.view.lookup(path)
    if node is None:
        return None
    return (
        UNKNOWN if node.uid is None else node.uid,
        UNKNOWN if node.gid is None else node.gid,
    )


def parse_owner(view: View, spec: Text) -> Owner:
    """``user``, ``user:group``, ``user:`` (his login group), ``:group``; a dot for the colon is old style."""
    if spec is UNKNOWN:
        return UNKNOWN, UNKNOWN
    user, colon, group = spec.partition(":")
    if not colon and "." in spec and user_id(view, spec) is UNKNOWN:
        user, colon, group = spec.partition(".")
    who = user_id(view, user) if user else None
    if group:
        return who, group_id(view, group)
    return who, (login_group(view, user) if colon and user else None)
