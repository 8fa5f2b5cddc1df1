"""Which versions of distributions an installer comes to: ``uv pip compile``, which builds and runs nothing of them."""

from __future__ import annotations

import os
import re
import signal
import ssl
import sys
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Final

from layerlint.catalog.cache import folder
from layerlint.catalog.distributions import normalised
from layerlint.domain.credentials import redact
from layerlint.lookup import WheelsWanted
from layerlint.online.errors import OnlineError
from layerlint.online.registries import Online

_NAME: Final = "uv.exe" if sys.platform == "win32" else "uv"
_SECONDS: Final = 60.0
_LARGEST: Final = 1 << 20
_LINE: Final = re.compile(r"([A-Za-z0-9][A-Za-z0-9._-]{0,99})==([A-Za-z0-9][A-Za-z0-9.!+_-]{0,99})")
_KEPT: Final = frozenset(
    (
        "ALL_PROXY", "HOME", "HTTPS_PROXY", "HTTP_PROXY", "LANG", "NO_PROXY", "PATH", "SYSTEMROOT", "TMPDIR",
        "all_proxy", "http_proxy", "https_proxy", "no_proxy",
    )
)  # fmt: skip
"""Variables of the environment that uv is given."""
_MACHINES: Final = {"amd64": "x86_64", "arm64": "aarch64"}
ABSENT: Final = "uv is not installed: pip install 'layerlint[online]'"


def find() -> Path | None:
    """Beside this Python, else on PATH, in absolute folders only."""
    folders = [Path(sys.executable).parent] if sys.executable else []
    folders += [Path(each) for each in os.get_exec_path() if os.path.isabs(each)]
    for each in folders:
        if (each / _NAME).is_file() and os.access(each / _NAME, os.X_OK):
            return each / _NAME
    return None


def platform_of(machine: str, *, musl: bool) -> str:
    """As uv names it; raises OnlineError for a machine for which there are no wheels."""
    cpu = _MACHINES.get(machine)
    if cpu is None:
        raise OnlineError(f"wheels for {machine} are not asked for")
    return f"{cpu}-unknown-linux-musl" if musl else f"{cpu}-manylinux_2_28"


def pinned(
    question: WheelsWanted, machine: str, online: Online, seconds: float
) -> tuple[tuple[str, str], ...]:
    """Names and versions, sorted; raises OnlineError."""
    program = find()
    if program is None:
        raise OnlineError(ABSENT)
    command = [
        str(program), "pip", "compile", "--quiet", "--color", "never", "--no-config", "--no-header", "--no-annotate",
        "--no-progress", "--no-python-downloads", "--only-binary", ":all:", "--no-strip-markers", "--no-strip-extras",
        "--python", sys.executable, "--python-version", question.python,
        "--python-platform", platform_of(machine, musl=question.musl),
        "--constraints", "constraints.txt", "--output-file", "answer.txt", "requirements.txt",
    ]  # fmt: skip
    if not question.dependencies:
        command.append("--no-deps")
    with tempfile.TemporaryDirectory(prefix="layerlint-") as work:
        Path(work, "requirements.txt").write_text(
            "".join(f"{line}\n" for line in question.requirements), "utf-8"
        )
        Path(work, "constraints.txt").write_text(
            "".join(f"{line}\n" for line in question.constraints), "utf-8"
        )
        code, said = _run(command, work, _environment(online), min(seconds, _SECONDS))
        answer = Path(work, "answer.txt")
        if code or not answer.is_file() or answer.stat().st_size > _LARGEST:
            raise OnlineError(f"uv finds no wheels{_why(said, work)}")
        text = answer.read_text("utf-8", "replace")
    found = (_LINE.fullmatch(line.partition(";")[0].strip()) for line in _without_extras(text))
    return tuple(sorted((normalised(match[1]), match[2]) for match in found if match is not None))


def _without_extras(text: str) -> list[str]:
    return [re.sub(r"\[[^\]]*\]", "", line) for line in text.splitlines()]


def _environment(online: Online) -> dict[str, str]:
    """The index goes by the environment, where its password is not seen in the list of processes."""
    found = {key: value for key, value in os.environ.items() if key in _KEPT}
    found |= {"UV_CACHE_DIR": str(folder() / "online" / "uv"), "LC_ALL": "C.UTF-8"}
    found["UV_HTTP_TIMEOUT"] = f"{online.timeout:.0f}"
    found["UV_CONCURRENT_DOWNLOADS"] = "4"
    scheme, _, rest = online.python.partition("://")
    found["UV_DEFAULT_INDEX"] = f"{scheme}://{online.login()}{rest}"
    if scheme == "http":
        found["UV_INSECURE_HOST"] = rest.partition("/")[0]
    authorities = next(iter(online.certificates), "") or os.environ.get("SSL_CERT_FILE") or _authorities()
    if authorities:
        found["SSL_CERT_FILE"] = authorities
    return found


def _authorities() -> str:
    return ssl.get_default_verify_paths().cafile or ""


def _run(command: list[str], work: str, environment: dict[str, str], seconds: float) -> tuple[int, str]:
    """The exit code and the end of what it says; it and what it starts end when the time is over."""
    import subprocess

    with open(os.path.join(work, "said"), "w+b") as said:
        try:
            process = subprocess.Popen(
                command, cwd=work, env=environment, stdin=subprocess.DEVNULL, stdout=said, stderr=said,
                start_new_session=True,
            )  # fmt: skip
        except OSError as error:
            raise OnlineError(f"uv cannot be run: {error.strerror}") from error
        try:
            code = process.wait(seconds)
        except subprocess.TimeoutExpired:
            raise OnlineError(f"uv gave no answer within {seconds:.0f} s") from None
        finally:
            if process.poll() is None:
                _end(process.pid)
                process.wait()
        said.seek(0)
        return code, said.read(_LARGEST).decode("utf-8", "replace")


def _end(pid: int) -> None:
    with suppress(OSError):
        if hasattr(os, "killpg"):
            os.killpg(pid, signal.SIGKILL)
        else:
            os.kill(pid, signal.SIGTERM)


def _why(said: str, work: str) -> str:
    """Of what uv says, the first reason on one line."""
    lines = [line.strip(" ×╰─▶│├hint:") for line in said.splitlines() if line.strip()]
    reason = next((line for line in lines if line.startswith(("Because", "there is no", "Failed"))), "")
    reason = reason or next((line for line in lines if not line.startswith("No solution")), "")
    shown = redact(" ".join(reason.replace(work, "").split()))
    return f": {shown[:160]}" if shown else ""
