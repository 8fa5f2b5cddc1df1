"""Go: ``go`` and the tools that fetch Go packages.

Measured with Go 1.27 on linux/amd64, November 2026: a program that prints is 2.4 MB, a server with net/http,
TLS and templates 13.4 MB (9.1 MB with ``-ldflags "-s -w"``); the build cache is 33 MB after the first (Go
keeps no compiled standard library since 1.20) and 126 MB after both.
"""

from __future__ import annotations

from layerlint._dataclass import dataclass
from layerlint.commands._outcome import SUCCESS, unmodelled
from layerlint.commands._paths import basename, join, locate
from layerlint.commands._streams import of_line
from layerlint.commands._toolchain import (
    ANSWER,
    Line,
    Typical,
    data,
    files,
    first_word,
    here,
    home,
    program,
    scan,
    setting,
    variable,
)
from layerlint.domain.size import Size
from layerlint.domain.text import UNKNOWN, Text
from layerlint.domain.truth import Truth
from layerlint.effects import Effect, Invocation, Outcome, Populate, Remove, Write
from layerlint.filesystem.node import Directory

_WITH_VALUE = frozenset(
    ("-C", "-asmflags", "-buildmode", "-buildvcs", "-compiler", "-coverprofile", "-covermode", "-exec", "-gccgoflags",
     "-gcflags", "-installsuffix", "-ldflags", "-mod", "-modfile", "-o", "-overlay", "-p", "-pkgdir", "-run",
     "-tags", "-timeout", "-toolexec", "-count", "-bench", "-parallel", "-osarch", "-os", "-arch", "-output",
     "-f", "-pgo")
)  # fmt: skip
_BINARY = Size(1_300_000, 10_000_000, 90_000_000)
_LIBRARY = "what go builds is not known"
_CACHE = Size(0, 110_000_000, 1_500_000_000)
"""There is none before Go 1.10."""
_MODULE = Typical(15_000, 250_000, 1_400_000, 30_000_000)
"""A module unpacked: Debian 12's 1,929 ``golang-…-dev`` (tests and documents left out) have a mean of 1.35
MB, half of them below 74 kB."""
_ZIP = Typical(5_000, 60_000, 300_000, 8_000_000)
"""Its archive in ``cache/download``: the same packages compressed, 0.2 MB on average."""
_MODULES = Size(0, 80_000_000, None)
_ZIPS = Size(0, 20_000_000, None)
"""Of a program whose ``go.sum`` is not known: about 60 modules."""
_CLONE = Size(20_000, 3_000_000, None)
"""What ``go get`` of one package brought before modules: a repository with its history, and what it needs."""


@dataclass(frozen=True, slots=True)
class _Places:
    path: str
    """GOPATH"""
    modules: str
    cache: str
    binaries: str


def _places(invocation: Invocation) -> _Places:
    path = _gopath(invocation)
    cache = variable(invocation, "GOCACHE") or join(
        variable(invocation, "XDG_CACHE_HOME") or f"{home(invocation)}/.cache", "go-build"
    )
    modules = variable(invocation, "GOMODCACHE") or f"{path}/pkg/mod"
    return _Places(path, modules, cache, variable(invocation, "GOBIN") or f"{path}/bin")


def _gopath(invocation: Invocation) -> str:
    """The first directory of GOPATH; the official images set it to ``/go``."""
    given = setting(invocation, "GOPATH").split(":")[0]
    if given.startswith("/"):
        return given.rstrip("/") or "/"
    return "/go" if isinstance(invocation.view.lookup("/go"), Directory) else f"{home(invocation)}/go"


def go(invocation: Invocation) -> Outcome:
    line = scan(invocation.argv[1:], _WITH_VALUE)
    match line.verb:
        case "build":
            return _build(invocation, line)
        case "install":
            return _install(invocation, line)
        case "get":
            return _get(invocation, line)
        case "mod":
            return _mod(invocation, line)
        case "clean":
            return _clean(invocation, line)
        case "test":
            return _test(invocation, line)
        case "run" | "generate" | "tool":
            made = program(invocation, f"go {line.verb}")
            return Outcome((*_fetched(invocation), *_compiled(invocation), *made.effects), stdout=made.stdout)
        case "vet":
            return Outcome((*_fetched(invocation), *_compiled(invocation)))
        case "env":
            return _env(invocation, line)
        case "work" | "fmt" | "fix" | "telemetry":
            return SUCCESS
        case _:
            return ANSWER


# ------------------------------------------------------------------------- compiling


def _build(invocation: Invocation, line: Line) -> Outcome:
    """``-o`` names the program; without it a main package is named by its file or directory."""
    effects = (*_fetched(invocation), *_compiled(invocation))
    output, packages = line.value("-o"), line.words[1:]
    if output is UNKNOWN:
        return unmodelled("go: where it builds to is not known", *effects)
    if output is not None:
        return Outcome((*effects, *_output(invocation, output, packages)))
    if len(packages) > 1 and not all(isinstance(w, str) and w.endswith(".go") for w in packages):
        return Outcome(effects)
    name = _program(invocation, packages[0] if packages else ".")
    directory = here(invocation)
    if directory is None:
        return unmodelled(_LIBRARY, *effects)
    if name is None:
        written: Effect = Populate(directory, "go build", _BINARY.or_nothing(), Size(0, 1, 1), _LIBRARY)
    else:
        written = Write(join(directory, name), _BINARY.or_nothing(), mode=0o755)
    return Outcome((*effects, written))


def _output(invocation: Invocation, output: Text, packages: tuple[Text, ...]) -> tuple[Effect, ...]:
    path = locate(invocation, output)
    if path is None or not isinstance(output, str) or path == "/dev/null":
        return ()
    many = len(packages) > 1 or any(isinstance(word, str) and "..." in word for word in packages)
    if output.endswith("/") or isinstance(invocation.view.lookup(path), Directory):
        name = None if many else _program(invocation, packages[0] if packages else ".")
        if name is None:
            return (Populate(path, "go build", _BINARY, Size(1, 1, None)),)
        path = join(path, name)
    return (Write(path, _BINARY, mode=0o755),)


def _program(invocation: Invocation, package: Text) -> str | None:
    """The name of the program that a package makes."""
    if not isinstance(package, str) or "..." in package:
        return None
    package = package.partition("@")[0]
    if package.endswith(".go"):
        return basename(package).removesuffix(".go") or None
    if package in (".", "./"):
        module = _module(invocation)
        if module is None and invocation.cwd is not None:
            module = invocation.cwd
        return _last(module or "")
    return _last(package)


def _last(path: str) -> str | None:
    """The last element of an import path, or the one before a major version (``/v2``)."""
    parts = [part for part in path.split("/") if part not in ("", ".")]
    if len(parts) > 1 and parts[-1][:1] == "v" and parts[-1][1:].isdigit():
        parts.pop()
    return parts[-1] if parts and parts[-1] != ".." else None


def _module(invocation: Invocation) -> str | None:
    directory = here(invocation)
    text = None if directory is None else data(invocation, join(directory, "go.mod"))
    for line in (text or "").splitlines():
        if line.startswith("module "):
            return line[7:].strip().strip('"')
    return None


def _compiled(invocation: Invocation) -> tuple[Effect, ...]:
    places = _places(invocation)
    grown = _CACHE
    if isinstance(invocation.view.lookup(places.cache), Directory):
        grown = Size(0, 40_000_000, 1_000_000_000)
    return (Populate(places.cache, "go-build", grown, Size(50, 1500, 20_000)),)


def _test(invocation: Invocation, line: Line) -> Outcome:
    profile = locate(invocation, line.value("-coverprofile") or "")
    report = () if profile is None else (Write(profile, Size(0, 20_000, 5_000_000)),)
    ran = program(invocation, "go test")
    return Outcome((*_fetched(invocation), *_compiled(invocation), *report, *ran.effects), stdout=ran.stdout)


# -------------------------------------------------------------------------- fetching


def _fetched(invocation: Invocation) -> tuple[Effect, ...]:
    """Modules that a build needs and that are not there yet: none where they were vendored or fetched."""
    directory = here(invocation)
    modules = _places(invocation).modules
    if directory is None or isinstance(invocation.view.lookup(modules), Directory):
        return ()
    if isinstance(invocation.view.lookup(join(directory, "vendor")), Directory):
        return ()
    match invocation.view.presence(join(directory, "go.mod")):
        case Truth.YES:
            return _download(invocation)
        case Truth.MAYBE:
            reason = "whether the program needs modules is not known"
            return (
                Populate(modules, "modules", _MODULES, Size(0, 5000, None), reason),
                Populate(f"{modules}/cache", "download", _ZIPS, Size(0, 400, None), reason),
            )
        case Truth.NO:
            return ()


def _download(invocation: Invocation) -> tuple[Effect, ...]:
    modules, count = _places(invocation).modules, _count(invocation)
    if count is None:
        reason = "which modules go.sum asks for is not known"
        return (
            Populate(modules, "modules", _MODULES, Size(1, 5000, None), reason),
            Populate(f"{modules}/cache", "download", _ZIPS, Size(1, 400, None), reason),
        )
    return (
        Populate(modules, "modules", _MODULE.of(count), files(count, 80)),
        Populate(f"{modules}/cache", "download", _ZIP.of(count), files(count, 6)),
    )


def _count(invocation: Invocation) -> int | None:
    """Modules that ``go.sum`` has a hash of the content of."""
    directory = here(invocation)
    text = None if directory is None else data(invocation, join(directory, "go.sum"))
    if text is None:
        return None
    lines = (line.split() for line in text.splitlines())
    return sum(1 for words in lines if len(words) == 3 and not words[1].endswith("/go.mod"))


def _mod(invocation: Invocation, line: Line) -> Outcome:
    directory = here(invocation)
    match line.words[1:2]:
        case ("download" | "tidy",):
            return Outcome(_download(invocation))
        case ("vendor",):
            if directory is None:
                return unmodelled("go mod vendor: the working directory is not known")
            count = _count(invocation)
            reason = "" if count is not None else "which modules go.sum asks for is not known"
            size = (
                Size(1000, 20_000_000, None) if count is None else _MODULE.of(count).scaled(0.4).or_nothing()
            )
            vendored = Populate(join(directory, "vendor"), "modules", size, Size(1, 2000, None), reason)
            return Outcome((*_download(invocation), vendored))
        case ("init",) if directory is not None:
            return Outcome((Write(join(directory, "go.mod"), Size(20, 60, 500)),))
        case _:
            return ANSWER


def _install(invocation: Invocation, line: Line) -> Outcome:
    """Into ``$GOPATH/bin``; ``package@version`` is fetched, with what it needs."""
    packages = line.words[1:]
    fetched = [w for w in packages if isinstance(w, str) and "@" in w]
    effects: list[Effect] = list(_got(invocation, fetched) if fetched else _fetched(invocation))
    effects += _compiled(invocation)
    return Outcome((*effects, *_installed(invocation, packages)))


def _installed(invocation: Invocation, packages: tuple[Text, ...]) -> tuple[Effect, ...]:
    binaries = _places(invocation).binaries
    names = [_program(invocation, package) for package in packages or (".",)]
    known = [first_word(name, "program") for name in names if name is not None]
    several = (
        (Populate(binaries, "go install", _BINARY.or_nothing(), Size(0, 1, None), _LIBRARY),)
        if len(known) < len(names)
        else ()
    )
    return (*(Write(join(binaries, name), _BINARY, mode=0o755) for name in known), *several)


def _got(invocation: Invocation, packages: list[str]) -> tuple[Effect, ...]:
    modules = _places(invocation).modules
    reason = "what the packages need is not known"
    return tuple(
        effect
        for name in packages
        for effect in (
            Populate(modules, first_word(name, "module"), Size(50_000, 25_000_000, None), Size(5, 2000, None), reason),
            Populate(f"{modules}/cache", "download", Size(10_000, 6_000_000, None), Size(5, 120, None), reason),
        )
    )  # fmt: skip


def _get(invocation: Invocation, line: Line) -> Outcome:
    """Before modules: repositories into ``$GOPATH/src``, and the programs built, unless ``-d``."""
    packages = line.words[1:]
    names = [word for word in packages if isinstance(word, str) and not word.startswith(".")]
    places, effects = _places(invocation), list[Effect]()
    reason = "what the packages need is not known"
    directory = here(invocation)
    modular = directory is not None and invocation.view.lookup(join(directory, "go.mod")) is not None
    if modular or any("@" in name for name in names):
        return Outcome(_got(invocation, names) if names else _download(invocation))
    for name in names or (["packages"] if packages or not line.partial else []):
        effects.append(
            Populate(f"{places.path}/src", first_word(name, "package"), _CLONE, Size(5, 300, None), reason)
        )
    if line.partial:
        effects.append(Populate(f"{places.path}/src", "packages", _CLONE, Size(5, 300, None), reason))
    if not line.has("-d"):
        effects.append(
            Populate(f"{places.path}/pkg", "packages", Size(0, 2_000_000, None), Size(0, 10, None), reason)
        )
        effects += _installed(invocation, packages)
    return Outcome(tuple(effects))


def _clean(invocation: Invocation, line: Line) -> Outcome:
    places, effects = _places(invocation), list[Effect]()
    if line.has("-modcache"):
        effects.append(Remove(places.modules, recursive=True))
    if line.has("-cache"):
        effects.append(Remove(places.cache, recursive=True))
    return Outcome(tuple(effects))


def _env(invocation: Invocation, line: Line) -> Outcome:
    places = _places(invocation)
    if line.has("-w", "-u"):
        path = f"{home(invocation)}/.config/go/env"
        return Outcome((Write(path, Size(0, 30, 1000)),))
    answers = {
        "GOARCH": "amd64",
        "GOCACHE": places.cache,
        "GOHOSTARCH": "amd64",
        "GOHOSTOS": "linux",
        "GOMODCACHE": places.modules,
        "GOOS": setting(invocation, "GOOS") or "linux",
        "GOPATH": places.path,
    }
    name = line.known[1:2]
    answer = answers.get(name[0]) if name and len(line.words) == 2 else None
    if answer == "amd64" and setting(invocation, "GOARCH"):
        answer = setting(invocation, "GOARCH") if name[0] == "GOARCH" else answer
    return ANSWER if answer is None else Outcome(stdout=of_line(answer))


# --------------------------------------------------------------------- tools beside it


def go_wrapper(invocation: Invocation) -> Outcome:
    """Of the official images until 2017: ``go get -d`` and ``go install`` in ``$GOPATH/src/app``."""
    words = invocation.argv[1:2]
    if words == ("download",):
        return _get(invocation, scan(("get", "-d", *invocation.argv[2:])))
    if words == ("install",):
        return _install(invocation, scan(("install", *invocation.argv[2:])))
    return program(invocation, "go-wrapper") if words == ("run",) else ANSWER


_FILLS = ("", "ensure", "fetch", "get", "install", "restore", "sync", "up", "update")


def vendoring(invocation: Invocation) -> Outcome:
    """dep, glide, govendor, godep, trash: fill ``vendor`` and a cache of repositories of their own."""
    name = basename(str(invocation.argv[0]))
    line = scan(invocation.argv[1:])
    asks = not line.words and line.has("-v", "--version", "-version", "-h", "--help")
    if asks or line.verb not in _FILLS:
        return ANSWER
    cache = {
        "dep": f"{_places(invocation).path}/pkg/dep/sources",
        "glide": f"{home(invocation)}/.glide/cache",
    }.get(name, f"{_places(invocation).path}/.cache")
    reason = "which packages the lock file asks for is not known"
    directory = here(invocation)
    effects: list[Effect] = [Populate(cache, name, Size(0, 120_000_000, None), Size(0, 5000, None), reason)]
    if directory is None:
        return unmodelled(reason, *effects)
    effects.append(
        Populate(join(directory, "vendor"), name, Size(0, 30_000_000, None), Size(0, 2500, None), reason)
    )
    return Outcome(tuple(effects))


def gox(invocation: Invocation) -> Outcome:
    """A program for every platform."""
    reason = "for how many platforms gox builds is not known"
    directory = here(invocation)
    if directory is None:
        return unmodelled(reason)
    built = Populate(directory, "gox", Size(0, 60_000_000, None), Size(0, 8, None), reason)
    return Outcome((*_compiled(invocation), built))
