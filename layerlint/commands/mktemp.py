"""mktemp, after GNU coreutils 9.1."""

from __future__ import annotations

from layerlint.commands._options import Grammar, parse
from layerlint.commands._outcome import FAILURE, unmodelled
from layerlint.commands._paths import clean
from layerlint.commands._streams import of_line
from layerlint.domain.size import ZERO
from layerlint.domain.text import UNKNOWN, Text
from layerlint.effects import Effect, Invocation, MakeDirectory, Outcome, Write
from layerlint.filesystem.node import Inline

_GRAMMAR = Grammar(
    "mktemp",
    "dp:qtuV",
    {"directory": "d", "dry-run": "u", "quiet": "q", "suffix": "suffix:", "tmpdir": "p::"},
)
_DEFAULT = "tmp.XXXXXXXXXX"
MAX_TRIES = 1000


def mktemp(invocation: Invocation) -> Outcome:
    """Make a file or directory of a new name and print it.

    The real name is random.  Here the Xs are replaced by the first number that is free, so that the same
    script gives the same names and two calls give two.
    """
    options = parse(_GRAMMAR, invocation.argv[1:])
    if isinstance(options, Outcome):
        return options
    template: Text = options.operands[0] if options.operands else _DEFAULT
    suffix = options.value("suffix") or ""
    directory = options.value("p")
    if directory is None and (options.has("p", "t") or not options.operands):
        directory = invocation.environment.get("TMPDIR") or "/tmp"
    if template is UNKNOWN or suffix is UNKNOWN or directory is UNKNOWN:
        template, suffix, directory = _DEFAULT, "", "/tmp"
    whole = template + suffix
    end = whole.rfind("X") + 1
    start = len(whole[:end].rstrip("X"))
    if end - start < 3:
        return FAILURE
    for number in range(MAX_TRIES):
        name = whole[:start] + str(number).zfill(end - start) + whole[end:]
        shown = name if directory is None else f"{directory.rstrip('/')}/{name}"
        path = invocation.path(shown)
        if path is None:
            break
        if invocation.view.lookup(path, follow=False) is not None:
            continue
        effect: Effect = Write(clean(path), ZERO, Inline(b""), mode=0o600)
        if options.has("d"):
            effect = MakeDirectory(clean(path), 0o700)
        return Outcome(() if options.has("u") else (effect,), stdout=of_line(shown))
    return unmodelled("mktemp: where the new name goes is not known", stdout=of_line(UNKNOWN))
