"""make, cmake, ./configure and their kin: what a source tree makes of itself is not known, where is.

Likely sizes: of 171 RUN instructions that configure, make and install (public images, 2015 and 2020–26) the
median keeps 112 MB with what apt installs for it, and those that make without apt 49 MB.  A build directory
holds the objects of a mid-sized C program; an installation under a prefix the half of it.
"""

from __future__ import annotations

import posixpath

from layerlint.commands._options import Grammar, Options, parse
from layerlint.commands._outcome import SUCCESS, unmodelled
from layerlint.commands._paths import join, locate
from layerlint.commands._unseen import unseen_tree
from layerlint.domain.size import Size
from layerlint.domain.text import UNKNOWN, Text
from layerlint.effects import Effect, Invocation, Outcome, Populate, Stream
from layerlint.filesystem.node import Inode

OBJECTS = Size(0, 20_000_000, None)
INSTALLED = Size(0, 15_000_000, None)
_CONFIGURED = Size(50_000, 500_000, 5_000_000)
"""``config.log``, ``config.status``, makefiles: autoconf 2.71 makes 210 kB for a program without options, and
5 MB for the largest of GNU."""
_GENERATED = Size(300_000, 1_500_000, 10_000_000)
"""autoreconf: ``configure``, ``aclocal.m4``, ``autom4te.cache``, ``config.guess`` (sources as for configure)."""
_REASON = "what it builds is not known"
_MAKE = Grammar(
    "make",
    "bBC:deEf:ghiI:j::kl::LnmNo:O::pPqrRsStT:uvwW:x",
    {"always-make": "B", "debug": "-::", "directory": "C:", "dry-run": "n", "environment-overrides": "-", "eval": "-:",
     "file": "-:", "include-dir": "-:", "jobs": "-::", "just-print": "n", "keep-going": "-", "load-average": "-::",
     "makefile": "-:", "max-load": "-::", "no-builtin-rules": "-", "no-print-directory": "-", "output-sync": "-::",
     "question": "n", "quiet": "-", "silent": "-", "trace": "-", "warn-undefined-variables": "-"},
)  # fmt: skip
_REMOVING = frozenset({"clean", "dist-clean", "distclean", "mostlyclean", "realclean", "maintainer-clean"})
_READING = frozenset({"check", "help", "lint", "test", "tests"})


def make(invocation: Invocation) -> Outcome:
    """Objects in the directory; ``install`` puts files under ``DESTDIR`` and ``prefix`` too."""
    options = parse(_MAKE, invocation.argv[1:])
    if isinstance(options, Outcome):
        return options
    here = _made_in(invocation, options)
    if options.has("n", "p", "q", "v"):
        return Outcome(stdout=Stream(Size(0, 2000, None)))
    variables = _assigned(options.operands)
    targets = [word for word in options.operands if isinstance(word, str) and "=" not in word]
    if here is None:
        return unmodelled("make: which directory it is in is not known")
    effects: list[Effect] = []
    for target in targets or ["all"]:
        if target in _REMOVING:
            effects += unseen_tree(here, "make", Size(0, 0, None), "what make removes is not known")
        elif target.startswith("install") or "-install" in target:
            effects += unseen_tree(
                _prefix(invocation, variables, here),
                "make install",
                INSTALLED,
                "what make installs is not known",
            )
        elif target not in _READING:
            effects += unseen_tree(here, "make", OBJECTS, _REASON)
    return Outcome(tuple(effects), stdout=Stream(Size(0, 2000, None)))


def _made_in(invocation: Invocation, options: Options) -> str | None:
    """Several ``-C`` count one from the other."""
    here = invocation.cwd
    for word in options.values("C"):
        if not isinstance(word, str):
            return None
        here = join("/", word) if word.startswith("/") else None if here is None else join(here, word)
    return here


def _assigned(words: tuple[Text, ...]) -> dict[str, str]:
    return {
        name: value
        for word in words
        if isinstance(word, str)
        for name, equals, value in [word.partition("=")]
        if equals
    }


_LABEL = "prefix:"
"""What was configured carries its prefix in its label, so that ``make install`` knows it."""


def _labelled(invocation: Invocation, *options: str) -> str | None:
    words = [word for word in invocation.argv[1:] if isinstance(word, str)]
    given = [word[len(option) :] for word in words for option in options if word.startswith(option)]
    return f"{_LABEL}{given[-1]}" if given and given[-1].startswith("/") else None


def _configured_prefix(invocation: Invocation, here: str) -> str:
    for name in ("configure", "cmake"):
        node = invocation.view.lookup(join(here, f"<{name}>"))
        label = node.label if isinstance(node, Inode) else None
        if label is not None and label.startswith(_LABEL):
            return label.removeprefix(_LABEL)
    return "/usr/local"


def _prefix(invocation: Invocation, variables: dict[str, str], here: str) -> str:
    """Where an installation goes, as far as the command line or the configuration says."""
    top = variables.get("DESTDIR") or invocation.environment.get("DESTDIR") or ""
    prefix = variables.get("PREFIX") or variables.get("prefix") or _configured_prefix(invocation, here)
    if not isinstance(top, str):
        return "/usr/local"
    path = locate(invocation, f"{top}/{prefix}" if top else prefix)
    return path or "/usr/local"


def configure(invocation: Invocation) -> Outcome:
    """``./configure`` and its kin write makefiles and logs into the working directory."""
    if invocation.cwd is None:
        return unmodelled("which directory it is in is not known")
    if {"--help", "--version", "-h"} & {word for word in invocation.argv if isinstance(word, str)}:
        return Outcome(stdout=Stream(Size(0, 10_000, None)))
    label = _labelled(invocation, "--prefix=")
    return Outcome(
        (Populate(invocation.cwd, "configure", _CONFIGURED, Size(5, 20, 300), label=label),),
        stdout=Stream(Size(0, 5000, None)),
    )


def generate(invocation: Invocation) -> Outcome:
    """autoreconf and its parts, ``autogen.sh``, ``bootstrap``: the scripts of a build system."""
    if invocation.cwd is None:
        return unmodelled("which directory it is in is not known")
    given = [word for word in invocation.argv[1:] if isinstance(word, str) and not word.startswith("-")]
    top = (
        locate(invocation, given[0])
        if posixpath.basename(str(invocation.argv[0])) == "autoreconf" and given
        else None
    )
    return Outcome((Populate(top or invocation.cwd, "autoconf", _GENERATED, Size(1, 15, 200)),))


def cmake(invocation: Invocation) -> Outcome:
    """Configures (``-S``, ``-B``), builds (``--build``), installs (``--install``), or runs as a tool (``-E``)."""
    words = [word if isinstance(word, str) else "" for word in invocation.argv[1:]]
    if "-E" in words or "-P" in words:
        return unmodelled("cmake: a script or a tool of it")
    if not words or words[0] in ("--version", "--help"):
        return Outcome(stdout=Stream(Size(1, 100, 10_000)))
    if "--build" in words:
        top = locate(invocation, _after(words, "--build"))
        if top is None:
            return unmodelled("cmake: which directory it is in is not known")
        effects = unseen_tree(top, "cmake --build", OBJECTS, _REASON)
        if _after(words, "--target") == "install" or _after(words, "-t") == "install":
            place = _configured_prefix(invocation, top)
            effects += unseen_tree(place, "make install", INSTALLED, "what cmake installs is not known")
        return Outcome(effects)
    if "--install" in words:
        top = locate(invocation, _after(words, "--install")) or "/"
        place = locate(invocation, _after(words, "--prefix")) or _configured_prefix(invocation, top)
        return Outcome(unseen_tree(place, "cmake --install", INSTALLED, "what cmake installs is not known"))
    attached = next((word[2:] for word in words if word.startswith("-B") and len(word) > 2), "")
    build = attached or (_after(words, "-B") if "-B" in words else ".")
    top = locate(invocation, build)
    if top is None:
        return unmodelled("cmake: which directory it is in is not known")
    label = _labelled(invocation, "-DCMAKE_INSTALL_PREFIX=", "-DCMAKE_INSTALL_PREFIX:PATH=")
    configured = Populate(top, "cmake", _CONFIGURED, Size(5, 40, 500), label=label)
    return Outcome((configured,), stdout=Stream(Size(0, 2000, None)))


def _after(words: list[str], option: str) -> str:
    """The word behind an option, or nothing."""
    position = words.index(option) + 1 if option in words else len(words)
    return words[position] if position < len(words) else ""


def build(invocation: Invocation) -> Outcome:
    """ninja, meson, scons, bazel, waf, b2: in the working directory or ``-C``; ``install`` under /usr/local."""
    words = [word for word in invocation.argv[1:] if word is not UNKNOWN]
    tool = posixpath.basename(str(invocation.argv[0]))
    known = [str(word) for word in words]
    if {"--version", "--help"} & set(known):
        return Outcome(stdout=Stream(Size(1, 100, 10_000)))
    here = locate(invocation, _after(known, "-C") or ".")
    if here is None:
        return unmodelled(f"{tool}: which directory it is in is not known")
    if tool in ("meson", "waf") and known[:1] in (["setup"], ["configure"]):
        return Outcome((Populate(here, tool, _CONFIGURED, Size(5, 40, 500)),))
    effects: tuple[Effect, ...] = ()
    if "install" in known:
        place = locate(invocation, _after(known, "--destdir")) or _configured_prefix(invocation, here)
        effects = unseen_tree(place, f"{tool} install", INSTALLED, f"what {tool} installs is not known")
    if known[:1] != ["install"]:
        top = _home(invocation) + "/.cache/bazel" if tool in ("bazel", "bazelisk") else here
        effects = (*unseen_tree(top, tool, OBJECTS, _REASON), *effects)
    return Outcome(effects)


def _home(invocation: Invocation) -> str:
    home = invocation.environment.get("HOME")
    return home.rstrip("/") if isinstance(home, str) and home.startswith("/") else "/root"


def patch(invocation: Invocation) -> Outcome:
    """Changes files of the working directory (``-d``), by about as much as it reads."""
    words = [word if isinstance(word, str) else "" for word in invocation.argv[1:]]
    if "--dry-run" in words:
        return SUCCESS
    here = locate(invocation, _after(words, "-d") or _after(words, "--directory") or ".")
    if here is None:
        return unmodelled("patch: which directory it is in is not known")
    return Outcome(
        unseen_tree(here, "patch", Size(0, 20_000, None), "which files patch changes is not known")
    )
