"""R: ``R``, ``Rscript`` and littler's ``install2.r``.

Debian 12's 1,279 ``r-cran-…`` and ``r-bioc-…`` packages have a mean of 2.0 MB: 5 % are below 78 kB, half below 0.7
MB and 95 % below 6.1 MB.
"""

from __future__ import annotations

import re

from layerlint.commands._outcome import SUCCESS
from layerlint.commands._toolchain import (
    ANSWER,
    Line,
    Typical,
    first_directory,
    first_word,
    program,
    scan,
)
from layerlint.domain.size import Size
from layerlint.domain.text import UNKNOWN, Text
from layerlint.effects import Effect, Invocation, Outcome, Populate

_PACKAGE = Typical(78_000, 688_000, 1_980_000, 6_100_000)
_NEEDS = {
    "Bioc": 60_000_000,
    "bioc": 60_000_000,
    "github": 25_000_000,
    "dependencies": 20_000_000,
    "": 9_000_000,
}
"""Bytes of what a package needs that is not there yet, by a word of the call.  Of recorded steps of 2020 to 2026,
eleven of ``install.packages(…, dependencies=TRUE)`` wrote 1.4 to 95 MB a package (half less than 22 MB), four of
``install_github`` 5 to 171 MB and five of Bioconductor 14 to 482 MB."""
_QUOTED = re.compile(r"""["']([A-Za-z][A-Za-z0-9._/-]{0,80})["']""")
_CALLS = ("install.packages", "install_github", "install_version", "install_cran", "biocLite", "BiocManager::install",
          "pak::", "install_bioc", "install_git", "remotes::install")  # fmt: skip
_LIBRARIES = (
    "/usr/local/lib/R/site-library",
    "/usr/local/lib/R/library",
    "/usr/lib/R/site-library",
    "/usr/lib64/R/library",
)
_WITH_VALUE = frozenset(
    ("-e", "-f", "-r", "--repos", "-l", "--libloc", "-d", "--deps", "-n", "--ncpus", "-m", "--method",
     "--file", "-g", "-t", "--type")
)  # fmt: skip
_OPTIONS = frozenset(
    ("TRUE", "FALSE", "source", "binary", "Depends", "Imports", "LinkingTo", "libcurl", "wget")
)


def r(invocation: Invocation) -> Outcome:
    """``-e`` gives text, ``-f`` or a name a script; ``CMD INSTALL`` a package's directory or archive."""
    words = invocation.argv[1:]
    if words[:2] == ("CMD", "INSTALL"):
        return _installed(invocation, list(scan(words[2:], _WITH_VALUE).words))
    if words[:1] == ("CMD",):
        return SUCCESS if words[1:2] == ("javareconf",) else program(invocation, "R CMD")
    line = scan(words, _WITH_VALUE)
    if line.has("--version", "--help"):
        return ANSWER
    texts = [value for name, value in line.options if name == "-e"]
    if texts:
        effects = [effect for text in texts[:100] for effect in _text(invocation, text)]
        return Outcome(tuple(effects), stdout=ANSWER.stdout)
    name = first_word(line.value("-f", "--file") or (line.words[0] if line.words else ""), "R")
    return program(invocation, name.rpartition("/")[2] or "R")


def _text(invocation: Invocation, text: Text) -> tuple[Effect, ...]:
    """The packages that a call of ``install.packages`` and its like names; other text is taken to print."""
    if text is UNKNOWN:
        return program(invocation, "R").effects
    if not any(call in text for call in _CALLS):
        quiet = any(
            text.lstrip().startswith(start)
            for start in ("library(", "cat(", "print(", "sessionInfo", "R.version", "options(")
        )
        if text.lstrip().startswith("update.packages("):
            reason = "which R packages have newer versions is not known"
            newer = Populate(
                _library(invocation), "update.packages", Size(0, 20_000_000, None), Size(0, 300, None), reason
            )
            return (newer,)
        return () if quiet else program(invocation, "R").effects
    body = re.sub(
        r"""(repos|lib|method|type|destdir|configure\.args|Ncpus|ref|subdir|host|version)\s{0,9}=\s{0,9}(c\([^)]{0,300}\)|["'][^"']{0,300}["'])""",
        "",
        text,
    )
    names = [
        n for n in _QUOTED.findall(body) if "://" not in n and n not in _OPTIONS and not n.endswith(".R")
    ]
    names = list(dict.fromkeys(names))
    if not names:
        reason = "which R packages are installed is not known"
        return (
            Populate(_library(invocation), "packages", Size(0, 30_000_000, None), Size(0, 400, None), reason),
        )
    each = next(amount for word, amount in _NEEDS.items() if word in text)
    return _installed(invocation, list(names), each=each).effects


def _library(invocation: Invocation) -> str:
    return first_directory(invocation, _LIBRARIES, _LIBRARIES[0])


def _installed(
    invocation: Invocation, words: list[Text], library: str | None = None, each: int = _NEEDS[""]
) -> Outcome:
    """Each package's own bytes, and in one sum what they need."""
    library = library or _library(invocation)
    reason = "what the packages need is not known"
    effects: list[Effect] = []
    for word in words[:500]:
        name = first_word(word, "package").rpartition("/")[2] or "package"
        effects.append(Populate(library, name, _PACKAGE.of(1), Size(5, 60, 2000), label=f"r:{name}"))
    if effects:
        more = min(len(effects), 8)
        needs = Size(0, each * more, None)
        effects.append(Populate(library, "dependencies", needs, Size(0, 250 * more, None), reason))
    return Outcome(tuple(effects))


def install2(invocation: Invocation) -> Outcome:
    """``install2.r``, ``installGithub.r``, ``installBioc.r``: names, or ``cran/name`` of a repository."""
    line: Line = scan(invocation.argv[1:], _WITH_VALUE)
    if line.has("-h", "--help", "-x", "--usage"):
        return ANSWER
    given = line.value("-l", "--libloc")
    library = given if isinstance(given, str) and given.startswith("/") else None
    return _installed(invocation, list(line.words), library)
