"""Rust: ``cargo``, ``rustup`` and ``rustc``.

Measured with Rust 1.95 on linux/amd64: ``target`` of a program of 32 crates (clap, serde, regex, rand) is 76
MB with ``--release`` and 175 MB without (2.4 and 5.4 MB a crate), of an empty one 0.5 and 4.5 MB.
"""

from __future__ import annotations

from layerlint.commands._outcome import SUCCESS, unmodelled
from layerlint.commands._paths import basename, join, locate
from layerlint.commands._toolchain import (
    ANSWER,
    LOCK_LIMIT,
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
from layerlint.domain.text import Text
from layerlint.effects import Effect, Invocation, Outcome, Populate, Remove, Write
from layerlint.filesystem.node import Directory

_SOURCE = Typical(15_000, 150_000, 700_000, 12_000_000)
"""A crate unpacked: Debian 12's 1,946 ``librust-…-dev`` have a mean of 0.29 MB without tests."""
_ARCHIVE = Typical(4_000, 30_000, 120_000, 2_500_000)
_RELEASE = Typical(400_000, 480_000, 2_400_000, 10_000_000)
_DEBUG = Typical(4_000_000, 4_500_000, 5_400_000, 20_000_000)
_SPARSE = Size(0, 8_000_000, 60_000_000)
_CLONED = Size(60_000_000, 220_000_000, 900_000_000)
"""The index of crates.io: a git clone of 215 MiB at the end of 2020 (RFC 2789); single files since Rust 1.70."""
_CRATES = 150
"""Of a program whose ``Cargo.lock`` is not known."""
_PROGRAM = Size(300_000, 5_000_000, 60_000_000)
_UNKNOWN = "which crates Cargo.lock asks for is not known"

_TOOLCHAIN = Size(450_000_000, 1_200_000_000, 1_700_000_000)
"""The default profile: 1.303 GB in 52,073 files with Rust 1.95, of which 0.67 GB are documents; rustup 20 MB."""
_MINIMAL = Size(350_000_000, 600_000_000, 800_000_000)
_COMPONENTS = {
    "cargo": 35_000_000,
    "clippy": 14_000_000,
    "clippy-preview": 14_000_000,
    "llvm-tools": 110_000_000,
    "llvm-tools-preview": 110_000_000,
    "rls": 40_000_000,
    "rust-analysis": 30_000_000,
    "rust-docs": 667_000_000,
    "rust-src": 55_000_000,
    "rustfmt": 9_000_000,
    "rustfmt-preview": 9_000_000,
}
_STANDARD_LIBRARY = Size(60_000_000, 150_000_000, 250_000_000)
"""Of one more target: 185 MB of the host's with Rust 1.95."""

_VALUES = frozenset(
    ("--target", "--target-dir", "--manifest-path", "--features", "-F", "-p", "--package", "--bin",
     "--example", "--test", "--bench", "-j", "--jobs", "--profile", "--root", "--path", "--git", "--branch",
     "--tag", "--rev", "--vers", "--version", "--exclude", "--color", "--message-format", "--registry",
     "--index", "-Z", "--out-dir", "--artifact-dir", "--config", "--edition", "--name", "--vcs")
)  # fmt: skip


def _cargo_home(invocation: Invocation) -> str:
    given = variable(invocation, "CARGO_HOME")
    if given is not None:
        return given
    shared = isinstance(invocation.view.lookup("/usr/local/cargo"), Directory)
    return "/usr/local/cargo" if shared else f"{home(invocation)}/.cargo"


def cargo(invocation: Invocation) -> Outcome:
    words = invocation.argv[1:]
    if words and isinstance(words[0], str) and words[0].startswith("+"):
        words = words[1:]
    if words[:1] in (("-V",), ("--version",), ("--list",), ("-vV",)):
        return ANSWER
    line = scan(words, _VALUES)
    match line.verb:
        case "build" | "b" | "check" | "c" | "rustc" | "clippy" | "doc" | "build-deps" | "chef" | "auditable":
            return Outcome(_built(invocation, line))
        case "test" | "t" | "run" | "r" | "bench" | "nextest":
            built = _built(invocation, line)
            return Outcome((*built, *program(invocation, f"cargo {line.verb}").effects))
        case "install":
            return _install(invocation, line)
        case "fetch" | "generate-lockfile" | "update" | "vendor":
            return _fetch(invocation, line)
        case "new" | "init":
            return _new(invocation, scan(words, _VALUES - {"--bin"}))
        case "clean":
            target = _target(invocation, line)
            return SUCCESS if target is None else Outcome((Remove(target, recursive=True),))
        case "" | "version" | "metadata" | "tree" | "fmt" | "search" | "login" | "pkgid" | "locate-project":
            return ANSWER
        case _:
            return program(invocation, f"cargo {first_word(line.verb, '')}")


def _project(invocation: Invocation, line: Line) -> str | None:
    manifest = line.value("--manifest-path")
    if manifest is not None:
        path = locate(invocation, manifest)
        return None if path is None else path.rpartition("/")[0] or "/"
    return here(invocation, line.value("--path"))


def _target(invocation: Invocation, line: Line) -> str | None:
    given = line.value("--target-dir")
    if given is not None:
        return locate(invocation, given)
    project = _project(invocation, line)
    return variable(invocation, "CARGO_TARGET_DIR") or (None if project is None else join(project, "target"))


def _count(invocation: Invocation, line: Line) -> int | None:
    project = _project(invocation, line)
    text = None if project is None else data(invocation, join(project, "Cargo.lock"), LOCK_LIMIT)
    return None if text is None else text.count("[[package]]")


def _registry(invocation: Invocation, count: int | None, reason: str) -> tuple[Effect, ...]:
    registry = f"{_cargo_home(invocation)}/registry"
    number = _CRATES if count is None else count
    source, archives = _SOURCE.of(number), _ARCHIVE.of(number)
    if count is None:
        source, archives = Size(0, source.likely, None), Size(0, archives.likely, None)
    minor = setting(invocation, "RUST_VERSION").split(".")[1:2]
    known = (
        int(minor[0]) if minor and minor[0].isascii() and minor[0].isdigit() and len(minor[0]) < 6 else None
    )
    index = _SPARSE.join(_CLONED) if known is None else _SPARSE if known >= 70 else _CLONED
    if isinstance(invocation.view.lookup(f"{registry}/index"), Directory):
        index = Size(0, 0, index.high)
    return (
        Populate(f"{registry}/src", "crates", source, files(number, 45), reason),
        Populate(f"{registry}/cache", "crates", archives, files(number, 1), reason),
        Populate(f"{registry}/index", "index", index, Size(1, 400, 200_000), reason),
    )


def _missing(invocation: Invocation, line: Line) -> tuple[Effect, ...]:
    """What a build downloads: nothing where crates were fetched before."""
    if isinstance(invocation.view.lookup(f"{_cargo_home(invocation)}/registry/src"), Directory):
        return ()
    count = _count(invocation, line)
    return () if line.has("--offline") else _registry(invocation, count, _UNKNOWN if count is None else "")


def _built(invocation: Invocation, line: Line) -> tuple[Effect, ...]:
    fetched, target = _missing(invocation, line), _target(invocation, line)
    if target is None:
        return (*fetched, *unmodelled("cargo: the working directory is not known").effects)
    release = line.has("--release", "-r") or line.value("--profile") == "release"
    given = line.value("--target")
    base = join(target, given) if isinstance(given, str) and given else target
    folder = join(base, "release" if release else "debug")
    count, kind = _count(invocation, line), _RELEASE if release else _DEBUG
    size = kind.of(_CRATES if count is None else count)
    if count is None:
        size = Size(kind.low, size.likely, None)
    if line.verb in ("check", "c", "clippy"):
        size = Size(0, size.likely // 4, size.high)
    reason = _UNKNOWN if count is None else ""
    deps = Populate(join(folder, "deps"), "crates", size, Size(5, 10 * (count or _CRATES), None), reason)
    name = _name(invocation, line)
    if name is None or line.verb in ("check", "c", "clippy", "doc"):
        return (*fetched, deps)
    # The program is a hard link to one of deps: its bytes are among theirs.
    return (*fetched, deps, Write(join(folder, name), Size(0, 0, _PROGRAM.high), mode=0o755))


def _name(invocation: Invocation, line: Line) -> str | None:
    """Of the program: ``--bin``, or the package."""
    given = line.value("--bin") or line.value("-p", "--package")
    if isinstance(given, str) and given and "/" not in given:
        return given
    project = _project(invocation, line)
    text = None if project is None else data(invocation, join(project, "Cargo.toml"), 1 << 20)
    for row in (text or "").splitlines():
        key, _, value = row.partition("=")
        if key.strip() == "name":
            name = value.strip().strip("\"'")
            return name if name and "/" not in name else None
    return None


def _install(invocation: Invocation, line: Line) -> Outcome:
    """The program goes to ``bin``; the build of a crate from the registry to a directory that is deleted."""
    binaries = locate(invocation, line.value("--root") or "") or variable(invocation, "CARGO_INSTALL_ROOT")
    binaries = join(binaries or _cargo_home(invocation), "bin")
    own = line.has("--path") or len(line.words) < 2
    effects: list[Effect] = []
    if own:
        build = Line(("build",), (*line.options, ("--release", "")))
        effects += _built(invocation, build)
        name = _name(invocation, line)
    else:
        effects += _registry(invocation, None, "what the crate needs is not known")
        if line.has("--git"):
            size = Size(50_000, 5_000_000, None)
            effects.append(Populate(f"{_cargo_home(invocation)}/git", "repository", size, Size(5, 200, None)))
        name = None
    for word in line.words[1:] if not own else ():
        program_name = first_word(word, "program").partition("@")[0].rpartition("/")[2]
        effects.append(_installed(binaries, program_name or "program"))
    if own:
        effects.append(_installed(binaries, name))
    return Outcome(tuple(effects))


def _installed(binaries: str, name: str | None) -> Effect:
    if name is None:
        return Populate(binaries, "cargo install", _PROGRAM, Size(1, 1, 20))
    return Write(join(binaries, name), _PROGRAM, mode=0o755)


def _fetch(invocation: Invocation, line: Line) -> Outcome:
    count = _count(invocation, line)
    effects = _registry(invocation, count, _UNKNOWN if count is None else "")
    project = _project(invocation, line)
    if line.verb == "vendor" and project is not None:
        size = Size(0, 100_000_000, None) if count is None else _SOURCE.of(count)
        reason = _UNKNOWN if count is None else ""
        effects = (*effects, Populate(join(project, "vendor"), "crates", size, Size(1, 7000, None), reason))
    return Outcome(effects)


def _new(invocation: Invocation, line: Line) -> Outcome:
    """``Cargo.toml`` and a source file of 45 bytes; a repository where git is there."""
    word: Text = line.words[1] if len(line.words) > 1 else "."
    path = locate(invocation, word)
    if path is None:
        return unmodelled("cargo new: where the project goes is not known")
    library = line.has("--lib")
    source = "lib.rs" if library else "main.rs"
    return Outcome(
        (
            Write(join(path, "Cargo.toml"), Size(70, 90, 300)),
            Write(join(path, f"src/{source}"), Size(40, 210 if library else 45, 300)),
            Populate(join(path, ".git"), "repository", Size(0, 25_000, 80_000), Size(0, 15, 40)),
        )
    )


_RUSTC_VALUES = frozenset(
    (
        "-o",
        "-C",
        "-L",
        "-l",
        "-Z",
        "--crate-name",
        "--crate-type",
        "--edition",
        "--out-dir",
        "--print",
        "--target",
    )
)


def rustc(invocation: Invocation) -> Outcome:
    line = scan(invocation.argv[1:], _RUSTC_VALUES)
    if not line.words or line.has("-V", "--version", "-vV", "--print"):
        return ANSWER
    output = line.value("-o")
    path = (
        locate(invocation, output)
        if output is not None
        else here(invocation, basename(first_word(line.words[0], "main")).removesuffix(".rs"))
    )
    if path is None:
        return unmodelled("rustc: where it writes is not known")
    return Outcome((Write(path, Size(300_000, 4_000_000, 30_000_000), mode=0o755),))


# ----------------------------------------------------------------------------- rustup


def _rustup_home(invocation: Invocation) -> str:
    given = variable(invocation, "RUSTUP_HOME")
    if given is not None:
        return given
    shared = isinstance(invocation.view.lookup("/usr/local/rustup"), Directory)
    return "/usr/local/rustup" if shared else f"{home(invocation)}/.rustup"


_RUSTUP_VALUES = frozenset(("--toolchain", "--profile", "-c", "--component", "-t", "--target"))


def rustup(invocation: Invocation) -> Outcome:
    line = scan(invocation.argv[1:], _RUSTUP_VALUES)
    toolchains = f"{_rustup_home(invocation)}/toolchains"
    reason = "which parts are there already is not known"
    match line.known[:2]:
        case ("component" | "target" as verb, "add" | "install"):
            size = Size(0, 0, 0)
            for word in line.words[2:200]:
                part = _COMPONENTS.get(word) if isinstance(word, str) else None
                size += _STANDARD_LIBRARY if part is None else Size.around(part, 0.6, 1.0)
            return Outcome((Populate(toolchains, f"rustup {verb}", size.or_nothing(), Size(0, 60, 20_000)),))
        case (
            ("toolchain", "install")
            | ("install", _)
            | ("update", *_)
            | ("default", _)
            | ("toolchain", "update")
        ):
            size = _MINIMAL if line.value("--profile") == "minimal" else _TOOLCHAIN
            if line.verb == "update" or line.words[1:] == ("stable",):
                size = Size(0, size.likely, size.high)
            installed = Populate(toolchains, "toolchain", size, Size(0, 15_000, 60_000), reason)
            return Outcome((installed,))
        case ("toolchain", "uninstall" | "remove"):
            return SUCCESS
        case ("override" | "set", *_) | ("toolchain", "link"):
            settings = f"{_rustup_home(invocation)}/settings.toml"
            return Outcome((Write(settings, Size(20, 200, 5000)),))
        case ("run", *_):
            return program(invocation, "rustup run")
        case ("self", "uninstall"):
            return Outcome(
                (
                    Remove(_rustup_home(invocation), recursive=True),
                    Remove(_cargo_home(invocation), recursive=True),
                )
            )
        case _:
            return ANSWER


def rustup_init(invocation: Invocation) -> Outcome:
    """The installer: a toolchain, rustup itself as a file with links, and lines in the shells' profiles."""
    line = scan(
        invocation.argv[1:], frozenset(("--profile", "--default-toolchain", "--default-host", "-c", "-t"))
    )
    size = _MINIMAL if line.value("--profile") == "minimal" else _TOOLCHAIN
    if line.value("--default-toolchain") == "none":
        size = Size(0, 0, 0)
    binaries = join(_cargo_home(invocation), "bin")
    return Outcome(
        (
            Populate(f"{_rustup_home(invocation)}/toolchains", "toolchain", size, Size(0, 15_000, 60_000)),
            Populate(binaries, "rustup", Size(8_000_000, 15_000_000, 25_000_000), Size(10, 13, 16)),
        )
    )
