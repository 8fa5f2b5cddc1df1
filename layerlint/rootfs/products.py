"""Which run of a compiler or build tool writes a file of an image, where its command line or its project says so."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Mapping, Sequence
from fnmatch import fnmatchcase
from typing import Final

from layerlint._dataclass import dataclass, replace
from layerlint.domain.text import Text
from layerlint.domain.truth import Truth
from layerlint.execution.trace import CommandRun, StageTrace, Step
from layerlint.execution.view import read_data
from layerlint.filesystem.node import Inode
from layerlint.rootfs.dotnet import project, published

_C: Final = frozenset({"c++", "cc", "clang", "clang++", "g++", "gcc"})
_GO_VALUES: Final = frozenset(
    {"-asmflags", "-buildmode", "-compiler", "-gcflags", "-installsuffix", "-ldflags", "-mod", "-modfile", "-o", "-p",
     "-pkgdir", "-tags"}
)  # fmt: skip
"""Options of go with a value in the next word."""
_ARCHIVES: Final[Mapping[str, tuple[frozenset[str], str]]] = {
    "gradle": (frozenset({"assemble", "bootJar", "build", "jar", "shadowJar"}), "build/libs/*.jar"),
    "gradlew": (frozenset({"assemble", "bootJar", "build", "jar", "shadowJar"}), "build/libs/*.jar"),
    "mvn": (frozenset({"install", "package", "verify"}), "target/*.jar"),
    "mvnw": (frozenset({"install", "package", "verify"}), "target/*.jar"),
}
"""Of a build tool: the goals that make an archive, and where it lies by default."""
ARCHIVERS: Final = frozenset(_ARCHIVES)
_LANGUAGES: Final[Mapping[str, str]] = {"cargo": "rust", "go": "go", "rustc": "rust"}
_SHARED: Final = frozenset({"/", "/opt", "/usr", "/usr/local"})
"""Folders with other things in them."""
_DEEPEST: Final = 4
"""Copies of copies."""


@dataclass(frozen=True, slots=True)
class Product:
    path: str
    language: str
    """``go``, ``rust``, ``c``, ``dotnet`` or ``java``."""
    step: Step
    command: CommandRun
    folder: str = ""
    """What must be copied with it; empty where the file is all."""


def written(stage: StageTrace, path: str, depth: int = 0) -> Product | None:
    """The run that certainly writes the file, or writes what is then moved there; None where none is known to."""
    for step in reversed(tuple(stage.chain())):
        for number in reversed(range(len(step.commands))):
            command = step.commands[number]
            if command.reached is not Truth.YES:
                continue
            folder = folder_of(step, number)
            if folder is None:
                continue
            whole = _folder_of(stage, step, number, folder, path)
            if whole is not None:
                return Product(path, "dotnet" if command.name == "dotnet" else "c", step, command, whole)
            if _writes(step, command, folder, path):
                if command.name in _ARCHIVES:
                    return Product(path, "java", step, command)
                return Product(path, _LANGUAGES.get(command.name, "c"), step, command)
            source = _moved(command, folder, path)
            if source is not None and depth < _DEEPEST:
                made = written(stage, source, depth + 1)
                return None if made is None else replace(made, path=path)
    return None


def folder_written(stage: StageTrace, path: str) -> Product | None:
    """The run of ``dotnet publish`` that fills the folder."""
    for step in reversed(tuple(stage.chain())):
        for number, command in enumerate(step.commands):
            folder = folder_of(step, number) if command.name == "dotnet" else None
            if folder is None or command.reached is not Truth.YES:
                continue
            words = _known(command.argv)
            made = project(step, words, folder)
            program = posixpath.join(path, f"{'program' if made is None else made.name}.dll")
            if published(step, words, folder, program) == path:
                return Product(program, "dotnet", step, command, path)
    return None


def folder_of(step: Step, number: int) -> str | None:
    """Where a command runs; None behind a change to a folder that is not known."""
    folder = step.before.workdir
    for command in step.commands[:number]:
        if command.name == "cd":
            target = command.argv[1] if len(command.argv) == 2 else None
            if not isinstance(target, str) or target == "-":
                return None
            folder = posixpath.normpath(posixpath.join(folder, target))
        elif command.name in ("pushd", "popd"):
            return None
    return folder


def _writes(step: Step, command: CommandRun, folder: str, path: str) -> bool:
    words = _known(command.argv)
    match command.name:
        case "go":
            return path in _of_go(step, words, folder)
        case "cargo":
            return path in _of_cargo(step, words, folder, path)
        case "rustc":
            return path == _at(folder, _value(words, "-o"))
        case name if name in _C:
            return path == _at(folder, _value(words, "-o"))
        case name if name in _ARCHIVES:
            goals, pattern = _ARCHIVES[name]
            elsewhere = {"-f", "--file", "-p", "--project-dir"} & set(words)
            return (
                not elsewhere
                and bool(goals & set(words))
                and fnmatchcase(path, posixpath.join(folder, pattern))
            )
        case _:
            return False


def _folder_of(stage: StageTrace, step: Step, number: int, folder: str, path: str) -> str | None:
    """The folder that the command fills alone, with the file in it."""
    command = step.commands[number]
    words = _known(command.argv)
    if command.name == "dotnet":
        return published(step, words, folder, path)
    if command.name not in ("make", "ninja", "cmake") or not _installs(command.name, words):
        return None
    place = _prefix(stage, step, number, words)
    if place is None or place in _SHARED or not path.startswith(f"{place}/"):
        return None
    # Of a folder that another step fills too, nobody can tell whose the file is.
    return place if step.before.filesystem.presence(place) is Truth.NO else None


def _installs(name: str, words: Sequence[str]) -> bool:
    return "--install" in words if name == "cmake" else "install" in words


def _prefix(stage: StageTrace, step: Step, number: int, words: Sequence[str]) -> str | None:
    """DESTDIR or the prefix that is said to ``make``, else what ``configure`` or ``cmake`` was told."""
    for word in words:
        name, _, value = word.partition("=")
        if name in ("DESTDIR", "PREFIX", "prefix") and value.startswith("/"):
            return posixpath.normpath(value)
    found: str | None = None
    for each in stage.chain():
        commands = each.commands if each is not step else each.commands[:number]
        for command in commands:
            if command.reached is Truth.YES and command.name in ("configure", "cmake"):
                for word in _known(command.argv):
                    name, _, value = word.partition("=")
                    if name in ("--prefix", "-DCMAKE_INSTALL_PREFIX", "-DCMAKE_INSTALL_PREFIX:PATH"):
                        found = posixpath.normpath(value) if value.startswith("/") else None
        if each is step:
            break
    return found


def _known(argv: Sequence[Text]) -> list[str]:
    """The words; one that is not known (the flags of a linker, from a variable) stands as an empty word."""
    return [word if isinstance(word, str) else "" for word in argv]


def _of_go(step: Step, words: list[str], folder: str) -> Iterator[str]:
    verb = words[1] if len(words) > 1 else ""
    operands = list(_operands(words[2:], _GO_VALUES))
    if verb == "build":
        output = _value(words, "-o")
        names = list(_go_names(step, operands, folder))
        if output is None:
            yield from (posixpath.join(folder, name) for name in names)
        else:
            place = _at(folder, output) or ""
            yield place
            if output.endswith("/"):
                yield from (posixpath.join(place, name) for name in names)
    elif verb in ("install", "get"):
        home = step.before.environment.get("GOPATH", "/go")
        folder_of_programs = step.before.environment.get("GOBIN", f"{home}/bin")
        if isinstance(folder_of_programs, str):
            yield from (
                posixpath.join(folder_of_programs, name) for name in _go_names(step, operands, folder)
            )


def _go_names(step: Step, operands: Sequence[str], folder: str) -> Iterator[str]:
    """Of programs: the last element of the import path (go help build)."""
    for operand in operands or (".",):
        operand = operand.partition("@")[0].rstrip("/")
        if operand.endswith(".go"):
            yield posixpath.basename(operand).removesuffix(".go")
            return  # of several files the first one names it
        if operand not in (".", "") and "..." not in operand:
            parts = [part for part in operand.split("/") if part not in (".", "..")]
            if parts and parts[-1][:1] == "v" and parts[-1][1:].isdecimal():
                parts.pop()
            if parts:
                yield parts[-1]
        elif operand == ".":
            module = _module(step, folder)
            if module is not None:
                yield module


def _module(step: Step, folder: str) -> str | None:
    data = _read(step, f"{folder}/go.mod")
    if data is None:
        return posixpath.basename(folder) if folder.startswith("/go/src/") else None
    for line in data.splitlines()[:200]:
        first, _, rest = line.strip().partition(" ")
        if first == "module":
            parts = rest.split("//")[0].strip().strip('"').split("/")
            if len(parts) > 1 and parts[-1][:1] == "v" and parts[-1][1:].isdecimal():
                parts.pop()
            return parts[-1]
    return None


def _of_cargo(step: Step, words: list[str], folder: str, path: str) -> Iterator[str]:
    name = _crate(step, folder)
    if words[1:2] == ["build"] or words[1:2] == ["b"]:
        kind = "release" if {"--release", "-r"} & set(words) else "debug"
        target = _value(words, "--target")
        place = posixpath.join(folder, "target", *([target] if target else []), kind)
        own = posixpath.basename(path) if name is None else name
        if posixpath.dirname(path) == place and "." not in own:
            yield posixpath.join(place, own)
    elif words[1:2] == ["install"] and name is not None and (_value(words, "--path") or "") in (".", "./"):
        home = step.before.environment.get("CARGO_HOME", "/usr/local/cargo")
        if isinstance(home, str):
            yield f"{home}/bin/{name}"


def _crate(step: Step, folder: str) -> str | None:
    """The program of Cargo.toml; None where it is not at hand, or may hold several."""
    import tomllib

    data = _read(step, f"{folder}/Cargo.toml")
    if data is None:
        return None
    try:
        table = tomllib.loads(data)
    except (tomllib.TOMLDecodeError, RecursionError):
        return None
    package = table.get("package")
    name = package.get("name") if isinstance(package, dict) else None
    return name if isinstance(name, str) and "bin" not in table else None


def _read(step: Step, path: str) -> str | None:
    node = step.before.filesystem.lookup(path)
    data = read_data(node) if isinstance(node, Inode) else None
    return None if data is None else data.decode("utf-8", "replace")


def _moved(command: CommandRun, folder: str, path: str) -> str | None:
    """What a copy or a move puts there."""
    words = _known(command.argv)
    if command.name not in ("cp", "install", "mv"):
        return None
    operands = list(_operands(words[1:], frozenset({"-m", "-o", "-g", "--mode"})))
    if len(operands) != 2 or not all(operands) or any(char in operands[0] for char in "*?["):
        return None
    source, target = (posixpath.normpath(posixpath.join(folder, word)) for word in operands)
    inside = posixpath.join(target, posixpath.basename(source))
    if target == path or (inside == path and operands[1].endswith(("/", "/bin", "/sbin", "."))):
        return source
    return None


def _operands(words: Sequence[str], with_value: frozenset[str]) -> Iterator[str]:
    skip = False
    for word in words:
        if skip:
            skip = False
        elif word.startswith("-"):
            skip = word in with_value
        else:
            yield word


def _value(words: Sequence[str], option: str) -> str | None:
    for position, word in enumerate(words):
        if word == option:
            return words[position + 1] if position + 1 < len(words) else None
        if word.startswith(option + "="):
            return word.partition("=")[2]
    return None


def _at(folder: str, path: str | None) -> str | None:
    return posixpath.normpath(posixpath.join(folder, path)) if path else None
