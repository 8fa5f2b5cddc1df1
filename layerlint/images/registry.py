"""Images of a registry: the OCI distribution protocol, as far as a pull needs it.

By the standard library alone: what a client library would add is pushing.  Sources: distribution-spec
("Pull"), Docker's "Token Authentication" and its OAuth2 form.
"""

from __future__ import annotations

import base64
import hashlib
import os
import re
from collections.abc import Iterator, Mapping
from urllib.parse import urlencode, urlsplit

from layerlint.domain.units import format_bytes
from layerlint.images import client, documents, names, oci
from layerlint.images.blob_cache import BlobCache
from layerlint.images.client import PlainError, Response, StatusError
from layerlint.images.credentials import Login
from layerlint.images.credentials import find as find_login
from layerlint.images.errors import ImageError, NotFoundError
from layerlint.images.files import chunks_of, open_regular, part_of
from layerlint.images.limits import MAX_DOCUMENT, Limits
from layerlint.images.names import HUB, Name
from layerlint.images.oci import Descriptor
from layerlint.images.reading import Found, Progress

_ACCEPT = ", ".join(
    (
        "application/vnd.oci.image.index.v1+json",
        "application/vnd.oci.image.manifest.v1+json",
        "application/vnd.docker.distribution.manifest.list.v2+json",
        "application/vnd.docker.distribution.manifest.v2+json",
    )
)
_CHUNK = 1 << 18
_LOOPBACK = re.compile(r"(?:localhost|127\.[0-9.]+|\[::1\])(?::[0-9]+)?")
_INSECURE = "LAYERLINT_INSECURE_REGISTRIES"
_CHALLENGE = re.compile(r'([a-z_]{1,20})="([^"]{0,1000})"')
_MAX_TOKEN = 1 << 20


class Registry:
    """One repository of a registry as `Files`: a blob is fetched when it is asked for, and kept."""

    def __init__(self, name: Name, cache: BlobCache, limits: Limits, progress: Progress | None) -> None:
        self._name = name
        self._cache = cache
        self._limits = limits
        self._progress = progress
        self._login: Login | None = None
        self._asked = False
        self._authorization = ""
        self._documents: dict[str, bytes] = {}
        self._manifests: set[str] = set()
        self.used: set[str] = set()
        """Digests that were in the cache already."""
        host = "registry-1.docker.io" if name.registry == HUB else name.registry
        self._insecure = is_insecure(name.registry)
        self._base = f"https://{host}/v2/{name.repository}"

    @property
    def label(self) -> str:
        return self._name.short

    def offset(self, name: str) -> int | None:
        return None

    def root(self) -> Descriptor:
        """The manifest or index that the tag or digest stands for."""
        try:
            response = self._get(f"/manifests/{self._name.target}", {"Accept": _ACCEPT})
        except StatusError as error:
            if error.status == 404:
                raise NotFoundError(f"{self.label}: the registry has no such image") from error
            raise
        with response:
            data = _bounded(response, MAX_DOCUMENT, self.label)
            media_type = response.headers.get_content_type()
        digest = self._name.digest or "sha256:" + hashlib.sha256(data).hexdigest()
        self._keep(digest, data)
        return Descriptor(digest, "" if media_type == "application/json" else media_type, (), "")

    def size(self, name: str) -> int | None:
        if name in self._documents:
            return len(self._documents[name])
        digest = _digest_of(name)
        try:
            if digest not in self._manifests:
                return self._fetched(digest)
            with self._get(f"/manifests/{digest}", {"Accept": _ACCEPT}) as response:
                self._keep(digest, _bounded(response, MAX_DOCUMENT, self.label))
            return len(self._documents[name])
        except StatusError as error:
            if error.status == 404:
                return None
            raise

    def chunks(self, name: str) -> Iterator[bytes]:
        if name in self._documents:
            yield self._documents[name]
            return
        digest = _digest_of(name)
        self._fetched(digest)
        descriptor = open_regular(self._cache.path(digest), f"{self.label}: {digest}")
        try:
            yield from chunks_of(descriptor, 0, os.fstat(descriptor).st_size, f"{self.label}: {digest}")
        finally:
            os.close(descriptor)

    def part(self, name: str, offset: int, size: int) -> Iterator[bytes] | None:
        if name in self._documents:
            return None
        digest = _digest_of(name)
        self._fetched(digest)
        return part_of(self._cache.path(digest), offset, size, f"{self.label}: {digest}")

    def forget(self) -> bool:
        """Drop what came from the cache, which may be damaged; whether there was anything."""
        used, self.used = self.used, set()
        for digest in used:
            self._cache.remove(digest)
        return bool(used)

    def _fetched(self, digest: str) -> int:
        """Bytes of the blob, once it is in the cache."""
        path = self._cache.find(digest)
        if path is not None:
            self.used.add(digest)
            return path.stat().st_size
        for last in (False, True):
            try:
                with self._get(f"/blobs/{digest}", {}) as response:
                    return self._cache.add(digest, self._told(response, digest), self.label).stat().st_size
            except _CutError:
                if last:
                    raise
        raise AssertionError("the last try returns or raises")

    def _keep(self, digest: str, data: bytes) -> None:
        """A manifest or an index; what an index names is asked for as this was, not as a blob."""
        self._documents[oci.path_of(digest)] = data
        document = documents.parse_object(data, self.label)
        self._manifests.update(
            documents.text(item, "digest") for item in documents.parts(document, "manifests")
        )

    def _told(self, response: Response, digest: str) -> Iterator[bytes]:
        size = response.length
        if size is not None and size > self._limits.bytes:
            raise ImageError(f"{self.label}: a blob of {format_bytes(size)} is more than the limit")
        done = 0
        while True:
            try:
                chunk = response.read(_CHUNK)
            except Exception as error:  # of http.client, ssl or the socket
                raise _CutError(f"{self.label}: the answer broke off ({type(error).__name__})") from error
            if not chunk:
                break
            done += len(chunk)
            if done > self._limits.bytes:
                raise ImageError(f"{self.label}: a blob of more than {format_bytes(self._limits.bytes)}")
            if self._progress is not None:
                self._progress(f"fetching {digest[7:19]}", done, size or done)
            yield chunk
        if response.length:
            raise _CutError(f"{self.label}: the answer broke off after {format_bytes(done)}")

    # ----------------------------------------------------------------------- authorization

    def _get(self, path: str, headers: Mapping[str, str]) -> Response:
        """Asks once without a token, then with what the registry asks for."""
        for again in (True, False):
            sent = dict(headers)
            if self._authorization:
                sent["Authorization"] = self._authorization
            try:
                return client.request(self._base + path, sent)
            except PlainError:
                if not self._insecure or not self._base.startswith("https://"):
                    raise
                self._base = "http://" + self._base.removeprefix("https://")
                return self._get(path, headers)
            except StatusError as error:
                if error.status not in (401, 403):
                    raise
                if not again or error.status == 403 or not self._authorize(error.headers):
                    raise self._refused(error) from error
        raise AssertionError("the last try returns or raises")

    def _refused(self, error: StatusError) -> ImageError:
        known = "your login is not accepted" if self._login else "no login is known"
        return NotFoundError(
            f"{self.label}: the registry does not give it (HTTP {error.status}); it is not there, or not "
            f"for everybody: {known} (docker login {self._name.registry})"
        )

    def _authorize(self, headers: Mapping[str, str]) -> bool:
        """Whether there is something to try again with."""
        if not self._asked:
            self._asked = True
            self._login = find_login(self._name.registry, self._name.repository)
        scheme, _, rest = headers.get("www-authenticate", "").partition(" ")
        fields = dict(_CHALLENGE.findall(rest[:4000]))
        if scheme.lower() == "basic" and self._login is not None and self._login.secret:
            self._authorization = _basic(self._login)
            return True
        if scheme.lower() != "bearer" or not fields.get("realm"):
            return False
        self._authorization = f"Bearer {self._token(fields)}"
        return True

    def _token(self, fields: Mapping[str, str]) -> str:
        realm = fields["realm"]
        parts = urlsplit(realm)
        if not parts.netloc or parts.scheme not in ("http", "https"):
            raise ImageError(f"{self.label}: the registry asks for a token of {realm[:100]!r}")
        if parts.scheme == "http" and not is_insecure(parts.netloc):
            raise ImageError(f"{self.label}: the registry asks for a token of {realm[:100]!r}, without TLS")
        query = {"scope": fields.get("scope") or f"repository:{self._name.repository}:pull"}
        if fields.get("service"):
            query["service"] = fields["service"]
        headers: dict[str, str] = {}
        login, data = self._login, None
        if login is not None and login.identity_token:
            query |= {"grant_type": "refresh_token", "refresh_token": login.identity_token}
            data = urlencode(query | {"client_id": "layerlint"}).encode()
        elif login is not None:
            headers["Authorization"] = _basic(login)
        url = realm if data is not None else f"{realm}{'&' if parts.query else '?'}{urlencode(query)}"
        try:
            with client.request(url, headers, data=data) as response:
                document = documents.parse_object(
                    _bounded(response, _MAX_TOKEN, self.label), f"{self.label}: the answer for a token"
                )
        except StatusError as error:
            if error.status in (400, 401, 403):
                raise self._refused(error) from error
            raise
        token = documents.text(document, "token") or documents.text(document, "access_token")
        if not token or not token.isascii() or not token.isprintable():
            raise ImageError(f"{self.label}: the registry gives no token")
        return token


class _CutError(ImageError):
    """Worth a second try."""


def find(registry: Registry, source: str, name: Name, platform: str) -> Found:
    return oci.find(registry, source, "registry", name.short, [registry.root()], platform)


def is_insecure(host: str) -> bool:
    """Whether plain HTTP will do: on this machine, or where the user says so."""
    said = os.environ.get(_INSECURE, "").split(",")
    return _LOOPBACK.fullmatch(host) is not None or host in {name.strip() for name in said}


def open_registry(text: str, cache: BlobCache, limits: Limits, progress: Progress | None) -> Registry:
    return Registry(names.parse(text), cache, limits, progress)


def _digest_of(name: str) -> str:
    return name.removeprefix("blobs/").replace("/", ":", 1)


def _basic(login: Login) -> str:
    return "Basic " + base64.b64encode(f"{login.user}:{login.secret}".encode()).decode()


def _bounded(response: Response, limit: int, label: str) -> bytes:
    data = response.read(limit + 1)
    if len(data) > limit:
        raise ImageError(f"{label}: an answer of more than {format_bytes(limit)}")
    return data
