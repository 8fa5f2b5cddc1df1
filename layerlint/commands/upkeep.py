"""Caches and tables that a system keeps: fonts, manuals, TeX; and tools whose work cannot be seen."""

from __future__ import annotations

from layerlint.commands._outcome import unmodelled
from layerlint.commands._paths import basename, join, locate
from layerlint.commands._streams import of_text
from layerlint.commands._unseen import unseen_file, unseen_tree
from layerlint.domain.size import Size
from layerlint.domain.text import UNKNOWN
from layerlint.effects import Effect, Invocation, Outcome, Populate, Replace, Stream, Write

_ANSWER = Outcome(stdout=Stream(Size(0, 500, None)))
_PLACES = {
    "fc-cache": ("/var/cache/fontconfig", Size(0, 60_000, 5_000_000), Size(1, 6, 200)),
    "gtk-update-icon-cache": ("/usr/share/icons", Size(0, 500_000, 30_000_000), Size(1, 1, 20)),
    "mandb": ("/var/cache/man", Size(0, 300_000, 10_000_000), Size(1, 10, 200)),
    "mktexlsr": ("/var/lib/texmf", Size(0, 1_000_000, 10_000_000), Size(1, 3, 6)),
    "texhash": ("/var/lib/texmf", Size(0, 1_000_000, 10_000_000), Size(1, 3, 6)),
    "update-desktop-database": ("/usr/share/applications", Size(0, 3_000, 100_000), Size(1, 1, 2)),
    "update-grub": ("/boot/grub", Size(0, 6_000, 50_000), Size(0, 1, 2)),
    "update-initramfs": ("/boot", Size(0, 30_000_000, 120_000_000), Size(0, 1, 4)),
    "update-java-alternatives": ("/etc/alternatives", Size(0, 0, 0), Size(0, 60, 200)),
    "update-mime-database": ("/usr/share/mime", Size(0, 4_000_000, 8_000_000), Size(1, 1000, 2000)),
    "updatedb": ("/var/lib/mlocate", Size(0, 1_500_000, 60_000_000), Size(1, 1, 1)),
}
"""Where the tool writes, how many bytes (a guess of the magnitude), how many files."""
_MULTIARCH = {
    "DEB_BUILD_ARCH": "amd64", "DEB_BUILD_GNU_TYPE": "x86_64-linux-gnu", "DEB_BUILD_MULTIARCH": "x86_64-linux-gnu",
    "DEB_HOST_ARCH": "amd64", "DEB_HOST_ARCH_BITS": "64", "DEB_HOST_GNU_TYPE": "x86_64-linux-gnu",
    "DEB_HOST_MULTIARCH": "x86_64-linux-gnu", "DEB_TARGET_GNU_TYPE": "x86_64-linux-gnu",
}  # fmt: skip


def cache(invocation: Invocation) -> Outcome:
    """A cache that the tool writes anew."""
    name = basename(str(invocation.argv[0]))
    place, size, count = _PLACES[name]
    if {"--version", "--help", "-V"} & {word for word in invocation.argv if isinstance(word, str)}:
        return _ANSWER
    return Outcome((Populate(place, name, size, count),))


def architecture(invocation: Invocation) -> Outcome:
    """``dpkg-architecture -q NAME`` on amd64 (as ``dpkg --print-architecture`` answers)."""
    for position, word in enumerate(invocation.argv):
        name = None
        if not isinstance(word, str):
            continue
        if word in ("-q", "-qA", "--query"):
            name = invocation.argv[position + 1] if position + 1 < len(invocation.argv) else UNKNOWN
        elif word.startswith("-q"):
            name = word[2:]
        elif word.startswith("--query="):
            name = word.partition("=")[2]
        if name is not None:
            known = _MULTIARCH.get(name) if isinstance(name, str) else None
            return Outcome(stdout=of_text(known + "\n") if known else Stream(Size(1, 20, 100)))
    return _ANSWER


def answers(_: Invocation) -> Outcome:
    """Only reads, or asks a server."""
    return _ANSWER


def crontab(invocation: Invocation) -> Outcome:
    """A file becomes the table of the user."""
    words = [
        word for word in invocation.argv[1:] if word is UNKNOWN or (word == "-" or not word.startswith("-"))
    ]
    if not words or "-l" in invocation.argv:
        return _ANSWER
    path = locate(invocation, words[-1])
    node = None if path is None else invocation.view.lookup(path)
    size = getattr(node, "size", None)
    return Outcome(
        (Replace("/var/spool/cron/crontabs/root", size if isinstance(size, Size) else Size(0, 200, None)),)
    )


def packer(invocation: Invocation) -> Outcome:
    """upx writes a program anew, in a third to two thirds of its size (its own figure is 50–70 % less)."""
    words = [word for word in invocation.argv[1:] if word is UNKNOWN or not word.startswith("-")]
    effects: list[Effect] = []
    for word in words:
        path = locate(invocation, word)
        node = None if path is None else invocation.view.lookup(path)
        if path is None:
            return unmodelled("upx: which file it changes is not known", *effects)
        size = getattr(node, "size", None)
        if isinstance(size, Size):
            effects.append(Write(path, Size(size.low // 5, size.likely * 2 // 5, size.high)))
        else:
            effects += unseen_file(path, Size(0, 1_000_000, None), "how large it is packed is not known")
    return Outcome(tuple(effects))


def inside(invocation: Invocation) -> Outcome:
    """terraform, helm, sphinx, protoc and others that make files in the working directory."""
    name = basename(str(invocation.argv[0]))
    if {"--version", "--help", "version", "help"} & {
        word for word in invocation.argv if isinstance(word, str)
    }:
        return _ANSWER
    if invocation.cwd is None:
        return unmodelled(f"{name}: which directory it is in is not known")
    return Outcome(
        unseen_tree(invocation.cwd, name, Size(0, 500_000, None), f"what {name} writes is not known"),
        stdout=Stream(Size(0, 500, None)),
    )


def at_home(invocation: Invocation) -> Outcome:
    """wine and its kin fill a directory of the user's."""
    home = invocation.environment.get("HOME", "/root")
    prefix = invocation.environment.get("WINEPREFIX")
    place = prefix if isinstance(prefix, str) and prefix.startswith("/") else None
    if place is None:
        if not isinstance(home, str) or not home.startswith("/"):
            return unmodelled("the home directory is not known")
        place = join(home, ".wine")
    return Outcome(unseen_tree(place, "wine", Size(0, 300_000_000, None), "what wine writes is not known"))
