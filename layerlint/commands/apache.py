"""Debian's ``a2enmod`` and its kin, and ``phpenmod``: links and empty marker files, so no bytes.

Checked against apache2 2.4.67 and php-common 93 on Debian 12.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from layerlint.commands._known import is_absent
from layerlint.commands._outcome import FAILURE, SUCCESS
from layerlint.commands._toolchain import data, scan
from layerlint.domain.size import ZERO
from layerlint.domain.truth import Truth
from layerlint.effects import Effect, Invocation, Outcome, Remove, Symlink, View, Write
from layerlint.filesystem.node import Directory

_ETC = "/etc/apache2"
_STATE = "/var/lib/apache2"
_NEEDS: Mapping[str, tuple[str, ...]] = {
    "auth_digest": ("authn_core",),
    "dav_fs": ("dav",),
    "dav_lock": ("dav",),
    "proxy_balancer": ("proxy", "alias", "slotmem_shm"),
    "session_cookie": ("session",),
    "ssl": ("setenvif", "mime", "socache_shmcb"),
}
"""``# Depends:`` of the modules that are asked for; every other ``proxy_…`` needs ``proxy``."""
_CONFIGURED = frozenset(
    ("alias", "autoindex", "dav_fs", "deflate", "dir", "mime", "mpm_event", "mpm_prefork", "mpm_worker",
     "negotiation", "proxy", "proxy_balancer", "reqtimeout", "setenvif", "ssl", "status", "userdir")
)  # fmt: skip
"""Modules that have a ``.conf`` beside their ``.load``."""


def a2enmod(invocation: Invocation) -> Outcome:
    return _enable(invocation, "module", "mods", ".load")


def a2dismod(invocation: Invocation) -> Outcome:
    return _disable(invocation, "module", "mods", ".load")


def a2ensite(invocation: Invocation) -> Outcome:
    return _enable(invocation, "site", "sites", ".conf")


def a2dissite(invocation: Invocation) -> Outcome:
    return _disable(invocation, "site", "sites", ".conf")


def a2enconf(invocation: Invocation) -> Outcome:
    return _enable(invocation, "conf", "conf", ".conf")


def a2disconf(invocation: Invocation) -> Outcome:
    return _disable(invocation, "conf", "conf", ".conf")


def _names(invocation: Invocation) -> list[str]:
    """Suffixes are dropped, as the script does; a glob or a path is no name."""
    words = scan(invocation.argv[1:]).known
    names = (word.removesuffix(".load").removesuffix(".conf") for word in words)
    return [name for name in names if name and "/" not in name and name not in (".", "..")]


def _enable(invocation: Invocation, kind: str, folder: str, suffix: str) -> Outcome:
    view, effects, status = invocation.view, list[Effect](), Truth.YES
    for name in _names(invocation):
        if is_absent(view, f"{_ETC}/{folder}-available/{name}{suffix}"):
            status = Truth.NO
            continue
        for part in (*_needs(name), name) if kind == "module" else (name,):
            effects += _linked(view, kind, folder, part, suffix)
    return Outcome(tuple(effects), status)


def _needs(name: str) -> tuple[str, ...]:
    return _NEEDS.get(name, ("proxy",) if name.startswith("proxy_") else ())


def _linked(view: View, kind: str, folder: str, name: str, suffix: str) -> list[Effect]:
    if view.lookup(f"{_ETC}/{folder}-enabled/{name}{suffix}", follow=False) is not None:
        return []
    suffixes = [suffix]
    configuration = f"{_ETC}/{folder}-available/{name}.conf"
    if kind == "module" and (name in _CONFIGURED or view.lookup(configuration) is not None):
        suffixes.append(".conf")
    links = [
        Symlink(f"../{folder}-available/{name}{end}", f"{_ETC}/{folder}-enabled/{name}{end}")
        for end in suffixes
    ]
    return [*links, *_marked(view, kind, name, "enabled")]


def _disable(invocation: Invocation, kind: str, folder: str, suffix: str) -> Outcome:
    view, effects, status = invocation.view, list[Effect](), Truth.YES
    for name in _names(invocation):
        links = [f"{_ETC}/{folder}-enabled/{name}{end}" for end in dict.fromkeys((suffix, ".conf"))]
        if all(is_absent(view, link, follow=False) for link in links):
            gone = is_absent(view, f"{_ETC}/{folder}-available/{name}{suffix}")
            status = status & (Truth.NO if gone else Truth.YES)
            continue
        effects += [Remove(link) for link in links if not is_absent(view, link, follow=False)]
        effects += _marked(view, kind, name, "disabled")
    return Outcome(tuple(effects), status)


def _marked(view: View, kind: str, name: str, what: str) -> list[Effect]:
    """The empty file that says who enabled or disabled it last."""
    markers = [
        f"{_STATE}/{kind}/{state}_by_{who}/{name}"
        for state in ("disabled", "enabled")
        for who in ("admin", "maint")
    ]
    old = [Remove(path) for path in markers if view.lookup(path) is not None]
    return [*old, Write(f"{_STATE}/{kind}/{what}_by_admin/{name}", ZERO)]


# -------------------------------------------------------------------------------- PHP


def phpenmod(invocation: Invocation) -> Outcome:
    """A link for every version and interface that is installed, ``20-xdebug.ini``."""
    return _php(invocation, enable=True)


def phpdismod(invocation: Invocation) -> Outcome:
    return _php(invocation, enable=False)


def _php(invocation: Invocation, *, enable: bool) -> Outcome:
    line = scan(invocation.argv[1:], frozenset(("-v", "-s")))
    if not line.words:
        return FAILURE
    effects: list[Effect] = []
    for base, state in _versions(invocation.view, line.value("-v")):
        for interface in _interfaces(invocation.view, base, line.value("-s")):
            for name in line.known:
                if "/" not in name:
                    effects += _module(invocation, base, state, interface, name, enable)
    return Outcome(tuple(effects)) if effects else SUCCESS


def _versions(view: View, wanted: object) -> list[tuple[str, str]]:
    """Configuration and state directory of each version: ``/etc/php/8.2``, or ``/etc/php5`` of old."""
    found = [
        (f"/etc/php/{name}", f"/var/lib/php/modules/{name}")
        for name, node in sorted(view.children("/etc/php").items())
        if isinstance(node, Directory) and wanted in (None, "ALL", name)
    ]
    if isinstance(view.lookup("/etc/php5"), Directory):
        found.append(("/etc/php5", "/var/lib/php5/modules"))
    return found


def _interfaces(view: View, base: str, wanted: object) -> Sequence[str]:
    return [
        name
        for name, node in sorted(view.children(base).items())
        if isinstance(node, Directory) and name != "mods-available" and wanted in (None, "ALL", name)
    ]


def _module(
    invocation: Invocation, base: str, state: str, interface: str, name: str, enable: bool
) -> list[Effect]:
    available = f"{base}/mods-available/{name}.ini"
    link = f"{base}/{interface}/conf.d/{_priority(data(invocation, available))}-{name}.ini"
    there = invocation.view.lookup(link, follow=False) is not None
    if enable:
        marker = Write(f"{state}/{interface}/enabled_by_admin/{name}", ZERO)
        return [] if there else [Symlink(available, link), marker]
    return [Remove(link), Write(f"{state}/{interface}/disabled_by_admin/{name}", ZERO)] if there else []


def _priority(text: str | None) -> str:
    for line in (text or "").splitlines()[:50]:
        key, _, value = line.lstrip("; ").partition("=")
        if key.strip() == "priority" and value.strip().isascii() and value.strip().isdigit():
            return value.strip()[:4]
    return "20"
