"""Which dialect a shell of a Dockerfile speaks, as the program of a ``#!`` line that ShellCheck knows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from layerlint.catalog.model import BaseImage
from layerlint.domain.truth import Truth
from layerlint.filesystem.union import FileSystem

_BUSYBOX: Final = "/bin/busybox sh"
_DIALECTS: Final = {
    "ash": "/bin/ash",
    "bash": "/bin/bash",
    "busybox": _BUSYBOX,
    "dash": "/bin/dash",
    "ksh": "/bin/ksh",
    "ksh93": "/bin/ksh",
    "mksh": "/bin/ksh",
    "oksh": "/bin/ksh",
    "sh": "/bin/sh",
}
"""The shells of ShellCheck's manual (it refuses zsh, fish and csh); it knows them by the last part."""

_WINDOWS: Final = frozenset({"cmd", "powershell", "pwsh"})

_SH_OF: Final = {
    "almalinux": "bash",
    "amzn": "bash",
    "arch": "bash",
    "centos": "bash",
    "fedora": "bash",
    "opensuse": "bash",
    "oracle": "bash",
    "photon": "bash",
    "redhat": "bash",
    "rhel": "bash",
    "rocky": "bash",
}
"""What ``/bin/sh`` is where the catalog has no files of the base: these have no other shell by default."""

_SH: Final = "/bin/sh"


def interpreter(shell: Sequence[str]) -> str | None:
    """The interpreter of a SHELL instruction's words; None where ShellCheck cannot read its scripts.

    The first word that is a shell: ``/usr/bin/env bash -c`` and ``conda run -n base bash -c`` are bash.
    """
    words = [*shell[0].split(), *shell[1:]] if shell else []
    names = [_name(word) for word in words]
    if not names or names[0] in _WINDOWS:
        return None
    return next((_DIALECTS[name] for name in names if name in _DIALECTS), None)


def with_base(program: str, base: BaseImage | None, filesystem: FileSystem) -> str:
    """The interpreter that ``/bin/sh`` is in an image: bash and BusyBox take more than POSIX has.

    One that is not known stays POSIX, the least that it can be.
    """
    if program != _SH or (base is not None and base.assumed is not None):
        return program
    if filesystem.presence(_SH) is Truth.YES:
        resolved = _name(filesystem.resolve(_SH))
    else:
        resolved = _SH_OF.get(base.distribution or "", "") if base else ""
    return _DIALECTS.get(resolved, program)


def stops_at_a_failure(shell: Sequence[str]) -> bool:
    """Whether the shell runs with ``errexit``: ``-e``, ``-ec``, ``-o errexit``."""
    options = [word for word in shell[1:] if word.startswith("-") and not word.startswith("--")]
    return any("e" in word for word in options) or "errexit" in shell


def _name(word: str) -> str:
    return word.replace("\\", "/").rsplit("/", 1)[-1].lower().removesuffix(".exe")
