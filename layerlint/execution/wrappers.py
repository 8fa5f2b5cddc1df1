"""Commands that run another command: what they run, and with what."""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Mapping, Sequence

from layerlint._dataclass import dataclass
from layerlint._pattern import pattern
from layerlint.domain.text import UNKNOWN, Text
from layerlint.effects import Stream
from layerlint.execution.expansion import MAX_FIELDS
from layerlint.execution.process import stream_text

_ASSIGNMENT = pattern(r"[A-Za-z_][A-Za-z0-9_]*=")


@dataclass(frozen=True, slots=True)
class Unwrapped:
    """Exactly one of a command line, a script, or the reason why neither is known (none: it does nothing)."""

    fields: tuple[Text, ...] = ()
    variables: tuple[tuple[str, Text], ...] = ()
    script: str | None = None
    arguments: tuple[Text, ...] = ()
    subshell: bool = True
    reason: str | None = None


def unwrap(fields: Sequence[Text], stdin: Stream | None) -> Unwrapped | None:
    """What a wrapper runs; None if the command is no wrapper."""
    name = posixpath.basename(str(fields[0]))
    handler = _WRAPPERS.get(name)
    return None if handler is None else handler(name, tuple(fields[1:]), stdin)


def _skip(words: tuple[Text, ...], with_value: str, flags_end: int = 0) -> tuple[Text, ...]:
    """The words behind the options; ``with_value`` holds the letters of options that take a value."""
    position = flags_end
    while position < len(words):
        word = words[position]
        if not isinstance(word, str) or not word.startswith("-") or word == "-":
            break
        position += 1
        if word == "--":
            break
        if not word.startswith("--") and word[-1] in with_value and len(word) == 2:
            position += 1
    return words[position:]


def _plain(with_value: str, operands: int = 0) -> Callable[[str, tuple[Text, ...], Stream | None], Unwrapped]:
    def handler(name: str, words: tuple[Text, ...], stdin: Stream | None) -> Unwrapped:
        return Unwrapped(_skip(words, with_value)[operands:])

    return handler


def _env(name: str, words: tuple[Text, ...], stdin: Stream | None) -> Unwrapped:
    rest = _skip(words, "uCS")
    variables: list[tuple[str, Text]] = []
    while rest and isinstance(rest[0], str) and _ASSIGNMENT.match(rest[0]):
        key, _, value = rest[0].partition("=")
        variables.append((key, value))
        rest = rest[1:]
    return Unwrapped(rest, tuple(variables))


def _command(name: str, words: tuple[Text, ...], stdin: Stream | None) -> Unwrapped | None:
    if words and words[0] in ("-v", "-V"):
        return Unwrapped(("which", *words[1:]))
    return Unwrapped(_skip(words, ""))


def _eval(name: str, words: tuple[Text, ...], stdin: Stream | None) -> Unwrapped:
    known = [word for word in words if isinstance(word, str)]
    if len(known) != len(words):
        return Unwrapped(reason="what eval runs is not known")
    return Unwrapped(script=" ".join(known), subshell=False)


def _shell(name: str, words: tuple[Text, ...], stdin: Stream | None) -> Unwrapped | None:
    position, options = 0, ""
    while position < len(words):
        word = words[position]
        if not isinstance(word, str) or word[:1] not in ("-", "+") or word == "-":
            break
        position += 1
        if word == "--":
            break
        if not word.startswith("--"):
            options += word[1:]
            if word.endswith(("o", "O")):
                position += 1
    rest = words[position:]
    if (
        rest
        and stdin is not None
        and ("s" in options or rest[0] in ("-", "/dev/stdin"))
        and (origin := _address(stdin))
    ):
        return Unwrapped((origin, *(rest if "s" in options else rest[1:])))
    if "c" in options:
        if not rest or not isinstance(rest[0], str):
            return Unwrapped(reason="the script is not known")
        prefix = "set -e\n" if "e" in options else ""
        return Unwrapped(script=prefix + rest[0], arguments=tuple(rest[2:]))
    if rest:
        return None if position == 0 else Unwrapped((name, *rest))
    if stdin is None:
        return Unwrapped()
    text = stream_text(stdin)
    if isinstance(text, str):
        return Unwrapped(script=text)
    if origin := _address(stdin):
        return Unwrapped((origin, *rest))
    return Unwrapped(reason="the script is not known")


def _su(name: str, words: tuple[Text, ...], stdin: Stream | None) -> Unwrapped:
    for index, word in enumerate(words):
        if word in ("-c", "--command") and index + 1 < len(words):
            script = words[index + 1]
            if isinstance(script, str):
                return Unwrapped(script=script)
        if isinstance(word, str) and word.startswith("--command="):
            return Unwrapped(script=word.partition("=")[2])
    return Unwrapped(reason="the script is not known")


def _xargs(name: str, words: tuple[Text, ...], stdin: Stream | None) -> Unwrapped:
    command = _skip(words, "aEeIiLlnPsd") or ("echo",)
    text = "" if stdin is None else stream_text(stdin)
    mark = _replaced(words)
    if mark is not None:
        lines = text.splitlines() if isinstance(text, str) else []
        line: Text = lines[0] if len(lines) == 1 else UNKNOWN
        return Unwrapped(tuple(_with(word, mark, line) for word in command))
    if not isinstance(text, str):
        return Unwrapped((*command, UNKNOWN))
    arguments = text.replace("\0", "\n").split()
    if len(arguments) > MAX_FIELDS:
        return Unwrapped(reason=f"more than {MAX_FIELDS} arguments of xargs are not followed")
    if not arguments and any(word in ("-r", "-0r", "-r0", "--no-run-if-empty") for word in words):
        return Unwrapped()
    return Unwrapped((*command, *arguments))


def _replaced(words: tuple[Text, ...]) -> str | None:
    """The mark of ``-I{}``, ``-I {}`` and ``-i``."""
    for position, word in enumerate(words):
        if not isinstance(word, str) or not word.startswith("-"):
            return None
        if word == "-I":
            following = words[position + 1] if position + 1 < len(words) else UNKNOWN
            return following if isinstance(following, str) else None
        if word.startswith(("-I", "-i")):
            return word[2:] or "{}"
    return None


def _with(word: Text, mark: str, line: Text) -> Text:
    if not isinstance(word, str) or mark not in word:
        return word
    return word.replace(mark, line) if isinstance(line, str) else UNKNOWN


def _address(stdin: Stream | None) -> str:
    """Of a script that is run straight from the net: its model goes by it."""
    origin = "" if stdin is None else stdin.origin
    return origin if not origin or "://" in origin else f"https://{origin}"


_WRAPPERS: Mapping[str, Callable[[str, tuple[Text, ...], Stream | None], Unwrapped | None]] = {
    "ash": _shell,
    "bash": _shell,
    "builtin": _plain(""),
    "busybox": _plain(""),
    "catchsegv": _plain(""),
    "chrt": _plain("", operands=1),
    "command": _command,
    "dash": _shell,
    "env": _env,
    "eval": _eval,
    "eatmydata": _plain(""),
    "exec": _plain("a"),
    "fakeroot": _plain(""),
    "gosu": _plain("", operands=1),
    "ionice": _plain("cnp"),
    "nice": _plain("n"),
    "nohup": _plain(""),
    "runuser": _su,
    "setarch": _plain("", operands=1),
    "setpriv": _plain(""),
    "setsid": _plain(""),
    "setuser": _plain("", operands=1),
    "sh": _shell,
    "stdbuf": _plain("ioe"),
    "su": _su,
    "su-exec": _plain("", operands=1),
    "sudo": _plain("ugpCrth"),
    "time": _plain("fo"),
    "timeout": _plain("ks", operands=1),
    "unbuffer": _plain("p"),
    "xargs": _xargs,
    "xvfb-run": _plain("nefsw"),
}
