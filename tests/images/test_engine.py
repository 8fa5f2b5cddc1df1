"""The API of an engine: a server on a unix socket that has one saved image and one container."""

from __future__ import annotations

import hashlib
import json
import os
import socketserver
import stat
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest

from layerlint.images import container
from layerlint.images.container import Overlay, parse_mounts
from layerlint.images.errors import ImageError
from layerlint.images.opening import open_image
from tests.images import make, tell
from tests.images.make import Entry, folder

LAYERS = ([folder("d"), Entry("d/a", b"a" * 100), Entry("d/b", b"b" * 50)], [Entry("d/a", b"c" * 10)])


@pytest.fixture
def engine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    saved = make.docker_archive(tmp_path / "saved.tar", LAYERS).read_bytes()
    upper = tmp_path / "upper"

    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            pass

        def address_string(self) -> str:
            return "socket"

        def do_GET(self) -> None:
            answers = {
                "/images/app:1/json": json.dumps({"Id": "sha256:1"}).encode(),
                "/images/app:1/get": saved,
                "/images/sha256:1/json": json.dumps({"Id": "sha256:1"}).encode(),
                "/images/sha256:1/get": saved,
                "/containers/web/json": json.dumps(
                    {
                        "Image": "sha256:1",
                        "GraphDriver": {"Name": "overlay2", "Data": {"UpperDir": str(upper)}},
                    }
                ).encode(),
                "/containers/other/json": json.dumps(
                    {"Image": "sha256:1", "GraphDriver": {"Data": None}}
                ).encode(),
                "/images/cut/json": b'{"Id": "sha256:1"}',
                "/images/cut/get": saved[:3000],
                "/images/odd/json": b"[]",
            }
            data = answers.get(self.path)
            self.send_response(404 if data is None else 200)
            self.end_headers()
            self.wfile.write(data or b"")

    class Server(socketserver.ThreadingUnixStreamServer):
        daemon_threads = True

        def handle_error(self, *_: object) -> None:
            """A client that has read enough goes away."""

    path = tmp_path / "engine.sock"
    server = Server(str(path), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    monkeypatch.setenv("DOCKER_HOST", f"unix://{path}")
    monkeypatch.setenv("CONTAINER_HOST", f"unix://{tmp_path}/none.sock")
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path / "docker"))
    try:
        yield tmp_path
    finally:
        server.shutdown()
        server.server_close()
        thread.join(10)


def test_an_image_of_the_engine(engine: Path) -> None:
    expected = open_image(str(engine / "saved.tar"))
    for source in ("docker-daemon:app:1", "app:1"):
        image = open_image(source, online=False)
        assert (image.form, image.reference, image.name) == ("docker", source, "app:1")
        assert tell.contents(image) == tell.contents(expected)


def test_what_an_engine_does_not_have(engine: Path) -> None:
    with pytest.raises(ImageError, match="docker: none:1: the engine does not have it"):
        open_image("docker-daemon:none:1")
    with pytest.raises(ImageError, match="none:1: there is no such file, and docker do not have it"):
        open_image("none:1", online=False)
    with pytest.raises(ImageError, match=r"not a whole one|it ends early"):
        open_image("docker-daemon:cut")
    with pytest.raises(ImageError, match="not a JSON object"):
        open_image("docker-daemon:odd")
    with pytest.raises(ImageError, match="podman: no engine is at"):
        open_image("podman:app:1")
    with pytest.raises(ImageError, match="no engine that runs here has such a container"):
        open_image("container:nobody")


def test_no_engine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path}/none.sock")
    monkeypatch.setenv("CONTAINER_HOST", f"unix://{tmp_path}/none.sock")
    with pytest.raises(ImageError, match=r"docker: no engine is at .*none.sock; is it running"):
        open_image("docker-daemon:app")
    with pytest.raises(ImageError, match="no engine runs here; docker://app with --online"):
        open_image("app", online=False)
    monkeypatch.setenv("DOCKER_HOST", "tcp://10.0.0.1:2375")
    with pytest.raises(ImageError, match="only one at a unix socket can be asked"):
        open_image("docker-daemon:app")


def test_the_context_that_is_in_use(engine: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    address = os.environ["DOCKER_HOST"]
    monkeypatch.delenv("DOCKER_HOST")
    config = engine / "docker"
    meta = config / "contexts" / "meta" / hashlib.sha256(b"mine").hexdigest()
    meta.mkdir(parents=True)
    (config / "config.json").write_text('{"currentContext": "mine"}')
    with pytest.raises(ImageError, match="the context 'mine', which is in use, has no address"):
        open_image("docker-daemon:app:1")
    (meta / "meta.json").write_text(json.dumps({"Endpoints": {"docker": {"Host": address}}}))
    assert open_image("docker-daemon:app:1").form == "docker"


def test_a_container_and_its_writable_layer(engine: Path) -> None:
    upper = engine / "upper" / "d"
    upper.mkdir(parents=True)
    (upper / "new").write_bytes(b"n" * 7)
    os.link(upper / "new", upper / "same")
    (upper / "link").symlink_to("/etc/passwd")
    try:
        os.mknod(upper / "b", stat.S_IFCHR | 0o600, 0)
    except PermissionError:
        pytest.skip("a whiteout of overlayfs can be made by root alone")
    image = open_image("container:web")
    assert image.form == "container"
    assert tell.paths(image) == {
        "/d": None, "/d/a": 10, "/d/link": "/etc/passwd", "/d/new": 7, "/d/same": 7,
    }  # fmt: skip
    assert ("/d/b", 50, "deleted", 0, 2) in tell.hidden(image)
    assert image.layers[2].layer.bytes.likely == 7
    with pytest.raises(ImageError, match="does not tell where the files of the container are"):
        open_image("container:other")


def test_an_opaque_directory_of_a_container(engine: Path) -> None:
    upper = engine / "upper" / "d"
    upper.mkdir(parents=True)
    (upper / "only").write_bytes(b"1")
    try:
        os.setxattr(upper, "trusted.overlay.opaque", b"y")
    except OSError:
        pytest.skip("trusted attributes cannot be set here")
    assert tell.paths(open_image("container:web")) == {"/d": None, "/d/only": 1}


def test_an_upper_directory_that_cannot_be_read(engine: Path) -> None:
    with pytest.raises(ImageError, match="its files cannot be read"):
        open_image("container:web")


def test_mounts() -> None:
    text = (
        "proc /proc proc rw 0 0\n"
        "overlay /merged overlay rw,lowerdir=/l/2:/l/1,upperdir=/u\\040p,workdir=/w,index=off 0 0\n"
        "overlay /ro overlay ro,lowerdir=/l/1:/l/0 0 0\n"
        "broken\n"
    )
    assert parse_mounts(text) == (
        Overlay("/merged", ("/l/2", "/l/1"), "/u p", "/w"),
        Overlay("/ro", ("/l/1", "/l/0"), "", ""),
    )


def test_a_running_container_of_containerd(tmp_path: Path) -> None:
    (tmp_path / "42").mkdir()
    (tmp_path / "42" / "mounts").write_text("overlay / overlay rw,lowerdir=/l,upperdir=/u,workdir=/w 0 0\n")
    for document, upper in (
        ({"State": {"Pid": 42}}, "/u"), ({"State": {"Pid": 43}}, None), ({"State": {"Pid": 0}}, None), ({}, None),
        ({"GraphDriver": {"Data": {"UpperDir": "/mine"}}, "State": {"Pid": 42}}, "/mine"),
    ):  # fmt: skip
        found = container.overlay_for(document, tmp_path)
        assert (None if found is None else found.upper) == upper


def test_the_mount_at_a_place(tmp_path: Path) -> None:
    mounts = tmp_path / "mounts"
    mounts.write_text("overlay /m overlay rw,lowerdir=/l,upperdir=/u,workdir=/w 0 0\n")
    found = container.overlay_at("/m", mounts)
    assert found is not None
    assert found.upper == "/u"
    assert container.overlay_at("/other", mounts) is None
    assert container.overlay_at("/m", tmp_path / "none") is None
