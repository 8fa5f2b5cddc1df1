"""The command line of npm, as its parser (nopt) reads it: options stand anywhere, before the verb too."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from layerlint._dataclass import dataclass, field
from layerlint.domain.text import UNKNOWN, Text

_SHORT: Mapping[str, tuple[str, str | None]] = {
    "?": ("help", "true"),
    "B": ("save-bundle", "true"),
    "C": ("prefix", None),
    "D": ("save-dev", "true"),
    "E": ("save-exact", "true"),
    "O": ("save-optional", "true"),
    "P": ("save-prod", "true"),
    "S": ("save", "true"),
    "c": ("call", None),
    "d": ("loglevel", "info"),
    "f": ("force", "true"),
    "g": ("global", "true"),
    "h": ("help", "true"),
    "l": ("long", "true"),
    "p": ("parseable", "true"),
    "q": ("loglevel", "warn"),
    "s": ("loglevel", "silent"),
    "v": ("version", "true"),
    "w": ("workspace", None),
    "y": ("yes", "true"),
}
_WITH_VALUE = frozenset(
    (
        "access", "also", "auth-type", "before", "cache", "call", "cpu", "depth", "fetch-retries",
        "fetch-retry-maxtimeout", "fetch-retry-mintimeout", "fetch-timeout", "globalconfig", "https-proxy",
        "include", "install-strategy", "libc", "location", "loglevel", "maxsockets", "message", "network-timeout",
        "node-options", "noproxy", "omit", "only", "os", "otp", "package", "prefix", "proxy", "registry", "scope",
        "script-shell", "shell", "tag", "tmp", "userconfig", "workspace",
    )
)  # fmt: skip
_ALIASES: Mapping[str, str] = {
    "add": "install", "c": "config", "cit": "ci", "clean-install": "ci", "clean-install-test": "ci",
    "create": "init", "ddp": "dedupe", "find": "search", "i": "install", "ic": "ci", "in": "install",
    "info": "view", "innit": "init", "ins": "install", "inst": "install", "insta": "install",
    "instal": "install", "install-ci-test": "ci", "install-clean": "ci", "install-test": "install",
    "isnt": "install", "isnta": "install", "isntal": "install", "isntall": "install",
    "isntall-clean": "ci", "it": "install", "la": "ls", "list": "ls", "ll": "ls", "ln": "link",
    "r": "uninstall", "rb": "rebuild", "remove": "uninstall", "rm": "uninstall", "rum": "run",
    "run-script": "run", "s": "search", "se": "search", "show": "view", "sit": "ci", "t": "test", "tst": "test",
    "udpate": "update", "un": "uninstall", "unlink": "uninstall", "up": "update", "upgrade": "update",
    "urn": "run", "v": "view", "why": "explain", "x": "exec",
}  # fmt: skip
"""npm's own (``npm help npm``, ``cmd-list.js``)."""


@dataclass(slots=True)
class Line:
    verb: str = ""
    words: list[str] = field(default_factory=list)
    options: dict[str, list[str]] = field(default_factory=dict)
    partial: bool = False
    """A word is not known."""

    def has(self, name: str) -> bool:
        """A switch that is on; ``no-x`` is the switch ``x`` that is off."""
        if name.startswith("no-"):
            return self.value(name[3:]) == "false"
        return self.value(name) not in (None, "false", "null")

    def value(self, name: str) -> str | None:
        given = self.options.get(name)
        return given[-1] if given else None

    def all(self, name: str) -> list[str]:
        """The values of an option that adds up, commas taken apart."""
        return [part for value in self.options.get(name, ()) for part in value.split(",")]

    @property
    def is_global(self) -> bool:
        return self.has("global") or self.value("location") == "global"


def parse(
    words: Sequence[Text],
    *,
    stop: bool = False,
    values: frozenset[str] = _WITH_VALUE,
    aliases: Mapping[str, str] = _ALIASES,
) -> Line:
    """``stop``: options behind the first operand are not npm's (``npx``).  yarn and pnpm have other
    options with a value and other aliases."""
    line = Line()
    position, options = 0, True
    operands: list[str] = []
    while position < len(words):
        word = words[position]
        position += 1
        if word is UNKNOWN:
            line.partial = True
        elif options and word == "--":
            options = False
        elif not options or not word.startswith("-") or word == "-":
            operands.append(word)
            if stop and len(operands) > 1:
                options = False
        elif word.startswith("--"):
            position = _long(line, word[2:], words, position, values)
        else:
            position = _letters(line, word[1:], words, position)
    if operands:
        line.verb = aliases.get(operands[0], operands[0])
        line.words = operands[1:]
    return line


def split_spec(spec: str) -> tuple[str, str]:
    """``name@range``; an alias or an address keeps its name where there is one."""
    at = spec.find("@", 1)
    if at < 0 or "/" in spec[:at].removeprefix("@").partition("/")[2]:
        return spec, ""
    name, wanted = spec[:at], spec[at + 1 :]
    if wanted.startswith("npm:"):
        return split_spec(wanted[4:])
    return name, wanted


def _long(line: Line, name: str, words: Sequence[Text], position: int, values: frozenset[str]) -> int:
    name, equals, value = name.partition("=")
    if equals:
        _put(line, name, value)
        return position
    if name in values:
        if position < len(words):
            given = words[position]
            if given is UNKNOWN:
                line.partial = True
            else:
                _put(line, name, given)
            return position + 1
        return position
    if position < len(words) and words[position] in ("true", "false"):
        _put(line, name, str(words[position]))
        return position + 1
    _put(line, name, "true")
    return position


def _put(line: Line, name: str, value: str) -> None:
    if name.startswith("no-"):
        name, value = name[3:], "true" if value == "false" else "false"
    line.options.setdefault(name, []).append(value)


def _letters(line: Line, letters: str, words: Sequence[Text], position: int) -> int:
    for letter in letters:
        name, value = _SHORT.get(letter, (letter, "true"))
        if value is None:
            if position < len(words) and isinstance(words[position], str):
                _put(line, name, str(words[position]))
            return position + 1
        _put(line, name, value)
    return position
