"""pip, after pip 26.3 (and 23.0 as Debian 12 ships it)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TypeAlias

from layerlint._dataclass import replace
from layerlint.catalog.distributions import measured, normalised
from layerlint.commands._options import Grammar, Options, parse
from layerlint.commands._outcome import FAILURE, SUCCESS, unmodelled
from layerlint.commands._paths import basename, join
from layerlint.commands._pip_target import Target, allowed, cache_in_use, cache_of, path_of, target_of
from layerlint.commands._project import own_size, project
from layerlint.commands._pypi import (
    CLOSURE_UNKNOWN,
    CLOSURE_UNKNOWN_COUNT,
    FILE_UNKNOWN,
    Place,
    effects_of,
    installed,
    title_of,
)
from layerlint.commands._python import Python, home_of, installed_by_apt, of_user, running
from layerlint.commands._requirements import MAX_REQUIREMENTS, Requirement, Requirements, read
from layerlint.commands._requirements import parse as parse_requirement
from layerlint.commands._wheels import named_indexes, resolved
from layerlint.domain.size import Size
from layerlint.domain.text import UNKNOWN, Text
from layerlint.domain.truth import Truth
from layerlint.effects import Effect, Invocation, Outcome, Populate, Remove, Stream, Write
from layerlint.filesystem.node import Inode

_GENERAL = {
    "cache-dir": "cache-dir:", "cert": "-:", "client-cert": "-:", "debug": "-", "disable-pip-version-check": "-",
    "exists-action": "-:", "help": "help", "isolated": "-", "keyring-provider": "-:", "log": "-:", "log-file": "-:",
    "no-cache-dir": "no-cache", "no-color": "-", "no-input": "-", "no-python-version-warning": "-",
    "proxy": "-:", "python": "python:", "quiet": "-", "require-virtualenv": "-", "resume-retries": "-:",
    "retries": "-:", "timeout": "-:", "default-timeout": "-:", "trusted-host": "-:", "use-deprecated": "-:",
    "use-feature": "-:", "verbose": "-", "version": "version",
}  # fmt: skip
_INSTALL = Grammar(
    "pip",
    "hvVqUIr:c:e:i:f:t:b:d:w:",
    {
        "abi": "-:", "allow-all-external": "-", "allow-external": "-:", "allow-unverified": "-:",
        "break-system-packages": "break", "build": "-:", "build-constraint": "-:", "build-option": "-:",
        "check-build-dependencies": "-", "compile": "-", "config-setting": "-:", "config-settings": "-:",
        "constraint": "c:", "dest": "d:", "download": "d:", "dry-run": "dry", "editable": "e:", "egg": "-",
        "extra-index-url": "index:", "find-links": "f:", "force": "force", "force-reinstall": "force",
        "global-option": "-:", "group": "group:", "ignore-installed": "I", "ignore-requires-python": "-",
        "implementation": "-:", "index-url": "i:", "install-option": "-:", "no-binary": "no-binary:",
        "no-build-isolation": "-", "no-clean": "-", "no-compile": "no-compile", "no-dependencies": "no-deps",
        "no-deps": "no-deps", "no-index": "no-index", "no-use-pep517": "-", "no-use-wheel": "-", "no-user": "no-user",
        "no-warn-conflicts": "-", "no-warn-script-location": "-", "only-binary": "-:", "platform": "-:",
        "pre": "-", "prefer-binary": "-", "prefix": "prefix:", "process-dependency-links": "-",
        "progress-bar": "-:", "python-version": "-:", "report": "-:", "require-hashes": "-", "requirement": "r:",
        "root": "root:", "root-user-action": "-:", "src": "src:", "target": "t:", "upgrade": "U",
        "upgrade-strategy": "strategy:", "use-mirrors": "-", "use-pep517": "-", "use-wheel": "-", "user": "user",
        "wheel-dir": "w:", "yes": "-", **_GENERAL,
    },
)  # fmt: skip
_BEFORE = Grammar("pip", "hvVq", _GENERAL, permute=False)
_UNINSTALL = Grammar(
    "pip",
    "hvqyr:",
    {**_GENERAL, "yes": "y", "requirement": "r:", "break-system-packages": "break", "root-user-action": "-:"},
)
_ANSWER = Outcome(stdout=Stream(Size(0, 1_000, None)))
_OF_PYTORCH = frozenset({"torch", "torchaudio", "torchvision"})
_TORCH = Size(5_000_000, 700_000_000, 7_000_000_000)
"""Builds without CUDA to builds with all of it (5.7 GB)."""
_SELF_CHECK = Size(0, 130, 400)


_Verb: TypeAlias = Callable[[Invocation, Python, tuple[Text, ...], Options], Outcome]


def pip(invocation: Invocation) -> Outcome:
    """``pip install`` and the others; which Python it is for is found by PATH, or by its own path."""
    return run(invocation, running(invocation), invocation.argv[1:])


def run(invocation: Invocation, python: Python, words: Sequence[Text]) -> Outcome:
    """pip of a given Python, ``words`` without the program."""
    before = parse(_BEFORE, words)
    if isinstance(before, Outcome):
        return before
    verbs = before.operands
    if not verbs or before.has("version", "V", "help", "h"):
        return _ANSWER
    verb, *rest = verbs
    model = _VERBS.get(verb) if isinstance(verb, str) else None
    if model is None:
        return FAILURE if isinstance(verb, str) else unmodelled("pip with words that are not known")
    return model(invocation, python, tuple(rest), before)


# ------------------------------------------------------------------------- install


def _install(invocation: Invocation, python: Python, words: tuple[Text, ...], before: Options) -> Outcome:
    options = parse(_INSTALL, words)
    if isinstance(options, Outcome):
        return options
    if options.has("help", "h"):
        return _ANSWER
    options = Options((*before.sequence, *options.sequence))
    asked = _asked(invocation, options, len(before.operands), python.version)
    if options.has("dry"):
        return _ANSWER
    if options.has("d"):
        return _fetched(invocation, python, options, asked, options.value("d"))
    target = target_of(invocation, python, options)
    if target is None:
        return unmodelled("pip: where it installs to is not known")
    if not _is_asked(asked):
        return FAILURE if not options.has("group") else unmodelled("pip: a dependency group")
    status = allowed(invocation, target.python, options)
    if status is Truth.NO:
        problem = "this Python is Debian's own: pip wants --break-system-packages, or a virtual environment"
        return Outcome(status=Truth.NO, problem=problem)
    effects = _installed(invocation, options, asked, target)
    return Outcome(tuple(effects), status)


def _is_asked(asked: Requirements) -> bool:
    return bool(asked.wanted or asked.gaps)


def _asked(invocation: Invocation, options: Options, skip: int, version: str) -> Requirements:
    """Everything that the command line asks for; ``skip`` words stand before the sub-command's own."""
    found = read(invocation, options.values("r"), options.values("c"), version)
    wanted = list(found.wanted)
    gaps = list(found.gaps)
    for word, editable in (
        *((word, False) for word in options.operands[skip:][:MAX_REQUIREMENTS]),
        *((word, True) for word in options.values("e")[:MAX_REQUIREMENTS]),
    ):
        if word is UNKNOWN:
            gaps.append("a word")
            continue
        requirement = parse_requirement(word, invocation.cwd, version, editable)
        if requirement is not None:
            wanted.append(requirement)
    return replace(found, wanted=tuple(wanted), gaps=tuple(gaps))


def _installed(
    invocation: Invocation, options: Options, asked: Requirements, target: Target
) -> Iterator[Effect]:
    """The effects of an installation, in the order in which pip has them."""
    place, python = target.place, target.python
    there = installed(invocation.view, place.site) if target.looks else {}
    satisfied = set(there)
    if python.debian and target.looks:
        children = invocation.view.children("/usr/lib/python3/dist-packages")
        satisfied |= {normalised(name) for name in installed_by_apt(dict(children))}
    upgrade = options.has("U")
    wanted = list(asked.wanted)
    yield from _local(invocation, options, wanted, place, python.version)
    for gap in asked.gaps:
        reason = "which distributions it installs is not known" if gap == "a word" else f"{gap} is not known"
        size = CLOSURE_UNKNOWN if gap == "a word" else FILE_UNKNOWN
        yield Populate(place.site, gap, size, CLOSURE_UNKNOWN_COUNT, reason=reason)
        if place.cache is not None:
            yield Populate(place.cache, gap, size.scaled(0.3), CLOSURE_UNKNOWN_COUNT)
    from_index = [
        each
        for each in wanted
        if each.name and (upgrade or each.version is not None or each.source or each.name not in satisfied)
    ]
    if any(
        isinstance(value, str) and "pytorch.org/" in value
        for key in ("index", "i", "f")
        for value in options.values(key)
    ):
        for each in [each for each in from_index if each.name in _OF_PYTORCH]:
            from_index.remove(each)
            reason = "which build of it that index has is not known"
            yield Populate(place.site, each.name, _TORCH, reason=reason, label=f"pip:{each.name}")
    chosen = resolved(
        invocation,
        python,
        from_index,
        asked.constraints,
        dependencies=not options.has("no-deps"),
        satisfied=satisfied,
        indexes=(*named_indexes(invocation, options), *asked.indexes),
    )
    yield from effects_of(chosen, place, title_of(each.name for each in from_index))
    if (
        place.cache is not None
        and not python.debian
        and "PIP_DISABLE_PIP_VERSION_CHECK" not in invocation.environment
    ):
        yield Populate(join(cache_of(invocation), "selfcheck"), "state", _SELF_CHECK)


def _local(
    invocation: Invocation, options: Options, wanted: list[Requirement], place: Place, version: str
) -> Iterator[Effect]:
    """Projects in the image and sources elsewhere; what they require is added to what is wanted."""
    for each in tuple(wanted):
        if not each.source:
            continue
        node = invocation.view.lookup(each.source) if each.source.startswith("/") else None
        if isinstance(node, Inode):
            if not each.name:
                yield Populate(
                    place.site, basename(each.source), CLOSURE_UNKNOWN, reason="the archive is not known"
                )
            continue
        if each.name and "://" in each.source and not each.editable:
            continue
        if "://" in each.source or each.source.startswith("git@"):
            name = each.name or basename(each.source.partition("#")[0]) or "source"
            directory = place.site
            if each.editable:
                named = path_of(invocation, options, "src", "PIP_SRC")
                directory = named if isinstance(named, str) else join(invocation.cwd or "/", "src")
                wanted.remove(each)
            elif not each.name:
                wanted.remove(each)
            yield Populate(
                directory, name, CLOSURE_UNKNOWN, CLOSURE_UNKNOWN_COUNT, reason=f"{name} is fetched"
            )
            continue
        wanted.remove(each)
        found = project(invocation, each.source, each.extras, version=version)
        wanted += found.requires
        yield from of_project(invocation, each.source, found.name, place, editable=each.editable)
        if found.gap:
            yield Populate(
                place.site,
                f"requirements of {found.name}",
                CLOSURE_UNKNOWN,
                CLOSURE_UNKNOWN_COUNT,
                reason=found.gap,
            )


def of_project(
    invocation: Invocation, directory: str, name: str, place: Place, *, editable: bool
) -> Iterator[Effect]:
    """The project itself: a copy of its packages, with byte-code, or a link to them."""
    label = f"{place.manager}:{name}"
    if editable:
        yield Populate(place.site, name, Size(200, 3_000, 60_000), Size(5, 8, 30), label=label)
        yield Populate(directory, f"{name}.egg-info", Size(0, 2_000, 60_000), Size(0, 5, 10))
        return
    size = own_size(invocation, directory)
    yield Populate(place.site, name, size, Size(1, 30, None), label=label)
    if place.code is not None:
        yield Populate(
            place.code, f"{name} *.pyc", size.scaled(0.7).or_nothing(), Size(0, 25, None), label=label
        )
    # setuptools builds in the source tree, and leaves that there.
    yield Populate(directory, "build", size.or_nothing(), Size(0, 30, None))


# ------------------------------------------------------------------ other commands


def _fetched(
    invocation: Invocation, python: Python, options: Options, asked: Requirements, where: Text | None
) -> Outcome:
    """``download`` and ``wheel``: archives into a directory."""
    directory = invocation.path(where) if where is not None else invocation.cwd
    if directory is None:
        return unmodelled("pip: where it puts the archives is not known")
    if not _is_asked(asked):
        return FAILURE
    chosen = resolved(
        invocation,
        python,
        [each for each in asked.wanted if each.name],
        asked.constraints,
        dependencies=not options.has("no-deps"),
        indexes=(*named_indexes(invocation, options), *asked.indexes),
    )
    place = Place(directory, directory, directory, None, directory, pages=False)
    effects: list[Effect] = [
        effect
        for effect in effects_of(chosen, place, title_of(each.name for each in chosen))[-1:]
        if isinstance(effect, Populate)
    ]
    for gap in (*asked.gaps, *(each.source for each in asked.wanted if not each.name)):
        size = Size(5_000, 2_000_000, None)
        effects.append(Populate(directory, basename(gap) or "project", size, reason=f"{gap} is not known"))
    cache = cache_in_use(invocation, python, options)
    if cache is not None and chosen:
        keeping = replace(place, cache=cache, pages=True)
        effects += effects_of(chosen, keeping, title_of(each.name for each in chosen))[-1:]
    return Outcome(tuple(effects))


def _into(directory: str) -> _Verb:
    """``download`` and ``wheel``: archives alone, where the option says."""

    def run(invocation: Invocation, python: Python, words: tuple[Text, ...], before: Options) -> Outcome:
        options = parse(_INSTALL, words)
        if isinstance(options, Outcome):
            return options
        asked = _asked(invocation, options, 0, python.version)
        return _fetched(invocation, python, options, asked, options.value(directory))

    return run


def _uninstall(invocation: Invocation, python: Python, words: tuple[Text, ...], before: Options) -> Outcome:
    """Files and programs of distributions that were installed here; without ``-y`` nobody answers."""
    options = parse(_UNINSTALL, words)
    if isinstance(options, Outcome):
        return options
    asked = _asked(invocation, options, 0, python.version)
    if not _is_asked(asked):
        return FAILURE
    if not options.has("y") and invocation.stdin is None:
        return FAILURE
    schemes = (python, of_user(python, home_of(invocation)))
    effects: list[Effect] = []
    for each in asked.wanted:
        for scheme in schemes:
            effects += map(Remove, installed(invocation.view, scheme.site).get(each.name, ()))
            known = measured().get(each.name)
            for name, _ in known.scripts if known is not None else ():
                path = join(scheme.scripts, name)
                if invocation.view.lookup(path, follow=False) is not None:
                    effects.append(Remove(path))
    if asked.gaps:
        return unmodelled("pip: what it uninstalls is not known", *effects)
    return Outcome(tuple(effects))


def _cache_command(
    invocation: Invocation, python: Python, words: tuple[Text, ...], before: Options
) -> Outcome:
    """``cache purge`` removes the files; the directories stay."""
    if words[:1] not in (("purge",), ("remove",)):
        return _ANSWER
    whole = words[0] == "purge"
    effects: list[Effect] = []
    directory = cache_of(invocation)
    for name in ("http", "http-v2", "wheels") if whole else ("wheels",):
        for count, (path, node) in enumerate(invocation.view.walk(join(directory, name))):
            if count < 10_000 and isinstance(node, Inode):
                effects.append(Remove(path))
    return Outcome(tuple(effects))


def _config(invocation: Invocation, python: Python, words: tuple[Text, ...], before: Options) -> Outcome:
    """``config set`` writes a line into the user's file, ``--global`` into the machine's."""
    names = [word for word in words if isinstance(word, str)]
    verbs = [word for word in names if not word.startswith("-")]
    if verbs[:1] not in (["set"], ["unset"]):
        return _ANSWER
    path = "/etc/pip.conf" if "--global" in names else join(home_of(invocation), ".config/pip/pip.conf")
    if "--site" in names:
        path = join(python.prefix, "pip.conf")
    line = len(" ".join(verbs[1:])) + 12
    return Outcome((Write(path, Size(0, line, line + 40), append=True),))


def _answers(invocation: Invocation, python: Python, words: tuple[Text, ...], before: Options) -> Outcome:
    return _ANSWER


def _nothing(invocation: Invocation, python: Python, words: tuple[Text, ...], before: Options) -> Outcome:
    return SUCCESS


_VERBS: dict[str, _Verb] = {
    "cache": _cache_command,
    "check": _answers,
    "completion": _answers,
    "config": _config,
    "debug": _answers,
    "download": _into("d"),
    "freeze": _answers,
    "hash": _answers,
    "help": _answers,
    "index": _answers,
    "inspect": _answers,
    "install": _install,
    "list": _answers,
    "lock": _nothing,
    "search": _answers,
    "show": _answers,
    "uninstall": _uninstall,
    "wheel": _into("w"),
}
