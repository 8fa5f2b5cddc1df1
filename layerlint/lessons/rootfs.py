"""Why a distribution is inside an image although the kernel is the host's."""

from __future__ import annotations

from collections.abc import Iterator

from layerlint.domain.size import total
from layerlint.domain.truth import Truth
from layerlint.domain.units import format_size
from layerlint.execution.trace import Base, Trace
from layerlint.filesystem.union import FileSystem
from layerlint.lessons.figures import folder_sizes, image_in_words, share
from layerlint.report import LayersReport, LessonRecord, SectionRecord, TableRecord

_FOLDERS = 8
_WHAT = {
    "/bin": "programs",
    "/boot": "a kernel that no container uses",
    "/etc": "settings: accounts, name service, certificates",
    "/home": "homes of accounts",
    "/lib": "shared libraries, the C library first",
    "/lib64": "shared libraries",
    "/opt": "programs beside the distribution's",
    "/root": "the home of root",
    "/sbin": "programs of the administrator",
    "/srv": "data that is served",
    "/tmp": "temporary files: of no use in an image",
    "/usr": "programs, libraries, their data",
    "/var": "databases of packages, caches, logs",
}


def lesson(trace: Trace, report: LayersReport) -> LessonRecord:
    base = None if trace.target is None else trace.target.base
    return LessonRecord(
        "rootfs",
        "The root file system: a distribution without its kernel",
        report.dockerfile,
        (_idea(), *(() if trace.target is None else _own(trace, report)), *_choice(base, report)),
    )


def _idea() -> SectionRecord:
    return SectionRecord(
        "The idea",
        (
            "A Linux system is two file systems: bootfs, the boot loader and the kernel, which is in memory once the"
            " machine runs and is not looked at again; and rootfs, the tree from / on: the C library, a shell, tools,"
            " the package manager, settings. Distributions differ nearly in the second alone, for all of them"
            " run on the same kernel interface.",
            "A container has no kernel of its own. It is a process of the host, which the kernel shows another root"
            " (a mount namespace): `uname -r` says the host's version in every one. So an image needs a rootfs"
            " and no bootfs, and a base image of Debian is Debian's tree without a kernel, on any host.",
            "Of that tree a program needs what it opens: the C library that it is linked to, an interpreter,"
            " certificates, time zones. A static program needs nothing, and stands on `scratch`.",
        ),
    )


def _own(trace: Trace, report: LayersReport) -> Iterator[SectionRecord]:
    assert trace.target is not None
    base, final = trace.target.base, trace.target.final.filesystem
    if base.source == "unknown":
        yield SectionRecord(
            "Your base", (f"{report.base.reference} is not known here, and so its tree is not.",)
        )
        return
    if base.source != "scratch":
        yield SectionRecord("Your base", (_described(base), *_holds(base.filesystem)))
    folders = folder_sizes(final.root)
    rest = folders[_FOLDERS:]
    rows = [(path, size, _WHAT.get(path, "")) for path, size in folders[:_FOLDERS]]
    if rest:
        rows.append((f"{len(rest)} more", total(size for _, size in rest), ""))
    yield SectionRecord(
        "The tree that a container of yours sees",
        (image_in_words(report),),
        TableRecord(("folder", "bytes", "what it is for"), tuple(rows)) if rows else None,
    )


def _described(base: Base) -> str:
    image = base.image
    words = f"{base.reference} is {format_size(base.bytes)} of files"
    if image is None or image.assumed is not None:
        return words + "."
    if image.distribution is not None:
        words += f" of {image.distribution} {image.release or ''}".rstrip()
    parts = [f"{image.libc} as its C library"] if image.libc else []
    if image.manager:
        parts.append(f"{image.manager} to install packages")
    if image.packages:
        parts.append(f"{len(image.packages)} packages")
    return f"{words}, with {', '.join(parts)}." if parts else f"{words}."


def _holds(filesystem: FileSystem) -> Iterator[str]:
    """What of a whole system it has, and what it has not."""
    looked_for = {"kernel": "/boot/vmlinuz", "shell": "/bin/sh", "list of accounts": "/etc/passwd"}
    found = {what: filesystem.presence(path) for what, path in looked_for.items()}
    has = [what for what, truth in found.items() if truth is Truth.YES]
    lacks = [what for what, truth in found.items() if truth is Truth.NO]
    if has or lacks:
        parts = [f"a {what}" for what in has] + [f"no {what}" for what in lacks]
        yield f"It has {', '.join(parts)}."


def _choice(base: Base | None, report: LayersReport) -> Iterator[SectionRecord]:
    if base is None or base.source in ("scratch", "unknown"):
        return
    yield SectionRecord(
        "How much of it is the distribution's",
        (
            f"{format_size(report.base.bytes)}{share(report.base.bytes, report.image_bytes)} of the image is the base."
            " `layerlint base` says which smaller one would do for what this file runs, and what would break.",
        ),
    )
