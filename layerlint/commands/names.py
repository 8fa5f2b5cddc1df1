"""basename, dirname, realpath and readlink (GNU coreutils 9.1)."""

from __future__ import annotations

from layerlint.commands._known import is_absent
from layerlint.commands._options import Grammar, parse
from layerlint.commands._outcome import FAILURE
from layerlint.commands._paths import basename as last_component
from layerlint.commands._paths import locate
from layerlint.commands._streams import concatenate, of_line
from layerlint.domain.text import UNKNOWN, Text
from layerlint.domain.truth import Truth
from layerlint.effects import Invocation, Outcome
from layerlint.filesystem.node import Inode, Kind

_BASENAME = Grammar("basename", "as:z", {"multiple": "a", "suffix": "s:", "zero": "z"}, permute=False)
_DIRNAME = Grammar("dirname", "z", {"zero": "z"})
_READLINK = Grammar(
    "readlink",
    "efmnqsvz",
    {"canonicalize": "f", "canonicalize-existing": "e", "canonicalize-missing": "m", "no-newline": "n",
     "quiet": "q", "silent": "q", "verbose": "v", "zero": "z"},
)  # fmt: skip
_REALPATH = Grammar(
    "realpath",
    "eLmPqsz",
    {"canonicalize-existing": "e", "canonicalize-missing": "m", "logical": "L", "no-symlinks": "s", "physical": "P",
     "quiet": "q", "relative-base": "base:", "relative-to": "to:", "strip": "s", "zero": "z"},
)  # fmt: skip


def basename(invocation: Invocation) -> Outcome:
    """The last component, without a suffix."""
    options = parse(_BASENAME, invocation.argv[1:])
    if isinstance(options, Outcome):
        return options
    words, suffix = options.operands, options.value("s")
    if not words:
        return FAILURE
    if not options.has("a", "s"):
        suffix = words[1] if len(words) == 2 else None
        words = words[:1]
    lines = [of_line(_base(word, suffix)) for word in words]
    return Outcome(stdout=concatenate(lines))


def _base(word: Text, suffix: Text | None) -> Text:
    if word is UNKNOWN or suffix is UNKNOWN:
        return UNKNOWN
    name = last_component(word) or ("/" if word else "")
    return name.removesuffix(suffix) if suffix and name != suffix else name


def dirname(invocation: Invocation) -> Outcome:
    """All but the last component."""
    options = parse(_DIRNAME, invocation.argv[1:])
    if isinstance(options, Outcome):
        return options
    return Outcome(
        status=Truth.of(bool(options.operands)),
        stdout=concatenate(of_line(_directory(word)) for word in options.operands),
    )


def _directory(word: Text) -> Text:
    if word is UNKNOWN:
        return UNKNOWN
    path = word.rstrip("/")
    if not path:
        return "/" if word else "."
    head, slash, _ = path.rpartition("/")
    return head.rstrip("/") or "/" if slash else "."


def readlink(invocation: Invocation) -> Outcome:
    """Where a link leads: its text, or with ``-f`` the canonical path."""
    options = parse(_READLINK, invocation.argv[1:])
    if isinstance(options, Outcome):
        return options
    if len(options.operands) != 1:
        return FAILURE
    if options.has("e", "f", "m"):
        return _canonical(invocation, options.operands[0], strict=options.has("e"))
    path = locate(invocation, options.operands[0])
    node = None if path is None else invocation.view.lookup(path, follow=False)
    if isinstance(node, Inode) and node.kind is Kind.SYMLINK:
        return Outcome(stdout=of_line(node.target))
    known = node is not None or (path is not None and is_absent(invocation.view, path, follow=False))
    return FAILURE if known else Outcome(status=Truth.MAYBE, stdout=of_line(UNKNOWN))


def realpath(invocation: Invocation) -> Outcome:
    """The canonical path."""
    options = parse(_REALPATH, invocation.argv[1:])
    if isinstance(options, Outcome):
        return options
    if options.has("base", "to", "s", "L") or len(options.operands) != 1:
        return Outcome(stdout=of_line(UNKNOWN))
    return _canonical(invocation, options.operands[0], strict=options.has("e"))


def _canonical(invocation: Invocation, word: Text, *, strict: bool) -> Outcome:
    path = locate(invocation, word)
    if path is None:
        return Outcome(status=Truth.MAYBE, stdout=of_line(UNKNOWN))
    if strict and is_absent(invocation.view, path):
        return FAILURE
    sure = invocation.view.lookup(path) is not None or is_absent(invocation.view, path)
    return Outcome(stdout=of_line(invocation.view.resolve(path) if sure else UNKNOWN))
