"""Debian's package indexes, as apt downloads them: candidates, and what an index update writes."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

from layerlint._dataclass import dataclass
from layerlint.catalog.control import candidates, read_record, without_moot
from layerlint.catalog.model import IndexFile
from layerlint.catalog.records import PackageRecord

MIRROR = "http://deb.debian.org"
KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg"


@dataclass(frozen=True, slots=True)
class Index:
    suite: str
    packages: dict[str, PackageRecord]
    """The candidate, the highest version of all sources, by name, in the order of mention."""
    files: tuple[IndexFile, ...]
    date: str
    """Of the newest release file, ``YYYY-MM-DD``."""


def fetch(suite: str, work: Path) -> Index:
    """Update a private apt state under ``work`` from the sources of the official images, and read it."""
    environment = private_apt(suite, work)
    subprocess.run(["apt-get", "update", "-qq"], check=True, env=environment)
    lists = sorted(path for path in (work / "lists").iterdir() if path.is_file() and path.name != "lock")
    packages = candidates(
        read_record(paragraph)
        for mirror, name in sources(suite)
        for path in lists
        if path.name.startswith(f"{_list_name(mirror, name)}_main_") and "Packages" in path.name
        for paragraph in _paragraphs(path, environment)
    )
    return Index(
        suite,
        without_moot(packages),
        tuple(IndexFile(f"/var/lib/apt/lists/{path.name}", path.stat().st_size) for path in lists),
        max(_release_date(path) for path in lists if path.name.endswith("InRelease")),
    )


def sources(suite: str) -> tuple[tuple[str, str], ...]:
    """Mirror and suite name of each source of the official images (component ``main``)."""
    debian, security = f"{MIRROR}/debian", f"{MIRROR}/debian-security"
    return (debian, suite), (debian, f"{suite}-updates"), (security, f"{suite}-security")


def private_apt(suite: str, work: Path) -> dict[str, str]:
    for directory in ("lists/partial", "cache/archives/partial", "parts"):
        (work / directory).mkdir(parents=True, exist_ok=True)
    (work / "status").write_text("")
    (work / "sources.list").write_text(
        "".join(f"deb [signed-by={KEYRING}] {mirror} {name} main\n" for mirror, name in sources(suite))
    )
    # the two Acquire settings are those of the official images
    (work / "apt.conf").write_text(
        f'Dir::State "{work}"; Dir::State::status "{work}/status"; Dir::State::lists "{work}/lists";\n'
        f'Dir::Cache "{work}/cache"; Dir::Etc::SourceList "{work}/sources.list";\n'
        f'Dir::Etc::SourceParts "{work}/parts"; Dir::Etc::Parts "{work}/parts";\n'
        'APT::Architecture "amd64"; APT::Sandbox::User "root";\n'
        'Acquire::Languages "none"; Acquire::GzipIndexes "true";\n'
    )
    return {**os.environ, "APT_CONFIG": str(work / "apt.conf")}


def _paragraphs(path: Path, environment: dict[str, str]) -> Iterator[str]:
    command = ["/usr/lib/apt/apt-helper", "cat-file", str(path)]
    text = subprocess.run(command, check=True, env=environment, capture_output=True, text=True).stdout
    return (paragraph for paragraph in text.split("\n\n") if paragraph.startswith("Package:"))


def _list_name(mirror: str, suite: str) -> str:
    return f"{mirror.removeprefix('http://').replace('/', '_')}_dists_{suite}"


def _release_date(path: Path) -> str:
    from email.utils import parsedate_to_datetime

    with path.open(encoding="utf-8", errors="replace") as lines:
        for line in lines:
            if line.startswith("Date:"):
                return parsedate_to_datetime(line[5:].strip().replace(" UTC", " GMT")).date().isoformat()
    return ""
