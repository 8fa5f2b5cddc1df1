"""Blobs of registries in the user's cache, each under its digest: whole or not at all."""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from layerlint.catalog import cache
from layerlint.images.errors import ImageError

MAX_BYTES = 20 << 30
"""Kept in all: what was not asked for the longest goes first."""


class BlobCache:
    def __init__(self, folder: Path | None = None) -> None:
        self._folder = (cache.folder() / "blobs") if folder is None else folder

    def path(self, digest: str) -> Path:
        algorithm, _, value = digest.partition(":")
        return self._folder / algorithm / value

    def find(self, digest: str) -> Path | None:
        """The blob if it is there; it counts as used."""
        path = self.path(digest)
        try:
            os.utime(path)
        except OSError:
            return None
        return path if path.is_file() and not path.is_symlink() else None

    def remove(self, digest: str) -> None:
        with suppress(OSError):
            self.path(digest).unlink()

    def add(self, digest: str, chunks: Iterator[bytes], label: str) -> Path:
        """Write the blob; raises ImageError if it is not what its digest says."""
        path = self.path(digest)
        algorithm, _, expected = digest.partition(":")
        hashed = hashlib.new(algorithm)
        temporary = None
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            descriptor, temporary = tempfile.mkstemp(prefix=".part-", dir=path.parent)
            with os.fdopen(descriptor, "wb") as stream:
                for chunk in chunks:
                    hashed.update(chunk)
                    stream.write(chunk)
            if hashed.hexdigest() != expected:
                raise ImageError(f"{label}: what came is not {digest}")
            os.replace(temporary, path)
        except OSError as error:
            raise ImageError(
                f"{path.parent.as_posix()}: cannot be written ({error.strerror}); "
                "LAYERLINT_CACHE_DIR names another folder"
            ) from error
        finally:
            if temporary is not None:
                with suppress(OSError):
                    os.unlink(temporary)
        self._prune(path)
        return path

    def _prune(self, keep: Path) -> None:
        """Down to `MAX_BYTES`."""
        found = []
        with suppress(OSError):
            for path in self._folder.glob("*/*"):
                status = path.stat()
                found.append((status.st_mtime, status.st_size, path))
        left = sum(size for _, size, _ in found)
        for _, size, path in sorted(found):
            if left <= MAX_BYTES:
                return
            if path != keep:
                with suppress(OSError):
                    path.unlink()
                    left -= size
