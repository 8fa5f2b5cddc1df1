"""OCI layouts, and what a registry has: descriptors, indexes, manifests (OCI image-spec, Docker schema 2)."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator

from layerlint._dataclass import dataclass
from layerlint.images import documents
from layerlint.images.documents import Document
from layerlint.images.errors import ImageError, NotFoundError
from layerlint.images.files import Files, read
from layerlint.images.limits import MAX_DOCUMENT, MAX_LAYERS, MAX_NESTING
from layerlint.images.reading import Blob, Found

INDEX = "index.json"
_DIGEST = re.compile(r"sha(?:256:[0-9a-f]{64}|512:[0-9a-f]{128})")
_INDEXES = frozenset(
    {
        "application/vnd.oci.image.index.v1+json",
        "application/vnd.docker.distribution.manifest.list.v2+json",
    }
)
_NAMES = ("org.opencontainers.image.ref.name", "io.containerd.image.name")
_LISTED = 20
_MAX_DESCRIPTORS = 1000
"""Of all the indexes of an image."""


@dataclass(frozen=True, slots=True)
class Descriptor:
    digest: str
    media_type: str
    names: tuple[str, ...]
    platform: str
    """``linux/arm64/v8``; empty where none is said."""


def find_in_layout(files: Files, source: str, form: str, reference: str, platform: str) -> Found:
    """The image of a layout with the reference, or the only one, for the platform."""
    index = documents.parse_object(read(files, INDEX, MAX_DOCUMENT), f"{files.label}: {INDEX}")
    descriptors = [item for item in _descriptors(files, index) if item.platform != "unknown/unknown"]
    chosen = _named(files, descriptors, reference)
    name = chosen[0].names[0] if chosen[0].names else reference
    return find(files, source, form, name, chosen, platform)


def find(
    files: Files, source: str, form: str, name: str, descriptors: list[Descriptor], platform: str
) -> Found:
    """The image for the platform among manifests, and indexes of them, that are the same in other respects."""
    manifests = list(_manifests(files, descriptors))
    descriptor = _for_platform(files, manifests, platform)
    manifest = blob_document(files, descriptor)
    if "fsLayers" in manifest:
        raise ImageError(f"{files.label}: an image of Docker's schema 1 (before 2017) is not read")
    configuration = documents.part(manifest, "config")
    layers = tuple(documents.parts(manifest, "layers"))
    if not configuration or "layers" not in manifest:
        raise ImageError(f"{files.label}: {descriptor.digest} is not the manifest of an image")
    kind = documents.text(configuration, "mediaType")
    if kind and not re.search(r"image(\.v1\+|/v1|\.config)", kind) and "container.image" not in kind:
        raise ImageError(f"{files.label}: not an image but an artifact of type {kind}")
    if len(layers) > MAX_LAYERS:
        raise ImageError(f"{files.label}: {len(layers)} layers, more than {MAX_LAYERS}")
    digest = _digest(files, configuration)
    blobs = tuple(
        Blob(path_of(item), documents.text(layer, "mediaType"), item if item.startswith("sha256:") else "")
        for layer in layers
        for item in (_digest(files, layer),)
    )
    return Found(source, form, name, path_of(digest), digest, blobs)


def path_of(digest: str) -> str:
    return "blobs/" + digest.replace(":", "/", 1)


def blob_document(files: Files, descriptor: Descriptor) -> Document:
    """A manifest or an index, which is what its digest says."""
    data = read(files, path_of(descriptor.digest), MAX_DOCUMENT)
    algorithm, _, expected = descriptor.digest.partition(":")
    if hashlib.new(algorithm, data).hexdigest() != expected:
        raise ImageError(f"{files.label}: the manifest is not {descriptor.digest}, as it says")
    return documents.parse_object(data, f"{files.label}: {descriptor.digest}")


def is_index(descriptor: Descriptor, document: Document) -> bool:
    return descriptor.media_type in _INDEXES or ("manifests" in document and "layers" not in document)


def _manifests(files: Files, descriptors: list[Descriptor]) -> Iterator[Descriptor]:
    """The manifests that indexes come to, each once: an index may name itself."""
    pending = [(descriptor, 0) for descriptor in reversed(descriptors)]
    seen: set[str] = set()
    while pending:
        descriptor, depth = pending.pop()
        if descriptor.digest in seen or descriptor.platform == "unknown/unknown":
            continue
        seen.add(descriptor.digest)
        if len(seen) > _MAX_DESCRIPTORS or depth > MAX_NESTING:
            raise ImageError(f"{files.label}: its indexes are too many, or too deep")
        if descriptor.media_type and descriptor.media_type not in _INDEXES:
            yield descriptor
            continue
        document = blob_document(files, descriptor)
        if is_index(descriptor, document):
            pending += [(item, depth + 1) for item in reversed(list(_descriptors(files, document)))]
        else:
            yield descriptor


def _descriptors(files: Files, index: Document) -> Iterator[Descriptor]:
    for item in documents.parts(index, "manifests"):
        annotations = documents.part(item, "annotations")
        if documents.text(annotations, "vnd.docker.reference.type"):
            continue  # an attestation, which belongs to an image
        platform = documents.part(item, "platform")
        parts = (documents.text(platform, key) for key in ("os", "architecture", "variant"))
        names = (documents.text(annotations, key) for key in _NAMES)
        yield Descriptor(
            _digest(files, item),
            documents.text(item, "mediaType"),
            tuple(name for name in names if name),
            "/".join(part for part in parts if part),
        )


def _digest(files: Files, item: Document) -> str:
    """Checked, since a path is made of it."""
    digest = documents.text(item, "digest")
    if not _DIGEST.fullmatch(digest):
        raise ImageError(f"{files.label}: {digest[:80]!r} is not a digest")
    return digest


def _named(files: Files, descriptors: list[Descriptor], reference: str) -> list[Descriptor]:
    """Those of one name.  Without a reference all have to have the same one."""
    if not descriptors:
        raise NotFoundError(f"{files.label}: no image is in it")
    if reference.startswith("@") and reference[1:].isdecimal() and int(reference[1:]) < len(descriptors):
        return [descriptors[int(reference[1:])]]
    if reference:
        digest = reference.rpartition("@")[2]
        exact = [item for item in descriptors if reference in item.names or item.digest == digest]
        ending = [
            item
            for item in descriptors
            if any(name.endswith((f"/{reference}", f":{reference}")) for name in item.names)
        ]
        if exact or ending:
            return exact or ending
        raise NotFoundError(f"{files.label}: {reference} is not in it; there is {_listed(descriptors)}")
    if len({item.names[:1] for item in descriptors}) > 1 or (
        len(descriptors) > 1 and len({item.platform for item in descriptors}) < len(descriptors)
    ):
        raise ImageError(
            f"{files.label}: {len(descriptors)} images are in it: add one of {_listed(descriptors)}"
        )
    return descriptors


def _listed(descriptors: list[Descriptor]) -> str:
    names = [f":{item.names[0]}" if item.names else f":@{n}" for n, item in enumerate(descriptors)]
    return ", ".join(names[:_LISTED]) + (" …" if len(names) > _LISTED else "")


def _for_platform(files: Files, manifests: list[Descriptor], platform: str) -> Descriptor:
    if not manifests:
        raise NotFoundError(f"{files.label}: no image is in it")
    if len(manifests) == 1 and (not platform or not manifests[0].platform):
        return manifests[0]
    wanted = platform or "linux/amd64"
    matching = [item for item in manifests if _matches(item.platform, wanted)]
    if matching:
        return matching[0]
    known = ", ".join(sorted({item.platform or "(none said)" for item in manifests})[:_LISTED])
    raise NotFoundError(f"{files.label}: there is no image for {wanted}; --platform may be one of {known}")


def _matches(platform: str, wanted: str) -> bool:
    """Without a variant any is right; arm64 is v8 (containerd ``platforms``)."""
    have, want = platform.split("/"), wanted.split("/")
    return have[:2] == want[:2] and (len(want) < 3 or len(have) < 3 or have[2] == want[2])
