"""Images made by hand, byte for byte as a test wants them."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import tarfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Entry:
    name: str
    data: bytes = b""
    type: bytes = tarfile.REGTYPE
    link: str = ""
    mode: int = 0o644
    mtime: int = 1_700_000_000
    pax: tuple[tuple[str, str], ...] = ()


def folder(name: str, mode: int = 0o755) -> Entry:
    return Entry(name, type=tarfile.DIRTYPE, mode=mode)


def symlink(name: str, target: str) -> Entry:
    return Entry(name, type=tarfile.SYMTYPE, link=target, mode=0o777)


def hard_link(name: str, target: str) -> Entry:
    return Entry(name, type=tarfile.LNKTYPE, link=target)


def whiteout(path: str) -> Entry:
    parent, slash, name = path.rpartition("/")
    return Entry(f"{parent}{slash}.wh.{name}")


def opaque(path: str) -> Entry:
    return Entry(f"{path}/.wh..wh..opq")


def tar(entries: Iterable[Entry], form: int = tarfile.PAX_FORMAT) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=form) as archive:
        for entry in entries:
            info = tarfile.TarInfo(entry.name)
            info.type, info.linkname, info.mode, info.mtime = entry.type, entry.link, entry.mode, entry.mtime
            info.size = len(entry.data)
            info.pax_headers = dict(entry.pax)
            archive.addfile(info, io.BytesIO(entry.data))
    return buffer.getvalue()


def digest(data: bytes) -> str:
    return "sha256:" + hashlib.sha256(data).hexdigest()


def configuration(tars: Sequence[bytes], **more: Any) -> bytes:
    history = [{"created_by": f"RUN step {number}"} for number in range(len(tars))]
    document = {
        "architecture": "amd64", "os": "linux", "config": {}, "history": history,
        "rootfs": {"type": "layers", "diff_ids": [digest(data) for data in tars]}, **more,
    }  # fmt: skip
    return json.dumps(document).encode()


def archive(files: dict[str, bytes | Entry]) -> bytes:
    """An outer tar."""
    return tar(Entry(name, value) if isinstance(value, bytes) else value for name, value in files.items())


def docker_files(tars: Sequence[bytes], *, tags: Sequence[str] = ("app:1",), **more: Any) -> dict[str, bytes]:
    config = configuration(tars, **more)
    name = digest(config)[7:] + ".json"
    layers = {f"{number}/layer.tar": data for number, data in enumerate(tars)}
    manifest = [{"Config": name, "RepoTags": list(tags), "Layers": list(layers)}]
    return {**layers, name: config, "manifest.json": json.dumps(manifest).encode()}


def docker_archive(path: Path, layers: Sequence[Sequence[Entry]], **more: Any) -> Path:
    path.write_bytes(archive(dict(docker_files([tar(layer) for layer in layers], **more))))
    return path


@dataclass(frozen=True)
class Manifest:
    digest: str
    blobs: dict[str, bytes]
    """By digest."""
    size: int


def manifest(
    tars: Sequence[bytes], *, pack: Any = gzip.compress, docker: bool = False, **more: Any
) -> Manifest:
    """A manifest with its blobs."""
    config = configuration(tars, **more)
    packed = [pack(data) for data in tars]
    vendor = "application/vnd.docker." if docker else "application/vnd.oci."
    document = {
        "schemaVersion": 2,
        "mediaType": vendor + ("distribution.manifest.v2+json" if docker else "image.manifest.v1+json"),
        "config": {
            "mediaType": vendor + ("container.image.v1+json" if docker else "image.config.v1+json"),
            "digest": digest(config), "size": len(config),
        },
        "layers": [
            {
                "mediaType": vendor + ("image.rootfs.diff.tar.gzip" if docker else "image.layer.v1.tar+gzip"),
                "digest": digest(data), "size": len(data),
            }
            for data in packed
        ],
    }  # fmt: skip
    text = json.dumps(document).encode()
    blobs = {digest(data): data for data in (config, text, *packed)}
    return Manifest(digest(text), blobs, len(text))


def layout(path: Path, manifests: Sequence[dict[str, Any]], blobs: dict[str, bytes]) -> Path:
    """An OCI layout of descriptors and blobs."""
    path.mkdir(parents=True, exist_ok=True)
    for name, data in blobs.items():
        blob = path / "blobs" / name.replace(":", "/")
        blob.parent.mkdir(parents=True, exist_ok=True)
        blob.write_bytes(data)
    (path / "oci-layout").write_text('{"imageLayoutVersion":"1.0.0"}')
    (path / "index.json").write_text(json.dumps({"schemaVersion": 2, "manifests": list(manifests)}))
    return path


def descriptor(made: Manifest, name: str = "", platform: str = "") -> dict[str, Any]:
    row: dict[str, Any] = {
        "mediaType": "application/vnd.oci.image.manifest.v1+json", "digest": made.digest, "size": made.size,
    }  # fmt: skip
    if name:
        row["annotations"] = {"org.opencontainers.image.ref.name": name}
    if platform:
        row["platform"] = dict(zip(("os", "architecture", "variant"), platform.split("/"), strict=False))
    return row
