"""``layerlint index update`` from a mirror on this machine."""

from __future__ import annotations

import pytest

from tests.indexes.mirror import Mirror
from tests.test_cli import Ran


def update(capfd: pytest.CaptureFixture[str], mirror: Mirror, *arguments: str) -> Ran:
    return Ran(capfd, "index", "update", "--url", mirror.url, *(arguments or ("debian:bookworm",)))
