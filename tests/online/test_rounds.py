"""Whole Dockerfiles: what is asked, what becomes of the answers, and of those that fail."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from layerlint.domain.size import Size
from layerlint.execution.trace import Trace
from layerlint.filesystem.node import Inode
from layerlint.linter import Analysis, Settings, analyse
from layerlint.online import uv
from layerlint.online.registries import Online
from layerlint.source import SourceFile
from tests.online.server import Server, document, publish, wheel

needs_uv = pytest.mark.skipif(uv.find() is None, reason="uv is not installed")


def run(
    text: str, online: Online | None, folder: Path | None = None, platform: str = "linux/amd64"
) -> Analysis:
    return analyse(SourceFile("Dockerfile", text), folder, Settings(online=online, platform=platform))


def node(analysis: Analysis, path: str) -> Inode:
    target = analysis.trace.target
    assert target is not None
    found = target.final.filesystem.lookup(path)
    assert isinstance(found, Inode), path
    return found


def gaps(trace: Trace) -> list[str]:
    return [gap.reason for step in trace.steps() for gap in step.not_understood]


def test_downloads_have_their_lengths(server: Server, online: Online) -> None:
    server.pages["/a.bin"] = b"a" * 1000
    server.pages["/b.bin"] = b"b" * 2000
    server.pages["/c.bin"] = b"c" * 3000
    text = (
        f"FROM debian:bookworm\nARG HOST={server.url}\n"
        "RUN curl -fsSL -o /a $HOST/a.bin && wget -q -O /b ${HOST}/b.bin\n"
        "ADD $HOST/c.bin /c\n"
        "RUN cd /tmp && wget $HOST/a.bin && curl -O $HOST/b.bin\n"
    )
    analysis = run(text, online)
    sizes = [node(analysis, path).size for path in ("/a", "/b", "/c", "/tmp/a.bin", "/tmp/b.bin")]
    assert sizes == [Size.exact(amount) for amount in (1000, 2000, 3000, 1000, 2000)]
    assert gaps(analysis.trace) == []
    assert analysis.unanswered == ()
    assert sorted(set(server.asked)) == ["HEAD /a.bin", "HEAD /b.bin", "HEAD /c.bin"]
    assert gaps(run(text, None).trace) != []


def test_an_archive_in_a_pipe(server: Server, online: Online) -> None:
    server.pages["/x.tar.gz"] = b"x" * 100_000
    text = f"FROM debian:bookworm\nRUN mkdir /opt/x && curl -fsSL {server.url}/x.tar.gz | tar xz -C /opt/x\n"
    assert node(run(text, online), "/opt/x/<x.tar.gz>").size.likely == 300_000


@pytest.mark.parametrize(
    "command",
    ["curl -H 'Authorization: x' -o /f {url}", "curl -d x -o /f {url}", "curl -u me:pw -o /f {url}",
     "curl -X POST -o /f {url}",
     "curl --header A:b -o /f {url}", "wget --header=A:b -O /f {url}", "wget --post-data=x -O /f {url}",
     "curl -o /f '{url}[1-3]'", "curl -o /f {url}/$UNKNOWN", "curl -o /f {url}?token=abcdef"],
)  # fmt: skip
def test_requests_that_are_not_plain_are_not_made(server: Server, online: Online, command: str) -> None:
    server.pages["/f"] = b"x"
    run(f"FROM alpine:3.20\nARG UNKNOWN\nRUN {command.replace('{url}', server.url + '/f')}\n", online)
    assert server.asked == []


def test_curl_follows_redirects_only_where_it_is_told_to(server: Server, online: Online) -> None:
    def moved(handler: object) -> None:
        handler.send_response(302)  # type: ignore[attr-defined]
        handler.send_header("Location", "/new")  # type: ignore[attr-defined]
        handler.end_headers()  # type: ignore[attr-defined]

    server.pages["/old"] = moved
    server.pages["/new"] = b"x" * 44
    analysis = run(
        f"FROM alpine:3.20\nRUN curl -o /f {server.url}/old\nRUN curl -Lo /g {server.url}/old\n", online
    )
    assert not node(analysis, "/f").size.is_exact
    assert node(analysis, "/g").size == Size.exact(44)
    assert any("sends on" in note for note in analysis.unanswered)


def test_what_fails_stays_as_it_is_and_is_told(server: Server, online: Online) -> None:
    text = f"FROM debian:bookworm\nRUN curl -fsSL -o /a {server.url}/absent\n"
    with_it, without = run(text, online), run(text, None)
    assert node(with_it, "/a").size == node(without, "/a").size
    assert gaps(with_it.trace) == gaps(without.trace)
    assert with_it.unanswered == (f"{server.url}/absent: not looked up: 127.0.0.1 answers HTTP 404",)


def test_secrets_are_neither_sent_nor_shown(server: Server, online: Online) -> None:
    place = server.host
    text = f"FROM debian:bookworm\nADD http://me:hunter2@{place}/a /a\nRUN curl -o /b http://me:hunter2@{place}/b\n"
    analysis = run(text, online)
    assert server.asked == []
    assert len(analysis.unanswered) == 2
    assert not any("hunter2" in note for note in analysis.unanswered)


def test_answers_are_kept_for_the_day(server: Server, online: Online) -> None:
    server.pages["/a"] = b"a" * 10
    text = f"FROM debian:bookworm\nADD {server.url}/a /a\n"
    run(text, online)
    del server.pages["/a"]
    assert node(run(text, online), "/a").size == Size.exact(10)
    assert server.asked == ["HEAD /a"]


@pytest.mark.parametrize(
    "damage", [b"", b"{", b"[]", b'{"key": 1}', b"\xff" * 100, b'{"value": {"length": -1}}']
)
def test_a_damaged_answer_is_asked_for_again(
    server: Server, online: Online, cache: Path, damage: bytes
) -> None:
    server.pages["/a"] = b"a" * 10
    text = f"FROM debian:bookworm\nADD {server.url}/a /a\n"
    run(text, online)
    for file in cache.rglob("*.json"):
        file.write_bytes(damage)
    assert node(run(text, online), "/a").size == Size.exact(10)
    assert server.asked == ["HEAD /a"] * 2


def test_a_cache_that_cannot_be_written(server: Server, online: Online, cache: Path) -> None:
    cache.write_text("a file")
    server.pages["/a"] = b"a" * 10
    assert node(run(f"FROM debian:bookworm\nADD {server.url}/a /a\n", online), "/a").size == Size.exact(10)


def test_windows_is_not_asked_for(server: Server, online: Online) -> None:
    run(f"FROM debian:bookworm\nADD {server.url}/a /a\n", online, platform="windows/amd64")
    assert server.asked == []


@needs_uv
def test_pip_installs_what_the_index_has(server: Server, online: Online) -> None:
    app = {"madeup/__init__.py": b"x = 1\n" * 1000, "madeup/data.bin": b"\0" * 50_000}
    publish(
        server,
        {
            "madeup-1.0-py3-none-any.whl": wheel("madeup", "1.0", app, ("madeup_lib",)),
            "madeup_lib-2.0-py3-none-any.whl": wheel("madeup_lib", "2.0", {"madeup_lib.py": b"y = 1\n" * 50}),
        },
    )
    text = "FROM python:3.11-slim\nRUN pip install --no-cache-dir 'madeup>=0.5'\n"
    analysis = run(text, online)
    site = "/usr/local/lib/python3.11/site-packages"
    size = node(analysis, f"{site}/<madeup>").size
    assert size.high is not None
    assert size.low <= 56_400 <= size.high <= 58_000
    assert node(analysis, f"{site}/<madeup-lib>").size.low > 300
    assert node(analysis, f"{site}/__pycache__/<madeup *.pyc>").size.likely == pytest.approx(7_000, rel=0.3)
    assert gaps(analysis.trace) == []
    assert gaps(run(text, None).trace) == ["madeup is not among the distributions that were measured"]


@needs_uv
@pytest.mark.parametrize(
    "text",
    [
        "RUN pip install -i https://other.example/simple madeup",
        "RUN pip install --extra-index-url=https://other.example/simple madeup",
        "ENV PIP_INDEX_URL=https://other.example/simple\nRUN pip install madeup",
        "RUN pip config set global.index-url https://other.example/simple && pip install madeup",
        "RUN uv pip install --system --default-index https://other.example/simple madeup",
        "RUN printf -- '--index-url https://other.example/simple\\nmadeup\\n' > /r.txt && pip install -r /r.txt",
    ],
)
def test_an_index_of_the_dockerfile_is_left_alone(server: Server, online: Online, text: str) -> None:
    publish(server, {"madeup-1.0-py3-none-any.whl": wheel("madeup", "1.0", {"madeup.py": b"1\n"})})
    analysis = run(f"FROM python:3.11-slim\n{text}\n", online)
    assert server.asked == []
    assert any("is not yours" in note for note in analysis.unanswered)


@needs_uv
def test_the_users_own_index_may_be_named(server: Server, online: Online) -> None:
    publish(server, {"madeup-1.0-py3-none-any.whl": wheel("madeup", "1.0", {"madeup.py": b"1\n"})})
    analysis = run(f"FROM python:3.11-slim\nRUN pip install -i {server.url}/simple/ madeup\n", online)
    assert analysis.unanswered == ()
    assert gaps(analysis.trace) == []


def test_npm_installs_what_the_registry_has(server: Server, online: Online) -> None:
    row = {"dist": {"unpackedSize": 123_456, "fileCount": 9}, "bin": {"mine": "cli.js"}}
    document(server, "made-up-package", {"1.0.0": row})
    text = "FROM node:22-slim\nWORKDIR /app\nRUN npm install made-up-package@^1 && npm i -g made-up-package\n"
    analysis = run(text, online)
    assert node(analysis, "/app/node_modules/<made-up-package>").size == Size.exact(123_456)
    target = analysis.trace.target
    assert target is not None
    assert target.final.filesystem.lookup("/usr/local/bin/mine", follow=False) is not None
    assert gaps(analysis.trace) == []


@pytest.mark.parametrize(
    "text",
    [
        "RUN npm install --registry https://other.example made-up-package",
        "ENV npm_config_registry=https://other.example\nRUN npm install made-up-package",
        "RUN npm config set registry https://other.example && npm install made-up-package",
        "RUN echo '@mine:registry=https://other.example' > .npmrc && npm install made-up-package",
    ],
)
def test_a_registry_of_the_dockerfile_is_left_alone(server: Server, online: Online, text: str) -> None:
    analysis = run(f"FROM node:22-slim\nWORKDIR /app\n{text}\n", online)
    assert server.asked == []
    assert any("is not yours" in note for note in analysis.unanswered)


def test_versions_of_a_lock_file_that_were_not_measured(
    server: Server, online: Online, tmp_path: Path
) -> None:
    document(server, "made-up-package", {"3.2.1": {"dist": {"unpackedSize": 77_000}}})
    (tmp_path / "package.json").write_text(
        '{"name":"x","version":"1.0.0","dependencies":{"made-up-package":"3"}}'
    )
    (tmp_path / "package-lock.json").write_text(
        '{"lockfileVersion":3,"packages":{"":{"dependencies":{"made-up-package":"3"}},'
        '"node_modules/made-up-package":{"version":"3.2.1"}}}'
    )
    analysis = run("FROM node:22-slim\nWORKDIR /app\nCOPY . .\nRUN npm ci\n", online, tmp_path)
    assert node(analysis, "/app/node_modules/<dependencies>").size == Size.exact(77_000)


# ---------------------------------------------------------------------- command line

_WATCHED = """
import sys
def hook(event, arguments):
    if event in ("socket.connect", "socket.getaddrinfo", "subprocess.Popen", "os.exec", "os.posix_spawn"):
        if event != "subprocess.Popen" or "shellcheck" not in str(arguments[0]):
            raise SystemExit(f"the network, or a program: {event} {arguments}")
sys.addaudithook(hook)
from layerlint.cli import main
code = main(sys.argv[1:])
assert not any(name.startswith("layerlint.online") for name in sys.modules), "imported"
raise SystemExit(0 if code in (0, 1) else code)
"""
_TEXT = """FROM python:3.11-slim
RUN pip install flask==3.0.0 some-unknown-thing
RUN curl -fsSL -o /x https://example.com/x
ADD https://example.com/y /y
FROM node:22
RUN npm install -g express@4
"""


@pytest.mark.parametrize("verb", [["check", "--jobs", "1"], ["layers"], ["explain", "--line", "2"]])
def test_without_the_flag_nothing_is_asked(tmp_path: Path, verb: list[str]) -> None:
    file = tmp_path / "Dockerfile"
    file.write_text(_TEXT)
    done = subprocess.run([sys.executable, "-c", _WATCHED, *verb, str(file)], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_the_watch_sees_what_the_flag_does(tmp_path: Path) -> None:
    file = tmp_path / "Dockerfile"
    file.write_text("FROM alpine\nADD http://127.0.0.1:9/y /y\n")
    command = [sys.executable, "-c", _WATCHED, "layers", "--online", str(file)]
    environment = {**os.environ, "LAYERLINT_ONLINE_HOSTS": "127.0.0.1:9"}
    done = subprocess.run(command, capture_output=True, text=True, env=environment)
    assert "the network" in done.stderr


@pytest.mark.parametrize("verb", [["check"], ["layers"], ["explain", "--line", "2"]])
def test_the_flag_on_the_command_line(
    server: Server,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    verb: list[str],
) -> None:
    from layerlint.cli import main

    monkeypatch.setenv("LAYERLINT_ONLINE_HOSTS", server.host)
    server.pages["/y"] = b"y" * 12_345_678
    file = tmp_path / "Dockerfile"
    file.write_text(f"FROM alpine:3.20\nADD {server.url}/y /y\nADD {server.url}/absent /z\n")
    assert main([*verb, "--online", str(file)]) in (0, 1)
    printed = capsys.readouterr()
    assert "11.8 MiB" in printed.out
    assert "absent: not looked up: 127.0.0.1 answers HTTP 404" in printed.err
