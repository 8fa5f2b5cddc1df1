"""The distribution protocol against a server that asks for tokens, redirects, fails and lies."""

from __future__ import annotations

import base64
import json
import threading
import urllib.parse
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from layerlint.images import client, credentials, names
from layerlint.images.errors import ImageError
from layerlint.images.opening import open_image
from tests.images import make, tell
from tests.images.make import Entry

BASIC = "Basic " + base64.b64encode(b"user:secret").decode()
MADE = make.manifest([make.tar([Entry("a", b"a" * 1000)])])


@dataclass
class Server:
    mode: str = "open"
    requests: list[tuple[str, str, str]] = field(default_factory=list)
    """Host, path, Authorization."""
    fail: int = 0
    """Answers of 503 that are still to come."""
    cut: int = 0
    """Blobs of which half comes."""
    lie: bool = False
    port: int = 0
    elsewhere: str = ""
    token_answer: bytes = b'{"token": "good"}'

    @property
    def reference(self) -> str:
        return f"docker://127.0.0.1:{self.port}/team/app:1"


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Server]:
    state = Server()

    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            pass

        def answer(self, status: int, data: bytes = b"", **headers: str) -> None:
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name.replace("_", "-"), value)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            state.requests.append((self.headers["Host"], f"POST {self.path} {body}", ""))
            self.answer(200, b'{"access_token": "good"}')

        def do_GET(self) -> None:
            authorization = self.headers.get("Authorization", "")
            state.requests.append((self.headers["Host"], self.path, authorization))
            path = self.path.partition("?")[0]
            if path == "/token":
                wanted = state.mode == "private" and authorization != BASIC
                self.answer(401 if wanted else 200, state.token_answer)
                return
            if path.startswith("/store/"):
                data = MADE.blobs["sha256:" + path.removeprefix("/store/")]
                self.answer(200, data[::-1] if state.lie else data)
                return
            challenge = {
                "token": f'Bearer realm="http://127.0.0.1:{state.port}/token",service="r",scope="repository:team/app:pull"',
                "basic": 'Basic realm="r"',
                "evil": 'Bearer realm="http://evil.example/token",service="r"',
            }
            challenge["private"] = challenge["token"]
            if state.mode != "open" and authorization not in (
                "Bearer good",
                BASIC if state.mode == "basic" else "-",
            ):
                self.answer(401, WWW_Authenticate=challenge[state.mode])
                return
            if state.fail:
                state.fail -= 1
                self.answer(503)
                return
            if path == "/v2/team/app/manifests/1":
                self.answer(
                    200, MADE.blobs[MADE.digest], Content_Type="application/vnd.oci.image.manifest.v1+json"
                )
                return
            digest = path.rpartition("/")[2]
            if digest not in MADE.blobs:
                self.answer(404)
            elif state.elsewhere:
                self.answer(307, Location=f"{state.elsewhere}/store/{digest.removeprefix('sha256:')}")
            elif state.cut:
                state.cut -= 1
                self.send_response(200)
                self.send_header("Content-Length", str(len(MADE.blobs[digest])))
                self.end_headers()
                self.wfile.write(MADE.blobs[digest][:20])
                self.close_connection = True
            else:
                self.answer(200, MADE.blobs[digest][::-1] if state.lie else MADE.blobs[digest])

    httpd = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    state.port = httpd.server_address[1]
    thread = threading.Thread(target=httpd.serve_forever, daemon=True)
    thread.start()
    monkeypatch.setenv("LAYERLINT_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path / "docker"))
    monkeypatch.delenv("XDG_RUNTIME_DIR", raising=False)
    monkeypatch.delenv("REGISTRY_AUTH_FILE", raising=False)
    monkeypatch.setattr(client.request, "__kwdefaults__", {"data": None, "pauses": (0.01, 0.01)})
    try:
        yield state
    finally:
        httpd.shutdown()
        httpd.server_close()
        thread.join(10)


def configure(tmp_path: Path, **document: object) -> None:
    (tmp_path / "docker").mkdir(exist_ok=True)
    (tmp_path / "docker" / "config.json").write_text(json.dumps(document))


def login(server: Server) -> dict[str, object]:
    return {f"127.0.0.1:{server.port}": {"auth": base64.b64encode(b"user:secret").decode()}}


def test_anonymous_tokens(server: Server) -> None:
    server.mode = "token"
    assert tell.paths(open_image(server.reference)) == {"/a": 1000}
    (asked,) = [path for _, path, _ in server.requests if path.startswith("/token")]
    assert urllib.parse.parse_qs(asked.partition("?")[2]) == {
        "service": ["r"], "scope": ["repository:team/app:pull"],
    }  # fmt: skip


def test_tokens_for_a_login(server: Server, tmp_path: Path) -> None:
    server.mode = "private"
    with pytest.raises(ImageError, match="no login is known"):
        open_image(server.reference)
    configure(tmp_path, auths=login(server))
    assert tell.paths(open_image(server.reference)) == {"/a": 1000}


def test_basic_logins_and_identity_tokens(server: Server, tmp_path: Path) -> None:
    server.mode = "basic"
    configure(tmp_path, auths=login(server))
    assert tell.paths(open_image(server.reference)) == {"/a": 1000}
    server.mode = "token"
    configure(tmp_path, auths={f"127.0.0.1:{server.port}": {"auth": "dTo=", "identitytoken": "refresh"}})
    open_image(server.reference)
    (posted,) = [path for _, path, _ in server.requests if path.startswith("POST")]
    assert "grant_type=refresh_token" in posted
    assert "refresh_token=refresh" in posted


def test_a_helper_of_the_users_configuration(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.mode = "private"
    configure(tmp_path, credHelpers={f"127.0.0.1:{server.port}": "test"})
    with pytest.raises(ImageError, match=r"docker-credential-test, .* is not installed"):
        open_image(server.reference)
    helper = tmp_path / "bin" / "docker-credential-test"
    helper.parent.mkdir()
    helper.write_text('#!/bin/sh\nread host\necho "{\\"Username\\":\\"user\\",\\"Secret\\":\\"secret\\"}"\n')
    helper.chmod(0o755)
    monkeypatch.setenv("PATH", f"{helper.parent}:/usr/bin:/bin")
    assert tell.paths(open_image(server.reference)) == {"/a": 1000}
    helper.write_text("#!/bin/sh\nexec sleep 60\n")
    monkeypatch.setattr(credentials, "_TIMEOUT", 0.2)
    with pytest.raises(ImageError, match="does not answer"):
        open_image(server.reference)
    configure(tmp_path, credHelpers={f"127.0.0.1:{server.port}": "../evil"})
    with pytest.raises(ImageError, match="is not a name"):
        open_image(server.reference)


def test_a_login_goes_to_no_other_host(server: Server, tmp_path: Path) -> None:
    server.mode = "basic"
    server.elsewhere = f"http://localhost:{server.port}"
    configure(tmp_path, auths=login(server))
    assert tell.paths(open_image(server.reference)) == {"/a": 1000}
    stored = [(host, sent) for host, path, sent in server.requests if path.startswith("/store/")]
    assert stored
    assert set(stored) == {(f"localhost:{server.port}", "")}


@pytest.mark.parametrize("place", ["file:///etc", "ftp://127.0.0.1", "gopher://x"])
def test_redirects_that_are_not_followed(server: Server, place: str) -> None:
    server.elsewhere = place
    with pytest.raises(ImageError, match="is not followed"):
        open_image(server.reference)


def test_a_realm_without_tls_gets_no_login(server: Server, tmp_path: Path) -> None:
    server.mode = "evil"
    configure(tmp_path, auths=login(server))
    with pytest.raises(ImageError, match="without TLS"):
        open_image(server.reference)


def test_further_tries(server: Server, tmp_path: Path) -> None:
    server.fail = 2
    server.cut = 1
    assert tell.paths(open_image(server.reference)) == {"/a": 1000}
    server.fail = 100
    with pytest.raises(ImageError, match="HTTP 503"):
        open_image(server.reference)
    assert not list((tmp_path / "cache").rglob(".part-*"))


def test_blobs_that_are_not_what_they_say(server: Server, tmp_path: Path) -> None:
    server.lie = True
    with pytest.raises(ImageError, match="what came is not sha256:"):
        open_image(server.reference)
    assert not [path for path in (tmp_path / "cache").rglob("*") if path.is_file()]


def test_what_is_fetched_once_is_kept(server: Server) -> None:
    open_image(server.reference)
    count = len(server.requests)
    open_image(server.reference)
    assert [path for _, path, _ in server.requests[count:]] == ["/v2/team/app/manifests/1"]


def test_no_answer_for_a_token(server: Server) -> None:
    server.mode = "token"
    for answer in (b"{}", b"[]", b'{"token": "a\\nb"}', b"x"):
        server.token_answer = answer
        with pytest.raises(ImageError):
            open_image(server.reference)


@pytest.mark.parametrize(
    ("text", "registry", "repository", "tag"),
    [
        ("debian", "docker.io", "library/debian", "latest"),
        ("debian:12", "docker.io", "library/debian", "12"),
        ("me/app", "docker.io", "me/app", "latest"),
        ("index.docker.io/library/debian", "docker.io", "library/debian", "latest"),
        ("ghcr.io/me/app:v1", "ghcr.io", "me/app", "v1"),
        ("localhost:5000/app", "localhost:5000", "app", "latest"),
        (f"quay.io/a/b@sha256:{'0' * 64}", "quay.io", "a/b", "latest"),
    ],
)
def test_names(text: str, registry: str, repository: str, tag: str) -> None:
    name = names.parse(text)
    assert (name.registry, name.repository, name.tag) == (registry, repository, tag)


@pytest.mark.parametrize("text", ["", "A", "a b", "x:/y", "a@sha256:1", "https://x/y", "-x", "a" * 600])
def test_no_names(text: str) -> None:
    with pytest.raises(ImageError, match="not a reference"):
        names.parse(text)


def test_a_login_is_not_shown() -> None:
    assert "secret" not in repr(credentials.Login("user", "secret"))
