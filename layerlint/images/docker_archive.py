"""An archive of ``docker save``: ``manifest.json``, configurations and layers (Docker image spec v1.2).

Docker before 25 keeps each layer as ``<id>/layer.tar``, equal ones as links to one of them; later ones add
an OCI layout of the same blobs; kaniko and others pack the layers.
"""

from __future__ import annotations

import re

from layerlint._dataclass import dataclass
from layerlint.images import documents
from layerlint.images.errors import ImageError, NotFoundError
from layerlint.images.files import Files, read
from layerlint.images.limits import MAX_CONFIGURATION, MAX_LAYERS
from layerlint.images.reading import Blob, Found

MANIFEST = "manifest.json"
_DIGEST = re.compile(r"(?:^|[/:])([0-9a-f]{64})(?:\.json)?$")
_LISTED = 20


@dataclass(frozen=True, slots=True)
class _Item:
    configuration: str
    layers: tuple[str, ...]
    tags: tuple[str, ...]


def find(files: Files, source: str, form: str, reference: str) -> Found:
    """The image with the reference, or the only one."""
    value = documents.parse(read(files, MANIFEST, MAX_CONFIGURATION), f"{files.label}: {MANIFEST}")
    if not isinstance(value, list):
        raise ImageError(f"{files.label}: {MANIFEST} is not a list")
    items = [_item(files, item) for item in value if isinstance(item, dict)]
    item = _choose(files, items, reference)
    name = reference if reference in item.tags else (item.tags[0] if item.tags else "")
    match = _DIGEST.search(item.configuration)
    digest = "" if match is None else f"sha256:{match[1]}"
    return Found(source, form, name, item.configuration, digest, tuple(map(_blob, item.layers)))


def _item(files: Files, item: documents.Document) -> _Item:
    configuration = documents.text(item, "Config")
    layers = documents.texts(item, "Layers")
    if not configuration:
        raise ImageError(f"{files.label}: {MANIFEST} names no configuration")
    if len(layers) > MAX_LAYERS:
        raise ImageError(f"{files.label}: {len(layers)} layers, more than {MAX_LAYERS}")
    return _Item(configuration, layers, documents.texts(item, "RepoTags"))


def _choose(files: Files, items: list[_Item], reference: str) -> _Item:
    if not items:
        raise NotFoundError(f"{files.label}: no image is in it")
    if not reference:
        if len(items) > 1:
            raise ImageError(f"{files.label}: {len(items)} images are in it: add one of {_names(items)}")
        return items[0]
    if reference.startswith("@") and reference[1:].isdecimal() and int(reference[1:]) < len(items):
        return items[int(reference[1:])]
    spellings = {reference, f"{reference}:latest"}
    for item in items:
        if any(tag in spellings or _short(tag) in spellings for tag in item.tags):
            return item
    raise NotFoundError(f"{files.label}: {reference} is not in it; there is {_names(items)}")


def _short(tag: str) -> str:
    return tag.removeprefix("docker.io/").removeprefix("library/").removeprefix("localhost/")


def _names(items: list[_Item]) -> str:
    names = [f":{item.tags[0]}" if item.tags else f":@{number}" for number, item in enumerate(items)]
    return ", ".join(names[:_LISTED]) + (" …" if len(names) > _LISTED else "")


def _blob(name: str) -> Blob:
    match = _DIGEST.search(name)
    digest = f"sha256:{match[1]}" if match is not None and name.startswith("blobs/sha256/") else ""
    return Blob(name, "", digest)
