"""Python: what uv chooses, what wheels hold, and indexes that are poor, broken, or that lie."""

from __future__ import annotations

import io
import struct
import zipfile
from dataclasses import replace

import pytest

from layerlint.lookup import Wheel, Wheels, WheelsWanted
from layerlint.online import uv, wheels
from layerlint.online.archive import contents
from layerlint.online.client import Client
from layerlint.online.errors import OnlineError
from layerlint.online.registries import Online
from layerlint.online.store import Store
from tests.online.server import Server, publish, wheel

needs_uv = pytest.mark.skipif(uv.find() is None, reason="uv is not installed")
APP = wheel(
    "app",
    "1.0",
    {
        "app/__init__.py": b"x = 1\n" * 100,
        "app/data.txt": b"y" * 5000,
        "app-1.0.data/scripts/tool": b"#!python\nprint()\n",
        "app-1.0.data/data/share/man/app.1": b"m" * 300,
        "app-1.0.dist-info/entry_points.txt": b"[console_scripts]\napp = app:main\n../evil = a:b\n[other]\nno = a:b\n",
    },
    ("lib>=1,<2", "extra-only; extra == 'more'"),
)
LIB_OLD = wheel("lib", "1.5", {"lib.py": b"a = 1\n" * 50})
LIB_NEW = wheel("lib", "2.0", {"lib.py": b"a = 1\n" * 500})
EVERY = {
    "app-1.0-py3-none-any.whl": APP,
    "lib-1.5-py3-none-any.whl": LIB_OLD,
    "lib-2.0-py3-none-any.whl": LIB_NEW,
}


def wanted(*requirements: str, **changes: object) -> WheelsWanted:
    return replace(WheelsWanted(requirements, (), "3.11", False, True, ()), **changes)  # type: ignore[arg-type]


def ask(question: WheelsWanted, online: Online, machine: str = "amd64") -> dict[str, Wheel]:
    answer: Wheels = wheels.answer(question, machine, online, Client(online), Store())
    return {found.name: found for found in answer.found}


@needs_uv
@pytest.mark.parametrize("html", [False, True])
@pytest.mark.parametrize("sizes", [False, True])
def test_an_installation_with_what_it_requires(
    server: Server, online: Online, html: bool, sizes: bool
) -> None:
    publish(server, EVERY, html=html, sizes=sizes)
    found = ask(wanted("app"), online)
    assert {name: each.version for name, each in found.items()} == {"app": "1.0", "lib": "1.5"}
    app = found["app"]
    assert app.download == len(APP)
    assert app.contents is not None
    assert (app.contents.sources, app.contents.modules) == (600, 1)
    assert app.contents.scripts == (("tool", 17),)
    assert app.contents.commands == ("app",)
    assert (app.contents.rest, app.contents.rest_count) == (300, 1)
    assert app.contents.count == 7
    assert not any(
        each.startswith("GET /files") and "bytes=" not in each for each in server.asked if "lib-2" in each
    )


@needs_uv
def test_constraints_and_no_dependencies(server: Server, online: Online) -> None:
    publish(server, EVERY)
    assert set(ask(wanted("app", dependencies=False), online)) == {"app"}
    found = ask(wanted("lib", constraints=("lib==1.5",)), online)
    assert found["lib"].version == "1.5"


@needs_uv
def test_a_server_that_does_not_send_parts_tells_the_length_alone(server: Server, online: Online) -> None:
    publish(server, EVERY)
    server.ranges = False
    found = ask(wanted("lib==2.0"), online)
    assert found == {"lib": Wheel("lib", "2.0", len(LIB_NEW), None)}


@needs_uv
def test_a_second_question_is_not_asked_of_the_file_again(server: Server, online: Online) -> None:
    publish(server, EVERY)
    one = ask(wanted("lib==2.0"), online)
    before = [each for each in server.asked if each.startswith("GET /files")]
    assert ask(wanted("lib==2.0", dependencies=False), online) == one
    assert len([each for each in server.asked if each.startswith("GET /files")]) <= len(before) + 1


@needs_uv
def test_what_there_is_not_has_a_reason(server: Server, online: Online) -> None:
    publish(server, EVERY)
    with pytest.raises(OnlineError, match="uv finds no wheels"):
        ask(wanted("absent"), online)
    with pytest.raises(OnlineError, match="uv finds no wheels"):
        ask(wanted("lib>=3"), online)


@needs_uv
def test_nothing_is_built(server: Server, online: Online) -> None:
    """A source distribution whose build would leave a mark."""
    publish(server, {})
    row = f'<a href="{server.url}/files/evil-1.0.tar.gz">evil-1.0.tar.gz</a>'
    server.pages["/simple/evil/"] = row.encode()
    server.pages["/files/evil-1.0.tar.gz"] = b"never"
    with pytest.raises(OnlineError, match="uv finds no wheels"):
        ask(wanted("evil"), online)
    assert not any("evil-1.0" in each for each in server.asked)


@pytest.mark.parametrize(
    "requirement",
    ["app @ http://127.0.0.1/x.whl", "-r other.txt", "--index-url http://x", "./here", "app\n-r x", "app; os_name=='x'",
     "app>=1 --hash=sha256:1", "", "git+https://x", "app>=$(id)", "app[x](y)"],
)  # fmt: skip
def test_only_names_and_bounds_are_handed_on(online: Online, requirement: str) -> None:
    with pytest.raises(OnlineError, match="not a list of names"):
        ask(wanted(requirement), online)


def test_an_index_of_the_dockerfile_is_not_asked(server: Server, online: Online) -> None:
    with pytest.raises(OnlineError, match="not yours"):
        ask(wanted("app", indexes=("https://elsewhere.example/simple",)), online)
    assert server.asked == []


def test_a_machine_without_wheels(online: Online) -> None:
    with pytest.raises(OnlineError):
        ask(wanted("app"), online, machine="riscv64")


def test_uv_that_is_not_there(online: Online, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(uv, "find", lambda: None)
    with pytest.raises(OnlineError, match=r"pip install 'layerlint\[online\]'"):
        ask(wanted("app"), online)


@needs_uv
def test_uv_that_takes_too_long(server: Server, online: Online) -> None:
    import time

    def slow(handler: object) -> None:
        time.sleep(3)

    server.pages["/simple/app/"] = slow
    with pytest.raises(OnlineError, match="uv"):
        uv.pinned(wanted("app"), "amd64", online, 0.5)


# -------------------------------------------------------------------------- archives


def _directory_says(data: bytes, size: int) -> bytes:
    """The last entry of the directory with another length of its data."""
    place = data.rindex(b"PK\x01\x02")
    return data[: place + 24] + struct.pack("<I", size) + data[place + 28 :]


def _end_says(data: bytes, entries: int, size: int, offset: int) -> bytes:
    place = data.rindex(b"PK\x05\x06")
    return data[: place + 8] + struct.pack("<HHII", entries, entries, size, offset) + data[place + 20 :]


@pytest.mark.parametrize(
    "data",
    [
        b"", b"x", b"x" * 100_000, APP[:-10], APP[10:], _directory_says(APP, 0xFFFFFFF0), _directory_says(APP, 1 << 30),
        _end_says(APP, 0xFFFF, 0x7FFFFFFF, 0), _end_says(APP, 5, 1 << 20, 1 << 30), _end_says(APP, 5, 0, 0xFFFFFFFF),
        b"x" * 70_000 + APP[-200:], APP + b"\0" * 70_000,
    ],
)  # fmt: skip
def test_archives_that_are_broken_or_lie(server: Server, client: Client, data: bytes) -> None:
    server.pages["/wheel"] = data
    try:
        held, _ = contents(client, f"{server.url}/wheel", None)
    except OnlineError:
        return
    assert held.files < 10_000_000


def test_a_bomb_is_not_unpacked(server: Server, client: Client) -> None:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("bomb-1.0.dist-info/entry_points.txt", b"\0" * 200_000_000)
    server.pages["/wheel"] = data.getvalue()
    held, _ = contents(client, f"{server.url}/wheel", None)
    assert held.commands == ()


def test_a_directory_longer_than_a_block_is_read_in_one_request(server: Server, client: Client) -> None:
    data = wheel("many", "1", {f"many/module_{number:05}.py": b"1\n" for number in range(3000)})
    server.pages["/wheel"] = data
    held, length = contents(client, f"{server.url}/wheel", len(data))
    assert (held.modules, held.sources, length) == (3000, 6000, len(data))
    assert len(server.asked) <= 3


def test_another_file_than_the_index_says(server: Server, client: Client) -> None:
    server.pages["/wheel"] = APP
    with pytest.raises(OnlineError, match="not the one of the index"):
        contents(client, f"{server.url}/wheel", len(APP) + 1)
