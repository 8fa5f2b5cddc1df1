"""Which index file answers for a release: the bundled one, or the user's own where it is newer."""

from __future__ import annotations

from pathlib import Path

from layerlint._pattern import pattern
from layerlint.catalog.blocks import BlockFile
from layerlint.catalog.cache import is_cached, open_cached

DATA = Path(__file__).parent / "data"
_NAME = pattern(r"[a-z0-9][a-z0-9.-]*")


def bundled_names() -> tuple[str, ...]:
    return tuple(sorted(path.stem for path in DATA.glob("*.sqlite")))


def is_bundled(name: str) -> bool:
    return _NAME.fullmatch(name) is not None and (DATA / f"{name}.sqlite").is_file()


def bundled(name: str) -> BlockFile | None:
    return BlockFile(DATA / f"{name}.sqlite") if is_bundled(name) else None


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
    if own == near or not (is_bundled(own) or is_cached(own)):
        return near  # without the cost of opening one, which not every Dockerfile needs
    return own if newest(own) is not None else near
