"""What an archive can try: each is refused, or bounded, with a message that says why."""

from __future__ import annotations

import gzip
import io
import json
import os
import resource
import tarfile
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from layerlint.images import limits
from layerlint.images.errors import ImageError, LimitError
from layerlint.images.opening import open_image
from tests.images import make
from tests.images.make import Entry

LAYER = make.tar([Entry("a", b"a" * 100)])


def refused(source: object, message: str) -> None:
    for all_digests in (True, False):  # two ways to read a layer that is not packed
        with pytest.raises(ImageError, match=message):
            open_image(str(source), all_digests=all_digests)


def written(
    path: Path, files: dict[str, bytes | Entry], change: Callable[[bytes], bytes] | None = None
) -> Path:
    data = make.archive(files)
    path.write_bytes(data if change is None else change(data))
    return path


@pytest.fixture
def files() -> dict[str, bytes | Entry]:
    return dict(make.docker_files([LAYER]))


def bomb(amount: int) -> bytes:
    buffer = io.BytesIO()
    with gzip.GzipFile(fileobj=buffer, mode="wb", compresslevel=9, mtime=0) as stream:
        info = tarfile.TarInfo("zeros")
        info.size = amount
        stream.write(info.tobuf())
        block = bytes(1 << 20)
        for _ in range(amount >> 20):
            stream.write(block)
        stream.write(bytes(1024))
    return buffer.getvalue()


def test_a_bomb_of_gzip_ends_at_the_ratio(tmp_path: Path, files, monkeypatch) -> None:  # type: ignore[no-untyped-def]
    monkeypatch.setattr(limits, "FREE_BYTES", 8 << 20)
    files["0/layer.tar"] = bomb(64 << 20)
    path = written(tmp_path / "x.tar", files)
    with pytest.raises(LimitError, match=r"layer 0: .* more than 250 times as much.*LAYERLINT_IMAGE_BYTES"):
        open_image(str(path))


def test_a_limit_of_bytes_of_ones_own(tmp_path: Path, files, monkeypatch) -> None:  # type: ignore[no-untyped-def]
    files["0/layer.tar"] = bomb(16 << 20)
    path = written(tmp_path / "x.tar", files)
    monkeypatch.setenv("LAYERLINT_IMAGE_BYTES", str(8 << 20))
    refused(path, r"unpack to more than 8\.0 MiB; LAYERLINT_IMAGE_BYTES=… raises")
    monkeypatch.setenv("LAYERLINT_IMAGE_BYTES", "much")
    refused(path, "LAYERLINT_IMAGE_BYTES: write a whole number")


def test_an_outer_bomb(tmp_path: Path, monkeypatch) -> None:  # type: ignore[no-untyped-def]
    monkeypatch.setattr(limits, "FREE_BYTES", 8 << 20)
    path = tmp_path / "x.tar.gz"
    path.write_bytes(bomb(64 << 20))
    refused(path, "x.tar.gz: .* looks like a bomb")


def test_zstd_bomb(tmp_path: Path, files, monkeypatch) -> None:  # type: ignore[no-untyped-def]
    zstandard = pytest.importorskip("zstandard")
    monkeypatch.setattr(limits, "FREE_BYTES", 8 << 20)
    files["0/layer.tar"] = zstandard.ZstdCompressor(level=3).compress(gzip.decompress(bomb(64 << 20)))
    refused(written(tmp_path / "x.tar", files), "looks like a bomb")


def test_ten_million_entries_end_at_the_limit_in_bounded_memory(tmp_path: Path, monkeypatch) -> None:  # type: ignore[no-untyped-def]
    """The tar repeats one block of headers: 5 GB that packs to a few megabytes."""
    headers = b"".join(tarfile.TarInfo(f"f{n}").tobuf() for n in range(2048))
    buffer = io.BytesIO()
    with gzip.GzipFile(fileobj=buffer, mode="wb", compresslevel=1, mtime=0) as stream:
        for _ in range(60):
            stream.write(headers)
    files = dict(make.docker_files([LAYER]))
    files["0/layer.tar"] = buffer.getvalue()
    monkeypatch.setenv("LAYERLINT_IMAGE_ENTRIES", "100000")
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    refused(written(tmp_path / "x.tar", dict(files)), "more than 100000 entries")
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 300_000


def test_wrong_digests(tmp_path: Path, files) -> None:  # type: ignore[no-untyped-def]
    files["0/layer.tar"] = make.tar([Entry("a", b"b" * 100)])
    refused(written(tmp_path / "x.tar", files), "layer 0 is not the one of the configuration: it is sha256:")
    files = dict(make.docker_files([LAYER]))
    name = next(name for name in files if name.endswith(".json") and len(name) > 60)
    files[name] = files[name].replace(b"linux", b"linuy")
    refused(written(tmp_path / "y.tar", files), "the configuration is sha256:")


def test_wrong_digests_of_a_layout(tmp_path: Path) -> None:
    made = make.manifest([LAYER])
    for number, (name, data) in enumerate(sorted(made.blobs.items())):
        blobs = {**made.blobs, name: data[:-1] + bytes([data[-1] ^ 1])}
        path = make.layout(tmp_path / str(number), [make.descriptor(made)], blobs)
        refused(f"oci:{path}", "not sha256|is broken|not the one of")


def test_truncated_archives_and_blobs(tmp_path: Path) -> None:
    whole = make.archive(dict(make.docker_files([LAYER, LAYER])))
    path = tmp_path / "x.tar"
    for length in (0, 1, 511, 513, 1500, 4000):
        path.write_bytes(whole[:length])
        refused(path, "not a tar|not a whole one|not an image")
    made = make.manifest([LAYER])
    for name, data in made.blobs.items():
        folder = make.layout(tmp_path / name[7:20], [make.descriptor(made)], {**made.blobs, name: data[:-9]})
        refused(f"oci:{folder}", "it ends early|not sha256|not JSON|not the one of")


def test_cut_inside_a_packed_layer(tmp_path: Path, files) -> None:  # type: ignore[no-untyped-def]
    for cut in (5, 40, -4):
        files["0/layer.tar"] = gzip.compress(LAYER)[:cut]
        refused(written(tmp_path / "x.tar", files), "layer 0: its gzip stream is broken")
    files["0/layer.tar"] = gzip.compress(LAYER) + b"more"
    refused(written(tmp_path / "x.tar", files), "something else follows it")


def test_sizes_that_are_not_true(tmp_path: Path, files) -> None:  # type: ignore[no-untyped-def]
    info = tarfile.TarInfo("huge")
    info.size = 1 << 62
    files["0/layer.tar"] = info.tobuf(tarfile.GNU_FORMAT) + bytes(2048)
    refused(written(tmp_path / "x.tar", files), "layer 0: it ends inside a file")


def test_a_million_layers(tmp_path: Path, files) -> None:  # type: ignore[no-untyped-def]
    document = json.loads(files["manifest.json"])
    document[0]["Layers"] = ["0/layer.tar"] * 1_000_000
    files["manifest.json"] = json.dumps(document).encode()
    refused(written(tmp_path / "x.tar", files), "1000000 layers, more than 1000|more than 16")
    document[0]["Layers"] = ["0/layer.tar"] * 1001
    files["manifest.json"] = json.dumps(document).encode()
    refused(written(tmp_path / "x.tar", files), "1001 layers, more than 1000")


def test_more_or_fewer_layers_than_the_configuration(tmp_path: Path, files) -> None:  # type: ignore[no-untyped-def]
    document = json.loads(files["manifest.json"])
    document[0]["Layers"] *= 2
    files["manifest.json"] = json.dumps(document).encode()
    refused(written(tmp_path / "x.tar", files), "2 layers, but 1 in the configuration")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (b"[" * 100_000, "nested too deeply|not JSON"),
        (b"{", "not JSON"),
        (b"\xff\xfe\x00", "not JSON"),
        (b"{}", "is not a list"),
        (b"[]", "no image is in it"),
        (b"[1, null]", "no image is in it"),
        (b'[{"Layers": []}]', "names no configuration"),
        (b'[{"Config": "nothing.json", "Layers": []}]', "nothing.json is not in it"),
        (b'[{"Config": "manifest.json", "Layers": []}]', "not a JSON object"),
        (b"[" + b"1," * (9 << 20) + b"1]", "manifest.json has 18.0 MiB, more than 16.0 MiB"),
        (b'[{"Config": ' + b"9" * 5000 + b"}]", "not JSON"),
    ],
    ids=range(11),
)
def test_manifests_that_are_none(tmp_path: Path, files, text: bytes, message: str) -> None:  # type: ignore[no-untyped-def]
    files["manifest.json"] = text
    refused(written(tmp_path / "x.tar", files), message)


def test_indexes_that_name_themselves_or_never_end(tmp_path: Path) -> None:
    kind = "application/vnd.oci.image.index.v1+json"
    blobs: dict[str, bytes] = {}
    below = {"mediaType": kind, "digest": "sha256:" + "0" * 64, "size": 1}
    for _ in range(8):
        data = json.dumps({"schemaVersion": 2, "manifests": [below, below]}).encode()
        below = {"mediaType": kind, "digest": make.digest(data), "size": len(data)}
        blobs[below["digest"]] = data  # type: ignore[index]
    refused(f"oci:{make.layout(tmp_path / 'deep', [below], blobs)}", "too many, or too deep")
    wide = [{"mediaType": kind, "digest": f"sha256:{n:064x}", "size": 1} for n in range(30_000)]
    refused(f"oci:{make.layout(tmp_path / 'wide', wide, {})}", "more than 4.0 MiB|images are in it")


@pytest.mark.parametrize(
    "digest", ["sha256:../../../../etc/passwd", "sha256:" + "A" * 64, "", "md5:1", "/etc/passwd"]
)
def test_digests_that_are_paths(tmp_path: Path, digest: str) -> None:
    row = {"mediaType": "application/vnd.oci.image.manifest.v1+json", "digest": digest, "size": 1}
    refused(f"oci:{make.layout(tmp_path, [row], {})}", "is not a digest")


def test_blobs_that_are_links_out_of_the_layout(tmp_path: Path) -> None:
    made = make.manifest([LAYER])
    path = make.layout(tmp_path / "layout", [make.descriptor(made)], made.blobs)
    outside = tmp_path / "outside"
    name = next(name for name, data in made.blobs.items() if data.startswith(b"\x1f\x8b"))
    blob = path / "blobs" / name.replace(":", "/")
    blob.rename(outside)
    blob.symlink_to(outside)
    refused(f"oci:{path}", "leads out of it")
    blob.unlink()
    os.mkfifo(blob)
    refused(f"oci:{path}", "not a regular file")


@pytest.mark.parametrize("name", ["../../etc/passwd", "/etc/passwd"])
def test_members_of_an_archive_name_nothing_outside(tmp_path: Path, name: str) -> None:
    document = [{"Config": name, "Layers": []}]
    path = written(tmp_path / "x.tar", {"manifest.json": json.dumps(document).encode()})
    refused(path, "is not in it")


def test_links_in_the_archive_to_themselves(tmp_path: Path, files) -> None:  # type: ignore[no-untyped-def]
    files["0/layer.tar"] = make.symlink("0/layer.tar", "../1/layer.tar")
    files["1/layer.tar"] = make.symlink("1/layer.tar", "../0/layer.tar")
    refused(written(tmp_path / "x.tar", files), "is a link to itself")


def test_too_many_members(tmp_path: Path, monkeypatch) -> None:  # type: ignore[no-untyped-def]
    from layerlint.images import archive

    monkeypatch.setattr(archive, "MAX_FILES", 50)
    files: dict[str, bytes | Entry] = {f"f{n}": b"" for n in range(60)}
    refused(written(tmp_path / "x.tar", files), "more than 50 members")
    refused(written(tmp_path / "x.tar.gz", files, gzip.compress), "more than 50 members")


def test_pipes_devices_and_nothing(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.tar")
    started = time.monotonic()
    refused(tmp_path / "pipe.tar", "not a regular file")
    refused("docker-archive:/dev/zero", "not a regular file")
    refused(f"docker-archive:{tmp_path}/none.tar", "cannot be opened")
    refused(f"docker-archive:{tmp_path}", "a folder")
    refused(f"oci:{tmp_path}/none", "not a folder")
    refused(f"oci:{tmp_path}", "not an image: it has no index.json")
    refused("docker-archive:", "names no image")
    refused("", "has to be named")
    assert time.monotonic() - started < 5


def test_paths_too_deep_are_left_out(tmp_path: Path) -> None:
    path = make.docker_archive(tmp_path / "x.tar", [[Entry("d/" * 300 + "f", b"x"), Entry("ok", b"y")]])
    image = open_image(str(path))
    assert [entry.path for entry in image.layers[0].layer.entries] == ["/ok"]
    assert any("deeper than" in note for note in image.notes)


def test_nothing_is_written(tmp_path: Path, files, monkeypatch) -> None:  # type: ignore[no-untyped-def]
    path = written(tmp_path / "x.tar", files)
    before = sorted(tmp_path.rglob("*"))
    monkeypatch.chdir(tmp_path)
    open_image(str(path))
    assert sorted(tmp_path.rglob("*")) == before
