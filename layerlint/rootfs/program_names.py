"""Programs by what they are: package managers, interpreters, built-in commands, what starts others."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

PACKAGE_MANAGERS: Final[Mapping[str, str]] = {
    "add-apt-repository": "apt",
    "apk": "apk",
    "apt": "apt",
    "apt-cache": "apt",
    "apt-config": "apt",
    "apt-get": "apt",
    "apt-key": "apt",
    "apt-mark": "apt",
    "aptitude": "apt",
    "dnf": "dnf",
    "dpkg": "apt",
    "dpkg-reconfigure": "apt",
    "install_packages": "apt",
    "microdnf": "dnf",
    "pacman": "pacman",
    "rpm": "dnf",
    "tdnf": "dnf",
    "yum": "dnf",
    "zypper": "zypper",
}
"""Programs to the manager whose packages they handle."""

_INTERPRETER: Final = re.compile(
    r"(?:python|pypy)[23]?(?:\.\d{1,2})?|node|nodejs|ruby|perl|php|java|Rscript|R|lua|julia|dotnet|bun|deno|erl|elixir"
)

BUILTINS: Final = frozenset(
    {
        ".", ":", "[", "[[", "alias", "bg", "break", "builtin", "cd", "command", "continue", "declare", "echo",
        "eval", "exec", "exit", "export", "false", "fg", "getopts", "hash", "jobs", "let", "local", "printf", "pwd",
        "read", "readonly", "return", "set", "shift", "shopt", "source", "test", "time", "times", "trap", "true",
        "type", "typeset", "ulimit", "umask", "unalias", "unset", "wait",
    }
)  # fmt: skip
"""Of bash, or of any POSIX shell."""

SHELLS: Final = frozenset({"ash", "bash", "dash", "fish", "ksh", "sh", "tcsh", "zsh"})

STARTERS: Final[Mapping[str, int]] = {
    "catatonit": 0,
    "dumb-init": 0,
    "gosu": 1,
    "s6-setuidgid": 1,
    "setpriv": 0,
    "su-exec": 1,
    "tini": 0,
}
"""Programs that start another, and how many operands of their own stand in front of it."""

PIP_LIKE: Final = frozenset({"easy_install", "pip", "pip2", "pip3", "pipenv", "poetry", "uv"})
NPM_LIKE: Final = frozenset({"bun", "npm", "npx", "pnpm", "yarn"})

BUILD_PROGRAMS: Final = frozenset(
    {
        "ant", "autoreconf", "bazel", "bundle", "bundler", "cabal", "cargo", "cmake", "composer", "cpan", "cpanm",
        "docker-php-ext-install", "dotnet", "gem", "go", "gradle", "gradlew", "hatch", "lein", "luarocks", "make",
        "meson", "mix", "mvn", "mvnw", "ninja", "pecl", "rake", "rebar3", "sbt", "scons", "stack", "swift", "waf",
    }
)  # fmt: skip
"""What starts programs that no word of its command line names."""

WEB_SERVERS: Final = frozenset(
    {"apache2-foreground", "caddy", "httpd", "httpd-foreground", "lighttpd", "nginx"}
)


def is_interpreter(name: str) -> bool:
    return _INTERPRETER.fullmatch(name) is not None


def interpreter_of(name: str) -> str:
    """The family: ``python``, ``node``, ``java`` …"""
    match name:
        case "nodejs":
            return "node"
        case "Rscript":
            return "R"
    return re.sub(r"[23]?(?:\.\d{1,2})?\Z", "", name) if name.startswith(("python", "pypy")) else name
