"""Which files of a program run, as far as names tell: from what the image starts, along imports and mentions."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from posixpath import dirname, normpath

from layerlint.programs.facts import FileFacts, Imported, Language
from layerlint.programs.model import NeedKind, ProgramFile

_TESTS = frozenset(("test", "tests", "testing", "docs", "doc", "examples", "spec", "__tests__"))
_RUN = frozenset(
    (Language.BINARY, Language.GO, Language.JAVA, Language.JAVASCRIPT, Language.JVM, Language.PHP, Language.PYTHON,
     Language.RUBY, Language.RUST, Language.SCRIPT, Language.SHELL)
)  # fmt: skip
_MAX_PARTS = 12
_OTHER_SYSTEM = re.compile(r"(?:^|[_.-])(?:win|win32|windows|mac|mac_?os|darwin|osx|msvc|nt)(?:[_.-]|$)")


def is_elsewhere(image_path: str) -> bool:
    """By its name, a file for tests or for another system: what it needs is not needed here."""
    return is_test(image_path) or _OTHER_SYSTEM.search(image_path.lower().rpartition("/")[2]) is not None


def is_test(image_path: str) -> bool:
    *folders, base = image_path.lower().split("/")
    return (
        bool(_TESTS & set(folders))
        or base.startswith(("test_", "conftest."))
        or base.endswith(("_test.py", "_test.go", ".test.js", ".spec.js", ".test.ts", ".spec.ts", "_spec.rb"))
    )


class Modules:
    """Python modules of the program by their files."""

    def __init__(self, paths: Sequence[str]) -> None:
        self._files = frozenset(path for path in paths if path.endswith((".py", ".so", ".pyd")))
        self._folders: set[str] = set()
        for path in self._files:
            folder = dirname(path)
            while folder not in self._folders and folder not in ("", "/"):
                self._folders.add(folder)
                folder = dirname(folder)
        self._tops: dict[str, set[str]] = defaultdict(set)
        """Folders that hold a module of the name."""
        for path in self._files:
            self._tops[path.rpartition("/")[2].partition(".")[0]].add(dirname(path))
        for folder in self._folders:
            self._tops[folder.rpartition("/")[2]].add(dirname(folder))

    def _is_package(self, folder: str) -> bool:
        return f"{folder}/__init__.py" in self._files

    def roots(self, path: str) -> Iterator[str]:
        """Folders that may be on the path of the module search for a file, nearest first."""
        folder = dirname(path)
        while self._is_package(folder):
            folder = dirname(folder)
        yield folder
        while folder not in ("", "/"):
            folder = dirname(folder)
            yield folder

    def is_local(self, top: str, path: str, is_distribution: bool) -> bool:
        """Whether a top-level module is the program's own; one that a distribution has as well must be found
        where Python surely looks."""
        own = self._tops.get(top, set()) - ({dirname(path)} if path.endswith(f"/{top}.py") else set())
        if not own:
            return False
        return not own.isdisjoint(self.roots(path)) or not is_distribution

    def targets(self, imported: Imported, path: str) -> Iterator[str]:
        """Files of the program that an import may run."""
        parts = imported.module.split(".") if imported.module else []
        if imported.level:
            folder = dirname(path)
            for _ in range(min(imported.level, 30) - 1):
                folder = dirname(folder)
            bases: Iterator[str] = iter((folder,))
        else:
            others = sorted(self._tops.get(parts[0], ())) if parts else ()
            bases = iter((*self.roots(path), dirname(path), *others))
        for base in bases:
            found = list(self._under(base, parts, imported.names))
            yield from found
            if found:
                return

    def _under(self, base: str, parts: list[str], names: tuple[str, ...]) -> Iterator[str]:
        folder = base.rstrip("/")
        for part in parts[:_MAX_PARTS]:
            yield from self._file(f"{folder}/{part}")
            folder = f"{folder}/{part}"
        yield from self._file(folder)
        if folder in self._folders:
            for name in names:
                yield from self._file(f"{folder}/{name}")

    def _file(self, stem: str) -> Iterator[str]:
        for candidate in (f"{stem}.py", f"{stem}/__init__.py", f"{stem}/__main__.py"):
            if candidate in self._files:
                yield candidate


def reached(
    facts: Mapping[str, tuple[ProgramFile, FileFacts]], entry_points: Sequence[str], modules: Modules
) -> frozenset[str]:
    """Image paths of files that run.  Of a language of which none is known to run, all may: tests apart."""
    by_end: dict[str, list[str]] = defaultdict(list)
    for path in facts:
        parts = path.strip("/").split("/")
        for length in range(1, min(len(parts), _MAX_PARTS) + 1):
            by_end["/".join(parts[-length:])].append(path)
    waiting = [path for path in map(normpath, entry_points) if path in facts]
    found: set[str] = set()
    while waiting:
        path = waiting.pop()
        if path in found:
            continue
        found.add(path)
        _, said = facts[path]
        for imported in said.imports:
            waiting += modules.targets(imported, path)
        mentions = {*said.words, *(each.name for each in said.found if each.kind is NeedKind.BINARY)}
        for word in mentions:
            waiting += _mentioned(word, by_end, plain=said.language is not Language.PYTHON)
    languages = {facts[path][1].language for path in found}
    for path, (_, said) in facts.items():
        if said.language not in languages and not is_test(path) and said.language in _RUN:
            found.add(path)
    return frozenset(found)


def _mentioned(word: str, by_end: Mapping[str, list[str]], *, plain: bool) -> Iterator[str]:
    """Files that a word may name: a path, a file, or a dotted module with an attribute (``app.main:app``)."""
    yield from by_end.get(word.removeprefix("./").strip("/"), ())
    module = word.partition(":")[0]
    if not plain and "." not in module:
        return
    parts = module.split(".")[:_MAX_PARTS]
    if not all(part.isidentifier() for part in parts):
        return
    for length in range(len(parts), 0, -1):
        stem = "/".join(parts[:length])
        for ending in (".py", "/__init__.py", "/__main__.py"):
            yield from by_end.get(stem + ending, ())
