"""Scripts that Dockerfiles run straight from their address (``curl … | bash``), and that are well known.

Such a script is a command by the name of its address (see `commands.find`).  What it puts where is known by
its documentation; how much changes from release to release, so the bounds are wide.  Any other script can do
anything.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from layerlint.commands._outcome import unmodelled
from layerlint.commands._paths import join, locate
from layerlint.domain.size import Size
from layerlint.effects import Effect, InstallPackages, Invocation, Outcome, Populate, UpdateIndex, Write
from layerlint.filesystem.node import Inline

MB = 1_000_000
_NODE = re.compile(r"/setup_([0-9]{1,2}|lts|current)\.x")
_NODE_NAMES = {"current": "26", "lts": "24"}
"""As of November 2026."""
_ADDRESS = re.compile(r"(?:https?://)?(?:www\.)?(.{1,500})", re.ASCII | re.DOTALL)


def run(invocation: Invocation) -> Outcome:
    """The script at an address."""
    match = _ADDRESS.fullmatch(str(invocation.argv[0]))
    address = match[1] if match is not None else ""
    for start, installer in _KNOWN:
        if address.startswith(start):
            return Outcome(installer(invocation))
    return unmodelled("the script is not known")


def _under_home(
    name: str, directory: str, likely: int, count: int
) -> Callable[[Invocation], tuple[Effect, ...]]:
    """All of it in a directory of the user's, and lines in the start-up files of his shell."""

    def effects(invocation: Invocation) -> tuple[Effect, ...]:
        home = invocation.environment.get("HOME", "/root")
        top = home if isinstance(home, str) and home.startswith("/") else "/root"
        return (_tree(join(top, directory), name, likely, count), _lines(join(top, ".profile")))

    return effects


def _tree(place: str, name: str, likely: int, count: int) -> Populate:
    """Between a third and three times of what it was when it was looked at."""
    return Populate(place, name, Size(likely // 3, likely, likely * 3), Size(1, count, count * 3))


def _lines(path: str) -> Write:
    return Write(path, Size(0, 30, 500), append=True)


def _programs(name: str, likely: int, *files: str) -> Callable[[Invocation], tuple[Effect, ...]]:
    """Programs in /usr/local/bin, of together about ``likely`` bytes."""

    def effects(_: Invocation) -> tuple[Effect, ...]:
        part = likely // len(files)
        size = Size(part // 3, part, part * 3)
        return tuple(Write(f"/usr/local/bin/{file}", size, mode=0o755) for file in files)

    return effects


def _nodesource(invocation: Invocation) -> tuple[Effect, ...]:
    """A key, a source list, and what it needs to fetch them; then the lists are fetched."""
    version = _NODE.search(str(invocation.argv[0]))
    major = _NODE_NAMES.get(version[1], version[1]) if version is not None else ""
    line = (
        "deb [arch=amd64 signed-by=/usr/share/keyrings/nodesource.gpg]"
        f" https://deb.nodesource.com/node_{major}.x nodistro main\n"
    )
    content = Inline(line.encode()) if major.isdigit() else None
    needed = ("apt-transport-https", "ca-certificates", "curl", "gnupg")
    return (
        UpdateIndex("apt"),
        InstallPackages("apt", needed),
        Write("/usr/share/keyrings/nodesource.gpg", Size(1_500, 2_200, 4_000)),
        Write("/etc/apt/sources.list.d/nodesource.list", Size(80, 120, 300), content),
        Write("/etc/apt/preferences.d/nodejs", Size(0, 70, 200)),
        UpdateIndex("apt"),
    )


def _rustup(invocation: Invocation) -> tuple[Effect, ...]:
    """The stable toolchain with its documentation (profile ``default``), without in ``minimal``."""
    home = invocation.environment.get("HOME", "/root")
    top = home if isinstance(home, str) and home.startswith("/") else "/root"
    cargo = locate(invocation, invocation.environment.get("CARGO_HOME") or join(top, ".cargo"))
    rustup = locate(invocation, invocation.environment.get("RUSTUP_HOME") or join(top, ".rustup"))
    words = " ".join(word for word in invocation.argv[1:] if isinstance(word, str))
    likely = 600 * MB if "minimal" in words else 1_300 * MB
    if "--default-toolchain none" in words or "--default-toolchain=none" in words:
        likely = 10_000
    return (
        _tree(rustup or join(top, ".rustup"), "rustup", likely, 20_000),
        _tree(cargo or join(top, ".cargo"), "rustup", 10 * MB, 20),
        _lines(join(top, ".profile")),
    )


def _get_pip(_: Invocation) -> tuple[Effect, ...]:
    return (_tree("/usr/local/lib", "pip", 12 * MB, 900),)


def _composer(invocation: Invocation) -> tuple[Effect, ...]:
    """``composer.phar`` in the working directory or ``--install-dir``, under ``--filename``."""
    values = dict(
        word.lstrip("-").split("=", 1)
        for word in invocation.argv[1:]
        if isinstance(word, str) and "=" in word
    )
    directory = locate(invocation, values.get("install-dir", ".")) or "/usr/local/bin"
    name = values.get("filename", "composer.phar") or "composer.phar"
    return (Write(join(directory, name), Size(1_800_000, 3 * MB, 4 * MB), mode=0o755),)


_HELM = _programs("helm", 50 * MB, "helm")
_NVM = _under_home("nvm", ".nvm", 3 * MB, 300)
_KNOWN: tuple[tuple[str, Callable[[Invocation], tuple[Effect, ...]]], ...] = (
    ("astral.sh/uv/", _under_home("uv", ".local/bin", 40 * MB, 2)),
    ("bootstrap.pypa.io/", _get_pip),
    ("bun.sh/install", _under_home("bun", ".bun", 95 * MB, 2)),
    ("deb.nodesource.com/", _nodesource),
    ("deno.land/", _under_home("deno", ".deno", 120 * MB, 2)),
    ("get.docker.com", lambda _: (UpdateIndex("apt"), _tree("/usr", "docker", 400 * MB, 300))),
    ("get.helm.sh/", _HELM),
    ("get.pnpm.io/", _under_home("pnpm", ".local/share/pnpm", 65 * MB, 2)),
    ("get.rvm.io", _under_home("rvm", ".rvm", 10 * MB, 700)),
    ("get.sdkman.io", _under_home("sdkman", ".sdkman", 12 * MB, 60)),
    ("getcomposer.org/installer", _composer),
    ("install.meteor.com", _under_home("meteor", ".meteor", 800 * MB, 10_000)),
    ("install.python-poetry.org", _under_home("poetry", ".local/share/pypoetry", 50 * MB, 3_000)),
    ("raw.githubusercontent.com/creationix/nvm/", _NVM),
    ("raw.githubusercontent.com/helm/helm/", _HELM),
    ("raw.githubusercontent.com/kubernetes/helm/", _HELM),
    ("raw.githubusercontent.com/nvm-sh/nvm/", _NVM),
    ("raw.githubusercontent.com/ohmyzsh/", _under_home("oh-my-zsh", ".oh-my-zsh", 10 * MB, 1_000)),
    (
        "raw.githubusercontent.com/robbyrussell/oh-my-zsh/",
        _under_home("oh-my-zsh", ".oh-my-zsh", 10 * MB, 1_000),
    ),
    ("raw.githubusercontent.com/sdispater/poetry/", _under_home("poetry", ".poetry", 20 * MB, 2_000)),
    ("sh.rustup.rs", _rustup),
    ("static.rust-lang.org/rustup.sh", _rustup),
    ("yarnpkg.com/install.sh", _under_home("yarn", ".yarn", 5 * MB, 20)),
)
"""The start of an address, and its script; sizes as published with the releases of 2024 to 2026."""
