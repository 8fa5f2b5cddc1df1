"""An image out of its configuration and the blobs of its layers."""

from __future__ import annotations

import gc
import hashlib
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from itertools import chain, islice
from pathlib import Path

from layerlint._dataclass import dataclass, replace
from layerlint.images import tar
from layerlint.images.assembly import Assembler
from layerlint.images.configuration import Configuration, read_configuration
from layerlint.images.contents import Wanted
from layerlint.images.errors import ImageError, NotFoundError
from layerlint.images.files import Files, read
from layerlint.images.limits import MAX_CONFIGURATION, MAX_LAYERS, Limits, Meter
from layerlint.images.model import History, Image, ImageConfig, ImageLayer
from layerlint.images.tar import FILE, Member, with_digest
from layerlint.images.unpack import PLAIN, ahead, packing, unpacked

Progress = Callable[[str, int, int], None]
"""Told of what is read, how many bytes of it are done, and of how many."""


@dataclass(frozen=True, slots=True)
class Blob:
    """A layer where it is kept."""

    name: str
    """Of `Files`."""
    media_type: str = ""
    digest: str = ""
    """As the manifest has it; empty where there is none."""


@dataclass(frozen=True, slots=True)
class Found:
    """An image that was found, and is to be read."""

    reference: str
    form: str
    name: str
    configuration: str
    """The name of its blob."""
    configuration_digest: str
    """Empty where none is promised."""
    blobs: tuple[Blob, ...]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Tar:
    """What one pass over a layer gives."""

    members: tuple[Member, ...]
    diff_id: str
    digest: str
    packed_bytes: int
    tar_bytes: int


def read_image(
    files: Files, found: Found, limits: Limits, progress: Progress | None = None, *, all_digests: bool = True
) -> Image:
    """Read every layer once.  Raises ImageError for whatever is not what it says.

    Without ``all_digests`` a file of a layer that is not packed is hashed only where another has its size.
    """
    with _uncollected():
        return _read_image(files, found, limits, progress, all_digests)


@contextmanager
def _uncollected() -> Iterator[None]:
    """Nothing is garbage here, but there is much to look through: a quarter of the time."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


def _read_image(
    files: Files, found: Found, limits: Limits, progress: Progress | None, all_digests: bool
) -> Image:
    data = read(files, found.configuration, MAX_CONFIGURATION)
    identity = "sha256:" + hashlib.sha256(data).hexdigest()
    if found.configuration_digest not in ("", identity):
        raise ImageError(
            f"{files.label}: the configuration is {identity}, not {found.configuration_digest} as it says"
        )
    configuration = read_configuration(data, f"{files.label}: {found.configuration}")
    if len(found.blobs) > MAX_LAYERS:
        raise ImageError(f"{files.label}: {len(found.blobs)} layers, more than {MAX_LAYERS}")
    if len(configuration.diff_ids) != len(found.blobs):
        raise ImageError(
            f"{files.label}: {len(found.blobs)} layers, but {len(configuration.diff_ids)} in the configuration"
        )
    reader = _Reader(files, found.blobs, configuration, Meter(limits), Wanted(), progress, all_digests)
    assembler = Assembler()
    rows, notes = _rows(configuration.config.history, len(found.blobs))
    layers = []
    for index, (blob, made) in enumerate(zip(found.blobs, reader.tars(), strict=True)):
        row = rows[index]
        try:
            assembled = assembler.add(index, made.members, "" if row is None else row.created_by)
        except ImageError as error:
            raise type(error)(f"{files.label}: layer {index}: {error}") from error
        layers.append(
            ImageLayer(
                made.diff_id, made.digest, blob.media_type, made.packed_bytes,
                made.tar_bytes, assembled.entries, row, assembled.layer, assembled.digests,
            )
        )  # fmt: skip
    return Image(
        found.reference, found.form, found.name, identity, platform_of(configuration.config),
        configuration.config, tuple(layers), (*found.notes, *notes, *assembler.notes),
    )  # fmt: skip


def append_upper(image: Image, reference: str, upper: Path, limits: Limits) -> Image:
    """The image with the writable layer of a container on top, which has no digests."""
    from layerlint.images.container import members_of_upper

    index = len(image.layers)
    assembler = Assembler()
    for layer in image.layers:
        assembler.resume(layer.layer, layer.digests)
    members = members_of_upper(upper, reference, Meter(limits))
    made = assembler.add(index, members, "")
    layer = ImageLayer("", "", "", 0, 0, made.entries, None, made.layer, made.digests)
    notes = (*image.notes, *assembler.notes)
    return replace(image, reference=reference, form="container", layers=(*image.layers, layer), notes=notes)


def platform_of(config: ImageConfig) -> str:
    return "/".join(part for part in (config.os, config.architecture, config.variant) if part)


def _rows(history: Sequence[History], count: int) -> tuple[Sequence[History | None], tuple[str, ...]]:
    """The row of each layer, and what is to be said of it."""
    rows = [row for row in history if not row.empty_layer]
    if len(rows) == count:
        return rows, ()
    notes = (f"its history has {len(rows)} rows with a layer for {count} layers: they are not matched",)
    return [None] * count, notes if history else ()


@dataclass(frozen=True, slots=True)
class _Reader:
    """Reads the layers of one image, each once."""

    files: Files
    blobs: Sequence[Blob]
    configuration: Configuration
    meter: Meter
    wanted: Wanted
    progress: Progress | None
    all_digests: bool

    def tars(self) -> Iterator[_Tar]:
        """Every layer in its order."""
        offsets = [self.files.offset(blob.name) for blob in self.blobs]
        in_order = range(len(self.blobs))
        together = all(offset is not None for offset in offsets)
        if not together and self.all_digests:
            yield from map(self._tar, in_order)
            return
        # In the order in which they lie, where that saves reading twice.
        known: dict[str, _Tar] = {}
        for index in sorted(in_order, key=lambda index: offsets[index] or 0) if together else in_order:
            name = self.blobs[index].name
            if name not in known:
                known[name] = self._tar(index, hashed=self.all_digests or not self._can_be_read_again(name))
        counts = Counter(
            member.size for made in known.values() for member in made.members if member.kind == FILE
        )
        uses = Counter(blob.name for blob in self.blobs)
        for blob in self.blobs:
            uses[blob.name] -= 1
            # What was used for the last time is let go: the layers are made of its memory.
            made = known[blob.name] if uses[blob.name] else known.pop(blob.name)
            yield replace(made, members=tuple(self._hashed(blob, made.members, counts)))

    def _hashed(self, blob: Blob, members: Sequence[Member], counts: Counter[int]) -> Iterator[Member]:
        """The members, with the digests that were put off."""
        for member in members:
            late = member.kind == FILE and member.size and not member.digest and member.offset >= 0
            if late and counts[member.size] > 1:
                hashed = hashlib.sha256()
                for chunk in self.files.part(blob.name, member.offset, member.size) or ():
                    hashed.update(chunk)
                yield with_digest(member, f"sha256:{hashed.hexdigest()}")
            else:
                yield member

    def _tar(self, index: int, *, hashed: bool = True) -> _Tar:
        files, blob = self.files, self.blobs[index]
        label = f"{files.label}: layer {index}"
        size = files.size(blob.name)
        if size is None:
            foreign = "foreign" in blob.media_type or "nondistributable" in blob.media_type
            why = "it is kept where its maker gives it out alone" if foreign else f"{blob.name} is not in it"
            raise NotFoundError(f"{label} is missing: {why}")
        hashes = _Hashes()
        try:
            packed = hashes.packed(
                files.chunks(blob.name), f"layer {index + 1} of {len(self.blobs)}", size, self.progress
            )
            stream = ahead(hashes.unpacked(unpacked(packed, self.meter)))
            members = tuple(_metered(tar.members(tar.Chunks(stream), self.wanted, hashed=hashed), self.meter))
            for _ in stream:
                pass  # padding, which is part of what the digest is of
        except ImageError as error:
            raise _at(error, label) from error
        made = hashes.finish(members)
        self.check(index, made.diff_id, made.digest)
        return made

    def check(self, index: int, diff_id: str, digest: str) -> None:
        """Raises ImageError for a layer that is not what the image says."""
        label, expected = f"{self.files.label}: layer {index}", self.configuration.diff_ids[index]
        if diff_id != expected:
            raise ImageError(f"{label} is not the one of the configuration: it is {diff_id}, not {expected}")
        promised = self.blobs[index].digest
        if promised not in ("", digest):
            raise ImageError(f"{label} is not the one of the manifest: it is {digest}, not {promised}")

    def _can_be_read_again(self, name: str) -> bool:
        """At any place: it is not packed, and lies on disk."""
        size = self.files.size(name)
        first = None if size is None else self.files.part(name, 0, min(size, 16))
        return first is not None and packing(b"".join(first)) == PLAIN


def _at(error: ImageError, label: str) -> ImageError:
    """The error with where it is, once."""
    text = str(error)
    return type(error)(text if text.startswith(label.partition(": layer")[0]) else f"{label}: {text}")


def _metered(members: Iterator[Member], meter: Meter) -> tuple[Member, ...]:
    """All of them; no more are read than may be there."""
    found = tuple(islice(members, meter.limits.entries - meter.entries + 1))
    meter.entry(len(found))
    return found


class _Hashes:
    """Digests and sizes of a layer on its way: of the blob, and of its tar."""

    def __init__(self) -> None:
        self._packed = hashlib.sha256()
        self._tar = self._packed
        self._packed_bytes = self._tar_bytes = 0
        self._plain = True

    def packed(
        self, chunks: Iterator[bytes], what: str, size: int, progress: Progress | None
    ) -> Iterator[bytes]:
        first = next(chunks, b"")
        self._plain = packing(first) == PLAIN
        for chunk in chain((first,), chunks):
            self._packed.update(chunk)
            self._packed_bytes += len(chunk)
            if progress is not None:
                progress(what, self._packed_bytes, size)
            yield chunk

    def unpacked(self, chunks: Iterator[bytes]) -> Iterator[bytes]:
        for chunk in chunks:
            if not self._plain:
                if self._tar is self._packed:
                    self._tar = hashlib.sha256()
                self._tar.update(chunk)
            self._tar_bytes += len(chunk)
            yield chunk

    def finish(self, members: tuple[Member, ...]) -> _Tar:
        return _Tar(
            members, "sha256:" + self._tar.hexdigest(), "sha256:" + self._packed.hexdigest(),
            self._packed_bytes, self._tar_bytes,
        )  # fmt: skip
