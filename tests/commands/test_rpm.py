"""dnf, yum, rpm, zypper, pacman and the managers without known sizes: command lines to effects."""

from __future__ import annotations

import pytest

from layerlint.commands._rpm_sizes import brought, plain
from layerlint.commands._streams import of_bytes
from layerlint.domain.truth import Truth
from layerlint.effects import Populate
from layerlint.filesystem.node import Inode
from layerlint.filesystem.union import FileSystem
from tests.commands.invoke import invoke, performed, show, system

UNSURE = system({"/w": None}, complete=False)
"""A base image that is not known."""


def touched(line: str, filesystem: FileSystem = UNSURE) -> list[str]:
    """Effects without their sizes: the kind, where, and what."""
    outcome = invoke(line, filesystem)
    shown = []
    for effect in outcome.effects:
        if isinstance(effect, Populate):
            shown.append(f"{effect.directory}/<{effect.name}>" + (" ?" if effect.reason else ""))
        else:
            shown.append(f"{type(effect).__name__} {getattr(effect, 'path', '')}")
    return shown + ([f"status {outcome.status.name}"] if outcome.status is not Truth.YES else [])


def test_what_an_installation_with_yum_leaves() -> None:
    why = "which packages come along is not known without an index of rpms"
    assert show(invoke("yum -y install git epel-release", UNSURE)) == [
        "Populate /var/cache/yum metadata 20000000..150000000..400000000 10..40..400",
        f"Populate /usr git 34000000..68000000..151600000 1..3400.. {why} rpm:git",
        "Populate /etc epel-release 15000..28000..64000 1..4.. rpm:epel-release",
        "Populate /etc configuration of git 0..10000..2000000 1..6..4000",
        "Replace /var/lib/rpm/Packages 7000000..22622000..57760000",
        "Write /var/log/yum.log 60..1500..40000 append",
        "Populate /var/lib/yum history 20000..200000..5000000 2..40..9000",
    ]


DNF = [
    "Replace /var/lib/rpm/rpmdb.sqlite",
    "Replace /var/lib/dnf/history.sqlite", "Replace /var/lib/dnf/history.sqlite-shm",
    "Replace /var/lib/dnf/history.sqlite-wal", "Write /var/log/dnf.librepo.log", "Write /var/log/dnf.log",
    "Write /var/log/dnf.rpm.log", "Write /var/log/hawkey.log",
]  # fmt: skip
YUM = ["Replace /var/lib/rpm/Packages", "Write /var/log/yum.log", "/var/lib/yum/<history>"]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("dnf -yq install wget",
         ["/var/cache/dnf/<metadata>", "/usr/<wget> ?", "/etc/<configuration of wget>", *DNF]),
        ("dnf install -y --setopt=keepcache=1 wget",
         ["/var/cache/dnf/<metadata>", "/usr/<wget> ?", "/etc/<configuration of wget>",
          "/var/cache/dnf/<packages> ?", *DNF]),
        ("dnf install -y --installroot /mnt bash",
         ["/mnt/var/cache/dnf/<metadata>", "/mnt/usr/<bash> ?", "/mnt/etc/<configuration of bash>",
          *(part.replace(" /", " /mnt/") for part in DNF)]),
        ("dnf5 install -y wget",
         ["/var/cache/libdnf5/<metadata>", "/usr/<wget> ?", "/etc/<configuration of wget>",
          "Replace /usr/lib/sysimage/rpm/rpmdb.sqlite",
          "Replace /usr/lib/sysimage/libdnf5/transaction_history.sqlite", "Write /var/log/dnf5.log"]),
        ("microdnf install wget",
         ["/var/cache/yum/<metadata>", "/usr/<wget> ?", "/etc/<configuration of wget>", *DNF[:2]]),
        ("tdnf install -y wget",
         ["/var/cache/tdnf/<metadata>", "/usr/<wget> ?", "/etc/<configuration of wget>", DNF[0]]),
        ("yum install -y https://a.b/epel-release-latest-7.noarch.rpm",
         ["/var/cache/yum/<metadata>", "/etc/<epel-release>", *YUM]),
        ("yum -y groupinstall 'Development Tools'",
         ["/var/cache/yum/<metadata>", "/usr/<@development-tools> ?",
          "/etc/<configuration of @development-tools>", *YUM]),
        ("yum -y group install development",
         ["/var/cache/yum/<metadata>", "/usr/<@development> ?", "/etc/<configuration of @development>", *YUM]),
        ("yum --enablerepo epel -d1 install -y rh-python36",
         ["/var/cache/yum/<metadata>", "/opt/<rh-python36> ?", "/etc/<configuration of rh-python36>", *YUM]),
        ("yum install -y ?", ["/var/cache/yum/<metadata>", "/usr/<packages> ?"]),
        ("yum -y update", ["/var/cache/yum/<metadata>", "/usr/<upgraded> ?", *YUM]),
        ("yum install", ["status NO"]),
        ("yum", ["status NO"]),
        ("yum makecache fast", ["/var/cache/yum/<metadata>"]),
        ("yum clean all", []),
        ("yum repolist", []),
        ("yum list installed", ["/var/cache/yum/<metadata>"]),
        ("yum check-update", ["/var/cache/yum/<metadata>", "status MAYBE"]),
        ("yum -y remove git", ["/usr/<removed> ?", *YUM]),
        ("yum -y autoremove", []),
        ("yum -y install --downloadonly --downloaddir=/rpms wget",
         ["/var/cache/yum/<metadata>", "/rpms/<packages> ?"]),
        ("yumdownloader wget", ["/var/cache/yum/<metadata>", "/w/<packages> ?"]),
        ("yum-builddep -y git", ["/var/cache/yum/<metadata>", "/usr/<build dependencies> ?", *YUM]),
        ("dnf config-manager --add-repo https://a.b/docker-ce.repo",
         ["Write /etc/yum.repos.d/docker-ce.repo"]),
        ("yum-config-manager --add-repo=https://a.b/c", ["Write /etc/yum.repos.d/a.b_c.repo"]),
        ("yum-config-manager --enable epel", ["/etc/yum.repos.d/<switched>"]),
        ("dnf -y copr enable owner/tool",
         ["Write /etc/yum.repos.d/_copr:copr.fedorainfracloud.org:owner:tool.repo"]),
        ("dnf -y module enable nodejs:18",
         ["/var/cache/dnf/<metadata>", "Write /etc/dnf/modules.d/nodejs.module"]),
        ("yum versionlock add git", ["Write /etc/yum/pluginconf.d/versionlock.list"]),
        ("yum shell", ["Unmodelled "]),
        ("rpm -ivh https://a.b/tool-1.2-3.x86_64.rpm",
         ["/usr/<tool> ?", "/etc/<configuration of tool>", "Replace /var/lib/rpm/rpmdb.sqlite"]),
        ("rpm -Uvh https://a.b/remi-release-7.rpm",
         ["/etc/<remi-release>", "Replace /var/lib/rpm/rpmdb.sqlite"]),
        ("rpm --import https://a.b/key", ["Replace /var/lib/rpm/rpmdb.sqlite"]),
        ("rpm -e --nodeps git", ["/usr/<removed> ?", "Replace /var/lib/rpm/rpmdb.sqlite"]),
        ("rpm -i missing.rpm", ["status NO"]),
        ("rpm -q git", ["status MAYBE"]),
        ("rpm -qa", []),
        ("rpm -E %fedora", []),
        ("rpm --rebuilddb", ["Replace /var/lib/rpm/rpmdb.sqlite"]),
        ("zypper -n in git",
         ["/var/cache/zypp/<metadata>", "/usr/<git> ?", "/etc/<configuration of git>",
          "Replace /usr/lib/sysimage/rpm/Packages.db", "Write /var/log/zypp/history",
          "Write /var/log/zypper.log"]),
        ("zypper ref", ["/var/cache/zypp/<metadata>"]),
        ("zypper ar -f https://a.b/r alias", ["Write /etc/zypp/repos.d/alias.repo"]),
        ("pacman -Sy", ["/var/lib/pacman/sync/<databases>"]),
        ("pacman -Syu --noconfirm git",
         ["/var/lib/pacman/sync/<databases>", "/usr/<upgraded> ?", "/usr/<git> ?",
          "/etc/<configuration of git>", "/var/lib/pacman/local/<records of git>",
          "/var/cache/pacman/pkg/<packages>", "Write /var/log/pacman.log"]),
        ("pacman --noconfirm -R git", ["/usr/<removed> ?", "Write /var/log/pacman.log"]),
        ("pacman -Q git", ["status MAYBE"]),
        ("pacman-key --init", ["/etc/pacman.d/gnupg/<init>"]),
        ("opkg update", ["/var/opkg-lists/<index>"]),
        ("emerge dev-vcs/git", ["/usr/<git> ?", "/var/cache/distfiles/<downloads>"]),
        ("brew install jq", ["/home/linuxbrew/.linuxbrew/Cellar/<jq> ?", "/root/.cache/Homebrew/<downloads>"]),
        ("nix-env -iA nixpkgs.git", ["/nix/store/<packages> ?"]),
    ],
)  # fmt: skip
def test_places(line: str, expected: list[str]) -> None:
    assert touched(line) == expected


@pytest.mark.parametrize("line", ["yum install git", "zypper in git", "pacman -S git", "tdnf install git"])
def test_nobody_answers(line: str) -> None:
    assert invoke(line, UNSURE).status is Truth.MAYBE
    assert invoke(line, UNSURE, stdin=of_bytes(b"y\n")).status is Truth.YES


def after(*lines: str) -> FileSystem:
    filesystem = UNSURE
    for line in lines:
        filesystem = performed(invoke(line, filesystem), filesystem)
    return filesystem


def size(filesystem: FileSystem, path: str) -> int | None:
    node = filesystem.lookup(path)
    return node.size.likely if isinstance(node, Inode) else None


@pytest.mark.parametrize(
    ("install", "clean", "cache"),
    [
        ("yum -y install git", "yum clean all", "/var/cache/yum"),
        ("yum -y install git", "yum clean metadata", "/var/cache/yum"),
        ("yum -y install git", "rm -rf /var/cache/yum", "/var/cache/yum"),
        ("dnf -y install git", "dnf clean all", "/var/cache/dnf"),
        ("microdnf install git", "microdnf clean all", "/var/cache/yum"),
        ("zypper -n in git", "zypper cc -a", "/var/cache/zypp"),
    ],
)
def test_cleaning_takes_away_what_is_there(install: str, clean: str, cache: str) -> None:
    assert size(after(install), f"{cache}/<metadata>")
    assert size(after(install, clean), f"{cache}/<metadata>") is None
    assert touched(install, after(install, clean))[0] == f"{cache}/<metadata>", "fetched again"


@pytest.mark.parametrize("clean", ["zypper clean", "yum clean packages", "yum clean expire-cache"])
def test_cleaning_leaves_what_stays(clean: str) -> None:
    lines = ("zypper -n in git",) if clean.startswith("zypper") else ("yum -y install git",)
    before, then = after(*lines), after(*lines, clean)
    cache = "/var/cache/zypp/<metadata>" if clean.startswith("zypper") else "/var/cache/yum/<metadata>"
    assert size(then, cache) == size(before, cache) is not None


def test_what_is_there_is_not_brought_again() -> None:
    base = after("yum -y install git")
    assert touched("yum -y install git", base) == []
    again = [e for e in invoke("yum -y install vim", base).effects if isinstance(e, Populate) and e.label]
    assert again[0].size.likely == 25_000_000, "perl came with git"


def test_packages_of_earlier_commands_are_removed() -> None:
    base = after("yum -y install git wget", "yum -y remove git")
    assert size(base, "/usr/<git>") is None
    assert size(base, "/usr/<wget>") == 3_000_000


def test_the_database_grows() -> None:
    one, two = after("yum -y install git"), after("yum -y install git", "yum -y install wget")
    path = "/var/lib/rpm/Packages"
    assert (size(two, path) or 0) > (size(one, path) or 0) > 20_000_000
    known = system({"/usr/lib/sysimage/rpm/rpmdb.sqlite": 9_000_000})
    assert "Replace /usr/lib/sysimage/rpm/rpmdb.sqlite" in touched("dnf -y install wget", known)


def test_an_rpm_in_the_file_system_is_unpacked() -> None:
    base = system({"/w/tool-1.0-1.x86_64.rpm": 1_000_000})
    for line in ("rpm -i tool-1.0-1.x86_64.rpm", "yum -y localinstall /w/tool-1.0-1.x86_64.rpm"):
        sizes = [e.size for e in invoke(line, base).effects if isinstance(e, Populate) and e.label == "rpm:tool"]
        assert (sizes[0].low, sizes[0].likely, sizes[0].high) == (1_200_000, 3_170_000, 6_000_000)


def test_pacman_keeps_its_cache_unless_it_is_answered() -> None:
    base = after("pacman -S --noconfirm git")
    assert touched("pacman -Scc --noconfirm", base) == []
    cleaned = invoke("pacman -Scc", base, stdin=of_bytes(b"y\ny\n"))
    assert show(cleaned) == ["Remove /var/cache/pacman/pkg/<packages>"]


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("git", "git"), ("git-2.39.3-1.el9", "git"), ("git.x86_64", "git"), ("gcc-c++", "gcc-c++"),
        ("java-1.8.0-openjdk.x86_64", "java-1.8.0-openjdk"), ("python3-pip", "python3-pip"),
        ("https://a.b/x/tool-1.2-3.noarch.rpm", "tool"), ("epel-release-7-11", "epel-release"),
        ("python3 >= 3.9", "python3"), ("", "package"), ("-", "-"), ("/", "package"),
    ],
)  # fmt: skip
def test_names(word: str, expected: str) -> None:
    assert plain(word) == expected


def test_what_packages_share_counts_once() -> None:
    alone = sum(item.size.likely for name in ("gcc", "gcc-c++") for item in brought([name]))
    together = sum(item.size.likely for item in brought(["gcc", "gcc-c++"]))
    assert alone - together == 72_000_000
