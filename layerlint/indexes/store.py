"""Indexes into the user's cache: whole or not at all."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from layerlint.catalog import cache
from layerlint.catalog.blocks import BlockFile
from layerlint.catalog.write import write_index
from layerlint.errors import UsageError
from layerlint.indexes import apk, apt, rpm
from layerlint.indexes.draft import Draft, Wanted
from layerlint.indexes.errors import SourceError
from layerlint.indexes.fetch import Fetcher, Tag
from layerlint.indexes.releases import Release

_MAKERS: dict[str, Callable[[Release, Wanted, Fetcher], Draft | None]] = {
    "apk": apk.make,
    "apt": apt.make,
    "rpm": rpm.make,
}
_WORK = ".update-"
_STALE = 86_400
"""Seconds."""


@contextmanager
def workplace() -> Iterator[Path]:
    """A folder of our own in the cache, on its file system, that is gone afterwards."""
    home = cache.folder() / "indexes"
    try:
        home.mkdir(parents=True, exist_ok=True)
        for old in home.glob(f"{_WORK}*"):  # of a run that was killed
            if time.time() - old.stat().st_mtime > _STALE:
                shutil.rmtree(old, ignore_errors=True)
        work = Path(tempfile.mkdtemp(prefix=_WORK, dir=home))
    except OSError as error:
        raise UsageError(
            f"{home.as_posix()}: cannot be written ({error.strerror}); LAYERLINT_CACHE_DIR names another folder"
        ) from error
    try:
        yield work
    finally:
        shutil.rmtree(work, ignore_errors=True)


def update(release: Release, wanted: Wanted, fetcher: Fetcher, *, force: bool) -> bool:
    """Fetch an index and put it into the cache; False if it is there as it is at the source."""
    options = json.dumps([wanted.mirror, *wanted.components])
    cached = cache.open_cached(release.file)
    known = {}
    if not force and isinstance(cached, BlockFile) and cached.meta.get("options") == options:
        known = {url: Tag(*tag) for url, tag in json.loads(cached.meta["tags"]).items()}
    draft = _MAKERS[release.kind](release, Wanted(wanted.mirror, wanted.components, known), fetcher)
    if draft is None:
        return False
    meta = {
        **draft.more,
        "date": draft.date,
        "files": json.dumps(draft.files),
        "name": release.name,
        "options": options,
        "source": draft.source,
        "tags": json.dumps({url: (tag.etag, tag.modified) for url, tag in draft.tags.items()}),
    }
    made = fetcher.work / "made.sqlite"
    try:
        write_index(made, draft.kind, meta, draft.tables, draft.words)
        cache.seal(made)
        os.replace(made, cache.path_of(release.file))
    except (OSError, sqlite3.Error) as error:
        raise SourceError(f"the index cannot be written: {error}") from error
    return True
