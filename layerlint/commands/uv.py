"""uv, after uv 0.13: its pip interface, and projects with a lock file that tells sizes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from layerlint import commands
from layerlint._dataclass import replace
from layerlint.catalog.distributions import normalised
from layerlint.commands._environment import environment
from layerlint.commands._locked import MAX_LOCK, uv_lock
from layerlint.commands._options import Options, parse
from layerlint.commands._outcome import FAILURE, SUCCESS, unmodelled
from layerlint.commands._paths import join
from layerlint.commands._project import own_size, project, table
from layerlint.commands._pypi import (
    CLOSURE_UNKNOWN,
    CLOSURE_UNKNOWN_COUNT,
    FILE_UNKNOWN,
    Chosen,
    Place,
    effects_of,
    installed,
    title_of,
)
from layerlint.commands._python import (
    Python,
    home_of,
    is_environment,
    of_prefix,
    running,
    variable,
)
from layerlint.commands._requirements import Requirement, read
from layerlint.commands._requirements import parse as parse_requirement
from layerlint.commands._uv_options import COMMON, PIP, PROJECT, TOOL, VENV
from layerlint.commands._wheels import named_indexes, resolved
from layerlint.domain.size import Size
from layerlint.domain.text import UNKNOWN, Text
from layerlint.effects import Effect, Invocation, Outcome, Populate, Remove, Stream
from layerlint.filesystem.node import Inode

_ANSWER = Outcome(stdout=Stream(Size(0, 1_000, None)))
_TRUE = frozenset({"1", "on", "true", "y", "yes"})
_PYTHON = Size(60_000_000, 95_000_000, 160_000_000)
"""A build of CPython 3.8 to 3.14 that uv downloads, unpacked."""


def uv(invocation: Invocation) -> Outcome:
    """``uv pip``, ``sync``, ``venv``, ``tool``, ``python``, ``cache`` and what only answers."""
    words = list(invocation.argv[1:])
    while words and isinstance(words[0], str) and words[0].startswith("-"):
        option = words.pop(0)
        if COMMON.get(str(option)[2:], "").endswith(":") and words:
            words.pop(0)
    if not words:
        return _ANSWER
    verb, *rest = words
    if verb is UNKNOWN:
        return unmodelled("uv with words that are not known")
    if verb in ("pip", "tool", "python", "cache") and rest and isinstance(rest[0], str):
        verb, rest = f"{verb} {rest[0]}", rest[1:]
    model = _VERBS.get(verb)
    if model is not None:
        return model(invocation, rest)
    if verb in _QUESTIONS or verb.partition(" ")[0] in _QUESTIONS:
        return _ANSWER
    return unmodelled(f"uv {verb[:60]}") if verb in _CHANGING else FAILURE


def _cache(invocation: Invocation, options: Options) -> str | None:
    """uv keeps what it downloaded unpacked, and links files out of it where it can: within one file system."""
    off = variable(invocation, "UV_NO_CACHE").lower() in _TRUE
    if off or options.has("no-cache", "n"):
        return None
    named = options.value("cache-dir")
    if isinstance(named, str):
        return invocation.path(named)
    directory = variable(invocation, "UV_CACHE_DIR")
    if directory.startswith("/"):
        return directory
    base = variable(invocation, "XDG_CACHE_HOME")
    return join(base, "uv") if base.startswith("/") else join(home_of(invocation), ".cache/uv")


def _place(invocation: Invocation, options: Options, python: Python) -> Place:
    """Byte-code is compiled only when asked for (``--compile-bytecode``, UV_COMPILE_BYTECODE)."""
    wanted = options.has("compile") or variable(invocation, "UV_COMPILE_BYTECODE").lower() in _TRUE
    code = join(python.site, "__pycache__") if wanted and not options.has("no-compile") else None
    interpreter = join(python.scripts, f"python{python.version}")
    return Place(
        python.site,
        python.scripts,
        join(python.prefix, "share"),
        code,
        interpreter=interpreter,
        minor=python.minor,
    )


def _with_cache(
    invocation: Invocation, options: Options, chosen: Sequence[Chosen], title: str
) -> tuple[Effect, ...]:
    """What the cache holds beside the environment.

    Files are hard links of the cache's where both are in one file system, as they are in an image: they ship
    once, and the metadata of the index and of the archives is what the cache adds.  With ``copy`` as link mode,
    or in another file system, each ships twice.
    """
    cache = _cache(invocation, options)
    if cache is None or not chosen:
        return ()
    copies = "copy" in (options.value("link-mode"), variable(invocation, "UV_LINK_MODE"))
    parts = [
        Populate(join(cache, "simple-v28"), title, _ANSWERS.scaled(len(chosen)), Size(1, len(chosen), None))
    ]
    if copies:
        place = Place(join(cache, "archive-v0"), join(cache, "archive-v0"), join(cache, "archive-v0"), None)
        files = [effect for effect in effects_of(chosen, place, title) if isinstance(effect, Populate)]
        parts += [replace(effect, label=None) for effect in files]
    return tuple(parts)


_ANSWERS = Size(2_000, 110_000, 1_500_000)
"""Of the index for one name, as uv keeps it: 1,291,552 bytes for the 12 that flask and requests bring, while
4,232,602 of their 4,259,572 bytes are hard links (uv 0.13.9, November 2026)."""


# ------------------------------------------------------------------------------ pip


def _target(invocation: Invocation, options: Options) -> Python | None:
    """The environment that ``uv pip`` changes: the active one, ``.venv``, or with ``--system`` the system's."""
    directory = options.value("t") or options.value("prefix")
    if directory is not None:
        path = invocation.path(directory)
        if path is None:
            return None
        python = running(replace(invocation, argv=("python3",)))
        if options.value("t") is None:
            return of_prefix(invocation.view, path, python.version)
        return replace(python, prefix=path, site=path, scripts=join(path, "bin"))
    chosen = options.value("p") or variable(invocation, "UV_PYTHON")
    if isinstance(chosen, str) and chosen.startswith("/"):
        if is_environment(invocation.view, chosen):
            return of_prefix(invocation.view, chosen)
        return running(replace(invocation, argv=(chosen,)))
    if options.has("system") or variable(invocation, "UV_SYSTEM_PYTHON").lower() in _TRUE:
        return running(replace(invocation, argv=("python3",)))
    active = variable(invocation, "VIRTUAL_ENV")
    if active.startswith("/"):
        return of_prefix(invocation.view, active)
    if invocation.cwd is not None and is_environment(invocation.view, join(invocation.cwd, ".venv")):
        return of_prefix(invocation.view, join(invocation.cwd, ".venv"))
    return running(replace(invocation, argv=("python3",)))


def _pip_install(invocation: Invocation, words: Sequence[Text]) -> Outcome:
    options = parse(PIP, words)
    if isinstance(options, Outcome):
        return options
    if options.has("h", "dry", "V"):
        return _ANSWER
    python = _target(invocation, options)
    if python is None:
        return unmodelled("uv: where it installs to is not known")
    found = read(invocation, options.values("r"), options.values("c"), python.version)
    return _installed(
        invocation, options, python, list(found.wanted), list(found.gaps), found.constraints, found.indexes
    )


def _pip_sync(invocation: Invocation, words: Sequence[Text]) -> Outcome:
    """``uv pip sync FILE …``: as install, without dependencies."""
    options = parse(PIP, words)
    if isinstance(options, Outcome):
        return options
    python = _target(invocation, options)
    if python is None:
        return unmodelled("uv: where it installs to is not known")
    found = read(invocation, options.operands, (), python.version)
    without = Options(tuple((key, value) for key, value in options.sequence if key))
    only = Options((*without.sequence, ("no-deps", None)))
    return _installed(invocation, only, python, list(found.wanted), list(found.gaps), None, found.indexes)


def _installed(
    invocation: Invocation,
    options: Options,
    python: Python,
    wanted: list[Requirement],
    gaps: list[str],
    constraints: Mapping[str, str] | None,
    indexes: Sequence[str] = (),
) -> Outcome:
    place = _place(invocation, options, python)
    effects: list[Effect] = []
    for word, editable in (
        *((word, False) for word in options.operands),
        *((word, True) for word in options.values("e")),
    ):
        each = None if word is UNKNOWN else parse_requirement(word, invocation.cwd, python.version, editable)
        if each is None:
            gaps.append("a word")
        else:
            wanted.append(each)
    for each in tuple(wanted):
        if each.source.startswith("/") and not isinstance(invocation.view.lookup(each.source), Inode):
            wanted.remove(each)
            own = project(invocation, each.source, each.extras, version=python.version)
            wanted += own.requires
            size = Size(200, 2_000, 20_000) if each.editable else own_size(invocation, each.source)
            effects.append(Populate(place.site, own.name, size, label=f"pip:{own.name}", reason=own.gap))
        elif each.source and not each.name:
            wanted.remove(each)
            effects.append(
                Populate(
                    place.site, "source", CLOSURE_UNKNOWN, reason=f"what {each.source[:60]} is, is not known"
                )
            )
    effects += (
        Populate(place.site, gap, FILE_UNKNOWN, CLOSURE_UNKNOWN_COUNT, reason=f"{gap} is not known")
        for gap in gaps
    )
    there = set() if options.has("reinstall", "t") else set(installed(invocation.view, place.site))
    asked = [
        each for each in wanted if each.name and (each.name not in there or each.version or options.has("U"))
    ]
    chosen = resolved(
        invocation,
        python,
        asked,
        constraints,
        dependencies=not options.has("no-deps"),
        satisfied=there,
        indexes=(*named_indexes(invocation, options), *indexes),
    )
    title = title_of(each.name for each in asked)
    effects += effects_of(chosen, place, title)
    return Outcome((*effects, *_with_cache(invocation, options, chosen, title)))


def _pip_uninstall(invocation: Invocation, words: Sequence[Text]) -> Outcome:
    options = parse(PIP, words)
    if isinstance(options, Outcome):
        return options
    python = _target(invocation, options)
    if python is None:
        return unmodelled("uv: where it uninstalls from is not known")
    model = commands.find("pip")
    assert model is not None
    argv = (join(python.scripts, "pip"), "uninstall", "-y", *options.operands)
    return model(replace(invocation, argv=argv))


# ------------------------------------------------------------------------- projects


def _sync(invocation: Invocation, words: Sequence[Text]) -> Outcome:
    """The project's environment, as the lock file has it; of what that names, what the project reaches."""
    options = parse(PROJECT, words)
    if isinstance(options, Outcome):
        return options
    if options.has("h", "dry"):
        return _ANSWER
    named = options.value("directory")
    root = invocation.cwd if named is None else invocation.path(named)
    if root is None:
        return unmodelled("uv: which project it syncs is not known")
    base = running(replace(invocation, argv=("python3",)))
    prefix = variable(invocation, "UV_PROJECT_ENVIRONMENT") or ".venv"
    if options.has("active") and variable(invocation, "VIRTUAL_ENV"):
        prefix = variable(invocation, "VIRTUAL_ENV")
    prefix = prefix if prefix.startswith("/") else join(root, prefix)
    effects: list[Effect] = []
    if prefix != base.prefix and not is_environment(invocation.view, prefix):
        effects += environment(prefix, base, bare=True)
    python = base if prefix == base.prefix else of_prefix(invocation.view, prefix, base.version)
    place = _place(invocation, options, python)
    lock = table(invocation, join(root, "uv.lock"), MAX_LOCK)
    extras = tuple(normalised(value) for value in options.values("extra") if isinstance(value, str))
    groups = tuple(value for value in options.values("group") if isinstance(value, str))
    if not options.has("no-dev"):
        groups = (*groups, "dev")
    own = project(invocation, root, extras, groups, base.version)
    if lock is None:
        chosen: tuple[Chosen, ...] = resolved(
            invocation, base, own.requires, indexes=named_indexes(invocation, options)
        )
        if own.gap:
            gap = Populate(
                place.site, "uv.lock", FILE_UNKNOWN, CLOSURE_UNKNOWN_COUNT, reason="uv.lock is not known"
            )
            effects.append(gap)
    else:
        chosen = uv_lock(lock, own.name, extras, groups, options.has("all-extras"), base.version)
    left = {normalised(value) for value in options.values("without") if isinstance(value, str)}
    there = set(installed(invocation.view, place.site))
    chosen = tuple(each for each in chosen if each.name not in there | left)
    effects += effects_of(chosen, place, "uv sync")
    if not options.has("no-project") and own.name and own.name not in there:
        size = own_size(invocation, root) if options.has("no-editable") else Size(0, 2_000, 20_000)
        effects.append(Populate(place.site, own.name, size, Size(1, 7, None), label=f"pip:{own.name}"))
    return Outcome((*effects, *_with_cache(invocation, options, chosen, "uv sync")))


def _run(invocation: Invocation, words: Sequence[Text]) -> Outcome:
    """``uv run``: the project is synced, then a command runs that is not followed here."""
    return unmodelled("uv: what the command that it runs does is not known")


def _venv(invocation: Invocation, words: Sequence[Text]) -> Outcome:
    options = parse(VENV, words)
    if isinstance(options, Outcome):
        return options
    word = options.operands[0] if options.operands else ".venv"
    path = invocation.path(word)
    if path is None:
        return unmodelled("uv: where the environment is made is not known")
    base = running(replace(invocation, argv=("python3",)))
    chosen = options.value("p")
    if isinstance(chosen, str) and chosen.startswith(("python", "/")):
        base = running(replace(invocation, argv=(chosen,)))
    return Outcome(tuple(environment(path, base, bare=not options.has("seed"))))


def _tool_install(invocation: Invocation, words: Sequence[Text]) -> Outcome:
    """Each tool in an environment of its own under ``~/.local/share/uv/tools``."""
    options = parse(TOOL, words)
    if isinstance(options, Outcome):
        return options
    base = running(replace(invocation, argv=("python3",)))
    effects: list[Effect] = []
    for word in options.operands:
        each = None if word is UNKNOWN else parse_requirement(word, invocation.cwd, base.version)
        if each is None or not each.name:
            return unmodelled("uv: which tool it installs is not known", *effects)
        tools = variable(invocation, "UV_TOOL_DIR") or join(home_of(invocation), ".local/share/uv/tools")
        prefix = join(tools, each.name)
        python = of_prefix(invocation.view, prefix, base.version)
        effects += environment(prefix, base, bare=True)
        chosen = resolved(invocation, base, [each], indexes=named_indexes(invocation, options))
        effects += effects_of(chosen, _place(invocation, options, python), each.name)
        effects += _with_cache(invocation, options, chosen, each.name)
    return Outcome(tuple(effects))


def _python_install(invocation: Invocation, words: Sequence[Text]) -> Outcome:
    """A build of CPython, downloaded into ``~/.local/share/uv/python``."""
    directory = variable(invocation, "UV_PYTHON_INSTALL_DIR") or join(
        home_of(invocation), ".local/share/uv/python"
    )
    if not directory.startswith("/"):
        return unmodelled("uv: where it installs Python is not known")
    names = [word for word in words if isinstance(word, str) and not word.startswith("-")] or ["python"]
    effects = (Populate(directory, name, _PYTHON, Size(2_000, 5_000, 9_000)) for name in names)
    return Outcome(tuple(effects))


def _cache_clean(invocation: Invocation, words: Sequence[Text]) -> Outcome:
    cache = _cache(invocation, Options(()))
    return SUCCESS if cache is None else Outcome((Remove(cache, recursive=True),))


_VERBS: dict[str, Callable[[Invocation, Sequence[Text]], Outcome]] = {
    "cache clean": _cache_clean,
    "cache prune": _cache_clean,
    "pip install": _pip_install,
    "pip sync": _pip_sync,
    "pip uninstall": _pip_uninstall,
    "python install": _python_install,
    "run": _run,
    "sync": _sync,
    "tool install": _tool_install,
    "venv": _venv,
}
_QUESTIONS = frozenset({"cache", "help", "pip", "python", "tool", "tree", "version", "self", "auth"})
_CHANGING = frozenset({"add", "build", "export", "format", "init", "lock", "publish", "remove"})
"""Sub-commands that write what is not followed."""
