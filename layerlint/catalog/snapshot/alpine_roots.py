"""``python -m layerlint.catalog.snapshot.alpine_roots FILE``: the root file systems of Alpine's images.

FILE has a JSON object a line: the paths, sizes, links and packages of an official minirootfs, which the
official image is, without modes and without most of the data.  Modes are those of ``alpine-baselayout``; the
data of a few files follows from what they are for, and is kept where its length is the file's.

An image without a tree of its own here is given the nearest release's.
"""

from __future__ import annotations

import gzip
import json
import re
import sys
import zlib
from pathlib import Path
from typing import Any, TypeAlias

import yaml

from layerlint.catalog.alpine import open_index
from layerlint.catalog.bases import DATA
from layerlint.catalog.snapshot.rootfs import write_names

IMAGES = Path(__file__).parent.parent / "images"

_TREES = {
    "3.11": "3.16", "3.12": "3.16", "3.13": "3.16", "3.14": "3.16", "3.15": "3.16", "3.16": "3.16",
    "3.17": "3.18", "3.18": "3.18", "3.19": "3.19", "3.20": "3.20", "3.21": "3.20", "3.22": "3.20",
    "3.23": "3.20",
}  # fmt: skip
"""The release whose tree an image is given."""
_WORLD = ("alpine-baselayout", "alpine-keys", "apk-tools", "busybox", "libc-utils")
_EMPTY = """
/dev /etc/apk/protected_paths.d /etc/conf.d /etc/init.d /etc/modules-load.d /etc/network/if-down.d
/etc/network/if-post-down.d /etc/network/if-post-up.d /etc/network/if-pre-down.d /etc/network/if-pre-up.d
/etc/opt /etc/periodic/15min /etc/periodic/daily /etc/periodic/hourly /etc/periodic/monthly
/etc/periodic/weekly /home /lib/apk/exec /lib/firmware /lib/mdev /lib/modules-load.d /media/cdrom
/media/floppy /media/usb /mnt /opt /proc /root /run /srv /sys /tmp /usr/lib/modules-load.d /usr/local/bin
/usr/local/lib /usr/local/share /usr/share/man /usr/share/misc /var/cache/apk /var/cache/misc /var/empty
/var/lib/apk /var/lib/misc /var/lib/udhcpd /var/local /var/lock /var/log /var/mail /var/opt /var/tmp
"""
_MODES = {
    "/etc/shadow": 0o640, "/root": 0o700, "/tmp": 0o1777, "/var/empty": 0o555, "/var/mail": 0o755,
    "/var/tmp": 0o1777,
}  # fmt: skip
_PROGRAMS = ("/bin/", "/sbin/", "/usr/bin/", "/usr/sbin/")
_OWNERS = (
    ("/bin/busybox", "busybox"), ("/etc/apk/keys/", "alpine-keys"), ("/etc/busybox-paths.d/", "busybox"),
    ("/etc/logrotate.d/", "busybox"), ("/etc/network/if-up.d/", "busybox"), ("/etc/securetty", "busybox"),
    ("/etc/ssl/certs/", "ca-certificates-bundle"), ("/etc/ssl/", "libcrypto"), ("/etc/udhcpc/", "busybox"),
    ("/lib/ld-musl-", "musl"), ("/lib/libapk", "apk-tools"), ("/lib/libcrypto", "libcrypto"),
    ("/lib/libssl", "libssl"), ("/lib/libz", "zlib"), ("/sbin/apk", "apk-tools"), ("/sbin/ldconfig", "musl-utils"),
    ("/usr/bin/getconf", "musl-utils"), ("/usr/bin/getent", "musl-utils"), ("/usr/bin/iconv", "musl-utils"),
    ("/usr/bin/ldd", "musl-utils"), ("/usr/bin/scanelf", "scanelf"), ("/usr/bin/ssl_client", "ssl_client"),
    ("/usr/lib/engines-", "libcrypto"), ("/usr/lib/ossl-modules/", "libcrypto"),
    ("/usr/share/apk/keys/", "alpine-keys"), ("/usr/share/udhcpc/", "busybox"),
    ("/lib/apk/", ""), ("/etc/apk/", ""), ("/etc/shadow", ""), ("/etc/", "alpine-baselayout"),
    ("/lib/", "alpine-baselayout"),
)  # fmt: skip
"""Path prefixes, and the package that they are of; ``libcrypto`` is ``libcrypto3`` or ``libcrypto1.1``."""

Row: TypeAlias = dict[str, Any]
Attribute: TypeAlias = tuple[int, int, int, str | None]


def main() -> None:
    with gzip.open(Path(sys.argv[1]), "rt", encoding="utf-8") as lines:
        rows: dict[str, Row] = {row["base"]: row for row in map(json.loads, lines)}
    trees = {
        name.removeprefix("alpine-").rpartition(".")[0]: row
        for name, row in rows.items()
        if name.startswith("alpine-")
    }
    for release, tree in _TREES.items():
        _write(f"alpine-{release}", trees[tree])
    write_names(DATA / "images.json", IMAGES)


def _write(name: str, row: Row) -> None:
    names = [package["name"] for package in row["packages"]]
    attributes: dict[Attribute, int] = {}

    def attribute(path: str, mode: int) -> int:
        group = 42 if path == "/etc/shadow" else 0
        return attributes.setdefault((_MODES.get(path, mode), 0, group, _label(path, names)), len(attributes))

    root: list[Any] = [attributes.setdefault((0o755, 0, 0, None), 0), {}]

    def directory(path: str) -> list[Any]:
        node = root
        walked = ""
        for part in path.strip("/").split("/"):
            walked += f"/{part}"
            mode = attributes.setdefault((_MODES.get(walked, 0o755), 0, 0, None), len(attributes))
            node = node[1].setdefault(part, [mode, {}])
        return node

    links = dict(row["symlinks"])
    for path in _EMPTY.split():
        if not any(f"{path}/".startswith(f"{link}/") for link in links):
            directory(path)
    for path, size in row["files"].items():
        mode = 0o755 if path.startswith(_PROGRAMS) or ".so" in path else 0o644
        parent, _, last = path.rpartition("/")
        (directory(parent) if parent else root)[1][last] = [size, attribute(path, mode)]
    for path, target in links.items():
        parent, _, last = path.rpartition("/")
        (directory(parent) if parent else root)[1][last] = [target, attribute(path, 0o777)]
    facts = yaml.safe_load((IMAGES / f"{name}.yaml").read_text())
    document = {
        "facts": {
            **facts,
            "date": "2024-09-06",
            "source": f"the official root file system ({row['base']})",
            "packages": [
                [package, version, not _is_wanted(package, names)]
                for package, version in _packages(name, facts, row)
            ],
        },
        "attributes": list(attributes),
        "texts": _texts(row),
        "root": root,
    }
    text = json.dumps(document, separators=(",", ":"), ensure_ascii=False)
    (DATA / f"{name}.rootfs").write_bytes(zlib.compress(text.encode(), 9))


def _packages(image: str, facts: Row, row: Row) -> list[tuple[str, str]]:
    """Of the tree; of a near one, those that the image's own index has, and what they need there."""
    listed = [(package["name"], package["version"]) for package in row["packages"]]
    if f"alpine-{row['base'].removeprefix('alpine-').rpartition('.')[0]}" == image or not facts.get(
        "index_exact", True
    ):
        return listed
    index = open_index(facts["index"])
    assert index is not None
    found: dict[str, str] = {}
    pending = [name for name, _ in listed]
    while pending:
        word = re.split("[=<>~]", pending.pop(), maxsplit=1)[0]
        for name in (word, *index.providers(word)[:1]):
            package = index.get(name)
            if package is not None and package.exact and name not in found:
                found[name] = package.version
                pending += [word for word in package.depends if not word.startswith("!")]
    return sorted(found.items())


def _is_wanted(name: str, names: list[str]) -> bool:
    """In ``world``; ``libc-utils`` is what ``musl-utils`` provides where there is no package of that name."""
    return name in _WORLD or (name == "musl-utils" and "libc-utils" not in names)


def _label(path: str, names: list[str]) -> str | None:
    owner = next((owner for prefix, owner in _OWNERS if path.startswith(prefix)), "")
    name = next((name for name in names if owner and name.startswith(owner)), None)
    if owner in names:
        name = owner
    return None if name is None else f"apk:{name}"


def _texts(row: Row) -> dict[str, str]:
    version = row["base"].removeprefix("alpine-")
    users = [line.split(":")[0] for line in row["texts"]["/etc/passwd"].split("\n")]
    address = f"https://dl-cdn.alpinelinux.org/alpine/v{version.rpartition('.')[0]}"
    texts = {
        **{path: f"{text}\n" for path, text in row["texts"].items()},
        "/etc/alpine-release": f"{version}\n",
        "/etc/apk/arch": "x86_64\n",
        "/etc/apk/repositories": f"{address}/main\n{address}/community\n",
        "/etc/apk/world": "".join(f"{name}\n" for name in _WORLD),
        "/etc/shadow": "".join(f"{user}:{'*' if user == 'root' else '!'}::0:::::\n" for user in users),
    }
    return {path: text for path, text in texts.items() if row["files"].get(path) == len(text.encode())}


if __name__ == "__main__":
    main()
