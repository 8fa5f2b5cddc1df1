"""What names an image: a transport and a place, as skopeo writes it, or a path, or a reference alone."""

from __future__ import annotations

import os

from layerlint._dataclass import dataclass
from layerlint.images.errors import ImageError

TRANSPORTS = (
    "docker-archive", "oci-archive", "oci", "docker", "docker-daemon", "podman", "containers-storage",
    "container",
)  # fmt: skip
_ON_DISK = frozenset({"docker-archive", "oci-archive", "oci"})


@dataclass(frozen=True, slots=True)
class Source:
    transport: str
    """One of `TRANSPORTS`; empty where only a path or a reference was given."""
    place: str
    """A path, or a reference."""
    reference: str = ""
    """Of the image in an archive or a layout."""


def parse(text: str) -> Source:
    """Raises ImageError for a transport that is not known, or that names nothing."""
    transport, colon, rest = text.partition(":")
    if colon and transport in TRANSPORTS:
        if transport == "docker" and rest.startswith("//"):
            rest = rest.removeprefix("//")
        elif transport == "docker":
            # `docker:24` is an image: a registry is named `docker://…`.
            return _bare(text)
        if not rest:
            raise ImageError(f"{text}: names no image")
        if transport in _ON_DISK:
            return Source(transport, *_split(rest))
        return Source(transport, rest)
    return _bare(text)


def _bare(text: str) -> Source:
    if not text or "\0" in text:
        raise ImageError("an image has to be named: an archive, a folder, or a reference")
    return Source("", *_split(text)) if os.path.lexists(_split(text)[0]) else Source("", text)


def _split(text: str) -> tuple[str, str]:
    """The longest path that is there, and what follows its colon; without one, all up to the first colon."""
    at = len(text)
    while at > 0:
        if os.path.lexists(text[:at]):
            return text[:at], text[at + 1 :]
        at = text.rfind(":", 0, at)
    path, _, reference = text.partition(":")
    return path, reference
