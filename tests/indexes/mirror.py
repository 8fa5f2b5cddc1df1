"""A mirror on this machine: answers by path, what was asked for, and small indexes to serve."""

from __future__ import annotations

import gzip
import hashlib
import io
import lzma
import tarfile
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

Handler = Callable[[BaseHTTPRequestHandler], None]
Answer = bytes | int | Handler
"""A body with status 200, a status without a body, or one that does as it likes."""


@dataclass
class Mirror:
    answers: dict[str, Answer | list[Answer]] = field(default_factory=dict)
    """By path; a list is answered from front to back, its last for ever."""
    asked: list[str] = field(default_factory=list)
    headers: list[Mapping[str, str]] = field(default_factory=list)
    etags: bool = True
    url: str = ""

    def next(self, path: str) -> Answer:
        answer = self.answers.get(path, 404)
        if isinstance(answer, list):
            return answer.pop(0) if len(answer) > 1 else answer[0]
        return answer


@contextmanager
def served() -> Iterator[Mirror]:
    mirror = Mirror()

    class Answering(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            mirror.asked.append(self.path)
            mirror.headers.append(dict(self.headers))
            answer = mirror.next(self.path)
            if callable(answer):
                answer(self)
            elif isinstance(answer, int):
                self.send_error(answer)
            else:
                self._body(answer)

        def _body(self, body: bytes) -> None:
            etag = f'"{hashlib.sha256(body).hexdigest()}"'
            if mirror.etags and self.headers.get("If-None-Match") == etag:
                self.send_response(304)
                self.end_headers()
                return
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            if mirror.etags:
                self.send_header("ETag", etag)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answering)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    mirror.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield mirror
    finally:
        server.shutdown()
        server.server_close()


# -------------------------------------------------------------------------------- apt

CURL = """\
Package: curl
Version: 8.0-1
Installed-Size: 500
Architecture: amd64
Depends: libc6 (>= 2.34), libcurl4 (= 8.0-1) | wget
Provides: fetcher
Filename: pool/curl.deb
Size: 300000
SHA256: 0
"""
LIBC = """\
Package: libc6
Version: 2.36-9
Installed-Size: 13000
Architecture: amd64
Size: 2700000
"""


def release(
    suite: str, files: Mapping[str, bytes], *, date: str = "Sat, 21 Nov 2026 10:00:00 UTC", more: str = ""
) -> bytes:
    sums = "".join(
        f" {hashlib.sha256(data).hexdigest()} {len(data)} {path}\n" for path, data in files.items()
    )
    return (
        "-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\n"
        f"Suite: {suite}\nCodename: {suite}\nDate: {date}\n{more}Components: main\nSHA256:\n{sums}"
        "-----BEGIN PGP SIGNATURE-----\n\nabc\n-----END PGP SIGNATURE-----\n"
    ).encode()


def suite(
    name: str, *packages: str, folder: str = "debian", component: str = "main", more: str = ""
) -> dict[str, bytes]:
    """The answers of one suite."""
    plain = "\n".join(packages).encode()
    path = f"{component}/binary-amd64/Packages"
    files = {path: plain, f"{path}.gz": gzip.compress(plain), f"{path}.xz": lzma.compress(plain)}
    base = f"/{folder}/dists/{name}"
    return {
        f"{base}/InRelease": release(name, files, more=more),
        f"{base}/{path}.gz": files[f"{path}.gz"],
        f"{base}/{path}.xz": files[f"{path}.xz"],
    }


def bookworm(*packages: str) -> dict[str, bytes]:
    """The answers of a release of Debian with these packages in main, nothing in the other suites."""
    return {
        **suite("bookworm", *(packages or (CURL, LIBC))),
        **suite("bookworm-updates"),
        **suite("bookworm-security", folder="debian-security"),
    }


def noble(*packages: str) -> dict[str, bytes]:
    answers: dict[str, bytes] = {}
    for name in ("noble", "noble-updates", "noble-security"):
        answers |= suite(name, *(packages if name == "noble" else ()), folder="ubuntu")
    return answers | suite(
        "noble-backports",
        CURL.replace("8.0-1", "9.0-1"),
        LIBC.replace("libc6", "new"),
        folder="ubuntu",
        more="NotAutomatic: yes\n",
    )


# -------------------------------------------------------------------------------- apk


def apkindex(*packages: str) -> bytes:
    """Two gzip members, the first a signature without the end of a tar, as abuild-sign makes them."""
    return gzip.compress(_tar({".SIGN.RSA.key.rsa.pub": b"signed"})[:1024]) + gzip.compress(
        _tar({"DESCRIPTION": b"v3.20.3", "APKINDEX": "\n".join(packages).encode() + b"\n"})
    )


def _tar(files: Mapping[str, bytes]) -> bytes:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w", format=tarfile.USTAR_FORMAT) as tar:
        for name, data in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(data)
            tar.addfile(member, io.BytesIO(data))
    return packed.getvalue()


# -------------------------------------------------------------------------------- rpm

COMMON = 'xmlns="http://linux.duke.edu/metadata/common" xmlns:rpm="http://linux.duke.edu/metadata/rpm"'


def rpm(
    name: str,
    version: str = "1.0",
    release: str = "1",
    *,
    arch: str = "x86_64",
    size: int = 1000,
    formats: str = "",
) -> str:
    return (
        f'<package type="rpm"><name>{name}</name><arch>{arch}</arch>'
        f'<version epoch="0" ver="{version}" rel="{release}"/><summary>it &amp; more</summary>'
        f'<size package="{size}" installed="{3 * size}" archive="{3 * size}"/>'
        f"<format>{formats}</format></package>"
    )


def repository(
    folder: str, *packages: str, primary: bytes | None = None, pack: Callable[[bytes], bytes] = gzip.compress
) -> dict[str, bytes]:
    """The answers of one repository."""
    text = primary if primary is not None else f"<metadata {COMMON}>{''.join(packages)}</metadata>".encode()
    packed = pack(text)
    checksum = hashlib.sha256(packed).hexdigest()
    place = f"repodata/{checksum}-primary.xml.{'gz' if pack is gzip.compress else 'zst'}"
    repomd = (
        '<?xml version="1.0" encoding="UTF-8"?><repomd xmlns="http://linux.duke.edu/metadata/repo">'
        '<data type="filelists"><checksum type="sha256">00</checksum><location href="repodata/f.xml.gz"/></data>'
        f'<data type="primary"><checksum type="sha256">{checksum}</checksum>'
        f'<open-checksum type="sha256">{hashlib.sha256(text).hexdigest()}</open-checksum>'
        f'<location href="{place}"/><timestamp>1790000000</timestamp>'
        f"<size>{len(packed)}</size><open-size>{len(text)}</open-size></data></repomd>"
    )
    return {f"{folder}/repodata/repomd.xml": repomd.encode(), f"{folder}/{place}": packed}
