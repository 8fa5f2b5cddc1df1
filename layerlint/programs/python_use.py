"""Imports of a whole program against the distributions that it declares."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from layerlint._dataclass import dataclass
from layerlint.catalog.distributions import measured, normalised
from layerlint.programs.facts import Declared, FileFacts, Imported, Language
from layerlint.programs.model import ProgramFile, PythonUse
from layerlint.programs.python_names import STANDARD, closure, is_listed, libraries, modules_of, owners_of
from layerlint.programs.reach import Modules, is_test
from layerlint.report import Evidence

_MOST = 2_000
_TOKEN = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class External:
    """An import of what neither the program nor the standard library has."""

    module: str
    """Its first part."""
    distribution: str
    """Empty where it may be one of several, or none that is known."""
    evidence: Evidence
    certain: bool
    test: bool


@dataclass(frozen=True, slots=True)
class Resolved:
    use: PythonUse
    externals: tuple[External, ...]
    declared: tuple[tuple[Declared, Evidence], ...]
    brought: frozenset[str]
    """Distributions that are declared, locked, or known to be brought by those."""
    gaps: tuple[str, ...]


def resolve(facts: Sequence[tuple[ProgramFile, FileFacts]], modules: Modules) -> Resolved | None:
    """None without a Python file."""
    if not any(said.language is Language.PYTHON for _, said in facts):
        return None
    declared = tuple(
        (each, Evidence(file.name, each.line, each.text)) for file, said in facts for each in said.declared
    )
    locked = frozenset(
        name for _, said in facts if said.language is Language.MANIFEST for name in said.locked
    )
    known, unknown = closure((each.name, each.extras) for each, _ in declared)
    brought = known | locked
    externals = tuple(
        external
        for file, said in facts
        for imported in said.imports
        for external in _externals(imported, file, said, modules, brought)
    )
    used = {each.distribution for each in externals if each.distribution}
    names = {each.name for each, _ in declared}
    undeclared, doubtful = _undeclared(externals, brought, names, complete=bool(locked) or not unknown)
    imported = _first(
        (each.distribution, each.evidence) for each in externals if each.distribution in brought
    )
    use = PythonUse(
        _first((each.name, evidence) for each, evidence in declared),
        imported,
        tuple(_unused(facts, declared, used, externals)),
        undeclared,
    )
    gaps = tuple(
        f"{evidence.file}:{evidence.line}: {module} is not declared; whether something that is brings it is not known"
        for module, evidence in doubtful
    )
    return Resolved(use, externals, declared, brought, gaps)


def _first(pairs: Iterable[tuple[str, Evidence]]) -> tuple[tuple[str, Evidence], ...]:
    """Sorted, the first place of each name."""
    found: dict[str, Evidence] = {}
    for name, evidence in sorted(pairs):
        found.setdefault(name, evidence)
    return tuple(found.items())[:_MOST]


def _externals(
    imported: Imported, file: ProgramFile, said: FileFacts, modules: Modules, brought: frozenset[str]
) -> Iterator[External]:
    top = imported.module.partition(".")[0]
    if imported.level or not top or top in STANDARD:
        return
    whole = [f"{imported.module}.{name}" for name in imported.names] or [imported.module]
    owners = {owner for name in whole for owner in _owners(name, brought)}
    is_distribution = bool(owners & brought) or is_listed(imported.module)
    if modules.is_local(top, file.image_path, is_distribution):
        return
    evidence = Evidence(file.name, imported.line, imported.text)
    test = is_test(file.image_path) or said.language is Language.MANIFEST
    chosen = sorted(owners & brought) or (
        sorted(owners) if len(owners) == 1 and is_listed(imported.module) else []
    )
    for owner in chosen or [""]:
        yield External(top, owner, evidence, imported.certain, test)


def _owners(module: str, brought: frozenset[str]) -> tuple[str, ...]:
    """Of a dotted name; a namespace package has several, and the name itself may be declared."""
    owners = owners_of(module)
    top = normalised(module.partition(".")[0])
    if top in brought and not set(owners) & brought:
        return (*owners, top)
    dashed = normalised(module.replace(".", "-"))
    parts = dashed.split("-")
    longer = ["-".join(parts[:length]) for length in range(2, min(len(parts), 6) + 1)]
    return (*owners, *(name for name in longer if name in brought)) if "." in module else owners


def _undeclared(
    externals: Sequence[External], brought: frozenset[str], declared: set[str], *, complete: bool
) -> tuple[tuple[tuple[str, Evidence], ...], tuple[tuple[str, Evidence], ...]]:
    """Modules that nothing declared has, and those of which that is not certain."""
    missing = [
        each for each in externals if each.certain and not each.test and each.distribution not in brought
    ]
    # A distribution whose modules are not listed may have any module.
    opaque = any(not is_listed(name.replace("-", "_")) and name not in measured()
                 and name not in {normalised(each.module) for each in externals} for name in declared)  # fmt: skip
    sure = [each for each in missing if complete and (not opaque or each.distribution)]
    unsure = [each for each in missing if each not in sure]
    return (
        _first((each.module, each.evidence) for each in sure),
        _first((each.module, each.evidence) for each in unsure),
    )


def _unused(
    facts: Sequence[tuple[ProgramFile, FileFacts]],
    declared: Sequence[tuple[Declared, Evidence]],
    used: set[str],
    externals: Sequence[External],
) -> Iterator[tuple[str, Evidence]]:
    """Libraries that no source imports nor names; none where a source is not known in full."""
    sources = [said for _, said in facts if said.language is Language.PYTHON]
    blind = any("parsed" in gap or "computed name" in gap or "larger" in gap or "opened" in gap or "read" in gap
                for said in sources for _, gap in said.gaps)  # fmt: skip
    if blind or not any(said.imports for said in sources):
        return
    named = {token for _, said in facts for word in said.words for token in _TOKEN.findall(word)}
    tops = {each.module for each in externals}
    listed = _first((each.name, evidence) for each, evidence in declared if not each.development)
    for name, evidence in listed:
        modules = {module.partition(".")[0] for module in modules_of(name)}
        if name in libraries() and name not in used and not modules & (tops | named):
            yield name, evidence


def declared_extras(declared: Iterable[tuple[Declared, Evidence]]) -> Mapping[str, frozenset[str]]:
    found: dict[str, frozenset[str]] = {}
    for each, _ in declared:
        found[each.name] = found.get(each.name, frozenset()) | frozenset(each.extras)
    return found
