"""One file of a mirror at a time, into a file: bounded in bytes and in time, with a few more tries.

Only http and https, also behind a redirect, and never from https to http.  Proxies are those of the
environment.  A mirror gets one request at a time.
"""

from __future__ import annotations

import hashlib
import http.client
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

from layerlint import __version__
from layerlint._dataclass import dataclass
from layerlint._opener import opener
from layerlint.domain.units import format_bytes
from layerlint.indexes.errors import SourceError

AGENT = f"layerlint/{__version__}"
TIMEOUT = 30.0
"""Seconds of silence."""
DEADLINE = 900.0
"""Seconds for a whole file: 60 MB at 70 kB/s."""
PAUSES = (1.0, 4.0)
"""Seconds before each further try, of what a later try may mend."""
_AGAIN = frozenset({408, 425, 429, 500, 502, 503, 504})
_CHUNK = 1 << 16

Progress = Callable[[str, int, int | None], None]
"""Told of a file's address, the bytes that are there, and of how many if that is known."""


@dataclass(frozen=True, slots=True)
class Tag:
    """What a server says to know a file again (RFC 9110, section 8.8)."""

    etag: str = ""
    modified: str = ""


@dataclass(frozen=True, slots=True)
class Fetched:
    path: Path
    bytes: int
    sha256: str
    tag: Tag


class _TryError(Exception):
    """Of one try; another may do."""


class Fetcher:
    def __init__(
        self,
        work: Path,
        progress: Progress | None = None,
        *,
        timeout: float = TIMEOUT,
        deadline: float = DEADLINE,
        pauses: tuple[float, ...] | None = None,
    ) -> None:
        self.work = work
        self._progress = progress
        self._timeout = timeout
        self._deadline = deadline
        self._pauses = PAUSES if pauses is None else pauses
        self._count = 0
        self._opener = opener(_Redirects())

    def get(self, url: str, limit: int, known: Tag | None = None) -> Fetched | None:
        """The file, or None where the server says that it is still the one that is ``known``.

        A 404 is `MissingError`; what else does not work is a `SourceError`.
        """
        if not _is_address(url):
            raise SourceError(f"{url}: not an address that starts with http:// or https://")
        for pause in (*self._pauses, None):
            try:
                return self._try(url, limit, known)
            except _TryError as fault:
                if pause is None:
                    raise SourceError(f"{url}: {fault} ({len(self._pauses) + 1} tries)") from fault
                time.sleep(pause)
        raise AssertionError("the last pause is None")

    def _try(self, url: str, limit: int, known: Tag | None) -> Fetched | None:
        headers = {"User-Agent": AGENT, "Accept-Encoding": "identity"}
        if known is not None and known.etag:
            headers["If-None-Match"] = known.etag
        elif known is not None and known.modified:
            headers["If-Modified-Since"] = known.modified
        try:
            request = urllib.request.Request(url, headers=headers)
            with self._opener.open(request, timeout=self._timeout) as response:
                return self._save(url, response, limit)
        except urllib.error.HTTPError as error:
            error.close()
            if error.code == 304 and known is not None:
                return None
            if error.code in _AGAIN:
                raise _TryError(f"HTTP {error.code} {error.reason}") from error
            if error.code in (404, 410):
                raise MissingError(f"{url}: not there (HTTP {error.code})") from error
            raise SourceError(f"{url}: HTTP {error.code} {error.reason}") from error
        except TimeoutError as error:
            raise _TryError(f"no answer within {self._timeout:g} s") from error
        except urllib.error.URLError as error:
            if isinstance(error.reason, TimeoutError):
                raise _TryError(f"no answer within {self._timeout:g} s") from error
            raise _TryError(str(getattr(error.reason, "strerror", None) or error.reason)) from error
        except (http.client.HTTPException, OSError) as error:
            raise _TryError(str(getattr(error, "strerror", None) or error) or type(error).__name__) from error
        except (ValueError, UnicodeError) as error:
            raise SourceError(f"{url}: not an address that can be fetched") from error

    def _save(self, url: str, response: http.client.HTTPResponse, limit: int) -> Fetched:
        end = time.monotonic() + self._deadline
        length = _length(response)
        if length is not None and length > limit:
            raise SourceError(f"{url}: {format_bytes(length)}, more than the {format_bytes(limit)} expected")
        self._count += 1
        path = self.work / f"{self._count}.download"
        digest, size = hashlib.sha256(), 0
        with path.open("wb") as stream:
            while chunk := response.read(_CHUNK):
                size += len(chunk)
                if size > limit:
                    raise SourceError(f"{url}: more than the {format_bytes(limit)} expected")
                if time.monotonic() > end:
                    raise SourceError(f"{url}: not done within {self._deadline:g} s")
                digest.update(chunk)
                stream.write(chunk)
                if self._progress is not None:
                    self._progress(url, size, length)
        if length is not None and size < length:
            raise _TryError(f"cut off after {format_bytes(size)} of {format_bytes(length)}")
        tag = Tag(_header(response, "ETag"), _header(response, "Last-Modified"))
        return Fetched(path, size, digest.hexdigest(), tag)


class MissingError(SourceError):
    """The mirror does not have the file."""


class _Redirects(urllib.request.HTTPRedirectHandler):
    max_redirections = 5

    def redirect_request(  # type: ignore[no-untyped-def]
        self, req: urllib.request.Request, fp, code, msg, headers, newurl: str
    ) -> urllib.request.Request | None:
        old, new = urlsplit(req.full_url).scheme, urlsplit(newurl).scheme
        if new not in ("http", "https") or (old == "https" and new == "http"):
            fp.close()
            raise SourceError(f"{req.full_url}: sends on to {newurl[:200]!r}, which is not followed")
        return super().redirect_request(req, fp, code, msg, headers, newurl)


def _is_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.netloc)


def _length(response: http.client.HTTPResponse) -> int | None:
    text = response.headers.get("Content-Length", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 18 else None


def _header(response: http.client.HTTPResponse, name: str) -> str:
    value: str = response.headers.get(name, "")
    return value if value.isprintable() and len(value) < 200 else ""
