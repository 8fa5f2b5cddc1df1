"""poetry, pipenv, pdm and pipx: distributions out of lock files, into environments with names of their own."""

from __future__ import annotations

from collections.abc import Sequence

from layerlint._dataclass import replace
from layerlint.catalog.distributions import normalised
from layerlint.commands._environment import environment
from layerlint.commands._locked import pipfile, pipfile_lock, poetry_lock
from layerlint.commands._outcome import FAILURE, SUCCESS, unmodelled
from layerlint.commands._paths import basename, join
from layerlint.commands._project import own_size, project
from layerlint.commands._pypi import (
    CLOSURE_UNKNOWN_COUNT,
    FILE_UNKNOWN,
    Chosen,
    Place,
    closure,
    effects_of,
    installed,
    title_of,
)
from layerlint.commands._python import Python, home_of, is_environment, of_prefix, running, variable
from layerlint.commands._requirements import parse as parse_requirement
from layerlint.commands._requirements import text_of
from layerlint.commands._wheels import named_indexes, priced, resolved
from layerlint.domain.size import Size
from layerlint.domain.text import UNKNOWN, Text
from layerlint.effects import Effect, Invocation, Outcome, Populate, Remove, Stream, Symlink, Write
from layerlint.filesystem.node import Inline

_ANSWER = Outcome(stdout=Stream(Size(0, 1_000, None)))
_TRUE = frozenset({"1", "on", "true", "y", "yes"})
_FALSE = frozenset({"0", "false", "n", "no", "off"})
_VALUED = frozenset(
    {"--directory", "--extras", "--group", "--only", "--output", "--project", "--python", "--with", "--without", "-C",
     "-E", "-G", "-P", "-f", "-o", "--format", "--pip-args", "--index-url", "--suffix", "--spec", "-i",
     "--requirements",
     "-r", "--lockfile", "-L", "-p", "--prod"}
) - {"--prod"}  # fmt: skip


def _split(words: Sequence[Text]) -> tuple[list[str], dict[str, list[str]], bool]:
    """Operands, options with their values (empty for a switch), and whether every word is known."""
    operands: list[str] = []
    options: dict[str, list[str]] = {}
    known = True
    waiting = list(words)
    while waiting:
        word = waiting.pop(0)
        if word is UNKNOWN:
            known = False
        elif not word.startswith("-") or word == "-":
            operands.append(word)
        else:
            name, given, value = word.partition("=")
            if not given and name in _VALUED and waiting and isinstance(waiting[0], str):
                value = str(waiting.pop(0))
            options.setdefault(name, []).append(value)
    return operands, options, known


def _listed(options: dict[str, list[str]], *names: str) -> list[str]:
    """Values of options that may be repeated, or joined by commas."""
    return [
        part.strip() for name in names for value in options.get(name, ()) for part in value.split(",") if part
    ]


def _place(python: Python, *, compiled: bool, cache: str | None = None, pages: bool = True) -> Place:
    code = join(python.site, "__pycache__") if compiled else None
    interpreter = join(python.scripts, f"python{python.version}")
    share = join(python.prefix, "share")
    return Place(
        python.site, python.scripts, share, code, cache, pages, interpreter=interpreter, minor=python.minor
    )


def _environment(
    invocation: Invocation, prefix: str, base: Python, *, bare: bool
) -> tuple[Python, list[Effect]]:
    made = is_environment(invocation.view, prefix)
    effects = [] if made else environment(prefix, base, bare=bare)
    return of_prefix(invocation.view, prefix, "" if made else base.version), effects


# --------------------------------------------------------------------------- poetry


def poetry(invocation: Invocation) -> Outcome:
    """poetry 1.2 to 2: ``install``, ``config``, ``export``, ``cache clear`` and what only answers."""
    operands, options, known = _split(invocation.argv[1:])
    if not operands:
        return _ANSWER if known else unmodelled("poetry with words that are not known")
    verb, *rest = operands
    match verb:
        case "install" | "sync":
            return _poetry_install(invocation, options)
        case "config":
            return _poetry_config(invocation, rest)
        case "export":
            return _poetry_export(invocation, options)
        case "cache":
            directory = join(_poetry_cache(invocation), "artifacts")
            return Outcome((Remove(directory, recursive=True),)) if rest[:1] == ["clear"] else _ANSWER
        case "about" | "check" | "env" | "help" | "list" | "search" | "show" | "version" | "source":
            return _ANSWER
        case _:
            return unmodelled(f"poetry {verb[:60]}")


def _poetry_cache(invocation: Invocation) -> str:
    named = variable(invocation, "POETRY_CACHE_DIR")
    return named if named.startswith("/") else join(home_of(invocation), ".cache/pypoetry")


def _poetry_setting(invocation: Invocation, key: str, name: str) -> bool | None:
    """A setting of ``[virtualenvs]``, from the environment or the files that ``poetry config`` writes."""
    value = variable(invocation, name).lower()
    if value:
        return value in _TRUE
    for path in (join(invocation.cwd or "/", "poetry.toml"), _poetry_file(invocation)):
        for line in (text_of(invocation, path, 20_000) or "").splitlines():
            found, equals, setting = line.partition("=")
            if equals and found.strip() == key:
                return setting.strip() == "true"
    return None


def _poetry_file(invocation: Invocation) -> str:
    return join(home_of(invocation), ".config/pypoetry/config.toml")


def _poetry_config(invocation: Invocation, words: Sequence[str]) -> Outcome:
    """``poetry config virtualenvs.create false``"""
    if len(words) < 2:
        return _ANSWER
    section, _, key = words[0].partition(".")
    data = f"[{section}]\n{key} = {words[1]}\n".encode("utf-8", "replace")
    local = "--local" in invocation.argv
    path = join(invocation.cwd or "/", "poetry.toml") if local else _poetry_file(invocation)
    return Outcome((Write(path, Size.exact(len(data)), Inline(data), append=True),))


def _poetry_groups(options: dict[str, list[str]]) -> frozenset[str]:
    only = _listed(options, "--only")
    if only:
        return frozenset(only)
    groups = {"main", "dev", *_listed(options, "--with")} - set(_listed(options, "--without"))
    return frozenset(groups - {"dev"} if {"--no-dev", "--only-root"} & set(options) else groups)


def _poetry_install(invocation: Invocation, options: dict[str, list[str]]) -> Outcome:
    """Without byte-code unless ``--compile`` is given; downloads are kept as artifacts."""
    if "--dry-run" in options:
        return _ANSWER
    named = _listed(options, "--directory", "-C", "--project", "-P")
    root = invocation.path(named[0]) if named else invocation.cwd
    if root is None:
        return unmodelled("poetry: which project it installs is not known")
    base = running(replace(invocation, argv=("python3",)))
    effects: list[Effect] = []
    if _poetry_setting(invocation, "create", "POETRY_VIRTUALENVS_CREATE") is False or is_environment(
        invocation.view, base.prefix
    ):
        python = base
    else:
        inside = _poetry_setting(invocation, "in-project", "POETRY_VIRTUALENVS_IN_PROJECT")
        name = f"{basename(root) or 'project'}-py{base.version}"
        prefix = join(root, ".venv") if inside else join(_poetry_cache(invocation), f"virtualenvs/{name}")
        python, effects = _environment(invocation, prefix, base, bare=True)
    groups = _poetry_groups(options)
    extras = tuple(map(normalised, _listed(options, "--extras", "-E")))
    own = project(invocation, root, extras, tuple(sorted(groups - {"main"})), base.version)
    cache = None if "--no-cache" in options else join(_poetry_cache(invocation), "artifacts")
    place = _place(python, compiled="--compile" in options, cache=cache, pages=False)
    chosen = poetry_lock(invocation, join(root, "poetry.lock"), own, groups, base.version)
    if chosen is None:
        chosen = resolved(invocation, base, own.requires, indexes=named_indexes(invocation))
        if own.gap:
            reason = "neither pyproject.toml nor poetry.lock is known"
            effects.append(
                Populate(place.site, "project", FILE_UNKNOWN, CLOSURE_UNKNOWN_COUNT, reason=reason)
            )
    chosen = priced(invocation, base, chosen)
    there = set(installed(invocation.view, place.site))
    effects += effects_of(tuple(each for each in chosen if each.name not in there), place, "poetry install")
    if "--no-root" not in options:
        effects.append(
            Populate(place.site, own.name, Size(0, 2_000, 30_000), Size(1, 6, 20), label=f"pip:{own.name}")
        )
    return Outcome(tuple(effects))


def _poetry_export(invocation: Invocation, options: dict[str, list[str]]) -> Outcome:
    """The lock file as requirements: what is known without their hashes is known to the byte."""
    root = invocation.cwd
    if root is None:
        return unmodelled("poetry: which project it exports is not known")
    groups = _poetry_groups(options) - ({"dev"} if not _listed(options, "--with") else set())
    if {"--dev", "--with-dev"} & set(options):
        groups |= {"dev"}
    own = project(invocation, root)
    chosen = poetry_lock(invocation, join(root, "poetry.lock"), own, groups, "3.12")
    bare = "--without-hashes" in options
    data = "".join(f"{each.name}=={each.version}\n" for each in chosen or ()).encode()
    content = Inline(data) if bare and chosen else None
    size = Size.exact(len(data)) if content else Size(0, 150 + 1_500 * len(chosen or ()), None)
    named = _listed(options, "--output", "-o")
    if not named:
        return Outcome(stdout=Stream(size, content))
    path = invocation.path(named[0])
    return (
        unmodelled("poetry: where it exports to is not known")
        if path is None
        else Outcome((Write(path, size, content),))
    )


# --------------------------------------------------------------------------- pipenv


def pipenv(invocation: Invocation) -> Outcome:
    """``pipenv install`` and ``sync``: with ``--system`` into the system's Python, else into an environment."""
    operands, options, known = _split(invocation.argv[1:])
    if not operands:
        return _ANSWER if known else unmodelled("pipenv with words that are not known")
    verb, *names = operands
    root = invocation.cwd
    if verb in ("check", "graph", "scripts", "verify", "--venv", "--where") or root is None:
        return _ANSWER if root is not None else unmodelled("pipenv: which project it installs is not known")
    if verb == "lock":
        return Outcome((Write(join(root, "Pipfile.lock"), Size(200, 40_000, None)),))
    if verb not in ("install", "sync"):
        return unmodelled(f"pipenv {verb[:60]}")
    base = running(replace(invocation, argv=("python3",)))
    effects: list[Effect] = []
    python = base
    if "--system" not in options and variable(invocation, "PIPENV_SYSTEM").lower() not in _TRUE:
        inside = bool(variable(invocation, "PIPENV_VENV_IN_PROJECT"))
        home = variable(invocation, "WORKON_HOME") or join(home_of(invocation), ".local/share/virtualenvs")
        prefix = join(root, ".venv") if inside else join(home, basename(root) or "project")
        python, effects = _environment(invocation, prefix, base, bare=False)
    develop = {"--dev", "-d"} & set(options) or variable(invocation, "PIPENV_DEV").lower() in _TRUE
    locked = ("default", "develop") if develop else ("default",)
    listed = ("packages", "dev-packages") if develop else ("packages",)
    lock = join(root, "Pipfile.lock")
    skips = "--skip-lock" in options
    chosen = None if skips else pipfile_lock(invocation, lock, locked)
    if chosen is None:
        chosen = pipfile(invocation, root, listed)
        if not skips and verb == "install":
            effects.append(Write(lock, Size(200, 40_000, None)))
    wanted = [found for name in names if (found := parse_requirement(name, root)) is not None]
    off = variable(invocation, "PIP_NO_CACHE_DIR") or "--clear" in options
    cache = (
        None
        if off
        else join(
            variable(invocation, "PIPENV_CACHE_DIR") or join(home_of(invocation), ".cache"), "pip/http-v2"
        )
    )
    place = _place(
        python, compiled=True, cache=cache if cache is not None and cache.startswith("/") else None
    )
    if chosen is None and not wanted:
        reason = "neither Pipfile nor Pipfile.lock is known"
        effects.append(Populate(place.site, "Pipfile", FILE_UNKNOWN, CLOSURE_UNKNOWN_COUNT, reason=reason))
    there = set(installed(invocation.view, place.site))
    every: list[Chosen] = [each for each in (*(chosen or ()), *closure(wanted)) if each.name not in there]
    effects += effects_of(tuple({each.name: each for each in every}.values()), place, "pipenv install")
    return Outcome(tuple(effects))


# ------------------------------------------------------------------------------ pdm


def pdm(invocation: Invocation) -> Outcome:
    """``pdm install`` and ``sync``: what ``pdm.lock`` names, into ``.venv``."""
    operands, options, known = _split(invocation.argv[1:])
    root = invocation.cwd
    if not operands:
        return _ANSWER if known else unmodelled("pdm with words that are not known")
    if operands[0] not in ("install", "sync") or root is None:
        return (
            _ANSWER
            if operands[0] in ("info", "list", "show", "config")
            else unmodelled(f"pdm {operands[0][:60]}")
        )
    base = running(replace(invocation, argv=("python3",)))
    python, effects = _environment(invocation, join(root, ".venv"), base, bare=True)
    groups = {"main", "default", *_listed(options, "--group", "-G")}
    if not {"--prod", "--production", "--no-default"} & set(options):
        groups.add("dev")
    own = project(invocation, root, (), (), base.version)
    place = _place(python, compiled=False)
    chosen = poetry_lock(invocation, join(root, "pdm.lock"), own, frozenset(groups), base.version)
    if chosen is None:
        chosen = resolved(invocation, base, own.requires, indexes=named_indexes(invocation))
        if own.gap:
            reason = "neither pyproject.toml nor pdm.lock is known"
            effects.append(
                Populate(place.site, "project", FILE_UNKNOWN, CLOSURE_UNKNOWN_COUNT, reason=reason)
            )
    effects += effects_of(priced(invocation, base, chosen), place, "pdm install")
    if not {"--no-self", "--no-editable"} & set(options):
        effects.append(Populate(place.site, own.name, Size(0, 2_000, 30_000), Size(1, 6, 20)))
    elif "--no-self" not in options:
        effects.append(Populate(place.site, own.name, own_size(invocation, root), Size(1, 20, None)))
    return Outcome(tuple(effects))


# ----------------------------------------------------------------------------- pipx


def pipx(invocation: Invocation) -> Outcome:
    """Each tool in an environment of its own, pip in one that they share, and links to the programs."""
    operands, options, known = _split(invocation.argv[1:])
    if not operands:
        return _ANSWER if known else unmodelled("pipx with words that are not known")
    verb, *names = operands
    home = home_of(invocation)
    root = variable(invocation, "PIPX_HOME") or join(home, ".local/share/pipx")
    scripts = variable(invocation, "PIPX_BIN_DIR") or join(home, ".local/bin")
    if "--global" in options:
        root, scripts = "/opt/pipx", "/usr/local/bin"
    if not (root.startswith("/") and scripts.startswith("/")):
        return unmodelled("pipx: where it installs is not known")
    match verb:
        case "ensurepath":
            return Outcome((Write(join(home, ".bashrc"), Size.exact(90), append=True),))
        case "install" | "inject":
            pass
        case "uninstall":
            return Outcome(
                tuple(Remove(join(root, f"venvs/{normalised(name)}"), recursive=True) for name in names)
            )
        case "list" | "environment" | "runpip":
            return _ANSWER
        case _:
            return unmodelled(f"pipx {verb[:60]}")
    if not known:
        return unmodelled("pipx: which tool it installs is not known")
    base = running(replace(invocation, argv=("python3",)))
    wanted = [found for name in names if (found := parse_requirement(name, invocation.cwd)) is not None]
    effects: list[Effect] = []
    if not is_environment(invocation.view, join(root, "shared")):
        effects += environment(join(root, "shared"), base, newest=True)
    groups = [wanted] if verb == "inject" else [[each] for each in wanted]
    for group in groups:
        if not group or not group[0].name:
            return unmodelled("pipx: which tool it installs is not known", *effects)
        prefix = join(root, f"venvs/{group[0].name}")
        python, made = _environment(invocation, prefix, base, bare=True)
        effects += made
        cache = join(home, ".cache/pip/http-v2")
        chosen = closure(group[1:] if verb == "inject" else group)
        place = _place(python, compiled=True, cache=cache)
        effects += effects_of(chosen, place, title_of(each.name for each in group))
        known_ = next((each.known for each in chosen if each.name == group[0].name), None)
        for script, _ in known_.scripts if known_ is not None else ():
            effects.append(Symlink(join(python.scripts, script), join(scripts, script)))
    return Outcome(tuple(effects)) if effects else FAILURE if not names else SUCCESS
