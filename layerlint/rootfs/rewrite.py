"""The RUN lines of apt as those of apk, where every word that concerns packages is understood; else why not."""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Iterator, Sequence
from typing import Final

from layerlint._dataclass import dataclass, replace
from layerlint.dockerfile.instructions import Run
from layerlint.effects import InstallPackages, UpdateIndex, UpgradePackages
from layerlint.execution.trace import CommandRun, StageTrace, Step, Trace
from layerlint.report import Evidence
from layerlint.rootfs.model import Judged, Reason
from layerlint.rootfs.program_names import PACKAGE_MANAGERS
from layerlint.rootfs.stages import evidence_at, evidence_of, standing_on
from layerlint.shell import syntax
from layerlint.shell.parser import parse
from layerlint.source import Span

Edit = tuple[Span, str]
Names = Callable[[str], tuple[str, ...] | str]
"""Of a package of apt: those of apk, or a sentence that says why there are none."""

_LISTS: Final = ("/var/cache/apt", "/var/cache/debconf", "/var/lib/apt")
_HARMLESS: Final = frozenset({"DEBIAN_FRONTEND", "DEBCONF_NONINTERACTIVE_SEEN", "LANG", "LC_ALL"})
"""Variables in front of a command of apt that say nothing of what is installed."""
_UPKEEP: Final = frozenset({"autoclean", "auto-clean", "autoremove", "clean", "update"})
"""Of lists, caches and what nothing needs: apk with ``--no-cache`` has no such thing."""
_IDLE: Final = frozenset({":", "set", "true"})
"""Commands that alone are no reason for a layer."""


@dataclass(frozen=True, slots=True)
class Rewritten:
    edits: tuple[Edit, ...]
    """Each a RUN and its text on the other base, in the order of the file; empty where it has nothing to do."""
    packages: tuple[str, ...]
    """Of apk, sorted."""
    gone: frozenset[tuple[int, int]]
    """Steps that have nothing to do on the other base: stage and number."""
    replaced: frozenset[tuple[int, int, int]]
    """Commands that are another's work there: stage, step and number."""


def to_apk(trace: Trace, root: StageTrace, names: Names) -> Rewritten | tuple[Reason, ...]:
    """Of all stages on the base; the reasons say what must be rewritten by hand."""
    edits: list[Edit] = []
    packages: set[str] = set()
    gone: set[tuple[int, int]] = set()
    replaced: set[tuple[int, int, int]] = set()
    reasons: dict[Reason, None] = {}
    for at, step in standing_on(trace, root):
        if not any(command.name in PACKAGE_MANAGERS for command in step.commands):
            continue
        work = _Work(trace, step, names)
        text = work.text()
        if work.reasons:
            reasons.update(dict.fromkeys(work.reasons))
            continue
        place = step.instruction.node.span
        if not text and work.source[place.end : place.end + 1] == "\n":
            place = Span(place.start, place.end + 1)
        edits.append((place, text))
        packages |= work.packages
        replaced |= {(at.stage, at.step, number) for number in work.replaced}
        if not text:
            gone.add((at.stage, at.step))
    if reasons:
        return tuple(reasons)
    return Rewritten(tuple(edits), tuple(sorted(packages)), frozenset(gone), frozenset(replaced))


def still_asked(known: Sequence[Judged], plan: Rewritten) -> tuple[Judged, ...]:
    """The needs that the other text has too, at the steps that it has them."""
    found: list[Judged] = []
    for each in known:
        at = each.requirement.at
        if at is None:
            found.append(each)
            continue
        if (at.stage, at.step) in plan.gone or (at.stage, at.step, at.command) in plan.replaced:
            continue
        before = sum(stage == at.stage and step < at.step for stage, step in plan.gone)
        moved = replace(at, step=at.step - before)
        found.append(replace(each, requirement=replace(each.requirement, at=moved)))
    return tuple(found)


@dataclass(frozen=True, slots=True)
class _Item:
    operator: str
    """In front of it: ``&&``, ``;`` or nothing."""
    command: syntax.Command
    span: Span
    """In the Dockerfile."""


class _Work:
    """One RUN."""

    def __init__(self, trace: Trace, step: Step, names: Names) -> None:
        self.trace = trace
        self.step = step
        self.names = names
        self.source = trace.document.source.text
        self.packages: set[str] = set()
        self.replaced: set[int] = set()
        self.reasons: list[Reason] = []

    def text(self) -> str:
        """The instruction on the other base, or nothing where it has no work there."""
        run = self.step.instruction
        assert isinstance(run, Run)
        source = self.source[run.node.span.start : run.node.span.end]
        script = parse(run.script)
        if run.exec_form is not None or "<<" in source or not script.complete:
            self._refuse(evidence_of(self.trace, self.step))
            return ""
        kept: list[tuple[_Item, str]] = []
        begins = False
        for item in self._items(script.body):
            begins = begins or item.operator == ";"  # what is left out may be the first of its list
            written = self._written(item)
            if written:
                kept.append((replace(item, operator=";") if begins else item, written))
                begins = False
        if all(isinstance(i.command, syntax.SimpleCommand) and _name(i.command) in _IDLE for i, _ in kept):
            self.replaced.update(range(len(self.step.commands)))
            return ""
        between = " \\\n    " if "\n" in source.rstrip() and self.trace.document.escape == "\\" else " "
        lines = [self.source[run.node.span.start : run.script_map.locate(0)] + kept[0][1]]
        for item, written in kept[1:]:
            lines.append(f"{between}&& {written}" if item.operator == "&&" else f";{between}{written}")
        return "".join(lines) + ("\n" if source.endswith("\n") else "")

    # ------------------------------------------------------------------------ the list

    def _items(self, body: syntax.Command) -> Iterator[_Item]:
        """The commands of the list one by one where packages are among them, else as they stand together."""
        for number, command in enumerate(body.commands if isinstance(body, syntax.Sequence) else (body,)):
            operator = ";" if number else ""
            if isinstance(body, syntax.Sequence) and number in body.background:
                self._refuse(evidence_of(self.trace, self.step))
            if not isinstance(command, syntax.AndOr) or not self._concerned(command.span):
                yield _Item(operator, command, self._place(command.span))
                continue
            for between, each in command.operands:
                if between == "||":
                    self._refuse(self._evidence(command.span))
                yield _Item(between or operator, each, self._place(each.span))

    def _place(self, span: Span) -> Span:
        run = self.step.instruction
        assert isinstance(run, Run)
        return run.script_map.span(span.start, span.end)

    def _concerned(self, span: Span) -> list[tuple[int, CommandRun]]:
        place = self._place(span)
        return [
            (number, command)
            for number, command in enumerate(self.step.commands)
            if place.start <= command.span.start and command.span.end <= place.end and _is_of_apt(command)
        ]

    # --------------------------------------------------------------------- one command

    def _written(self, item: _Item) -> str:
        """The item as it is on the other base; empty where it is not needed."""
        source = self.source[item.span.start : item.span.end]
        concerned = self._concerned(item.command.span)
        if not concerned:
            if isinstance(item.command, syntax.SimpleCommand) and _name(item.command) in PACKAGE_MANAGERS:
                self._refuse(self._evidence(item.command.span))
            return source
        number, command = concerned[0]
        if not isinstance(item.command, syntax.SimpleCommand) or len(concerned) > 1:
            if any(each.name in PACKAGE_MANAGERS for _, each in concerned):
                self._refuse(self._evidence(item.command.span))
            return source
        if command.name == "rm":
            return self._removal(number, item.command, source)
        written = None
        if _name(item.command) == command.name and _is_plain(item.command):
            written = self._managed(command)
        if written is None:
            self._refuse(evidence_at(self.trace, command.span, command.text))
            return ""
        self.replaced.add(number)
        return written

    def _removal(self, number: int, command: syntax.SimpleCommand, source: str) -> str:
        """``rm`` of apt's lists: what else it removes stays; with ``-f`` it needs nothing of all that."""
        words = [word.literal or "?" for word in command.words[1:]]
        if all(word.startswith(_LISTS) for word in words if not word.startswith("-")):
            self.replaced.add(number)
            return ""
        if not any(word.startswith("-") and not word.startswith("--") and "f" in word for word in words):
            self._refuse(self._evidence(command.span))
        return source

    def _managed(self, command: CommandRun) -> str | None:
        """The same of apk; empty where it has no such step, None where it is not understood."""
        words = [word for word in command.argv[1:] if isinstance(word, str) and not word.startswith("-")]
        if command.name not in ("apt", "apt-get", "aptitude"):
            return None
        if words[:1] and words[0] in _UPKEEP:
            return ""
        written: list[str] = []
        for effect in command.effects:
            match effect:
                case UpdateIndex():
                    pass
                case UpgradePackages():
                    written.append("apk upgrade --no-cache")
                case InstallPackages() if _is_simple(effect):
                    found = self._named(effect.packages, command)
                    if found:
                        written.append(f"apk add --no-cache {' '.join(found)}")
                case _:
                    return None
        return " && ".join(written) if command.effects and command.modelled else None

    def _named(self, packages: Sequence[str], command: CommandRun) -> list[str]:
        found: dict[str, None] = {}
        for package in packages:
            names = self.names(package)
            if isinstance(names, str):
                self.reasons.append(Reason(names, (evidence_at(self.trace, command.span, command.text),)))
            else:
                found.update(dict.fromkeys(names))
        self.packages.update(found)
        return list(found)

    # ------------------------------------------------------------------------- refusal

    def _evidence(self, span: Span) -> Evidence:
        place = self._place(span)
        return evidence_at(self.trace, place, self.source[place.start : place.end])

    def _refuse(self, place: Evidence) -> None:
        self.reasons.append(
            Reason(f"the RUN of line {place.line} must be rewritten for apk by hand", (place,))
        )


def _name(command: syntax.SimpleCommand) -> str:
    return posixpath.basename(command.words[0].literal or "") if command.words else ""


def _is_of_apt(command: CommandRun) -> bool:
    if command.name == "rm":
        return any(word.startswith(_LISTS) for word in command.argv if isinstance(word, str))
    return command.name in PACKAGE_MANAGERS


def _is_plain(command: syntax.SimpleCommand) -> bool:
    """What it prints may go nowhere, and it has no variables that say more of what is installed."""
    return all(each.name in _HARMLESS for each in command.assignments) and all(
        each.operator in (">", ">&", "&>", ">|", ">>") and each.target.literal in ("/dev/null", "1", "2")
        for each in command.redirects
    )


def _is_simple(effect: InstallPackages) -> bool:
    return not (
        effect.download_only
        or effect.directory
        or effect.only_upgrade
        or effect.virtual
        or effect.repositories
        or effect.problem
    )
