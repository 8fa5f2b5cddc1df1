"""``dnf``, ``yum``, ``microdnf`` and ``tdnf``: one grammar, and what each keeps beside the packages.

The effects are those on files (`Populate`, `Replace`, `Remove`), and not package effects: no index of rpms is
bundled, and no image's packages are known.  An index that the user has fetched says what comes (`_rpm_index`).
"""

from __future__ import annotations

from collections.abc import Callable

from layerlint._dataclass import dataclass
from layerlint.catalog.rpm import open_index
from layerlint.commands import _rpm_sizes as sizes
from layerlint.commands import _rpm_state as state
from layerlint.commands._outcome import ANSWER, FAILURE, SUCCESS, unmodelled
from layerlint.commands._package_words import Words, split
from layerlint.commands._paths import basename, clean
from layerlint.domain.size import Size, total
from layerlint.domain.truth import Truth
from layerlint.effects import Effect, Invocation, Outcome, Populate, Write
from layerlint.filesystem.node import Inode

_WITH_VALUE = frozenset(
    {
        "R", "c", "d", "e", "x",
        "advisory", "archlist", "arch", "bz", "bzs", "color", "comment", "config", "cve", "cves", "debuglevel",
        "destdir",
        "disableexcludes", "disableplugin", "disablerepo", "downloaddir", "enableplugin", "enablerepo",
        "errorlevel", "exclude", "excludepkgs", "forcearch", "from-repo", "installroot", "randomwait", "releasever",
        "repo", "repofrompath", "repoid", "rpmverbosity", "sec-severity", "setopt", "add-repo",
    }
)  # fmt: skip
_CACHES = ("/var/cache/dnf", "/var/cache/libdnf5", "/var/cache/tdnf", "/var/cache/yum")
_REPOSITORIES = "/etc/yum.repos.d"
_UPGRADE = Size(0, 60_000_000, None)
"""``yum update`` replaces what has a newer version: from nothing to all of the base image.  Not measured: it
depends on the day."""


@dataclass(frozen=True, slots=True)
class _Line:
    tool: state.Tool
    words: Words
    names: tuple[str, ...]
    """After the verb."""
    invocation: Invocation

    @property
    def root(self) -> str:
        given = self.words.last("installroot")
        return "" if given is None else clean(given if given.startswith("/") else f"/{given}").rstrip("/")

    @property
    def weak(self) -> bool:
        """dnf takes weak dependencies unless it is told otherwise; yum and tdnf know none."""
        off = any(
            value.replace(" ", "").lower() in ("install_weak_deps=false", "install_weak_deps=0")
            for value in self.words.all("setopt")
        )
        return self.tool.name.startswith(("dnf", "microdnf")) and not off

    @property
    def keeps(self) -> bool:
        wanted = ("keepcache=1", "keepcache=true", "keepcache=yes")
        return any(value.replace(" ", "").lower() in wanted for value in self.words.all("setopt"))

    @property
    def status(self) -> Truth:
        stdin = self.invocation.stdin
        answered = stdin is not None and stdin.size.high != 0
        sure = (
            answered or not self.tool.asks or self.words.has("y", "assumeyes", "non-interactive", "noconfirm")
        )
        # ``assumeyes`` in a configuration that is not known says yes as well.
        return Truth.YES if sure else Truth.MAYBE


def yum(invocation: Invocation) -> Outcome:
    """``yum``: its own program on Enterprise Linux 7 and Amazon Linux 2, a name of dnf after that."""
    view = invocation.view
    modern = any(
        isinstance(view.lookup(path), Inode) for path in ("/usr/bin/dnf", "/usr/bin/dnf-3", "/usr/bin/dnf5")
    )
    return dnf(invocation) if modern else _run(invocation, state.TOOLS["yum"])


def dnf(invocation: Invocation) -> Outcome:
    newer = isinstance(invocation.view.lookup("/usr/bin/dnf5"), Inode)
    return _run(invocation, state.TOOLS["dnf5" if newer else "dnf"])


def dnf5(invocation: Invocation) -> Outcome:
    return _run(invocation, state.TOOLS["dnf5"])


def microdnf(invocation: Invocation) -> Outcome:
    return _run(invocation, state.TOOLS["microdnf"])


def tdnf(invocation: Invocation) -> Outcome:
    return _run(invocation, state.TOOLS["tdnf"])


def _run(invocation: Invocation, tool: state.Tool) -> Outcome:
    words = split(invocation.argv[1:], _WITH_VALUE)
    if not words.operands:
        if words.partial:
            return unmodelled(f"{tool.name} with words that are not known")
        return ANSWER if words.has("help", "h", "version") else FAILURE
    verb, *names = words.operands
    if verb in ("group", "groups", "module") and names:
        verb, names = f"{verb} {names[0]}".replace("groups ", "group "), names[1:]
    model = _VERBS.get(verb, _nothing)
    if words.has("assumeno"):
        return ANSWER
    outcome = model(_Line(tool, words, tuple(names), invocation))
    if not words.partial or model not in _NAMED:
        return outcome
    # The names that are not known are packages like others.
    size, path = Size(0, 5_000_000, None), f"{_Line(tool, words, (), invocation).root}/usr"
    more = Populate(path, "packages", size, Size(1, 100, None), "package names are not known")
    return Outcome((*outcome.effects, more), outcome.status, outcome.stdout)


# --------------------------------------------------------------------- sub-commands


def _nothing(line: _Line) -> Outcome:
    return ANSWER


def _install(line: _Line) -> Outcome:
    return _transaction(line, line.names)


def _group(line: _Line) -> Outcome:
    return _transaction(line, tuple("@" + name.lstrip("@").lower().replace(" ", "-") for name in line.names))


def _module(line: _Line) -> Outcome:
    """``nodejs:18/common``"""
    names = tuple(name.partition(":")[0].partition("/")[0] for name in line.names)
    return _transaction(line, names, _streams(line))


def _stream(line: _Line) -> Outcome:
    fetched = state.fetched(line.invocation, line.tool, line.root)
    return Outcome((*fetched, *_streams(line)), line.status)


def _streams(line: _Line) -> tuple[Effect, ...]:
    names = (name.partition(":")[0].partition("/")[0] for name in line.names)
    return tuple(
        Write(f"{line.root}/etc/dnf/modules.d/{basename(n)}.module", Size(30, 60, 300)) for n in names if n
    )


def _transaction(line: _Line, names: tuple[str, ...], more: tuple[Effect, ...] = ()) -> Outcome:
    if not names and not line.words.partial:
        return FAILURE
    fetched = state.fetched(line.invocation, line.tool, line.root)
    present = state.present(line.invocation.view, line.root)
    packages = tuple(name for name in names if not _is_file(name))
    found = _brought(line, packages, present)
    files = tuple(_local(line, name) for name in names if _is_file(name))
    everything = (*found, *files)
    if not everything:
        return Outcome((*fetched, *more), line.status)
    if line.words.has("downloadonly"):
        return Outcome((*fetched, *_kept(line, everything)), line.status)
    kept = _kept(line, everything) if line.keeps else ()
    effects = state.installed(everything, line.root)
    recorded = state.recorded(line.invocation, line.tool, line.root, sizes.packages(everything))
    return Outcome((*fetched, *effects, *more, *kept, *recorded), line.status)


def _brought(line: _Line, names: tuple[str, ...], present: frozenset[str]) -> tuple[sizes.Brought, ...]:
    """By the index of the release where the user has fetched one, else by name."""
    index = None if line.invocation.index is None else open_index(line.invocation.index)
    if index is None:
        if line.tool.name == "dnf":
            present |= {"python3"}  # dnf is written in it; dnf5, microdnf and tdnf are not.
        return sizes.brought(names, weak=line.weak, present=present)
    from layerlint.commands import _rpm_index  # a run without an index needs none

    return _rpm_index.brought(names, index, line.tool.name, weak=line.weak, present=present)


def _is_file(name: str) -> bool:
    return name.endswith(".rpm")


def _local(line: _Line, name: str) -> sizes.Brought:
    path = None if "://" in name else line.invocation.path(name)
    node = None if path is None else line.invocation.view.lookup(path)
    if isinstance(node, Inode):
        return sizes.Brought(sizes.plain(name), sizes.unpacked(node.size), False)
    return sizes.brought((name,))[0]


def _kept(line: _Line, found: tuple[sizes.Brought, ...]) -> tuple[Effect, ...]:
    """The rpms as they were downloaded, in the cache or where ``--downloaddir`` says."""
    size, count = sizes.downloaded(total(item.size for item in found)), sizes.packages(found)
    given = line.words.last("downloaddir", "destdir")
    path = line.root + line.tool.cache if given is None else line.invocation.path(given)
    if path is None:
        return ()
    return (Populate(clean(path), state.PACKAGES, size, count, sizes.WHY),)


def _download(line: _Line) -> Outcome:
    """``dnf download``, ``yumdownloader``: into the working directory."""
    given = line.words.last("downloaddir", "destdir") or "."
    path = line.invocation.path(given)
    found = sizes.brought(line.names)
    if path is None or not found:
        return unmodelled("where packages are downloaded to is not known")
    size = Size(10_000 * len(found), sizes.PACKAGE * len(found), None)
    fetched = state.fetched(line.invocation, line.tool, line.root)
    rpms = Populate(
        clean(path), state.PACKAGES, size, Size(1, len(found), None), "sizes of rpms are not known"
    )
    return Outcome((*fetched, rpms))


def _upgrade(line: _Line) -> Outcome:
    fetched = state.fetched(line.invocation, line.tool, line.root)
    reason = "which packages have newer versions is not known"
    named = sum(sizes.PACKAGE * 3 for _ in line.names)
    size = Size(0, named, None) if line.names else _UPGRADE
    count = Size(1, max(1, size.likely // 25_000), None)
    upgraded = Populate(f"{line.root}/usr", "upgraded", size, count, reason)
    recorded = state.recorded(line.invocation, line.tool, line.root, Size(0, 0, 20))
    return Outcome((*fetched, upgraded, *recorded), line.status)


def _remove(line: _Line) -> Outcome:
    gone = state.removed(line.invocation, line.names, line.root)
    if not gone:
        return SUCCESS
    return Outcome(
        (*gone, *state.recorded(line.invocation, line.tool, line.root, Size(0, 0, 0))), line.status
    )


def _autoremove(line: _Line) -> Outcome:
    """Without names it takes away what nothing needs: on a fresh image most often nothing."""
    return _remove(line) if line.names else Outcome(status=line.status)


def _clean(line: _Line) -> Outcome:
    what = set(line.names)
    names = []
    if what & {"all", "metadata", "dbcache"}:
        names.append(state.METADATA)
    if what & {"all", "packages"} or line.words.has("packages"):
        names.append(state.PACKAGES)
    caches = _CACHES if line.words.last("installroot") is None else (line.tool.cache,)
    return Outcome(tuple(state.cleaned(line.invocation, line.root, caches, *names)))


def _makecache(line: _Line) -> Outcome:
    return Outcome(state.fetched(line.invocation, line.tool, line.root))


def _check(line: _Line) -> Outcome:
    """The status is 100 where something is newer."""
    return Outcome(state.fetched(line.invocation, line.tool, line.root), Truth.MAYBE, ANSWER.stdout)


def _question(line: _Line) -> Outcome:
    return Outcome(state.fetched(line.invocation, line.tool, line.root), stdout=ANSWER.stdout)


def _build_dependencies(line: _Line) -> Outcome:
    fetched = state.fetched(line.invocation, line.tool, line.root)
    reason = "build dependencies are not known"
    size = Size(0, 150_000_000, None)
    found = Populate(f"{line.root}/usr", "build dependencies", size, Size(1, 5000, None), reason)
    recorded = state.recorded(line.invocation, line.tool, line.root, Size(0, 60, 500))
    return Outcome((*fetched, found, *recorded), line.status)


def _copr(line: _Line) -> Outcome:
    match line.names:
        case ["enable", project, *_]:
            owner, _, name = project.partition("/")
            return _repository(line.root, f"_copr:copr.fedorainfracloud.org:{owner}:{name}.repo")
        case _:
            return ANSWER


def _config_manager(line: _Line) -> Outcome:
    """A new file of repositories, or a switch in one whose name is not known."""
    added = [url for url in line.words.all("add-repo") if url]
    if line.names[:1] == ("addrepo",):
        added = [value for name, value in line.words.values if name in ("from-repofile",)]
    if added:
        outcomes = tuple(
            _repository(line.root, basename(url) if url.endswith(".repo") else _named(url)).effects[0]
            for url in added
        )
        return Outcome(outcomes)
    if not line.words.has("save", "enable", "disable", "set-enabled", "set-disabled") and not line.names:
        return ANSWER
    return Outcome(
        (Populate(f"{line.root}{_REPOSITORIES}", "switched", Size(0, 2_000, 20_000), Size(1, 1, 4)),)
    )


def _named(url: str) -> str:
    """As dnf names it after the address: ``https://a.b/c`` gives ``a.b_c.repo``."""
    return url.partition("://")[2].strip("/").replace("/", "_")[:200] + ".repo"


def _repository(root: str, name: str) -> Outcome:
    return Outcome((Write(f"{root}{_REPOSITORIES}/{name.replace('/', '_')}", Size(80, 450, 20_000)),))


def _version_lock(line: _Line) -> Outcome:
    path = (
        "/etc/yum/pluginconf.d/versionlock.list"
        if line.tool.name == "yum"
        else "/etc/dnf/plugins/versionlock.list"
    )
    verb = line.names[0] if line.names else "list"
    if verb in ("list", "status"):
        return ANSWER
    if verb in ("clear", "delete"):
        return Outcome((Write(line.root + path, Size(0, 0, 4_000)),))
    locked = max(1, len(line.names) - (verb in ("add", "exclude")))
    return Outcome((Write(line.root + path, Size(20 * locked, 45 * locked, 400 * locked), append=True),))


def _swap(line: _Line) -> Outcome:
    gone = state.removed(line.invocation, line.names[:1], line.root)
    came = _transaction(line, line.names[1:2])
    return Outcome((*gone, *came.effects), came.status)


def _shell(line: _Line) -> Outcome:
    return unmodelled(f"{line.tool.name} shell")


# ------------------------------------------------------------ programs of yum-utils


def yum_config_manager(invocation: Invocation) -> Outcome:
    return _config_manager(_program(invocation))


def yum_builddep(invocation: Invocation) -> Outcome:
    return _build_dependencies(_program(invocation))


def yumdownloader(invocation: Invocation) -> Outcome:
    return _download(_program(invocation))


def repoquery(invocation: Invocation) -> Outcome:
    return _question(_program(invocation))


def amazon_linux_extras(invocation: Invocation) -> Outcome:
    """``install`` turns a topic on and installs its packages with yum."""
    line = _program(invocation)
    verb, *topics = line.words.operands or ("list",)
    if verb not in ("enable", "disable", "install"):
        return ANSWER
    switched = Write(f"{_REPOSITORIES}/amzn2-extras.repo", Size(3_000, 15_000, 60_000))
    if verb != "install":
        return Outcome((switched,))
    came = _transaction(line, tuple(topic.partition("=")[0] for topic in topics))
    return Outcome((switched, *came.effects), came.status)


def _program(invocation: Invocation) -> _Line:
    words = split(invocation.argv[1:], _WITH_VALUE)
    return _Line(state.TOOLS["yum"], words, words.operands, invocation)


_VERBS: dict[str, Callable[[_Line], Outcome]] = {
    "autoremove": _autoremove,
    "builddep": _build_dependencies,
    "build-dep": _build_dependencies,
    "check-update": _check,
    "check-upgrade": _check,
    "clean": _clean,
    "config-manager": _config_manager,
    "copr": _copr,
    "distro-sync": _upgrade,
    "distribution-synchronization": _upgrade,
    "downgrade": _upgrade,
    "download": _download,
    "erase": _remove,
    "group install": _group,
    "group remove": _remove,
    "groupinstall": _group,
    "groupremove": _remove,
    "groupupdate": _group,
    "in": _install,
    "info": _question,
    "install": _install,
    "list": _question,
    "localinstall": _install,
    "localupdate": _install,
    "makecache": _makecache,
    "module disable": _stream,
    "module enable": _stream,
    "module install": _module,
    "module reset": _stream,
    "module switch-to": _module,
    "offline-upgrade": _shell,
    "provides": _question,
    "reinstall": _install,
    "remove": _remove,
    "repoquery": _question,
    "rm": _remove,
    "search": _question,
    "shell": _shell,
    "swap": _swap,
    "up": _upgrade,
    "update": _upgrade,
    "update-minimal": _upgrade,
    "upgrade": _upgrade,
    "upgrade-minimal": _upgrade,
    "versionlock": _version_lock,
    "whatprovides": _question,
}
_NAMED = frozenset({_group, _install, _module, _swap})
