"""What must hold for any bytes that are called an image: it is read, or refused with a message."""

from __future__ import annotations

import contextlib
import tempfile
from pathlib import Path

from layerlint.errors import UsageError
from layerlint.filesystem.accounting import account
from layerlint.filesystem.union import FileSystem
from layerlint.images.assembly import Assembler
from layerlint.images.base import base_image
from layerlint.images.errors import ImageError
from layerlint.images.limits import Limits, Meter
from layerlint.images.opening import open_image
from layerlint.images.tar import Chunks, members
from layerlint.images.unpack import unpacked

LIMITS = Limits(bytes=32 << 20, entries=20_000)


def check_archive(data: bytes) -> None:
    """An archive in a file: every byte is counted once, all that is told can be printed."""
    # A name that is the same in every run: the fuzzer learns from what is compared.
    with tempfile.TemporaryDirectory() as folder, contextlib.chdir(folder):
        path = Path("image.tar")
        path.write_bytes(data)
        try:
            image = open_image(str(path))
        except ImageError as error:
            str(error).encode()
            image = None
        try:
            again = open_image(str(path), all_digests=False)
        except ImageError:
            again = None
        assert (image is None) == (again is None)
    if image is None or again is None:
        return
    assert [layer.diff_id for layer in image.layers] == [layer.diff_id for layer in again.layers]
    layers = [layer.layer for layer in image.layers]
    accounting = account(FileSystem.scratch(), layers)
    assert accounting.image.likely == accounting.visible.likely + accounting.hidden.likely
    assert accounting.image.likely == sum(layer.bytes.likely for layer in layers)
    for layer in layers:
        for entry in layer.entries:
            entry.path.encode()
            assert entry.path.startswith("/")
            assert ".." not in entry.path.split("/")
    base_image(image, "debian:12")


def check_layers(data: bytes) -> None:
    """Two layers, without digests in the way: the bytes are cut in the middle."""
    assembler = Assembler()
    middle = len(data) // 2
    layers = []
    for index, part in enumerate((data[:middle], data[middle:])):
        try:
            stream = Chunks(unpacked(iter((part,)), Meter(LIMITS)))
            layers.append(assembler.add(index, list(members(stream, lambda _, size: size < 1000)), "").layer)
        except UsageError as error:
            str(error).encode()
            return
    accounting = account(FileSystem.scratch(), layers)
    assert accounting.image.likely == accounting.visible.likely + accounting.hidden.likely
