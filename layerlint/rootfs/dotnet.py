"""Projects of .NET: what ``dotnet publish`` makes of one, and which of the images of Microsoft runs that."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from typing import Final

from layerlint._dataclass import dataclass
from layerlint.domain.text import UNKNOWN
from layerlint.execution.trace import CommandRun, Step
from layerlint.execution.view import read_data
from layerlint.filesystem.node import Directory, Inode

_PROJECT: Final = (".csproj", ".fsproj", ".vbproj")
_LONGEST: Final = 1 << 18
_MOST: Final = 200
"""Packages of a project, and entries of its folder."""
_ASSEMBLY: Final = re.compile(r"<AssemblyName>\s{0,9}([\w.-]{1,200})\s{0,9}</AssemblyName>")
_PACKAGE: Final = re.compile(r'<(?:Package|Project)Reference\s{1,99}Include="([^"\n]{1,200})"')
_TAG: Final = re.compile(r"(\d{1,2}\.\d)(?:\.\d{1,3})?((?:-[a-z][a-z.\d]*(?:-slim)?)?)")
_VALUES: Final = frozenset(
    {"-a", "--arch", "-c", "--configuration", "-f", "--framework", "-o", "--os", "--output", "-r", "--runtime", "-v",
     "--verbosity", "--version-suffix"}
)  # fmt: skip
_CONTAINED: Final = frozenset({"--sc", "--self-contained", "-r", "--runtime", "--os", "-a", "--arch"})
SDKS: Final = ("mcr.microsoft.com/dotnet/sdk", "mcr.microsoft.com/dotnet/core/sdk")


@dataclass(frozen=True, slots=True)
class Project:
    name: str
    """Of the file that is started, without ``.dll``."""
    web: bool
    references: tuple[str, ...]
    """Packages and projects that it is made with."""


def project(step: Step, words: list[str], folder: str) -> Project | None:
    """The one that a ``dotnet publish`` is for; None where its file is not at hand, or it is one of several."""
    place = posixpath.normpath(posixpath.join(folder, _operand(words)))
    if not place.endswith(_PROJECT):
        node = step.before.filesystem.lookup(place)
        names = [name for name in list(node.children)[:_MOST] if name.endswith(_PROJECT)] if isinstance(
            node, Directory
        ) else []  # fmt: skip
        if len(names) != 1:
            return None
        place = posixpath.join(place, names[0])
    node = step.before.filesystem.lookup(place)
    data = read_data(node, _LONGEST) if isinstance(node, Inode) else None
    if data is None:
        return None
    text = data.decode("utf-8", "replace")
    named = _ASSEMBLY.search(text)
    name = named[1] if named is not None else posixpath.splitext(posixpath.basename(place))[0]
    references = sorted({match[1] for match in _PACKAGE.finditer(text)})[:_MOST]
    web = "Microsoft.NET.Sdk.Web" in text or "Microsoft.AspNetCore.App" in text
    return Project(name, web, tuple(references))


def published(step: Step, words: list[str], folder: str, path: str) -> str | None:
    """The folder that a ``dotnet publish`` writes, if ``path`` is the program in it."""
    if words[1:2] != ["publish"] or not path.endswith(".dll"):
        return None
    made = project(step, words, folder)
    if made is not None and posixpath.basename(path) != f"{made.name}.dll":
        return None
    output = _option(words, ("-o", "--output"))
    place = posixpath.dirname(path)
    if output is None:
        below = posixpath.join(folder, "bin/")
        inside = path.startswith(below) and place.endswith("/publish")
        return place if inside and "/Release/" in path else None
    if not output or not output.startswith("/"):
        # Up to release 2 it is taken from the project, later from where the command runs.
        if not output or _operand(words):
            return None
        output = posixpath.join(folder, output)
    return place if posixpath.normpath(output) == place else None


def is_portable(command: CommandRun) -> bool:
    """What it writes runs wherever the run-time does."""
    words = [word for word in command.argv if word is not UNKNOWN]
    return not any(str(word).partition("=")[0] in _CONTAINED for word in words)


def runtimes(reference: str, made: Project | None) -> Iterator[str]:
    """For a program that is built on an image of the SDK: the smallest first."""
    repository, _, tag = reference.partition("@")[0].rpartition(":")
    found = _TAG.fullmatch(tag)
    if repository not in SDKS or found is None:
        return
    home = repository.removesuffix("/sdk")
    if made is not None and not made.web:
        yield f"{home}/runtime:{found[1]}{found[2]}"
    yield f"{home}/aspnet:{found[1]}{found[2]}"


def _operand(words: list[str]) -> str:
    """The project or its folder; empty where it is the one that the command runs in."""
    skip = False
    for word in words[2:]:
        if skip:
            skip = False
        elif word.startswith(("-", "/p:")):
            skip = word in _VALUES
        else:
            return word
    return ""


def _option(words: list[str], names: tuple[str, ...]) -> str | None:
    for position, word in enumerate(words):
        if word in names:
            return words[position + 1] if position + 1 < len(words) else ""
        if word.startswith(tuple(f"{name}=" for name in names)):
            return word.partition("=")[2]
    return None
