"""The root file systems of the official Debian images, remade by their recipe.

Needs root, debootstrap and debuerreotype 0.15 (which the official images are made with).
"""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

from layerlint.catalog.snapshot.index import KEYRING, MIRROR, sources

_DEB822_SINCE = {"bullseye": False, "bookworm": True, "trixie": True}
"""Whether the release's images have ``sources.list.d/debian.sources`` instead of ``sources.list``."""


def make_roots(suite: str, work: Path) -> dict[str, Path]:
    """Tar archives of the two variants by the name of the image: ``debian-bookworm``, ``…-slim``."""
    root = work / "root"
    shutil.rmtree(root, ignore_errors=True)
    _run(
        "debuerreotype-init",
        "--non-debian",
        f"--debootstrap-script=/usr/share/debootstrap/scripts/{suite}",
        f"--keyring={KEYRING}",
        str(root),
        suite,
        f"{MIRROR}/debian",
    )
    _run("debuerreotype-minimizing-config", str(root))
    listed = root / "etc/apt/sources.list"
    listed.write_text("".join(f"deb {mirror} {name} main\n" for mirror, name in sources(suite)))
    _run("debuerreotype-apt-get", str(root), "update", "-qq")
    _run("debuerreotype-apt-get", str(root), "dist-upgrade", "-yqq")
    _write_sources(root, suite)
    return {
        f"debian-{suite}": _pack(root, work / f"debian-{suite}.tar"),
        f"debian-{suite}-slim": _pack(_slim(root, work / "slim"), work / f"debian-{suite}-slim.tar"),
    }


def _write_sources(root: Path, suite: str) -> None:
    (day,) = _run(
        "date", "--utc", "--date", f"@{(root / 'debuerreotype-epoch').read_text().strip()}", "+%Y%m%dT000000Z"
    ).split()
    listed = root / "etc/apt/sources.list"
    if not _DEB822_SINCE[suite]:
        listed.write_text(
            "".join(
                f"# deb {_archive(mirror, day)} {name} main\ndeb {mirror} {name} main\n"
                for mirror, name in sources(suite)
            )
        )
        return
    listed.unlink()
    suites: dict[str, list[str]] = {}
    for mirror, name in sources(suite):
        suites.setdefault(mirror, []).append(name)
    (root / "etc/apt/sources.list.d/debian.sources").write_text(
        "\n".join(
            f"Types: deb\n# {_archive(mirror, day)}\nURIs: {mirror}\nSuites: {' '.join(names)}\n"
            f"Components: main\nSigned-By: {KEYRING}\n"
            for mirror, names in suites.items()
        )
    )


def _archive(mirror: str, day: str) -> str:
    return f"{mirror.replace('deb.debian.org', 'snapshot.debian.org/archive')}/{day}"


def _slim(root: Path, slim: Path) -> Path:
    shutil.rmtree(slim, ignore_errors=True)
    _run("cp", "-a", str(root), str(slim))
    _run("debuerreotype-slimify", str(slim))
    return slim


def _pack(root: Path, archive: Path) -> Path:
    """As published: without logs, caches, package lists, devices and this host's network settings."""
    _run(
        "debuerreotype-tar",
        "--exclude",
        "./etc/hostname",
        "--exclude",
        "./etc/resolv.conf",
        "--exclude",
        "./debuerreotype-epoch",
        str(root),
        str(archive),
    )
    return archive


def _run(*command: str) -> str:
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout
