"""One image, built and saved in every form that the tools make: read back the same."""

from __future__ import annotations

import gzip
import json
import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from layerlint.images.errors import ImageError
from layerlint.images.opening import open_image
from tests.images import make, tell
from tests.images.make import Entry

DOCKERFILES = {
    "overwritten": (
        "FROM scratch\nCOPY big /big\nCOPY d /d\nCOPY --chmod=600 big /big\nCOPY d/x /d/y\nWORKDIR /w\nENV A=b\n"
        'CMD ["/x"]\n'
    ),
    "stages": "FROM scratch AS one\nCOPY d /src\nFROM scratch\nCOPY --from=one /src /dst\nCOPY big /dst/x\nUSER 1000\n",
    "no-layer": "FROM scratch\nCOPY big /\nLABEL a=b\nEXPOSE 80\n",
}
NEEDED = ("buildah", "skopeo")


def run(*command: str | Path, **environment: str) -> None:
    ran = subprocess.run(
        [str(word) for word in command], capture_output=True, text=True, check=False,
        env={**os.environ, **environment}, timeout=300,
    )  # fmt: skip
    if ran.returncode:
        pytest.fail(f"{' '.join(str(word) for word in command)}: {ran.stderr[-600:]}")


def require(*programs: str) -> None:
    for program in programs:
        if shutil.which(program) is None:
            pytest.skip(f"{program} is not installed")


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a layout and an archive of each Dockerfile, as buildah pushes them."""
    require(*NEEDED)
    if os.geteuid() != 0:
        pytest.skip("buildah needs root here")
    folder = tmp_path_factory.mktemp("forms")
    context = folder / "context"
    (context / "d").mkdir(parents=True)
    (context / "big").write_bytes(os.urandom(200_000))
    (context / "d" / "x").write_bytes(b"x" * 30_000)
    (context / "d" / "y").write_text("why\n")
    (context / "d" / "link").symlink_to("x")
    os.link(context / "d" / "x", context / "d" / "hard")
    store = ("--root", folder / "store", "--runroot", folder / "run", "--storage-driver", "vfs")
    for name, text in DOCKERFILES.items():
        dockerfile = folder / f"{name}.Dockerfile"
        dockerfile.write_text(text)
        tag = f"localhost/{name}:1"
        run(
            "buildah",
            *store,
            "bud",
            "--isolation",
            "chroot",
            "--layers",
            "-f",
            dockerfile,
            "-t",
            tag,
            context,
        )
        run("buildah", *store, "push", "-q", tag, f"oci:{folder}/{name}.oci:1")
        run("buildah", *store, "push", "-q", tag, f"docker-archive:{folder}/{name}.tar:{name}:1")
    return folder


@pytest.mark.parametrize("name", DOCKERFILES)
def test_every_form_reads_the_same(built: Path, name: str, tmp_path: Path) -> None:
    layout, archive = built / f"{name}.oci", built / f"{name}.tar"
    copies = {
        f"oci-archive:{tmp_path}/o.tar:1": (),
        f"docker-archive:{tmp_path}/d.tar:x:1": (),
        f"oci:{tmp_path}/zstd:1": ("--dest-compress-format", "zstd"),
        f"oci:{tmp_path}/chunked:1": ("--dest-compress-format", "zstd:chunked"),
        f"oci:{tmp_path}/plain:1": ("--dest-decompress",),
    }
    pytest.importorskip("zstandard")
    for place, flags in copies.items():
        ran = subprocess.run(
            ["skopeo", "copy", "-q", *flags, f"oci:{layout}:1", place], capture_output=True, check=False
        )
        if ran.returncode and "chunked" not in place:  # old versions cannot
            pytest.fail(ran.stderr.decode())
    packed = tmp_path / "packed.tar.gz"
    packed.write_bytes(gzip.compress(archive.read_bytes()))
    unpacked = tmp_path / "unpacked"
    unpacked.mkdir()
    run("tar", "-xf", archive, "-C", unpacked)
    expected = open_image(f"oci:{layout}:1")
    assert [row for row in expected.config.history if not row.empty_layer] == [
        layer.history for layer in expected.layers
    ]
    sources = [place for place in copies if "chunked" not in place or (tmp_path / "chunked").exists()]
    sources += [str(layout), str(archive), f"docker-archive:{archive}", f"docker-archive:{archive}:{name}:1",
                str(packed), str(unpacked), f"{archive}:@0"]  # fmt: skip
    for source in sources:
        image = open_image(source)
        assert tell.contents(image) == tell.contents(expected), source
        assert tell.hidden(image) == tell.hidden(expected), source
        assert (image.id, image.platform, image.config) == (expected.id, expected.platform, expected.config)


def test_hidden_bytes_of_the_first(built: Path) -> None:
    image = open_image(str(built / "overwritten.oci"))
    assert [row[:3] for row in tell.hidden(image)] == [
        ("/big", 200_000, "metadata-only"), ("/d/y", 4, "overwritten"),
    ]  # fmt: skip
    assert image.config.environment["A"] == "b"
    assert image.config.cmd == ("/x",)
    assert image.config.workdir == "/w"


def test_umoci_layers(built: Path, tmp_path: Path) -> None:
    """What umoci packs, with its whiteouts, is what it unpacks."""
    require("umoci")
    layout = tmp_path / "layout"
    shutil.copytree(built / "overwritten.oci", layout)
    run("umoci", "unpack", "--image", f"{layout}:1", tmp_path / "bundle")
    root = tmp_path / "bundle" / "rootfs"
    (root / "d" / "x").unlink()
    shutil.rmtree(root / "w", ignore_errors=True)
    (root / "big").rename(root / "moved")
    (root / "d" / "new").write_bytes(b"n" * 10)
    run("umoci", "repack", "--image", f"{layout}:2", tmp_path / "bundle")
    image = open_image(f"oci:{layout}:2")
    on_disk = {"/" + path.relative_to(root).as_posix() for path in root.rglob("*")}
    assert set(tell.paths(image)) == on_disk
    assert ("/big", 200_000, "moved") in [row[:3] for row in tell.hidden(image)]
    with pytest.raises(ImageError, match=r"images are in it: add one of :1, :2"):
        open_image(f"oci:{layout}")


def test_containers_storage_by_skopeo(built: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LAYERLINT_CACHE_DIR", str(tmp_path / "cache"))
    reference = f"[vfs@{built}/store+{built}/run]localhost/stages:1"
    image = open_image(f"containers-storage:{reference}")
    expected = open_image(str(built / "stages.tar"))
    assert image.form == "containers-storage"
    assert tell.contents(image) == tell.contents(expected)
    assert list((tmp_path / "cache").iterdir()) == []
    with pytest.raises(ImageError, match="skopeo cannot read it"):
        open_image(f"containers-storage:[vfs@{built}/store+{built}/run]localhost/nothing:1")
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(ImageError, match="skopeo is needed"):
        open_image("containers-storage:x")


@pytest.fixture(scope="module")
def registry(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    require("docker-registry", "skopeo")
    folder = tmp_path_factory.mktemp("registry")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    configuration = folder / "config.yml"
    configuration.write_text(
        f"version: 0.1\nlog: {{level: error}}\nstorage: {{filesystem: {{rootdirectory: {folder}/data}}}}\n"
        f"http: {{addr: '127.0.0.1:{port}'}}\n"
    )
    process = subprocess.Popen(
        ["docker-registry", "serve", str(configuration)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        for _ in range(100):
            try:
                socket.create_connection(("127.0.0.1", port), 1).close()
                break
            except OSError:
                time.sleep(0.1)
        yield f"127.0.0.1:{port}"
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(20)


def test_a_registry(built: Path, registry: str, tmp_path: Path) -> None:
    expected = open_image(str(built / "overwritten.tar"))
    for tag, flags in (("oci", ()), ("docker", ("--format", "v2s2"))):
        place = f"docker://{registry}/team/app:{tag}"
        run(
            "skopeo", "copy", "-q", "--dest-tls-verify=false", *flags, f"oci:{built}/overwritten.oci:1", place
        )
        image = open_image(place, cache=tmp_path / "cache")
        assert tell.contents(image) == tell.contents(expected)
        assert image.form == "registry"
    kept = sorted(path for path in (tmp_path / "cache").rglob("*") if path.is_file())
    assert kept
    assert all(make.digest(path.read_bytes()) == f"sha256:{path.name}" for path in kept)
    # One that was damaged in the cache is fetched again.
    largest = max(kept, key=lambda path: path.stat().st_size)
    largest.write_bytes(b"damaged")
    again = open_image(f"docker://{registry}/team/app:oci", cache=tmp_path / "cache")
    assert tell.contents(again) == tell.contents(expected)
    with pytest.raises(ImageError, match="the registry has no such image"):
        open_image(f"docker://{registry}/team/app:none")
    with pytest.raises(ImageError, match="only with --online"):
        open_image(f"docker://{registry}/team/app:oci", online=False)


def test_platforms(built: Path, registry: str, tmp_path: Path) -> None:
    """By hand: an index of an index, with an attestation that is no image."""
    one, two = (
        make.manifest([make.tar([Entry("amd", b"1")])]),
        make.manifest([make.tar([Entry("arm", b"22")])]),
    )
    rows = [make.descriptor(one, platform="linux/amd64"), make.descriptor(two, platform="linux/arm64/v8")]
    attestation = make.descriptor(one, platform="unknown/unknown")
    attestation["annotations"] = {"vnd.docker.reference.type": "attestation-manifest"}
    inner = json.dumps(
        {
            "schemaVersion": 2,
            "mediaType": "application/vnd.oci.image.index.v1+json",
            "manifests": [*rows, attestation],
        }
    ).encode()
    outer = {
        "mediaType": "application/vnd.oci.image.index.v1+json",
        "digest": make.digest(inner),
        "size": len(inner),
    }
    layout = make.layout(tmp_path / "multi", [outer], {**one.blobs, **two.blobs, make.digest(inner): inner})
    assert set(tell.paths(open_image(f"oci:{layout}"))) == {"/amd"}
    assert set(tell.paths(open_image(f"oci:{layout}", platform="linux/arm64"))) == {"/arm"}
    with pytest.raises(ImageError, match=r"no image for linux/s390x; .* linux/amd64, linux/arm64/v8"):
        open_image(f"oci:{layout}", platform="linux/s390x")
    place = f"docker://{registry}/multi:1"
    run("skopeo", "copy", "-q", "--all", "--dest-tls-verify=false", f"oci:{layout}", place)
    image = open_image(place, platform="linux/arm64", cache=tmp_path / "cache")
    assert set(tell.paths(image)) == {"/arm"}


def test_estargz_is_gzip_with_a_table_of_its_own(tmp_path: Path) -> None:
    """Each entry is a member of gzip of its own; the table is the last entry."""
    entries = [
        Entry("a", b"a" * 5000),
        Entry(".no.prefetch.landmark", b"\xf0"),
        Entry("stargz.index.json", b"{}"),
    ]
    data = make.tar(entries)

    def pack(tar: bytes) -> bytes:
        return b"".join(gzip.compress(tar[at : at + 512]) for at in range(0, len(tar), 512)) + gzip.compress(
            b""
        )

    made = make.manifest([data], pack=pack)
    image = open_image(f"oci:{make.layout(tmp_path, [make.descriptor(made)], made.blobs)}")
    assert tell.paths(image) == {"/a": 5000}
    assert image.layers[0].tar_bytes == len(data)


@pytest.mark.parametrize("kind", ["bz2", "lzma"])
def test_other_ways_to_pack_that_docker_takes(tmp_path: Path, kind: str) -> None:
    module = pytest.importorskip(kind)
    data = make.tar([Entry("a", os.urandom(3_000_000))])
    files = dict(make.docker_files([data]))
    files["0/layer.tar"] = module.compress(data)
    (tmp_path / "x.tar").write_bytes(make.archive(dict(files)))
    assert tell.paths(open_image(str(tmp_path / "x.tar"))) == {"/a": 3_000_000}


def test_equal_layers_are_links_in_old_archives(tmp_path: Path) -> None:
    data = make.tar([Entry("a", b"1")])
    files: dict[str, bytes | Entry] = dict(make.docker_files([data, data]))
    files["1/layer.tar"] = make.symlink("1/layer.tar", "../0/layer.tar")
    for name, change in (("x.tar", bytes), ("x.tar.gz", gzip.compress)):
        (tmp_path / name).write_bytes(change(make.archive(files)))
        assert len(open_image(str(tmp_path / name)).layers) == 2


def test_several_images_in_an_archive(tmp_path: Path) -> None:
    one, two = (
        make.docker_files([make.tar([Entry("a", b"1")])]),
        make.docker_files([make.tar([Entry("b", b"2")])]),
    )
    two = {name.replace("0/", "1/"): data for name, data in two.items()}
    rows = json.loads(one["manifest.json"]) + json.loads(two["manifest.json"].replace(b"0/", b"1/"))
    rows[1]["RepoTags"] = ["b:2", "docker.io/library/c:latest"]
    files = {**one, **two, "manifest.json": json.dumps(rows).encode()}
    path = tmp_path / "x.tar"
    path.write_bytes(make.archive(dict(files)))
    with pytest.raises(ImageError, match="2 images are in it: add one of :app:1, :b:2"):
        open_image(str(path))
    for reference in ("b:2", "c", "c:latest", "@1"):
        assert set(tell.paths(open_image(f"docker-archive:{path}:{reference}"))) == {"/b"}
    with pytest.raises(ImageError, match=r"d:1 is not in it; there is :app:1, :b:2"):
        open_image(f"{path}:d:1")


def test_history_that_does_not_match_is_not_matched(tmp_path: Path) -> None:
    rows = [{"created_by": "one"}, {"created_by": "two"}]
    image = open_image(str(make.docker_archive(tmp_path / "x.tar", [[Entry("a", b"1")]], history=rows)))
    assert image.layers[0].history is None
    assert any("not matched" in note for note in image.notes)


def test_zstd_without_the_library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    files = dict(make.docker_files([make.tar([])]))
    files["0/layer.tar"] = b"\x28\xb5\x2f\xfd" + bytes(20)
    (tmp_path / "x.tar").write_bytes(make.archive(dict(files)))
    monkeypatch.setitem(sys.modules, "zstandard", None)
    with pytest.raises(ImageError, match=r"layerlint\[zstd\]"):
        open_image(str(tmp_path / "x.tar"))


def test_progress_is_told(tmp_path: Path) -> None:
    told: list[tuple[str, int, int]] = []
    path = make.docker_archive(tmp_path / "x.tar", [[Entry("a", b"1")], [Entry("b", b"2")]])
    open_image(str(path), progress=lambda *row: told.append(row))
    assert [row[0] for row in told] == ["layer 1 of 2", "layer 2 of 2"]
    assert all(done == size for _, done, size in told)


@pytest.mark.parametrize("form", ["docker-archive", "oci-archive", "oci"])
def test_digests_that_nothing_needs_may_be_left_out(tmp_path: Path, form: str) -> None:
    """What is hidden, and how, is the same; only a file of a size of its own is without a digest."""
    layers = [
        [Entry("a", b"a" * 700), Entry("b", b"b" * 90), Entry("c", b"c" * 1234), Entry("s", b"s")],
        [
            Entry("a", b"a" * 700, mode=0o600),
            Entry("b", b"B" * 90),
            make.whiteout("c"),
            Entry("d", b"c" * 1234),
        ],
    ]
    tars = [make.tar(layer) for layer in layers]
    if form == "docker-archive":
        place = make.docker_archive(tmp_path / "x.tar", layers)
    else:
        made = make.manifest(tars, pack=bytes)
        place = make.layout(tmp_path / "layout", [make.descriptor(made)], made.blobs)
        if form == "oci-archive":
            run("tar", "-cf", tmp_path / "x.tar", "-C", place, ".")
            place = tmp_path / "x.tar"
    whole, part = (open_image(f"{form}:{place}", all_digests=value) for value in (True, False))
    assert tell.hidden(part) == tell.hidden(whole)
    assert [kind for _, _, kind, _, _ in tell.hidden(part)] == ["moved", "metadata-only", "overwritten"]
    assert [tell.rows(layer.layer) for layer in part.layers] == [
        tell.rows(layer.layer) for layer in whole.layers
    ]
    assert set(whole.layers[0].digests) - set(part.layers[0].digests) == {"/s"}
    assert part.layers[1].digests == whole.layers[1].digests
    assert set(part.layers[0].digests.items()) < set(whole.layers[0].digests.items())
