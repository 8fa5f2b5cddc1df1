"""Which commands of a stage build a project of Node.js, what they write, and what the image starts of it."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Sequence
from typing import Final

from layerlint._dataclass import dataclass
from layerlint.domain.truth import Truth
from layerlint.execution.trace import CommandRun, StageTrace, Step, Trace
from layerlint.rootfs.node_outputs import Written, output
from layerlint.rootfs.node_project import MANAGERS, TOOLS, Project, expanded, project, script_of
from layerlint.rootfs.products import folder_of
from layerlint.rootfs.program_names import SHELLS, STARTERS
from layerlint.rootfs.starts import Starts

_SERVERS: Final = frozenset({"http-server", "serve"})
"""Programs that serve a folder as it is."""
_WITH_VALUE: Final = frozenset({"--listen", "--port", "-a", "-l", "-p"})
_ELSEWHERE: Final = ("--cwd", "--dir", "--filter", "--prefix", "--workspace", "-C", "-w")
_DEVELOPMENT: Final = frozenset({"babel-node", "nodemon", "ts-node", "ts-node-dev", "tsx", "vite"})
_PROBES: Final = frozenset({"curl", "wget"})
_PRELOADED: Final = frozenset({"--import", "--require", "-r"})
_NAMES: Final = ("build", "compile", "bundle")


@dataclass(frozen=True, slots=True)
class Build:
    """One command of a RUN that builds."""

    number: int
    """Of its step in the stage."""
    step: Step
    command: CommandRun
    made: Project
    written: tuple[Written, ...]
    others: tuple[tuple[str, ...], ...]
    """Commands of its script that are no build tools that are known."""
    unknown: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Begun:
    """What the image starts: a server of the folder, or a program of Node.js."""

    path: str
    serves: str = ""
    """The server, where it is one."""
    loads: tuple[str, ...] = ()
    """Packages that are loaded in front of the program."""
    by_script: Project | None = None
    """A script of this project says so."""


def builds(stage: StageTrace) -> Iterator[Build | str]:
    """A sentence for one of which it is not known where it writes."""
    for number, step in enumerate(stage.steps):
        for position, command in enumerate(step.commands):
            found = _build(number, step, position)
            if found is not None and command.reached is Truth.YES:
                yield found
            elif found is not None:
                yield f"whether `{command.text[:50]}` is run is not known"


def _build(number: int, step: Step, position: int) -> Build | str | None:
    command = step.commands[position]
    words = [word if isinstance(word, str) else "" for word in command.argv]
    script = script_of(words)
    by_tool = any(posixpath.basename(word) in TOOLS for word in words[:3])
    if script is not None and not script.startswith(_NAMES):
        return None
    if script is None and (not by_tool or (command.name in MANAGERS | {"npx"} and _installs(words))):
        return None
    at = command.text[:50]
    if "" in words:
        return f"a word of `{at}` is not known"
    if any(word.partition("=")[0] in _ELSEWHERE for word in words):
        return f"`{at}` builds in another folder than it runs in"
    folder = folder_of(step, position)
    if folder is None:
        return f"the folder that `{at}` runs in is not known"
    filesystem = step.before.filesystem
    made = project(filesystem, folder)
    if made is None:
        return f"the package.json that `{at}` reads is not at hand, so where it writes is not known"
    if made.workspaces:
        return "the project has workspaces, whose packages are one another's"
    if script is not None and "--" in words:
        return f"`{at}` gives options to its script"
    commands = expanded(made, words)
    written: list[Written] = []
    others: list[tuple[str, ...]] = []
    unknown = list(commands.unknown)
    variables = frozenset(step.before.environment) | frozenset(step.before.arguments) | _assigned(made, step)
    for each in commands.words:
        found = output(each, filesystem, folder, variables)
        if isinstance(found, str):
            unknown.append(found)
        elif found is not None:
            written.append(found)
        elif not _is_harmless(each):
            others.append(each)
    if not written:
        return unknown[0] if unknown else f"where `{at}` writes is not known"
    return Build(number, step, command, made, tuple(written), tuple(others), tuple(unknown))


def _assigned(made: Project, step: Step) -> frozenset[str]:
    texts = [*made.scripts.values(), *(command.text for command in step.commands)]
    return frozenset({"BUILD_PATH"} if any("BUILD_PATH" in text for text in texts) else ())


def _installs(words: Sequence[str]) -> bool:
    return any(word in ("add", "ci", "global", "i", "install") for word in words[1:3])


def _is_harmless(words: Sequence[str]) -> bool:
    """It checks, tests or clears."""
    name = posixpath.basename(words[0])
    return name in {
        "del-cli", "echo", "eslint", "jest", "prettier", "rimraf", "rm", "stylelint", "true", "tsc", "tslint",
        "vitest", "vue-tsc",
    }  # fmt: skip


def moved(stage: StageTrace, folder: str, since: int) -> bool:
    """A later command may take the folder away, or put more into it."""
    for step in stage.steps[since:]:
        for position, command in enumerate(step.commands):
            if command.name not in ("chmod", "cp", "mv", "rm", "sed", "find"):
                continue
            at = folder_of(step, position)
            words = [word for word in command.argv[1:] if word != "" and not str(word).startswith("-")]
            for word in words:
                path = None if at is None or not isinstance(word, str) else posixpath.join(at, word)
                if path is None or "*" in path or _overlap(posixpath.normpath(path), folder):
                    return True
    return False


def _overlap(one: str, other: str) -> bool:
    return one == other or one.startswith(f"{other}/") or other.startswith(f"{one.rstrip('/')}/")


# ------------------------------------------------------------------------------- starts


def begun(trace: Trace, found: Starts) -> Begun | str:
    assert trace.target is not None
    final = trace.target.final
    if found.unknown:
        return found.unknown[0][0]
    result: Begun | None = None
    made: Project | None = None
    for started in found.programs:
        if started.name in STARTERS or started.name in SHELLS | _PROBES or started.name == "exec":
            continue
        by_script: Project | None = None
        commands: Sequence[Sequence[str]] = [started.words]
        if script_of(started.words) is not None or started.name == "npx":
            if any(word.partition("=")[0] in _ELSEWHERE for word in started.words):
                return f"`{' '.join(started.words)[:50]}` starts something in another folder"
            made = made or project(final.filesystem, final.workdir)
            if made is None:
                return f"the package.json that `{' '.join(started.words)[:50]}` reads is not at hand"
            by_script = made if script_of(started.words) is not None else None
            several = expanded(made, started.words)
            if several.unknown:
                return several.unknown[0]
            commands = several.words
        for words in commands:
            one = _begun(words, final.workdir, by_script)
            if isinstance(one, str):
                return one
            if result is not None and result != one:
                return "the image starts several programs"
            result = one
    return result or "what the image starts is not known"


def _begun(words: Sequence[str], workdir: str, by_script: Project | None) -> Begun | str:
    name = posixpath.basename(words[0])
    text = " ".join(words)[:60]
    if name in _SERVERS:
        return _served(name, words[1:], workdir, by_script) or f"which folder `{text}` serves is not known"
    if name in _DEVELOPMENT or text.startswith(
        ("react-scripts start", "ng serve", "next dev", "vue-cli-service")
    ):
        return f"`{text}` builds when the image starts: it needs what only development does"
    if name == "next":
        return f"`{text}` needs all of node_modules"
    if name not in ("node", "nodejs"):
        return f"what `{text}` reads is not known"
    loads: list[str] = []
    rest = list(words[1:])
    while rest and rest[0].startswith("-"):
        option, equals, value = rest.pop(0).partition("=")
        if option in _PRELOADED:
            loads.append(value if equals else rest.pop(0) if rest else "")
        elif option in ("--loader", "--experimental-loader", "-e", "-p", "--eval", "--env-file"):
            return f"what `{text}` reads is not known"
    if not rest:
        return f"what `{text}` runs is not known"
    path = posixpath.normpath(posixpath.join(workdir, rest[0]))
    return Begun(path, "", tuple(loads), by_script)


def _served(name: str, rest: Sequence[str], workdir: str, by_script: Project | None) -> Begun | None:
    places: list[str] = []
    skip = False
    for word in rest:
        option = word.partition("=")[0]
        if skip:
            skip = False
        elif option in ("-c", "--config") and name == "serve":
            return None
        elif option.startswith("-"):
            skip = option in _WITH_VALUE and "=" not in word
        else:
            places.append(word)
    if len(places) > 1:
        return None
    path = posixpath.normpath(posixpath.join(workdir, places[0] if places else "."))
    return Begun(path, name, (), by_script)
