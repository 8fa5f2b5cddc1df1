"""The API of a Docker or Podman engine, by its socket (Docker Engine API v1.24 and later, which both speak).

Only what is there is read: nothing is pulled, nothing is started.
"""

from __future__ import annotations

import hashlib
import http.client
import os
import socket
from collections.abc import Generator, Iterator
from contextlib import closing
from pathlib import Path
from typing import Literal
from urllib.parse import quote

from layerlint._dataclass import dataclass
from layerlint.images import documents
from layerlint.images.documents import Document
from layerlint.images.errors import ImageError, NotFoundError
from layerlint.images.limits import MAX_DOCUMENT
from layerlint.images.unpack import CHUNK

TIMEOUT = 300.0
"""Seconds of silence: an engine packs a large image before it answers."""

Kind = Literal["docker", "podman"]


class NoEngineError(ImageError):
    """No engine answers."""


@dataclass(frozen=True, slots=True)
class Engine:
    kind: Kind
    socket: str

    def image(self, reference: str) -> Document:
        """What ``docker image inspect`` tells; raises NotFoundError."""
        return self._document(f"/images/{quote(reference, safe='/:@')}/json", f"{self.kind}: {reference}")

    def container(self, name: str) -> Document:
        """What ``docker container inspect`` tells; raises NotFoundError."""
        return self._document(f"/containers/{quote(name, safe='')}/json", f"{self.kind}: container {name}")

    def saved(self, reference: str) -> Generator[bytes]:
        """The archive of ``docker save``, as a stream."""
        label = f"{self.kind}: {reference}"
        with closing(self._connect(label)) as connection:
            response = self._get(connection, f"/images/{quote(reference, safe='/:@')}/get", label)
            while chunk := self._read(response, CHUNK, label):
                yield chunk

    def _document(self, path: str, label: str) -> Document:
        with closing(self._connect(label)) as connection:
            data = self._read(self._get(connection, path, label), MAX_DOCUMENT + 1, label)
        if len(data) > MAX_DOCUMENT:
            raise ImageError(f"{label}: the engine's answer is too long")
        return documents.parse_object(data, label)

    def _connect(self, label: str) -> _Connection:
        connection = _Connection(self.socket)
        try:
            connection.connect()
        except OSError as error:
            raise NoEngineError(
                f"{label}: no engine answers at {self.socket} ({error.strerror or error}); an image can be "
                "saved to a file, too: docker save -o image.tar"
            ) from error
        return connection

    def _get(self, connection: _Connection, path: str, label: str) -> http.client.HTTPResponse:
        try:
            connection.request("GET", path, headers={"Host": "engine"})
            response = connection.getresponse()
        except (http.client.HTTPException, OSError) as error:
            raise ImageError(
                f"{label}: the engine does not answer ({error or type(error).__name__})"
            ) from error
        if response.status == 404:
            raise NotFoundError(f"{label}: the engine does not have it")
        if response.status != 200:
            raise ImageError(f"{label}: the engine answers with HTTP {response.status}")
        return response

    @staticmethod
    def _read(response: http.client.HTTPResponse, amount: int, label: str) -> bytes:
        try:
            return response.read(amount)
        except (http.client.HTTPException, OSError) as error:
            raise ImageError(f"{label}: the engine's answer broke off") from error


class _Connection(http.client.HTTPConnection):
    def __init__(self, path: str) -> None:
        super().__init__("engine", timeout=TIMEOUT)
        self._path = path

    def connect(self) -> None:
        family = getattr(socket, "AF_UNIX", None)
        if family is None:
            raise OSError("sockets of this kind are not there on this system")
        self.sock = socket.socket(family, socket.SOCK_STREAM)
        self.sock.settimeout(TIMEOUT)
        self.sock.connect(self._path)


def find(kind: Kind) -> Engine:
    """The engine that the user's environment or context names, else the usual one.  Raises NoEngineError."""
    if kind == "docker":
        address = os.environ.get("DOCKER_HOST") or _context_address() or "unix:///var/run/docker.sock"
        candidates = [address]
    else:
        said = os.environ.get("CONTAINER_HOST")
        runtime = os.environ.get("XDG_RUNTIME_DIR")
        usual = [f"unix://{runtime}/podman/podman.sock"] if runtime else []
        candidates = [said] if said else [*usual, "unix:///run/podman/podman.sock"]
    for address in candidates:
        scheme, _, path = address.partition("://")
        if scheme != "unix":
            raise NoEngineError(
                f"{kind}: the engine is at {address[:100]}; only one at a unix socket can be asked: save the "
                "image to a file (docker save -o image.tar)"
            )
        if os.path.exists(path):
            return Engine(kind, path)
    places = " or ".join(address.removeprefix("unix://") for address in candidates)
    raise NoEngineError(f"{kind}: no engine is at {places}; is it running? DOCKER_HOST names another")


def engines() -> Iterator[Engine]:
    """Those that are there."""
    for kind in ("docker", "podman"):
        try:
            yield find(kind)
        except NoEngineError:
            continue


def _context_address() -> str:
    """Of the context that is in use (``docker context use``); empty without one."""
    folder = Path(os.environ.get("DOCKER_CONFIG") or os.path.expanduser("~/.docker"))
    settings = documents.read_settings(folder / "config.json")
    name = os.environ.get("DOCKER_CONTEXT") or documents.text(settings, "currentContext")
    if not name or name == "default":
        return ""
    digest = hashlib.sha256(name.encode()).hexdigest()
    meta = documents.read_settings(folder / "contexts" / "meta" / digest / "meta.json")
    address = documents.text(documents.part(documents.part(meta, "Endpoints"), "docker"), "Host")
    if not address:
        raise NoEngineError(f"docker: the context {name[:60]!r}, which is in use, has no address")
    return address
