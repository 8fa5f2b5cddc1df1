"""What a command does, as data: the closed union that command models return.

A model never touches a file system.  The interpreter applies effects in order; each path is absolute.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Protocol, TypeAlias

from layerlint._dataclass import dataclass
from layerlint.domain.size import Size
from layerlint.domain.text import Text
from layerlint.domain.truth import Truth
from layerlint.filesystem.node import Content, Inode, Node
from layerlint.lookup import Lookup

# ------------------------------------------------------------------- file system


@dataclass(frozen=True, slots=True)
class Write:
    """Open a file for writing (through symlinks), creating it if it is absent."""

    path: str
    size: Size
    """Of the data written; with ``append`` it is added to what is there."""
    content: Content | None = None
    append: bool = False
    mode: int | None = None


@dataclass(frozen=True, slots=True)
class Replace:
    """Put a new file at the name, by rename: what ``sed -i`` and package managers do."""

    path: str
    size: Size
    content: Content | None = None


@dataclass(frozen=True, slots=True)
class Resize:
    """Set the length of a file (``truncate -s``), creating it if it is absent."""

    path: str
    size: Size


@dataclass(frozen=True, slots=True)
class Remove:
    path: str
    recursive: bool = False


@dataclass(frozen=True, slots=True)
class MakeDirectory:
    path: str
    mode: int = 0o755


@dataclass(frozen=True, slots=True)
class Copy:
    """Copy a file or tree to the exact path ``destination`` (merging into a directory that is there)."""

    source: str
    destination: str
    preserve_owner: bool = False
    preserve_times: bool = False
    follow: bool = True
    """Follow ``source`` itself if it is a symlink."""


@dataclass(frozen=True, slots=True)
class Move:
    """Rename to the exact path ``destination``."""

    source: str
    destination: str


@dataclass(frozen=True, slots=True)
class Link:
    source: str
    path: str


@dataclass(frozen=True, slots=True)
class Symlink:
    target: str
    path: str


@dataclass(frozen=True, slots=True)
class Touch:
    path: str
    create: bool = True


@dataclass(frozen=True, slots=True)
class ChangeMode:
    path: str
    mode: Callable[[Node], int]
    """From the node as it is to its new permission bits."""
    recursive: bool = False


@dataclass(frozen=True, slots=True)
class ChangeOwner:
    """None leaves that half as it is; an id that is not known still copies the file up."""

    path: str
    user: int | Text | None
    group: int | Text | None
    recursive: bool = False
    follow: bool = True


@dataclass(frozen=True, slots=True)
class Extract:
    """Unpack an archive that is in the file system."""

    archive: str
    destination: str
    strip: int = 0
    members: tuple[str, ...] = ()
    """Names or globs that limit what is unpacked; empty for everything."""


@dataclass(frozen=True, slots=True)
class Archive:
    """Pack trees into a tar or zip file."""

    path: str
    sources: tuple[str, ...]
    """Absolute paths."""
    format: str
    """``tar``, ``tar.gz``, ``tar.xz``, ``tar.bz2``, ``tar.zst`` or ``zip``."""


@dataclass(frozen=True, slots=True)
class Compress:
    """Replace a file by its compressed form, or put that beside it (``keep``)."""

    path: str
    destination: str
    format: str
    """``gz``, ``xz``, ``bz2`` or ``zst``."""
    keep: bool = False


@dataclass(frozen=True, slots=True)
class Decompress:
    path: str
    destination: str
    format: str
    keep: bool = False


@dataclass(frozen=True, slots=True)
class Populate:
    """A tool fills a directory, making it where it is not there, with files not known one by one."""

    directory: str
    name: str
    """Of what it puts there (``flask``, ``make install``): one node ``<name>`` stands for all its files."""
    size: Size
    """Bytes of all of them."""
    count: Size = Size(1, 1, None)
    reason: str = ""
    """Why no better is known of the size: the step is incomplete then.  Empty where it rests on an index,
    a lock file or a measurement."""
    label: str | None = None
    """``manager:name``, by which the files are found again to be removed (as `Inode.label`)."""
    bounded: bool = False
    """For all of the reason, nine of ten such commands are within the size."""


@dataclass(frozen=True, slots=True)
class Unsized:
    """The step is not complete, for the sizes of what it writes are not known; where it writes is."""

    reason: str


# ---------------------------------------------------------------------- packages


@dataclass(frozen=True, slots=True)
class UpdateIndex:
    manager: str
    """``apt``, ``apk``"""


@dataclass(frozen=True, slots=True)
class InstallPackages:
    manager: str
    packages: tuple[str, ...]
    """As on the command line: ``name``, ``name=version``, ``name/suite``, ``name:arch``, ``name-``, a path."""
    recommends: bool | None = None
    """None: what the configuration in the image says (apt: yes)."""
    assume_yes: bool = True
    download_only: bool = False
    reinstall: bool = False
    only_upgrade: bool = False
    directory: str = ""
    """Where the archives of just these packages are put, and nothing is installed (``apt-get download``)."""
    virtual: str = ""
    """A name for all of them together, by which they are removed again (``apk add --virtual``)."""
    cache: bool = True
    """The index that it fetches is kept (apk: not with ``--no-cache``)."""
    repositories: tuple[str, ...] = ()
    """Sources beside those that are configured, for this run alone."""
    problem: str = ""
    """Why the list is not all of what is asked for: words of the command line that are not known."""


@dataclass(frozen=True, slots=True)
class RemovePackages:
    manager: str
    packages: tuple[str, ...]
    purge: bool = False
    auto_remove: bool = False
    dependents: bool = False
    """Also what needs them (``apk del --rdepends``)."""


@dataclass(frozen=True, slots=True)
class RemoveUnused:
    """``apt-get autoremove``"""

    manager: str
    purge: bool = False


@dataclass(frozen=True, slots=True)
class UpgradePackages:
    manager: str
    may_remove: bool = False
    """``dist-upgrade``"""


@dataclass(frozen=True, slots=True)
class CleanCache:
    manager: str


@dataclass(frozen=True, slots=True)
class MarkPackages:
    manager: str
    packages: tuple[str, ...]
    """Empty: every package that is installed."""
    automatic: bool


PackageEffect: TypeAlias = (
    UpdateIndex
    | InstallPackages
    | RemovePackages
    | RemoveUnused
    | UpgradePackages
    | CleanCache
    | MarkPackages
)

# ------------------------------------------------------------------ shell process


@dataclass(frozen=True, slots=True)
class ChangeDirectory:
    path: str | None
    """None where it is not known."""


@dataclass(frozen=True, slots=True)
class SetVariable:
    name: str
    value: Text | None
    """None: unset."""
    exported: bool | None = None
    """None leaves the mark as it is."""


@dataclass(frozen=True, slots=True)
class SetOption:
    """``set -e`` and the like; ``name`` is the long name (``errexit``, ``pipefail``)."""

    name: str
    on: bool


@dataclass(frozen=True, slots=True)
class SetUmask:
    mask: int


@dataclass(frozen=True, slots=True)
class SetArguments:
    """``set -- a b``, ``shift``"""

    words: tuple[Text, ...] | None


@dataclass(frozen=True, slots=True)
class Exit:
    status: Truth
    """YES is success."""


@dataclass(frozen=True, slots=True)
class Unmodelled:
    """It may have written anything: the step is not complete.  ``reason`` says what is not modelled."""

    reason: str


Effect: TypeAlias = (
    Write
    | Replace
    | Resize
    | Remove
    | MakeDirectory
    | Copy
    | Move
    | Link
    | Symlink
    | Touch
    | ChangeMode
    | ChangeOwner
    | Extract
    | Archive
    | Compress
    | Decompress
    | Populate
    | Unsized
    | UpdateIndex
    | InstallPackages
    | RemovePackages
    | RemoveUnused
    | UpgradePackages
    | CleanCache
    | MarkPackages
    | ChangeDirectory
    | SetVariable
    | SetOption
    | SetUmask
    | SetArguments
    | Exit
    | Unmodelled
)

# ----------------------------------------------------------- what a model is given


@dataclass(frozen=True, slots=True)
class Stream:
    """Data in a pipe or on standard output."""

    size: Size
    content: Content | None = None
    """`Inline` where the bytes are known, `Zeros` for zero bytes."""
    tar: tuple[str, ...] = ()
    """Not empty: a tar of these absolute paths (``tar -c … | tar -x …``)."""
    origin: str = ""
    """The address that the data is downloaded from, if it is known."""


class View(Protocol):
    """The file system as a command sees it; questions only.  Relative paths are not accepted."""

    def lookup(self, path: str, *, follow: bool = True) -> Node | None: ...

    def presence(self, path: str, *, follow: bool = True) -> Truth:
        """Whether something is at the path; MAYBE under a tree that is not known."""
        ...

    def resolve(self, path: str, *, follow: bool = True) -> str: ...

    def children(self, path: str) -> Mapping[str, Node]: ...

    def walk(self, path: str) -> Iterator[tuple[str, Node]]:
        """The node itself, then everything under it, depth first, sorted."""
        ...

    def is_complete(self, path: str) -> bool:
        """No name in the directory is unknown."""
        ...

    def read(self, inode: Inode, limit: int = 65536) -> bytes | None:
        """The data of a regular file if it is known and at most ``limit`` bytes long."""
        ...


@dataclass(frozen=True, slots=True)
class Invocation:
    """One simple command after expansion, and where it runs."""

    argv: tuple[Text, ...]
    """``argv[0]`` is always known; other words may not be."""
    cwd: str | None
    environment: Mapping[str, Text]
    """Every variable, exported or not."""
    stdin: Stream | None
    """None: nothing is piped in (a build has no terminal)."""
    view: View
    umask: int = 0o022
    user: int | None = 0
    manual: Callable[[], tuple[str, ...]] | None = None
    """The packages that are installed for themselves; None if the package database is not known."""
    lookup: Lookup | None = None
    """What is known from outside; None where nothing may be asked."""
    index: str | None = None
    """The name of the package index that answers for the image; None where there is none, or it is not known."""

    def path(self, word: Text) -> str | None:
        """The absolute path that a word names; None if the word or the directory is not known."""
        if not isinstance(word, str) or not word:
            return None
        if word.startswith("/"):
            return word
        return None if self.cwd is None else f"{self.cwd.rstrip('/')}/{word}"


NOTHING = Stream(Size(0, 0, 0))


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a command model says: effects in order, the exit status, and what goes to standard output."""

    effects: tuple[Effect, ...] = ()
    status: Truth = Truth.YES
    """YES: it succeeds (the usual answer where nothing speaks against it), NO: it fails, MAYBE: not known."""
    stdout: Stream = NOTHING
    problem: str = ""
    """Why it fails, for the message."""


Model: TypeAlias = "Callable[[Invocation], Outcome]"
