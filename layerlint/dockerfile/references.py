"""Names of images and platforms, as BuildKit takes or refuses them.

Sources: the grammar of distribution/reference (``ParseNormalizedNamed``) and of containerd's platforms
(``platforms.Parse``), digests those of opencontainers/go-digest.  Every pattern here is matched from the
start only and cannot backtrack far.
"""

from __future__ import annotations

import re
from typing import Final

from layerlint._pattern import pattern
from layerlint.dockerfile.gostrings import quote

MAX_REPOSITORY: Final = 255
"""Characters of a repository's name without its registry (``RepositoryNameTotalLengthMax``)."""

_LABEL = r"[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?"
_REGISTRY = rf"(?:{_LABEL}(?:\.{_LABEL})*|\[[a-fA-F0-9:]+\])(?::[0-9]+)?"
_COMPONENT = r"[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*"
_REPOSITORY = rf"(?:{_REGISTRY}/)?{_COMPONENT}(?:/{_COMPONENT})*"
_TAG = r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}"
_DIGEST = r"[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,}"
_REFERENCE: Final = pattern(rf"({_REPOSITORY})(?::{_TAG})?(?:@({_DIGEST}))?\Z")
_IDENTIFIER: Final = pattern(r"[a-f0-9]{64}\Z")

_ANY_DIGEST: Final = pattern(r"[a-z0-9]+(?:[.+_-][a-z0-9]+)*:[a-zA-Z0-9=_-]+\Z")

_DIGEST_LENGTHS: Final = {"sha256": 64, "sha384": 96, "sha512": 128}
"""Hexadecimal digits of the algorithms that are registered."""

_DEFAULT_REGISTRY: Final = "docker.io"


def reference_error(name: str) -> str | None:
    """Why a name is no reference to an image; None if it is one (``scratch`` is asked for elsewhere)."""
    if _IDENTIFIER.match(name):
        return f"invalid repository name ({name}), cannot specify 64-byte hexadecimal strings"
    registry, rest = _split(name)
    repository = rest.partition(":")[0]
    if repository.lower() != repository:
        return f"invalid reference format: repository name ({repository}) must be lowercase"
    found = _REFERENCE.match(f"{registry}/{rest}")
    if found is None:
        return "invalid reference format"
    if len(found[1]) - len(registry) - 1 > MAX_REPOSITORY:
        return f"repository name must not be more than {MAX_REPOSITORY} characters"
    return None if found[2] is None else digest_error(found[2])


def reference_part(name: str) -> tuple[int, int] | None:
    """Where the tag or the digest stands for which a name is refused; None where it is all of the name."""
    before, at, digest = name.partition("@")
    last = before.rpartition("/")[2]
    repository, colon, tag = last.partition(":")
    repository = before[: len(before) - len(colon + tag)]
    if not repository or reference_error(repository) is not None:
        return None
    if colon and reference_error(before) is not None:
        return (len(repository) + 1, len(before)) if tag else None
    return (len(before) + 1, len(name)) if at and digest else None


def _split(name: str) -> tuple[str, str]:
    """The registry and the rest: a first part without dot or port is no registry, but in upper case."""
    first, slash, rest = name.partition("/")
    if not slash or (
        "." not in first and ":" not in first and first != "localhost" and first == first.lower()
    ):
        registry, rest = _DEFAULT_REGISTRY, name
    else:
        registry = _DEFAULT_REGISTRY if first == f"index.{_DEFAULT_REGISTRY}" else first
    if registry == _DEFAULT_REGISTRY and "/" not in rest:
        rest = f"library/{rest}"
    return registry, rest


def digest_error(digest: str) -> str | None:
    """Why a text is no digest (``go-digest``'s ``Parse``); None if it is one."""
    if not _ANY_DIGEST.match(digest):
        return "invalid checksum digest format"
    algorithm, _, digits = digest.partition(":")
    length = _DIGEST_LENGTHS.get(algorithm)
    if length is None:
        return "unsupported digest algorithm"
    if len(digits) != length:
        return "invalid checksum digest length"
    return None if re.fullmatch("[a-f0-9]+", digits) else "invalid checksum digest format"


_WINDOWS: Final = pattern(r"mcr\.microsoft\.com/windows(?:/|:|@|\Z)|nanoserver|servercore")


def is_windows_image(reference: str) -> bool:
    """Whether a reference names an image of Windows, as Microsoft's and Docker's official ones are named."""
    return _WINDOWS.search(reference) is not None


_PLATFORM_PART: Final = pattern(r"[A-Za-z0-9_.-]+\Z")
_SYSTEM: Final = pattern(r"[A-Za-z0-9_.-]+(?:\([A-Za-z0-9_.-]*\))?\Z")
"""The operating system may carry its version: ``windows(10.0.17763)``."""

_SYSTEMS: Final = frozenset((
    "aix", "android", "darwin", "dragonfly", "freebsd", "hurd", "illumos", "ios", "js", "linux",
    "macos", "nacl", "netbsd", "openbsd", "plan9", "solaris", "windows", "zos",
))  # fmt: skip
_ARCHITECTURES: Final = frozenset((
    "386", "aarch64", "amd64", "amd64p32", "arm", "arm64", "arm64be", "armbe", "armel", "armhf",
    "i386", "loong64", "mips", "mips64", "mips64le", "mips64p32", "mips64p32le", "mipsle", "ppc",
    "ppc64", "ppc64le", "riscv", "riscv64", "s390", "s390x", "sparc", "sparc64", "wasm", "x86-64",
    "x86_64",
))  # fmt: skip
"""With the other names that are taken for them."""


def platform_error(text: str) -> str | None:
    """Why a text is no platform (``os[(version)][/architecture[/variant]]``); None if it is one."""
    if "*" in text:
        return f"{quote(text)}: wildcards not yet supported: invalid argument"
    parts = text.split("/", 3)
    for wanted, part in zip((_SYSTEM, *[_PLATFORM_PART] * 3), parts, strict=False):
        if len(parts) <= 3 and not wanted.match(part):
            return f"{quote(part)} is an invalid component of {quote(text)}: invalid argument"
    if len(parts) > 3:
        return f"{quote(text)}: cannot parse platform specifier: invalid argument"
    if len(parts) == 1:
        name = text.partition("(")[0].lower()
        if name not in _SYSTEMS and (name not in _ARCHITECTURES or "(" in text):
            return f"{quote(text)}: unknown operating system or architecture: invalid argument"
    return None
