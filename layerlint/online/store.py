"""Answers kept on disk: those of a day (what a registry has may change), and those that hold for good.

A file that cannot be read, or that is not what we write, is as none.
"""

from __future__ import annotations

import hashlib
import json
import re
import shutil
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from layerlint import __version__
from layerlint.catalog.cache import folder, keep

_FOR_GOOD: Final = "wheels"
_DAY: Final = re.compile(r"\d{4}-\d{2}-\d{2}")
_LARGEST: Final = 8 << 20
_KEPT: Final = 7
"""Days whose answers are kept, at most."""


class Store:
    def __init__(self, root: Path | None = None) -> None:
        self.root: Path = (root or folder()) / "online"
        self._today = datetime.now(UTC).date().isoformat()

    def read(self, key: str, *, for_good: bool = False) -> Any:
        """What was written under the key; None if nothing was."""
        path = self._path(key, for_good)
        try:
            if not path.is_file() or path.stat().st_size > _LARGEST:
                return None
            found = json.loads(path.read_bytes())
        except (OSError, ValueError, RecursionError):
            return None
        return found.get("value") if isinstance(found, dict) and found.get("key") == key else None

    def write(self, key: str, value: Any, *, for_good: bool = False) -> None:
        """Whole or not at all; where it cannot be written, nothing is kept."""
        path = self._path(key, for_good)
        data = json.dumps({"key": key, "value": value}).encode()
        if len(data) > _LARGEST:
            return
        with suppress(OSError):
            if not path.parent.is_dir():
                path.parent.mkdir(parents=True, exist_ok=True)
                self._forget()
            keep(path, data)

    def _path(self, key: str, for_good: bool) -> Path:
        digest = hashlib.sha256(f"{__version__}\n{key}".encode("utf-8", "surrogatepass")).hexdigest()
        return self.root / (_FOR_GOOD if for_good else self._today) / f"{digest}.json"

    def _forget(self) -> None:
        """The days before the last few."""
        days = sorted(
            each for each in self.root.iterdir() if _DAY.fullmatch(each.name) and not each.is_symlink()
        )
        for day in days[:-_KEPT]:
            shutil.rmtree(day, ignore_errors=True)
