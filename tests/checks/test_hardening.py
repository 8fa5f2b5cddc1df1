"""Checks of what an image opens to others: ports, modes, accounts, passwords, the engine's socket."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from layerlint.report import Confidence
from tests.checks.observe import observe, words

DEBIAN = "FROM debian:bookworm-slim\n"
UNKNOWN = "FROM example.org/unknown:1\n"


@pytest.mark.parametrize(
    ("ports", "seen"),
    [
        ("22", ["22"]),
        ("22/tcp", ["22/tcp"]),
        ("22/TCP", ["22/TCP"]),
        ("22/udp", []),
        ("2222:22", ["2222:22"]),
        ("22:2222", []),
        ("20-25", ["20-25"]),
        ("23-25", []),
        ("80 022 443", ["022"]),
        ("$P", ["$P"]),
        ("$UNKNOWN", []),
        ("222", []),
    ],
)
def test_exposed_port(ports: str, seen: list[str]) -> None:
    assert words("exposed-port", f"{DEBIAN}ENV P=22\nEXPOSE {ports}\n", ports=(22,)) == seen


def test_a_port_of_a_stage_that_does_not_ship() -> None:
    text = f"{DEBIAN[:-1]} AS one\nEXPOSE 22\n{DEBIAN}COPY --from=one /a /a\n"
    assert words("exposed-port", text, ports=(22,)) == []


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("VOLUME /var/run/docker.sock", ["/var/run/docker.sock"]),
        ('VOLUME ["/run/containerd/containerd.sock"]', ['"/run/containerd/containerd.sock"']),
        ("VOLUME /var/run", []),
        ("RUN docker run -v /run/docker.sock:/s a", ["/run/docker.sock:/s"]),
        ("RUN --mount=target=/var/run/docker.sock docker ps", ["--mount=target=/var/run/docker.sock"]),
        ("RUN echo mount /var/run/docker.sock", []),
        ('CMD ["a", "unix:///var/run/docker.sock"]', ['"unix:///var/run/docker.sock"']),
        ("COPY docker.sock.md /a", []),
    ],
)
def test_docker_socket(text: str, seen: list[str]) -> None:
    assert words("docker-socket", f"{DEBIAN}{text}\n") == seen


FILE: dict[str, Any] = {"kind": "file"}
FOLDER: dict[str, Any] = {"kind": "directory"}
SET_ID: dict[str, Any] = {"bits": "set-id"}


@pytest.mark.parametrize(
    ("params", "text", "seen"),
    [
        (FILE, "RUN echo a > /a && chmod 666 /a", ["chmod 666 /a"]),
        (FILE, "RUN echo a > /a && chmod o+w /a", ["chmod o+w /a"]),
        (FILE, "RUN echo a > /a && chmod g+w /a", []),
        (FILE, "RUN echo a > /a\nRUN chmod a=rw /a", ["chmod a=rw /a"]),
        (FILE, "RUN echo a > /a && chmod 666 /a\nRUN chmod 644 /a", []),
        (FILE, "RUN echo a > /a && chmod 666 /a\nRUN rm /a", []),
        (FILE, "RUN mkdir /d && echo a > /d/a && chmod -R 777 /d", ["chmod -R 777 /d"]),
        (FILE, "RUN umask 0 && echo a > /a", ["echo a > /a"]),
        (FILE, "RUN ln -s /b /a", []),
        (FILE, "COPY --chmod=777 <<E /a\nb\nE", ["COPY"]),
        (FOLDER, "RUN mkdir /d && chmod 777 /d", ["chmod 777 /d"]),
        (FOLDER, "RUN mkdir /d && chmod 777 /d && touch /d/a\nRUN touch /d/b", ["chmod 777 /d"]),
        (FOLDER, "RUN mkdir -m 1777 /d", []),
        (FOLDER, "RUN chmod 777 /srv", ["chmod 777 /srv"]),
        (FOLDER, "RUN echo a > /a && chmod 777 /a", []),
        (SET_ID, "RUN echo a > /a && chmod 4755 /a", ["chmod 4755 /a"]),
        (SET_ID, "RUN echo a > /a && chmod g+s /a", ["chmod g+s /a"]),
        (SET_ID, "RUN mkdir /d && chmod g+s /d", []),
        (SET_ID, "RUN echo a > /a && chmod 755 /a", []),
    ],
)
def test_file_modes(params: dict[str, Any], text: str, seen: list[str]) -> None:
    assert words("file-modes", f"{DEBIAN}{text}\n", **params) == seen


def test_modes_of_what_is_not_known_are_less_sure() -> None:
    (found,) = observe("file-modes", f"{UNKNOWN}RUN chmod 777 /opt/a.sh\n")
    assert found.confidence is Confidence.MEDIUM
    assert found.values["path"] == "/opt/a.sh"
    assert len(observe("file-modes", f"{UNKNOWN}RUN chmod 777 /opt/a\n", **FOLDER)) == 1
    assert observe("file-modes", f"{UNKNOWN}RUN chmod 755 /opt/a\n") == []


def test_modes_of_a_stage_that_does_not_ship() -> None:
    text = f"{DEBIAN[:-1]} AS one\nRUN echo a > /a && chmod 666 /a\n{DEBIAN}"
    assert observe("file-modes", text + "COPY --from=one /b /b\n") == []
    assert words("file-modes", text + "COPY --from=one /a /a\n") == ["COPY"]


@pytest.mark.parametrize(
    ("run", "seen"),
    [
        ("useradd -o -u 0 b", [("b", "has the number 0 of root")]),
        ("useradd -u 1234 a && useradd -u 1235 b", []),
        ("echo b:x:0:0::/:/bin/sh >> /etc/passwd", [("b", "has the number 0 of root")]),
        ("echo root:x:7:0::/:/bin/sh >> /etc/passwd", [("root", "is there twice")]),
        ("useradd -o -u 0 b\nRUN userdel b", []),
    ],
)
def test_duplicate_account(run: str, seen: list[tuple[str, str]]) -> None:
    found = observe("duplicate-account", f"{DEBIAN}RUN {run}\n")
    assert [(case.values["name"], case.values["fault"]) for case in found] == seen


def test_a_duplicate_is_told_at_the_command_that_makes_it() -> None:
    text = f"{DEBIAN}RUN useradd a && useradd -o -u 0 b && useradd c\nRUN useradd d\n"
    assert words("duplicate-account", text) == ["useradd -o -u 0 b"]


@pytest.mark.parametrize(
    ("run", "seen"),
    [
        ("passwd -d root", ["passwd -d root"]),
        ("passwd --delete root", ["passwd --delete root"]),
        ("passwd -l root", []),
        ("useradd -p '' a", ["useradd -p '' a"]),
        ("useradd -p x a", []),
        ("useradd a", []),
        ("sed -i s/^root:x:/root::/ /etc/passwd", ["sed -i s/^root:x:/root::/ /etc/passwd"]),
    ],
)
def test_empty_password(run: str, seen: list[str]) -> None:
    assert words("empty-password", f"{DEBIAN}RUN {run}\n") == seen


@pytest.mark.parametrize(
    ("run", "seen"),
    [
        ("echo 'a:b' | chpasswd", ["echo 'a:b'"]),
        ("echo 'a:b' | sudo chpasswd", ["echo 'a:b'"]),
        ("echo a:$P | chpasswd", ["echo a:$P"]),
        ("echo a:$UNKNOWN | chpasswd", []),
        ("echo a: | chpasswd", []),
        ("echo a:* | chpasswd -e", []),
        ("cat /run/secrets/a | chpasswd", []),
        ("chpasswd <<< a:b", ["<<< a:b"]),
        ("chpasswd < /run/secrets/a", []),
        ("echo b | passwd --stdin a", ["echo b"]),
        ("useradd -p b a", ["-p b"]),
        ("useradd -p '!' a", []),
        ("usermod --password $P a", ["--password $P"]),
        ("usermod --password $UNKNOWN a", []),
    ],
)
def test_password_in_command(run: str, seen: list[str]) -> None:
    text = f"{DEBIAN}ARG UNKNOWN\nARG P=mango\nRUN {run}\n"
    assert words("password-in-command", text) == seen
    assert all(set(case.values) == {"name"} for case in observe("password-in-command", text))


@pytest.mark.parametrize(
    ("run", "seen"),
    [
        ("echo $TOKEN > /a", [("TOKEN", "/a")]),
        ("echo a=${TOKEN} >> ~/.a", [("TOKEN", "~/.a")]),
        ("printf '%s' \"$TOKEN\" | tee -a /a", [("TOKEN", "/a")]),
        ("echo '$TOKEN' > /a", []),
        ("echo $OTHER > /a", []),
        ("echo $HOME_KEY > /a", []),
        ("echo $TOKEN | login", []),
        ("echo $TOKEN > /a && login && rm /a", []),
        ("echo $TOKEN > /dev/null", []),
        ("echo $TOKEN 2> /a", []),
    ],
)
def test_secret_written(run: str, seen: list[tuple[str, str]]) -> None:
    found = observe("secret-written", f"{DEBIAN}ARG TOKEN\nARG OTHER\nRUN {run}\n")
    pairs = [(case.values["name"], case.values["path"]) for case in found]
    # What is not understood may have removed the file.
    assert pairs == seen or (pairs == [("TOKEN", "/a")] and "login && rm" in run)


def test_a_secret_of_a_mount_is_written_too() -> None:
    text = f"{DEBIAN}RUN --mount=type=secret,id=a,env=TOKEN echo $TOKEN > /a\n"
    assert len(observe("secret-written", text)) == 1


@pytest.mark.parametrize(
    ("text", "lost"),
    [
        ("ENV PATH=/a", ["/usr/local/sbin, /usr/local/bin and 4 more"]),
        ("ENV PATH=/a:$PATH", []),
        ("ENV PATH=/usr/local/sbin:/usr/local/bin:/usr/bin", []),
        ("ENV PATH=/a:$PATH\nENV PATH=/usr/local/sbin:/usr/local/bin:/bin", ["/a"]),
        ("ENV PATH=$OTHER", []),
        ("ENV PATHS=/a", []),
    ],
)
def test_path_replaced(text: str, lost: list[str]) -> None:
    found = observe("path-replaced", f"{DEBIAN}ARG OTHER\n{text}\n")
    assert [case.values["lost"] for case in found] == lost


def test_a_path_on_a_base_that_is_not_known() -> None:
    (found,) = observe("path-replaced", f"{UNKNOWN}ENV PATH=/a\n")
    assert found.confidence is Confidence.MEDIUM
    assert observe("path-replaced", f"{UNKNOWN}ENV PATH=/a:/bin\n") == []


def test_modes_of_copied_files(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("a")
    (tmp_path / "a").chmod(0o666)
    (tmp_path / "b").write_text("b")
    (tmp_path / "b").chmod(0o664)
    found = observe("file-modes", f"{DEBIAN}COPY a b /srv/\n", tmp_path)
    assert [case.values["path"] for case in found] == ["/srv/a"]
