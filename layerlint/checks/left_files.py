"""Files in folders that nothing needs in an image, left in the layer that made them.

They are judged by the files of the layer, or by the words of its commands where the rule asks for that.
"""

from __future__ import annotations

from collections.abc import Iterator

from layerlint._dataclass import dataclass
from layerlint.analysis.command_lines import RunLines, run_lines
from layerlint.analysis.invocations import Invocation, invocations
from layerlint.analysis.shipped import is_settled, new_files, target_commands, unpacked_archives
from layerlint.analysis.start import starts_one_of
from layerlint.analysis.wording import name_paths
from layerlint.checks._lines import text_of, up_to_verb
from layerlint.checks.model import Check, Observation
from layerlint.dockerfile.instructions import Run
from layerlint.domain.units import Bytes
from layerlint.execution.trace import Trace
from layerlint.report import Confidence
from layerlint.shell.syntax import SimpleCommand
from layerlint.shell.walk import walk

_TRUE = frozenset({"1", "on", "true", "yes"})


@dataclass(frozen=True, slots=True)
class Params:
    folders: tuple[str, ...] = ()
    """Absolute, in any home (``~/.npm``), or anywhere (``.git/objects``); ``*`` within one component."""
    excepted: tuple[str, ...] = ()
    minimum: Bytes = 65536
    """Of one step."""
    removed_later: bool = True
    """Also what a later step removes: it ships all the same, and `hidden-bytes` says so too."""
    archives: bool = True
    """Also archives that were unpacked, of which `kept-archive` speaks."""
    copied: bool = True
    """Also what COPY and ADD bring."""
    users: tuple[str, ...] = ()
    """Programs that read these files: an image that starts one of them needs them."""
    literal: bool = False
    """The words alone count: in any stage, unexpanded, at the head of a command.  What follows is for this."""
    commands: tuple[str, ...] = ()
    """Kinds of command lines that fill the folders: ``apt-get update``."""
    cleaners: tuple[str, ...] = ()
    """Those that empty them again: ``yum clean``."""
    options: tuple[str, ...] = ()
    """With any of these a command keeps nothing."""
    variable: str = ""
    """Set to 1, yes, on or true it says the same."""
    mounts: tuple[str, ...] = ()
    """Parts of the target of a mount that keeps the files out of the layer; of several words each must be."""
    ordered: bool = True
    """A cleaner in front of what it should clean is none."""
    inherited: bool = False
    """Only stages that another is FROM, the last, and triggers."""


def _run(trace: Trace, params: Params) -> Iterator[Observation]:
    if params.literal:
        yield from _by_words(trace, params)
        return
    if trace.target is None or starts_one_of(trace, params.users):
        return
    excepted = params.excepted
    if not params.archives:
        excepted += tuple(
            dict.fromkeys(
                path for _, command in target_commands(trace) for path in unpacked_archives(command)
            )
        )
    end = None if params.removed_later else trace.target.final.filesystem
    for step in trace.layer_steps():
        if not (params.copied or isinstance(step.instruction, Run)):
            continue
        shipped = new_files(step, params.folders, excepted, end)
        if shipped is None:
            continue
        # Of some managers it is known where they keep what they download, but not how much it is.
        unknown = shipped.bytes.likely == 0 and shipped.bytes.high is None
        if unknown or shipped.bytes.likely >= params.minimum:
            sure = shipped.sure and (end is None or is_settled(trace, step))
            yield Observation(
                span=shipped.cause.span,
                values={"command": shipped.cause.text, "path": name_paths(shipped.paths)},
                bytes=shipped.bytes,
                confidence=None if sure and not unknown else Confidence.MEDIUM,
            )


# ------------------------------------------------------------------- the words alone


def _by_words(trace: Trace, params: Params) -> Iterator[Observation]:
    for run in run_lines(trace, literal=True):
        place = run.place
        inherited = place.inherited or place.trigger or not params.inherited
        if not inherited or _is_mounted(place.run, params):
            continue
        fill = _left(run, params)
        if fill is not None and not (params.variable and _is_switched_off(run, params.variable)):
            values = {"command": text_of(trace, fill.line), "path": next(iter(params.folders), "")}
            yield Observation(up_to_verb(fill), values)


def _left(run: RunLines, params: Params) -> Invocation | None:
    """The first command that fills the folders of which no cleaner takes them away again."""
    first: dict[str, Invocation] = {}
    for found in invocations(run.commands, params.commands, literal=True):
        if not any(map(found.has_option, params.options)):
            first.setdefault(found.line.name, found)
    managers = {kind.split()[0] for kind in params.commands}
    cleaners = list(invocations(run.commands, params.cleaners, literal=True))
    for name, fill in first.items():
        # A manager cleans up behind itself alone.
        own = (each for each in cleaners if each.line.name == name or each.line.name not in managers)
        cleaner = next(own, None)
        if cleaner is None or (params.ordered and cleaner.line.span.start < fill.line.span.start):
            return fill
    return None


def _is_mounted(run: Run, params: Params) -> bool:
    targets = [mount.target for mount in run.mounts if mount.type in ("cache", "tmpfs")]
    return any(
        all(any(part in target for target in targets) for part in parts.split()) for parts in params.mounts
    )


def _is_switched_off(run: RunLines, variable: str) -> bool:
    """By ENV, or anywhere in the script."""
    value = run.place.step.before.environment.get(variable)
    assigned = [] if not isinstance(value, str) else [value]
    for command in walk(run.body):
        if isinstance(command, SimpleCommand):
            assigned += [each.value.literal or "" for each in command.assignments if each.name == variable]
            assigned += [
                text.partition("=")[2]
                for word in command.words
                if (text := word.literal or "").startswith(f"{variable}=")
            ]
    return any(value.lower() in _TRUE for value in assigned)


CHECK = Check(Params, _run, ("command", "path"), of_image=True)
