"""Services, daemons and what asks them: in a build nothing is started by an init system.

``service`` and ``/etc/init.d/x`` start a server for the rest of the step, which writes logs, a pid and for a
database its files: where is known by the name of the server, how much is not.
"""

from __future__ import annotations

from collections.abc import Mapping

from layerlint.commands._outcome import SUCCESS, unmodelled
from layerlint.commands._paths import basename
from layerlint.commands._unseen import unseen_tree
from layerlint.domain.size import Size
from layerlint.domain.text import UNKNOWN
from layerlint.effects import Invocation, Outcome, Populate, Stream, Symlink

_LOGS = Size(0, 5_000, 1_000_000)
_DATA: Mapping[str, str] = {
    "cassandra": "/var/lib/cassandra",
    "couchdb": "/var/lib/couchdb",
    "elasticsearch": "/var/lib/elasticsearch",
    "ldap": "/var/lib/ldap",
    "mariadb": "/var/lib/mysql",
    "mongo": "/data/db",
    "mongod": "/var/lib/mongodb",
    "mysql": "/var/lib/mysql",
    "neo4j": "/var/lib/neo4j",
    "postgres": "/var/lib/postgresql",
    "psql": "/var/lib/postgresql",
    "rabbitmq": "/var/lib/rabbitmq",
    "redis": "/var/lib/redis",
    "slapd": "/var/lib/ldap",
}
"""The start of a server's or its client's name, and where Debian's package of it keeps its data."""
_DATABASE = Size(0, 30_000_000, None)
"""Of a new cluster: PostgreSQL 15 some 40 MB, MariaDB 10.11 with its redo log more than 100 MB; a start of one
that is there already a few MB."""
_SHORT = {
    "createdb": "psql", "createuser": "psql", "initdb": "postgres", "pg_createcluster": "postgres",
    "pg_ctl": "postgres", "pg_ctlcluster": "postgres", "pg_dropcluster": "postgres", "pg_restore": "psql",
}  # fmt: skip


def service(invocation: Invocation) -> Outcome:
    """``service NAME start`` and ``/etc/init.d/NAME start``."""
    name = basename(str(invocation.argv[0]))
    words = invocation.argv[1:]
    if name in ("invoke-rc.d", "rc-service", "service"):
        name = str(words[0]) if words and words[0] is not UNKNOWN else ""
        words = words[1:]
    if not {"start", "restart", "reload", "force-reload"} & {word for word in words if isinstance(word, str)}:
        return Outcome(stdout=Stream(Size(0, 100, None)))
    return _data(name) or Outcome((Populate("/var/log", name or "services", _LOGS, Size(0, 2, 20)),))


def database(invocation: Invocation) -> Outcome:
    """A server or a client of it: what it puts into the database is not known."""
    words = [word for word in invocation.argv[1:] if isinstance(word, str)]
    if {"--version", "-V", "--help"} & set(words):
        return Outcome(stdout=Stream(Size(1, 60, 20_000)))
    name = basename(str(invocation.argv[0]))
    return _data(_SHORT.get(name, name)) or unmodelled(f"{name}: where its data is, is not known")


def _data(name: str) -> Outcome | None:
    place = next((path for start, path in _DATA.items() if name.startswith(start)), None)
    if place is None:
        return None
    reason = "what the database writes is not known"
    return Outcome(unseen_tree(place, name, _DATABASE, reason), stdout=Stream(Size(0, 200, None)))


def systemctl(invocation: Invocation) -> Outcome:
    """``enable`` makes a link; without a running systemd the rest does nothing (or fails, and is excused)."""
    words = [word for word in invocation.argv[1:] if isinstance(word, str) and not word.startswith("-")]
    if words[:1] != ["enable"]:
        return Outcome(stdout=Stream(Size(0, 100, None)))
    wants = "/etc/systemd/system/multi-user.target.wants"
    units = [word if "." in word else f"{word}.service" for word in words[1:] if "/" not in word]
    return Outcome(tuple(Symlink(f"/lib/systemd/system/{unit}", f"{wants}/{unit}") for unit in units))


def registered(invocation: Invocation) -> Outcome:
    """update-rc.d, chkconfig, rc-update: links without bytes."""
    name = basename(str(invocation.argv[0]))
    place = "/etc/runlevels" if name == "rc-update" else "/etc"
    return Outcome((Populate(place, name, Size(0, 0, 0), Size(0, 7, 20)),))


def control(_: Invocation) -> Outcome:
    """kill, mount, sysctl, iptables: the kernel's business, nothing of it ships."""
    return Outcome(SUCCESS.effects, stdout=Stream(Size(0, 0, None)))
