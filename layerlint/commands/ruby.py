"""Ruby: ``gem``, ``bundle``, ``rake``, ``rails`` and what starts a script.

A gem is taken to be as large as Debian 12's 1,400 ``ruby-…`` packages, times two for the tests, documents and
build files that Debian leaves out; ``gem install rails`` wrote 53.7 MB in the official images of 2015 (about
35 gems with their archives and documents), ``gem install bundler`` 1.12 to 1.26 MB.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from layerlint.commands._known import is_absent
from layerlint.commands._outcome import SUCCESS, unmodelled
from layerlint.commands._paths import basename, join, locate
from layerlint.commands._toolchain import (
    ANSWER,
    Line,
    Typical,
    again,
    data,
    files,
    filled,
    first_directory,
    first_word,
    here,
    home,
    program,
    scan,
    variable,
)
from layerlint.domain.size import Size
from layerlint.domain.text import UNKNOWN
from layerlint.domain.truth import Truth
from layerlint.effects import Effect, Invocation, Outcome, Populate, Write
from layerlint.filesystem.node import Inline

_GEM = Typical(60_000, 700_000, 1_200_000, 25_000_000)
"""Of a lock file: unpacked and built, without its archive."""
_ARCHIVE = Typical(10_000, 90_000, 250_000, 8_000_000)
_ALONE: Mapping[str, int] = {"bundle": 1_200_000, "bundler": 1_180_000, "rails": 53_740_000, "rake": 350_000}
"""Bytes of ``gem install`` with what the gem needs, its archives and documents."""
_WITH_NEEDS = Size(60_000, 2_500_000, 70_000_000)
_SHARES = (("gems", 0.75), ("cache", 0.17), ("specifications", 0.01), ("doc", 0.07))
"""How the bytes are spread: archives are about a fifth of what they hold."""
_SYSTEM = Size(1_500_000, 5_000_000, 30_000_000)
"""RubyGems itself, with documents where they are made."""
_INDEX = Size(0, 22_000_000, 60_000_000)
"""Bundler's compact index: its list of versions had 22 MB in January 2019 (rubygems/bundler#6915); no file at
all before Bundler 1.12, or where the index is not asked."""
_UNKNOWN_LOCK = "which gems Gemfile.lock asks for is not known"
_BUNDLE = Size(500_000, 110_000_000, None)
"""A Rails application has about a hundred gems."""

_SPECS = Size(0, 3_000_000, 20_000_000)
"""The lists of all gems that RubyGems before 3.2 keeps in ``~/.gem`` (``Gem.spec_cache_dir``): not measured."""
_GEM_HOMES = (
    "/usr/local/bundle",
    "/var/lib/gems",
    "/usr/local/share/gems",
    "/usr/lib/ruby/gems",
    "/usr/local/lib/ruby/gems",
)
_GEM_VALUES = frozenset(
    ("-v", "--version", "-i", "--install-dir", "-n", "--bindir", "-s", "--source", "-P", "--trust-policy", "-p",
     "--http-proxy", "--platform", "--config-file", "-B", "--bulk-threshold", "-g", "--file", "--without", "-o",
     "--output", "-C")
)  # fmt: skip
_BUNDLE_VALUES = frozenset(
    (
        "--path",
        "--without",
        "--with",
        "--jobs",
        "-j",
        "--retry",
        "--gemfile",
        "--binstubs",
        "--standalone",
        "--shebang",
        "--trust-policy",
        "--target-rbconfig",
        "--group",
        "-g",
        "--source",
        "--cache-path",
        "--version",
        "-v",
    )
)


def _gem_home(invocation: Invocation) -> str:
    """The official images set GEM_HOME; distributions have directories of their own."""
    return variable(invocation, "GEM_HOME") or first_directory(
        invocation,
        _GEM_HOMES,
        "/usr/local/bundle",
    )


# -------------------------------------------------------------------------------- gem


def gem(invocation: Invocation) -> Outcome:
    line = scan(invocation.argv[1:], _GEM_VALUES)
    match line.verb:
        case "install" | "i":
            return _gem_install(invocation, line)
        case "update":
            if line.has("--system"):
                system = Populate(
                    _gem_home(invocation),
                    "rubygems",
                    _SYSTEM,
                    Size(300, 700, 5000),
                    label="gem:rubygems-update",
                )
                specs = Populate(f"{home(invocation)}/.gem", "specs", _SPECS, Size(0, 2, 10))
                return Outcome((system, specs))
            reason = "which gems have newer versions is not known"
            return Outcome(
                (
                    Populate(
                        _gem_home(invocation),
                        "gem update",
                        Size(0, 6_000_000, None),
                        Size(0, 500, None),
                        reason,
                    ),
                )
            )
        case "fetch" | "unpack":
            return Outcome(filled(invocation, "", "gems", _ARCHIVE.of(len(line.words) - 1), Size(0, 1, 50)))
        case "build":
            return program(invocation, "gem build")
        case "uninstall" | "cleanup" | "sources" | "pristine" | "rdoc" | "push":
            return SUCCESS
        case _:
            return ANSWER


def _documents(invocation: Invocation, line: Line) -> bool:
    """By default the index of ``ri`` is made (and HTML too, before RubyGems 3)."""
    if line.has("-N", "--no-document", "--no-ri", "--no-doc", "--no-rdoc"):
        return False
    for path in (f"{home(invocation)}/.gemrc", "/usr/local/etc/gemrc", "/etc/gemrc"):
        text = data(invocation, path, 65_536) or ""
        if "--no-document" in text or "--no-ri" in text:
            return False
    return True


def _gem_install(invocation: Invocation, line: Line) -> Outcome:
    directory = locate(invocation, line.value("-i", "--install-dir") or "") or _gem_home(invocation)
    if line.has("--user-install"):
        directory = f"{home(invocation)}/.gem/ruby"
    documents, effects = _documents(invocation, line), list[Effect]()
    if line.has("-g", "--file"):
        return Outcome(_bundled(invocation, directory))
    for word in line.words[1:]:
        name = first_word(word, "gem").rpartition("/")[2].partition(":")[0] or "gem"
        size = Size.around(_ALONE[name], 0.5, 0.8) if name in _ALONE else _WITH_NEEDS
        reason = "what the gem needs is not known" if word is UNKNOWN else ""
        for below, share in _SHARES:
            if below != "doc" or documents:
                effects.append(
                    Populate(
                        join(directory, below),
                        name,
                        size.scaled(share),
                        Size(1, 60, 5000),
                        reason,
                        f"gem:{name}",
                    )
                )
    effects.append(_specs(invocation))
    return Outcome(tuple(effects))


def _specs(invocation: Invocation) -> Effect:
    """Old clients keep the list of all gems, newer ones only the specifications that were asked for."""
    return Populate(f"{home(invocation)}/.gem", "specs", Size(0, 20_000, 12_000_000), Size(0, 5, 300))


# ----------------------------------------------------------------------------- bundle


def bundle(invocation: Invocation) -> Outcome:
    words = [
        w for w in invocation.argv[1:] if not (isinstance(w, str) and w.startswith("_") and w.endswith("_"))
    ]
    if words[:1] == ["exec"]:
        return _exec(invocation, Line(tuple(words[1:]), ()))
    line = scan(words, _BUNDLE_VALUES)
    if line.has("--version") and not line.words:
        return ANSWER
    match line.verb:
        case "install" | "" | "update" | "pristine":
            return _bundle_install(invocation, line)
        case "config":
            return _configure(invocation, line)
        case "package" | "pack" | "cache":
            count = _locked(invocation)
            size = Size(20_000, 20_000_000, None) if count is None else _ARCHIVE.of(count)
            reason = _UNKNOWN_LOCK if count is None else ""
            return Outcome(
                filled(invocation, "vendor/cache", "gems", size, Size(0, count or 80, None), reason)
            )
        case "lock" | "init" | "add" | "remove":
            return Outcome(filled(invocation, "", "Gemfile.lock", Size(0, 4000, 100_000), Size(0, 1, 2)))
        case "binstubs" | "gem":
            return Outcome(filled(invocation, "bin", "binstubs", Size(0, 1000, 50_000), Size(0, 1, 40)))
        case _:
            return ANSWER


def _bundle_install(invocation: Invocation, line: Line) -> Outcome:
    given = line.value("--path")
    if given is not None:
        directory = locate(invocation, given)
    elif line.has("--deployment"):
        directory = here(invocation, "vendor/bundle")
    else:
        configured = _configured(invocation)
        directory = locate(invocation, configured) if configured else None
        directory = directory or variable(invocation, "BUNDLE_PATH") or _gem_home(invocation)
    if directory is None:
        return unmodelled("bundle: where it installs to is not known")
    cached = Populate(f"{home(invocation)}/.bundle/cache", "compact_index", _INDEX, Size(0, 150, 2000))
    local = line.has("--local")
    return Outcome((*_bundled(invocation, directory), *(() if local else (cached,)), *_lock(invocation)))


def _bundled(invocation: Invocation, directory: str) -> tuple[Effect, ...]:
    count = _locked(invocation)
    if count is None:
        return tuple(
            Populate(
                join(directory, below), "bundle", _BUNDLE.scaled(share), Size(1, many, None), _UNKNOWN_LOCK
            )
            for below, share, many in (
                ("gems", 0.82, 8000),
                ("cache", 0.17, 90),
                ("specifications", 0.01, 90),
            )
        )
    return (
        Populate(join(directory, "gems"), "bundle", _GEM.of(count), files(count, 80)),
        Populate(join(directory, "cache"), "bundle", _ARCHIVE.of(count), files(count, 1)),
        Populate(
            join(directory, "specifications"), "bundle", Size(0, 2500 * count, 8000 * count), files(count, 1)
        ),
    )


def _locked(invocation: Invocation) -> int | None:
    """Gems in ``Gemfile.lock``: lines of four blanks, a name and a version."""
    path = here(invocation, "Gemfile.lock")
    text = None if path is None else data(invocation, path)
    if text is None:
        return None
    lines = text.splitlines()
    return len({w[4:].split(" ")[0] for w in lines if w[:4] == "    " and w[4:5].strip() and "(" in w})


def _lock(invocation: Invocation) -> tuple[Effect, ...]:
    """It is written where there is none."""
    path = here(invocation, "Gemfile.lock")
    if path is None or invocation.view.lookup(path) is not None:
        return ()
    return (Write(path, Size(0, 4000, 100_000)),)


def _settings(invocation: Invocation, everywhere: bool) -> str | None:
    if everywhere:
        return f"{home(invocation)}/.bundle/config"
    folder = variable(invocation, "BUNDLE_APP_CONFIG") or here(invocation, ".bundle")
    return None if folder is None else join(folder, "config")


def _configured(invocation: Invocation) -> str:
    """The ``path`` that an earlier ``bundle config`` set."""
    for everywhere in (False, True):
        path = _settings(invocation, everywhere)
        text = "" if path is None else data(invocation, path, 65_536) or ""
        for line in text.splitlines():
            if line.startswith("BUNDLE_PATH: "):
                return line[13:].strip().strip('"')
    return ""


def _configure(invocation: Invocation, line: Line) -> Outcome:
    """``bundle config [set] [--global] NAME VALUE``: one line of a small file."""
    words = list(line.words[1:])
    if words and words[0] in ("set", "unset", "get", "list") and words.pop(0) != "set":
        return ANSWER
    if len(words) < 2:
        return ANSWER
    path = _settings(invocation, line.has("--global") or not (line.has("--local") or words[0] == "path"))
    if path is None:
        return unmodelled("bundle config: the working directory is not known")
    text = data(invocation, path, 65_536)
    if any(word is UNKNOWN for word in words):
        return Outcome((Write(path, Size(10, 60, 4000), append=True),))
    name = str(words[0]).upper().replace(".", "__").replace("-", "___")
    added = f'BUNDLE_{name}: "{":".join(map(str, words[1:]))}"\n'
    content = ((text or "---\n") + added).encode("utf-8", "replace")
    known = text is not None or is_absent(invocation.view, path)
    size = Size.exact(len(content)) if known else Size(1, len(content), 65_536)
    return Outcome((Write(path, size, Inline(content) if known and len(content) < 65_536 else None),))


def _exec(invocation: Invocation, line: Line) -> Outcome:
    """The program of a gem: ``rake`` and ``rails`` are known better than others."""
    words = line.words
    while words and isinstance(words[0], str) and words[0].startswith("-"):
        words = words[1:]
    name = basename(words[0]) if words and isinstance(words[0], str) else ""
    model = _EXECUTED.get(name)
    if model is None:
        return program(invocation, first_word(name, "bundle exec"))
    return model(again(invocation, name, words[1:]))


# -------------------------------------------------------------------- rake and scripts


def rake(invocation: Invocation) -> Outcome:
    """``assets:precompile`` fills ``public/assets`` and a cache; of other tasks nothing is known."""
    line = scan(invocation.argv[1:], frozenset(("-f", "--rakefile", "-C", "--directory", "-e")))
    tasks = [word.partition("[")[0] for word in line.known if "=" not in word]
    if line.has("-T", "--tasks", "--version", "-V", "-P"):
        return ANSWER
    effects: tuple[Effect, ...] = ()
    reason = "what the program's assets are is not known"
    if {"assets:precompile", "webpacker:compile"} & set(tasks):
        effects = (
            *filled(
                invocation, "public/assets", "assets", Size(0, 8_000_000, None), Size(0, 150, None), reason
            ),
            *filled(invocation, "tmp/cache", "assets", Size(0, 12_000_000, None), Size(0, 800, None), reason),
            *filled(invocation, "log", "production.log", Size(0, 0, None), Size(0, 0, 2), reason),
        )
        if set(tasks) == {"assets:precompile"} and effects:
            return Outcome(effects)
    return program(invocation, "rake", *effects)


def rails(invocation: Invocation) -> Outcome:
    line = scan(invocation.argv[1:], frozenset(("-d", "--database", "-m", "--template")))
    if line.verb == "new" and len(line.known) > 1:
        reason = "what rails generates is not known"
        size = Size(50_000, 400_000, None)
        return Outcome(filled(invocation, line.known[1], "rails new", size, Size(40, 100, None), reason))
    if not line.words:
        return ANSWER
    return rake(invocation)


def ruby(invocation: Invocation) -> Outcome:
    """``-e`` for a short program is taken to print; a script may do anything."""
    line = scan(invocation.argv[1:], frozenset(("-e", "-C", "-E", "-I", "-r")))
    if line.has("--version", "-v", "--help") or line.has("-c"):
        return ANSWER
    script = line.value("-e")
    if isinstance(script, str) and not any(word in script for word in _WRITES) and not line.has("-i"):
        return Outcome(status=Truth.MAYBE if "exit" in script else Truth.YES, stdout=ANSWER.stdout)
    if isinstance(script, str) or not line.words:
        return program(invocation, "ruby")
    name = basename(line.words[0]) if isinstance(line.words[0], str) else ""
    model = _EXECUTED.get(name)
    if model is None:
        return program(invocation, first_word(name, "ruby"))
    return model(again(invocation, name, line.words[1:]))


_WRITES = ("write", "open", "File", "IO.", "system", "`", "exec", "Dir.", "load")
"""What a text that only prints does not hold."""


def jekyll(invocation: Invocation) -> Outcome:
    line = scan(invocation.argv[1:], frozenset(("-d", "--destination", "-s", "--source", "--config")))
    directory = here(invocation, line.value("-d", "--destination") or "_site")
    if line.verb not in ("build", "b") or directory is None:
        return program(invocation, "jekyll") if line.words else ANSWER
    reason = "what the site holds is not known"
    return Outcome((Populate(directory, "jekyll", Size(0, 5_000_000, None), Size(1, 200, None), reason),))


def passenger_config(invocation: Invocation) -> Outcome:
    """Phusion Passenger downloads an agent and an nginx into the gem, or builds them."""
    verb = scan(invocation.argv[1:]).verb
    size = {
        "build-native-support": Size(20_000, 150_000, 2_000_000),
        "compile-agent": Size(5_000_000, 60_000_000, 400_000_000),
        "download-agent": Size(2_000_000, 12_000_000, 60_000_000),
        "download-nginx-engine": Size(1_000_000, 5_000_000, 40_000_000),
        "install-agent": Size(2_000_000, 12_000_000, 400_000_000),
        "install-standalone-runtime": Size(3_000_000, 18_000_000, 400_000_000),
    }.get(verb)
    if size is None:
        return ANSWER
    reason = "what passenger builds is not known"
    return Outcome((Populate(f"{home(invocation)}/.passenger", verb, size, Size(1, 5, None), reason),))


_EXECUTED: Mapping[str, Callable[[Invocation], Outcome]] = {
    "bundle": bundle,
    "gem": gem,
    "jekyll": jekyll,
    "rails": rails,
    "rake": rake,
    "ruby": ruby,
}
