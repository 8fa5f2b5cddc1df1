"""A mirror and a cache of one's own for each test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from layerlint.catalog import alpine, packages
from layerlint.catalog import rpm as rpms
from layerlint.indexes import fetch
from tests.indexes.mirror import Mirror, served


@pytest.fixture
def mirror() -> Iterator[Mirror]:
    with served() as mirror:
        yield mirror


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The folder of the cache, which is not there yet; a further try follows at once."""
    folder = tmp_path / "cache"
    monkeypatch.setenv("LAYERLINT_CACHE_DIR", str(folder))
    monkeypatch.setattr(fetch, "PAUSES", (0.0, 0.0))
    for name in ("http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
    for opened in (alpine.open_index, packages.open_index, rpms.open_index):
        opened.cache_clear()
    yield folder
    for opened in (alpine.open_index, packages.open_index, rpms.open_index):
        opened.cache_clear()
