"""gzip, bzip2, xz, zstd and their kin (gzip 1.12, bzip2 1.0.8, XZ Utils 5.4, zstd 1.5)."""

from __future__ import annotations

from collections.abc import Iterator

from layerlint._dataclass import dataclass
from layerlint.commands._archives import compressed
from layerlint.commands._known import is_absent
from layerlint.commands._options import Grammar, Options, parse
from layerlint.commands._outcome import FAILURE
from layerlint.commands._paths import basename, join, locate, parent, show
from layerlint.commands._streams import concatenate, open_all, standard_input
from layerlint.commands._unseen import assumed, assumed_in
from layerlint.domain.size import Size
from layerlint.domain.text import Text
from layerlint.domain.truth import Truth
from layerlint.effects import Compress, Decompress, Effect, Invocation, Outcome, Stream, Unmodelled
from layerlint.filesystem.node import Directory, Inode, Kind

_LEVELS = "0123456789"
_COMMON = {
    "best": "9",
    "decompress": "d",
    "fast": "1",
    "force": "f",
    "keep": "k",
    "list": "l",
    "quiet": "q",
    "stdout": "c",
    "suffix": "S:",
    "test": "t",
    "to-stdout": "c",
    "uncompress": "d",
    "verbose": "v",
}
_GZIP = {
    **_COMMON,
    "ascii": "a",
    "name": "N",
    "no-name": "n",
    "recursive": "r",
    "rsyncable": "-",
    "synchronous": "-",
}
_XZ = {
    **_COMMON,
    "block-size": "-:",
    "check": "-:",
    "compress": "z",
    "extreme": "e",
    "format": "F:",
    "lzma2": "-::",
    "memlimit": "-:",
    "memory": "-:",
    "no-sparse": "-",
    "threads": "T:",
}
_ZSTD = {
    **_COMMON,
    "compress": "z",
    "fast": "1::",
    "long": "-::",
    "no-progress": "-",
    "rm": "rm",
    "threads": "-:",
    "ultra": "-",
}


@dataclass(frozen=True, slots=True)
class _Tool:
    grammar: Grammar
    format: str
    suffixes: tuple[tuple[str, str], ...]
    """Suffix of a compressed file, and what takes its place; the first is the tool's own."""
    keeps: bool = False
    """It leaves its input where it is (zstd)."""


_TOOLS = {
    "gz": _Tool(
        Grammar("gzip", "acdfhklLnNqrS:tvV" + _LEVELS, _GZIP),
        "gz",
        ((".gz", ""), (".tgz", ".tar"), ("-gz", "")),
    ),
    "bz2": _Tool(
        Grammar("bzip2", "cdfkqstvzL" + _LEVELS, {**_COMMON, "compress": "z", "small": "s"}),
        "bz2",
        ((".bz2", ""), (".bz", ""), (".tbz2", ".tar"), (".tbz", ".tar")),
    ),
    "xz": _Tool(
        Grammar("xz", "cC:deF:fhklM:qS:tT:vz" + _LEVELS, _XZ),
        "xz",
        ((".xz", ""), (".txz", ".tar"), (".lzma", "")),
    ),
    "zst": _Tool(
        Grammar("zstd", "cD:dfhklo:qrtT:vz" + _LEVELS, _ZSTD),
        "zst",
        ((".zst", ""), (".tzst", ".tar")),
        keeps=True,
    ),
}


def gzip(invocation: Invocation) -> Outcome:
    """Replace files by their compressed form, or (``-d``) by their data; ``-c`` prints and keeps them.

    Sizes are estimates but for what the interpreter can read.
    """
    return _run(invocation, _TOOLS["gz"])


def gunzip(invocation: Invocation) -> Outcome:
    return _run(invocation, _TOOLS["gz"], decompress=True)


def zcat(invocation: Invocation) -> Outcome:
    return _run(invocation, _TOOLS["gz"], decompress=True, stdout=True)


def bzip2(invocation: Invocation) -> Outcome:
    return _run(invocation, _TOOLS["bz2"])


def bunzip2(invocation: Invocation) -> Outcome:
    return _run(invocation, _TOOLS["bz2"], decompress=True)


def bzcat(invocation: Invocation) -> Outcome:
    return _run(invocation, _TOOLS["bz2"], decompress=True, stdout=True)


def xz(invocation: Invocation) -> Outcome:
    return _run(invocation, _TOOLS["xz"])


def unxz(invocation: Invocation) -> Outcome:
    return _run(invocation, _TOOLS["xz"], decompress=True)


def xzcat(invocation: Invocation) -> Outcome:
    return _run(invocation, _TOOLS["xz"], decompress=True, stdout=True)


def zstd(invocation: Invocation) -> Outcome:
    """As gzip, but the input stays unless ``--rm`` takes it."""
    return _run(invocation, _TOOLS["zst"])


def unzstd(invocation: Invocation) -> Outcome:
    return _run(invocation, _TOOLS["zst"], decompress=True)


def zstdcat(invocation: Invocation) -> Outcome:
    return _run(invocation, _TOOLS["zst"], decompress=True, stdout=True)


def _run(invocation: Invocation, tool: _Tool, *, decompress: bool = False, stdout: bool = False) -> Outcome:
    options = parse(tool.grammar, invocation.argv[1:])
    if isinstance(options, Outcome):
        return options
    decompress = decompress or options.has("d")
    files = options.operands
    if options.has("l", "t"):
        return Outcome(status=Truth.MAYBE if files else Truth.YES, stdout=Stream(Size(0, 200, 1 << 20)))
    if stdout or options.has("c") or not files or files == ("-",):
        return _printed(invocation, tool, files, decompress=decompress)
    effects: list[Effect] = []
    status = Truth.YES
    for word in files:
        path = locate(invocation, word)
        if path is None:
            reason = f"{tool.grammar.tool}: which file it replaces is not known"
            effects += (
                assumed_in(invocation.cwd, tool.grammar.tool, reason)
                if invocation.cwd
                else (Unmodelled(reason),)
            )
            continue
        node = invocation.view.lookup(path)
        if node is None:
            if is_absent(invocation.view, path):
                status = Truth.NO
            else:
                reason = f"{tool.grammar.tool}: {show(word)} is not known"
                effects += assumed(path.rpartition(".")[0] or path, reason, tree=False)
        elif isinstance(node, Directory) and options.has("r"):
            for below, inode in invocation.view.walk(path):
                if isinstance(inode, Inode) and inode.kind is Kind.FILE:
                    effects += _one(invocation, tool, options, below, decompress) or ()
        else:
            done = None if isinstance(node, Directory) else _one(invocation, tool, options, path, decompress)
            status = status if done is not None else Truth.NO
            effects += done or ()
    return Outcome(tuple(effects), status)


def _printed(invocation: Invocation, tool: _Tool, files: tuple[Text, ...], *, decompress: bool) -> Outcome:
    inputs = open_all(invocation, files)
    if any(opened.status is Truth.NO for opened in inputs):
        return FAILURE
    data = concatenate(opened.stream for opened in inputs)
    tar = standard_input(invocation).tar
    if not decompress:
        return Outcome(stdout=compressed(data, tool.format))
    # No format of these makes more than about 1 byte into 1,000 without being made to (deflate: 1,032).
    size = data.size
    return Outcome(
        stdout=Stream(Size(0, size.likely * 3, None if size.high is None else size.high * 1100), tar=tar)
    )


def _one(
    invocation: Invocation, tool: _Tool, options: Options, path: str, decompress: bool
) -> tuple[Effect, ...] | None:
    """The effect on one file; None if the tool refuses it."""
    keep = options.has("k") or (tool.keeps and not options.has("rm"))
    given = options.value("S")
    suffix = given if isinstance(given, str) and given else tool.suffixes[0][0]
    suffixes = ((suffix, ""), *tool.suffixes)
    target = next(_names(path, suffixes), None)
    output = options.value("o")
    if output is not None:
        place = locate(invocation, output)
        if place is None:
            return (Unmodelled(f"{tool.grammar.tool}: where it writes to is not known"),)
        target = place
    elif decompress == (target is None):
        return None
    elif not decompress:
        target = path + suffix
    if target is None:
        return None
    if invocation.view.lookup(target) is not None and not options.has("f") and output is None:
        return None
    action = Decompress if decompress else Compress
    return (action(path, target, tool.format, keep),)


def _names(path: str, suffixes: tuple[tuple[str, str], ...]) -> Iterator[str]:
    name = basename(path)
    for suffix, instead in suffixes:
        if name.endswith(suffix) and len(name) > len(suffix):
            yield join(parent(path), name[: -len(suffix)] + instead)
