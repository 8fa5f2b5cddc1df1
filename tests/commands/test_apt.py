"""apt-get, apt, apt-mark, dpkg and the small programs beside them: command lines to effects."""

from __future__ import annotations

import shlex
from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from layerlint.commands._apt_configuration import AptConfiguration, read, settings
from layerlint.commands.apt import apt, apt_get, install_packages
from layerlint.commands.apt_mark import apt_mark
from layerlint.commands.debian import (
    add_apt_repository,
    apt_cache,
    apt_config,
    apt_key,
    debconf_set_selections,
    ldconfig,
    locale_gen,
    localedef,
    update_alternatives,
    update_ca_certificates,
    update_locale,
)
from layerlint.commands.dpkg import dpkg, dpkg_divert, dpkg_query, dpkg_reconfigure, dpkg_statoverride
from layerlint.domain.size import Size
from layerlint.domain.text import UNKNOWN, Text
from layerlint.domain.truth import Truth
from layerlint.effects import (
    CleanCache,
    Effect,
    InstallPackages,
    Invocation,
    MarkPackages,
    Model,
    Move,
    Outcome,
    Populate,
    Remove,
    RemovePackages,
    RemoveUnused,
    Replace,
    Stream,
    Symlink,
    Unmodelled,
    UpdateIndex,
    UpgradePackages,
)
from layerlint.filesystem.node import Inline, Inode, Kind, Node
from layerlint.filesystem.tree import build
from layerlint.filesystem.union import FileSystem

MODELS: Mapping[str, Model] = {
    "apt-get": apt_get,
    "apt": apt,
    "apt-mark": apt_mark,
    "apt-cache": apt_cache,
    "apt-config": apt_config,
    "apt-key": apt_key,
    "add-apt-repository": add_apt_repository,
    "debconf-set-selections": debconf_set_selections,
    "dpkg": dpkg,
    "dpkg-divert": dpkg_divert,
    "dpkg-query": dpkg_query,
    "dpkg-reconfigure": dpkg_reconfigure,
    "dpkg-statoverride": dpkg_statoverride,
    "install_packages": install_packages,
    "ldconfig": ldconfig,
    "locale-gen": locale_gen,
    "localedef": localedef,
    "update-alternatives": update_alternatives,
    "update-ca-certificates": update_ca_certificates,
    "update-locale": update_locale,
}


class View(FileSystem):
    __slots__ = ()

    def read(self, inode: Inode, limit: int = 65536) -> bytes | None:
        return inode.content.data if isinstance(inode.content, Inline) else None


def file(text: str) -> Node:
    data = text.encode()
    return Inode(Kind.FILE, Size.exact(len(data)), 0o644, 0, 0, -1, "", Inline(data))


def run(command: str | list[Text], files: Mapping[str, str] = {}, stdin: Stream | None = None) -> Outcome:
    argv = shlex.split(command) if isinstance(command, str) else command
    view = View(build((path, file(text)) for path, text in files.items()))
    return MODELS[str(argv[0])](Invocation(tuple(argv), "/work", {}, stdin, view))


def installs(*names: str, **options: bool | None) -> InstallPackages:
    return InstallPackages("apt", names, **{"assume_yes": True, **options})  # type: ignore[arg-type]


@pytest.mark.parametrize(("command", "effects"), [
    ("apt-get update", [UpdateIndex("apt")]),
    ("apt-get -qq update", [UpdateIndex("apt")]),
    ("apt-get update -o Acquire::Retries=3", [UpdateIndex("apt")]),
    ("apt-get install -y curl", [installs("curl")]),
    ("apt-get install curl", [installs("curl", assume_yes=False)]),
    ("apt-get -y install curl git", [installs("curl", "git")]),
    ("apt-get install curl -y", [installs("curl")]),
    ("apt-get install -yq curl", [installs("curl")]),
    ("apt-get install -qqy curl", [installs("curl")]),
    ("apt-get install -qq curl", [installs("curl")]),
    ("apt-get install -q=2 curl", [installs("curl")]),
    ("apt-get install -q curl", [installs("curl", assume_yes=False)]),
    ("apt-get install --assume-yes curl", [installs("curl")]),
    ("apt-get install --yes=false curl", [installs("curl", assume_yes=False)]),
    ("apt-get install -y --no-install-recommends curl", [installs("curl", recommends=False)]),
    ("apt-get install -y --install-recommends curl", [installs("curl", recommends=True)]),
    ("apt-get install -y --install-recommends=no curl", [installs("curl", recommends=False)]),
    ("apt-get install -y -o APT::Install-Recommends=0 curl", [installs("curl", recommends=False)]),
    ("apt-get install -y -oAPT::Install-Recommends=false curl", [installs("curl", recommends=False)]),
    ("apt-get install -o APT::Get::Assume-Yes=true curl", [installs("curl")]),
    ("apt-get install -y --option=APT::Install-Recommends=1 curl", [installs("curl", recommends=True)]),
    ("apt-get install -yd curl", [installs("curl", download_only=True)]),
    ("apt-get install -y --reinstall curl", [installs("curl", reinstall=True)]),
    ("apt-get reinstall -y curl", [installs("curl", reinstall=True)]),
    ("apt-get install -y --only-upgrade curl", [installs("curl", only_upgrade=True)]),
    ("apt-get install -y -t bookworm-backports git", [installs("git/bookworm-backports")]),
    ("apt-get install -y -t=bookworm-backports git", [installs("git/bookworm-backports")]),
    ("apt-get install -y --target-release bookworm git=1", [installs("git=1")]),
    ("apt-get install -y --allow-downgrades --allow-change-held-packages -V -f a", [installs("a")]),
    ("apt-get install -y -- -strange", [installs("-strange")]),
    ("apt-get install -y --auto-remove a", [installs("a"), RemoveUnused("apt")]),
    ("apt-get install -y", []),
    ("apt-get -f install -y", []),
    ("apt-get -s install curl", []),
    ("apt-get install --dry-run curl", []),
    ("apt-get remove -y curl", [RemovePackages("apt", ("curl",))]),
    ("apt-get purge -y curl", [RemovePackages("apt", ("curl",), purge=True)]),
    ("apt-get remove --purge -y curl", [RemovePackages("apt", ("curl",), purge=True)]),
    ("apt-get purge -y --auto-remove a b", [RemovePackages("apt", ("a", "b"), purge=True, auto_remove=True)]),
    ("apt-get remove -y --autoremove a", [RemovePackages("apt", ("a",), auto_remove=True)]),
    ("apt-get autoremove -y", [RemoveUnused("apt")]),
    ("apt-get autoremove --purge -y", [RemoveUnused("apt", purge=True)]),
    ("apt-get autoremove -y curl", [RemovePackages("apt", ("curl",), auto_remove=True)]),
    ("apt autopurge -y", [RemoveUnused("apt", purge=True)]),
    ("apt-get purge -y --auto-remove", [RemoveUnused("apt", purge=True)]),
    ("apt-get upgrade -y", [UpgradePackages("apt")]),
    ("apt-get dist-upgrade -y", [UpgradePackages("apt", may_remove=True)]),
    ("apt-get full-upgrade -y", [UpgradePackages("apt", may_remove=True)]),
    ("apt-get clean", [CleanCache("apt")]),
    ("apt-get autoclean", []),
    ("apt-get check", []),
    ("apt list --installed", []),
    ("apt show curl", []),
    ("apt-cache policy curl", []),
    ("apt-mark auto '.*'", [MarkPackages("apt", (), automatic=True)]),
    ("apt-mark manual a b", [MarkPackages("apt", ("a", "b"), automatic=False)]),
    ("apt-mark showmanual", []),
    ("dpkg -l", []),
    ("dpkg -i ./a.deb /b.deb c.deb", [InstallPackages("apt", ("./a.deb", "/b.deb", "./c.deb"))]),
    ("dpkg --force-all -i /b.deb", [InstallPackages("apt", ("/b.deb",))]),
    ("dpkg -r a", [RemovePackages("apt", ("a",))]),
    ("dpkg --purge a b", [RemovePackages("apt", ("a", "b"), purge=True)]),
    ("dpkg --add-architecture i386", [
        Replace("/var/lib/dpkg/arch", Size.exact(11), Inline(b"amd64\ni386\n")),
    ]),
    ("dpkg-divert --add --rename --divert /usr/bin/x.real /usr/bin/x", [
        Replace("/var/lib/dpkg/diversions-old", Size.exact(0)),
        Replace("/var/lib/dpkg/diversions", Size.exact(len("/usr/bin/x\n/usr/bin/x.real\n:\n"))),
    ]),
    ("update-locale LANG=C.UTF-8", [Replace("/etc/default/locale", Size(13, 48, 213))]),
])
def test_a_command_line_has_these_effects(command: str, effects: list[Effect]) -> None:
    assert list(run(command).effects) == effects


@pytest.mark.parametrize(("command", "status"), [
    ("apt-get frobnicate", Truth.NO),
    ("apt-get -s frobnicate", Truth.NO),
    ("apt-get", Truth.YES),
    ("apt-get --version", Truth.YES),
    ("apt-get remove curl", Truth.MAYBE),
    ("dpkg", Truth.NO),
    ("dpkg -s curl", Truth.MAYBE),
    ("apt-mark frobnicate", Truth.NO),
])
def test_a_command_line_has_this_status(command: str, status: Truth) -> None:
    assert run(command).status is status


@pytest.mark.parametrize("command", [
    "add-apt-repository ppa:a/b",
    "apt-get install -y --install-suggests curl", "dpkg -x a.deb /", "dpkg-reconfigure locales",
    "ldconfig -r /mnt", "update-alternatives --set",
])
def test_what_is_not_modelled_says_so(command: str) -> None:
    assert isinstance(run(command).effects[-1], Unmodelled)


@pytest.mark.parametrize(
    ("command", "installed", "reason"),
    [
        ("apt-get build-dep -y curl", installs("build-essential", "debhelper"),
         "what a source package needs to be built is not known"),
        ("apt-get source curl", None, "the sizes of source packages are not known"),
        ("apt-get download curl wget", InstallPackages("apt", ("curl", "wget"), directory="/work"), None),
        ("apt-get satisfy -y 'curl (>= 1), wget | axel' less", installs("curl", "wget", "less"), None),
    ],
)  # fmt: skip
def test_other_ways_to_get_packages(command: str, installed: Effect | None, reason: str | None) -> None:
    effects = run(command).effects
    assert [e for e in effects if isinstance(e, InstallPackages)] == ([installed] if installed else [])
    assert [e.reason for e in effects if isinstance(e, Populate)] == ([reason] if reason else [])


def test_unknown_words_leave_the_known_ones() -> None:
    outcome = run(["apt-get", "install", "-y", "curl", UNKNOWN])
    known, more = outcome.effects
    assert known == installs("curl")
    assert isinstance(more, Populate)
    assert more.reason == "package names are not known"
    assert isinstance(run(["apt-get", "remove", "-y", UNKNOWN]).effects[0], Unmodelled)
    assert run(["apt-get", UNKNOWN, "update"]).effects == (UpdateIndex("apt"),)


def test_what_is_piped_in_answers_apt() -> None:
    assert run("apt-get install curl", stdin=Stream(Size(1, 2, None))).effects == (installs("curl"),)
    nothing = run("apt-get install curl", stdin=Stream(Size.exact(0)))
    assert nothing.effects == (installs("curl", assume_yes=False),)


def test_the_configuration_can_assume_yes() -> None:
    files = {"/etc/apt/apt.conf.d/90yes": 'APT::Get::Assume-Yes "true";'}
    assert run("apt-get install curl", files).effects == (installs("curl"),)
    assert run("apt-get install --yes=no curl", files).effects == (installs("curl", assume_yes=False),)


CLEAN = 'DPkg::Post-Invoke { "rm -f /var/cache/apt/archives/*.deb || true"; };\nDir::Cache::pkgcache "";\n'


@pytest.mark.parametrize(("files", "cleans"), [
    ({}, True),
    ({"/etc/apt/apt.conf.d/docker-clean": CLEAN}, False),
    ({"/etc/apt/apt.conf.d/keep": 'Binary::apt::APT::Keep-Downloaded-Packages "true";'}, False),
])
def test_apt_deletes_what_it_downloads_unless_told_otherwise(files: Mapping[str, str], cleans: bool) -> None:
    assert (CleanCache("apt") in run("apt install -y curl", files).effects) is cleans
    assert CleanCache("apt") not in run("apt-get install -y curl", files).effects


def test_settings_are_read_as_apt_does() -> None:
    text = """
    # a comment
    APT::Install-Recommends "0"; // another
    APT { Keep-Downloaded-Packages false; Get { Assume-Yes "true"; }; };
    /* Acquire::GzipIndexes "true"; */
    DPkg::Post-Invoke { "first"; "second"; };
    Dir::Cache::pkgcache "";
    """
    assert list(settings(text)) == [
        ("apt::install-recommends", "0"),
        ("apt::keep-downloaded-packages", "false"),
        ("apt::get::assume-yes", "true"),
        ("dpkg::post-invoke", "first"),
        ("dpkg::post-invoke", "second"),
        ("dir::cache::pkgcache", ""),
    ]


def test_a_configuration_is_the_last_word_of_its_files() -> None:
    assert read({}) == AptConfiguration()
    official = {"docker-clean": file(CLEAN), "docker-gzip-indexes": file('Acquire::GzipIndexes "true";')}
    assert read(official) == AptConfiguration(
        keeps_archives=False, keeps_caches=False, compresses_lists=True
    )
    ninety = file('APT::Install-Recommends "false";')
    assert read({"90": ninety, "10": file('APT::Install-Recommends "true";')}).recommends is False


@given(st.text())
def test_settings_of_any_text(text: str) -> None:
    assert all(key == key.lower() for key, _ in settings(text))


def test_dpkg_prints_the_architecture() -> None:
    assert run("dpkg --print-architecture").stdout == Stream(Size.exact(6), Inline(b"amd64\n"))


def test_debconf_saves_both_databases_and_keeps_the_last() -> None:
    files = {"/var/cache/debconf/config.dat": "1234", "/var/cache/debconf/templates.dat": "12345678"}
    effects = run("debconf-set-selections", files).effects
    assert [(e.path, e.size.likely) for e in effects if isinstance(e, Replace)] == [
        ("/var/cache/debconf/config.dat-old", 4),
        ("/var/cache/debconf/config.dat", 4),
        ("/var/cache/debconf/templates.dat-old", 8),
        ("/var/cache/debconf/templates.dat", 8),
    ]


def test_an_alternative_is_two_links_and_a_record() -> None:
    effects = run("update-alternatives --install /usr/bin/python python /usr/bin/python3 1").effects
    assert effects[:2] == (
        Symlink("/usr/bin/python3", "/etc/alternatives/python"),
        Symlink("/etc/alternatives/python", "/usr/bin/python"),
    )
    removed = run("update-alternatives --remove-all python").effects
    assert removed[0] == Remove("/etc/alternatives/python")


def test_a_diversion_moves_what_is_there() -> None:
    effects = run("dpkg-divert --rename --divert /x.real --add /x", {"/x": "x"}).effects
    assert effects[-1] == Move("/x", "/x.real")


@pytest.mark.parametrize(("text", "size"), [
    ("# en_US.UTF-8 UTF-8\n", None),
    ("en_US.UTF-8 UTF-8\n# de_DE.UTF-8 UTF-8\n", 3_048_928),
    ("en_US.UTF-8 UTF-8\nde_DE.UTF-8 UTF-8\n", 3_407_104),
])
def test_locales_are_compiled_into_one_archive(text: str, size: int | None) -> None:
    """The two sizes are those of real builds on Debian 12."""
    effects = run("locale-gen", {"/etc/locale.gen": text}).effects
    assert [e.size.likely for e in effects if isinstance(e, Replace)] == ([] if size is None else [size])


def test_certificates_of_the_user_join_the_bundle() -> None:
    files = {"/etc/ssl/certs/ca-certificates.crt": "12345", "/usr/local/share/ca-certificates/own.crt": "123"}
    link, bundle = run("update-ca-certificates", files).effects
    assert link == Symlink("/usr/local/share/ca-certificates/own.crt", "/etc/ssl/certs/own.pem")
    assert bundle == Replace("/etc/ssl/certs/ca-certificates.crt", Size.exact(8))


WORDS = st.one_of(
    st.just(UNKNOWN),
    st.text(max_size=8),
    st.sampled_from([
        "install", "remove", "purge", "update", "-y", "-o", "-t", "--", "-", "--purge=", "-q=", "-yq",
        "--no-", "curl=1", "--divert", "--install", "--add", "--set", "auto", "hold", "-i", "a/b",
        "--add-architecture", "--keyring", "adv",
    ]),
)


@given(st.sampled_from(sorted(MODELS)), st.lists(WORDS, max_size=7))
def test_no_command_line_raises(name: str, words: list[Text]) -> None:
    outcome = run([name, *words])
    assert isinstance(outcome, Outcome)


def test_minidebs_script_cleans_up_behind_itself() -> None:
    update, install, *removed = run("install_packages curl git").effects
    assert update == UpdateIndex("apt")
    assert install == InstallPackages("apt", ("curl", "git"), recommends=False, assume_yes=True)
    assert removed == [Remove(path, recursive=True) for path in ("/var/lib/apt/lists", "/var/cache/apt/archives")]
    assert isinstance(run(["install_packages", UNKNOWN]).effects[-1], Populate)
