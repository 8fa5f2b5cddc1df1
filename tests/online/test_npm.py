"""npm: trees out of the registry's documents, bytes out of what is told, and registries that are broken or lie."""

from __future__ import annotations

import random
import tracemalloc

import pytest

from layerlint.domain.size import Size
from layerlint.lookup import Packages, PackagesWanted
from layerlint.online import npm
from layerlint.online.client import Client
from layerlint.online.errors import OnlineError
from layerlint.online.registries import Online
from tests.online.server import Page, Server, document, tarball


def ask(
    online: Online, *packages: str, exact: bool = False, registry: str = "", musl: bool = False
) -> Packages:
    pairs = tuple((each.rpartition("@")[0], each.rpartition("@")[2]) for each in packages)
    return npm.answer(PackagesWanted(pairs, exact, musl, registry), "amd64", online, Client(online))


def sized(amount: int, **more: object) -> dict[str, object]:
    return {"dist": {"unpackedSize": amount, "fileCount": 2}, **more}


def test_a_tree(server: Server, online: Online) -> None:
    document(
        server, "top", {"1.0.0": sized(100, dependencies={"mid": "^1.0.0", "@s/leaf": "1.x"}, bin="cli.js")}
    )
    document(
        server,
        "mid",
        {"1.0.0": sized(5), "1.2.0": sized(20, dependencies={"@s/leaf": "~1.1.0"}), "2.0.0": sized(7)},
    )
    document(
        server,
        "@s/leaf",
        {"1.1.5": sized(1000), "1.3.0": sized(3000), "2.0.0-rc.1": sized(1)},
        latest="1.3.0",
    )
    found = ask(online, "top@^1")
    assert found.bytes.low == found.bytes.high == 100 + 20 + 3000 + 1000
    assert (found.packages, found.entries) == (4, 4)
    assert found.files.likely == 8
    assert found.programs == (("top", (("top", "cli.js"),)),)
    assert found.metadata == sum(len(server.pages[path].body) for path in ("/top", "/mid", "/@s%2Fleaf"))  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("text", "chosen"),
    [
        ("", 4), ("latest", 4), ("*", 4), ("^1.0.0", 2), ("next", 6), ("3.0.0-rc.1", 6), (">=3.0.0-rc.0", 6),
        ("1.0.0 - 1.1.0", 2), ("1.0.0", 1), ("<2.0.0", 2), (">2.0.0", 4), ("^1.2.0", 3),
    ],
)  # fmt: skip
def test_which_version(server: Server, online: Online, text: str, chosen: int) -> None:
    versions = {
        "1.0.0": sized(1), "1.1.0": sized(2), "1.2.0": sized(3, deprecated="no"), "2.1.0": sized(4), "2.2.0": sized(5),
        "3.0.0-rc.1": sized(6),
    }  # fmt: skip
    document(server, "one", versions, latest="2.1.0")
    page = server.pages["/one"]
    assert isinstance(page, Page)
    page.body = page.body.replace(b'"latest":', b'"next": "3.0.0-rc.1", "latest":')
    assert ask(online, f"one@{text}").bytes.likely == chosen


def test_other_platforms_are_listed_and_not_placed(server: Server, online: Online) -> None:
    native = {"linux": ["linux"], "win": ["win32"], "not": ["!linux"]}
    document(
        server,
        "top",
        {"1.0.0": sized(10, optionalDependencies={f"n-{name}": "1.0.0" for name in native} | {"gone": "1"})},
    )
    for name, systems in native.items():
        document(server, f"n-{name}", {"1.0.0": sized(1000, os=systems, cpu=["x64", "arm64"])})
    found = ask(online, "top@1")
    assert found.bytes.likely == 1010
    assert (found.packages, found.entries, found.missing) == (2, 4, ())


def test_the_c_library(server: Server, online: Online) -> None:
    document(server, "top", {"1.0.0": sized(1, optionalDependencies={"g": "1", "m": "1"})})
    document(server, "g", {"1.0.0": sized(10, libc=["glibc"])})
    document(server, "m", {"1.0.0": sized(100, libc=["musl"])})
    assert ask(online, "top@1").bytes.likely == 11
    assert ask(online, "top@1", musl=True).bytes.likely == 101


def test_peers_are_installed_and_what_is_bundled_is_not(server: Server, online: Online) -> None:
    document(
        server, "top",
        {"1.0.0": sized(1, peerDependencies={"peer": "1", "may": "1"}, peerDependenciesMeta={"may": {"optional": True}},
                        dependencies={"inside": "1"}, bundleDependencies=["inside"], hasInstallScript=True)},
    )  # fmt: skip
    document(server, "peer", {"1.0.0": sized(10)})
    found = ask(online, "top@1")
    assert (found.bytes.likely, found.packages, found.scripted) == (11, 2, ("top",))


def test_a_ring_of_packages_ends(server: Server, online: Online) -> None:
    document(server, "a", {"1.0.0": sized(1, dependencies={"b": "1"})})
    document(server, "b", {"1.0.0": sized(10, dependencies={"a": "1"})})
    assert ask(online, "a@1").bytes.likely == 11


def test_an_endless_tree_is_given_up(server: Server, online: Online, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(npm, "_MOST", 20)
    for number in range(40):
        document(server, f"p{number}", {"1.0.0": sized(1, dependencies={f"p{number + 1}": "1"})})
    with pytest.raises(OnlineError, match="more than 20"):
        ask(online, "p0@1")


def test_bytes_that_are_not_told_are_read_out_of_a_small_tarball(server: Server, online: Online) -> None:
    files = {f"f{number}.js": b"x" * 5000 for number in range(60)}
    server.pages["/files/one.tgz"] = tarball(files)
    document(server, "one", {"1.0.0": {"dist": {"tarball": f"{server.url}/files/one.tgz"}}})
    found = ask(online, "one@1")
    assert (found.bytes, found.files) == (Size.exact(300_000), Size.exact(60))
    assert found.tarballs.likely == len(tarball(files))


def test_of_a_long_tarball_the_end_is_read(server: Server, online: Online) -> None:
    data = tarball({f"f{number}.js": random.Random(number).randbytes(5000) for number in range(100)})
    server.pages["/files/one.tgz"] = data
    document(server, "one", {"1.0.0": {"dist": {"tarball": f"{server.url}/files/one.tgz"}}})
    found = ask(online, "one@1")
    assert found.bytes.high is not None
    assert found.bytes.low <= 500_000 <= found.bytes.high <= 600_000
    assert server.asked[-2:] == ["GET /files/one.tgz bytes=0-262143", "GET /files/one.tgz bytes=-4"]


def test_a_bomb_is_not_unpacked(server: Server, online: Online) -> None:
    server.pages["/files/one.tgz"] = tarball({"zeros": bytes(200_000_000)})
    assert len(server.pages["/files/one.tgz"]) < 262_144  # type: ignore[arg-type]
    document(server, "one", {"1.0.0": {"dist": {"tarball": f"{server.url}/files/one.tgz"}}})
    tracemalloc.start()
    ask(online, "one@1")
    assert tracemalloc.get_traced_memory()[1] < 150_000_000
    tracemalloc.stop()


@pytest.mark.parametrize("tail", [b"\xff\xff\xff\xff", b"\0\0\0\0", b""])
def test_a_tarball_that_lies(server: Server, online: Online, tail: bytes) -> None:
    data = tarball({"a.js": b"x" * 3000})
    data = data[:-4] + tail if tail else data
    server.ranges = bool(tail)
    server.pages["/files/one.tgz"] = data
    document(server, "one", {"1.0.0": {"dist": {"tarball": f"{server.url}/files/one.tgz"}}})
    found = ask(online, "one@1")
    assert found.bytes.high is not None
    assert found.bytes.high <= max(3000, 10 * len(data))


def test_versions_of_a_lock_file(server: Server, online: Online) -> None:
    document(server, "one", {"1.0.0": sized(1, dependencies={"two": "1"}), "2.0.0": sized(10)})
    found = ask(online, "one@1.0.0", "one@2.0.0", "gone@1.0.0", exact=True)
    assert (found.bytes.likely, found.packages, found.missing) == (11, 2, ("gone",))
    assert "GET /two" not in server.asked


@pytest.mark.parametrize(
    "body",
    [b"", b"[]", b"null", b"{", b"[" * 100_000, b'{"versions": 3}', b'{"versions": {"1.0.0": 7}, "dist-tags": []}',
     b'{"versions": {"x": {}}}', b'{"versions": {"1.0.0": {"dist": {"tarball": 5, "unpackedSize": -3}}}}',
     b'{"versions": {"1.0.0": {"dist": {"unpackedSize": 1e400}, "dependencies": {"a": 5, "b": null}}}}',
     b'{"versions": {"1.0.0": {"dist": {"tarball": "file:///etc/passwd"}, "bin": {"../x": 5}, "os": {"a": 1}}}}'],
)  # fmt: skip
def test_documents_that_are_none(server: Server, online: Online, body: bytes) -> None:
    server.pages["/one"] = Page(body, "application/json")
    with pytest.raises(OnlineError):
        ask(online, "one@1")


@pytest.mark.parametrize(
    "name", ["../../etc", "a/../b", "one?x=1", "..", ".", "", "a b", "@x/y/z", "one#x", "a\r\nb"]
)
def test_names_that_are_none_are_not_asked(server: Server, online: Online, name: str) -> None:
    with pytest.raises(OnlineError):
        ask(online, f"{name}@1")
    assert server.asked == []


@pytest.mark.parametrize(
    "text", ["git+https://x/y", "file:../x", "https://x/y.tgz", "user/repository", "workspace:*"]
)
def test_what_is_not_of_the_registry_is_missing(server: Server, online: Online, text: str) -> None:
    document(server, "top", {"1.0.0": sized(3, dependencies={"other": text})})
    found = ask(online, "top@1")
    assert (found.bytes.likely, found.missing) == (3, ("other",))


def test_a_registry_of_the_dockerfile_is_not_asked(server: Server, online: Online) -> None:
    with pytest.raises(OnlineError, match="not yours"):
        ask(online, "one@1", registry="https://elsewhere.example/")
    assert server.asked == []
