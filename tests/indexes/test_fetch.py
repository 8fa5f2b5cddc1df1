"""One file of a mirror: what is refused, what is tried again, and what the user reads of it."""

from __future__ import annotations

import io
import time
import urllib.request
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest

from layerlint import __version__
from layerlint.indexes.errors import SourceError
from layerlint.indexes.fetch import Fetcher, MissingError, Tag, _Redirects
from tests.indexes.mirror import Answer, Mirror

NOT_ALLOWED = "Redirection to url 'file:///x' is not allowed"


def fetcher(folder: Path, **options: float) -> Fetcher:
    return Fetcher(folder, pauses=(0.0, 0.0), **options)  # type: ignore[arg-type]


def sends(
    *headers: tuple[str, str], status: int = 200, body: bytes = b""
) -> Callable[[BaseHTTPRequestHandler], None]:
    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(status)
        for name, value in headers:
            handler.send_header(name, value)
        handler.end_headers()
        handler.wfile.write(body)

    return answer


def hangs(handler: BaseHTTPRequestHandler) -> None:
    time.sleep(1.0)


def drips(handler: BaseHTTPRequestHandler) -> None:
    handler.send_response(200)
    handler.end_headers()
    for _ in range(50):
        time.sleep(0.05)
        try:
            handler.wfile.write(b"x")
        except OSError:
            return


def message(mirror: Mirror, folder: Path, path: str = "/file", limit: int = 100, **options: float) -> str:
    with pytest.raises(SourceError) as error:
        fetcher(folder, **options).get(mirror.url + path, limit)
    return str(error.value).replace(mirror.url, "")


def test_a_file_its_checksum_and_who_asks(mirror: Mirror, tmp_path: Path) -> None:
    mirror.answers["/file"] = b"hello"
    got = fetcher(tmp_path).get(f"{mirror.url}/file", 5)
    assert got is not None
    assert got.path.read_bytes() == b"hello"
    assert got.sha256 == "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824"
    assert mirror.headers[0]["User-Agent"] == f"layerlint/{__version__}"


def test_what_is_known_is_not_sent_again(mirror: Mirror, tmp_path: Path) -> None:
    mirror.answers["/file"] = b"hello"
    got = fetcher(tmp_path).get(f"{mirror.url}/file", 5)
    assert got is not None
    assert got.tag.etag
    assert fetcher(tmp_path).get(f"{mirror.url}/file", 5, got.tag) is None
    assert (
        fetcher(tmp_path).get(f"{mirror.url}/file", 5, Tag(modified="Sat, 21 Nov 2026 10:00:00 GMT"))
        is not None
    )
    assert "If-Modified-Since" in mirror.headers[-1]


@pytest.mark.parametrize(
    ("answers", "tries"),
    [
        ([500, b"good"], 2),
        ([503, 429, b"good"], 3),
        ([sends(("Content-Length", "9"), body=b"go"), b"good"], 2),
        ([hangs, b"good"], 2),
    ],
    ids=["500", "503-429", "cut-off", "silent"],
)
def test_what_is_tried_again(answers: list[Answer], tries: int, mirror: Mirror, tmp_path: Path) -> None:
    mirror.answers["/file"] = answers
    got = fetcher(tmp_path, timeout=0.2).get(f"{mirror.url}/file", 100)
    assert got is not None
    assert got.path.read_bytes() == b"good"
    assert len(mirror.asked) == tries


@pytest.mark.parametrize(
    ("answer", "said", "tries"),
    [
        (404, "/file: not there (HTTP 404)", 1),
        (403, "/file: HTTP 403 Forbidden", 1),
        (502, "/file: HTTP 502 Bad Gateway (3 tries)", 3),
        (hangs, "/file: no answer within 0.2 s (3 tries)", 3),
        (sends(("Content-Length", "9"), body=b"go"), "/file: cut off after 2 B of 9 B (3 tries)", 3),
        (b"x" * 101, "/file: 101 B, more than the 100 B expected", 1),
        (sends(body=b"x" * 101), "/file: more than the 100 B expected", 1),
        (sends(("Location", "file:///x"), status=302), f"/file: HTTP 302 Found - {NOT_ALLOWED}", 1),
        (sends(("Location", "ftp://h/x"), status=302), "/file: sends on to 'ftp://h/x', which is not followed", 1),
        (sends(("Location", "/other"), status=302), "/other: not there (HTTP 404)", 2),
    ],
)  # fmt: skip
def test_what_fails(answer: Answer, said: str, tries: int, mirror: Mirror, tmp_path: Path) -> None:
    mirror.answers["/file"] = answer
    told = message(mirror, tmp_path, timeout=0.2)
    assert told in (said, said.replace("/other", "/file"))
    assert len(mirror.asked) == tries


def test_a_file_that_drips_has_an_end(mirror: Mirror, tmp_path: Path) -> None:
    mirror.answers["/file"] = drips
    assert message(mirror, tmp_path, deadline=0.2) == "/file: not done within 0.2 s"


def test_redirects(mirror: Mirror, tmp_path: Path) -> None:
    mirror.answers["/file"] = sends(("Location", "/moved"), status=301)
    mirror.answers["/moved"] = b"hello"
    got = fetcher(tmp_path).get(f"{mirror.url}/file", 5)
    assert got is not None
    mirror.answers["/moved"] = sends(("Location", "/file"), status=301)
    assert "/file: HTTP 301" in message(mirror, tmp_path).replace("/moved", "/file")


def test_no_way_from_https_to_http() -> None:
    request = urllib.request.Request("https://example/file")
    with pytest.raises(SourceError, match="which is not followed"):
        _Redirects().redirect_request(request, io.BytesIO(), 301, "Moved", {}, "http://example/file")
    assert (
        _Redirects().redirect_request(request, io.BytesIO(), 301, "Moved", {}, "https://other/file")
        is not None
    )


def test_nobody_there(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"^http://127\.0\.0\.1:9/file: Connection refused \(3 tries\)$"):
        fetcher(tmp_path).get("http://127.0.0.1:9/file", 5)


@pytest.mark.parametrize(
    "url", ["file:///etc/passwd", "ftp://host/x", "http:///x", "x", "data:,x", "http://[/x"]
)
def test_addresses_that_are_none(url: str, tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="not an address"):
        fetcher(tmp_path).get(url, 5)


def test_missing_has_a_class_of_its_own(mirror: Mirror, tmp_path: Path) -> None:
    with pytest.raises(MissingError):
        fetcher(tmp_path).get(f"{mirror.url}/none", 5)
