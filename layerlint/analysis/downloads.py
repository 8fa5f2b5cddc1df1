"""What a build fetches from the net, what becomes of it, and whether anything compares it with a known value.

A file is followed by its name, from the command that saves it to those that name it again in the same
stage: a path may be relative to a directory that is not known.
"""

from __future__ import annotations

import posixpath
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from layerlint._dataclass import dataclass
from layerlint._pattern import pattern
from layerlint.analysis.command_lines import CommandLine, RunLines, run_lines
from layerlint.analysis.line_index import LineIndex
from layerlint.effects import Write
from layerlint.execution.trace import Trace
from layerlint.shell.syntax import CommandSubstitution, Pipeline, SimpleCommand
from layerlint.shell.walk import walk
from layerlint.source import Span

_FETCHERS: Final = frozenset({"aria2c", "axel", "curl", "wget"})
_ADDRESS: Final = pattern(r"(?i)(?:https?|ftp)://")
_SAVED: Final = pattern(r"(?<![0-9&>])>{1,2}[ \t]*([^\s;&|()<>\"']{1,300})")
"""The file of a redirect, in the text of one command."""

_INTERPRETERS: Final = frozenset({
    ".", "Rscript", "ash", "bash", "dash", "ksh", "node", "perl", "php", "python", "python2", "python3", "ruby", "sh",
    "source", "zsh",
})  # fmt: skip
_UNPACKERS: Final = frozenset({
    "bsdtar", "bunzip2", "cpio", "gunzip", "gzip", "pigz", "tar", "unxz", "unzip", "unzstd", "xz", "zcat",
})  # fmt: skip
_INSTALLERS: Final[Mapping[str, frozenset[str]]] = {
    "apk": frozenset({"add"}),
    "apt": frozenset({"install"}),
    "apt-get": frozenset({"install"}),
    "dnf": frozenset({"install", "localinstall"}),
    "dpkg": frozenset({"-i", "--install"}),
    "gdebi": frozenset(),
    "pip": frozenset({"install"}),
    "pip3": frozenset({"install"}),
    "rpm": frozenset({"-i", "-U", "-ivh", "-Uvh", "-ihv", "--install", "--upgrade"}),
    "yum": frozenset({"install", "localinstall"}),
}
_STRONG: Final = frozenset({
    "b2sum", "cksum", "cosign", "gpg", "gpg2", "gpgv", "jarsigner", "minisign", "openssl", "rpmkeys", "sha224sum",
    "sha256sum", "sha384sum", "sha3sum", "sha512sum", "shasum", "signify", "sum",
})  # fmt: skip
_FOLLOWED: Final = 50
"""Commands that are looked at behind a download."""
WEAK: Final = frozenset({"md5", "md5sum", "sha1", "sha1sum"})


@dataclass(frozen=True, slots=True)
class Download:
    line: CommandLine
    address: str
    """As far as it is known; empty where nothing is."""
    address_span: Span
    names: frozenset[str]
    """Of the files that it saves, without their folders."""
    use: str
    """``run``, ``unpacked`` or ``installed``; empty where nothing of that is seen."""
    user: CommandLine | None
    """What does so."""
    strong: bool
    """A signature, or a sum of a kind that can be trusted, is looked at in the same RUN, or of that file."""
    weak: CommandLine | None
    """A sum of another kind is."""


def downloads(trace: Trace) -> Iterator[Download]:
    """Those of the stages that are built, in the order of the file."""
    by_stage: dict[int, list[RunLines]] = {}
    for run in run_lines(trace):
        if run.place.built and not run.place.trigger:
            by_stage.setdefault(run.place.stage.stage.index, []).append(run)
    for runs in by_stage.values():
        if any(line.name in _FETCHERS for run in runs for line in run.commands):
            by_name = _by_name(runs)
            for run in runs:
                yield from _of_run(trace, run, by_name)


def _by_name(runs: Sequence[RunLines]) -> Mapping[str, Sequence[CommandLine]]:
    """The commands of a stage that name a file, in their order."""
    found: dict[str, list[CommandLine]] = {}
    for run in runs:
        for line in run.commands:
            for name in _names(line):
                found.setdefault(name, []).append(line)
    return found


def _of_run(trace: Trace, run: RunLines, by_name: Mapping[str, Sequence[CommandLine]]) -> Iterator[Download]:
    fetched = [line for line in run.commands if line.name in _FETCHERS]
    if not fetched:
        return
    strong = any(line.name in _STRONG and _compares(line) for line in run.commands)
    weak = next((line for line in run.commands if line.name in WEAK), None)
    piped = _piped(run)
    for line in fetched:
        names = _saved(trace, line)
        address, span = _address(line)
        use, user = piped.get(line.span, ("", None))
        named = [other for name in sorted(names) for other in _after(by_name.get(name, ()), line)]
        if not use:
            use, user = next(((kind, other) for other in named if (kind := _use(other, names))), ("", None))
        checked = strong or any(other.name in _STRONG for other in named)
        checked = checked or any(str(word.text).startswith("--checksum") for word in line.arguments)
        yield Download(line, address, span, names, use, user, checked, weak)


def _compares(line: CommandLine) -> bool:
    """gpg and openssl do more than that."""
    words = {str(word.text) for word in line.arguments}
    if line.name in ("gpg", "gpg2"):
        return "--verify" in words or any(word.startswith("--verify") for word in words)
    return line.name != "openssl" or not words.isdisjoint(
        {"dgst", "sha1", "sha256", "sha512", "smime", "cms"}
    )


def _address(line: CommandLine) -> tuple[str, Span]:
    for word in line.arguments:
        if isinstance(word.text, str) and _ADDRESS.match(word.text):
            return word.text, word.span
    return "", line.name_span


def _saved(trace: Trace, line: CommandLine) -> frozenset[str]:
    paths = [effect.path for run in line.runs for effect in run.effects if isinstance(effect, Write)]
    text = trace.document.source.text[line.span.start : line.span.end]
    paths += [found[1] for found in _SAVED.finditer(text)]
    names = (posixpath.basename(path) for path in paths if not path.startswith("/dev/"))
    return frozenset(name for name in names if name and "$" not in name)


def _behind(run: RunLines) -> list[tuple[Span, Span]]:
    """Of each pipe, each command and what stands behind it; of a shell that runs what a substitution prints,
    the substitution and the shell."""
    found: list[tuple[Span, Span]] = []
    for command in walk(run.body):
        match command:
            case Pipeline(commands=commands):
                last = commands[-1].span
                found += [
                    (run.locate(one.span), run.locate(Span(one.span.end, last.end))) for one in commands[:-1]
                ]
            case SimpleCommand(words=words):
                for word in words[1:]:
                    for part in word.parts:
                        if isinstance(part, CommandSubstitution):
                            found.append((run.locate(part.body.span), run.locate(command.span)))
            case _:
                pass
    return found


def _after(lines: Sequence[CommandLine], line: CommandLine) -> Sequence[CommandLine]:
    first = bisect_right(lines, line.span.end, key=lambda other: other.span.start)
    return lines[first : first + _FOLLOWED]


def _piped(run: RunLines) -> Mapping[Span, tuple[str, CommandLine]]:
    """What becomes of the data that a command prints, by the command."""
    index = LineIndex(run.commands)
    found: dict[Span, tuple[str, CommandLine]] = {}
    for own, rest in _behind(run):
        fetched = [line for line in index.within(own) if line.name in _FETCHERS]
        if fetched:
            around = rest.start <= own.start
            use = _printed(index.within(rest, _FOLLOWED), around=around)
            if use is not None:
                for line in fetched:
                    found.setdefault(line.span, use)
    return found


def _printed(lines: Sequence[CommandLine], *, around: bool) -> tuple[str, CommandLine] | None:
    """What takes it: behind the pipe, or the command ``around`` the substitution, which is the first."""
    for line in lines[:1] if around else lines:
        if line.wraps and not around:
            continue
        if line.name in _INTERPRETERS and (around or not _has_script(line)):
            return "run", line
        if line.name in _UNPACKERS and not around:
            return "unpacked", line
    return None


def _has_script(line: CommandLine) -> bool:
    """The shell has its script in its words, and reads the data only (``| python3 -c …``)."""
    words = [str(word.text) for word in line.arguments]
    if "-s" in words or "-" in words:
        return False
    return any(word in ("-c", "-e", "-n", "-r", "-m", "-ne", "-pe") for word in words) or any(
        not word.startswith("-") for word in words
    )


def _names(line: CommandLine) -> set[str]:
    texts = {word.text for word in line.arguments if isinstance(word.text, str)}
    return {posixpath.basename(text) for text in texts} | {line.name}


def _use(line: CommandLine, names: frozenset[str]) -> str:
    words = [word.text for word in line.arguments if isinstance(word.text, str)]
    if line.name in names:
        return "run"
    if line.name in _INTERPRETERS:
        script = next((word for word in words if not word.startswith("-")), "")
        return "run" if posixpath.basename(script) in names else ""
    if line.name == "chmod":
        return "run" if any("x" in word or word.lstrip("0")[:1] == "7" for word in words[:1]) else ""
    if line.name in _UNPACKERS:
        return "unpacked"
    if line.name in _INSTALLERS:
        verbs = _INSTALLERS[line.name]
        return "installed" if not verbs or not verbs.isdisjoint(words) else ""
    return ""
