"""A root file system as a compact file: every path with size, mode, owner and package; few contents."""

from __future__ import annotations

import json
import tarfile
import zlib
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeAlias

import yaml

_TEXTS = (
    "/etc/passwd",
    "/etc/group",
    "/etc/shadow",
    "/etc/gshadow",
    "/etc/debian_version",
    "/usr/lib/os-release",
    "/etc/apt/sources.list",
    "/etc/apt/sources.list.d/debian.sources",
)
"""What later steps read or change in ways that depend on the data."""

Tree: TypeAlias = list[Any]
Attributes: TypeAlias = dict[tuple[int, int, int, str | None], int]


def write_root(destination: Path, archive: Path, facts_file: Path) -> None:
    """Compile the tar archive of a root file system, and the facts about its image, into one file."""
    with tarfile.open(archive) as tar:
        members = {_path(member.name): member for member in tar}
        texts = {path: _text(tar, members[path]) for path in _TEXTS if path in members}
        status = _text(tar, members["/var/lib/dpkg/status"])
        states = _text(tar, members["/var/lib/apt/extended_states"])
        lists = {
            path.rpartition("/")[2].removesuffix(".list").partition(":")[0]: _text(tar, member)
            for path, member in members.items()
            if path.startswith("/var/lib/dpkg/info/") and path.endswith(".list")
        }
    automatic = {
        paragraph["Package"] for paragraph in _paragraphs(states) if paragraph.get("Auto-Installed") == "1"
    }
    attributes: Attributes = {}
    root = _tree(members, _labels(members, lists), attributes)
    newest = max(member.mtime for member in members.values())
    document = {
        "facts": {
            **yaml.safe_load(facts_file.read_text()),
            "date": datetime.fromtimestamp(newest, UTC).date().isoformat(),
            "source": "made by the recipe of the official image (debuerreotype)",
            "packages": [
                [paragraph["Package"], paragraph["Version"], paragraph["Package"] in automatic]
                for paragraph in _paragraphs(status)
                if paragraph["Status"].endswith(" installed")
            ],
        },
        "attributes": list(attributes),
        "texts": texts,
        "root": root,
    }
    text = json.dumps(document, separators=(",", ":"), ensure_ascii=False)
    destination.write_bytes(zlib.compress(text.encode(), 9))


def write_names(destination: Path, images: Path) -> None:
    """The table of every name that an image goes by, to the name of its file."""
    names: dict[str, str] = {}
    for path in sorted(images.glob("*.yaml")):
        facts = yaml.safe_load(path.read_text())
        for name in (facts["reference"], *facts["names"]):
            if names.setdefault(name, path.stem) != path.stem:
                raise ValueError(f"{name} is both {names[name]} and {path.stem}")
    destination.write_text(json.dumps(names, indent=1, sort_keys=True) + "\n")


def _path(name: str) -> str:
    return "/" if name == "." else "/" + name.removeprefix("./").strip("/")


def _text(tar: tarfile.TarFile, member: tarfile.TarInfo) -> str:
    stream = tar.extractfile(member)
    assert stream is not None, member.name
    return stream.read().decode()


def _paragraphs(text: str) -> list[dict[str, str]]:
    return [
        dict(line.split(": ", 1) for line in paragraph.splitlines() if ": " in line and line[0] != " ")
        for paragraph in text.strip().split("\n\n")
    ]


def _labels(members: dict[str, tarfile.TarInfo], lists: dict[str, str]) -> dict[str, str]:
    """The package of each path, by dpkg's file lists, with symlinked directories (``/bin``) followed."""
    links = {
        path: member.linkname for path, member in members.items() if member.issym() and path.count("/") == 1
    }
    labels: dict[str, str] = {}
    for package, listed in lists.items():
        for path in listed.splitlines():
            top, slash, rest = path[1:].partition("/")
            target = links.get(f"/{top}") if slash else None
            labels[f"/{target}/{rest}" if target else path] = f"apt:{package}"
    for path in members:
        directory, _, name = path.rpartition("/")
        package = name.rpartition(".")[0].partition(":")[0]
        if directory == "/var/lib/dpkg/info" and package in lists:
            labels[path] = f"apt:{package}"
    return labels


def _tree(members: dict[str, tarfile.TarInfo], labels: dict[str, str], attributes: Attributes) -> Tree:
    """``[attributes, {name: node}]`` a directory, ``[size, attributes]`` a file, ``[target, attributes]``
    a symlink; the names of one inode have a common number as a third element."""
    root: Tree = [0, {}]
    directories: dict[str, Tree] = {"/": root}
    linked = sorted({_path(member.linkname) for member in members.values() if member.islnk()})
    for path, member in sorted(members.items()):
        label = None if member.isdir() else labels.get(path)
        attribute = attributes.setdefault((member.mode, member.uid, member.gid, label), len(attributes))
        node: Tree
        if path == "/":
            root[0] = attribute
            continue
        if member.isdir():
            node = directories[path] = [attribute, {}]
        elif member.issym():
            node = [member.linkname, attribute]
        elif member.isreg() or member.islnk():
            first = _path(member.linkname) if member.islnk() else path
            node = [members[first].size, attribute]
            if first in linked:
                node.append(linked.index(first))
        else:
            continue
        parent, _, name = path.rpartition("/")
        directories[parent or "/"][1][name] = node
    return root
