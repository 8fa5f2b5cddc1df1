"""Which commands fetch and install dependencies, and rest on more than a manifest while they do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Final

from layerlint.effects import InstallPackages
from layerlint.execution.trace import CommandRun

_VERBS: Final[Mapping[str, frozenset[str]]] = {
    "apk": frozenset({"add"}),
    "bundle": frozenset({"install"}),
    "bun": frozenset({"install", "i"}),
    "cargo": frozenset({"fetch"}),
    "composer": frozenset({"install"}),
    "dnf": frozenset({"install"}),
    "go": frozenset({"download"}),
    "microdnf": frozenset({"install"}),
    "npm": frozenset({"ci", "install", "i"}),
    "pip": frozenset({"install"}),
    "pip3": frozenset({"install"}),
    "pipenv": frozenset({"install", "sync"}),
    "pnpm": frozenset({"install", "i", "fetch"}),
    "poetry": frozenset({"install"}),
    "uv": frozenset({"sync", "install"}),
    "yarn": frozenset({"install"}),
    "yum": frozenset({"install"}),
    "zypper": frozenset({"install", "in"}),
}
"""The subcommands of package managers that install what a manifest or the command line lists."""
_TAKES_PATH: Final = frozenset({
    "-C", "-c", "-d", "-r", "-t", "--constraint", "--cwd", "--dir", "--prefix", "--requirement", "--root",
    "--target",
})  # fmt: skip
"""Options whose value is a path that is not installed itself."""
_PYTHONS: Final = ("python", "python3")


def installs_dependencies(command: CommandRun) -> bool:
    """It installs packages, and not out of a folder of the build context (``pip install .``)."""
    words = [word for word in command.argv if isinstance(word, str)]
    if len(words) < len(command.argv) or _names_files(words):
        return False
    if any(isinstance(effect, InstallPackages) for effect in command.effects):
        return True
    name, arguments = command.name, words[1:]
    if name in _PYTHONS and arguments[:2] == ["-m", "pip"]:
        name, arguments = "pip", arguments[2:]
    verbs = _VERBS.get(name, frozenset())
    operands = [word for word in arguments if not word.startswith("-")]
    return (name == "yarn" and not operands) or not verbs.isdisjoint(operands[:2])


def _names_files(words: Sequence[str]) -> bool:
    """It installs a folder or an archive: ``pip install .``, ``apt-get install ./tool.deb``."""
    return any(
        word in ("-e", "--editable") or (word.startswith((".", "/")) and option not in _TAKES_PATH)
        for option, word in pairwise(words)
    )
