"""HTTP: lengths, small files and parts, and servers that are slow, broken, or that lie."""

from __future__ import annotations

import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler

import pytest

from layerlint.online.addresses import parsed, refuse_name
from layerlint.online.client import Client, Found
from layerlint.online.errors import OnlineError
from layerlint.online.registries import Online
from tests.online.server import Server


def raw(*pieces: bytes, pause: float = 0.0) -> Callable[[BaseHTTPRequestHandler], None]:
    """An answer to the byte."""

    def answer(handler: BaseHTTPRequestHandler) -> None:
        try:
            for piece in pieces:
                handler.wfile.write(piece)
                handler.wfile.flush()
                time.sleep(pause)
        except OSError:
            pass
        handler.close_connection = True

    return answer


def moved(where: str, status: int = 302) -> Callable[[BaseHTTPRequestHandler], None]:
    return raw(f"HTTP/1.1 {status} Moved\r\nLocation: {where}\r\nContent-Length: 0\r\n\r\n".encode())


def test_a_length_is_that_of_head(server: Server, client: Client) -> None:
    server.pages["/file"] = b"x" * 1234
    assert client.length(f"{server.url}/file") == Found(1234)
    assert server.asked == ["HEAD /file"]


@pytest.mark.parametrize("ranges", [True, False])
def test_a_server_without_head_is_asked_for_one_byte(server: Server, client: Client, ranges: bool) -> None:
    server.heads, server.ranges = False, ranges
    server.pages["/file"] = b"x" * 1234
    assert client.length(f"{server.url}/file") == Found(1234)


@pytest.mark.parametrize(
    "length",
    ["-5", "1e9", "9" * 30, str(1 << 60), "٣", "", "12, 13", "0x10", " +7"],
)
def test_lengths_that_are_none(server: Server, client: Client, length: str) -> None:
    head = f"HTTP/1.1 200 OK\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n"
    server.pages["/file"] = raw(head.encode("utf-8"))
    with pytest.raises(OnlineError, match="does not tell the length"):
        client.length(f"{server.url}/file")


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_redirects_are_followed(server: Server, client: Client, status: int) -> None:
    server.pages["/old"] = moved("/new", status)
    server.pages["/new"] = b"x" * 99
    assert client.length(f"{server.url}/old").length == 99
    with pytest.raises(OnlineError, match="sends on"):
        client.length(f"{server.url}/old", redirects=False)


@pytest.mark.parametrize(
    "where",
    [
        "/loop",
        "//[::1",
        "file:///etc/passwd",
        "ftp://127.0.0.1/x",
        "gopher://x/",
        "http://user:pw@127.0.0.1/",
        "",
    ],
)
def test_redirects_that_are_not_followed(server: Server, client: Client, where: str) -> None:
    server.pages["/loop"] = moved(where)
    with pytest.raises(OnlineError):
        client.length(f"{server.url}/loop")
    assert len(server.asked) <= 6


def test_a_redirect_does_not_lead_into_the_private_network(server: Server, client: Client) -> None:
    other = server.url.replace("127.0.0.1", "127.0.0.2")
    server.pages["/old"] = moved(f"{other}/new")
    server.pages["/new"] = b"x"
    with pytest.raises(OnlineError, match="private network"):
        client.length(f"{server.url}/old")
    assert server.asked == ["HEAD /old"]


@pytest.mark.parametrize(
    "host",
    ["localhost", "127.0.0.1", "127.1", "2130706433", "0.0.0.0", "10.1.2.3", "192.168.1.1", "172.20.0.1",
     "169.254.169.254", "100.64.0.1", "[::1]", "[::ffff:127.0.0.1]", "[fe80::1]", "[fd00::1]", "[::]",
     "[64:ff9b::7f00:1]", "metadata.google.internal"],
)  # fmt: skip
def test_machines_of_the_own_network_are_not_asked(server: Server, host: str) -> None:
    client = Client(Online(timeout=2.0, budget=10.0))
    port = server.url.rpartition(":")[2]
    with pytest.raises(OnlineError):
        client.length(f"http://{host}:{port}/file")
    assert server.asked == []


def test_what_the_user_names_may_be_of_the_own_network(server: Server) -> None:
    server.pages["/file"] = b"x" * 7
    client = Client(Online(hosts=(server.host,), timeout=2.0))
    assert client.length(f"{server.url}/file").length == 7


@pytest.mark.parametrize(
    "url",
    ["https://user:secret@example.com/x", "https://example.com/x?token=abc", "https://example.com/?X-Amz-Signature=1",
     "ftp://example.com/x", "file:///etc/passwd", "https:///x", "https://example.com:0/", "https://example.com:99999/",
     "https://exämple.com/", "https://example.com/a b", "https://example.com/a\r\nHost: x", "http://[", "x",
     "https://example.com/" + "x" * 5000],
)  # fmt: skip
def test_addresses_that_are_not_asked(url: str) -> None:
    with pytest.raises(OnlineError):
        parsed(url)


def test_a_name_that_is_public_is_not_refused() -> None:
    refuse_name("example.com")


def test_nothing_is_sent_that_could_be_a_credential(server: Server, client: Client) -> None:
    server.pages["/file"] = b"x"
    client.length(f"{server.url}/file")
    assert set(server.headers[0]) == {"Host", "User-Agent", "Accept-Encoding", "Connection"}


def test_the_credentials_of_a_registry_go_to_it_alone(server: Server) -> None:
    place = f"http://{server.host}"
    online = Online(
        f"{server.url}/simple", credentials=((place, "Basic abc"),), hosts=("127.0.0.2:1",), timeout=2.0
    )
    server.pages["/file"] = b"x"
    Client(online).length(f"{server.url}/file")
    assert server.headers[0]["Authorization"] == "Basic abc"
    assert online.authorisation("127.0.0.2:1", "http") == ""
    assert "abc" not in repr(online)


@pytest.mark.parametrize(
    "pieces",
    [
        (b"",),
        (b"nonsense\r\n\r\n",),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nshort",),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n",),
        (b"HTTP/1.1 200 OK\r\n" + b"".join(b"X-%d: 1\r\n" % number for number in range(500)) + b"\r\n",),
        (b"HTTP/1.1 200 OK\r\nX: " + b"x" * 200_000 + b"\r\n\r\n",),
        (b"HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n",),
        (b"HTTP/1.1 200 OK\r\n\r\n", *[b"x" * 100_000] * 50),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n-1\r\n", *[b"x" * 100_000] * 50),
    ],
)
def test_answers_that_are_broken_or_have_no_end(
    server: Server, client: Client, pieces: tuple[bytes, ...]
) -> None:
    server.pages["/page"] = raw(*pieces)
    with pytest.raises(OnlineError):
        client.get(f"{server.url}/page", 1_000_000, "*/*")


def test_a_server_that_says_nothing(server: Server) -> None:
    client = Client(Online(server.url, timeout=0.3))
    server.pages["/page"] = raw(b"", pause=3.0)
    started = time.monotonic()
    with pytest.raises(OnlineError, match=r"within 0\.3 s"):
        client.get(f"{server.url}/page", 1_000, "*/*")
    assert time.monotonic() - started < 2


@pytest.mark.parametrize(
    "head", [b"", b"HTTP/1.1 200 OK\r\n\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: 90\r\n\r\n"]
)
def test_a_server_that_sends_a_byte_now_and_then(server: Server, head: bytes) -> None:
    client = Client(Online(server.url, timeout=0.5))
    drip = b"H" if not head else b"x"
    server.pages["/page"] = raw(head, *[drip] * 60, pause=0.1)
    started = time.monotonic()
    try:
        client.get(f"{server.url}/page", 1_000, "*/*")
    except OnlineError:
        assert head != b"HTTP/1.1 200 OK\r\n\r\n"
    assert time.monotonic() - started < 4


def test_no_time_is_left(server: Server) -> None:
    client = Client(Online(server.url, budget=0.0))
    with pytest.raises(OnlineError, match="were over"):
        client.length(f"{server.url}/file")


@pytest.mark.parametrize(
    "span",
    ["bytes 0-9/5", "bytes 9-0/100", "bytes 0-99999/100000", "bytes */100", "items 0-9/100",
     f"bytes 0-9/{1 << 60}", "bytes -1-9/100", ""],
)  # fmt: skip
def test_parts_that_are_not_those_that_were_asked_for(server: Server, client: Client, span: str) -> None:
    head = f"HTTP/1.1 206 Partial\r\nContent-Range: {span}\r\nContent-Length: 10\r\n\r\n0123456789"
    server.pages["/file"] = raw(head.encode())
    with pytest.raises(OnlineError):
        client.part(f"{server.url}/file", "0-9", 10)


def test_a_part(server: Server, client: Client) -> None:
    server.pages["/file"] = b"0123456789"
    assert client.part(f"{server.url}/file", "2-4", 10) == (b"234", 2, 10)
    assert client.part(f"{server.url}/file", "-4", 10) == (b"6789", 6, 10)
