"""All files of a program to what they need together."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from pathlib import Path
from posixpath import normpath
from typing import Final

from layerlint.filesystem.host_files import unrecorded
from layerlint.programs.cache import Store
from layerlint.programs.examine import examine
from layerlint.programs.facts import FileFacts, Found, Language
from layerlint.programs.model import Need, NeedKind, ProgramFacts, ProgramFile
from layerlint.programs.python_needs import lower, python_needs
from layerlint.programs.python_use import Resolved, resolve
from layerlint.programs.reach import Modules, is_elsewhere, reached
from layerlint.report import Confidence, Evidence

MAX_FILES: Final = 50_000
_ENOUGH = 64
"""Files from which processes pay for their start: each imports libcst anew (0.2 s)."""
_MOST_PLACES = 20
"""Of one need."""
_MOST_GAPS = 100
_PATH = ("/bin/", "/sbin/", "/usr/bin/", "/usr/sbin/", "/usr/local/bin/", "/usr/local/sbin/")


def scan(
    files: Sequence[ProgramFile],
    *,
    entry_points: Sequence[str] = (),
    jobs: int = 0,
    progress: Callable[[int, int], None] | None = None,
    cache: Path | None = None,
) -> ProgramFacts:
    """What the files need, whatever their order; ``entry_points`` are image paths that CMD and ENTRYPOINT start.

    ``progress`` is told how many files of how many are done; ``cache`` is a folder for facts by content.
    """
    chosen = sorted(set(files), key=lambda each: (each.image_path, each.name, str(each.path)))
    gaps = [] if len(chosen) <= MAX_FILES else [f"only the first {MAX_FILES} of {len(chosen)} files are read"]
    chosen = list({each.image_path: each for each in reversed(chosen[:MAX_FILES])}.values())[::-1]
    said = _examined(chosen, jobs, progress, None if cache is None else Store.at(cache))
    facts = list(zip(chosen, said, strict=True))
    modules = Modules([each.image_path for each in chosen])
    run = reached({file.image_path: (file, each) for file, each in facts}, entry_points, modules)
    resolved = resolve(facts, modules)
    needs = [*_found(facts, entry_points, run, resolved), *_interpreters(facts, entry_points, run)]
    if resolved is not None:
        needs += python_needs(resolved)
        gaps += resolved.gaps
    gaps += _gaps(facts, run)
    return ProgramFacts(
        _few(_without_own(needs, facts)),
        None if resolved is None else resolved.use,
        tuple(gaps[:_MOST_GAPS])
        + ((f"and {len(gaps) - _MOST_GAPS} more",) if len(gaps) > _MOST_GAPS else ()),
    )


def _examined(
    files: Sequence[ProgramFile],
    jobs: int,
    progress: Callable[[int, int], None] | None,
    store: Store | None,
) -> list[FileFacts]:
    work = partial(examine, store=store)
    workers = min(jobs or os.cpu_count() or 1, max(1, len(files) // 32))
    if workers <= 1 or len(files) < _ENOUGH:
        return _told(map(work, files), len(files), progress)
    unrecorded()  # what other processes read
    from concurrent.futures import ProcessPoolExecutor
    from concurrent.futures.process import BrokenProcessPool

    done: list[FileFacts] = []
    try:
        with ProcessPoolExecutor(workers) as pool:
            _told(pool.map(work, files, chunksize=8), len(files), progress, done)
    except BrokenProcessPool:
        lost = FileFacts(gaps=((0, "the process that read it was ended"),))
        done += [lost] * (len(files) - len(done))
    return done


def _told(
    facts: Iterable[FileFacts],
    count: int,
    progress: Callable[[int, int], None] | None,
    done: list[FileFacts] | None = None,
) -> list[FileFacts]:
    done = [] if done is None else done
    for each in facts:
        done.append(each)
        if progress is not None:
            progress(len(done), count)
    return done


def _found(
    facts: Sequence[tuple[ProgramFile, FileFacts]],
    entry_points: Sequence[str],
    run: frozenset[str],
    resolved: Resolved | None,
) -> Iterator[Need]:
    brought = set() if resolved is None else set(resolved.brought)
    brought |= {name for _, said in facts if said.language is Language.GO for name in said.locked}
    starts = {normpath(path) for path in entry_points}
    for file, said in facts:
        for each in said.found:
            if brought.isdisjoint(each.unless):
                runs = file.image_path in run and (not each.started or file.image_path in starts)
                yield _placed(each, file, said, runs)


def _placed(each: Found, file: ProgramFile, said: FileFacts, runs: bool) -> Need:
    if is_elsewhere(file.image_path):
        confidence = Confidence.LOW
    elif runs or said.language is Language.MANIFEST:
        confidence = each.confidence
    else:
        confidence = lower(each.confidence)
    evidence = Evidence(file.name, each.line, each.text)
    return Need(each.kind, each.name, evidence, confidence, each.version, each.because)


_BY_LANGUAGE: Final = {
    Language.JAVASCRIPT: "node",
    Language.PHP: "php",
    Language.PYTHON: "python3",
    Language.RUBY: "ruby",
}


def _interpreters(
    facts: Sequence[tuple[ProgramFile, FileFacts]], entry_points: Sequence[str], run: frozenset[str]
) -> Iterator[Need]:
    """Of the files that the image starts, and of Python where any of it runs."""
    starts = {normpath(path) for path in entry_points}
    first = True
    for file, said in facts:
        name = _BY_LANGUAGE.get(said.language)
        if name is None or file.image_path not in run:
            continue
        started = file.image_path in starts
        if started or (said.language is Language.PYTHON and first):
            first = first and said.language is not Language.PYTHON
            text = said.imports[0] if said.imports else None
            evidence = Evidence(file.name, text.line if text else 1, text.text if text else "")
            yield Need(
                NeedKind.INTERPRETER, name, evidence, because="" if started else "it is a source of Python"
            )


def _without_own(needs: Iterable[Need], facts: Sequence[tuple[ProgramFile, FileFacts]]) -> Iterator[Need]:
    """Needs that no file of the program itself meets."""
    paths = {file.image_path for file, _ in facts}
    bases = {path.rpartition("/")[2] for path in paths}
    for each in needs:
        own = (
            (each.kind in (NeedKind.DATA, NeedKind.BINARY, NeedKind.INTERPRETER) and each.name in paths)
            or (each.kind is NeedKind.LIBRARY and each.name.rpartition("/")[2] in bases)
            or (each.kind is NeedKind.BINARY and any(prefix + each.name in paths for prefix in _PATH))
        )
        if not own:
            yield each


def _few(needs: Iterable[Need]) -> tuple[Need, ...]:
    """Sorted, each once, the surest of a place, and so many places of a need."""
    best: dict[tuple[NeedKind, str, Evidence], Need] = {}
    for each in needs:
        key = (each.kind, each.name, each.evidence)
        if key not in best or _rank(each) > _rank(best[key]):
            best[key] = each
    count: dict[tuple[NeedKind, str], int] = {}
    kept: list[Need] = []
    for each in sorted(
        best.values(), key=lambda one: (one.kind.value, one.name, -_SURE[one.confidence], one.evidence)
    ):
        place = (each.kind, each.name)
        count[place] = count.get(place, 0) + 1
        if count[place] <= _MOST_PLACES:
            kept.append(each)
    return tuple(sorted(kept, key=lambda one: (one.kind.value, one.name, one.evidence)))


_SURE: Final = {confidence: rank for rank, confidence in enumerate(Confidence)}


def _rank(each: Need) -> tuple[int, str, str]:
    return _SURE[each.confidence], each.version, each.because


def _gaps(facts: Sequence[tuple[ProgramFile, FileFacts]], run: frozenset[str]) -> Iterator[str]:
    for file, said in facts:
        if is_elsewhere(file.image_path) or (file.image_path not in run and said.language is not Language.MANIFEST
                                        and said.language is not Language.UNKNOWN):  # fmt: skip
            continue
        name = re.sub(r"[\x00-\x1f\x7f]", "?", file.name)
        for line, clause in said.gaps:
            yield f"{name}:{line}: {clause}" if line else f"{name}: {clause}"
