"""git, svn, hg and bzr: what they check out is a tree of a size that is not known, in a known directory.

A clone of a public repository: median 2.2 MB over 9 instructions (see `_unseen`); with ``--depth`` without the
history, which is about half of it.
"""

from __future__ import annotations

from layerlint.commands._options import Grammar, Options, parse
from layerlint.commands._outcome import FAILURE, SUCCESS, unmodelled
from layerlint.commands._paths import basename, join, locate
from layerlint.commands._unseen import CLONE, SHALLOW, unseen_tree
from layerlint.domain.size import Size
from layerlint.domain.text import UNKNOWN, Text
from layerlint.effects import (
    Effect,
    Invocation,
    MakeDirectory,
    Outcome,
    Populate,
    Stream,
    Write,
)

_REASON = "what it checks out is not known"
_GLOBAL = Grammar(
    "git",
    "C:c:pP",
    {"bare": "-", "exec-path": "-::", "git-dir": "-:", "no-pager": "-", "work-tree": "-:"},
    permute=False,
)
_CLONE = Grammar(
    "git clone",
    "4b:c:j:lno:qsu:v",
    {"bare": "bare", "branch": "b:", "config": "-:", "depth": "depth:", "dissociate": "-", "filter": "-:", "jobs": "-:",
     "local": "-", "mirror": "bare", "no-checkout": "n", "no-hardlinks": "-", "no-single-branch": "-", "no-tags": "-",
     "origin": "-:", "progress": "-", "quiet": "-", "recurse-submodules": "recursive::", "recursive": "recursive",
     "reference": "-:", "shallow-submodules": "-", "shared": "-", "single-branch": "-", "sparse": "-",
     "template": "-:", "verbose": "-"},
)  # fmt: skip
_QUIET = frozenset(
    {
        "blame", "branch", "cat-file", "check-ignore", "describe", "diff", "for-each-ref", "grep", "help", "log",
        "ls-files", "ls-remote", "ls-tree", "merge-base", "rev-list", "rev-parse", "shortlog", "show", "status",
        "symbolic-ref", "tag", "var", "version",
    }
)  # fmt: skip
_SMALL = frozenset({"add", "am", "apply", "bundle", "cherry-pick", "clean", "commit", "config", "gc", "lfs", "notes",
    "init", "push", "remote", "repack", "reset", "rm", "stash", "update-index", "worktree", "mv", "archive",
    "prune", "reflog", "restore", "revert", "sparse-checkout"})  # fmt: skip
_INIT = Size(20_000, 23_941, 80_000)
"""Of 17 files: sample hooks for the most part (measured with git 2.39)."""


def git(invocation: Invocation) -> Outcome:
    """A clone is a directory; what else changes a work tree adds files of it that are not known."""
    options = parse(_GLOBAL, invocation.argv[1:])
    if isinstance(options, Outcome):
        return options
    if not options.operands or options.operands[0] is UNKNOWN:
        return SUCCESS if not options.operands else unmodelled("the sub-command of git is not known")
    given = options.value("C")
    here = locate(invocation, "." if given is None else given)
    verb, words = str(options.operands[0]), options.operands[1:]
    match verb:
        case "clone":
            return _clone(invocation, words, here)
        case "config":
            return _config(invocation, words, here)
        case "init":
            names = [word for word in words if isinstance(word, str) and not word.startswith("-")]
            top = join(here, names[0]) if here is not None and names else here
            if top is None:
                return unmodelled("git: which directory it is in is not known")
            return Outcome(
                (MakeDirectory(top), Populate(join(top, ".git"), "git init", _INIT, Size(15, 17, 25)))
            )
        case "checkout" | "fetch" | "merge" | "pull" | "rebase" | "submodule" | "subtree" | "switch":
            grown = Size(0, 1_000_000, None) if verb in ("pull", "submodule") else Size(0, 100_000, None)
            return _grown(here, verb, grown)
        case _ if verb in _QUIET:
            return Outcome(stdout=Stream(Size(0, 41, None)))
        case _ if verb in _SMALL:
            return _grown(here, verb, Size(0, 1000, None))
        case _:
            return unmodelled(f"git {verb}")


def _clone(invocation: Invocation, words: tuple[Text, ...], here: str | None) -> Outcome:
    options = parse(_CLONE, words)
    if isinstance(options, Outcome):
        return options
    if not options.operands:
        return FAILURE
    directory = _directory(options, here)
    if directory is None:
        if here is None:
            return unmodelled("git: where it clones to is not known")
        return Outcome(unseen_tree(here, "git clone", CLONE, _REASON))
    size = SHALLOW if options.has("depth") else CLONE
    name = basename(directory) or "git"
    return Outcome((MakeDirectory(directory), *unseen_tree(directory, f"git clone {name}", size, _REASON)))


def _directory(options: Options, here: str | None) -> str | None:
    """The second operand, or the name of the repository (git-clone(1))."""
    words = options.operands
    if len(words) > 1:
        given = words[1]
        if not isinstance(given, str) or (not given.startswith("/") and here is None):
            return None
        return join("/", given) if given.startswith("/") else join(here or "/", given)
    address = words[0]
    if not isinstance(address, str) or here is None:
        return None
    name = address.rstrip("/").removesuffix("/.git").replace(":", "/").rpartition("/")[2]
    bare = name.removesuffix(".git")
    return join(here, f"{bare}.git" if options.has("bare") else bare) if bare else None


def _config(invocation: Invocation, words: tuple[Text, ...], here: str | None) -> Outcome:
    """``--global`` appends to ``~/.gitconfig``: a section and a line."""
    known = [word for word in words if isinstance(word, str)]
    operands = [word for word in known if not word.startswith("-")]
    if {"--get", "--get-all", "--list", "-l"} & set(known) or len(operands) < 2:
        return Outcome(stdout=Stream(Size(0, 20, 65_536)))
    home = invocation.environment.get("HOME", "/root")
    line = Size(1, sum(map(len, operands[:2])) + 8, 4000)
    if "--system" in known:
        return Outcome((Write("/etc/gitconfig", line, append=True),))
    if "--global" in known:
        if not isinstance(home, str) or not home.startswith("/"):
            return unmodelled("git: the home directory is not known")
        return Outcome((Write(join(home, ".gitconfig"), line, append=True),))
    return _grown(here, "config", line)


def _grown(here: str | None, verb: str, size: Size) -> Outcome:
    if here is None:
        return unmodelled("git: which directory it is in is not known")
    certain = size.high is not None
    return Outcome(
        (
            Populate(
                here,
                f"git {verb}",
                size,
                Size(0, 1, None),
                "" if certain else "what git changes is not known",
            ),
        ),
        stdout=Stream(Size(0, 0, None)),
    )


_CHECKOUTS = frozenset({"checkout", "clone", "co", "branch", "export", "get"})


def other(invocation: Invocation) -> Outcome:
    """``svn checkout ADDRESS [DIRECTORY]``, ``hg clone``, ``bzr branch``."""
    words = [word for word in invocation.argv[1:] if word is UNKNOWN or not word.startswith("-")]
    here = locate(invocation, ".")
    if here is None:
        return unmodelled("which directory it is in is not known")
    tool = str(invocation.argv[0]).rpartition("/")[2]
    if not words or words[0] not in _CHECKOUTS:
        quiet = not words or words[0] in ("info", "log", "status", "identify", "id", "revno", "cat", "ls")
        return SUCCESS if quiet else Outcome(unseen_tree(here, tool, Size(0, 100_000, None), _REASON))
    effects: list[Effect] = []
    name = words[-1]
    if len(words) < 2:
        return FAILURE
    path = locate(invocation, name) if len(words) > 2 else None
    if path is None and isinstance(name, str):
        path = join(here, basename(name))
    if path is None or path == here:
        return Outcome(unseen_tree(here, tool, CLONE, _REASON))
    effects = [MakeDirectory(path), *unseen_tree(path, f"{tool} {words[0]}", CLONE, _REASON)]
    return Outcome(tuple(effects))
