"""Requests to a registry: bounded in time, a few tries, and no credentials to another host than asked."""

from __future__ import annotations

import http.client
import ssl
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from typing import IO
from urllib.parse import urljoin, urlsplit

from layerlint import __version__
from layerlint._opener import opener
from layerlint.images.errors import ImageError

AGENT = f"layerlint/{__version__}"
TIMEOUT = 30.0
"""Seconds of silence."""
PAUSES = (0.5, 2.0)
"""Seconds before each further try, of what a later try may mend."""
_AGAIN = frozenset({408, 425, 429, 500, 502, 503, 504})
_MAX_WAIT = 20.0
"""Seconds of a ``Retry-After`` that are waited."""
_REDIRECTS = 5

Response = http.client.HTTPResponse


class StatusError(ImageError):
    """An answer that is no success."""

    def __init__(self, message: str, status: int, headers: Mapping[str, str]) -> None:
        super().__init__(message)
        self.status = status
        self.headers = headers
        """By names in lower case."""


class PlainError(ImageError):
    """The server does not speak TLS."""


def request(
    url: str, headers: Mapping[str, str], *, data: bytes | None = None, pauses: tuple[float, ...] = PAUSES
) -> Response:
    """The answer, whose body the caller reads and closes.  Raises ImageError."""
    for pause in (*pauses, None):
        try:
            return _once(url, headers, data)
        except StatusError as error:
            if pause is None or error.status not in _AGAIN:
                raise
            after = error.headers.get("retry-after", "")
            pause = min(float(after), _MAX_WAIT) if after.isdecimal() and len(after) < 6 else pause
        except _TryError as error:
            if pause is None:
                raise ImageError(f"{_host(url)}: {error} ({len(pauses) + 1} tries)") from error
        time.sleep(pause)
    raise AssertionError("the last pause is None")


class _TryError(Exception):
    """Of one try; another may do."""


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    def redirect_request(  # type: ignore[no-untyped-def]
        self, req: urllib.request.Request, fp: IO[bytes], code: int, msg: str, headers, newurl: str
    ) -> None:
        return None


def _once(url: str, headers: Mapping[str, str], data: bytes | None) -> Response:
    director, current = opener(_NoRedirects()), url
    for _ in range(_REDIRECTS + 1):
        try:
            sent = {"User-Agent": AGENT, "Accept-Encoding": "identity", **headers}
            if _origin(current) != _origin(url):
                sent.pop("Authorization", None)
            response: Response = director.open(
                urllib.request.Request(current, data=data, headers=sent), timeout=TIMEOUT
            )
            return response
        except urllib.error.HTTPError as error:
            error.close()
            if error.code in (301, 302, 303, 307, 308) and data is None:
                current = _redirected(current, error.headers.get("Location", ""))
                continue
            raise StatusError(
                f"{_host(url)}: HTTP {error.code}",
                error.code,
                {name.lower(): value for name, value in error.headers.items()},
            ) from error
        except TimeoutError as error:
            raise _TryError(f"no answer within {TIMEOUT:g} s") from error
        except urllib.error.URLError as error:
            if isinstance(error.reason, ssl.SSLCertVerificationError):
                raise ImageError(f"{_host(url)}: its certificate is not trusted ({error.reason.verify_message})") from error  # fmt: skip  # noqa: E501
            if isinstance(error.reason, ssl.SSLError):
                raise PlainError(f"{_host(url)}: does not speak TLS") from error
            raise _TryError(str(getattr(error.reason, "strerror", None) or error.reason)) from error
        except (http.client.HTTPException, OSError) as error:
            raise _TryError(str(getattr(error, "strerror", None) or error) or type(error).__name__) from error
        except (ValueError, UnicodeError) as error:
            raise ImageError(f"{url[:200]}: not an address that can be fetched") from error
    raise ImageError(f"{_host(url)}: sends on more than {_REDIRECTS} times")


def _redirected(url: str, location: str) -> str:
    new = urljoin(url, location)
    parts = urlsplit(new)
    secure = urlsplit(url).scheme == "https"
    if parts.scheme not in ("http", "https") or not parts.netloc or (secure and parts.scheme == "http"):
        raise ImageError(f"{_host(url)}: sends on to {new[:100]!r}, which is not followed")
    return new


def _origin(url: str) -> tuple[str, str]:
    parts = urlsplit(url)
    return parts.scheme, parts.netloc


def _host(url: str) -> str:
    return urlsplit(url).netloc.rpartition("@")[2] or url[:100]
