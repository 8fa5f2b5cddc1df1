"""What is known of images whose files are not listed, and of the run-times that official images add.

Sources: the BUILD and config.bzl files of distroless (2025-10 to 2026-08), the locked configurations of Chainguard's
images (chainguard-images, 2026-05 to 2026-09), the Dockerfiles of the official images, each release's own packages.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from fnmatch import fnmatchcase
from typing import Final

from layerlint._dataclass import dataclass
from layerlint.catalog import recipes
from layerlint.catalog.model import BaseImage

_GLIBC: Final[Mapping[str, str]] = {
    "bionic": "2.27",
    "bookworm": "2.36",
    "bullseye": "2.31",
    "buster": "2.28",
    "focal": "2.31",
    "jammy": "2.35",
    "jessie": "2.19",
    "noble": "2.39",
    "stretch": "2.24",
    "trixie": "2.41",
    "xenial": "2.23",
}
"""glibc of a release of Debian or Ubuntu (packages libc6)."""

_C_LIBRARY: Final = frozenset(
    {"ld-linux-x86-64.so.2", "libc.so.6", "libdl.so.2", "libm.so.6", "libpthread.so.0", "libresolv.so.2", "librt.so.1",
     "libutil.so.1"}
)  # fmt: skip
_GCC: Final = frozenset({"libgcc_s.so.1", "libgomp.so.1", "libstdc++.so.6"})
_SSL: Final = frozenset({"libcrypto.so.3", "libssl.so.3"})
_JAVA: Final = frozenset(
    {"libbrotlidec.so.1", "libcrypt.so.1", "libexpat.so.1", "libfontconfig.so.1", "libfreetype.so.6",
     "libgcc_s.so.1", "libjpeg.so.62", "liblcms2.so.2", "libpng16.so.16", "libstdc++.so.6", "libuuid.so.1", "libz.so.1"}
)  # fmt: skip
"""What distroless puts beside a JRE, on base-nossl: no OpenSSL, no OpenMP."""
_WOLFI: Final = "2.43"
"""glibc of Chainguard's images in May 2026: they roll on."""


@dataclass(frozen=True, slots=True)
class Contents:
    """All that matters of an image that is not listed file by file: what is not here it has not."""

    shells: frozenset[str] = frozenset()
    programs: frozenset[str] = frozenset()
    libraries: frozenset[str] = frozenset()
    users: frozenset[str] = frozenset({"root"})
    certificates: bool = True
    time_zones: bool = True
    versions: tuple[tuple[str, str], ...] = ()
    """Of interpreters: ``python`` to ``3.11``."""
    entry_point: tuple[str, ...] = ()
    """That it starts CMD with."""


_NAMES: Final = """
    [ addgroup adduser ar arch arping ash awk base64 basename bc bunzip2 bzcat bzip2 cal cat chgrp chmod chown
    chpasswd chroot chrt cksum clear cmp comm cp cpio crond crontab cut date dc dd deluser df diff dirname
    dmesg dnsdomainname du echo ed egrep env expand expr factor false fgrep find flock fold free fsync fuser
    getopt grep groups gunzip gzip head hexdump hostid hostname httpd id ifconfig install ip ipcalc kill
    killall less link ln logger logname ls lsof lzma md5sum mkdir mkfifo mknod mktemp more mount mv nc netstat
    nice nl nohup nproc nslookup od paste patch pgrep pidof ping pkill printenv printf ps pwd readlink
    realpath renice reset rev rm rmdir route sed seq setsid sh sha1sum sha256sum sha512sum shuf sleep sort
    split stat strings stty su sync tac tail tar tee telnet test tftp time timeout top touch tr true truncate
    tsort tty umount uname unexpand uniq unlink unlzma unxz unzip uptime usleep uudecode uuencode vi watch wc
    wget which who whoami xargs xxd xz xzcat yes zcat
"""
_APPLETS: Final = frozenset(_NAMES.split())
"""Of busybox as its official image is configured."""

_DISTROLESS: Final = frozenset({"root", "nobody", "nonroot"})
_SSL_13: Final = _SSL | {"libz.so.1", "libzstd.so.1"}
"""In Debian 13 OpenSSL packs with zlib and zstd."""
_CC_12: Final = _C_LIBRARY | _SSL | _GCC
_CC_13: Final = _C_LIBRARY | _SSL_13 | _GCC
_WOLFI_RUNTIME: Final = (_C_LIBRARY | _SSL | _GCC | {"libz.so.1"}) - {"libgomp.so.1"}


def _java(version: str) -> Contents:
    return Contents(
        programs=frozenset({"java"}),
        libraries=_C_LIBRARY | _JAVA,
        users=_DISTROLESS,
        versions=(("java", version),),
        entry_point=("java", "-jar"),
    )


def _node(version: str, libraries: frozenset[str]) -> Contents:
    return Contents(
        libraries=libraries,
        users=_DISTROLESS,
        versions=(("node", version),),
        entry_point=("/nodejs/bin/node",),
    )


def _python(version: str, libraries: frozenset[str]) -> Contents:
    return Contents(
        programs=frozenset({"python", "python3", f"python{version}"}),
        libraries=libraries,
        users=_DISTROLESS,
        versions=(("python", version),),
        entry_point=(f"/usr/bin/python{version}",),
    )


CONTENTS: Final[Mapping[str, Contents]] = {
    "busybox": Contents(
        shells=frozenset({"sh", "ash"}),
        programs=_APPLETS,
        libraries=_C_LIBRARY,
        users=frozenset({"root", "daemon", "bin", "sys", "nobody", "www-data", "operator", "mail", "sync"}),
        certificates=False,
        time_zones=False,
    ),
    "cgr.dev/chainguard/glibc-dynamic": Contents(
        libraries=(_C_LIBRARY | _GCC) - {"libgomp.so.1"}, users=_DISTROLESS, time_zones=False
    ),
    "cgr.dev/chainguard/jre": Contents(
        programs=frozenset({"java"}), libraries=_WOLFI_RUNTIME - {"libssl.so.3"}, users=frozenset({"root", "java"}),
        time_zones=False, versions=(("java", "26"),), entry_point=("/usr/bin/java",),
    ),
    "cgr.dev/chainguard/node": Contents(
        shells=frozenset({"sh", "ash"}), programs=_APPLETS | {"dumb-init", "node", "node-gyp", "npm", "npx"},
        libraries=_WOLFI_RUNTIME, users=frozenset({"root", "node"}), time_zones=False, versions=(("node", "26"),),
        entry_point=("/usr/bin/node",),
    ),
    "cgr.dev/chainguard/python": Contents(
        programs=frozenset({"python", "python3", "python3.14"}),
        libraries=_WOLFI_RUNTIME | {"libbz2.so.1", "libexpat.so.1", "libffi.so.8", "liblzma.so.5", "libncursesw.so.6",
                                    "libreadline.so.8", "libsqlite3.so.0", "libuuid.so.1", "libzstd.so.1"},
        users=frozenset({"root", "nonroot"}), time_zones=False, versions=(("python", "3.14"),),
        entry_point=("/usr/bin/python",),
    ),
    "cgr.dev/chainguard/static": Contents(users=_DISTROLESS),
    "cgr.dev/chainguard/wolfi-base": Contents(
        shells=frozenset({"sh", "ash"}), programs=_APPLETS | {"apk"},
        libraries=_C_LIBRARY | _SSL | {"libcrypt.so.1", "libgcc_s.so.1", "libz.so.1"},
        users=frozenset({"root", "nonroot"}),
        time_zones=False,
    ),
    "gcr.io/distroless/base-debian12": Contents(libraries=_C_LIBRARY | _SSL, users=_DISTROLESS),
    "gcr.io/distroless/base-debian13": Contents(libraries=_C_LIBRARY | _SSL_13, users=_DISTROLESS),
    "gcr.io/distroless/cc-debian12": Contents(libraries=_CC_12, users=_DISTROLESS),
    "gcr.io/distroless/cc-debian13": Contents(libraries=_CC_13, users=_DISTROLESS),
    "gcr.io/distroless/java17-debian12": _java("17"),
    "gcr.io/distroless/java17-debian13": _java("17"),
    "gcr.io/distroless/java21-debian12": _java("21"),
    "gcr.io/distroless/java21-debian13": _java("21"),
    "gcr.io/distroless/java25-debian13": _java("25"),
    "gcr.io/distroless/nodejs20-debian12": _node("20", _CC_12),
    "gcr.io/distroless/nodejs20-debian13": _node("20", _CC_13),
    "gcr.io/distroless/nodejs22-debian12": _node("22", _CC_12),
    "gcr.io/distroless/nodejs22-debian13": _node("22", _CC_13),
    "gcr.io/distroless/nodejs24-debian13": _node("24", _CC_13),
    "gcr.io/distroless/python3-debian12": _python("3.11", _CC_12),
    "gcr.io/distroless/python3-debian13": _python("3.13", _CC_13),
    "gcr.io/distroless/static-debian12": Contents(users=_DISTROLESS),
    "gcr.io/distroless/static-debian13": Contents(users=_DISTROLESS),
    "scratch": Contents(users=frozenset(), certificates=False, time_zones=False),
}  # fmt: skip

_RUNTIMES: Final[Mapping[str, tuple[str, ...]]] = {
    "eclipse-temurin": ("java", "keytool"),
    "golang": ("go", "gofmt"),
    "httpd": ("apachectl", "httpd", "httpd-foreground"),
    "nginx": ("nginx",),
    "mcr.microsoft.com/dotnet/aspnet": ("dotnet",),
    "mcr.microsoft.com/dotnet/core/aspnet": ("dotnet",),
    "mcr.microsoft.com/dotnet/core/runtime": ("dotnet",),
    "mcr.microsoft.com/dotnet/core/sdk": ("dotnet",),
    "mcr.microsoft.com/dotnet/runtime": ("dotnet",),
    "mcr.microsoft.com/dotnet/sdk": ("dotnet",),
    "node": ("corepack", "docker-entrypoint.sh", "node", "nodejs", "npm", "npx", "yarn", "yarnpkg"),
    "openjdk": ("java", "keytool"),
    "php": ("composer?", "docker-php-*", "pear", "pecl", "php", "php-fpm", "phpize"),
    "python": ("idle3", "pip", "pip3", "pip3.*", "pydoc3", "python", "python3", "python3.*", "wheel"),
    "ruby": ("bundle", "bundler", "erb", "gem", "irb", "rake", "ruby"),
    "rust": ("cargo", "rustc", "rustup"),
}
"""Programs that the official image puts beside its packages, as patterns."""

_FAMILIES: Final[Mapping[str, str]] = {
    "eclipse-temurin": "java",
    "golang": "go",
    "node": "node",
    "openjdk": "java",
    "php": "php",
    "python": "python",
    "ruby": "ruby",
}


def contents_of(reference: str) -> Contents | None:
    """Of an image without a list of files; None where the catalog has one, or nothing is known."""
    repository, tag = recipes.split(reference)
    if tag.startswith("debug") or tag.endswith("-dev"):
        return None  # with a shell, and more
    return CONTENTS.get("scratch" if reference == "scratch" else repository)


def adds_program(reference: str, name: str) -> bool:
    """The official image has it beside its packages."""
    repository, _ = recipes.split(reference)
    return any(fnmatchcase(name, pattern) for pattern in _RUNTIMES.get(repository, ()))


def has_more(reference: str, image: BaseImage | None) -> bool:
    """The image has programs beside its packages whose names are not known."""
    repository, _ = recipes.split(reference)
    recipe = recipes.find(reference)
    adds = recipe is not None and bool(recipe.adds)
    return repository not in _RUNTIMES and (adds or (image is not None and not image.environment_complete))


def interpreter_version(reference: str, family: str) -> str | None:
    """``3.12`` of ``python:3.12.1-slim``; None where the tag does not say."""
    contents = contents_of(reference)
    if contents is not None:
        return dict(contents.versions).get(family)
    repository, tag = recipes.split(reference)
    if _FAMILIES.get(repository) != family:
        return None
    found = re.match(r"(\d{1,3}(?:\.\d{1,3}){0,2})", tag)
    if found is None:
        return None
    parts = found[1].split(".")
    return ".".join(parts[:1] if family in ("node", "java") else parts[:2])


def glibc_of(image: BaseImage | None) -> str | None:
    """The version of the C library; None where it is not known."""
    if image is None or image.assumed is not None:
        return None
    if image.distribution == "wolfi":
        return _WOLFI if image.libc == "glibc" else None
    return _GLIBC.get(image.release or "")


def end_of_life(reference: str, image: BaseImage | None) -> str:
    """``YYYY-MM-DD``; empty where it is not known."""
    if image is not None and image.assumed is not None:
        return ""
    if image is not None and image.end_of_life and image.end_of_life != "?":
        return image.end_of_life
    recipe = recipes.find(reference)
    date = None if recipe is None else recipe.end_of_life
    return date if date and date != "?" else ""
