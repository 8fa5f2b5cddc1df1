"""``zypper``, after zypper 1.14."""

from __future__ import annotations

from layerlint.commands import _rpm_sizes as sizes
from layerlint.commands import _rpm_state as state
from layerlint.commands._outcome import ANSWER, FAILURE, unmodelled
from layerlint.commands._package_words import Words, split
from layerlint.commands._paths import basename, clean
from layerlint.domain.size import Size, total
from layerlint.domain.truth import Truth
from layerlint.effects import Effect, Invocation, Outcome, Populate, Remove, Write

_WITH_VALUE = frozenset(
    {"C", "D", "R", "c", "p", "r", "t", "cache-dir", "config", "from", "name", "pkg-cache-dir", "plus-repo", "priority",
     "raw-cache-dir", "releasever", "repo", "reposd-dir", "root", "solv-cache-dir", "type"}
)  # fmt: skip
_TOOL = state.TOOLS["zypper"]
_SYNONYMS = {
    "addlock": "lock", "addrepo": "ar", "al": "lock", "cc": "clean", "dist-upgrade": "up", "dup": "up",
    "in": "install", "inr": "up", "install-new-recommends": "up", "patch": "up", "ref": "refresh", "remove": "rm",
    "removerepo": "rr", "si": "source-install", "update": "up", "mr": "modifyrepo",
}  # fmt: skip


def zypper(invocation: Invocation) -> Outcome:
    words = split(invocation.argv[1:], _WITH_VALUE)
    if not words.operands:
        if words.partial:
            return unmodelled("zypper with words that are not known")
        return ANSWER if words.has("help", "h", "version", "V") else FAILURE
    verb, *names = words.operands
    verb = _SYNONYMS.get(verb, verb)
    given = words.last("root", "R")
    root = "" if given is None else clean(f"/{given}").rstrip("/")
    match verb:
        case "install":
            return _install(invocation, words, tuple(names), root)
        case "rm":
            gone = state.removed(invocation, tuple(names), root)
            effects = (*gone, *state.recorded(invocation, _TOOL, root, Size(0, 0, 0))) if gone else ()
            return Outcome(effects, _status(invocation, words))
        case "up":
            reason = "which packages have newer versions is not known"
            fresh = Populate(
                f"{root}/usr", "upgraded", Size(0, 40_000_000, None), Size(1, 1500, None), reason
            )
            recorded = state.recorded(invocation, _TOOL, root, Size(0, 0, 20))
            return Outcome((*_fetched(invocation, root), fresh, *recorded), _status(invocation, words))
        case "refresh":
            return Outcome(_fetched(invocation, root))
        case "clean":
            return _clean(invocation, words, root)
        case "ar":
            return _repository(tuple(names), root)
        case "rr":
            return Outcome(
                tuple(
                    Remove(f"{root}/etc/zypp/repos.d/{basename(name)}.repo")
                    for name in names
                    if name.strip("/")
                )
            )
        case "lock":
            return Outcome((Write(f"{root}/etc/zypp/locks", Size(40, 80, 4000), append=True),))
        case "modifyrepo":
            return Outcome(
                (Populate(f"{root}/etc/zypp/repos.d", "switched", Size(0, 300, 20_000), Size(1, 1, 20)),)
            )
        case "source-install":
            return unmodelled("source packages of " + (" ".join(names[:3]) or "nothing"))
        case _:
            return ANSWER


def _status(invocation: Invocation, words: Words) -> Truth:
    """``-n`` is an option of zypper, ``-y`` one of its sub-commands."""
    answered = invocation.stdin is not None and invocation.stdin.size.high != 0
    sure = answered or words.has("n", "non-interactive", "y", "no-confirm")
    return Truth.YES if sure else Truth.MAYBE


def _fetched(invocation: Invocation, root: str) -> tuple[Effect, ...]:
    return state.fetched(invocation, _TOOL, root)


def _install(invocation: Invocation, words: Words, names: tuple[str, ...], root: str) -> Outcome:
    if not names and not words.partial:
        return FAILURE
    if words.last("type", "t") == "pattern":
        names = tuple(f"@{name}" for name in names)
    weak = not words.has("no-recommends")
    found = sizes.brought(names, weak=weak, present=state.present(invocation.view, root))
    effects: list[Effect] = [*_fetched(invocation, root)]
    if words.has("d", "download-only"):
        size = sizes.downloaded(total(item.size for item in found))
        effects.append(Populate(root + _TOOL.cache, state.PACKAGES, size, sizes.packages(found), sizes.WHY))
        return Outcome(tuple(effects), _status(invocation, words))
    effects += state.installed(found, root)
    if words.partial:
        reason = "package names are not known"
        unknown = Size(0, 5_000_000, None)
        effects.append(Populate(f"{root}/usr", "packages", unknown, Size(1, 100, None), reason))
    if found or words.partial:
        effects += state.recorded(invocation, _TOOL, root, sizes.packages(found))
    return Outcome(tuple(effects), _status(invocation, words))


def _clean(invocation: Invocation, words: Words, root: str) -> Outcome:
    """Without ``-a`` or ``-m``, only packages: the metadata stay."""
    names = [state.PACKAGES]
    if words.has("a", "all", "m", "metadata", "M", "raw-metadata"):
        names.append(state.METADATA)
    return Outcome(tuple(state.cleaned(invocation, root, (_TOOL.cache,), *names)))


def _repository(names: tuple[str, ...], root: str) -> Outcome:
    """``ar URL alias``, or a file of repositories."""
    if not names:
        return FAILURE
    name = names[1] if len(names) > 1 else basename(names[0]).removesuffix(".repo")
    return Outcome(
        (Write(f"{root}/etc/zypp/repos.d/{name.replace('/', '_')[:200]}.repo", Size(60, 200, 4000)),)
    )
