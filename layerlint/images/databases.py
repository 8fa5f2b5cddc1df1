"""The package databases of a root file system: what is installed, and which paths belong to it.

Sources: deb-control(5), ``apk`` ("Installed Database V2"), rpm's header format (``docs/manual/hregions.md``).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import closing

from layerlint._dataclass import dataclass
from layerlint.catalog.model import InstalledPackage
from layerlint.filesystem.node import Inline, Inode
from layerlint.filesystem.tree import MAX_DEPTH
from layerlint.filesystem.union import FileSystem

_DPKG = "/var/lib/dpkg/status"
_APK = ("/lib/apk/db/installed", "/usr/lib/apk/db/installed")
_RPM = ("/var/lib/rpm/rpmdb.sqlite", "/usr/lib/sysimage/rpm/rpmdb.sqlite")
_RPM_OLD = (
    "/var/lib/rpm/Packages", "/var/lib/rpm/Packages.db", "/usr/lib/sysimage/rpm/Packages.db",
)  # fmt: skip
_RPM_PROGRAMS = ("dnf", "microdnf", "tdnf", "yum", "zypper")
_MAX_PACKAGES = 100_000
_SQLITE_STEPS = 10_000
"""Calls of the handler below, each after 10,000 instructions of sqlite's machine: some ten seconds."""


@dataclass(frozen=True, slots=True)
class Installed:
    manager: str | None
    packages: Mapping[str, InstalledPackage]
    owners: Mapping[str, str]
    """Canonical path to the name of a package."""
    notes: tuple[str, ...] = ()


def installed(filesystem: FileSystem) -> Installed:
    """What the image's own database has; nothing where there is none that is read."""
    if filesystem.lookup(_DPKG) is not None:
        return _dpkg(filesystem)
    for path in _APK:
        if filesystem.lookup(path) is not None:
            return _apk(filesystem, path)
    for path in _RPM:
        if filesystem.lookup(path) is not None:
            return _rpm(filesystem, path)
    if any(filesystem.lookup(path) is not None for path in _RPM_OLD):
        note = "its database of rpm is of a form that is not read: its packages are not known"
        return Installed(_rpm_program(filesystem), {}, {}, (note,))
    if filesystem.children("/var/lib/pacman/local"):
        return Installed("pacman", dict(_pacman(filesystem)), {})
    return Installed(None, dict(_distroless(filesystem)), {})


def text_of(filesystem: FileSystem, path: str) -> str | None:
    """Of a file whose data were kept."""
    data = _data(filesystem, path)
    return None if data is None else data.decode("utf-8", "backslashreplace")


def _data(filesystem: FileSystem, path: str) -> bytes | None:
    node = filesystem.lookup(path)
    return node.content.data if isinstance(node, Inode) and isinstance(node.content, Inline) else None


def _lost(path: str) -> tuple[str, ...]:
    return (f"{path} is too large to be read: its packages are not known",)


# ------------------------------------------------------------------------------------- dpkg


def _dpkg(filesystem: FileSystem) -> Installed:
    manager = "apt" if filesystem.lookup("/usr/bin/apt-get") is not None else None
    status = text_of(filesystem, _DPKG)
    if status is None:
        return Installed(manager, {}, {}, _lost(_DPKG))
    states = text_of(filesystem, "/var/lib/apt/extended_states") or ""
    automatic = {
        paragraph.get("Package")
        for paragraph in _paragraphs(states)
        if paragraph.get("Auto-Installed") == "1"
    }
    packages = {
        paragraph["Package"]: InstalledPackage(
            paragraph["Package"], paragraph.get("Version", ""), paragraph["Package"] in automatic
        )
        for paragraph in _paragraphs(status)
        if "Package" in paragraph and paragraph.get("Status", "").endswith(" installed")
    }
    return Installed(manager, packages, dict(_dpkg_owners(filesystem)))


def _dpkg_owners(filesystem: FileSystem) -> Iterator[tuple[str, str]]:
    place = _Canonical(filesystem)
    info = "/var/lib/dpkg/info"
    names = filesystem.children(info)
    for name in names:
        stem, _, ending = name.rpartition(".")
        package = stem.partition(":")[0]
        if f"{stem}.list" in names:
            yield f"{info}/{name}", package
        if ending == "list":
            for path in (text_of(filesystem, f"{info}/{name}") or "").splitlines():
                if path.startswith("/"):
                    yield place(path), package


def _distroless(filesystem: FileSystem) -> Iterator[tuple[str, InstalledPackage]]:
    """Images of Debian packages without dpkg have a file for each."""
    for name in filesystem.children("/var/lib/dpkg/status.d"):
        for paragraph in _paragraphs(text_of(filesystem, f"/var/lib/dpkg/status.d/{name}") or ""):
            if "Package" in paragraph:
                package = paragraph["Package"]
                yield package, InstalledPackage(package, paragraph.get("Version", ""))


def _paragraphs(text: str) -> Iterator[dict[str, str]]:
    """Fields of one line; what a field goes on with is left out."""
    for paragraph in text.split("\n\n"):
        fields = {}
        for line in paragraph.split("\n"):
            name, colon, value = line.partition(":")
            if colon and not line.startswith((" ", "\t")):
                fields[name] = value.strip()
        if fields:
            yield fields


# -------------------------------------------------------------------------------------- apk


def _apk(filesystem: FileSystem, path: str) -> Installed:
    text = text_of(filesystem, path)
    if text is None:
        return Installed("apk", {}, {}, _lost(path))
    world = {
        word.partition("=")[0].partition("<")[0].partition(">")[0].partition("~")[0].partition("@")[0]
        for word in (text_of(filesystem, "/etc/apk/world") or "").split()
    }
    place = _Canonical(filesystem)
    packages: dict[str, InstalledPackage] = {}
    owners: dict[str, str] = {}
    for block in text.split("\n\n"):
        name = version = folder = ""
        for line in block.split("\n"):
            match line[:2]:
                case "P:":
                    name = line[2:]
                case "V:":
                    version = line[2:]
                case "F:":
                    folder = line[2:]
                case "R:":
                    owners[place(f"/{folder}/{line[2:]}")] = name
        if name:
            packages[name] = InstalledPackage(name, version, bool(world) and name not in world)
    manager = "apk" if filesystem.lookup("/sbin/apk") is not None else None
    return Installed(manager, packages, owners)


# ------------------------------------------------------------------------------- rpm, pacman


def _rpm_program(filesystem: FileSystem) -> str | None:
    return next((name for name in _RPM_PROGRAMS if filesystem.lookup(f"/usr/bin/{name}") is not None), None)


def _rpm(filesystem: FileSystem, path: str) -> Installed:
    manager, data = _rpm_program(filesystem), _data(filesystem, path)
    if data is None:
        return Installed(manager, {}, {}, _lost(path))
    packages: dict[str, InstalledPackage] = {}
    owners: dict[str, str] = {}
    place = _Canonical(filesystem)
    blobs = _rpm_headers(data)
    if blobs is None:
        return Installed(manager, {}, {}, (f"{path} cannot be read: its packages are not known",))
    for blob in blobs:
        header = _Header(blob)
        name, version = header.text(1000), header.text(1001)
        if not name or name == "gpg-pubkey":
            continue
        epoch = header.numbers(1003)
        full = f"{version}-{header.text(1002)}"
        packages[name] = InstalledPackage(name, f"{epoch[0]}:{full}" if epoch else full)
        folders = header.texts(1118)
        for base, index in zip(header.texts(1117), header.numbers(1116), strict=False):
            if index < len(folders):
                owners[place(f"/{folders[index].strip('/')}/{base}")] = name
    return Installed(manager, packages, owners)


def _rpm_headers(data: bytes) -> list[bytes] | None:
    """The headers of the packages; None for what is no such database.  Only in memory, and bounded."""
    import sqlite3

    # A database in write-ahead mode cannot be opened in memory: the mode is in these two bytes.
    plain = data[:18] + b"\x01\x01" + data[20:]
    steps = 0

    def count() -> int:
        nonlocal steps
        steps += 1
        return steps > _SQLITE_STEPS

    with closing(sqlite3.connect(":memory:")) as database:
        try:
            database.deserialize(plain)
            database.set_progress_handler(count, 10_000)
            database.execute("PRAGMA trusted_schema = OFF")
            rows = database.execute("SELECT blob FROM Packages LIMIT ?", (_MAX_PACKAGES,))
            return [row[0] for row in rows if isinstance(row[0], bytes)]
        except (sqlite3.Error, ValueError, OverflowError):
            return None


class _Header:
    """An rpm header: tags with what stands for them."""

    def __init__(self, blob: bytes) -> None:
        count, length = int.from_bytes(blob[:4], "big"), int.from_bytes(blob[4:8], "big")
        count = min(count, max(0, (len(blob) - 8) // 16))
        self._store = blob[8 + 16 * count :][:length]
        self._entries: dict[int, tuple[int, int, int]] = {}
        for index in range(count):
            entry = blob[8 + 16 * index : 24 + 16 * index]
            tag, kind, offset, number = (int.from_bytes(entry[at : at + 4], "big") for at in (0, 4, 8, 12))
            self._entries[tag] = kind, offset, number

    def text(self, tag: int) -> str:
        return next(iter(self.texts(tag, 1)), "")

    def texts(self, tag: int, most: int = _MAX_PACKAGES) -> list[str]:
        kind, offset, number = self._entries.get(tag, (0, 0, 0))
        if kind not in (6, 8, 9):
            return []
        pieces = []
        for _ in range(min(number, most)):
            end = self._store.find(b"\0", offset)
            if end < 0:
                break
            pieces.append(self._store[offset:end].decode("utf-8", "backslashreplace"))
            offset = end + 1
        return pieces

    def numbers(self, tag: int) -> list[int]:
        kind, offset, number = self._entries.get(tag, (0, 0, 0))
        if kind != 4:
            return []
        data = self._store[offset : offset + 4 * min(number, _MAX_PACKAGES)]
        return [int.from_bytes(data[at : at + 4], "big") for at in range(0, len(data) - 3, 4)]


def _pacman(filesystem: FileSystem) -> Iterator[tuple[str, InstalledPackage]]:
    """Folders are called ``name-version-release``."""
    for folder in filesystem.children("/var/lib/pacman/local"):
        parts = folder.rsplit("-", 2)
        if len(parts) == 3:
            yield parts[0], InstalledPackage(parts[0], "-".join(parts[1:]))


class _Canonical:
    """Paths of databases through the links of ``/bin`` and such, a folder at a time."""

    def __init__(self, filesystem: FileSystem) -> None:
        self._resolve: Callable[[str], str] = filesystem.resolve
        self._known: dict[str, str] = {}

    def __call__(self, path: str) -> str:
        folder, _, name = path.rpartition("/")
        if folder.count("/") > MAX_DEPTH:
            return path
        known = self._known.get(folder)
        if known is None:
            known = self._known[folder] = self._resolve(folder or "/")
        return f"/{name}" if known == "/" else f"{known}/{name}"
