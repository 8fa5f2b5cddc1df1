"""Where npm, yarn and pnpm keep things, and the effects that they share."""

from __future__ import annotations

from collections.abc import Iterator

from layerlint.commands._known import is_absent
from layerlint.commands._paths import join
from layerlint.domain.size import ZERO, Size
from layerlint.domain.text import Text
from layerlint.effects import Effect, Invocation, Populate
from layerlint.filesystem.node import Inode

_SMALL = 65_536
_SAME = 20
"""Summary nodes of one name in one directory that are told apart."""
_SCRIPTS = ("preinstall", "install", "postinstall", "prepare")


def home(invocation: Invocation) -> str:
    given = invocation.environment.get("HOME")
    if isinstance(given, str) and given.startswith("/"):
        return join("/", given)
    return "/root"


def variable(invocation: Invocation, *names: str) -> str | None:
    """The first of these variables that is set to a text that is known."""
    for name in names:
        value = invocation.environment.get(name)
        if isinstance(value, str) and value:
            return value
    return None


def npm_setting(invocation: Invocation, key: str) -> str | None:
    """From the environment, else from ``~/.npmrc``."""
    name = "npm_config_" + key.replace("-", "_")
    given = variable(invocation, name, name.upper(), name.upper().replace("NPM_CONFIG", "npm_config"))
    return given if given is not None else _configured(invocation, join(home(invocation), ".npmrc"), key)


def npm_registry(invocation: Invocation, given: str | None = None) -> str | None:
    """The registry that the Dockerfile or a file of the image names; ``?`` where there may be one that is not
    known, or one for a scope."""
    found = given or npm_setting(invocation, "registry")
    folders = [home(invocation), *([] if invocation.cwd is None else [invocation.cwd])]
    for path in [join(folder, ".npmrc") for folder in folders] + ["/usr/local/etc/npmrc", "/etc/npmrc"]:
        node = invocation.view.lookup(path)
        if not isinstance(node, Inode):
            continue
        data = invocation.view.read(node, _SMALL)
        if data is None or b":registry" in data:
            return "?"
        found = found or _configured(invocation, path, "registry")
    return found


def npm_cache(invocation: Invocation, given: Text | None = None) -> str:
    path = given if isinstance(given, str) else npm_setting(invocation, "cache")
    located = None if path is None else invocation.path(path)
    return join(home(invocation), ".npm") if located is None else join("/", located)


def npm_prefix(invocation: Invocation, given: Text | None = None) -> str:
    """Of global packages: the directory above node's own.

    Debian's npm says ``/usr/local`` though its node is in ``/usr/bin``; NodeSource's packages, which
    bring npm in ``/usr/lib/node_modules``, do not.
    """
    path = given if isinstance(given, str) else npm_setting(invocation, "prefix")
    located = None if path is None else invocation.path(path)
    if located is not None:
        return join("/", located)
    view = invocation.view
    if view.lookup("/usr/local/bin/node") is None and view.lookup("/usr/lib/node_modules/npm") is not None:
        return "/usr"
    return "/usr/local"


def fill(
    invocation: Invocation,
    directory: str,
    name: str,
    size: Size,
    count: Size | None = None,
    reason: str = "",
    label: str | None = None,
) -> Populate:
    """What it puts there stands beside what the same tool has put there in an earlier layer."""
    free = name
    for number in range(2, _SAME):
        if invocation.view.lookup(summary(directory, free)) is None:
            break
        free = f"{name} {number}"
    files = Size(1, 1, None) if count is None else count
    return Populate(directory, free, size, files, reason, label)


def summary(directory: str, name: str) -> str:
    """The path of the node that stands for what a tool has put into a directory."""
    return join(directory, f"<{name.replace('/', '|')}>")


def filled(invocation: Invocation, directory: str) -> frozenset[str]:
    """The names of such nodes in the directory."""
    children = invocation.view.children(directory)
    return frozenset(name[1:-1] for name in children if name.startswith("<") and name.endswith(">"))


def is_production(invocation: Invocation) -> bool:
    return variable(invocation, "NODE_ENV") == "production"


def scaled(size: Size, low: float, likely: float, high: float) -> Size:
    """An amount of so much for each."""
    top = None if size.high is None else int(size.high * high)
    middle = int(size.likely * likely)
    return Size(min(int(size.low * low), middle), middle, None if top is None else max(top, middle))


def minus(whole: Size, part: Size) -> Size:
    """What the whole is more than the part of it."""
    likely = max(0, whole.likely - part.likely)
    low = min(likely, max(0, whole.low - part.low))
    if whole.high is None:
        return Size(low, likely, None)
    return Size(low, likely, max(likely, whole.high - (part.high or part.likely)))


def own_scripts(scripts: frozenset[str] | set[str]) -> Iterator[str]:
    """The scripts of a project that an install of it runs."""
    return (name for name in _SCRIPTS if name in scripts)


def nothing_there(invocation: Invocation, path: str) -> bool:
    return is_absent(invocation.view, path)


def is_empty(size: Size) -> bool:
    return size == ZERO


def effects(*given: Effect | None) -> tuple[Effect, ...]:
    return tuple(effect for effect in given if effect is not None)


def _configured(invocation: Invocation, path: str, key: str) -> str | None:
    node = invocation.view.lookup(path)
    data = invocation.view.read(node, _SMALL) if isinstance(node, Inode) else None
    found = None
    for line in (data or b"").decode("utf-8", "replace").splitlines():
        name, equals, value = line.partition("=")
        if equals and name.strip() == key:
            found = value.strip().strip("\"'")
    return found
