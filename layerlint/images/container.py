"""The writable layer of a container: the upper directory of its overlay mount, read where it lies.

Sources: the kernel's ``Documentation/filesystems/overlayfs.rst`` (whiteouts, opaque directories),
``proc(5)`` for the form of ``/proc/mounts``.
"""

from __future__ import annotations

import hashlib
import os
import re
import stat
from collections.abc import Iterator
from pathlib import Path

from layerlint._dataclass import dataclass
from layerlint.images import documents, tar
from layerlint.images.documents import Document
from layerlint.images.errors import ImageError
from layerlint.images.files import chunks_of, open_regular
from layerlint.images.limits import Meter
from layerlint.images.tar import Member

_OCTAL = re.compile(r"\\([0-7]{3})")
_OPAQUE = ("trusted.overlay.opaque", "user.overlay.opaque")
_WHITEOUT = ("trusted.overlay.whiteout", "user.overlay.whiteout")
_MAX_MOUNTS = 16 << 20
"""Bytes of a table of mounts."""


@dataclass(frozen=True, slots=True)
class Overlay:
    """One overlay mount."""

    target: str
    lower: tuple[str, ...]
    """The topmost first."""
    upper: str
    """Empty where it is mounted to be read only."""
    work: str


def parse_mounts(text: str) -> tuple[Overlay, ...]:
    """The overlay mounts of ``/proc/mounts`` or ``/proc/<pid>/mounts``."""
    found = []
    for line in text.splitlines():
        fields = line.split(" ")
        if len(fields) < 4 or fields[2] != "overlay":
            continue
        options = dict(option.partition("=")[::2] for option in fields[3].split(","))
        lower = tuple(_plain(path) for path in options.get("lowerdir", "").split(":") if path)
        found.append(
            Overlay(
                _plain(fields[1]), lower, _plain(options.get("upperdir", "")), _plain(options.get("workdir", ""))
            )
        )  # fmt: skip
    return tuple(found)


def overlay_of(document: Document) -> Overlay | None:
    """Of what an engine tells of a container (``GraphDriver.Data``); None for another driver."""
    data = documents.part(documents.part(document, "GraphDriver"), "Data")
    upper = documents.text(data, "UpperDir")
    if not upper:
        return None
    lower = tuple(path for path in documents.text(data, "LowerDir").split(":") if path)
    return Overlay(documents.text(data, "MergedDir"), lower, upper, documents.text(data, "WorkDir"))


def overlay_for(document: Document, proc: Path = Path("/proc")) -> Overlay | None:
    """As `overlay_of`; with containerd's snapshots, what a running container has mounted at its root."""
    if (found := overlay_of(document)) is not None:
        return found
    process = documents.number(documents.part(document, "State"), "Pid")
    return overlay_at("/", proc / str(process) / "mounts") if process else None


def overlay_at(target: str, mounts: Path = Path("/proc/mounts")) -> Overlay | None:
    """The overlay that is mounted there now."""
    try:
        with mounts.open("rb") as stream:
            text = stream.read(_MAX_MOUNTS).decode("utf-8", "backslashreplace")
    except OSError:
        return None
    return next((mount for mount in reversed(parse_mounts(text)) if mount.target == target), None)


def members_of_upper(upper: Path, label: str, meter: Meter) -> Iterator[Member]:
    """What an upper directory says, as a layer's tar would say it.  Links are not followed.

    Raises ImageError where it cannot be read: as a rule it is root's.
    """
    linked: dict[tuple[int, int], str] = {}
    pending = [("", upper)]
    while pending:
        prefix, folder = pending.pop()
        try:
            names = sorted(entry.name for entry in os.scandir(folder))
        except OSError as error:
            raise ImageError(
                f"{label}: its files cannot be read ({error.strerror}); are you root?"
            ) from error
        for name in names:
            meter.entry()
            path = folder / name
            member = _member(path, f"{prefix}{_printable(name)}", linked, label)
            if member is None:
                continue
            yield member
            if member.kind == tar.DIRECTORY:
                if _attribute(path, _OPAQUE) == b"y":
                    yield _mark(f"{member.name}/.wh..wh..opq")
                pending.append((f"{member.name}/", path))


def _member(path: Path, name: str, linked: dict[tuple[int, int], str], label: str) -> Member | None:
    try:
        status = os.lstat(path)
        mode = status.st_mode
        kind, link, size, digest = tar.FILE, "", 0, ""
        if stat.S_ISCHR(mode) and status.st_rdev == 0:
            return _whiteout(name)
        if stat.S_ISREG(mode):
            if not status.st_size and _attribute(path, _WHITEOUT) is not None:
                return _whiteout(name)
            first = linked.setdefault((status.st_dev, status.st_ino), name)
            if first != name:
                kind, link = tar.HARD_LINK, first
            else:
                size, digest = status.st_size, _digest(path, label)
        elif stat.S_ISDIR(mode):
            kind = tar.DIRECTORY
        elif stat.S_ISLNK(mode):
            kind, link = tar.SYMLINK, _printable(os.readlink(path))
        elif stat.S_ISFIFO(mode):
            kind = tar.FIFO
        elif stat.S_ISCHR(mode) or stat.S_ISBLK(mode):
            kind = tar.CHARACTER
        else:
            return None  # a socket, which no layer keeps
        capability = _attribute(path, ("security.capability",))
        return Member(
            name, kind, size, stat.S_IMODE(mode), status.st_uid, status.st_gid, float(int(status.st_mtime)), link,
            None if capability is None else capability.hex(), digest, None, 0,
        )  # fmt: skip
    except OSError as error:
        if isinstance(error, FileNotFoundError):
            return None  # the container runs, and has removed it
        raise ImageError(f"{label}: {name} cannot be read ({error.strerror})") from error


def _digest(path: Path, label: str) -> str:
    descriptor = open_regular(path, label)
    hashed = hashlib.sha256()
    try:
        size = os.fstat(descriptor).st_size
        for chunk in chunks_of(descriptor, 0, size, label):
            hashed.update(chunk)
    finally:
        os.close(descriptor)
    return f"sha256:{hashed.hexdigest()}" if size else ""


def _attribute(path: Path, names: tuple[str, ...]) -> bytes | None:
    read = getattr(os, "getxattr", None)
    for name in names:
        try:
            value: bytes | None = None if read is None else read(path, name, follow_symlinks=False)
        except OSError:
            continue
        if value is not None:
            return value
    return None


def _whiteout(name: str) -> Member:
    parent, slash, last = name.rpartition("/")
    return _mark(f"{parent}{slash}.wh.{last}")


def _mark(name: str) -> Member:
    return Member(name, tar.FILE, 0, 0, 0, 0, 0.0, "", None, "", None, 0)


def _printable(name: str) -> str:
    return os.fsencode(name).decode("utf-8", "backslashreplace")


def _plain(text: str) -> str:
    return _OCTAL.sub(lambda match: chr(int(match[1], 8)), text)
