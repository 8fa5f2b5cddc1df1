"""sed, after GNU sed 4.9."""

from __future__ import annotations

from collections.abc import Callable

from layerlint.commands import _sed_script
from layerlint.commands._known import is_absent
from layerlint.commands._options import Grammar, Options, parse
from layerlint.commands._outcome import FAILURE, unmodelled
from layerlint.commands._paths import basename, join, locate, parent
from layerlint.commands._streams import (
    all_of,
    concatenate,
    data_of,
    encode,
    of_bytes,
    open_all,
    open_file,
)
from layerlint.domain.size import Size
from layerlint.domain.text import UNKNOWN, Text
from layerlint.domain.truth import Truth
from layerlint.effects import ChangeMode, Effect, Invocation, Move, Outcome, Replace, Stream, Unsized
from layerlint.filesystem.node import Directory, Node

_GRAMMAR = Grammar(
    "sed",
    "Ebe:f:i::l:nrsuz",
    {
        "binary": "b",
        "debug": "debug",
        "expression": "e:",
        "file": "f:",
        "follow-symlinks": "follow-symlinks",
        "in-place": "i::",
        "line-length": "l:",
        "null-data": "z",
        "posix": "-",
        "quiet": "n",
        "regexp-extended": "E",
        "sandbox": "-",
        "separate": "s",
        "silent": "n",
        "unbuffered": "u",
        "zero-terminated": "z",
    },
)

_UNSEEN = Size(0, 1024, None)
"""Of a file that is not known, such as a small one of a package: what is edited in place is a text."""


def sed(invocation: Invocation) -> Outcome:
    """Edit a stream, or (``-i``) put an edited copy in the place of a file.

    A small known file is edited for real where the script is made of ``s d p a i c q y`` with plain regular
    expressions; else the new size is around the old one.
    Not known: what ``w`` and ``e`` in a script write.
    """
    options = parse(_GRAMMAR, invocation.argv[1:])
    if isinstance(options, Outcome):
        return options
    files = options.operands
    if options.has("e", "f"):
        script = _script(invocation, options)
    elif files:
        script, files = files[0], files[1:]
    else:
        return FAILURE
    extended = options.has("E", "r")
    plain = isinstance(script, str) and not options.has("z", "debug")
    commands = (
        _sed_script.parse(_latin(script), extended=extended) if plain and isinstance(script, str) else None
    )
    if not options.has("i"):
        return _printed(invocation, options, commands, script, files)
    suffix = options.value("i")
    effects: list[Effect] = []
    status = Truth.YES if files else Truth.NO
    for word in files:
        path = locate(invocation, word)
        if path is None:
            effects.append(Unsized("sed: which file it edits is not known"))
            continue
        if options.has("follow-symlinks"):
            path = invocation.view.resolve(path)
        node = invocation.view.lookup(path)
        if isinstance(node, Directory) or is_absent(invocation.view, path):
            status = Truth.NO
        elif node is None:
            effects.append(Replace(path, _UNSEEN))
        else:
            stream = _edited(open_file(invocation, path).stream, commands, script, options.has("n"))
            backed_up = isinstance(suffix, str) and suffix
            if backed_up:
                effects.append(Move(path, _backup(path, str(suffix))))
            effects.append(Replace(path, stream.size, stream.content))
            if backed_up or invocation.view.lookup(path, follow=False) is not node:
                effects.append(ChangeMode(path, _keeping(node.mode)))
    return _with_writes(script, commands, Outcome(tuple(effects), status))


def _keeping(mode: int) -> Callable[[Node], int]:
    """The new file gets the mode of the old one, also where that was a link's target."""
    return lambda _: mode


def _latin(text: str) -> str:
    """A character a byte, as sed sees a text in the C locale."""
    return encode(text).decode("latin-1")


def _script(invocation: Invocation, options: Options) -> Text:
    """The parts given by ``-e`` and ``-f``, one a line."""
    parts: list[str] = []
    for key, value in options.sequence:
        if key == "e" and isinstance(value, str):
            parts.append(value)
        elif key == "f" and isinstance(value, str):
            data = data_of(open_file(invocation, value).stream)
            if data is None:
                return UNKNOWN
            parts.append(data.decode("utf-8", "surrogateescape"))
        elif key in ("e", "f"):
            return UNKNOWN
    return "\n".join(parts)


def _backup(path: str, suffix: str) -> str:
    """``SUFFIX`` is added to the name; a ``*`` in it stands for the name, a slash for another directory."""
    name = suffix.replace("*", basename(path)) if "*" in suffix else basename(path) + suffix
    return name if name.startswith("/") else join(parent(path), name)


def _edited(
    stream: Stream, commands: tuple[_sed_script.Command, ...] | None, script: Text, quiet: bool
) -> Stream:
    """What a script makes of the data."""
    data = data_of(stream)
    if commands is not None and data is not None:
        result = _sed_script.run(commands, data, quiet=quiet)
        if result is not None:
            return of_bytes(result)
    old = stream.size
    grown = len(script) * 4 if isinstance(script, str) else 65_536
    return Stream(Size(0, old.likely, None if old.high is None else 2 * old.high + grown))


def _printed(
    invocation: Invocation,
    options: Options,
    commands: tuple[_sed_script.Command, ...] | None,
    script: Text,
    files: tuple[Text, ...],
) -> Outcome:
    inputs = open_all(invocation, files)
    data = concatenate(opened.stream for opened in inputs)
    separate = options.has("s") and len(inputs) > 1
    stream = _edited(data, None if separate else commands, script, options.has("n"))
    return _with_writes(script, commands, Outcome(status=all_of(inputs), stdout=stream))


def _with_writes(script: Text, commands: tuple[_sed_script.Command, ...] | None, outcome: Outcome) -> Outcome:
    """A script that was not read in full may write other files, by ``w FILE`` or ``e COMMAND``."""
    if commands is not None:
        return outcome
    if script is UNKNOWN:
        return unmodelled("sed: a script that is not known", *outcome.effects, stdout=outcome.stdout)
    if "w " in script and _may_write(script):
        return unmodelled("sed: a script that may write files", *outcome.effects, stdout=outcome.stdout)
    return outcome


def _may_write(script: str) -> bool:
    """A ``w`` where a command or a flag of ``s`` may stand."""
    before = {"", ";", "\n", "{", "}", "/", ",", "#", "|", "@", "g", "p", "$", " ", "!", *"0123456789"}
    return any(script[at - 1 : at] in before for at in range(len(script)) if script.startswith("w ", at))
