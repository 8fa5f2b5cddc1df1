"""The registries that this machine is configured for, against what pip and npm really install; else skipped."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from layerlint.linter import Settings, analyse
from layerlint.online import uv
from layerlint.online.client import Client
from layerlint.online.errors import OnlineError
from layerlint.online.registries import Online, configured
from layerlint.source import SourceFile

_PAGE = 1 << 26


def reachable(url: str) -> Online:
    online = configured()
    if not online.python or not online.npm:
        pytest.skip("the registries are not of http")
    try:
        Client(online).get(url.format(python=online.python, npm=online.npm), _PAGE, "*/*")
    except OnlineError as error:
        pytest.skip(f"not reachable: {error}")
    return online


def forecast(text: str, online: Online, place: str) -> tuple[int, int, int]:
    """Low, likely and high of the regular files below a directory."""
    analysis = analyse(SourceFile("Dockerfile", text), None, Settings(online=online))
    assert analysis.unanswered == ()
    layer = analysis.trace.layer_steps()[-1].layer
    assert layer is not None
    sizes = [entry.bytes for entry in layer.entries if entry.path.startswith(place)]
    assert sizes
    assert all(size.high is not None for size in sizes)
    return sum(s.low for s in sizes), sum(s.likely for s in sizes), sum(s.high or 0 for s in sizes)


def measured(folder: Path) -> int:
    return sum(path.lstat().st_size for path in folder.rglob("*") if path.is_file() and not path.is_symlink())


@pytest.mark.skipif(uv.find() is None, reason="uv is not installed")
@pytest.mark.parametrize("wanted", ["flask==3.0.0", "rich-argparse==1.4.0 humanfriendly==9.2"])
def test_pip(tmp_path: Path, wanted: str) -> None:
    online = reachable("{python}/flask/")
    release = f"{sys.version_info.major}.{sys.version_info.minor}"
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--no-cache-dir", "--only-binary", ":all:"]
    command += ["--index-url", online.python, "--target", str(tmp_path / "t"), *wanted.split()]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300)
    if done.returncode:
        pytest.skip(f"pip does not install it: {done.stderr[-300:]}")
    text = f"FROM python:{release}-slim\nRUN pip install --no-cache-dir --target /t {wanted}\n"
    low, likely, high = forecast(text, online, "/t/")
    real = measured(tmp_path / "t")
    assert low <= real <= high
    assert likely == pytest.approx(real, rel=0.05)


@pytest.mark.skipif(shutil.which("npm") is None, reason="npm is not installed")
@pytest.mark.parametrize("wanted", ["express@4.18.1", "left-pad@1.2.0 yargs@15.3.1"])
def test_npm(tmp_path: Path, wanted: str) -> None:
    online = reachable("{npm}/left-pad")
    environment = {**os.environ, "npm_config_cache": str(tmp_path / "cache")}
    (tmp_path / "package.json").write_text("{}")
    command = ["npm", "install", "--silent", "--no-audit", "--ignore-scripts", *wanted.split()]
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=300)
    if done.returncode:
        pytest.skip(f"npm does not install it: {done.stderr[-300:]}")
    low, likely, high = forecast(
        f"FROM node:22-slim\nWORKDIR /app\nRUN npm install {wanted}\n", online, "/app/node_modules/<"
    )
    real = measured(tmp_path / "node_modules") - (tmp_path / "node_modules/.package-lock.json").stat().st_size
    assert low <= real <= high
    assert likely == pytest.approx(real, rel=0.05)
