"""Rewriting the account databases as the shadow suite and BusyBox do: by a new file and a backup."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Final

from layerlint._dataclass import dataclass, field
from layerlint.commands._accounts import Database, read, with_text
from layerlint.commands._streams import encode
from layerlint.domain.size import ZERO, Size
from layerlint.effects import ChangeOwner, Copy, Effect, MakeDirectory, Replace, Touch, View, Write
from layerlint.filesystem.node import Directory, Inline, Inode, Zeros

NAMES = ("passwd", "group", "shadow", "gshadow", "subuid", "subgid")
DAYS = "20000"
"""Days since 1970 in shadow's third field: five digits from 1997 to 2243."""
SUBORDINATE_MIN, SUBORDINATE_COUNT = 100_000, 65_536
"""SUB_UID_MIN and SUB_UID_COUNT of ``/etc/login.defs``."""


@dataclass(frozen=True, slots=True)
class AccountFiles:
    """The databases while a tool changes them.

    A database that is rewritten leaves its former version as backup (``passwd-``).  A tool that runs
    others (adduser runs groupadd and useradd) has a `committed` between them, so that the backup is what
    the last of them found.
    """

    now: Mapping[str, Database]
    found: Mapping[str, Database]
    """As the running tool found them."""
    written: tuple[Effect, ...] = ()
    changed: frozenset[str] = field(default_factory=frozenset)

    @staticmethod
    def read(view: View) -> AccountFiles:
        databases = {name: read(view, name) for name in NAMES}
        present = {name: database for name, database in databases.items() if database is not None}
        return AccountFiles(present, present)

    def locked(self) -> AccountFiles:
        """The shadow suite leaves its lock file (lckpwdf(3))."""
        lock = Write("/etc/.pwd.lock", ZERO, Inline(b""), mode=0o600)
        return AccountFiles(self.now, self.found, (*self.written, lock), self.changed)

    # ------------------------------------------------------------------ questions

    def is_known(self, name: str) -> bool:
        return name in self.now and self.now[name].is_known

    def entry(self, name: str, key: str) -> list[str] | None:
        return self.now[name].entry(key) if name in self.now else None

    def has_entry(self, name: str, key: str) -> bool:
        return self.entry(name, key) is not None

    def ids(self, name: str) -> set[int]:
        return self.now[name].ids() if name in self.now else set()

    def members_of(self, gid: str) -> list[str]:
        """Users whose first group it is."""
        entries = self.now["passwd"].entries() if "passwd" in self.now else ()
        return [fields[0] for fields in entries if len(fields) > 3 and fields[3] == gid]

    # -------------------------------------------------------------------- changes

    def rewrite(self, name: str, change: Callable[[str], str] | None, growth: int) -> AccountFiles:
        """Write a database anew; ``growth`` in bytes where its text, or the change (None), is not known."""
        old = self.now.get(name)
        if old is None:
            return self
        if old.text is not None and change is not None:
            new = with_text(old, change(old.text))
        else:
            # A change of a text that is not known still adds what it adds; one that is not known may not.
            low = max(old.size.low + (growth if change is not None else min(growth, 0)), 0)
            likely = max(old.size.likely + growth, low)
            high = None if old.size.high is None else max(old.size.high + max(growth, 0), likely)
            new = Database(old.path, None, Size(low, likely, high))
        return AccountFiles({**self.now, name: new}, self.found, self.written, self.changed | {name})

    def append(self, name: str, line: str) -> AccountFiles:
        def change(text: str) -> str:
            return text + ("" if not text or text.endswith("\n") else "\n") + line

        return self.rewrite(name, change, len(encode(line)))

    def change(self, name: str, key: str, fields: Mapping[int, str]) -> AccountFiles:
        """Set fields of the line of ``key``."""

        def changed(line: str) -> str:
            parts = line.split(":")
            if parts[0] == key:
                parts = [fields.get(column, part) for column, part in enumerate(parts)]
            return ":".join(parts)

        return self.rewrite(name, lambda text: "\n".join(map(changed, text.split("\n"))), 0)

    def remove(self, name: str, key: str) -> AccountFiles:
        """Take out the line of ``key``, and ``key`` out of the members of groups."""
        if self.is_known(name) and not any(key in _words(fields) for fields in self.now[name].entries()):
            return self

        def kept(text: str) -> str:
            lines = [line for line in text.split("\n") if line.split(":")[0] != key]
            return "\n".join(_without(line, key) if name in ("group", "gshadow") else line for line in lines)

        return self.rewrite(name, kept, -len(key) - 20)

    def join_group(self, group: str, user: str) -> AccountFiles:
        """Put a user among the members of a group, in group and gshadow."""

        def change(text: str) -> str:
            return "\n".join(_with(line, group, user) for line in text.split("\n"))

        growth = len(encode(user)) + 1
        return self.rewrite("group", change, growth).rewrite("gshadow", change, growth)

    def subordinate(self, user: str) -> AccountFiles:
        """A range of subordinate ids in subuid and subgid, where these files are."""
        files = self
        for name in ("subuid", "subgid"):
            if name not in files.now:
                continue
            taken = [int(fields[1]) for fields in files.now[name].entries() if fields[1].isdecimal()]
            start = max(taken) + SUBORDINATE_COUNT if taken else SUBORDINATE_MIN
            files = files.append(name, f"{user}:{start}:{SUBORDINATE_COUNT}\n")
        return files

    def committed(self) -> AccountFiles:
        """The tool ends: what it changed is written, the former versions as backups."""
        return AccountFiles(self.now, self.now, self.effects())

    def effects(self) -> tuple[Effect, ...]:
        return (*self.written, *self._writes())

    def _writes(self) -> Iterator[Effect]:
        for name in NAMES:
            if name in self.changed:
                old, new = self.found[name], self.now[name]
                yield Replace(old.path + "-", old.size, _content(old))
                yield Replace(new.path, new.size, _content(new))


def _content(database: Database) -> Inline | None:
    return None if database.text is None else Inline(encode(database.text))


def _words(fields: list[str]) -> set[str]:
    return {fields[0], *fields[-1].split(",")}


def _with(line: str, group: str, user: str) -> str:
    fields = line.split(":")
    if fields[0] != group or len(fields) < 4 or user in fields[3].split(","):
        return line
    fields[3] = f"{fields[3]},{user}" if fields[3] else user
    return ":".join(fields)


def _without(line: str, user: str) -> str:
    fields = line.split(":")
    if len(fields) > 3:
        fields[3] = ",".join(member for member in fields[3].split(",") if member != user)
    return ":".join(fields)


def aging(system: bool) -> str:
    """shadow's fields from the third on: a system user's password does not age."""
    return f"{DAYS}::::::" if system else f"{DAYS}:0:99999:7:::"


def free_above(used: set[int], low: int, high: int) -> int:
    """The number after the highest that is used in the range (useradd for users)."""
    return max((number for number in used if low <= number <= high), default=low - 1) + 1


def free_below(used: set[int], high: int, low: int) -> int:
    """The highest that is free (useradd for system users)."""
    return next((number for number in range(high, low - 1, -1) if number not in used), low)


def first_free(used: set[int], low: int, high: int) -> int:
    """The lowest that is free (adduser)."""
    return next((number for number in range(low, high + 1) if number not in used), low)


def home_effects(
    view: View, home: str, uid: int, gid: int, skeleton: str | None, *, mode: int = 0o755
) -> Iterator[Effect]:
    """A home directory that is not there yet, with what is in ``/etc/skel``."""
    if isinstance(view.lookup(home), Directory):
        return
    yield MakeDirectory(home, mode)
    if skeleton is not None:
        for name in sorted(view.children(skeleton)):
            yield Copy(f"{skeleton}/{name}", f"{home}/{name}", follow=False)
    yield ChangeOwner(home, uid, gid, recursive=True)


_LOGS: Final = (("/var/log/lastlog", 292), ("/var/log/faillog", 32))
"""Bytes of an entry of each, which stands at the place of its user id (lastlog.h, faillog.h; 64 bits)."""


def login_logs(view: View, uid: int) -> Iterator[Effect]:
    """An empty entry for the user in the logs of logins, as shadow before 4.13 writes it: all before is a hole.

    Only such a version has made the logs of the base longer than nothing, for the base's own ``_apt``; and only
    logs that are there are written.
    """
    for path, entry in _LOGS:
        log = view.lookup(path)
        if isinstance(log, Inode) and log.size.low > 0 and uid < 1 << 32:
            size = (uid + 1) * entry
            yield Write(path, Size.exact(size), Zeros()) if size >= log.size.low else Touch(path)
