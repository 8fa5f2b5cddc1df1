"""find, after GNU findutils 4.9."""

from __future__ import annotations

from collections.abc import Iterator

from layerlint import commands
from layerlint._dataclass import dataclass, field, replace
from layerlint.commands._find_expression import (
    Action,
    All,
    Any,
    Expression,
    FaultError,
    Last,
    Not,
    Parser,
    Settings,
    Test,
    Visit,
    has_action,
)
from layerlint.commands._known import is_absent
from layerlint.commands._outcome import FAILURE, unmodelled
from layerlint.commands._paths import basename, join, locate, parent, show
from layerlint.commands._streams import INLINE_LIMIT, encode, of_bytes
from layerlint.domain.size import Size
from layerlint.domain.text import UNKNOWN, Text
from layerlint.domain.truth import Truth
from layerlint.effects import NOTHING, Effect, Invocation, Outcome, Remove, Stream, Unmodelled, Unsized
from layerlint.filesystem.node import Directory, Inode

MAX_VISITS = 200_000
"""Files that one find looks at."""
MAX_RUNS = 10_000
"""Commands that ``-exec … ;`` starts."""
_READERS = frozenset(
    {"cat", "echo", "file", "grep", "ldd", "ls", "md5sum", "scanelf", "sha256sum", "stat", "test"}
)
_STARTS = ("-H", "-L", "-P", "-O0", "-O1", "-O2", "-O3")


@dataclass(slots=True)
class _Run:
    """What happens while the trees are walked."""

    invocation: Invocation
    depth_first: bool
    effects: list[Effect] = field(default_factory=list)
    reasons: dict[str, None] = field(default_factory=dict)
    """An ordered set."""
    status: Truth = Truth.YES
    removed: set[str] = field(default_factory=set)
    pruned: set[str] = field(default_factory=set)
    collected: dict[int, list[Visit]] = field(default_factory=dict)
    """For ``-exec … +``, by the identity of the action."""
    printed: list[bytes] | None = field(default_factory=list)
    """None where it is not known what is printed."""
    written: int = 0
    runs: int = 0
    stopped: bool = False


def find(invocation: Invocation) -> Outcome:
    """Walk trees and act on what the tests let pass.

    Names come in sorted order, the real ones in that of the directory.
    Not known: times, owners by name, regular expressions; names in a directory that is known in part, or
    of files that are known only in sum; commands of ``-exec`` without a model.
    """
    words = list(invocation.argv[1:])
    follow = False
    while words and words[0] in _STARTS:
        follow = words.pop(0) in ("-H", "-L")
    end = next((at for at, word in enumerate(words) if isinstance(word, str) and _begins(word)), len(words))
    starts, rest = words[:end] or ["."], words[end:]
    try:
        expression, settings = Parser(rest).parse()
    except FaultError as fault:
        return unmodelled(f"find: {fault.reason}") if fault.reason else FAILURE
    if not has_action(expression):
        expression = All((expression, Action("print")))
    run = _Run(invocation, settings.depth_first)
    for start in starts:
        path = locate(invocation, start)
        if path is None or not isinstance(start, str):
            run.reasons["where it looks is not known"] = None
            continue
        through = follow or start.endswith("/")
        if invocation.view.lookup(path, follow=through) is None:
            if is_absent(invocation.view, path, follow=through):
                run.status = Truth.NO
            elif not _only_removes(expression):
                # What may be there and is removed ships nothing: as with ``rm``, that leaves no gap.
                run.reasons[f"{show(start)} is not known"] = None
            continue
        _visit_all(run, expression, settings, start, path, through)
    _run_collected(run, expression)
    reads_only = not _changes(expression)
    # Of what has a model, the names and sizes that it changes are not known; else anything may be done.
    kind = Unsized if _is_modelled(expression) else Unmodelled
    reasons = () if reads_only else tuple(kind(f"find: {reason}") for reason in run.reasons)
    return Outcome((*run.effects, *reasons), run.status, _printed(run, expression))


def _begins(word: str) -> bool:
    """Whether the expression starts with this word."""
    return word in ("(", ")", "!", ",") or (word.startswith("-") and len(word) > 1)


def _only_removes(expression: Expression) -> bool:
    return all(
        action.name in ("delete", "print", "print0", "prune", "quit") for action in _actions(expression)
    )


def _printed(run: _Run, expression: Expression) -> Stream:
    """Standard output: exact if every name is known that is printed."""
    if all(action.name in ("delete", "prune", "quit") for action in _actions(expression)):
        return NOTHING
    if run.printed is None or run.reasons:
        return Stream(Size(0, run.written, None))
    return of_bytes(b"".join(run.printed)) if run.written <= INLINE_LIMIT else Stream(Size.exact(run.written))


def _visit_all(
    run: _Run, expression: Expression, settings: Settings, start: str, path: str, follow: bool
) -> None:
    """Evaluate the expression for everything under a starting point, children after or before it."""
    visits = list(_visits(run, settings, start, path, follow))
    if settings.depth_first:
        visits = _children_first(visits)
    for visit in visits:
        if run.stopped:
            return
        if visit.depth < settings.min_depth or _is_pruned(run, visit.path):
            continue
        _evaluate(run, expression, visit, Truth.YES)
        if isinstance(visit.node, Directory) and not visit.node.complete:
            run.reasons[f"not all of {visit.shown} is known"] = None


def _visits(run: _Run, settings: Settings, start: str, path: str, follow: bool) -> Iterator[Visit]:
    view = run.invocation.view
    node = view.lookup(path, follow=follow)
    if not isinstance(node, Directory):
        if node is not None:
            yield Visit(path, start, node, 0)
        return
    top, prefix = view.resolve(path), path.rstrip("/")
    for count, (below, inode) in enumerate(view.walk(path)):
        inner = below[len(top) :].lstrip("/") if top != "/" else below[1:]
        depth = inner.count("/") + 1 if inner else 0
        if count > MAX_VISITS:
            run.reasons["a tree that large"] = None
            return
        if settings.max_depth is None or depth <= settings.max_depth:
            shown = f"{start.rstrip('/')}/{inner}" if inner else start
            yield Visit(f"{prefix}/{inner}" if inner else path, shown, inode, depth)


def _children_first(visits: list[Visit]) -> list[Visit]:
    """The same walk with each directory after what is in it."""
    result: list[Visit] = []
    waiting: list[Visit] = []
    for visit in visits:
        while waiting and waiting[-1].depth >= visit.depth:
            result.append(waiting.pop())
        waiting.append(visit)
    return [*result, *reversed(waiting)]


def _is_pruned(run: _Run, path: str) -> bool:
    if not run.pruned:
        return False
    while path != "/":
        path = parent(path)
        if path in run.pruned:
            return True
    return False


def _evaluate(run: _Run, expression: Expression, visit: Visit, reached: Truth) -> Truth:
    """The value for one file; ``reached`` is whether this part is evaluated at all."""
    if reached is Truth.NO:
        return Truth.NO
    match expression:
        case Test(holds, name):
            truth = holds(visit)
            if truth is Truth.MAYBE:
                run.reasons.setdefault(f"whether {name} holds for {visit.shown}", None)
            return truth
        case Not(part):
            return ~_evaluate(run, part, visit, reached)
        case All(parts):
            truth = Truth.YES
            for part in parts:
                truth = truth & _evaluate(run, part, visit, reached & truth)
                if truth is Truth.NO:
                    break
            return truth
        case Any(parts):
            truth = Truth.NO
            for part in parts:
                truth = truth | _evaluate(run, part, visit, reached & ~truth)
                if truth is Truth.YES:
                    break
            return truth
        case Last(parts):
            truth = Truth.YES
            for part in parts:
                truth = _evaluate(run, part, visit, reached)
            return truth
        case Action():
            return _act(run, expression, visit, reached)


def _act(run: _Run, action: Action, visit: Visit, reached: Truth) -> Truth:
    match action.name:
        case "prune":
            if not run.depth_first:
                run.pruned.add(visit.path)
            return Truth.YES
        case "quit":
            run.stopped = True
            return Truth.YES
        case "print" | "print0":
            line = encode(visit.shown) + (b"\0" if action.name == "print0" else b"\n")
            run.written += len(line)
            if reached is Truth.MAYBE or (isinstance(visit.node, Inode) and visit.node.is_summary):
                run.printed = None
            elif run.printed is not None and run.written <= INLINE_LIMIT:
                run.printed.append(line)
            return Truth.YES
        case "delete":
            return _delete(run, visit) if reached is Truth.YES else Truth.MAYBE
        case "exec" | "execdir":
            if reached is Truth.MAYBE:
                return Truth.MAYBE
            if action.together:
                run.collected.setdefault(id(action), []).append(visit)
                return Truth.YES
            return _execute(run, action, visit)
        case "ok" | "okdir":
            return Truth.NO
        case name if name.startswith("f"):
            run.reasons[f"option -{name}"] = None
            return Truth.YES
        case _:
            run.printed = None
            run.written += len(visit.shown) + 80
            return Truth.YES


def _delete(run: _Run, visit: Visit) -> Truth:
    """A file, or a directory that has been emptied by then; ``.`` is left alone."""
    if visit.shown == ".":
        return Truth.YES
    if isinstance(visit.node, Directory):
        left = [name for name in visit.node.children if join(visit.path, name) not in run.removed]
        if left or not visit.node.complete:
            run.status = Truth.NO if left else run.status
            return Truth.of(False if left else None)
    run.removed.add(visit.path)
    run.effects.append(Remove(visit.path, recursive=isinstance(visit.node, Directory)))
    return Truth.YES


def _execute(run: _Run, action: Action, visit: Visit) -> Truth:
    """``-exec … ;`` for one file."""
    run.runs += 1
    if run.runs > MAX_RUNS:
        run.reasons["so many commands"] = None
        return Truth.MAYBE
    inside = action.name == "execdir"
    name = f"./{basename(visit.path)}" if inside else visit.shown
    argv = tuple(word.replace("{}", name) if isinstance(word, str) else word for word in action.command)
    outcome = _outcome(run, argv, parent(visit.path) if inside else run.invocation.cwd)
    if outcome is None:
        return Truth.MAYBE
    run.effects += outcome.effects
    if outcome.stdout.size.high != 0:
        run.printed = None
        run.written += outcome.stdout.size.likely
    gone = any(isinstance(effect, Remove) and effect.path == visit.path for effect in outcome.effects)
    if gone and isinstance(visit.node, Directory) and not run.depth_first and visit.path not in run.pruned:
        # find wants to go down into what has just been removed, complains, and fails in the end.
        run.pruned.add(visit.path)
        run.status = Truth.NO
    return outcome.status


def _run_collected(run: _Run, expression: Expression) -> None:
    """``-exec … +``, once for all files that reached it."""
    for action in _actions(expression):
        visits = run.collected.pop(id(action), [])
        if not visits:
            continue
        groups: dict[str | None, list[str]] = {}
        for visit in visits:
            inside = action.name == "execdir"
            directory = parent(visit.path) if inside else run.invocation.cwd
            groups.setdefault(directory, []).append(f"./{basename(visit.path)}" if inside else visit.shown)
        for directory, names in groups.items():
            outcome = _outcome(run, (*action.command[:-1], *names), directory)
            if outcome is not None:
                run.effects += outcome.effects
                run.status = run.status & outcome.status
                run.printed = run.printed if outcome.stdout.size.high == 0 else None


def _outcome(run: _Run, argv: tuple[Text, ...], cwd: str | None) -> Outcome | None:
    name = argv[0]
    model = None if name is UNKNOWN else commands.find(name)
    if model is None:
        run.reasons[f"-exec {show(name)}"] = None
        return None
    return model(replace(run.invocation, argv=argv, cwd=cwd, stdin=None))


def _actions(expression: Expression) -> Iterator[Action]:
    match expression:
        case Action():
            yield expression
        case All(parts) | Any(parts) | Last(parts):
            for part in parts:
                yield from _actions(part)
        case Not(part):
            yield from _actions(part)
        case _:
            return


def _is_modelled(expression: Expression) -> bool:
    return all(
        isinstance(action.command[0], str) and commands.find(action.command[0]) is not None
        for action in _actions(expression)
        if action.name in ("exec", "execdir") and action.command
    ) and not any(action.name.startswith("f") for action in _actions(expression))


def _changes(expression: Expression) -> bool:
    """Whether it does more than print."""
    quiet = ("print", "print0", "ls", "printf", "prune", "quit", "ok", "okdir")
    return any(
        action.name not in quiet and not (action.command and action.command[0] in _READERS)
        for action in _actions(expression)
    )
