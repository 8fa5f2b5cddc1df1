"""``dpkg``, and its siblings that read or change what dpkg knows."""

from __future__ import annotations

from collections.abc import Sequence

from layerlint.commands._debconf import save
from layerlint.commands._outcome import FAILURE, SUCCESS, unmodelled
from layerlint.domain.size import ZERO, Size
from layerlint.domain.text import UNKNOWN, Text
from layerlint.domain.truth import Truth
from layerlint.effects import (
    Effect,
    InstallPackages,
    Invocation,
    Move,
    Outcome,
    RemovePackages,
    Replace,
    Stream,
    Write,
)
from layerlint.filesystem.node import Inline, Inode

_STATUS = "/var/lib/dpkg/status"
_ACTIONS = {
    "i": "install",
    "r": "remove",
    "P": "purge",
    "l": "list",
    "s": "status",
    "L": "listfiles",
    "S": "search",
    "p": "print-avail",
    "C": "audit",
    "V": "verify",
    "I": "info",
    "c": "contents",
    "W": "show",
    "f": "field",
    "e": "control",
    "x": "extract",
    "X": "vextract",
    "b": "build",
    "A": "record-avail",
}
_QUESTIONS = frozenset(
    {
        "list",
        "status",
        "listfiles",
        "search",
        "print-avail",
        "audit",
        "verify",
        "info",
        "contents",
        "show",
        "field",
        "get-selections",
        "compare-versions",
        "assert-multi-arch",
        "help",
        "version",
        "force-help",
        "print-foreign-architectures",
        "yet-to-unpack",
        "predep-package",
        "control-path",
        "list-diversions",
    }
)
_MODIFIERS_WITH_VALUE = frozenset({"D", "f"})
_ANSWER = Outcome(status=Truth.MAYBE, stdout=Stream(Size(0, 2000, None)))
"""Some text, and a status that depends on what is installed."""


def dpkg(invocation: Invocation) -> Outcome:
    """One action, its modifiers before or after it, and names or archives."""
    action, operands, partial = _read(invocation.argv[1:])
    match action:
        case "install" | "unpack":
            effects: list[Effect] = []
            if operands:
                effects.append(InstallPackages("apt", tuple(map(_path_of, operands))))
            return unmodelled("what package archives hold", *effects) if partial else Outcome(tuple(effects))
        case "remove" | "purge":
            removal = RemovePackages("apt", tuple(operands), purge=action == "purge")
            return unmodelled("package names are not known", removal) if partial else Outcome((removal,))
        case "configure" | "triggers-only":
            return Outcome(_status_rewritten(invocation))
        case "set-selections" | "clear-selections":
            return Outcome(_status_rewritten(invocation))
        case "print-architecture":
            return _says("amd64\n")
        case "add-architecture":
            return _add_architecture(invocation, operands)
        case "remove-architecture" | "update-avail" | "clear-avail" | "forget-old-unavail" | "merge-avail":
            return SUCCESS
        case "":
            return unmodelled("the action of dpkg is not known") if partial else FAILURE
        case _ if action in _QUESTIONS:
            return _ANSWER
        case _:
            return unmodelled(f"dpkg --{action}")


def dpkg_query(invocation: Invocation) -> Outcome:
    """Only answers."""
    return _ANSWER


def dpkg_divert(invocation: Invocation) -> Outcome:
    """``--add --rename`` moves the file aside; the table of diversions grows by three lines."""
    words = invocation.argv[1:]
    values = {"--divert": "", "--package": "", "--admindir": "", "--instdir": "", "--root": ""}
    flags: set[str] = set()
    operands: list[str] = []
    position = 0
    while position < len(words):
        word = words[position]
        position += 1
        if word is UNKNOWN:
            return unmodelled("words of dpkg-divert are not known")
        name, given, value = word.partition("=")
        if name in values:
            if not given and position < len(words):
                following = words[position]
                position += 1
                value = following if isinstance(following, str) else ""
            values[name] = value
        elif word.startswith("--"):
            flags.add(word)
        else:
            operands.append(word)
    if flags & {"--list", "--listpackage", "--truename", "--help", "--version"} or not operands:
        return _ANSWER
    path = operands[0]
    aside = values["--divert"] or f"{path}.distrib"
    table = "/var/lib/dpkg/diversions"
    size = _size(invocation, table)
    effects: list[Effect] = [Replace(f"{table}-old", size)]
    if "--remove" in flags:
        effects.append(Replace(table, size))
        pair = aside, path
    else:
        effects.append(Replace(table, size + Size.exact(len(f"{path}\n{aside}\n:\n"))))
        pair = path, aside
    if "--rename" in flags and invocation.view.presence(pair[0]) is not Truth.NO:
        effects.append(Move(*pair))
    return Outcome(tuple(effects))


def dpkg_statoverride(invocation: Invocation) -> Outcome:
    """``--add`` writes one line; ``--update`` also changes the file, which is not followed here."""
    words = [word for word in invocation.argv[1:] if isinstance(word, str)]
    if "--list" in words or not {"--add", "--remove"} & set(words):
        return _ANSWER
    if "--update" in words:
        return unmodelled("dpkg-statoverride --update")
    return Outcome((Write("/var/lib/dpkg/statoverride", Size(1, 40, 400), append=True),))


def dpkg_reconfigure(invocation: Invocation) -> Outcome:
    """Runs the package's scripts again, with debconf's databases saved; ``locales`` makes locales."""
    words = [word for word in invocation.argv[1:] if isinstance(word, str)]
    names = {word for word in words if not word.startswith("-")}
    if len(words) < len(invocation.argv) - 1 or "locales" in names or "--all" in words or "-a" in words:
        return unmodelled("the scripts of the packages", *save(invocation.view))
    effects = save(invocation.view)
    if "tzdata" in names:
        effects = (*effects, Replace("/etc/timezone", Size(4, 8, 40)))
    return Outcome(effects)


def _read(words: Sequence[Text]) -> tuple[str, list[str], bool]:
    """The action, the operands, and whether a word is not known."""
    action, operands, partial = "", [], False
    for word in words:
        if word is UNKNOWN:
            partial = True
        elif word.startswith("--"):
            name = word[2:].partition("=")[0]
            if not name.startswith(_MODIFIER_PREFIXES) and name not in _LONG_MODIFIERS:
                action = action or name
        elif word.startswith("-") and len(word) > 1:
            for letter in word[1:]:
                action = action or _ACTIONS.get(letter, "")
                if letter in _MODIFIERS_WITH_VALUE:
                    break
        else:
            operands.append(word)
    return action, operands, partial


_MODIFIER_PREFIXES = ("force-", "no-", "refuse-", "ignore-", "path-")
_LONG_MODIFIERS = frozenset(
    {
        "admindir",
        "root",
        "instdir",
        "abort-after",
        "debug",
        "log",
        "status-fd",
        "status-logger",
        "pre-invoke",
        "post-invoke",
        "selected-only",
        "skip-same-version",
        "auto-deconfigure",
        "pending",
        "recursive",
        "robot",
        "simulate",
        "dry-run",
        "showformat",
        "verify-format",
        "pager",
        "triggers",
    }
)


def _path_of(word: str) -> str:
    """dpkg takes every operand for a path; apt does so only of one with a slash in it."""
    return word if "/" in word else f"./{word}"


def _status_rewritten(invocation: Invocation) -> tuple[Effect, ...]:
    size = _size(invocation, _STATUS)
    return Replace(f"{_STATUS}-old", size), Replace(_STATUS, size)


def _add_architecture(invocation: Invocation, operands: Sequence[str]) -> Outcome:
    if not operands:
        return FAILURE
    known = invocation.view.lookup("/var/lib/dpkg/arch")
    before = known.content if isinstance(known, Inode) else None
    data = before.data if isinstance(before, Inline) else b"amd64\n"
    line = operands[0].encode("utf-8", "replace") + b"\n"
    if line in data.splitlines(keepends=True):
        return SUCCESS
    data += line
    return Outcome((Replace("/var/lib/dpkg/arch", Size.exact(len(data)), Inline(data)),))


def _says(text: str) -> Outcome:
    data = text.encode()
    return Outcome(stdout=Stream(Size.exact(len(data)), Inline(data)))


def _size(invocation: Invocation, path: str) -> Size:
    node = invocation.view.lookup(path)
    return node.size if isinstance(node, Inode) else ZERO
