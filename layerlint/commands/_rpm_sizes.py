"""What a package brings onto an rpm-based image, with the packages that come along: an estimate by its name.

No index of rpms is bundled, so which dependencies come along is not known.  The table is fitted to yum's and
dnf's own "Installed size" in 69 steps of public build logs of 2020 (CentOS 6 to 8, Fedora, Amazon Linux); on
those the median error is a quarter, and the intervals hold nine in ten (tests/execution/test_rpm_accuracy.py).
Documents (``tsflags=nodocs``, the default of the images of CentOS) are within them: without, Debian's slim images
are at 0.97 of what their packages declare.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from layerlint._dataclass import dataclass
from layerlint.commands._rpm_downloads import DOWNLOADS
from layerlint.domain.size import Size

UNPACKED = 3.17
"""Installed bytes over downloaded ones: the median of the same 69 steps (5 to 95 %: 1.6 to 4.1)."""
PACKAGE = 105_000
"""Downloaded bytes of the median rpm of the table of downloads (5 to 95 %: 14,000 to 4.8 million)."""
WHY = "which packages come along is not known without an index of rpms"

_MB = 1_000_000
_SHARED: Mapping[str, float] = {"gcc": 72, "java": 115, "perl": 30}
"""Megabytes that several of the names below bring, once: a compiler with headers, a runtime, an interpreter."""

_MEASURED: tuple[tuple[float, str, str], ...] = (
    (0, "", "bash bzip2 ca-certificates coreutils curl findutils gawk grep gzip hostname ncurses openssl passwd"),
    (0, "", "readline sed xz zlib"),
    (0.2, "", "deltarpm iperf3 telnet traceroute which"),
    (0.4, "", "bc diffutils file gmake iproute less lsof m4 make nc patch rsync unzip zip"),
    (1.2, "", "bison cronie flex iptables iptables-services logrotate net-tools procps-ng psmisc redis tar"),
    (3, "", "bind-utils openssh openssh-clients openssh-server rsyslog sudo supervisor wget"),
    (10, "", "httpd mariadb nginx php"),
    (14, "", "ruby"),
    (26, "", "cmake nmap"),
    (33, "", "python3 python36 python38 python39 python3.9 python3.11 python3.12"),
    (60, "", "ImageMagick ImageMagick-devel"),
    (120, "", "clang"),
    (0, "perl", "perl"),
    (5, "perl", "autoconf automake"),
    (25, "perl", "rpm-build vim vim-enhanced"),
    (38, "perl", "git"),
    (0, "gcc", "cpp gcc glibc-devel"),
    (35, "gcc", "gcc-c++"),
    (40, "gcc", "kernel-devel"),
    (5, "gcc perl", "libtool"),
    (0, "java", "java-1.8.0-openjdk-headless java-headless"),
    (60, "java", "java-1.6.0-openjdk java-1.8.0-openjdk java-11-openjdk java-17-openjdk maven"),
    (85, "java", "java-1.8.0-openjdk-devel java-11-openjdk-devel java-17-openjdk-devel java-devel"),
    (200, "gcc perl", "@development @development-tools base-devel development development-tools"),
    (560, "", "@x-window-system x-window-system"),
)  # fmt: skip
"""Megabytes of its own, what it shares, and the names.  Python: its libraries download 10.2 MB (`_rpm_downloads`)."""
_OWN = {name: (own, shared.split()) for own, shared, names in _MEASURED for name in names.split()}

_RELEASE = Size(15_000, 28_000, 64_000)
"""A package of repository files: epel-release and centos-release-scl, 24,576 to 39,936 in the same steps."""
_GROUP, _LIBRARY, _MODULE, _OTHER = 150.0, 4.0, 1.5, 4.0
"""Megabytes of a group, a ``-devel`` package, a module of a language, and of any other."""
_MODULES = ("perl-", "php", "python", "rubygem-", "nodejs-")
_ARCHITECTURE = re.compile(r"\.(?:x86_64|i[3-6]86|noarch|aarch64)$")
_CONDITION = re.compile(r" ?[<>=]")
_VERSION = re.compile(r"-\d[^-]{0,40}(?:-[^-]{1,60})?$")


@dataclass(frozen=True, slots=True)
class Brought:
    """A package, and the bytes that come with it."""

    name: str
    size: Size
    measured: bool
    """Nothing comes along that is not known."""
    packages: int | None = None
    """How many come; None where that is not known."""


def brought(
    names: Iterable[str], *, weak: bool = False, present: frozenset[str] = frozenset()
) -> tuple[Brought, ...]:
    """For each name that is not ``present``, in order; what several share counts with the first of them.

    ``weak``: weak dependencies come along too.
    """
    seen = {part for name in present if name in _OWN for part in _OWN[name][1]}
    found = []
    for name in dict.fromkeys(plain(name) for name in names):
        if name in present:
            continue
        if is_release(name):
            found.append(Brought(name, _RELEASE, True))
            continue
        own, shared = _OWN.get(name.lower(), (None, []))
        own = _OWN[name][0] if name in _OWN else own
        shared = _OWN[name][1] if name in _OWN else shared
        fresh = [part for part in shared if part not in seen]
        seen.update(fresh)
        if own is None:
            found.append(Brought(name, _guess(name, weak), False))
            continue
        likely = int((own + sum(_SHARED[part] for part in fresh)) * _MB)
        # What is there already brings nothing, and may be brought up to date.
        high = int(likely * (3.0 if weak else 2.2)) + 2 * _MB
        found.append(Brought(name, Size(int(likely * 0.5) if likely > _MB else 0, likely, high), False))
    return tuple(found)


def downloaded(size: Size) -> Size:
    """What a package of such an installed size weighs in a cache."""
    high = None if size.high is None else int(size.high / 1.6)
    return Size(int(size.low / 4.1), int(size.likely / UNPACKED), high)


def unpacked(size: Size) -> Size:
    """What an rpm of such a size unpacks to."""
    high = None if size.high is None else int(size.high * 6)
    return Size(int(size.low * 1.2), int(size.likely * UNPACKED), high)


ALONE = Size(20_000, int(PACKAGE * UNPACKED), 30 * _MB)
"""Installed bytes of one package of which nothing is known, without others."""


def plain(name: str) -> str:
    """The name in ``name.arch``, ``name-version-release``, ``name >= version``, a path or a URL."""
    name = _CONDITION.split(name, 1)[0].rpartition("/")[2]
    name = name.removesuffix(".rpm")
    name = _ARCHITECTURE.sub("", name)
    bare = _VERSION.sub("", name).removesuffix("-latest")
    if "java-" in name and not bare.startswith("java-"):
        return name
    return bare.strip('"').replace(" ", "-") or name or "package"


def is_release(name: str) -> bool:
    return name.endswith(("-release", "-repo", "-repos", "-keyring")) or "-release-" in name


def packages(found: Sequence[Brought]) -> Size:
    """How many packages that is: one in 1.5 MB (Fedora 43's mean download is 0.5 MB larger than its median)."""
    if all(item.packages is not None for item in found):
        return Size.exact(sum(item.packages or 0 for item in found))
    likely = sum(item.packages or max(1, item.size.likely // 1_500_000) for item in found)
    return Size(min(len(found), likely), likely, likely * 3 + 10)


def _guess(name: str, weak: bool) -> Size:
    large = DOWNLOADS.get(name, 0) * UNPACKED / _MB
    if name.startswith("@"):
        usual = _GROUP
    elif name.startswith(_MODULES):
        usual = _MODULE
    else:
        usual = _LIBRARY if name.endswith("-devel") else _OTHER
    likely = int(max(usual, large) * _MB)
    return Size(int(large * 0.4 * _MB), likely, int(likely * (25 if weak else 15)))
