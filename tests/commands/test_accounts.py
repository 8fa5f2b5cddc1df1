"""useradd, adduser and their kin: bytes of the databases, against real tools and real builds."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from layerlint.commands._streams import of_text
from layerlint.domain.truth import Truth
from layerlint.filesystem.node import Inode
from layerlint.filesystem.union import FileSystem
from layerlint.linter import Settings, analyse
from layerlint.source import SourceFile
from tests.commands.invoke import LAYER, file, invoke, performed, show, symlink, system
from tests.shared import rows

PASSWD = (
    "root:x:0:0:root:/root:/bin/bash\n"
    "www-data:x:33:33:www-data:/var/www:/usr/sbin/nologin\n"
    "_apt:x:42:65534::/:/bin/sh\n"
)
GROUP = "root:x:0:\nsudo:x:27:\nwww-data:x:33:\nvideo:x:44:\nusers:x:100:\nnogroup:x:65534:\n"
SHADOW = "".join(f"{line.split(':')[0]}:*:20000:0:99999:7:::\n" for line in PASSWD.splitlines())
GSHADOW = "".join(f"{line.split(':')[0]}:*::\n" for line in GROUP.splitlines())


def debian() -> FileSystem:
    return system(
        {
            "/etc/passwd": PASSWD.encode(),
            "/etc/group": GROUP.encode(),
            "/etc/shadow": file(SHADOW.encode(), 0o640),
            "/etc/gshadow": file(GSHADOW.encode(), 0o640),
            "/etc/subuid": b"",
            "/etc/subgid": b"",
            "/etc/skel/.bashrc": b"x" * 100,
            "/usr/sbin/adduser": file(b"#!/usr/bin/perl", 0o755),
            "/home": None,
        }
    )


def sizes(filesystem: FileSystem) -> dict[str, int]:
    """Every file that the commands wrote, with its size."""
    return {
        path: node.size.likely
        for path, node in filesystem.walk("/")
        if isinstance(node, Inode) and node.layer == LAYER
    }


def run(filesystem: FileSystem, *lines: str) -> FileSystem:
    for line in lines:
        outcome = invoke(line, filesystem, cwd="/")
        assert outcome.status is Truth.YES, line
        filesystem = performed(outcome, filesystem)
    return filesystem


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="the shadow suite needs root")
def test_the_shadow_suite_writes_the_same_files(tmp_path: Path) -> None:
    """The real tools on a prefix: which databases they rewrite, and how long each is then."""
    if shutil.which("useradd", path="/usr/sbin") is None or not Path("/etc/debian_version").exists():
        pytest.skip("no shadow suite as Debian configures it")
    etc = tmp_path / "etc"
    etc.mkdir()
    texts = {
        "passwd": PASSWD,
        "group": GROUP,
        "shadow": SHADOW,
        "gshadow": GSHADOW,
        "subuid": "",
        "subgid": "",
    }
    for name, text in texts.items():
        (etc / name).write_text(text)
    shutil.copy("/etc/login.defs", etc)
    (etc / "default").mkdir()
    shutil.copy("/etc/default/useradd", etc / "default")
    lines = """
        useradd -m alice
        groupadd docker
        usermod -aG docker alice
        usermod -aG docker,sudo alice
        usermod -u 1500 alice
        usermod -s /bin/bash alice
        usermod -L alice
        usermod -d /home/other alice
        useradd -M -u 1200 -s /bin/zsh -c Comment carol
        groupmod -g 1700 docker
        groupmod -n dock docker
        groupadd -r daemon1
        useradd -r svc
        useradd -r -N svc2
        useradd -G sudo,video bob
        useradd -r -g sudo -u 300 s3
        usermod -g video bob
        userdel alice
        groupdel dock
        useradd --system --gid www-data --home-dir /srv --shell /bin/false web
        groupadd --gid 4000 big
        useradd dave
    """
    filesystem = debian()
    for line in (line.strip() for line in lines.strip().splitlines()):
        tool, *rest = line.split()
        subprocess.run([f"/usr/sbin/{tool}", "-P", str(tmp_path), *rest], check=True, capture_output=True)
        filesystem = run(filesystem, line)
        real = {path.name: path.stat().st_size for path in etc.iterdir() if path.is_file()}
        known = [*texts, *(name + "-" for name in texts)]
        model = {name: filesystem.lookup(f"/etc/{name}") for name in known}
        for name, node in model.items():
            assert (node.size.likely if isinstance(node, Inode) else None) == real.get(name), (
                f"{line}: {name}"
            )


def test_against_real_builds_on_debian() -> None:
    """Bytes of three layers of users as they were built (`builds.jsonl.gz`)."""
    bases = pytest.importorskip("layerlint.catalog.bases")
    base = bases.find("debian:bookworm-slim")
    row = next(row for row in rows("oracle/builds.jsonl.gz") if row["name"] == "useradd")
    truth = [layer["bytes"] for layer in row["rows"] if not layer["empty"]][1:]
    filesystem, layers = FileSystem(base.root), []
    for number, line in enumerate(row["dockerfile"].splitlines()[1:]):
        filesystem = filesystem.at_layer(number)
        for command in line.removeprefix("RUN ").split(" && "):
            filesystem = performed(invoke(command, filesystem, cwd="/"), filesystem)
        made = [node for _, node in filesystem.walk("/") if isinstance(node, Inode) and node.layer == number]
        layers.append(sum(node.size.likely for node in made))
    print("bytes of the layers, built and forecast:", list(zip(truth, layers, strict=True)))
    assert layers == truth


def test_against_a_real_build_on_alpine() -> None:
    row = next(row for row in rows("oracle/builds.jsonl.gz") if row["name"] == "alpine-files")
    base = next(row for row in rows("data/base_rootfs.jsonl.gz") if row["base"] == "alpine-3.20.3")
    entries = {
        f"/etc/{name}": (base["texts"][f"/etc/{name}"].rstrip("\n") + "\n").encode()
        for name in ("passwd", "group")
    }
    filesystem = system(
        {
            **entries,
            "/etc/shadow": base["files"]["/etc/shadow"],
            "/bin/busybox": 800_000,
            "/usr/sbin/adduser": symlink("/bin/busybox"),
            "/home": None,
        }
    )
    filesystem = run(filesystem, "adduser -D app")
    names = ("passwd", "passwd-", "group", "group-", "shadow", "shadow-")
    layers = [layer for layer in row["rows"] if not layer["empty"]]

    def forecast() -> dict[str, int]:
        return {f"etc/{name}": sizes(filesystem)[f"/etc/{name}"] for name in names}

    def truth(index: int) -> dict[str, int]:
        return {
            path: size
            for path, size in layers[index]["top_dirs"].items()
            if path.removeprefix("etc/") in names
        }

    assert forecast() == truth(1)
    filesystem = run(filesystem, "addgroup -S g", "adduser -S -G g s")
    assert forecast() == {**truth(2), "etc/group-": 531}


@pytest.mark.parametrize(
    ("line", "passwd", "group"),
    [
        ("adduser --disabled-password --gecos '' u", "u:x:1000:1000:,,,:/home/u:/bin/bash", "u:x:1000:"),
        ("adduser --system u", "u:x:100:65534::/nonexistent:/usr/sbin/nologin", None),
        ("adduser --system --group u", "u:x:100:101::/nonexistent:/usr/sbin/nologin", "u:x:101:"),
        (
            "adduser --system --uid 500 --ingroup video --home /srv/u u",
            "u:x:500:44::/srv/u:/usr/sbin/nologin",
            None,
        ),
        ("addgroup --gid 2000 u", None, "u:x:2000:"),
        ("addgroup --system u", None, "u:x:101:"),
        ("groupadd -r u", None, "u:x:999:"),
        ("useradd u", "u:x:1000:1000::/home/u:/bin/sh", "u:x:1000:"),
        ("useradd -r u", "u:x:999:999::/home/u:/bin/sh", "u:x:999:"),
        ("useradd -ms /bin/bash -u 1234 u", "u:x:1234:1234::/home/u:/bin/bash", "u:x:1234:"),
        ("useradd -g www-data -d /app -c 'The app' u", "u:x:1000:33:The app:/app:/bin/sh", None),
    ],
)
def test_lines(line: str, passwd: str | None, group: str | None) -> None:
    filesystem = run(debian(), line)
    for name, expected in (("passwd", passwd), ("group", group)):
        node = filesystem.lookup(f"/etc/{name}")
        assert isinstance(node, Inode)
        data = getattr(node.content, "data", b"").decode().splitlines()
        found = [text for text in data if text.startswith("u:")]
        assert found == ([] if expected is None else [expected])


@pytest.mark.parametrize(
    ("line", "home"),
    [
        ("useradd -m u", {"/home/u/.bashrc": 100}),
        ("useradd u", {}),
        ("useradd -r -m -d /srv/u u", {"/srv/u/.bashrc": 100}),
        ("adduser --disabled-password u", {"/home/u/.bashrc": 100}),
        ("adduser --disabled-password --no-create-home u", {}),
        ("adduser --system --home /srv/u u", {}),
    ],
)
def test_home(line: str, home: dict[str, int]) -> None:
    filesystem = run(debian(), line)
    assert {path: size for path, size in sizes(filesystem).items() if not path.startswith("/etc")} == home
    for path in home:
        node = filesystem.lookup(path)
        assert node is not None
        assert node.uid == (999 if "-r" in line else 1000)


@pytest.mark.parametrize(
    "line",
    ["useradd root", "useradd", "groupadd video", "groupadd -g 27 x", "userdel nobodyhere", "groupdel nothere",
     "addgroup video", "adduser www-data", "passwd root", "usermod"],
)  # fmt: skip
def test_refused(line: str) -> None:
    assert show(invoke(line, debian())) == ["status NO"]


def test_a_user_that_is_there_already_is_no_failure_for_a_system_user() -> None:
    assert show(invoke("adduser --system www-data", debian())) == []
    assert show(invoke("groupadd -f video", debian())) == []


def test_databases_that_are_not_known_grow_by_the_line() -> None:
    base = system({"/etc/passwd": 900, "/etc/group": 400, "/etc/shadow": 500})
    assert show(invoke("useradd -r u", base)) == [
        "Write /etc/.pwd.lock 0 '' 0o600",
        "Replace /etc/passwd- 900",
        "Replace /etc/passwd 929",
        "Replace /etc/group- 400",
        "Replace /etc/group 409",
        "Replace /etc/shadow- 500",
        "Replace /etc/shadow 516",
    ]


def test_usermod_of_an_id_gives_him_his_files() -> None:
    base = system(
        {"/etc/passwd": PASSWD.encode(), "/var/www/a": file(b"x", uid=33), "/var/www/b": file(b"y")}
    )
    lines = show(invoke("usermod -u 1000 www-data", base))
    assert "ChangeOwner /var/www/a 1000 None no-follow" in lines
    assert not any("/var/www/b" in line for line in lines)


def test_busybox_is_told_by_its_options_where_the_image_is_not_known() -> None:
    unknown = system({}, complete=False)
    assert "MakeDirectory /home/u" in show(invoke("adduser -D -u 1000 u", unknown))
    assert "Write /etc/.pwd.lock 0 '' 0o600" not in show(invoke("adduser -S -D u", unknown))
    assert "Write /etc/.pwd.lock 0 '' 0o600" in show(invoke("adduser --system u", unknown))


def test_a_password_by_a_pipe_makes_shadow_longer() -> None:
    lines = show(invoke("chpasswd", debian(), stdin=of_text("root:secret\n")))
    assert lines[-1] == f"Replace /etc/shadow {len(SHADOW)}..{len(SHADOW) + 73}..{len(SHADOW) + 73}"


@pytest.mark.parametrize(
    ("base", "command", "length"),
    [
        ("debian:bullseye-slim", "useradd -u 100000 app", 292 * 100_001),
        ("debian:bullseye-slim", "useradd -l -u 100000 app", 29_492),
        ("debian:bullseye-slim", "useradd --no-log-init -u 100000 app", 29_492),
        ("debian:bullseye-slim", "rm /var/log/lastlog && useradd -u 100000 app", None),
        ("debian:bullseye-slim", "adduser --disabled-password --uid 50000 app", 292 * 50_001),
        ("debian:bookworm-slim", "useradd -u 100000 app", 0),
    ],
)
def test_the_log_of_logins_is_as_long_as_the_id_is_high(base: str, command: str, length: int | None) -> None:
    """Of shadow before 4.13, where the log is there (its source, and a build on Debian 12 for the rest)."""
    trace = analyse(SourceFile("Dockerfile", f"FROM {base}\nRUN {command}\n"), None, Settings()).trace
    assert trace.target is not None
    log = trace.target.final.filesystem.lookup("/var/log/lastlog")
    assert (log.size.low if isinstance(log, Inode) else None) == length
