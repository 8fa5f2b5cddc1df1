"""A server and a cache of one's own for each test; no proxy, and nothing of the user's configuration."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from layerlint.online.client import Client
from layerlint.online.registries import Online
from layerlint.online.store import Store
from tests.online.server import Server, served


@pytest.fixture
def server() -> Iterator[Server]:
    with served() as server:
        yield server


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "cache"
    monkeypatch.setenv("LAYERLINT_CACHE_DIR", str(folder))
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
    return folder


@pytest.fixture
def online(server: Server) -> Online:
    """The server as the user's own registries."""
    return Online(f"{server.url}/simple", server.url, timeout=2.0, budget=60.0)


@pytest.fixture
def client(online: Online) -> Client:
    return Client(online)


@pytest.fixture
def store() -> Store:
    return Store()
