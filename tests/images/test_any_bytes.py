"""Damaged images, by the thousand: the properties that the fuzzer looks for (``tests/fuzz``)."""

from __future__ import annotations

import gzip
import random
import tarfile

import pytest

from tests.fuzz.image_target import check_archive, check_layers
from tests.images import make
from tests.images.make import Entry, folder, hard_link, opaque, symlink, whiteout

NAMES = ("a", "b", "a/b", "a/c", "a/b/c", "l", "l/x", ".wh.a", "a/.wh..wh..opq", "a/.wh.b", "l/.wh.x")
REFUSED = ("../x", ".wh.", ".wh.a/b")
SAMPLE = [
    [folder("a"), Entry("a/b", b"1" * 40), symlink("l", "a"), Entry("etc/os-release", b"ID=debian\n")],
    [whiteout("a/b"), opaque("a"), Entry("l/x", b"2"), hard_link("y", "l/x")],
]


def damaged(data: bytes, chance: random.Random) -> bytes:
    made = bytearray(data)
    for _ in range(chance.randint(1, 6)):
        at = chance.randrange(len(made))
        match chance.randrange(4):
            case 0:
                made[at] = chance.randrange(256)
            case 1:
                del made[at : at + chance.choice((1, 100, 512))]
            case 2:
                made[at:at] = made[: chance.choice((1, 512, 1024))]
            case _:
                made[at : at + 8] = chance.choice((b"\xff" * 8, b"\0" * 8, b"77777777", b"-0000001"))
        if not made:
            break
    return bytes(made)


def random_layer(chance: random.Random) -> list[Entry]:
    entries = []
    for _ in range(chance.randint(0, 12)):
        names = REFUSED if chance.random() < 0.01 else NAMES
        name, other = chance.choice(names), chance.choice(NAMES)
        entries.append(
            chance.choice(
                (
                    Entry(name, bytes([chance.randrange(3)]) * chance.randrange(4)),
                    folder(name), symlink(name, chance.choice(("..", "/", "../../a", "", other))),
                    hard_link(name, other), Entry(name, type=tarfile.FIFOTYPE),
                )
            )
        )  # fmt: skip
    return entries


@pytest.mark.parametrize("seed", range(8))
def test_damaged_archives(seed: int) -> None:
    chance = random.Random(seed)
    whole = make.archive(dict(make.docker_files([make.tar(layer) for layer in SAMPLE])))
    packed = gzip.compress(whole, mtime=0)
    for _ in range(40):
        check_archive(damaged(chance.choice((whole, packed)), chance))


@pytest.mark.parametrize("seed", range(8))
def test_random_and_damaged_layers(seed: int) -> None:
    chance = random.Random(seed)
    for _ in range(150):
        parts = [make.tar(random_layer(chance)) for _ in range(2)]
        if chance.random() < 0.4:
            parts = [damaged(part, chance) for part in parts]
        length = max(map(len, parts))
        check_layers(b"".join(part.ljust(length, b"\0") for part in parts))


@pytest.mark.parametrize("seed", range(4))
def test_random_images_are_read_or_refused(seed: int) -> None:
    chance = random.Random(seed)
    for _ in range(40):
        tars = [make.tar(random_layer(chance)) for _ in range(3)]
        check_archive(make.archive(dict(make.docker_files(tars))))


def test_streams_of_bytes_that_are_nothing() -> None:
    chance = random.Random(1)
    for magic in (b"", b"\x1f\x8b\x08", b"\x28\xb5\x2f\xfd", b"BZh9", b"\xfd7zXZ\x00", b"ustar"):
        for _ in range(40):
            check_layers(magic + chance.randbytes(600) + magic + chance.randbytes(600))
            check_archive(magic + chance.randbytes(2000))
