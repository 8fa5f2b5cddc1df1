"""Before and after built for real: both work, what is saved is as forecast, what is rejected fails.

The base images are those that ``oracle/build_truth.py base bookworm`` makes; nothing is pulled.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from layerlint.linter import Settings, analyse
from layerlint.report import BaseVerdict
from layerlint.rootfs.simulate import rerun, saved
from layerlint.rootfs.split import Split, split
from layerlint.source import SourceFile
from tests.rootfs.apps import C, advice_of, compiled, of_reference

PROGRAM = 'FROM debian:bookworm\nCOPY program /program\nENTRYPOINT ["/program"]\n'


def _buildah(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["buildah", *arguments], capture_output=True, text=True, timeout=300)


@pytest.fixture(scope="module", autouse=True)
def bases() -> None:
    if shutil.which("buildah") is None or os.geteuid() != 0:
        pytest.skip("buildah is absent, or this is not root")
    for tag in ("bookworm", "bookworm-slim"):
        if _buildah("inspect", "--type", "image", f"docker.io/library/debian:{tag}").returncode:
            pytest.skip(f"debian:{tag} has not been made (oracle/build_truth.py base bookworm)")


@pytest.fixture
def images() -> Iterator[list[str]]:
    made: list[str] = []
    yield made
    for name in made:
        _buildah("rmi", "-f", name)


def _built(dockerfile: str, folder: Path, images: list[str]) -> str:
    name = f"localhost/layerlint-base-{uuid.uuid4().hex[:12]}"
    path = folder / f"Dockerfile.{name[-6:]}"
    path.write_text(dockerfile)
    done = _buildah(
        "bud", "-q", "--isolation", "chroot", "--pull-never", "-t", name, "-f", str(path), str(folder)
    )
    path.unlink()
    assert done.returncode == 0, done.stderr
    images.append(name)
    return name


def _run(image: str, *words: str) -> tuple[int, str, int]:
    """Exit code and output of a command in it, and the bytes of its regular files."""
    container = _buildah("from", "--pull-never", image).stdout.strip()
    try:
        root = Path(_buildah("mount", container).stdout.strip())
        files = {
            (status.st_dev, status.st_ino): status.st_size
            for folder, _, names in os.walk(root)
            for name in names
            if (status := os.lstat(os.path.join(folder, name)))
            and os.path.isfile(os.path.join(folder, name))
            and not os.path.islink(os.path.join(folder, name))
        }
        done = _buildah("run", "--isolation", "chroot", container, "--", *words)
        return done.returncode, done.stdout, sum(files.values())
    finally:
        _buildah("rm", container)


def _on(dockerfile: str, reference: str) -> str:
    return dockerfile.replace("FROM debian:bookworm\n", f"FROM {reference}\n")


@pytest.mark.parametrize("linked", ["-static", "-O1"])
def test_a_base_that_meets_works_and_saves_what_was_said(
    linked: str, tmp_path: Path, images: list[str]
) -> None:
    folder = compiled(tmp_path, linked)
    found = advice_of(PROGRAM, folder)
    good = [
        each
        for each in found.candidates
        if each.verdict is BaseVerdict.MEETS and each.reference in ("scratch", "debian:bookworm-slim")
    ]
    assert good
    code, said, before = _run(_built(PROGRAM, folder, images), "/program")
    assert (code, said) == (0, "works\n")
    for record in good:
        code, said, after = _run(_built(_on(PROGRAM, record.reference), folder, images), "/program")
        assert (code, said) == (0, "works\n")
        assert record.saved is not None
        assert record.saved.likely == pytest.approx(before - after, rel=0.05)


def test_a_script_works_on_the_slim_variant(tmp_path: Path, images: list[str]) -> None:
    (tmp_path / "report").write_text("#!/bin/sh\nset -e\ndate | tr -d ':'\n")
    dockerfile = (
        "FROM debian:bookworm\nCOPY report /usr/local/bin/report\nRUN chmod +x /usr/local/bin/report\n"
        'CMD ["report"]\n'
    )
    record = of_reference(advice_of(dockerfile, tmp_path), "debian:bookworm-slim")
    assert record.verdict is BaseVerdict.MEETS
    one = _run(_built(dockerfile, tmp_path, images), "report")
    other = _run(_built(_on(dockerfile, record.reference), tmp_path, images), "report")
    assert one[0] == other[0] == 0
    assert record.saved is not None
    assert record.saved.likely == pytest.approx(one[2] - other[2], rel=0.05)


def test_a_base_that_is_rejected_fails(tmp_path: Path, images: list[str]) -> None:
    folder = compiled(tmp_path, "-O1")
    assert of_reference(advice_of(PROGRAM, folder), "scratch").verdict is BaseVerdict.FAILS
    code, _, _ = _run(_built(_on(PROGRAM, "scratch"), folder, images), "/program")
    assert code != 0


# ------------------------------------------------------------------------------ splits

TOOLCHAIN = "docker.io/library/gcc:13-bookworm"
COMPILER = """#!/bin/sh
while [ $# -gt 0 ]; do
  if [ "$1" = -o ]; then cp /usr/local/lib/program "$2"; fi
  shift
done
"""
SPLIT = (
    "FROM gcc:13-bookworm\nWORKDIR /src\nCOPY a.c .\nRUN gcc {option} -o /usr/local/bin/hello a.c\nENV A=1\n"
    'CMD ["hello"]\n'
)


@pytest.mark.parametrize(("option", "reference"), [("-static", "scratch"), ("-O1", "debian:bookworm-slim")])
def test_a_split_works_as_the_whole_file_and_saves_what_was_said(
    option: str, reference: str, tmp_path: Path, images: list[str]
) -> None:
    """The compiler of the base is a stand-in: it writes what the machine's own has made of the same source."""
    if _buildah("inspect", "--type", "image", TOOLCHAIN).returncode == 0:
        pytest.skip(f"{TOOLCHAIN} is there, and would be replaced")
    (tmp_path / "base").mkdir()
    compiled(tmp_path / "base", option)
    (tmp_path / "base" / "gcc").write_text(COMPILER)
    base = "FROM debian:bookworm\nCOPY program /usr/local/lib/program\nCOPY --chmod=755 gcc /usr/local/bin/gcc\n"
    context = tmp_path / "context"
    context.mkdir()
    (context / "a.c").write_text(C)
    made = _built(base, tmp_path / "base", images)
    assert _buildah("tag", made, TOOLCHAIN).returncode == 0
    images.append(TOOLCHAIN)
    layout = f"oci:{tmp_path / 'layout'}"
    assert _buildah("push", "-q", TOOLCHAIN, layout).returncode == 0

    dockerfile = SPLIT.format(option=option)
    settings = Settings(bases=(("gcc:13-bookworm", layout),))
    trace = analyse(SourceFile("Dockerfile", dockerfile), context, settings).trace
    plan = split(trace)
    assert isinstance(plan, Split)
    assert reference in plan.bases
    text = plan.text(reference)
    forecast = saved(trace, rerun(trace, text))
    assert forecast is not None
    code, said, before = _run(_built(dockerfile, context, images), "hello")
    assert (code, said) == (0, "works\n")
    code, said, after = _run(_built(text, context, images), "/usr/local/bin/hello")
    assert (code, said) == (0, "works\n")
    assert forecast.likely == pytest.approx(before - after, rel=0.05)
