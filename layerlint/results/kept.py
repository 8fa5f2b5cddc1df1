"""The reports of earlier runs, by all that they were made from."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

from layerlint._dataclass import dataclass
from layerlint._digest import digest
from layerlint.discovery import read_dockerfile
from layerlint.errors import UsageError
from layerlint.filesystem.host_files import Record, holds
from layerlint.report import FileReport
from layerlint.results.encoding import decode, encode
from layerlint.results.store import Store

_FORMAT = 1


@dataclass(frozen=True, slots=True)
class Kept:
    """Of runs that are like this one; ``run`` is a digest of what one run has in common."""

    store: Store
    run: str

    def find(self, path: str) -> FileReport | None:
        """The report of a file; None where there is none, or something has changed."""
        try:
            return self.of(path, read_dockerfile(path))
        except UsageError:
            return None

    def of(self, path: str, data: bytes) -> FileReport | None:
        """The report of a file with these bytes."""
        key = self._key(path, data)
        entry = self.store.load(key)
        if entry is None:
            return None
        try:
            whole = json.loads(entry)
            if whole["format"] != _FORMAT or whole["key"] != key:
                return None
            if not all(
                holds((question, where, narrowed), answer)
                for question, where, narrowed, answer in whole["asked"]
            ):
                return None
            return decode(whole["report"])
        except (ValueError, TypeError, LookupError, RecursionError, OverflowError):
            return None

    def keep(self, path: str, data: bytes, file: FileReport, record: Record) -> None:
        """Keep a report with what was asked for it, unless that is not all, or changes meanwhile."""
        if not record.complete or file.notes:
            return  # notes: something failed that may work the next time
        changed = (
            question
            for question, answer in record.answers.items()
            if question[0] == "content" and not holds(question, answer)
        )
        if next(changed, None) is not None:
            return
        key = self._key(path, data)
        asked = json.dumps([[*question, answer] for question, answer in record.answers.items()])
        try:
            text = f'{{"format":{_FORMAT},"key":"{key}","asked":{asked},"report":{encode(file)}}}'
        except TypeError:
            return
        self.store.save(key, text.encode("ascii"))

    def _key(self, path: str, data: bytes) -> str:
        return digest_of((self.run, path, str(Path(path).absolute()), digest(data)))


def digest_of(parts: Iterable[str]) -> str:
    """Of words, in order: no two lists of them have the same."""
    encoded = [part.encode("utf-8", "surrogateescape") for part in parts]
    return digest(b"".join(len(part).to_bytes(8) + part for part in encoded))
