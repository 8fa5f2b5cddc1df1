"""zip and unzip (Info-ZIP 3.0 and 6.00)."""

from __future__ import annotations

from layerlint.commands._archives import MARK
from layerlint.commands._known import is_absent, is_whole
from layerlint.commands._options import Grammar, parse
from layerlint.commands._outcome import FAILURE, unmodelled
from layerlint.commands._paths import clean, locate, show
from layerlint.commands._unseen import UNPACKED, unseen_tree
from layerlint.domain.size import Size
from layerlint.domain.text import Text
from layerlint.effects import (
    Archive,
    Effect,
    Extract,
    Invocation,
    Outcome,
    Remove,
    Stream,
    Unmodelled,
    Unsized,
)
from layerlint.filesystem.node import Directory

_ZIP = Grammar(
    "zip",
    "0123456789AcDeFghjJklLmNoP:qrRSTuUvVwXyz",
    {"encrypt": "e", "junk-paths": "j", "move": "m", "no-extra": "X", "quiet": "q", "recurse-paths": "r",
     "symlinks": "y", "test": "T", "verbose": "v"},
)  # fmt: skip
_UNZIP = Grammar("unzip", "abcCd:DfjKlLMnoOpP:qtTuUvVWXzZ:^", {})


def zip_(invocation: Invocation) -> Outcome:
    """Pack into a zip archive.

    Not known: what ``-x`` and ``-i`` leave, an archive that is there already and is updated.
    """
    words, listed = _until(invocation.argv[1:], ("-x", "-i", "--exclude", "--include"))
    options = parse(_ZIP, words)
    if isinstance(options, Outcome):
        return options
    if not options.operands:
        return FAILURE
    name, members = options.operands[0], options.operands[1:]
    if name == "-":
        return Outcome(stdout=Stream(Size(0, 0, None)))
    path = locate(invocation, name)
    if path is None:
        return unmodelled("zip: which archive it makes is not known")
    view = invocation.view
    sources: list[str] = []
    reasons = ["what exclusions leave out"] if listed else []
    for word in members:
        source = locate(invocation, word)
        node = None if source is None else view.lookup(source)
        if source is None or node is None:
            if source is not None and is_absent(view, source):
                continue
            reasons.append(f"{show(word)} is not known")
            continue
        if not is_whole(view, source, node):
            reasons.append(f"not all of {show(word)} is known")
        if isinstance(node, Directory) and not options.has("r"):
            continue
        inner = str(word).lstrip("/") if not options.has("j") else source.rpartition("/")[2]
        top = source.removesuffix(clean("/" + inner))
        sources.append(top + MARK + clean("/" + inner)[1:])
    if not path.rpartition("/")[2].count("."):
        path += ".zip"
    if not sources and not reasons:
        return FAILURE
    if view.lookup(path) is not None:
        reasons.append("an archive that is updated")
    effects: list[Effect] = [Archive(path, tuple(sources), "zip")]
    if options.has("m"):
        effects += [Remove(clean(source), recursive=True) for source in sources]
    return Outcome((*effects, *(Unmodelled(f"zip: {reason}") for reason in reasons)))


def unzip(invocation: Invocation) -> Outcome:
    """Unpack a zip archive, all of it or some members; ``.zip`` is added to a name that is not there.

    Not known: what ``-x`` leaves out, what is there already and whether it is replaced (``-n``).
    """
    words, listed = _until(invocation.argv[1:], ("-x",))
    if "-d" in listed:
        position = listed.index("-d")
        words = (*words, *listed[position : position + 2])
    options = parse(_UNZIP, words)
    if isinstance(options, Outcome):
        return options
    if options.has("l", "t", "v", "z", "Z"):
        return Outcome(stdout=Stream(Size(0, 1000, None)))
    if not options.operands:
        return FAILURE
    name, members = options.operands[0], options.operands[1:]
    path = locate(invocation, name)
    if (
        path is not None
        and is_absent(invocation.view, path)
        and not is_absent(invocation.view, path + ".zip")
    ):
        path += ".zip"
    if path is not None and is_absent(invocation.view, path):
        return FAILURE
    if options.has("p", "c"):
        return Outcome(stdout=Stream(Size(0, 0, None)))
    directory = locate(invocation, options.value("d") or ".")
    known = tuple(member for member in members if isinstance(member, str))
    if directory is None:
        return unmodelled("unzip: what it unpacks, or where to, is not known")
    if path is None or len(known) < len(members):
        return Outcome(unseen_tree(directory, "unzip", UNPACKED, "unzip: what it unpacks is not known"))
    extract = Extract(path, directory, members=known)
    reasons = [("-x", bool(listed)), ("-j", options.has("j")), ("-n", options.has("n"))]
    return Outcome((extract, *(Unsized(f"option {name} of unzip") for name, given in reasons if given)))


def _until(words: tuple[Text, ...], marks: tuple[str, ...]) -> tuple[tuple[Text, ...], tuple[Text, ...]]:
    """The words before a list of patterns, and the list."""
    for position, word in enumerate(words):
        if word in marks:
            return words[:position], words[position:]
    return words, ()
