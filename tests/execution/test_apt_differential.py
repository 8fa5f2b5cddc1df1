"""Our closures held against the real apt's, with the lists of today and the base image of the catalog."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from layerlint.catalog.bases import find
from layerlint.catalog.model import Package
from layerlint.catalog.packages import PackageIndex, open_index
from layerlint.execution.packages.database import PackageDatabase
from layerlint.execution.packages.resolver import is_newer, plan_install, plan_removal, plan_unused

SUITE = "bookworm"
KEYRING = Path("/usr/share/keyrings/debian-archive-keyring.gpg")
MIRROR = "http://deb.debian.org"

SETS = """
curl
git
ca-certificates curl gnupg
build-essential
gcc libc6-dev make
python3
python3-pip python3-venv python3-dev
nodejs
openjdk-17-jre-headless
default-jdk
maven
nginx
apache2
php-fpm php-mysql php-gd
postgresql
default-mysql-client
redis-server
ffmpeg
imagemagick
vim
nano less procps
net-tools iproute2 iputils-ping dnsutils
openssh-server
sudo unzip zip xz-utils
rsync jq locales tzdata
supervisor cron
libpq-dev libssl-dev libffi-dev
zlib1g-dev libxml2-dev libxslt1-dev libjpeg-dev libpng-dev
ruby-full
golang-go
rustc cargo
chromium
firefox-esr
texlive-base
r-base
fonts-liberation fonts-noto-color-emoji
libreoffice-writer
systemd-sysv
xvfb
libgtk-3-0
libopencv-dev
cmake ninja-build
autoconf automake libtool pkg-config
graphviz
software-properties-common
gnupg2 lsb-release apt-transport-https
libglib2.0-0 libsm6 libxext6 libxrender1 libgl1
exim4
postfix
docker.io
libcurl4-openssl-dev libmariadb-dev
libgdal-dev gdal-bin
emacs-nox
tmux screen htop
squid haproxy memcached
pandoc
qtbase5-dev
libboost-all-dev
llvm clang gdb
subversion mercurial
network-manager
mono-complete
python3-numpy python3-scipy
""".strip().splitlines()
REMOVALS = ("tzdata", "e2fsprogs", "mount", "login", "perl-base")
FIELDS = (
    "Package", "Version", "Architecture", "Multi-Arch", "Priority", "Essential", "Protected", "Important",
    "Installed-Size", "Pre-Depends", "Depends", "Recommends", "Provides", "Conflicts", "Breaks", "Replaces",
)


@dataclass(frozen=True, slots=True)
class Apt:
    """The real apt over private state."""

    root: Path

    def simulate(self, *words: str) -> tuple[set[str], set[str]]:
        """Names installed or upgraded, and names removed."""
        done = subprocess.run(
            ["apt-get", "-s", *words], env=self.environment, capture_output=True, text=True, check=False
        )
        return (
            set(re.findall(r"^Inst (\S+)", done.stdout, re.MULTILINE)),
            set(re.findall(r"^(?:Remv|Purg) (\S+)", done.stdout, re.MULTILINE)),
        )

    @property
    def environment(self) -> dict[str, str]:
        return {**os.environ, "APT_CONFIG": str(self.root / "apt.conf"), "LC_ALL": "C"}


@pytest.fixture(scope="module")
def index() -> PackageIndex:
    found = open_index(SUITE)
    assert found is not None
    return found


@pytest.fixture(scope="module")
def database() -> PackageDatabase:
    base = find(f"debian:{SUITE}-slim")
    assert base is not None
    found = PackageDatabase.from_base(base)
    assert found is not None
    return found


@pytest.fixture(scope="module")
def apt(
    tmp_path_factory: pytest.TempPathFactory, database: PackageDatabase
) -> Iterator[Apt]:
    if shutil.which("apt-get") is None or not KEYRING.exists():
        pytest.skip("needs apt and Debian's keyring")
    root = tmp_path_factory.mktemp("apt")
    for directory in ("lists/partial", "cache/archives/partial", "parts"):
        (root / directory).mkdir(parents=True)
    (root / "status").write_text("")
    (root / "extended_states").write_text("".join(
        f"Package: {name}\nArchitecture: amd64\nAuto-Installed: 1\n\n"
        for name, package in database.installed.items()
        if package.automatic
    ))
    (root / "sources.list").write_text("".join(
        f"deb [signed-by={KEYRING}] {MIRROR}/{archive} {suite} main\n"
        for archive, suite in (
            ("debian", SUITE), ("debian", f"{SUITE}-updates"), ("debian-security", f"{SUITE}-security"),
        )
    ))
    (root / "apt.conf").write_text(
        f'Dir::State "{root}"; Dir::State::status "{root}/status"; Dir::State::lists "{root}/lists";\n'
        f'Dir::Cache "{root}/cache"; Dir::Etc::SourceList "{root}/sources.list";\n'
        f'Dir::Etc::SourceParts "{root}/parts"; Dir::Etc::Parts "{root}/parts";\n'
        f'Dir::Etc::Preferences "/dev/null"; Dir::Etc::PreferencesParts "{root}/parts";\n'
        'APT::Architecture "amd64"; APT::Architectures { "amd64"; }; APT::Sandbox::User "root";\n'
        'Acquire::Languages "none"; APT::AutoRemove::SuggestsImportant "false"; APT::Solver "internal";\n'
    )
    apt = Apt(root)
    done = subprocess.run(
        ["apt-get", "update", "-qq"], env=apt.environment, capture_output=True, text=True, check=False
    )
    (root / "status").write_text("".join(_status(database, apt)))
    # Saves the cache that every simulation would build again.
    subprocess.run(["apt-cache", "gencaches"], env=apt.environment, capture_output=True, check=False)
    if done.returncode or "curl" not in apt.simulate("install", "curl")[0]:
        pytest.skip("Debian's archive is not reachable")
    yield apt
    shutil.rmtree(root)


def _status(database: PackageDatabase, apt: Apt) -> Iterator[str]:
    """dpkg's status file of the base image: its packages at its versions, with the fields of the lists."""
    shown = subprocess.run(
        ["apt-cache", "show", *database.installed],
        env=apt.environment, capture_output=True, text=True, check=False,
    )
    paragraphs: dict[str, str] = {}
    for paragraph in shown.stdout.split("\n\n"):
        fields = dict(re.findall(r"^(\S+): (.*)$", paragraph, re.MULTILINE))
        old = database.installed.get(fields.get("Package", ""))
        # One whose version has left the archive keeps the relations of its successor.
        if old is not None and (fields["Version"] == old.version or old.name not in paragraphs):
            fields["Version"] = old.version
            paragraphs[old.name] = "".join(f"{key}: {fields[key]}\n" for key in FIELDS if key in fields)
    for paragraph in paragraphs.values():
        yield f"{paragraph}Status: install ok installed\n\n"


def test_closures_are_those_of_apt(apt: Apt, index: PackageIndex, database: PackageDatabase) -> None:
    compared = equal = 0
    for number, line in enumerate(SETS):
        recommends = number % 2 == 0
        named = [package for name in line.split() if (package := index.get(name)) is not None]
        wanted = [p for p in named if _is_change(p, database)]
        plan = plan_install(wanted, database.installed, index, recommends=recommends)
        ours = {package.name for package in (*plan.install, *plan.upgrade)}
        option = "--install-recommends" if recommends else "--no-install-recommends"
        real, removed = apt.simulate("install", option, *line.split())
        compared += 1
        if ours == real and set(plan.remove) == removed:
            equal += 1
        else:
            print(f"{line} {option}: only apt {sorted(real - ours)}, only here {sorted(ours - real)}")
    print(f"{equal} of {compared} closures equal apt's")
    assert compared == len(SETS)
    assert equal / compared >= 0.97


def _is_change(package: Package, database: PackageDatabase) -> bool:
    old = database.installed.get(package.name)
    return old is None or is_newer(package.version, old.version)


@pytest.mark.parametrize("name", REMOVALS)
def test_autoremove_is_that_of_apt(
    apt: Apt, index: PackageIndex, database: PackageDatabase, name: str
) -> None:
    gone = set(plan_removal([name], database.installed, index).remove)
    left = {other: package for other, package in database.installed.items() if other not in gone}
    ours = gone | set(plan_unused(left, index).remove)
    assert ours == apt.simulate("purge", "--auto-remove", name)[1]
