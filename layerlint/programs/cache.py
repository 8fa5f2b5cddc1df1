"""Facts kept by the content that they come from: read as JSON, checked, and never trusted to be whole."""

from __future__ import annotations

import json
import platform
from hashlib import blake2b
from importlib.util import find_spec
from pathlib import Path
from typing import Final, cast

from layerlint._dataclass import dataclass
from layerlint.catalog.cache import keep
from layerlint.programs.facts import Declared, FileFacts, Found, Imported, Language
from layerlint.programs.model import NeedKind
from layerlint.report import Confidence

SCANNER: Final = "3"
"""Raised with every change of what is found: kept facts of another are not used."""
_MAX_ENTRY = 2 << 20
_MAX_IN_BUCKET = 100
"""Of 256 folders: about 25,000 files in all; the oldest go first."""


@dataclass(frozen=True, slots=True)
class Store:
    folder: Path
    reader: str
    """What reads the sources besides us: the version of Python, and whether libcst is there."""

    @classmethod
    def at(cls, folder: Path) -> Store:
        libraries = "".join(name for name in ("libcst",) if find_spec(name) is not None)
        return cls(folder / "programs", f"{SCANNER} {platform.python_version()} {libraries}")

    def key(self, language: str, name: str, content: bytes) -> str:
        digest = blake2b(digest_size=20)
        for part in (self.reader.encode(), language.encode(), name.encode("utf-8", "surrogateescape")):
            digest.update(len(part).to_bytes(4) + part)
        digest.update(content)
        return digest.hexdigest()

    def _path(self, key: str) -> Path:
        return self.folder / key[:2] / f"{key[2:]}.json"

    def load(self, key: str) -> FileFacts | None:
        try:
            path = self._path(key)
            if not path.is_file() or path.stat().st_size > _MAX_ENTRY:
                return None
            return decode(path.read_bytes())
        except (OSError, ValueError, TypeError, LookupError, RecursionError, MemoryError):
            return None

    def save(self, key: str, facts: FileFacts) -> None:
        """Whole or not at all; a folder that cannot be written to is left alone."""
        data = encode(facts)
        path = self._path(key)
        if len(data) > _MAX_ENTRY:
            return
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            _make_room(path.parent)
            keep(path, data)
        except OSError:
            return


def _make_room(folder: Path) -> None:
    entries = sorted(folder.iterdir())
    if len(entries) >= _MAX_IN_BUCKET:
        entries.sort(key=lambda each: each.stat().st_mtime)
        for each in entries[: len(entries) - _MAX_IN_BUCKET // 2]:
            each.unlink(missing_ok=True)


def encode(facts: FileFacts) -> bytes:
    whole = {
        "language": facts.language.value,
        "found": [
            [each.kind.value, each.name, each.line, each.text, each.confidence.value, each.version, each.because,
             list(each.unless), each.started]
            for each in facts.found
        ],
        "imports": [
            [each.module, list(each.names), each.line, each.text, each.level, each.certain]
            for each in facts.imports
        ],
        "declared": [
            [each.name, list(each.extras), each.line, each.text, each.development] for each in facts.declared
        ],
        "locked": list(facts.locked),
        "words": list(facts.words),
        "gaps": [list(each) for each in facts.gaps],
    }  # fmt: skip
    return json.dumps(whole, separators=(",", ":")).encode()


def decode(data: bytes) -> FileFacts:
    """ValueError, TypeError or LookupError for anything that `encode` does not write."""
    whole = json.loads(data)
    return FileFacts(
        Language(whole["language"]),
        tuple(
            Found(NeedKind(kind), _text(name), _number(line), _text(text), Confidence(confidence), _text(version),
                  _text(because), _texts(unless), bool(started))
            for kind, name, line, text, confidence, version, because, unless, started in whole["found"]
        ),
        tuple(
            Imported(_text(module), _texts(names), _number(line), _text(text), _number(level), bool(certain))
            for module, names, line, text, level, certain in whole["imports"]
        ),
        tuple(
            Declared(_text(name), _texts(extras), _number(line), _text(text), bool(development))
            for name, extras, line, text, development in whole["declared"]
        ),
        _texts(whole["locked"]),
        _texts(whole["words"]),
        tuple((_number(line), _text(gap)) for line, gap in whole["gaps"]),
    )  # fmt: skip


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError("not a text")
    return value


def _number(value: object) -> int:
    if not isinstance(value, int):
        raise TypeError("not a number")
    return value


def _texts(value: object) -> tuple[str, ...]:
    if not isinstance(value, list):
        raise TypeError("not a list")
    return tuple(_text(each) for each in cast("list[object]", value))
