"""Which index file answers for a release: the bundled one, or the user's own where it is newer."""

from __future__ import annotations

import re
from pathlib import Path

from layerlint.catalog.blocks import BlockFile
from layerlint.catalog.cache import open_cached

DATA = Path(__file__).parent / "data"
_NAME = re.compile(r"[a-z0-9][a-z0-9.-]*")


def bundled_names() -> tuple[str, ...]:
    return tuple(sorted(path.stem for path in DATA.glob("*.sqlite")))


def bundled(name: str) -> BlockFile | None:
    path = DATA / f"{name}.sqlite"
    return BlockFile(path) if _NAME.fullmatch(name) and path.is_file() else None


def newest(name: str) -> BlockFile | None:
    """The index file of a release, of any kind of package.  What is unusable in the cache is passed over."""
    own, cached = bundled(name), open_cached(name)
    if not isinstance(cached, BlockFile):
        return own
    return cached if own is None or cached.meta["date"] > own.meta["date"] else own


def kind(name: str, file: BlockFile) -> str:
    """``apt``, ``apk`` or ``rpm``; the first snapshots do not say it."""
    return file.meta.get("kind") or ("apk" if name.startswith("alpine-") else "apt")


def index_for(distribution: str | None, release: str | None, near: str | None) -> str | None:
    """The name of the index that answers for an image: its own release's if there is one, else the near one."""
    if distribution is None or release is None:
        return near
    own = release if distribution in ("debian", "ubuntu") else f"{distribution}-{release}"
    return own if newest(own) is not None else near
