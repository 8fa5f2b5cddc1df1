"""Command models: from a command line to its effects.

A model is a pure function of an `Invocation`.  To add one: a module, and its line in the table.
"""

from __future__ import annotations

import importlib
from collections.abc import Iterator, Mapping

from layerlint._pattern import pattern
from layerlint.commands._table import TABLE
from layerlint.effects import Model

_DIRECTORIES = ("/bin", "/sbin", "/usr/bin", "/usr/sbin", "/usr/local/bin", "/usr/local/sbin")

_ANYWHERE = frozenset(
    ("R", "Rscript", "android", "ant", "artisan", "bundle", "cabal", "cargo", "catalina.sh", "composer",
     "composer.phar", "conda", "cpanm", "dep", "dotnet", "drush", "easy_install", "flutter", "gem", "glide",
     "go", "gradle", "gradlew", "java", "javac", "julia", "jupyter", "keytool", "lein", "luarocks", "mamba",
     "micromamba", "mix", "mvn", "mvnw", "nuget", "opam", "perl", "php", "phpunit", "pip", "pip2", "pip3",
     "pipenv", "pipx", "poetry", "python", "python2", "python3", "rails", "rake", "rbenv", "rebar3", "ruby",
     "rustc", "rustup", "rustup-init", "rvm", "sbt", "sdkmanager", "stack", "swift", "uv", "virtualenv")
)  # fmt: skip
"""Scripts of a project that do the same everywhere, and tools that often lie outside the system directories
(``~/.cargo/bin/cargo``, ``venv/bin/pip``)."""

_RELEASE = pattern(r"(pip[23]?|python[23]?|easy_install)-?\d*(?:\.\d+)?")
"""``python3.11``, ``pip3.11``, ``easy_install-2.7``."""


class _Models(Mapping[str, Model]):
    """The table, resolved name by name."""

    def __getitem__(self, name: str) -> Model:
        module, _, function = TABLE[name].partition(":")
        model: Model = getattr(importlib.import_module(f"{__name__}.{module}"), function)
        return model

    def __iter__(self) -> Iterator[str]:
        return iter(TABLE)

    def __len__(self) -> int:
        return len(TABLE)


MODELS: Mapping[str, Model] = _Models()


def find(name: str) -> Model | None:
    """The model of a command, by its name or its path in a system directory (``/bin/rm``).

    None if there is none, and for any other path (``./install`` is a program of the author's), but for
    tools and scripts that are the same wherever they lie.
    """
    directory, slash, last = name.rpartition("/")
    if "://" in name:
        return MODELS["://"]
    if directory == "/etc/init.d":
        return MODELS["service"]
    if last not in TABLE and (release := _RELEASE.fullmatch(last)) is not None:
        last = release[1]
    known = not slash or directory in _DIRECTORIES or last in _ANYWHERE
    return MODELS.get(last if known else f"./{last}")
