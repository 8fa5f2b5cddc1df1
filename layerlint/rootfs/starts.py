"""What the finished image starts: ENTRYPOINT, CMD and HEALTHCHECK, through the programs that start others."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Sequence
from typing import Final

from layerlint._dataclass import dataclass
from layerlint.dockerfile.instructions import Cmd, Entrypoint, Healthcheck
from layerlint.execution.trace import Step, Trace
from layerlint.execution.view import read_data
from layerlint.execution.wrappers import unwrap
from layerlint.filesystem.node import Inode
from layerlint.filesystem.union import FileSystem
from layerlint.report import Evidence
from layerlint.rootfs.program_names import BUILTINS, SHELLS, STARTERS
from layerlint.rootfs.stages import evidence_of, root_stage
from layerlint.shell.parser import parse
from layerlint.shell.syntax import Function, SimpleCommand
from layerlint.shell.walk import walk

_DEEPEST: Final = 8
"""Programs that start one another, and scripts inside one another."""
_MOST_COMMANDS: Final = 2000
"""Of one script."""
_LONGEST_SCRIPT: Final = 1 << 18


@dataclass(frozen=True, slots=True)
class Started:
    """One program."""

    words: tuple[str, ...]
    """As far as they are known: a word with a variable ends them."""
    evidence: Evidence
    interpreted: bool = False
    """It stands in a script, so it may never run."""

    @property
    def name(self) -> str:
        return posixpath.basename(self.words[0])


@dataclass(frozen=True, slots=True)
class Starts:
    programs: tuple[Started, ...]
    shells: tuple[tuple[str, Evidence], ...]
    """The shells of shell forms."""
    unknown: tuple[tuple[str, Evidence], ...]
    """What is not known of them, each in a sentence."""
    inherited: bool
    """The base's own command is what runs."""


def starts(trace: Trace) -> Starts:
    target = trace.target
    if target is None:
        return Starts((), (), (), False)
    reader = _Reader(target.final.filesystem, target.final.workdir)
    last: dict[str, Step] = {}
    for step in target.chain():
        match step.instruction:
            case Entrypoint():
                last["entrypoint"] = step
                if "cmd" in last and _is_above(last["cmd"], step):
                    # An ENTRYPOINT empties the CMD of the image that its stage is FROM, not one of its own stage.
                    del last["cmd"]
            case Cmd():
                last["cmd"] = step
            case Healthcheck():
                last["healthcheck"] = step
            case _:
                pass
    entry, command = last.get("entrypoint"), last.get("cmd")
    inherited = entry is None and command is None
    if inherited and target.base.image is not None:
        source = root_stage(target).stage.instruction
        line, _ = trace.document.source.position(source.node.span.start)
        place = Evidence(trace.document.source.path, line, f"FROM {target.base.reference}")
        reader.command(list(target.base.image.command), place, 0)
    if entry is not None:
        form = entry.instruction
        assert isinstance(form, Entrypoint)
        if form.exec_form and command is not None and isinstance(command.instruction, Cmd):
            extra = (
                [word.value for word in command.instruction.words] if command.instruction.exec_form else []
            )
            reader.words([*(word.value for word in form.words), *extra], evidence_of(trace, entry))
        else:
            reader.form(form.exec_form, [word.value for word in form.words], entry, trace)
    elif command is not None and isinstance(command.instruction, Cmd):
        reader.form(
            command.instruction.exec_form, [w.value for w in command.instruction.words], command, trace
        )
    health = last.get("healthcheck")
    if (
        health is not None
        and isinstance(health.instruction, Healthcheck)
        and health.instruction.kind != "NONE"
    ):
        words = [word.value for word in health.instruction.words]
        reader.form(health.instruction.kind == "CMD", words, health, trace)
    return Starts(
        tuple(dict.fromkeys(reader.programs)),
        tuple(dict.fromkeys(reader.shells)),
        tuple(dict.fromkeys(reader.unknown)),
        inherited,
    )


def _is_above(one: Step, other: Step) -> bool:
    return one.stage.index != other.stage.index


class _Reader:
    def __init__(self, filesystem: FileSystem, workdir: str) -> None:
        self.filesystem, self.workdir = filesystem, workdir
        self.programs: list[Started] = []
        self.shells: list[tuple[str, Evidence]] = []
        self.unknown: list[tuple[str, Evidence]] = []
        self.seen: set[str] = set()

    def form(self, exec_form: bool, words: Sequence[str], step: Step, trace: Trace) -> None:
        place = evidence_of(trace, step)
        if exec_form:
            self.words(words, place)
            return
        shell = step.before.shell
        if shell:
            self.shells.append((posixpath.basename(shell[0]), place))
        self.script(" ".join(words), place, 0, interpreted=False)

    def words(self, words: Sequence[str], place: Evidence) -> None:
        self.command(list(words), place, 0)

    def command(self, words: list[str], place: Evidence, depth: int, *, interpreted: bool = False) -> None:
        """One command line; what it starts in its turn is looked into."""
        if not words or not words[0] or depth > _DEEPEST:
            return
        name = posixpath.basename(words[0])
        if name in BUILTINS and name != "exec":
            return
        if name != "exec":
            self.programs.append(Started(tuple(words), place, interpreted))
        if name in STARTERS:
            self.command(_behind(words[1:], STARTERS[name]), place, depth + 1, interpreted=interpreted)
            return
        inner = unwrap(words, None)
        if inner is not None and inner.script is not None:
            self.script(inner.script, place, depth + 1, interpreted=interpreted)
        elif inner is not None and inner.fields:
            fields = [field for field in inner.fields if isinstance(field, str)]
            if fields != words:
                self.command(fields, place, depth + 1, interpreted=interpreted)
            elif name in SHELLS:
                self.file(_operand(words[1:]), place, depth + 1)
        elif name in SHELLS:
            self.file(_operand(words[1:]), place, depth + 1)
        else:
            self.file(words[0], place, depth + 1)
        # An entry point that runs its arguments (``exec "$@"``) is given CMD.
        if name.endswith(".sh") and len(words) > 1 and depth == 0:
            self.command(words[1:], place, depth + 1, interpreted=interpreted)

    def script(self, text: str, place: Evidence, depth: int, *, interpreted: bool) -> None:
        if depth > _DEEPEST:
            return
        commands = list(walk(parse(text).body))[:_MOST_COMMANDS]
        functions = {command.name for command in commands if isinstance(command, Function)}
        for command in commands:
            if not isinstance(command, SimpleCommand) or not command.words:
                continue
            known: list[str] = []
            for word in command.words:
                if word.literal is None:
                    break
                known.append(word.literal)
            if not known:
                written = " ".join(text[command.span.start : command.span.end].split())
                if '"$@"' not in written and "$*" not in written:
                    self.unknown.append((f"what `{written[:60]}` starts is not known", place))
            elif known[0] == "exec" and len(known) == 1:
                continue
            elif known[0] not in functions:
                self.command(known, place, depth, interpreted=interpreted)

    def file(self, path: str | None, place: Evidence, depth: int) -> None:
        """A script whose text the Dockerfile itself holds; those of the build context are read elsewhere."""
        if not path or depth > _DEEPEST:
            return
        found = self.find(path)
        if found is None or found in self.seen:
            return
        self.seen.add(found)
        node = self.filesystem.lookup(found)
        data = read_data(node, _LONGEST_SCRIPT) if isinstance(node, Inode) else None
        if data is None or not data.startswith(b"#!"):
            return
        text = data.decode("utf-8", "replace")
        head, _, body = text.partition("\n")
        words = head[2:].split()
        if not words:
            return
        at = Evidence(place.file, place.line, f"{posixpath.basename(found)}: {head.strip()}")
        if posixpath.basename(words[0]) == "env":
            words = [word for word in words[1:] if not word.startswith("-") and "=" not in word] or words
        self.programs.append(Started((words[0],), at))
        if posixpath.basename(words[0]) in SHELLS:
            self.script(body, at, depth + 1, interpreted=True)

    def find(self, name: str) -> str | None:
        if "/" in name:
            path = name if name.startswith("/") else f"{self.workdir.rstrip('/')}/{name}"
            return self.filesystem.resolve(path)
        for folder in ("/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin"):
            if self.filesystem.lookup(f"{folder}/{name}") is not None:
                return self.filesystem.resolve(f"{folder}/{name}")
        return None


def _operand(words: Sequence[str]) -> str | None:
    return next((word for word in words if not word.startswith(("-", "+"))), None)


def _behind(words: Sequence[str], operands: int) -> list[str]:
    """What stands behind the options, and as many operands."""
    rest = list(words)
    while rest and rest[0].startswith("-"):
        if rest.pop(0) == "--":
            break
    return rest[operands:]


def started_paths(found: Starts, filesystem: FileSystem, workdir: str) -> Iterator[str]:
    """Image paths of the files that are started, scripts that an interpreter is given included."""
    reader = _Reader(filesystem, workdir)
    for started in found.programs:
        for word in started.words[:4]:
            path = None if word.startswith("-") else reader.find(word)
            if path is not None and isinstance(filesystem.lookup(path), Inode):
                yield path
