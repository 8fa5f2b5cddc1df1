"""Perl: ``perl``, which also edits files in place, and what installs modules.

Debian 12's 4,156 ``lib…-perl`` packages have a mean of 0.28 MB, half of them less than 49 kB; cpan and cpanm
install tests' needs and manual pages as well.
"""

from __future__ import annotations

from layerlint.commands._outcome import SUCCESS, unmodelled
from layerlint.commands._paths import locate
from layerlint.commands._toolchain import ANSWER, Line, again, first_word, here, home, program, scan
from layerlint.domain.size import Size
from layerlint.domain.text import UNKNOWN, Text
from layerlint.domain.truth import Truth
from layerlint.effects import Effect, Invocation, Move, Outcome, Populate, Replace, Write
from layerlint.filesystem.node import Inode

_MODULE = Size(15_000, 1_200_000, 40_000_000)
"""A module with what it needs and its manual pages."""
_SOURCES = Size(20_000, 2_500_000, 120_000_000)
"""Unpacked and built under the work directory, which stays."""
_INDEX = Size(0, 3_000_000, 40_000_000)
"""``02packages.details.txt.gz`` and what cpan keeps of it."""
_CPANM_VALUES = frozenset(
    ("-l", "-L", "--local-lib", "--local-lib-contained", "--mirror", "--from", "-M", "--with-feature", "--perl",
     "--cascade-search", "--mirror-index", "--configure-timeout", "--build-timeout", "--test-timeout", "--format")
)  # fmt: skip


def perl(invocation: Invocation) -> Outcome:
    """Options stand before the program; ``-i`` puts a new file in the place of each operand."""
    words = list(invocation.argv[1:])
    edits, text, loops, asks, installs, backup = False, False, False, False, False, ""
    while words and isinstance(words[0], str) and words[0].startswith("-") and words[0] != "-":
        word = str(words.pop(0))
        if word == "--":
            break
        letters = word[1:]
        while letters:
            letter, letters = letters[0], letters[1:]
            if letter in "eE":
                text = True
                if not letters and words:
                    words.pop(0)
                letters = ""
            elif letter == "i":
                edits, backup, letters = True, letters, ""
            elif letter in "MmIxDCF0lVd":
                asks, installs = asks or letter == "V", installs or letters.startswith("CPAN")
                if letter in "I" and not letters and words:
                    words.pop(0)
                letters = "" if letter not in "0l" else letters.lstrip("0123456789xX")
            elif letter in "vhc":
                asks = True
            elif letter in "np":
                loops = True
    if asks:
        return ANSWER
    if installs:
        return _installed(invocation, ("modules",), "cpan")
    if edits and text:
        return _edit(invocation, words, backup)
    if text:
        # ``-ne`` and ``-pe`` filter; what another one-liner does is rarely more than to print.
        return Outcome(status=Truth.YES if loops else Truth.MAYBE, stdout=ANSWER.stdout)
    return _script(invocation, words)


def _edit(invocation: Invocation, words: list[Text], backup: str) -> Outcome:
    """A new file of about the same length (perl 5.36: a temporary file that is renamed over the old)."""
    effects: list[Effect] = []
    for word in words:
        path = locate(invocation, word)
        if path is None:
            return unmodelled("perl -i: which file it edits is not known", *effects)
        node = invocation.view.lookup(path)
        if not isinstance(node, Inode) and invocation.view.presence(path) is Truth.NO:
            continue
        if backup and "/" not in backup and "*" not in backup:
            effects.append(Move(path, f"{path}{backup}"))
        effects.append(Replace(path, _edited(node.size if isinstance(node, Inode) else None)))
    return Outcome(tuple(effects))


def _edited(size: Size | None) -> Size:
    if size is None:
        return Size(0, 1024, None)
    # A substitution changes a few words; one that empties a file is rare.
    return Size(size.low * 2 // 3, size.likely, None if size.high is None else size.high * 3 // 2 + 4096)


def _script(invocation: Invocation, words: list[Text]) -> Outcome:
    if not words or words[0] == "-":
        if any(word == "App::cpanminus" for word in words):
            return _installed(invocation, ("App::cpanminus",), "cpanm")
        return program(invocation, "perl") if words or invocation.stdin is not None else SUCCESS
    name = first_word(words[0], "perl").rpartition("/")[2]
    if name in ("Makefile.PL", "Build.PL"):
        directory = here(invocation)
        if directory is not None:
            made = Populate(directory, name, Size(3_000, 30_000, 400_000), Size(1, 3, 10))
            return Outcome((made,))
    if name in ("cpanm", "cpan"):
        return (cpanm if name == "cpanm" else cpan)(again(invocation, name, words[1:]))
    return program(invocation, name)


def cpanm(invocation: Invocation) -> Outcome:
    """``~/.cpanm/work`` keeps what was unpacked and built."""
    line = scan(invocation.argv[1:], _CPANM_VALUES)
    if line.has("-V", "--version", "-h", "--help", "--info", "--look"):
        return ANSWER
    words: tuple[Text, ...] = line.words or (("cpanfile",) if line.has("--installdeps") else ())
    if not words and invocation.stdin is not None:
        words = ("modules",)
    needs = any(name.startswith("--installdeps") for name, _ in line.options)
    return _installed(invocation, words, "cpanm", _library(invocation, line), needs=needs)


def _library(invocation: Invocation, line: Line) -> str | None:
    given = line.value("-l", "-L", "--local-lib", "--local-lib-contained")
    return None if given is None else locate(invocation, given)


def _installed(
    invocation: Invocation,
    words: tuple[Text, ...],
    tool: str,
    library: str | None = None,
    *,
    needs: bool = False,
) -> Outcome:
    base = library or "/usr/local/share/perl"
    work = f"{home(invocation)}/.cpanm/work" if tool == "cpanm" else f"{home(invocation)}/.cpan/build"
    effects: list[Effect] = []
    for word in words:
        unknown = needs or word is UNKNOWN or word == "modules"
        reason = "which modules are installed is not known" if unknown else ""
        size = Size(0, 12_000_000, None) if unknown else _MODULE
        built = Size(0, 20_000_000, None) if unknown else _SOURCES
        name = first_word(word, "modules")
        effects += [
            Populate(base, name, size, Size(1, 150, None), reason, f"cpan:{name}"),
            Populate(work, name, built, Size(1, 400, None), reason),
        ]
    if effects and tool == "cpan":
        effects.append(Populate(f"{home(invocation)}/.cpan/sources", "cpan", _INDEX, Size(0, 30, 1000)))
    return Outcome(tuple(effects))


def cpan(invocation: Invocation) -> Outcome:
    line = scan(invocation.argv[1:], frozenset(("-j", "-M", "-O")))
    if line.has("-v", "-h", "-l", "-O", "-D", "-C", "-L", "-A"):
        return ANSWER
    words = tuple(word for word in line.words if word not in ("install", "notest", "force"))
    return _installed(invocation, words, "cpan")


def carton(invocation: Invocation) -> Outcome:
    """Into ``local`` beside the cpanfile."""
    line = scan(invocation.argv[1:], frozenset(("--path", "--cpanfile")))
    if line.verb == "exec":
        return program(invocation, "carton exec")
    if line.verb not in ("install", "", "update", "bundle"):
        return ANSWER
    directory = here(invocation, line.value("--path") or "local")
    if directory is None:
        return unmodelled("carton: the working directory is not known")
    snapshot = here(invocation, "cpanfile.snapshot")
    lock = () if snapshot is None else (Write(snapshot, Size(500, 20_000, 500_000)),)
    return Outcome((*_installed(invocation, ("cpanfile",), "cpanm", directory, needs=True).effects, *lock))
