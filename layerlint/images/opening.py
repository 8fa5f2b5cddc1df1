"""An image by the name that the user gives it."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from layerlint._dataclass import dataclass, replace
from layerlint.images import docker_archive, oci, sources
from layerlint.images.archive import Sequential, open_archive
from layerlint.images.errors import ImageError, NotFoundError
from layerlint.images.files import Files, Folder
from layerlint.images.limits import Limits
from layerlint.images.model import Image
from layerlint.images.reading import Found, Progress, append_upper, read_image
from layerlint.images.sources import Source

if TYPE_CHECKING:
    from layerlint.images import engine


@dataclass(frozen=True, slots=True)
class _Request:
    source: str
    platform: str
    limits: Limits
    progress: Progress | None
    cache: Path | None
    online: bool
    all_digests: bool


def open_image(
    source: str,
    *,
    platform: str = "",
    progress: Callable[[str, int, int], None] | None = None,
    cache: Path | None = None,
    online: bool = True,
    all_digests: bool = True,
) -> Image:
    """Read an image: ``docker-archive:``, ``oci-archive:``, ``oci:``, a path, ``docker://`` and so on.

    A reference alone is looked for in the engines of this machine, then in its registry.  ``platform``
    chooses among the images of an index (``linux/arm64``).  ``progress`` is told of what is read, the bytes
    that are done and all of them, maybe from another thread.  ``cache`` keeps blobs of registries.  Without
    ``online`` no registry is asked.  Without ``all_digests`` a file of a size that no other file of the image
    has may be left without a digest, which saves time.  Raises `ImageError`.
    """
    parsed = sources.parse(source)
    request = _Request(source, platform, Limits.of_environment(), progress, cache, online, all_digests)
    match parsed.transport:
        case "docker-archive" | "oci-archive" | "oci":
            return _on_disk(request, parsed)
        case "docker":
            return _in_registry(request, parsed.place)
        case "docker-daemon":
            return _in_engine(request, parsed.place, "docker")
        case "podman":
            return _in_engine(request, parsed.place, "podman")
        case "containers-storage":
            return _in_storage(request, parsed.place)
        case "container":
            return _in_container(request, parsed.place)
        case _ if os.path.lexists(parsed.place):
            return _on_disk(request, parsed)
        case _:
            return _anywhere(request, parsed.place)


def _on_disk(request: _Request, parsed: Source) -> Image:
    path, label = Path(parsed.place), parsed.place
    if path.is_dir():
        if parsed.transport.endswith("-archive"):
            raise ImageError(f"{label}: a folder; for a layout write oci:{label}")
        folder = Folder(path, label)
        return _read(request, folder, _find(request, folder, parsed, "oci"))
    if parsed.transport == "oci":
        raise NotFoundError(f"{label}: not a folder; for an archive write oci-archive:{label}")
    with open_archive(path, label, request.limits) as archive:
        return _read(request, archive, _find(request, archive, parsed, "oci-archive"))


def _find(request: _Request, files: Files, parsed: Source, oci_form: str) -> Found:
    """By what is in it; an archive of Docker is a layout as well, whose names are in the manifest alone."""
    docker = files.size(docker_archive.MANIFEST) is not None
    layout = files.size(oci.INDEX) is not None
    if docker and (parsed.transport == "docker-archive" or not (layout and parsed.transport)):
        return docker_archive.find(files, request.source, "docker-archive", parsed.reference)
    if layout and parsed.transport != "docker-archive":
        return oci.find_in_layout(files, request.source, oci_form, parsed.reference, request.platform)
    if files.size("repositories") is not None:
        raise ImageError(f"{files.label}: an archive of Docker before 1.10 (2016) is not read")
    missing = docker_archive.MANIFEST if parsed.transport == "docker-archive" else oci.INDEX
    if not parsed.transport:
        missing = f"{docker_archive.MANIFEST} or {oci.INDEX}"
    raise ImageError(f"{files.label}: not an image: it has no {missing}")


def _read(request: _Request, files: Files, found: Found) -> Image:
    return read_image(files, found, request.limits, request.progress, all_digests=request.all_digests)


def _in_registry(request: _Request, reference: str) -> Image:
    if not request.online:
        raise ImageError(f"{request.source}: a registry is asked only with --online")
    from layerlint.images import names, registry
    from layerlint.images.blob_cache import BlobCache

    name = names.parse(reference)
    files = registry.Registry(name, BlobCache(request.cache), request.limits, request.progress)
    found = registry.find(files, request.source, name, request.platform)
    try:
        return _read(request, files, found)
    except ImageError:
        if not files.forget():
            raise
    # What was in the cache may have been damaged there.
    return _read(request, files, found)


def _in_engine(request: _Request, reference: str, kind: str) -> Image:
    from layerlint.images import engine

    found = engine.find("podman" if kind == "podman" else "docker")
    return _saved(request, found, reference)


def _saved(request: _Request, found: engine.Engine, reference: str) -> Image:
    label = f"{found.kind}: {reference}"
    identity = found.image(reference).get("Id")
    if not isinstance(identity, str) or not identity:
        raise ImageError(f"{label}: the engine does not tell what image it is")
    with closing(Sequential(partial(found.saved, reference), label)) as archive:
        where = _find(request, archive, Source("", ""), "oci-archive")
        return replace(_read(request, archive, where), form=found.kind)


def _in_storage(request: _Request, reference: str) -> Image:
    from layerlint.images.skopeo import layout_of

    with layout_of(f"containers-storage:{reference}") as layout:
        folder = Folder(layout, request.source)
        found = _find(request, folder, Source("oci", "", "image"), "containers-storage")
        return _read(request, folder, replace(found, name=reference))


def _in_container(request: _Request, name: str) -> Image:
    """The image of a container with its writable layer on top."""
    from layerlint.images import container, engine

    for found in engine.engines():
        try:
            document = found.container(name)
        except NotFoundError:
            continue
        overlay = container.overlay_for(document)
        if overlay is None or not overlay.upper:
            raise ImageError(
                f"{request.source}: {found.kind} does not tell where the files of the container are"
            )
        identity = document.get("Image")
        image = _saved(request, found, identity if isinstance(identity, str) else name)
        return append_upper(image, request.source, Path(overlay.upper), request.limits)
    raise NotFoundError(f"{request.source}: no engine that runs here has such a container")


def _anywhere(request: _Request, reference: str) -> Image:
    from layerlint.images import engine

    if reference.startswith(("/", ".")) or reference.endswith((".tar", ".tar.gz", ".tgz")):
        raise NotFoundError(f"{reference}: there is no such file")
    asked = []
    for found in engine.engines():
        try:
            return _saved(request, found, reference)
        except (NotFoundError, engine.NoEngineError):
            asked.append(found.kind)
    if request.online:
        return _in_registry(request, reference)
    where = f"{' and '.join(asked)} do not have it" if asked else "no engine runs here"
    raise NotFoundError(
        f"{reference}: there is no such file, and {where}; docker://{reference} with --online asks its registry"
    )
