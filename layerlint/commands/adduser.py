"""adduser, addgroup, deluser and delgroup: Debian's (3.134) and BusyBox's (1.36)."""

from __future__ import annotations

from layerlint.commands._account_files import (
    AccountFiles,
    aging,
    first_free,
    free_above,
    home_effects,
    login_logs,
)
from layerlint.commands._accounts import group_id, number_given, text_given
from layerlint.commands._options import Grammar, Options, parse
from layerlint.commands._outcome import FAILURE, unmodelled
from layerlint.commands._paths import clean
from layerlint.domain.truth import Truth
from layerlint.effects import ChangeMode, Effect, Invocation, Outcome, Remove, View
from layerlint.filesystem.node import Directory

_DEBIAN = {
    "add-extra-groups": "add-extra-groups", "allow-all-names": "-", "allow-bad-names": "-", "allow-badname": "-",
    "comment": "gecos:", "conf": "-:", "debug": "-", "disabled-login": "-", "disabled-password": "-",
    "firstgid": "-:", "firstuid": "-:", "force-badname": "-", "gecos": "gecos:", "gid": "gid:", "group": "group",
    "home": "home:", "ingroup": "ingroup:", "lastgid": "-:", "lastuid": "-:", "no-create-home":
    "no-create-home", "quiet": "q", "shell": "shell:", "stderrmsglevel": "-:", "stdoutmsglevel": "-:",
    "system": "system", "uid": "uid:", "verbose": "-",
}  # fmt: skip
_DEBIAN_ADDUSER = Grammar("adduser", "qs:u:g:", _DEBIAN)
_DEBIAN_DELUSER = Grammar(
    "deluser",
    "q",
    {"backup": "-", "backup-to": "-:", "conf": "-:", "force": "-", "group": "group", "only-if-empty": "-", "quiet": "q",
     "remove-all-files": "remove-all-files", "remove-home": "remove-home", "system": "-"},
)  # fmt: skip
_BUSYBOX_ADDUSER = Grammar(
    "adduser",
    "h:g:s:G:DSHu:k:",
    {"disabled-password": "D", "empty-password": "D", "gecos": "g:", "home": "h:", "ingroup": "G:",
     "no-create-home": "H", "shell": "s:", "system": "S", "uid": "u:"},
)  # fmt: skip
_BUSYBOX_ADDGROUP = Grammar("addgroup", "g:S", {"gid": "g:", "system": "S"})
_BUSYBOX_DELUSER = Grammar("deluser", "", {"remove-home": "remove-home"})

_NOGROUP = {"debian": 65_534, "busybox": 65_533}
_PLACES = ("/usr/sbin/adduser", "/sbin/adduser", "/bin/adduser")


def adduser(invocation: Invocation) -> Outcome:
    """Add a user with his group and home, or (two operands) put a user into a group.

    Whose adduser it is is told by what the name in the image leads to, else by the options.
    Not known: answers that Debian's asks for, hooks in ``/usr/local/sbin/adduser.local``.
    """
    if _is_busybox(invocation):
        return _busybox_adduser(invocation)
    options = parse(_DEBIAN_ADDUSER, invocation.argv[1:])
    if isinstance(options, Outcome):
        return options
    if options.has("group") and not options.has("system"):
        return _debian_group(invocation, options)
    return _debian_adduser(invocation, options)


def addgroup(invocation: Invocation) -> Outcome:
    """Add a group, or (two operands) put a user into a group."""
    if not _is_busybox(invocation):
        options = parse(_DEBIAN_ADDUSER, invocation.argv[1:])
        return options if isinstance(options, Outcome) else _debian_group(invocation, options)
    options = parse(_BUSYBOX_ADDGROUP, invocation.argv[1:])
    if isinstance(options, Outcome):
        return options
    names = _names(options)
    if names is None:
        return unmodelled("addgroup: which group it adds is not known")
    files = AccountFiles.read(invocation.view)
    if len(names) == 2:
        return Outcome(files.join_group(names[1], names[0]).effects())
    if len(names) != 1 or files.has_entry("group", names[0]):
        return FAILURE
    return Outcome(
        _busybox_group(files, names[0], number_given(options, "g"), system=options.has("S")).effects()
    )


def deluser(invocation: Invocation) -> Outcome:
    """Remove a user, or (two operands) take a user out of a group."""
    grammar = _BUSYBOX_DELUSER if _is_busybox(invocation) else _DEBIAN_DELUSER
    options = parse(grammar, invocation.argv[1:])
    if isinstance(options, Outcome):
        return options
    names = _names(options)
    if names is None or options.has("remove-all-files"):
        return unmodelled("deluser: what it removes is not known")
    if not names or len(names) > 2:
        return FAILURE
    files = AccountFiles.read(invocation.view)
    if len(names) == 2:
        return Outcome(files.rewrite("group", lambda text: text, -len(names[0]) - 1).effects())
    if options.has("group"):
        return delgroup(invocation)
    entry = files.entry("passwd", names[0])
    if entry is None and files.is_known("passwd"):
        return FAILURE
    for database in ("passwd", "shadow", "group", "gshadow", "subuid", "subgid"):
        files = files.remove(database, names[0])
    effects: list[Effect] = [*files.effects()]
    if options.has("remove-home") and entry is not None and len(entry) > 5 and clean("/" + entry[5]) != "/":
        effects.append(Remove(clean("/" + entry[5]), recursive=True))
    return Outcome(tuple(effects))


def delgroup(invocation: Invocation) -> Outcome:
    """Remove a group."""
    options = parse(_DEBIAN_DELUSER, invocation.argv[1:])
    if isinstance(options, Outcome):
        return options
    names = _names(options)
    if names is None:
        return unmodelled("delgroup: which group it removes is not known")
    files = AccountFiles.read(invocation.view)
    if not names or (files.is_known("group") and not files.has_entry("group", names[-1])):
        return FAILURE
    return Outcome(files.remove("group", names[-1]).remove("gshadow", names[-1]).effects())


def _is_busybox(invocation: Invocation) -> bool:
    view: View = invocation.view
    for place in _PLACES:
        if view.lookup(place) is not None:
            return view.resolve(place).endswith("/busybox")
    grammar = _BUSYBOX_ADDUSER if invocation.argv[0] != "addgroup" else _BUSYBOX_ADDGROUP
    mine, theirs = parse(grammar, invocation.argv[1:]), parse(_DEBIAN_ADDUSER, invocation.argv[1:])
    return isinstance(theirs, Outcome) and not isinstance(mine, Outcome)


def _names(options: Options) -> tuple[str, ...] | None:
    """The operands; None if one is not known."""
    known = tuple(word for word in options.operands if isinstance(word, str))
    return known if len(known) == len(options.operands) else None


# ------------------------------------------------------------------------------ Debian


def _debian_group(invocation: Invocation, options: Options) -> Outcome:
    names = _names(options)
    if names is None:
        return unmodelled("addgroup: which group it adds is not known")
    files = AccountFiles.read(invocation.view).locked()
    if len(names) == 2:
        return Outcome(files.join_group(names[1], names[0]).effects())
    if len(names) != 1:
        return FAILURE
    if files.has_entry("group", names[0]):
        return Outcome(status=Truth.of(options.has("system")))
    gid = number_given(options, "gid", "g")
    return Outcome(_with_group(files, names[0], gid, system=options.has("system")).effects())


def _with_group(files: AccountFiles, name: str, gid: int | None, *, system: bool) -> AccountFiles:
    """groupadd, as adduser calls it."""
    if gid is None:
        gid = first_free(files.ids("group"), *((100, 999) if system else (1000, 59_999)))
    return files.append("group", f"{name}:x:{gid}:\n").append("gshadow", f"{name}:!::\n").committed()


def _debian_adduser(invocation: Invocation, options: Options) -> Outcome:
    names = _names(options)
    if names is None:
        return unmodelled("adduser: which user it adds is not known")
    files = AccountFiles.read(invocation.view).locked()
    if len(names) == 2:
        return Outcome(files.join_group(names[1], names[0]).effects())
    if len(names) != 1:
        return FAILURE
    name, system = names[0], options.has("system")
    if files.has_entry("passwd", name):
        return Outcome(status=Truth.of(system))
    uid = number_given(options, "uid", "u")
    if uid is None:
        uid = first_free(files.ids("passwd"), *((100, 999) if system else (1000, 59_999)))
    ingroup = options.value("ingroup") or options.value("gid") or options.value("g")
    if ingroup is not None:
        found = group_id(invocation.view, ingroup)
        gid = found if isinstance(found, int) else uid
    elif system and not options.has("group"):
        gid = _NOGROUP["debian"]
    else:
        used = files.ids("group")
        gid = uid if uid not in used else first_free(used, *((100, 999) if system else (1000, 59_999)))
        if not files.has_entry("group", name):
            files = _with_group(files, name, gid, system=system)
    home = text_given(options, "home") or ("/nonexistent" if system else f"/home/{name}")
    shell = (
        text_given(options, "shell")
        or text_given(options, "s")
        or ("/usr/sbin/nologin" if system else "/bin/bash")
    )
    files = files.append("passwd", f"{name}:x:{uid}:{gid}::{home}:{shell}\n")
    files = files.append("shadow", f"{name}:!:{aging(system)}\n")
    if not system:
        files = files.subordinate(name)
    files = files.committed()
    gecos = text_given(options, "gecos")
    if options.value("gecos") is not None and not system:
        # chfn writes the four parts of the field, with three commas between.
        full = gecos + "," * max(3 - gecos.count(","), 0)
        files = files.change("passwd", name, {4: full}).committed()
    elif gecos:
        files = files.change("passwd", name, {4: gecos}).committed()
    if not system and files.has_entry("group", "users"):
        files = files.join_group("users", name).committed()
    effects: list[Effect] = [*files.effects(), *login_logs(invocation.view, uid)]
    wanted = not options.has("no-create-home") and clean("/" + home) not in ("/nonexistent", "/")
    if wanted:
        skeleton = None if system else "/etc/skel"
        effects += home_effects(invocation.view, clean("/" + home), uid, gid, skeleton)
    return Outcome(tuple(effects))


# ----------------------------------------------------------------------------- BusyBox


def _busybox_group(files: AccountFiles, name: str, gid: int | None, *, system: bool) -> AccountFiles:
    used = files.ids("group")
    if gid is None:
        gid = first_free(used, *((100, 999) if system else (1000, 60_000)))
    return files.append("group", f"{name}:x:{gid}:\n").append("gshadow", f"{name}:!::\n").committed()


def _busybox_adduser(invocation: Invocation) -> Outcome:
    options = parse(_BUSYBOX_ADDUSER, invocation.argv[1:])
    if isinstance(options, Outcome):
        return options
    names = _names(options)
    if names is None:
        return unmodelled("adduser: which user it adds is not known")
    files = AccountFiles.read(invocation.view)
    if len(names) == 2:
        return Outcome(files.join_group(names[1], names[0]).effects())
    if len(names) != 1 or files.has_entry("passwd", names[0]):
        return FAILURE
    name, system = names[0], options.has("S")
    uid = number_given(options, "u")
    if uid is None:
        uid = first_free(files.ids("passwd"), *((100, 999) if system else (1000, 60_000)))
    group = options.value("G")
    own_group = group is None and not system
    if group is not None:
        found = group_id(invocation.view, group)
        gid = found if isinstance(found, int) else uid
    elif system:
        gid = _NOGROUP["busybox"]
    else:
        gid = uid if uid not in files.ids("group") else free_above(files.ids("group"), 1000, 60_000)
    home = text_given(options, "h") or f"/home/{name}"
    shell = text_given(options, "s") or ("/sbin/nologin" if system else "/bin/sh")
    gecos = text_given(options, "g") if options.has("g") else "Linux User,,,"
    files = files.append("passwd", f"{name}:x:{uid}:{gid}:{gecos}:{home}:{shell}\n")
    files = files.append("shadow", f"{name}:!:{aging(False)}\n").committed()
    if own_group and not files.has_entry("group", name):
        files = _busybox_group(files, name, gid, system=False)
    elif isinstance(group, str):
        files = files.join_group(group, name).committed()
    effects: list[Effect] = [*files.effects()]
    path = clean("/" + home)
    if not options.has("H") and path != "/" and not isinstance(invocation.view.lookup(path), Directory):
        effects += home_effects(invocation.view, path, uid, gid, None)
        effects.append(ChangeMode(path, lambda _: 0o2755))
    return Outcome(tuple(effects))
