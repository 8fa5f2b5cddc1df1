"""Scripts: what their ``#!`` line needs, and which programs a shell script calls."""

from __future__ import annotations

import re

from layerlint.programs.facts import FileFacts, Found, Language, line_at
from layerlint.programs.model import NeedKind
from layerlint.programs.shell_commands import SHELLS, called
from layerlint.report import Confidence
from layerlint.source import SourceFile

_SHEBANG = re.compile(r"#![ \t]*(\S+)(?:[ \t]+(.*))?")
_PROGRAM = re.compile(r"[A-Za-z0-9_./+@-]{1,255}")


def interpreter_of(first_line: str) -> str:
    """The program of a ``#!`` line by its last name, seen through ``env``; empty without one."""
    match = _SHEBANG.match(first_line)
    if match is None:
        return ""
    name = match[1].rpartition("/")[2]
    if name != "env":
        return name
    words = [word for word in (match[2] or "").split() if not word.startswith("-") and "=" not in word]
    return words[0].rpartition("/")[2] if words else ""


def shebang_needs(lines: list[str]) -> tuple[Found, ...]:
    """Of the first line; none where it is not ``#!``."""
    match = _SHEBANG.match(lines[0]) if lines else None
    if match is None or not _PROGRAM.fullmatch(match[1]):
        return ()
    text = line_at(lines, 1)
    name = interpreter_of(lines[0])
    kind = NeedKind.SHELL if name in SHELLS else NeedKind.INTERPRETER
    if match[1].rpartition("/")[2] != "env":
        path = Found(NeedKind.INTERPRETER, match[1], 1, text)
        return (path, Found(kind, name, 1, text)) if kind is NeedKind.SHELL else (path,)
    env = Found(NeedKind.BINARY, match[1], 1, text)
    return (env, Found(kind, name, 1, text)) if name and _PROGRAM.fullmatch(name) else (env,)


def read_shell(text: str, lines: list[str]) -> FileFacts:
    """A shell script, with or without a ``#!`` line."""
    found = list(shebang_needs(lines))
    if not found:
        found.append(Found(NeedKind.SHELL, "sh", 1, line_at(lines, 1), Confidence.MEDIUM))
    programs, complete = called(text)
    source = SourceFile("", text)
    words: set[str] = set()
    seen: dict[str, int] = {}
    for each in programs:
        words.update(word for word in (each.name, *each.arguments) if len(word) <= 200)
        if not _PROGRAM.fullmatch(each.name) or seen.get(each.name, 0) >= 3:
            continue
        seen[each.name] = seen.get(each.name, 0) + 1
        line = source.position(each.offset)[0]
        sure = Confidence.HIGH if each.certain else Confidence.LOW if each.asked else Confidence.MEDIUM
        because = "looked for, and may be missing" if each.asked else ""
        found.append(Found(NeedKind.BINARY, each.name, line, line_at(lines, line), sure, because=because))
    gaps = () if complete else ((0, "parts of it are no shell that we can read"),)
    return FileFacts(Language.SHELL, tuple(found), words=tuple(sorted(words)[:5_000]), gaps=gaps)


def read_script(lines: list[str], words: tuple[str, ...]) -> FileFacts:
    """A script of a language that is not read further."""
    return FileFacts(Language.SCRIPT, shebang_needs(lines), words=words)
