"""tar, after GNU tar 1.34."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from layerlint._dataclass import dataclass
from layerlint.commands._archives import MARK, compressed, compression, packed
from layerlint.commands._known import is_absent, is_whole
from layerlint.commands._options import OPERAND, Grammar, Options, parse
from layerlint.commands._outcome import FAILURE, said, unmodelled
from layerlint.commands._paths import clean, join, show
from layerlint.commands._streams import standard_input
from layerlint.commands._unseen import UNPACKED, unseen_tree
from layerlint.domain.size import ZERO, Size
from layerlint.domain.text import UNKNOWN, Text
from layerlint.domain.truth import Truth
from layerlint.effects import (
    Archive,
    Copy,
    Effect,
    Extract,
    Invocation,
    MakeDirectory,
    Outcome,
    Populate,
    Remove,
    Stream,
    Unmodelled,
)
from layerlint.filesystem.node import Directory

_SHORT = "AcdrtuxC:T:X:f:F:g:H:I:K:L:N:V:b:BGhijJklmMnoOpPRsSUvwWzZa"
_LONG = {
    "absolute-names": "P", "anchored": "-", "append": "r", "auto-compress": "a", "bzip2": "j", "checkpoint": "-::",
    "checkpoint-action": "-:", "create": "c", "delay-directory-restore": "-", "delete": "delete",
    "dereference": "h", "diff": "d", "directory": "C:", "exclude": "exclude:", "exclude-backups": "exclude",
    "exclude-caches": "exclude", "exclude-from": "X:", "exclude-vcs": "exclude", "extract": "x", "file": "f:",
    "files-from": "T:", "force-local": "-", "format": "H:", "full-time": "-", "get": "x", "group": "-:",
    "gunzip": "z", "gzip": "z", "hard-dereference": "-", "ignore-case": "-", "ignore-failed-read": "-",
    "ignore-zeros": "i", "keep-newer-files": "k", "keep-old-files": "k", "list": "t", "lzma": "lzma",
    "mode": "-:", "mtime": "-:", "no-acls": "-", "no-anchored": "-", "no-overwrite-dir": "-",
    "no-recursion": "no-recursion", "no-same-owner": "-", "no-same-permissions": "-", "no-selinux": "-",
    "no-wildcards": "no-wildcards", "no-xattrs": "-", "null": "-", "numeric-owner": "-", "old-archive": "-",
    "one-file-system": "-", "one-top-level": "one-top-level::", "overwrite": "-", "owner": "-:", "posix": "-",
    "preserve-permissions": "p", "preserve-order": "-", "quiet": "-", "recursion": "-", "remove-files":
    "remove-files", "same-order": "-", "same-owner": "-", "same-permissions": "p", "skip-old-files": "k",
    "sort": "-:", "sparse": "S", "strip-components": "strip:", "to-command": "to-command:", "to-stdout": "O",
    "touch": "m", "totals": "-::", "transform": "transform:", "unlink-first": "U", "update": "u",
    "use-compress-program": "I:", "verbose": "v", "verify": "W", "warning": "-:", "wildcards": "wildcards",
    "wildcards-match-slash": "-", "xattrs": "-", "xform": "transform:", "xz": "J", "zstd": "zstd",
}  # fmt: skip
_GRAMMAR = Grammar("tar", _SHORT, _LONG)
_COMPRESSIONS = {"z": "gz", "j": "bz2", "J": "xz", "zstd": "zst", "lzma": "xz"}
_PROGRAMS = {
    "gzip": "gz",
    "pigz": "gz",
    "bzip2": "bz2",
    "pbzip2": "bz2",
    "xz": "xz",
    "pixz": "xz",
    "zstd": "zst",
}
_OLD_STYLE_ARGUMENTS = frozenset("CTXfFgHIKLNVb")


@dataclass(frozen=True, slots=True)
class _Member:
    """An operand, with the directory that ``-C`` says where it stands; None where it is not known."""

    name: str | None
    directory: str | None


def tar(invocation: Invocation) -> Outcome:
    """Pack and unpack; ``-C`` counts from where it stands.

    Not known: renaming (``--transform``), lists in files (``-T``), what exclusions leave out, updates of an
    archive, an archive that may be absent.
    """
    options = parse(_GRAMMAR, _dashed(invocation.argv[1:]))
    if isinstance(options, Outcome):
        return options
    mode = options.last("A", "c", "d", "delete", "r", "t", "u", "x")
    match mode:
        case "c":
            return _create(invocation, options)
        case "x":
            return _extract(invocation, options)
        case "t" | "d":
            return _listed(invocation, options)
        case None:
            return FAILURE
        case _:
            return unmodelled("tar: an archive that is changed")


def _dashed(words: Sequence[Text]) -> Sequence[Text]:
    """Old-style letters (``xzf FILE``) as options: their arguments follow in the order of the letters."""
    if not words or not isinstance(words[0], str) or words[0].startswith("-"):
        return words
    rest = list(words[1:])
    result: list[Text] = []
    for letter in words[0]:
        result.append("-" + letter)
        if letter in _OLD_STYLE_ARGUMENTS and rest:
            result.append(rest.pop(0))
    return [*result, *rest]


def _members(invocation: Invocation, options: Options) -> tuple[tuple[_Member, ...], str | None]:
    """The operands, and the directory after the last ``-C``."""
    directory = None if invocation.cwd is None else clean(invocation.cwd)
    members: list[_Member] = []
    for key, value in options.sequence:
        if key == "C":
            if not isinstance(value, str):
                directory = None
            elif value.startswith("/"):
                directory = clean(value)
            else:
                directory = None if directory is None else join(directory, value)
        elif key == OPERAND:
            members.append(_Member(value if isinstance(value, str) else None, directory))
    return tuple(members), directory


def _compression(options: Options, archive: str) -> str | None:
    """By option, else by name where ``-a`` asks for it or the archive is read; None if not understood."""
    program = options.value("I")
    if program is not None:
        return _PROGRAMS.get(program.split(" ")[0]) if isinstance(program, str) else None
    key = options.last(*_COMPRESSIONS)
    if key is not None:
        return _COMPRESSIONS[key]
    return compression(archive) if options.has("a") else ""


def _create(invocation: Invocation, options: Options) -> Outcome:
    members, _ = _members(invocation, options)
    archive = options.value("f")
    if archive is UNKNOWN:
        return unmodelled("tar: which archive it makes is not known")
    view = invocation.view
    effects: list[Effect] = []
    reasons = _not_followed(options)
    status = Truth.YES
    sources: list[str] = []
    for member in members:
        source = None if member.name is None else _source(member)
        if source is None:
            reasons.append("what it packs is not known")
            continue
        node = view.lookup(source, follow=False)
        if node is None:
            if is_absent(view, source, follow=False):
                status = Truth.NO
            else:
                reasons.append(f"{show(member.name or '')} is not known")
            continue
        if not is_whole(view, source, node):
            reasons.append(f"not all of {show(member.name or '')} is known")
        sources.append(source)
    if not members and not options.has("T"):
        return FAILURE
    name = archive or "-"
    form = _compression(options, name)
    if form is None:
        return unmodelled("tar: a compression program that is not known")
    stdout = said(options.has("v") and name != "-")
    if name == "-":
        stdout = compressed(Stream(packed(view, sources), tar=tuple(sources)), form)
    else:
        path = _archive_path(invocation, name)
        if path is None:
            return unmodelled("tar: where the archive goes is not known")
        if path != "/dev/null":
            effects.append(Archive(path, tuple(sources), "tar" + (f".{form}" if form else "")))
    if options.has("remove-files"):
        effects += [Remove(clean(source), recursive=True) for source in sources]
    effects += [Unmodelled(f"tar: {reason}") for reason in reasons]
    return Outcome(tuple(effects), status, stdout)


def _source(member: _Member) -> str | None:
    """``directory/./name``; an absolute name loses its leading slash in the archive."""
    if member.name is None:
        return None
    if member.name.startswith("/"):
        return MARK + clean(member.name)[1:]
    if member.directory is None:
        return None
    return member.directory.rstrip("/") + MARK + clean("/" + member.name)[1:]


def _archive_path(invocation: Invocation, name: str) -> str | None:
    """An archive is named from the first working directory, whatever ``-C`` says."""
    path = invocation.path(name)
    return None if path is None else clean(path)


def _not_followed(options: Options) -> list[str]:
    """Reasons why the outcome is known in part only."""
    reasons = []
    if options.has("transform"):
        reasons.append("names that are transformed")
    if options.has("exclude", "X"):
        reasons.append("what exclusions leave out")
    if options.has("T"):
        reasons.append("a list of names in a file")
    if options.has("to-command"):
        reasons.append("members piped to a command")
    return reasons


def _extract(invocation: Invocation, options: Options) -> Outcome:
    members, directory = _members(invocation, options)
    reasons = _not_followed(options)
    strip = options.value("strip") or "0"
    archive = options.value("f") or "-"
    if options.has("O", "to-command"):
        size = Stream(Size(0, 0, None))
        return Outcome(stdout=size) if options.has("O") else unmodelled("tar: members piped to a command")
    if directory is not None and options.has("one-top-level"):
        top = options.value("one-top-level")
        if top is None:
            reasons.append("a top directory named after the archive")
        else:
            directory = join(directory, top) if isinstance(top, str) else None
    if directory is None:
        return unmodelled("tar: what it unpacks, or where to, is not known")
    unsure = archive is UNKNOWN or not isinstance(strip, str) or not strip.isdecimal()
    if unsure or any(member.name is None for member in members):
        return Outcome(unseen_tree(directory, "tar", UNPACKED, "tar: what it unpacks is not known"))
    effects: list[Effect] = []
    if options.has("one-top-level"):
        effects.append(MakeDirectory(directory))
    elif is_absent(invocation.view, directory):
        return FAILURE
    names = tuple(member.name.removeprefix("./") for member in members if member.name)
    depth = int(str(strip)[:6])
    if archive == "-":
        stream = standard_input(invocation)
        if not stream.tar:
            if stream.size.high == 0:
                return FAILURE
            effects.append(_from_pipe(stream, directory, labelled=not depth and not names))
            return Outcome(tuple(effects), stdout=said(options.has("v")))
        effects += _unpacked(invocation, stream.tar, directory, depth, names)
    else:
        path = _archive_path(invocation, str(archive))
        node = None if path is None else invocation.view.lookup(path)
        if path is not None and (is_absent(invocation.view, path) or isinstance(node, Directory)):
            return FAILURE
        if path is None:
            return unmodelled(f"tar: {show(archive)} is not known")
        effects.append(Extract(path, directory, depth, names))
    gaps = (Populate(directory, "tar", ZERO, ZERO, f"tar: {reason}") for reason in reasons)
    return Outcome((*effects, *gaps), stdout=said(options.has("v")))


def _from_pipe(stream: Stream, directory: str, *, labelled: bool) -> Effect:
    """Of an archive that is downloaded straight into tar: three times its size (see `_archives`)."""
    name = stream.origin.partition("?")[0].rpartition("/")[2] or "tar"
    likely = stream.size.likely * 3 if stream.size.likely else UNPACKED.likely
    label = f"archive:{name}" if labelled else None
    size, count = Size(0, likely, None), Size(1, 100, None)
    return Populate(directory, name, size, count, "tar: the archive in the pipe is not known", label)


def _unpacked(
    invocation: Invocation, sources: Sequence[str], directory: str, strip: int, names: tuple[str, ...]
) -> Iterator[Effect]:
    """``tar -c … | tar -x``: a copy that keeps owners and times."""
    if names or strip:
        yield Unmodelled("tar: a part of the archive in the pipe")
        return
    for source in sources:
        name = source.partition(MARK)[2]
        if name and name.count("/"):
            yield MakeDirectory(join(directory, name.rpartition("/")[0]))
        follow = isinstance(invocation.view.lookup(source, follow=False), Directory)
        yield Copy(
            clean(source), join(directory, name), preserve_owner=True, preserve_times=True, follow=follow
        )


def _listed(invocation: Invocation, options: Options) -> Outcome:
    """``-t`` and ``-d`` only read."""
    archive = options.value("f") or "-"
    path = None if archive == "-" or archive is UNKNOWN else _archive_path(invocation, archive)
    absent = path is not None and is_absent(invocation.view, path)
    return Outcome(status=Truth.NO if absent else Truth.YES, stdout=Stream(Size(0, 2000, None)))
