"""Servers of this machine: a file host that can answer HEAD and ranges, made wheels, indexes and an npm registry."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import re
import tarfile
import threading
import zipfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Handler = Callable[[BaseHTTPRequestHandler], None]


@dataclass
class Page:
    body: bytes
    kind: str = "application/octet-stream"


@dataclass
class Server:
    """What lies at each path: bytes, a page, a status, or what answers as it likes."""

    pages: dict[str, Page | bytes | int | Handler] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    """``GET /path bytes=0-9``"""
    headers: list[Mapping[str, str]] = field(default_factory=list)
    ranges: bool = True
    heads: bool = True
    url: str = ""

    @property
    def host(self) -> str:
        return self.url.removeprefix("http://")


@contextmanager
def served() -> Iterator[Server]:
    server = Server()

    class Answering(BaseHTTPRequestHandler):
        def do_HEAD(self) -> None:
            self._answer()

        def do_GET(self) -> None:
            self._answer()

        def _answer(self) -> None:
            server.asked.append(f"{self.command} {self.path} {self.headers.get('Range', '')}".strip())
            server.headers.append(dict(self.headers))
            page = server.pages.get(self.path, 404)
            if self.command == "HEAD" and not server.heads:
                page = 405
            if callable(page):
                page(self)
            elif isinstance(page, int):
                self.send_response(page)
                self.send_header("Content-Length", "0")
                self.end_headers()
            else:
                self._send(page if isinstance(page, Page) else Page(page))

        def _send(self, page: Page) -> None:
            body, status = page.body, 200
            given = re.fullmatch(r"bytes=(\d*)-(\d*)", self.headers.get("Range", ""))
            span = ""
            if given is not None and server.ranges:
                first = int(given[1]) if given[1] else max(0, len(body) - int(given[2]))
                last = min(int(given[2]), len(body) - 1) if given[1] and given[2] else len(body) - 1
                span, status = f"bytes {first}-{last}/{len(body)}", 206
                body = body[first : last + 1]
            self.send_response(status)
            self.send_header("Content-Type", page.kind)
            self.send_header("Content-Length", str(len(body)))
            if span:
                self.send_header("Content-Range", span)
            self.end_headers()
            if self.command == "GET":
                self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            pass

    http = ThreadingHTTPServer(("127.0.0.1", 0), Answering)
    http.daemon_threads = True
    thread = threading.Thread(target=http.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    server.url = f"http://127.0.0.1:{http.server_port}"
    try:
        yield server
    finally:
        http.shutdown()
        http.server_close()


# ---------------------------------------------------------------------------- wheels


def wheel(name: str, version: str, files: Mapping[str, bytes], requires: tuple[str, ...] = ()) -> bytes:
    """An archive with the metadata that installers ask for."""
    info = f"{name}-{version}.dist-info"
    metadata = f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n"
    metadata += "".join(f"Requires-Dist: {each}\n" for each in requires)
    every = {
        **files,
        f"{info}/METADATA": metadata.encode(),
        f"{info}/WHEEL": b"Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        f"{info}/RECORD": b"",
    }
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, content in every.items():
            archive.writestr(path, content)
    return data.getvalue()


def publish(
    server: Server, wheels: Mapping[str, bytes], *, html: bool = False, sizes: bool = True, where: str = ""
) -> None:
    """A simple index of wheels by their file names, and the wheels."""
    names: dict[str, list[str]] = {}
    for file, data in wheels.items():
        name = file.partition("-")[0].replace("_", "-").lower()
        names.setdefault(name, []).append(file)
        server.pages.setdefault(f"/files/{file}", data)
    for name, files in names.items():
        rows: list[dict[str, Any]] = []
        anchors = ""
        for file in files:
            digest = hashlib.sha256(wheels[file]).hexdigest()
            url = f"{where or server.url}/files/{file}"
            row: dict[str, Any] = {"filename": file, "url": url, "hashes": {"sha256": digest}}
            rows.append(row | ({"size": len(wheels[file])} if sizes else {}))
            anchors += f'<a href="{url}#sha256={digest}">{file}</a><br>'
        listed = {"meta": {"api-version": "1.1"}, "name": name, "files": rows}
        page = Page(json.dumps(listed).encode(), "application/vnd.pypi.simple.v1+json")
        if html:
            page = Page(f"<!DOCTYPE html><html><body>{anchors}</body></html>".encode(), "text/html")
        server.pages[f"/simple/{name}/"] = page


# ------------------------------------------------------------------------------- npm


def tarball(files: Mapping[str, bytes]) -> bytes:
    data = io.BytesIO()
    with tarfile.open(fileobj=data, mode="w") as archive:
        for name, content in files.items():
            member = tarfile.TarInfo(f"package/{name}")
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return gzip.compress(data.getvalue(), mtime=0)


def document(server: Server, name: str, versions: Mapping[str, Mapping[str, Any]], latest: str = "") -> None:
    """The registry's on one package."""
    rows = {
        version: {"name": name, "version": version, "dist": {}, **row} for version, row in versions.items()
    }
    listed = {"name": name, "dist-tags": {"latest": latest or list(versions)[-1]}, "versions": rows}
    path = "/" + name.replace("/", "%2F")
    server.pages[path] = Page(json.dumps(listed).encode(), "application/json")
