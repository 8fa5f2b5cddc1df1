"""Footprints by measurement: install packages into a base image for real, and read what is there.

Each install runs in a chroot on an overlay over the unpacked root file system, so it needs root, a
mirror, and a kernel with overlayfs.
"""

from __future__ import annotations

import os
import shutil
import stat
import subprocess
from collections.abc import Iterator, Mapping, Sequence, Set
from contextlib import ExitStack, contextmanager
from pathlib import Path

from layerlint._dataclass import dataclass

_DATABASES = (
    "/var/lib/dpkg",
    "/var/lib/apt",
    "/var/cache/apt",
    "/var/cache/debconf",
    "/var/log",
    "/var/cache/ldconfig",
    "/etc/ld.so.cache",
    "/etc/resolv.conf",
    "/run",
    "/tmp",
    "/etc/passwd",
    "/etc/group",
    "/etc/shadow",
    "/etc/gshadow",
    "/etc/subuid",
    "/etc/subgid",
    "/root",
    "/var/tmp",
    "/etc/.pwd.lock",
)
"""Rewritten by every install, or by its users' creation: the model of apt forecasts them itself."""


@dataclass(frozen=True, slots=True)
class Host:
    """An unpacked root file system with fresh package lists."""

    lower: Path
    work: Path


@dataclass(frozen=True, slots=True)
class Unpacked:
    """What one package put on disk."""

    status_bytes: int
    info: Mapping[str, int]
    """Sizes of its control files by their kind (``list``, ``postinst`` …)."""
    files: Mapping[str, int]
    """Sizes of its regular files by path, each inode once."""


@dataclass(frozen=True, slots=True)
class Install:
    packages: Mapping[str, Unpacked]
    """Those that the base did not have."""
    unowned: Mapping[str, int]
    """Files of no package, that maintainer scripts and triggers made."""


def prepare(archive: Path, work: Path) -> Host:
    lower = work / "lower"
    shutil.rmtree(lower, ignore_errors=True)
    lower.mkdir(parents=True)
    subprocess.run(["tar", "-xf", str(archive), "-C", str(lower), "--numeric-owner"], check=True)
    shutil.copy("/etc/resolv.conf", lower / "etc/resolv.conf")
    with _mounted(_kernel_mounts(lower)):
        subprocess.run(["chroot", str(lower), "apt-get", "update", "-qq"], check=True)
    return Host(lower, work)


def consistent_sets(host: Host, names: Sequence[str], recommends: bool) -> list[list[str]]:
    """Split names into sets that apt can install together; names that it cannot install are left out."""
    if not names:
        return []
    if _apt(host.lower, ["-s", *names], recommends).returncode == 0:
        return [list(names)]
    if len(names) == 1:
        return []
    middle = len(names) // 2
    return [
        *consistent_sets(host, names[:middle], recommends),
        *consistent_sets(host, names[middle:], recommends),
    ]


def measure(host: Host, names: Sequence[str], recommends: bool) -> Install:
    """Install packages together into a fresh copy of the base, and read off all that came."""
    with _overlay(host) as (merged, upper):
        before = _paragraphs(merged).keys()
        _apt(merged, ["-y", *names], recommends)
        packages = {
            name: Unpacked(len(paragraph.encode()) + 2, _info(merged, name), _owned(merged, name))
            for name, paragraph in _paragraphs(merged).items()
            if name not in before
        }
        owned = {path for package in packages.values() for path in package.files}
        return Install(packages, _unowned(upper, owned))


def _apt(root: Path, arguments: list[str], recommends: bool) -> subprocess.CompletedProcess[str]:
    option = "--install-recommends" if recommends else "--no-install-recommends"
    return subprocess.run(
        ["chroot", str(root), "apt-get", "install", "-q", option, *arguments],
        check=False,
        capture_output=True,
        text=True,
        errors="replace",
        env={"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "DEBIAN_FRONTEND": "noninteractive"},
    )


def _kernel_mounts(root: Path) -> list[list[str]]:
    return [["-t", "proc", "proc", str(root / "proc")], ["--bind", "/dev", str(root / "dev")]]


@contextmanager
def _mounted(mounts: Sequence[list[str]]) -> Iterator[None]:
    """Each with the arguments of mount(8), the mount point last."""
    with ExitStack() as stack:
        for arguments in mounts:
            subprocess.run(["mount", *arguments], check=True)
            stack.callback(subprocess.run, ["umount", "--lazy", arguments[-1]], check=True)
        yield


@contextmanager
def _overlay(host: Host) -> Iterator[tuple[Path, Path]]:
    upper, merged, scratch = host.work / "upper", host.work / "merged", host.work / "scratch"
    for directory in (upper, merged, scratch):
        shutil.rmtree(directory, ignore_errors=True)
        directory.mkdir(parents=True)
    options = f"lowerdir={host.lower},upperdir={upper},workdir={scratch}"
    overlay = ["-t", "overlay", "overlay", "-o", options, str(merged)]
    with _mounted([overlay, *_kernel_mounts(merged)]):
        yield merged, upper
    shutil.rmtree(upper, ignore_errors=True)


def _paragraphs(merged: Path) -> dict[str, str]:
    text = (merged / "var/lib/dpkg/status").read_text(encoding="utf-8", errors="surrogateescape")
    paragraphs = (
        paragraph for paragraph in text.strip("\n").split("\n\n") if "\nStatus: install ok" in paragraph
    )
    return {paragraph.partition("\n")[0].removeprefix("Package: "): paragraph for paragraph in paragraphs}


def _info(merged: Path, name: str) -> dict[str, int]:
    directory = merged / "var/lib/dpkg/info"
    found = [*directory.glob(f"{name}.*"), *directory.glob(f"{name}:amd64.*")]
    return {path.suffix[1:]: path.stat().st_size for path in found if path.stem in (name, f"{name}:amd64")}


def _owned(merged: Path, name: str) -> dict[str, int]:
    """What the package lists and is not there (dpkg excludes it, or it was removed) is left out."""
    listed = next(
        path
        for path in (merged / f"var/lib/dpkg/info/{name}{arch}.list" for arch in ("", ":amd64"))
        if path.exists()
    )
    sizes: dict[str, int] = {}
    seen: set[int] = set()
    for path in listed.read_text(encoding="utf-8", errors="surrogateescape").splitlines():
        top, _, rest = path[1:].partition("/")
        real = f"/usr/{top}/{rest}" if rest and (merged / top).is_symlink() else path
        try:
            found = os.lstat(f"{merged}{real}")
        except OSError:
            continue
        if stat.S_ISREG(found.st_mode) and found.st_ino not in seen:
            seen.add(found.st_ino)
            sizes[real] = found.st_size
    return sizes


def _unowned(upper: Path, owned: Set[str]) -> dict[str, int]:
    found: dict[str, int] = {}
    for directory, _, names in os.walk(upper):
        for name in names:
            path = f"{directory}/{name}".removeprefix(str(upper))
            status = os.lstat(f"{upper}{path}")
            if stat.S_ISREG(status.st_mode) and path not in owned and not path.startswith(_DATABASES):
                found[path] = status.st_size
    return found
