"""HTTP as far as it is needed: the length of a file, a small file, a part of a file.

Every request is bounded in time (also where a server sends a byte now and then), in bytes and in redirects.
Connections go to the network address that was judged, so a name cannot change between the two.
"""

from __future__ import annotations

import base64
import http.client
import re
import socket
import ssl
import threading
import time
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Final
from urllib.parse import SplitResult, unquote, urljoin, urlsplit

from layerlint import __version__
from layerlint._dataclass import dataclass
from layerlint.online.addresses import origin, parsed, refuse_name, resolved
from layerlint.online.errors import OnlineError
from layerlint.online.registries import Online

AGENT: Final = f"layerlint/{__version__}"
_REDIRECTS: Final = 5
_CHUNK: Final = 1 << 16
_LARGEST: Final = 1 << 44
"""A longer file than 16 TiB is a lie."""
_MOVED: Final = frozenset({301, 302, 303, 307, 308})
_HEAD_REFUSED: Final = frozenset({400, 403, 405, 501})
"""Of servers that answer GET alone (signed addresses, old programs)."""
_RANGE: Final = re.compile(r"bytes (\d{1,18})-(\d{1,18})/(\d{1,18})")


@dataclass(frozen=True, slots=True)
class Found:
    """What is known of a file."""

    length: int
    packed: bool = False


class Client:
    """Safe to be used by several threads."""

    def __init__(self, online: Online) -> None:
        self._online = online
        self._own = frozenset(online.own())
        self._end = time.monotonic() + online.budget
        self._context: ssl.SSLContext | None = None
        self._lock = threading.Lock()

    def left(self) -> float:
        """Seconds of the budget; raises OnlineError when there are none."""
        left = self._end - time.monotonic()
        if left <= 0:
            raise OnlineError(f"the {self._online.budget:.0f} s for looking things up were over")
        return left

    def length(self, url: str, *, redirects: bool = True) -> Found:
        """By HEAD, else by a GET of one byte; raises OnlineError."""
        limit = _REDIRECTS if redirects else 0
        with self._request("HEAD", url, {}, limit) as response:
            status, length = response.status, _length(response)
            packed = response.headers.get("Content-Encoding", "identity").lower() not in ("identity", "")
        if status == 200 and length is not None:
            return Found(length, packed)
        if status != 200 and status not in _HEAD_REFUSED:
            raise OnlineError(f"{_host(url)} answers HTTP {status}")
        with self._request("GET", url, {"Range": "bytes=0-0"}, limit) as response:
            whole = _whole(response)
            length = whole if whole is not None else _length(response) if response.status == 200 else None
            status = response.status
        if length is None:
            problem = "does not tell the length" if status in (200, 206) else f"answers HTTP {status}"
            raise OnlineError(f"{_host(url)} {problem}")
        return Found(length)

    def get(self, url: str, limit: int, accept: str) -> tuple[bytes, str]:
        """A small file, and its type; raises OnlineError."""
        with self._request("GET", url, {"Accept": accept}, _REDIRECTS) as response:
            if response.status != 200:
                raise OnlineError(f"{_host(url)} answers HTTP {response.status}")
            length = _length(response)
            if length is not None and length > limit:
                raise OnlineError(f"the answer of {_host(url)} is too long")
            data = _read(response, limit)
            if len(data) > limit:
                raise OnlineError(f"the answer of {_host(url)} is too long")
            if length is not None and len(data) < length:
                raise OnlineError(f"the answer of {_host(url)} breaks off")
            return data, response.headers.get_content_type()

    def part(self, url: str, span: str, limit: int) -> tuple[bytes, int, int]:
        """Bytes of a file (``span``: ``0-99``, ``-100``), where they begin, and the length of all of it."""
        with self._request("GET", url, {"Range": f"bytes={span}"}, _REDIRECTS) as response:
            match = _RANGE.fullmatch(response.headers.get("Content-Range", "").strip())
            if response.status != 206 or match is None:
                raise OnlineError(f"{_host(url)} does not send parts of files")
            first, last, whole = map(int, match.groups())
            if not first <= last < whole or last - first >= limit or whole > _LARGEST:
                raise OnlineError(f"{_host(url)} sends another part than was asked for")
            data = _read(response, last - first + 1)
            if len(data) != last - first + 1:
                raise OnlineError(f"the answer of {_host(url)} breaks off")
            return data, first, whole

    # ------------------------------------------------------------------------------

    @contextmanager
    def _request(
        self, method: str, url: str, headers: Mapping[str, str], redirects: int
    ) -> Iterator[http.client.HTTPResponse]:
        """The answer behind all redirects; whatever goes wrong on the way is an OnlineError."""
        for hop in range(redirects + 1):
            # An address to which a server sends may carry a signature that the server made.
            parts = parsed(url, given=hop == 0)
            connection, target, more = self._connect(parts)
            watch = response = None
            try:
                connection.connect()
                watch = _watch(connection, min(self._online.timeout * 3, self.left()))
                connection.request(method, target, headers={**self._headers(parts), **more, **headers})
                response = connection.getresponse()
                if response.status not in _MOVED:
                    yield response
                    return
                url = _moved(url, response)
            except TimeoutError as error:
                raise OnlineError(f"no answer of {_host(url)} within {self._online.timeout:g} s") from error
            except ssl.SSLError as error:
                reason = getattr(error, "verify_message", "") or error.reason or "TLS fails"
                raise OnlineError(f"{_host(url)}: {reason}") from error
            except (http.client.HTTPException, OSError, ValueError) as error:
                problem = getattr(error, "strerror", None) or "no answer that can be read"
                raise OnlineError(f"{_host(url)}: {problem}") from error
            finally:
                if watch is not None:
                    watch.cancel()
                if response is not None:
                    response.close()  # it holds the connection
                connection.close()
        raise OnlineError(f"{_host(url)} sends on and on" if redirects else f"{_host(url)} sends on")

    def _connect(self, parts: SplitResult) -> tuple[http.client.HTTPConnection, str, dict[str, str]]:
        """A connection, the target of a request on it, and headers for a proxy."""
        host, timeout = parts.hostname or "", min(self._online.timeout, self.left())
        port = parts.port or (443 if parts.scheme == "https" else 80)
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        proxy = _proxy(parts)
        if proxy is None:
            address = resolved(parts, self._own)
            if parts.scheme == "https":
                return _Secure(host, port, timeout, self._tls(), address), target, {}
            return _Plain(host, port, timeout, address), target, {}
        if origin(parts) not in self._own:
            refuse_name(host)
        where, behind = proxy.hostname or "", proxy.port or 80
        authority = _basic(proxy, "Proxy-Authorization")
        if parts.scheme == "https":
            connection = http.client.HTTPSConnection(where, behind, timeout=timeout, context=self._tls())
            connection.set_tunnel(host, port, authority)
            return connection, target, {}
        whole = f"http://{parts.netloc}{target}"
        return http.client.HTTPConnection(where, behind, timeout=timeout), whole, authority

    def _headers(self, parts: SplitResult) -> dict[str, str]:
        found = {"User-Agent": AGENT, "Accept-Encoding": "identity", "Connection": "close"}
        found["Host"] = parts.netloc
        given = self._online.authorisation(origin(parts), parts.scheme)
        return found | ({"Authorization": given} if given else {})

    def _tls(self) -> ssl.SSLContext:
        with self._lock:
            if self._context is None:
                self._context = ssl.create_default_context()
                for file in self._online.certificates:
                    try:
                        self._context.load_verify_locations(file)
                    except (OSError, ssl.SSLError) as error:
                        raise OnlineError(
                            "a file of certificates of your configuration cannot be read"
                        ) from error
            return self._context


class _Plain(http.client.HTTPConnection):
    def __init__(self, host: str, port: int, timeout: float, address: str) -> None:
        super().__init__(host, port, timeout=timeout)
        self._address = address

    def connect(self) -> None:
        self.sock = socket.create_connection((self._address, self.port), self.timeout)


class _Secure(http.client.HTTPSConnection):
    def __init__(self, host: str, port: int, timeout: float, context: ssl.SSLContext, address: str) -> None:
        super().__init__(host, port, timeout=timeout, context=context)
        self._address, self._tls = address, context

    def connect(self) -> None:
        plain = socket.create_connection((self._address, self.port), self.timeout)
        self.sock = self._tls.wrap_socket(plain, server_hostname=self.host)


def _watch(connection: http.client.HTTPConnection, seconds: float) -> threading.Timer:
    """Ends a request that takes too long, in the thread that waits for it."""
    watch = threading.Timer(seconds, _cut, (connection.sock,))
    watch.daemon = True
    watch.start()
    return watch


def _cut(sock: socket.socket) -> None:
    with suppress(OSError):
        socket.socket.shutdown(sock, socket.SHUT_RDWR)


def _proxy(parts: SplitResult) -> SplitResult | None:
    """Of the environment."""
    if urllib.request.proxy_bypass(parts.hostname or ""):
        return None
    given = urllib.request.getproxies().get(parts.scheme)
    if not given:
        return None
    try:
        found = urlsplit(given if "://" in given else f"http://{given}")
        usable = found.scheme == "http" and bool(found.hostname) and found.port != 0
    except ValueError:
        usable = False
    if not usable:
        raise OnlineError("the proxy of the environment is not one of http")
    return found


def _basic(parts: SplitResult, header: str) -> dict[str, str]:
    if parts.username is None:
        return {}
    pair = f"{unquote(parts.username)}:{unquote(parts.password or '')}".encode()
    return {header: "Basic " + base64.b64encode(pair).decode()}


def _moved(url: str, response: http.client.HTTPResponse) -> str:
    """Where it sends on to; never from https to http."""
    location = response.headers.get("Location", "")
    try:
        new = urljoin(url, location).partition("#")[0]
        down = urlsplit(url).scheme == "https" and urlsplit(new).scheme != "https"
    except ValueError:
        location = ""
    if not location or down:
        raise OnlineError(f"{_host(url)} sends on to what is not followed")
    return new


def _length(response: http.client.HTTPResponse) -> int | None:
    text = response.headers.get("Content-Length", "")
    amount = int(text) if text.isascii() and text.isdigit() and len(text) < 18 else None
    return amount if amount is not None and amount <= _LARGEST else None


def _whole(response: http.client.HTTPResponse) -> int | None:
    match = _RANGE.fullmatch(response.headers.get("Content-Range", "").strip())
    amount = int(match[3]) if response.status == 206 and match is not None else None
    return amount if amount is not None and amount <= _LARGEST else None


def _read(response: http.client.HTTPResponse, limit: int) -> bytes:
    """At most one byte more than the limit.

    `read1`: `read` takes a chunk whose length is given as -1 for all that is still to come.
    """
    found = bytearray()
    while len(found) <= limit and (chunk := response.read1(min(_CHUNK, limit + 1 - len(found)))):
        found += chunk
    return bytes(found)


def _host(url: str) -> str:
    try:
        return (urlsplit(url).hostname or "the server")[:100]
    except ValueError:
        return "the server"
