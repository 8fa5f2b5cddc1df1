"""which and type: where a command is."""

from __future__ import annotations

from layerlint.commands._known import is_absent
from layerlint.commands._options import Grammar, parse
from layerlint.commands._paths import join
from layerlint.commands._streams import concatenate, of_line
from layerlint.domain.size import Size
from layerlint.domain.text import UNKNOWN, Text
from layerlint.domain.truth import Truth
from layerlint.effects import Invocation, Outcome, Stream
from layerlint.filesystem.node import Directory

_WHICH = Grammar("which", "as", {})
_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
"""BuildKit's own, where an image sets none."""
_BUILTINS = frozenset(
    ("[", "alias", "bg", "break", "cd", "command", "continue", "echo", "eval", "exec", "exit", "export", "false", "fg",
     "getopts", "hash", "jobs", "kill", "local", "printf", "pwd", "read", "readonly", "return", "set", "shift", "test",
     "times", "trap", "true", "type", "ulimit", "umask", "unalias", "unset", "wait", ".", ":")
)  # fmt: skip


def which(invocation: Invocation) -> Outcome:
    """The path of each command, looked up in PATH; NO for one that is certainly nowhere."""
    options = parse(_WHICH, invocation.argv[1:])
    if isinstance(options, Outcome):
        return options
    status = Truth.of(bool(options.operands))
    found: list[Stream] = []
    for word in options.operands:
        truth, path = locate_command(invocation, word)
        status = status & truth
        if truth is Truth.YES:
            found.append(of_line(path))
        elif truth is Truth.MAYBE:
            found.append(Stream(Size(0, 16, 4096)))
    return Outcome(status=status, stdout=concatenate(found))


def type_(invocation: Invocation) -> Outcome:
    """As which, but builtins count; what it prints is not followed."""
    status = Truth.YES
    for word in invocation.argv[1:]:
        if word in _BUILTINS or (isinstance(word, str) and word.startswith("-")):
            continue
        status = status & locate_command(invocation, word)[0]
    return Outcome(status=status, stdout=Stream(Size(0, 30, 1 << 16)))


def locate_command(invocation: Invocation, word: Text) -> tuple[Truth, Text]:
    """Whether there is such a program, and its path; UNKNOWN where an earlier directory may have it."""
    if word is UNKNOWN:
        return Truth.MAYBE, UNKNOWN
    view = invocation.view
    if "/" in word:
        directories, word = [invocation.path(word.rpartition("/")[0] or "/")], word.rpartition("/")[2]
    else:
        path = invocation.environment.get("PATH", _PATH)
        if path is UNKNOWN:
            return Truth.MAYBE, UNKNOWN
        directories = [invocation.path(part or ".") for part in path.split(":")]
    unsure = False
    for directory in directories:
        if directory is None:
            unsure = True
            continue
        place = join(directory, word)
        node = view.lookup(place)
        if node is not None and not isinstance(node, Directory) and node.mode & 0o111:
            return view.presence(place), UNKNOWN if unsure else place
        unsure = unsure or (node is None and not is_absent(view, place))
    return (Truth.MAYBE if unsure else Truth.NO), UNKNOWN
