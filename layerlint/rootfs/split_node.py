"""A split of an image of Node.js: built with all packages, and run with none but its own."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Sequence
from typing import Final

from layerlint._dataclass import dataclass
from layerlint.dockerfile.instructions import Add, Arg, Copy, Env, Run, User, Workdir
from layerlint.domain.truth import Truth
from layerlint.execution.trace import CommandRun, StageTrace, Step, Trace
from layerlint.filesystem.node import HostFile, Inode
from layerlint.report import Evidence
from layerlint.rootfs.model import Reason
from layerlint.rootfs.node_builds import Begun, Build, begun, builds, moved
from layerlint.rootfs.node_packages import Packages, packages
from layerlint.rootfs.node_project import read_text, script_of
from layerlint.rootfs.node_reads import Reads, imported, package_of, reads
from layerlint.rootfs.pieces import (
    CARRIED,
    HARMLESS,
    Pieces,
    is_for_building,
    slim_variant,
    source,
    stage_name,
)
from layerlint.rootfs.program_names import NPM_LIKE
from layerlint.rootfs.split_python import kept_accounts, kept_packages
from layerlint.rootfs.stages import evidence_at, evidence_of
from layerlint.rootfs.starts import Starts

_SOURCES: Final = (".cts", ".map", ".md", ".mts", ".ts", ".tsx")
_SETTINGS: Final = re.compile(
    r"(?:\.(?!env)[^/]{0,200}|Dockerfile[^/]{0,99}|(?:docker-)?compose[^/]{0,99}\.ya?ml|LICENSE[^/]{0,20}|README[^/]{0,20}"
    r"|Makefile|package(?:-lock)?\.json|yarn\.lock|tsconfig[^/]{0,99}\.json|tslint\.json|nodemon\.json"
    r"|(?:babel|eslint|jest|prettier|vitest|webpack)\.config\.[cm]?[jt]s)"
)
"""Files that are for building, checking and reading."""
_TESTS: Final = ("/__tests__/", "/test/", "/tests/")
_TYPESCRIPT: Final = re.compile(r"\.[cm]?tsx?\Z")
_UNCOMPILED: Final = re.compile(r"/node_modules/|\.(?:d|spec|test)\.[cm]?tsx?\Z")
_MOST: Final = 2_000
"""Sources whose imports are read."""
_PLAIN_PATH: Final = re.compile(r"[\w./@+-]{1,400}")


@dataclass(frozen=True, slots=True)
class NodeSplit:
    reference: str
    """Of the last stage."""
    packages: tuple[str, ...]
    pieces: Pieces
    doubts: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class _Plan:
    build: Build
    start: Begun
    places: tuple[str, ...]
    """What is copied out of the stage that builds."""
    packages: Packages | None
    doubts: tuple[Reason, ...]


def node_split(trace: Trace, found: Starts) -> NodeSplit | str | None:
    """A sentence says why none can be drawn up; None: nothing is built."""
    assert trace.target is not None
    made = list(builds(trace.target))
    if not made:
        return None
    known = [each for each in made if isinstance(each, Build)]
    if not known:
        return next(each for each in made if isinstance(each, str))
    start = begun(trace, found)
    if isinstance(start, str):
        return start
    reference = slim_variant(trace.target.base.reference)
    if reference is None:
        return f"no smaller base of {trace.target.base.reference} is known"
    plan = _plan(trace, known, start)
    if isinstance(plan, str):
        return plan
    if not all(_PLAIN_PATH.fullmatch(place) for place in plan.places):
        return "the path of what is copied has characters that COPY reads in another way"
    steps = trace.target.steps
    last = max(n for n, step in enumerate(steps) if _is_of_building(step, start))
    if any(isinstance(step.instruction, Copy) and step.instruction.from_ for step in steps):
        return "files of another image lie in it"
    served = start.serves and plan.packages is None
    doubts = plan.doubts if served else (*plan.doubts, *_of_steps(trace, steps[: last + 1], plan, known))
    asked = kept_packages(trace, steps[: last + 1])
    return NodeSplit(
        reference,
        tuple(name for name in asked if not re.fullmatch(r"python[23]?|py3-[\w-]{1,80}|libc6-compat", name)),
        _pieces(trace, last, plan),
        doubts,
    )


def _plan(trace: Trace, known: Sequence[Build], start: Begun) -> _Plan | str:
    if start.serves:
        return _of_folder(trace, known, start)
    for build in known:
        for written in build.written:
            if written.for_node and start.path.startswith(f"{written.folder}/"):
                if written.alone:
                    return _of_folder(trace, known, start, posixpath.dirname(start.path))
                return _of_server(trace, build, start, written.folder)
    return _of_express(trace, known, start)


def _of_folder(trace: Trace, known: Sequence[Build], start: Begun, path: str | None = None) -> _Plan | str:
    """What is served as it is, or brings all that it needs."""
    place = start.path if path is None else path
    for build in known:
        for written in build.written:
            if written.folder == place and written.for_node is (not start.serves):
                if moved(_stage(trace), place, build.number):
                    return f"another command may change {place}"
                own = _tool_packages(trace, build, start)
                return own if isinstance(own, str) else _Plan(build, start, (place,), own, ())
    return f"which command writes {place}, which the image serves, is not certain"


def _tool_packages(trace: Trace, build: Build, start: Begun) -> Packages | str | None:
    """Where the server is a package of the project; None where it is installed beside it."""
    if not start.serves or any(_installs_globally(command, start.serves) for command in _commands(trace)):
        return None
    if start.serves in build.made.dependencies:
        return packages(trace, build)
    if start.serves in build.made.development:
        return f"{start.serves}, which the image starts, is a package for development alone"
    return None if start.by_script is None else f"what installs {start.serves} is not known"


def _of_server(trace: Trace, build: Build, start: Begun, folder: str) -> _Plan | str:
    """A program that is written to a folder, and runs with the packages of the project."""
    if moved(_stage(trace), folder, build.number):
        return f"another command may change {folder}"
    sources = list(_sources(trace, build.made.folder))
    relative = posixpath.splitext(start.path[len(folder) + 1 :])[0]
    if not any(re.sub(r"\.[cm]?tsx?\Z", "", path).endswith(f"/{relative}") for path in sources):
        return f"no source of {start.path} is in the build context"
    if len(sources) > _MOST:
        return f"more than {_MOST} sources are in the build context"
    own = packages(trace, build)
    if isinstance(own, str):
        return own
    used: set[str] = {name for each in start.loads if (name := package_of(each))}
    for path in sources:
        text = _text(trace, path)
        if text is None:
            return f"{path} cannot be read"
        used.update(imported(text))
    doubts = [*own.doubts, *_undeclared(trace, build, used), *_left(trace, (folder,))]
    return _Plan(build, start, (folder,), own, tuple(doubts))


def _of_express(trace: Trace, known: Sequence[Build], start: Begun) -> _Plan | str:
    """A program of the build context that serves what is built."""
    final = _stage(trace).final
    found = reads(final.filesystem, start.path, final.workdir)
    if found is None:
        return f"what {start.path}, which the image starts, reads is not known"
    for build in known:
        for written in build.written:
            folder = written.folder
            if written.for_node or not any(
                path == folder or path.startswith(f"{folder}/") for path in found.paths
            ):
                continue
            if moved(_stage(trace), folder, build.number):
                return f"another command may change {folder}"
            own = packages(trace, build)
            if isinstance(own, str):
                return own
            used = {*found.packages, *(name for each in start.loads if (name := package_of(each)))}
            places = _places(trace, found, folder)
            doubts = [*own.doubts, *_undeclared(trace, build, used)]
            if found.unknown:
                text = f"{found.unknown} reads by a path that is computed: which files is not known"
                doubts.append(Reason(text, (_at(trace, found.unknown),)))
            return _Plan(build, start, places, own, tuple(doubts))
    tool = known[-1].written[-1].tool
    return f"{start.path}, which the image starts, is not known to read what {tool} writes"


def _places(trace: Trace, found: Reads, folder: str) -> tuple[str, ...]:
    filesystem = _stage(trace).final.filesystem
    others = [path for path in found.paths if filesystem.presence(path) is Truth.YES and path != folder]
    own = [path for path in (*found.files, *others) if not path.startswith(f"{folder}/")]
    return (folder, *sorted(set(own)))


# ------------------------------------------------------------------------------- doubts


def _undeclared(trace: Trace, build: Build, used: set[str]) -> Iterator[Reason]:
    names = sorted(
        name for name in used & build.made.development.keys() if name not in build.made.dependencies
    )
    if names:
        text = f"whether the program needs {', '.join(names[:4])}, a package for development, is not known"
        yield Reason(text, (_at(trace, posixpath.join(build.made.folder, "package.json")),))


def _left(trace: Trace, copied: Sequence[str]) -> Iterator[Reason]:
    """Files of the build context that are no sources, and stay behind."""
    left = []
    for path, node in _stage(trace).final.filesystem.walk("/"):
        if not isinstance(node, Inode) or not isinstance(node.content, HostFile):
            continue
        name = posixpath.basename(path)
        if path.startswith(tuple(f"{place}/" for place in copied)) or path.endswith(_SOURCES):
            continue
        if _SETTINGS.fullmatch(name) is None and not any(folder in path for folder in _TESTS):
            left.append((path, node.content.path.name))
    if left:
        left.sort()
        names = ", ".join(name for _, name in left[:3]) + (" …" if len(left) > 3 else "")
        yield Reason(f"whether the program reads {names} is not known", (_at(trace, left[0][0]),))


def _of_steps(trace: Trace, steps: Sequence[Step], plan: _Plan, known: Sequence[Build]) -> Iterator[Reason]:
    for build in known:
        place = evidence_at(trace, build.command.span, build.command.text)
        yield from (Reason(text, (place,)) for text in build.unknown)
        for words in build.others:
            yield Reason(f"what `{' '.join(words)[:50]}` makes is not known", (place,))
        for written in build.written:
            if not any(f"{written.folder}/".startswith(f"{each}/") for each in plan.places):
                text = (
                    f"whether the program reads {written.folder}, which {written.tool} writes, is not known"
                )
                yield Reason(text, (place,))
    built = [build.command for build in known]
    for step in steps:
        if isinstance(step.instruction, User) and step.after.user.partition(":")[0] not in ("", "0", "root"):
            text = f"whether the program writes files below {step.after.workdir} is not known"
            yield Reason(text, (evidence_of(trace, step),))
        for command in step.commands:
            if (
                command.reached is Truth.NO
                or any(command is each for each in built)
                or _is_known(command, step, _stage(trace).final.workdir)
            ):
                continue
            at = evidence_at(trace, command.span, command.text)
            yield Reason(f"whether the program needs what `{at.text[:50]}` makes is not known", (at,))


def _is_known(command: CommandRun, step: Step, workdir: str) -> bool:
    words = [str(word) for word in command.argv]
    if command.name in NPM_LIKE:
        script = script_of(words)
        verbs = ("lint", "test")
        if script is not None:
            return script.startswith(verbs)
        return command.name != "npx" and not {"exec", "dlx", "init", "x"} & set(words[1:3])
    if command.name == "mkdir":
        made = [
            posixpath.normpath(posixpath.join(step.before.workdir, word))
            for word in words[1:]
            if word[:1] != "-"
        ]
        return all(f"{workdir}/".startswith(f"{path}/") or "node_modules" in path for path in made)
    return (
        command.name in HARMLESS
        or command.name in ("chown", "corepack", "ls", "node-prune", "pwd")
        or _is_account(command)
    )


def _is_account(command: CommandRun) -> bool:
    return command.name in ("addgroup", "adduser", "groupadd", "useradd")


# ---------------------------------------------------------------------------- the text


def _pieces(trace: Trace, last: int, plan: _Plan) -> Pieces:
    stage = _stage(trace)
    text, first = trace.document.source.text, stage.stage.instruction
    name = stage_name(trace, first)
    steps = stage.steps
    named = text[: first.image.span.end] + ("" if first.name is not None else f" AS {name}")
    builds_ = (named + text[first.image.span.end : steps[last].instruction.node.span.end]).rstrip("\n")
    own = plan.packages
    if own is not None and own.pruning:
        builds_ += f"\nRUN {own.pruning}"
    said: list[str] = []
    users: list[str] = []
    for step in steps[: last + 1]:
        if isinstance(step.instruction, User):
            users = [source(text, step.instruction)]
        elif _is_kept(step):
            said.append(source(text, step.instruction))
        elif accounts := kept_accounts(step):
            said.append(f"RUN {' && '.join(accounts)}")
    workdir = stage.final.workdir
    if any(isinstance(step.instruction, Workdir) for step in steps[: last + 1]) and workdir not in ("", "/"):
        said.insert(0, f"WORKDIR {workdir}")
    said += [
        f"RUN {command.text}"
        for step in steps[: last + 1]
        for command in step.commands
        if plan.start.serves and _installs_globally(command, plan.start.serves)
    ]
    places = list(plan.places)
    manifest = posixpath.join(plan.build.made.folder, "package.json")
    if own is not None:
        said += own.lines
        places += own.folders
    if (own is None or own.folders) and plan.start.by_script is not None:
        places.insert(0, manifest)
    elif own is not None and own.folders:
        places.insert(0, manifest)  # it says whether the files are ECMAScript modules
    copies = [f"COPY --from={name} {place} {place}" for place in dict.fromkeys(places)]
    tail = text[steps[last].instruction.node.span.end :].strip("\n")
    return Pieces(builds_, "\n".join(said), "\n".join([*copies, *users]), tail)


def _is_kept(step: Step) -> bool:
    if isinstance(step.instruction, Workdir) or not isinstance(step.instruction, (*CARRIED, Arg)):
        return False
    return not isinstance(step.instruction, Env) or not all(
        is_for_building(pair.key.value) and pair.key.value != "PATH" for pair in step.instruction.pairs
    )


def _is_of_building(step: Step, start: Begun) -> bool:
    """What only installs the server stands behind the FROM of the last stage as it is."""
    if isinstance(step.instruction, Copy | Add):
        return True
    if not isinstance(step.instruction, Run):
        return False
    return not step.commands or not all(_installs_globally(each, start.serves) for each in step.commands)


def _installs_globally(command: CommandRun, name: str) -> bool:
    words = [str(word) for word in command.argv]
    everywhere = command.name in ("npm", "pnpm") and bool(
        {"-g", "--global", "--location=global"} & set(words)
    )
    everywhere = everywhere or (command.name == "yarn" and words[1:3] == ["global", "add"])
    named = bool(name) and any(word == name or word.startswith(f"{name}@") for word in words)
    return everywhere and named and command.reached is Truth.YES


# --------------------------------------------------------------------------------- bits


def _stage(trace: Trace) -> StageTrace:
    assert trace.target is not None
    return trace.target


def _commands(trace: Trace) -> Iterator[CommandRun]:
    for step in _stage(trace).steps:
        yield from step.commands


def _sources(trace: Trace, folder: str) -> Iterator[str]:
    """Of TypeScript, without declarations and tests."""
    for path, node in _stage(trace).final.filesystem.walk(folder):
        left_out = _UNCOMPILED.search(path) or any(each in path for each in _TESTS)
        if isinstance(node, Inode) and not left_out and _TYPESCRIPT.search(path):
            yield path


def _text(trace: Trace, path: str) -> str | None:
    return read_text(_stage(trace).final.filesystem, path)


def _at(trace: Trace, path: str) -> Evidence:
    node = _stage(trace).final.filesystem.lookup(path)
    if isinstance(node, Inode) and isinstance(node.content, HostFile) and trace.context is not None:
        try:
            path = node.content.path.relative_to(trace.context.root).as_posix()
        except ValueError:
            path = node.content.path.name
    return Evidence(path.lstrip("/"), 0, posixpath.basename(path))
