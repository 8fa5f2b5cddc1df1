"""grep, egrep and fgrep, after GNU grep 3.8."""

from __future__ import annotations

from layerlint.commands._options import Grammar, parse
from layerlint.commands._outcome import FAILURE
from layerlint.commands._regex import Regex, translate
from layerlint.commands._streams import concatenate, data_of, encode, of_bytes, open_all
from layerlint.domain.size import Size
from layerlint.domain.text import UNKNOWN, Text
from layerlint.domain.truth import Truth
from layerlint.effects import Invocation, Outcome, Stream

_GRAMMAR = Grammar(
    "grep",
    "A:aB:bC:cd:D:Ee:Ff:GHhiIlLm:nopPqrRsTuUvVwxyz0123456789",
    {"after-context": "A:", "basic-regexp": "G", "before-context": "B:", "binary-files": "-:", "color": "-::",
     "colour": "-::", "context": "C:", "count": "c", "exclude": "-:", "exclude-dir": "-:", "extended-regexp": "E",
     "file": "f:", "files-with-matches": "l", "files-without-match": "L", "fixed-strings": "F", "ignore-case": "i",
     "include": "-:", "invert-match": "v", "line-buffered": "-", "line-number": "n", "line-regexp": "x",
     "max-count": "m:", "no-filename": "h", "no-messages": "s", "null": "-", "only-matching": "o",
     "perl-regexp": "P", "quiet": "q", "recursive": "r", "regexp": "e:", "silent": "q", "text": "a",
     "with-filename": "H", "word-regexp": "w"},
)  # fmt: skip
_FOLLOWED = frozenset(("", "E", "F", "G", "a", "e", "h", "i", "q", "s", "v", "y"))
"""Options with which what it prints is computed."""


def grep(invocation: Invocation) -> Outcome:
    """Print the lines that match, exact where they are known and the expression is plain."""
    return _run(invocation, "G")


def egrep(invocation: Invocation) -> Outcome:
    return _run(invocation, "E")


def fgrep(invocation: Invocation) -> Outcome:
    return _run(invocation, "F")


def _run(invocation: Invocation, syntax: str) -> Outcome:
    options = parse(_GRAMMAR, invocation.argv[1:])
    if isinstance(options, Outcome):
        return options
    files = options.operands
    pattern: Text
    if options.has("e"):
        pattern = options.value("e") or ""
    elif options.has("f"):
        pattern = UNKNOWN
    elif files:
        pattern, files = files[0], files[1:]
    else:
        return FAILURE
    inputs = open_all(invocation, files)
    stream = concatenate(opened.stream for opened in inputs)
    quiet = options.has("q")
    high = None if stream.size.high is None else 2 * stream.size.high + 131_072
    unknown = Outcome(
        status=Truth.MAYBE, stdout=Stream(Size(0, 0, 0) if quiet else Size(0, stream.size.likely // 4, high))
    )
    followed = all(key in _FOLLOWED for key, _ in options.sequence) and len(options.values("e")) < 2
    data = data_of(stream)
    if len(inputs) == 1 and inputs[0].status is Truth.NO and not options.has("r", "R"):
        return FAILURE
    if pattern is UNKNOWN or data is None or not followed or len(inputs) > 1 or options.has("r", "R"):
        return unknown
    regex = _compile(pattern, options.last("E", "F", "G") or syntax, ignore_case=options.has("i", "y"))
    if regex is None:
        return unknown
    lines = data.split(b"\n")[: -1 if data.endswith(b"\n") or not data else None]
    texts = [line.decode("latin-1") for line in lines]
    if not all(all(part.fits(text) for part in regex) for text in texts):
        return unknown
    inverted = options.has("v")
    found = [
        line
        for line, text in zip(lines, texts, strict=True)
        if any(part.pattern.search(text) is not None for part in regex) != inverted
    ]
    output = b"" if quiet else b"".join(line + b"\n" for line in found)
    return Outcome(status=Truth.of(bool(found)), stdout=of_bytes(output))


def _compile(pattern: str, syntax: str, *, ignore_case: bool) -> tuple[Regex, ...] | None:
    """One expression a line of the pattern; a line that is empty matches everything."""
    regexes = []
    for line in encode(pattern).decode("latin-1").split("\n"):
        text = "".join("\\" + character if character in ".[]*^$\\" else character for character in line)
        regex = translate(text if syntax == "F" else line, extended=syntax == "E", ignore_case=ignore_case)
        if regex is None:
            return None
        regexes.append(regex)
    return tuple(regexes)
