"""useradd, groupadd and their kin of the shadow suite (4.13, as Debian configures it)."""

from __future__ import annotations

from layerlint.commands._account_files import (
    AccountFiles,
    aging,
    free_above,
    free_below,
    home_effects,
    login_logs,
)
from layerlint.commands._accounts import group_id, number_given, text_given
from layerlint.commands._options import Grammar, Options, parse
from layerlint.commands._outcome import FAILURE, unmodelled
from layerlint.commands._paths import clean
from layerlint.commands._streams import data_of, decode, standard_input
from layerlint.domain.text import UNKNOWN
from layerlint.domain.truth import Truth
from layerlint.effects import ChangeOwner, Effect, Invocation, Move, Outcome, Remove
from layerlint.filesystem.node import Directory

_USERADD = Grammar(
    "useradd",
    "b:c:d:De:f:Fg:G:hk:K:lmMNop:rR:P:s:u:UZ:",
    {
        "badname": "-", "badnames": "-", "base-dir": "b:", "comment": "c:", "create-home": "m", "defaults": "D",
        "expiredate": "e:", "gid": "g:", "groups": "G:", "home": "d:", "home-dir": "d:", "inactive": "f:",
        "key": "K:", "no-create-home": "M", "no-log-init": "l", "no-user-group": "N", "non-unique": "o",
        "password": "p:", "prefix": "P:", "root": "R:", "selinux-user": "Z:", "shell": "s:", "skel": "k:",
        "system": "r", "uid": "u:", "user-group": "U", "add-subids-for-system": "F",
    },
)  # fmt: skip
_GROUPADD = Grammar(
    "groupadd",
    "fg:hK:op:rR:P:U:",
    {"force": "f", "gid": "g:", "key": "K:", "non-unique": "o", "password": "p:", "system": "r", "root": "R:",
     "prefix": "P:", "users": "U:"},
)  # fmt: skip
_USERMOD = Grammar(
    "usermod",
    "abc:d:e:f:g:G:hl:Lmop:rR:P:s:u:Uv:V:w:W:Z:",
    {
        "append": "a", "badname": "b", "comment": "c:", "expiredate": "e:", "gid": "g:", "groups": "G:",
        "home": "d:", "inactive": "f:", "lock": "L", "login": "l:", "move-home": "m", "non-unique": "o",
        "password": "p:", "remove": "r", "root": "R:", "prefix": "P:", "shell": "s:", "uid": "u:", "unlock": "U",
        "add-subuids": "v:", "add-subgids": "w:",
    },
)  # fmt: skip
_GROUPMOD = Grammar(
    "groupmod",
    "ag:hn:op:R:P:U:",
    {"append": "a", "gid": "g:", "new-name": "n:", "non-unique": "o", "password": "p:"},
)
_USERDEL = Grammar("userdel", "fhrR:P:Z", {"force": "f", "remove": "r"})
_GROUPDEL = Grammar("groupdel", "fhR:P:", {"force": "f"})
_PASSWD = Grammar(
    "passwd",
    "adehi:kln:qr:R:Suw:x:",
    {"all": "a", "delete": "d", "expire": "e", "keep-tokens": "k", "lock": "l", "quiet": "q", "status": "S",
     "stdin": "stdin", "unlock": "u"},
)  # fmt: skip
_CHPASSWD = Grammar(
    "chpasswd", "c:ehmR:s:", {"crypt-method": "c:", "encrypted": "e", "md5": "m", "sha-rounds": "s:"}
)

MIN_ID, SYSTEM_MIN, SYSTEM_MAX = 1000, 100, 999
"""UID_MIN, SYS_UID_MIN and SYS_UID_MAX of Debian's ``/etc/login.defs``; the same for groups."""
HASH = 73
"""Characters of a yescrypt hash, the default since Debian 11 (crypt(5)); SHA-512 has 106."""


def _named(
    invocation: Invocation, grammar: Grammar, what: str, *elsewhere: str
) -> tuple[Options, str] | Outcome:
    """The options and the one operand; an outcome where there is no one, or it is not known.

    ``elsewhere`` are options that have the tool work on another root.
    """
    options = parse(grammar, invocation.argv[1:])
    if isinstance(options, Outcome):
        return options
    if len(options.operands) != 1:
        return FAILURE
    name = options.operands[0]
    if not isinstance(name, str) or options.has(*elsewhere):
        return unmodelled(f"{what} is not known")
    return options, name


def useradd(invocation: Invocation) -> Outcome:
    """Add a user: lines in passwd and shadow, a group of his name, subordinate ids, with ``-m`` a home.

    Not known: other prefixes and roots, new defaults.
    """
    options = parse(_USERADD, invocation.argv[1:])
    if isinstance(options, Outcome):
        return options
    name = options.operands[0] if options.operands else None
    if options.has("D"):
        return unmodelled("option -D of useradd") if options.has("b", "e", "f", "g", "s") else Outcome()
    if name is None:
        return FAILURE
    if UNKNOWN in options.operands or options.has("R", "P"):
        return unmodelled("useradd: which user it adds is not known")
    name = str(name)
    files = AccountFiles.read(invocation.view)
    if files.has_entry("passwd", name):
        return FAILURE
    system = options.has("r")
    low, high = (SYSTEM_MIN, SYSTEM_MAX) if system else (MIN_ID, 60_000)
    uid = number_given(options, "u")
    used = files.ids("passwd")
    if uid is None:
        uid = free_below(used, high, low) if system else free_above(used, low, high)
    group = options.value("g")
    own_group = group is None and not options.has("N")
    if own_group and files.has_entry("group", name):
        return FAILURE
    if own_group:
        gids = files.ids("group")
        gid = (
            uid
            if low <= uid <= high and uid not in gids
            else (free_below(gids, high, low) if system else free_above(gids, low, high))
        )
    elif group is None:
        gid = 100
    else:
        found = group_id(invocation.view, group)
        gid = found if isinstance(found, int) else MIN_ID
    home = text_given(options, "d") or f"{(text_given(options, 'b') or '/home').rstrip('/')}/{name}"
    shell = text_given(options, "s") or "/bin/sh"
    password = text_given(options, "p") or "!"
    line = f"{name}:x:{uid}:{gid}:{text_given(options, 'c')}:{home}:{shell}\n"
    files = files.locked().append("passwd", line)
    files = files.append("shadow", f"{name}:{password}:{aging(system)}\n")
    groups = [] if options.value("G") is None else text_given(options, "G").split(",")
    if own_group:
        files = files.append("group", f"{name}:x:{gid}:\n").append("gshadow", f"{name}:!::\n")
    for other in groups:
        files = files.join_group(other, name)
    if not system or options.has("F"):
        files = files.subordinate(name)
    effects: list[Effect] = [*files.effects()]
    if not options.has("l"):
        effects += login_logs(invocation.view, uid)
    if options.has("m") and not options.has("M"):
        skeleton = clean(text_given(options, "k") or "/etc/skel")
        effects += home_effects(invocation.view, clean("/" + home), uid, gid, skeleton)
    return Outcome(tuple(effects))


def groupadd(invocation: Invocation) -> Outcome:
    """Add a group: lines in group and gshadow."""
    named = _named(invocation, _GROUPADD, "groupadd: which group it adds", "R", "P")
    if isinstance(named, Outcome):
        return named
    options, name = named
    files = AccountFiles.read(invocation.view)
    if files.has_entry("group", name):
        return Outcome(status=Truth.of(options.has("f")))
    gid = number_given(options, "g")
    if gid is not None and gid in files.ids("group") and not options.has("o"):
        if not options.has("f"):
            return FAILURE
        gid = None
    if gid is None:
        used = files.ids("group")
        system = options.has("r")
        gid = free_below(used, SYSTEM_MAX, SYSTEM_MIN) if system else free_above(used, MIN_ID, 60_000)
    members = text_given(options, "U")
    files = files.locked().append("group", f"{name}:x:{gid}:{members}\n")
    return Outcome(files.append("gshadow", f"{name}:!::{members}\n").effects())


def usermod(invocation: Invocation) -> Outcome:
    """Change a user: his lines, his groups, with ``-m`` where his home is; ``-u`` also who owns it."""
    named = _named(invocation, _USERMOD, "usermod: which user it changes", "R", "P")
    if isinstance(named, Outcome):
        return named
    options, name = named
    view = invocation.view
    files = AccountFiles.read(view)
    before = files.entry("passwd", name)
    new = {key: text_given(options, key) for key in ("l", "u", "g", "c", "d", "s", "p") if options.has(key)}
    columns = {"l": 0, "u": 2, "g": 3, "c": 4, "d": 5, "s": 6}
    if "g" in new:
        found = group_id(view, options.value("g") or UNKNOWN)
        new["g"] = str(found) if isinstance(found, int) else new["g"]
    files = files.locked()
    if any(key in columns for key in new) or options.has("p", "L", "U", "e", "f"):
        changes = {columns[key]: value for key, value in new.items() if key in columns}
        files = files.change("passwd", name, changes)
    if options.has("p", "L", "U", "l", "e", "f"):
        files = files.change("shadow", name, {1: new["p"]} if "p" in new else {})
    if options.has("G"):
        for group in filter(None, text_given(options, "G").split(",")):
            files = files.join_group(group, name)
    effects: list[Effect] = [*files.effects()]
    home = before[5] if before is not None and len(before) > 5 else ""
    if "d" in new and options.has("m") and home and isinstance(view.lookup(home), Directory):
        effects.append(Move(clean("/" + home), clean("/" + new["d"])))
        home = new["d"]
    if "u" in new and before is not None and new["u"].isdecimal():
        old = int(before[2]) if before[2].isdecimal() else -1
        top = clean("/" + (before[5] if len(before) > 5 else ""))
        for path, node in view.walk(top) if top != "/" else ():
            if node.uid == old:
                moved = path if not ("d" in new and options.has("m")) else clean(home + path[len(top) :])
                effects.append(ChangeOwner(moved, int(new["u"][:10]), None, follow=False))
    return Outcome(tuple(effects))


def groupmod(invocation: Invocation) -> Outcome:
    """Change a group's line and, with ``-g``, the number in passwd of the users whose first group it is."""
    named = _named(invocation, _GROUPMOD, "groupmod: which group it changes")
    if isinstance(named, Outcome):
        return named
    options, name = named
    files = AccountFiles.read(invocation.view).locked()
    before = files.entry("group", name)
    changes = {column: text_given(options, key) for key, column in (("n", 0), ("g", 2)) if options.has(key)}
    files = files.change("group", name, changes)
    if options.has("n", "p"):
        files = files.change("gshadow", name, {0: text_given(options, "n")} if options.has("n") else {})
    if options.has("g") and before is not None and len(before) > 2:
        for user in files.members_of(before[2]):
            files = files.change("passwd", user, {3: text_given(options, "g")})
    return Outcome(files.effects())


def userdel(invocation: Invocation) -> Outcome:
    """Remove a user, his group if it has his name and no other member, and with ``-r`` his home."""
    named = _named(invocation, _USERDEL, "userdel: which user it removes")
    if isinstance(named, Outcome):
        return named
    options, name = named
    files = AccountFiles.read(invocation.view)
    entry = files.entry("passwd", name)
    if entry is None and files.is_known("passwd"):
        return FAILURE
    files = files.locked()
    for database in ("passwd", "shadow", "group", "gshadow", "subuid", "subgid"):
        files = files.remove(database, name)
    effects: list[Effect] = [*files.effects()]
    if options.has("r") and entry is not None and len(entry) > 5 and clean("/" + entry[5]) != "/":
        effects.append(Remove(clean("/" + entry[5]), recursive=True))
        effects.append(Remove(f"/var/mail/{name}"))
    return Outcome(tuple(effects))


def groupdel(invocation: Invocation) -> Outcome:
    """Remove a group."""
    named = _named(invocation, _GROUPDEL, "groupdel: which group it removes")
    if isinstance(named, Outcome):
        return named
    _, name = named
    files = AccountFiles.read(invocation.view)
    if files.entry("group", name) is None and files.is_known("group"):
        return FAILURE
    return Outcome(files.locked().remove("group", name).remove("gshadow", name).effects())


def passwd(invocation: Invocation) -> Outcome:
    """Change a password: only shadow is written, and only if there is one to read."""
    options = parse(_PASSWD, invocation.argv[1:])
    if isinstance(options, Outcome):
        return options
    if options.has("S"):
        return Outcome()
    name = options.operands[0] if options.operands else "root"
    if name is UNKNOWN:
        return unmodelled("passwd: whose password it changes is not known")
    files = AccountFiles.read(invocation.view).locked()
    if options.has("d"):
        return Outcome(files.change("shadow", name, {1: ""}).effects())
    if options.has("l", "u", "e"):
        return Outcome(files.rewrite("shadow", lambda text: text, 1).effects())
    if standard_input(invocation).size.high == 0:
        return FAILURE
    return Outcome(files.rewrite("shadow", None, HASH).effects())


def chpasswd(invocation: Invocation) -> Outcome:
    """Set passwords from ``user:password`` lines: shadow gets a hash each."""
    options = parse(_CHPASSWD, invocation.argv[1:])
    if isinstance(options, Outcome):
        return options
    data = data_of(standard_input(invocation))
    count = 1 if data is None else decode(data).count(":")
    files = AccountFiles.read(invocation.view).locked()
    return Outcome(files.rewrite("shadow", None, HASH * count).effects() if count else ())
