"""The one door to the files that a Dockerfile can reach: a build context, and what is asked of it.

Every question has a short answer, which is kept where somebody records: a result is the same as long as all the
answers are (`results`).  Nothing is followed or opened here that the caller did not ask for.
"""

from __future__ import annotations

import os
import stat
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from errno import ENOENT, ENOTDIR
from pathlib import Path
from typing import BinaryIO, Final, TypeAlias

from layerlint._dataclass import dataclass, field
from layerlint._digest import digest

Answer: TypeAlias = str | None
Question: TypeAlias = tuple[str, str, str]
"""What is asked, of which path, and what narrows it."""

MAX_ANSWERS: Final = 20_000
"""Of one record, an entry of a folder for one too: to ask more again costs more than it saves."""

_MAX_LINKS = 40
"""Symlinks followed on one path, as in Linux (``MAXSYMLINKS``)."""
_MAX_DIGESTED = 256 << 10
"""Bytes of a file that is known by its content; a larger one by its times, which nobody sets back."""
_SETTLED = 2 * 10**9
"""Nanoseconds after which a change of a file has another time than the one before: FAT keeps even seconds."""
_GONE = (ENOENT, ENOTDIR)


class NotRegularError(OSError):
    """A folder, a FIFO, a device."""


@dataclass(slots=True)
class Record:
    """What was asked, and what the answers were."""

    answers: dict[Question, Answer] = field(default_factory=dict)
    complete: bool = True
    """False: something else was seen too, or there was too much."""
    entries: int = 0

    def note(self, question: str, path: str, answer: Answer, narrowed: str = "", entries: int = 1) -> None:
        if not self.complete:
            return
        self.entries += entries
        key = (question, path, narrowed)
        if self.entries > MAX_ANSWERS or self.answers.setdefault(key, answer) != answer:
            self.spoil()

    def failed(self, question: str, path: str, error: OSError | ValueError, narrowed: str = "") -> None:
        """That nothing is there is an answer; any other fault may be gone the next time."""
        if isinstance(error, OSError) and error.errno in _GONE:
            self.note(question, path, None, narrowed)
        else:
            self.spoil()

    def spoil(self) -> None:
        self.complete = False
        self.answers.clear()


_record: Record | None = None


@contextmanager
def recording() -> Iterator[Record]:
    """Keep what is asked meanwhile, in this process."""
    global _record
    before, _record = _record, Record()
    try:
        yield _record
    finally:
        _record = before


def unrecorded() -> None:
    """Files are about to be read that are not asked for here."""
    if _record is not None:
        _record.spoil()


def holds(question: Question, answer: Answer) -> bool:
    """Whether the answer to a question is the same now; KeyError for what is no question."""
    asked, path, narrowed = question
    try:
        return _ASK[asked](path, narrowed) == answer
    except OSError as error:
        return answer is None and error.errno in _GONE
    except ValueError:
        return False


# ------------------------------------------------------------------------ questions


def entry_status(path: str) -> os.stat_result:
    """Of the entry itself.  Raises OSError and ValueError, as all of these do."""
    try:
        status = os.lstat(path)
    except (OSError, ValueError) as error:
        if _record is not None:
            _record.failed("entry", path, error)
        raise
    if _record is not None:
        _record.note("entry", path, _told(status))
    return status


def link_target(path: str) -> str:
    try:
        target = os.readlink(path)
    except (OSError, ValueError) as error:
        if _record is not None:
            _record.failed("link", path, error)
        raise
    if _record is not None:
        _record.note("link", path, target)
    return target


def file_status(path: Path) -> os.stat_result:
    """Of the file that a path leads to."""
    try:
        status = path.stat()
    except (OSError, ValueError) as error:
        if _record is not None:
            _record.failed("file", str(path), error)
        raise
    if _record is not None:
        _record.note("file", str(path), _told(status))
    return status


def resolved(path: Path) -> Path:
    found = path.resolve()
    if _record is not None:
        _record.note("resolved", str(path), str(found))
    return found


def is_folder(path: Path) -> bool:
    """Whether a path leads to a folder."""
    there = path.is_dir()
    if _record is not None:
        _record.note("folder", str(path), str(there))
    return there


def is_symlink(path: Path) -> bool:
    there = path.is_symlink()
    if _record is not None:
        _record.note("symlink", str(path), str(there))
    return there


def names(folder: str) -> list[str]:
    """Of what a folder holds, sorted."""
    try:
        found = sorted(os.listdir(folder))
    except (OSError, ValueError) as error:
        if _record is not None:
            _record.failed("names", folder, error)
        raise
    if _record is not None:
        _record.note("names", folder, _digest_of(found), entries=1 + len(found) // 8)
    return found


def follow(root: str, path: str) -> str | None:
    """Resolve symlinks as if ``root`` were the root of the file system; None if nothing is there."""
    found = _followed(root, path)
    if _record is not None:
        _record.note("followed", root, found, path)
    return found


class Listing:
    """The entries of a folder, in the order of their names; of each, only what is asked for."""

    def __init__(self, folder: str) -> None:
        self._folder = folder
        try:
            with os.scandir(folder) as listing:
                self.entries = sorted(listing, key=lambda entry: entry.name)
        except (OSError, ValueError) as error:
            if _record is not None:
                _record.failed("listing", folder, error)
            raise
        self._asked: list[str] | None = None if _record is None or not _record.complete else []
        self._left: list[str] = []

    def status(self, entry: os.DirEntry[str]) -> os.stat_result:
        """Of the entry itself."""
        try:
            status = entry.stat(follow_symlinks=False)
        except (OSError, ValueError):
            unrecorded()
            raise
        if self._asked is not None:
            self._asked.append(f"{entry.name}/{_told(status)}")
        return status

    def leave(self, entry: os.DirEntry[str]) -> None:
        """Nothing but the name is asked of the entry."""
        if self._asked is not None:
            self._asked.append(entry.name)
            self._left.append(entry.name)

    def end(self) -> None:
        if _record is not None and self._asked is not None:
            count = 1 + len(self._asked)
            _record.note("listing", self._folder, _digest_of(self._asked), "/".join(self._left), count)


def open_regular(path: str | os.PathLike[str]) -> BinaryIO:
    """A regular file, to be read; raises OSError for what has come to its place meanwhile.

    A FIFO would be waited for without end, and a symlink may lead out of the context.
    """
    try:
        stream = _opened(path)
    except (OSError, ValueError) as error:
        if _record is not None:
            _record.failed("content", str(path), error)
        raise
    if _record is not None and _record.complete:
        try:
            known, settled = _content(stream)
        except BaseException:
            stream.close()
            raise
        if settled:
            _record.note("content", str(path), known)
        else:
            _record.spoil()
    return stream


# ------------------------------------------------------------------------ answers


def _told(status: os.stat_result) -> str:
    """What of a status decides anything: of a folder not its size, and of a file with one name not which it is."""
    mode = status.st_mode
    if not stat.S_ISREG(mode):
        return f"{mode} {status.st_mtime_ns}"
    more = f" {status.st_dev} {status.st_ino}" if status.st_nlink > 1 else ""
    return f"{mode} {status.st_mtime_ns} {status.st_size}{more}"


def _digest_of(parts: Sequence[str]) -> str:
    """``/`` is in no name, and stands at the end of each."""
    return digest("/\n".join(parts).encode("utf-8", "surrogateescape"))


def _followed(root: str, path: str) -> str | None:
    todo = [part for part in reversed(path.split("/")) if part not in ("", ".")]
    done: list[str] = []
    links = 0
    while todo:
        part = todo.pop()
        if part == "..":
            if done:
                done.pop()
            continue
        current = os.path.join(root, *done, part)
        try:
            if not stat.S_ISLNK(os.lstat(current).st_mode):
                done.append(part)
                continue
            target = os.readlink(current)
        except (OSError, ValueError):
            return None
        links += 1
        if links > _MAX_LINKS:
            return None
        if target.startswith("/"):
            done.clear()
        todo.extend(part for part in reversed(target.split("/")) if part not in ("", "."))
    return "/".join(done)


def _listed(folder: str, left: str) -> str:
    listing = Listing(folder)
    named = frozenset(left.split("/"))
    told = []
    for entry in listing.entries:
        if entry.name in named:
            told.append(entry.name)
        else:
            told.append(f"{entry.name}/{_told(entry.stat(follow_symlinks=False))}")
    return _digest_of(told)


def _opened(path: str | os.PathLike[str]) -> BinaryIO:
    flags = (
        os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
    )
    descriptor = os.open(path, flags | getattr(os, "O_CLOEXEC", 0))
    try:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise NotRegularError(f"{path} is no regular file")
        return open(descriptor, "rb")
    except BaseException:
        os.close(descriptor)
        raise


def _content(stream: BinaryIO) -> tuple[str, bool]:
    """What a file holds, in short, and whether a later change would show; the stream is at its beginning again."""
    status = os.fstat(stream.fileno())
    if status.st_size <= _MAX_DIGESTED:
        data = stream.read(_MAX_DIGESTED + 1)
        stream.seek(0)
        return digest(data), len(data) == status.st_size
    settled = max(status.st_mtime_ns, status.st_ctime_ns) + _SETTLED < time.time_ns()
    return f"{_told(status)} {status.st_ctime_ns} {status.st_dev} {status.st_ino}", settled


def _content_at(path: str) -> str:
    with _opened(path) as stream:
        return _content(stream)[0]


_ASK: Final[Mapping[str, Callable[[str, str], Answer]]] = {
    "content": lambda path, _: _content_at(path),
    "entry": lambda path, _: _told(os.lstat(path)),
    "file": lambda path, _: _told(os.stat(path)),
    "folder": lambda path, _: str(os.path.isdir(path)),
    "followed": _followed,
    "link": lambda path, _: os.readlink(path),
    "listing": _listed,
    "names": lambda path, _: _digest_of(sorted(os.listdir(path))),
    "resolved": lambda path, _: str(Path(path).resolve()),
    "symlink": lambda path, _: str(os.path.islink(path)),
}
