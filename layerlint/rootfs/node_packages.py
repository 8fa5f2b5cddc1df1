"""How the last stage comes to the packages of a project that are needed to run, without those of development."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from typing import Final

from layerlint._dataclass import dataclass
from layerlint.domain.truth import Truth
from layerlint.execution.trace import CommandRun, Step, Trace
from layerlint.filesystem.node import HostFile, Inode
from layerlint.rootfs.facts import interpreter_version
from layerlint.rootfs.model import Reason
from layerlint.rootfs.node_builds import Build
from layerlint.rootfs.node_project import INSTALL_SCRIPTS, read_text, scripted
from layerlint.rootfs.products import folder_of
from layerlint.rootfs.stages import evidence_at

_VERBS: Final = frozenset({"add", "ci", "clean-install", "i", "install"})
_GLOBAL: Final = frozenset({"--global", "--location=global", "-g", "global"})
_PASSED: Final = frozenset({"--force", "--legacy-peer-deps", "--ignore-scripts"})
"""Options of the install that another install of the same packages has to have too."""
_OMITTING: Final = frozenset({"--omit=dev", "--only=prod", "--only=production", "--prod", "--production"})
_NEW_NPM: Final = 16
"""The release of Node.js that npm 7 came with, the first that knows ``--omit``."""
_WITH_CI: Final = 10
"""The first release all of whose npm know ``npm ci`` (npm 5.7)."""
_LOCAL: Final = ("file:", "link:", "portal:", "workspace:")
_PLAIN: Final = re.compile(r"[\w./@+-]{1,400}")


@dataclass(frozen=True, slots=True)
class Packages:
    lines: tuple[str, ...] = ()
    """Instructions of the last stage."""
    folders: tuple[str, ...] = ()
    """What is copied instead."""
    pruning: str = ""
    """What the stage that builds runs last for that."""
    doubts: tuple[Reason, ...] = ()


def packages(trace: Trace, build: Build) -> Packages | str:
    """Of the project; a sentence where the same packages would not certainly come again."""
    assert trace.target is not None
    made, filesystem = build.made, trace.target.final.filesystem
    manifest = _source(trace, posixpath.join(made.folder, "package.json"))
    if manifest is None:
        return "package.json is no file of the build context"
    if not made.dependencies:
        return Packages((_copy(trace, build, [manifest]),))
    if any(text.startswith(_LOCAL) for text in made.dependencies.values()):
        return "a package of the project is a folder beside it"
    installs = list(_installs(trace, made.folder))
    if not installs:
        return f"which command installs the packages of {made.folder} is not known"
    managers = {command.name for _, command in installs}
    if len(managers) > 1 or not managers <= {"npm", "yarn"}:
        return f"how {' and '.join(sorted(managers))} would install the packages again is not known"
    manager = managers.pop()
    if len({step.before.user for step, _ in installs} | {trace.target.steps[build.number].before.user}) > 1:
        return "packages are installed by one user, and built with by another"
    modules = posixpath.join(made.folder, "node_modules")
    lock = "package-lock.json" if manager == "npm" else "yarn.lock"
    locked = _source(trace, posixpath.join(made.folder, lock))
    if locked is None:
        return f"there is no {lock}: which packages another install brings is not known"
    if any(
        step.before.filesystem.presence(posixpath.join(made.folder, lock)) is not Truth.YES
        for step, _ in installs
    ):
        return f"{lock} is not there when packages are installed first: which ones come is not certain"
    if any(_prunes(step, command, position, made.folder) for step, position, command in _all(trace)):
        return Packages((), (modules,))
    read = [manifest, locked, *_settings(trace, build)]
    own = [name for name in INSTALL_SCRIPTS if name in made.scripts]
    flags = sorted({str(word) for _, command in installs for word in command.argv} & _PASSED)
    if manager == "yarn":
        if own:
            return f"the script {own[0]} of package.json runs when packages are installed again"
        if read_text(filesystem, posixpath.join(made.folder, ".yarnrc.yml")) is not None or _is_berry(
            trace, build
        ):
            return "how yarn 2 and later would install the packages again is not known"
        command = "yarn install --frozen-lockfile --production && yarn cache clean"
        return Packages((_copy(trace, build, read), _run(trace, build, command)))
    version = interpreter_version(trace.target.base.reference, "node")
    if version is None:
        return f"which npm {trace.target.base.reference} has is not known"
    release = int(version.partition(".")[0])
    omitting = "--omit=dev" if release >= _NEW_NPM else "--only=production"
    options = " ".join([omitting, *flags])
    scripts = scripted(filesystem, made.folder)
    if own or scripts is None or scripts:
        return Packages((), (modules,), f"npm prune {options}")
    if release < _WITH_CI and not any("ci" in command.argv for _, command in installs):
        return f"whether the npm of {trace.target.base.reference} has `npm ci` is not known"
    command = f"npm ci {options} && npm cache clean --force"
    own_npm = [each for _, _, each in _all(trace) if _updates_npm(each)]
    places = tuple(evidence_at(trace, each.span, each.text) for each in own_npm)
    text = f"whether the npm of {trace.target.base.reference} installs the packages too is not known"
    doubts = (Reason(text, places),) if own_npm else ()
    return Packages((_copy(trace, build, read), _run(trace, build, command)), doubts=doubts)


def _updates_npm(command: CommandRun) -> bool:
    words = {str(word) for word in command.argv[1:]}
    return bool(words & _GLOBAL) and any(word == "npm" or word.startswith("npm@") for word in words)


def _installs(trace: Trace, folder: str) -> Iterator[tuple[Step, CommandRun]]:
    for step, position, command in _all(trace):
        words = {str(word) for word in command.argv[1:]}
        if command.name not in ("npm", "yarn", "pnpm", "bun") or words & _GLOBAL:
            continue
        plain = command.name == "yarn" and not [w for w in words if not w.startswith("-")]
        if (plain or words & _VERBS) and folder_of(step, position) == folder:
            yield step, command


def _prunes(step: Step, command: CommandRun, position: int, folder: str) -> bool:
    words = {str(word) for word in command.argv[1:]}
    omits = bool(words & _OMITTING) or step.before.environment.get("NODE_ENV") == "production"
    certain = command.reached is Truth.YES and folder_of(step, position) == folder
    return command.name == "npm" and "prune" in words and omits and certain


def _all(trace: Trace) -> Iterator[tuple[Step, int, CommandRun]]:
    assert trace.target is not None
    for step in trace.target.steps:
        for position, command in enumerate(step.commands):
            if command.reached is not Truth.NO:
                yield step, position, command


def _is_berry(trace: Trace, build: Build) -> bool:
    assert trace.target is not None
    text = read_text(trace.target.final.filesystem, posixpath.join(build.made.folder, "yarn.lock"), 1 << 23)
    return "__metadata:" in (text or "")[:2000]


def _copy(trace: Trace, build: Build, files: list[str]) -> str:
    """Of the files that an install reads."""
    assert trace.target is not None
    folder = build.made.folder
    place = "./" if trace.target.final.workdir == folder else f"{folder.rstrip('/')}/"
    return f"COPY {' '.join(files)} {place}"


def _settings(trace: Trace, build: Build) -> list[str]:
    found = (_source(trace, posixpath.join(build.made.folder, name)) for name in (".npmrc", ".yarnrc"))
    return [each for each in found if each is not None]


def _source(trace: Trace, path: str) -> str | None:
    """A file's name in the build context; None for one that is not of it, or that COPY reads in another way."""
    assert trace.target is not None
    node = trace.target.final.filesystem.lookup(path)
    if trace.context is None or not isinstance(node, Inode) or not isinstance(node.content, HostFile):
        return None
    try:
        name = node.content.path.relative_to(trace.context.root).as_posix()
    except ValueError:
        return None
    return name if _PLAIN.fullmatch(name) else None


def _run(trace: Trace, build: Build, command: str) -> str:
    assert trace.target is not None
    folder = build.made.folder
    return f"RUN {command}" if trace.target.final.workdir == folder else f"RUN cd {folder} && {command}"
