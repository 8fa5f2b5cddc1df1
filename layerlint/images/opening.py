"""An image by the name that the user gives it."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from layerlint.images import docker_archive, oci, sources
from layerlint.images.archive import Archive
from layerlint.images.errors import ImageError, NotFoundError
from layerlint.images.files import Files, Folder
from layerlint.images.limits import Limits
from layerlint.images.model import Image
from layerlint.images.reading import Found, read_image
from layerlint.images.sources import Source


def open_image(
    source: str,
    *,
    platform: str = "",
    progress: Callable[[str, int, int], None] | None = None,
    cache: Path | None = None,
    online: bool = True,
) -> Image:
    """Read an image: ``docker-archive:``, ``oci-archive:``, ``oci:``, a path, ``docker://`` and so on.

    ``platform`` chooses among the images of an index (``linux/arm64``).  ``progress`` is told of what is
    read, the bytes that are done and all of them, maybe from another thread.  ``cache`` keeps blobs of
    registries.  Without ``online`` no network is used.  Raises `ImageError`.
    """
    parsed = sources.parse(source)
    limits = Limits.of_environment()
    match parsed.transport:
        case "docker-archive" | "oci-archive" | "oci":
            return _on_disk(source, parsed, platform, limits, progress)
        case "" if os.path.lexists(parsed.place):
            return _on_disk(source, parsed, platform, limits, progress)
        case _:
            raise ImageError(f"{source}: there is no such file")


def _on_disk(
    source: str,
    parsed: Source,
    platform: str,
    limits: Limits,
    progress: Callable[[str, int, int], None] | None,
) -> Image:
    path = Path(parsed.place)
    label = parsed.place
    if path.is_dir():
        if parsed.transport.endswith("-archive"):
            raise ImageError(f"{label}: a folder; for a layout write oci:{label}")
        folder = Folder(path, label)
        found = _find(folder, source, parsed, platform, "oci")
        return read_image(folder, found, limits, progress)
    if parsed.transport == "oci":
        raise NotFoundError(f"{label}: not a folder; for an archive write oci-archive:{label}")
    with closing(Archive(path, label, limits)) as archive:
        found = _find(archive, source, parsed, platform, "oci-archive")
        return read_image(archive, found, limits, progress)


def _find(files: Files, source: str, parsed: Source, platform: str, oci_form: str) -> Found:
    """By what is in it; an archive of Docker is a layout as well, whose names are in the manifest alone."""
    docker = files.size(docker_archive.MANIFEST) is not None
    layout = files.size(oci.INDEX) is not None
    if docker and (parsed.transport == "docker-archive" or not (layout and parsed.transport)):
        return docker_archive.find(files, source, "docker-archive", parsed.reference)
    if layout and parsed.transport != "docker-archive":
        return oci.find_in_layout(files, source, oci_form, parsed.reference, platform)
    if files.size("repositories") is not None:
        raise ImageError(f"{files.label}: an archive of Docker before 1.10 (2016) is not read")
    missing = docker_archive.MANIFEST if parsed.transport == "docker-archive" else oci.INDEX
    if not parsed.transport:
        missing = f"{docker_archive.MANIFEST} or {oci.INDEX}"
    raise ImageError(f"{files.label}: not an image: it has no {missing}")
