"""What a base is called, and how much larger it is than another."""

from __future__ import annotations

from layerlint.domain.size import Size


def parts(reference: str) -> tuple[str, str]:
    """Repository, without Docker Hub's own names, and tag (``latest`` where it has none)."""
    name = reference.partition("@")[0]
    for prefix in ("docker.io/", "index.docker.io/", "library/"):
        name = name.removeprefix(prefix)
    head, colon, tag = name.rpartition(":")
    return (head, tag) if colon and "/" not in tag else (name, "latest")


def difference(larger: Size, smaller: Size) -> Size:
    high = None if larger.high is None else max(0, larger.high - smaller.low)
    likely = max(0, larger.likely - smaller.likely)
    low = 0 if smaller.high is None else max(0, larger.low - smaller.high)
    return Size(min(low, likely), likely, high)
