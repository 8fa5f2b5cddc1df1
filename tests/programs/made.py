"""Small programs on disk, and their needs in one word each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from layerlint.programs.facts import FileFacts
from layerlint.programs.model import Need, ProgramFacts, ProgramFile
from layerlint.programs.scan import scan


def files(folder: Path, sources: Mapping[str, str | bytes], at: str = "/app") -> list[ProgramFile]:
    """The sources written under the folder, as they lie in the image."""
    made = []
    for name, content in sources.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        made.append(ProgramFile(name if name.startswith("/") else f"{at}/{name}", name, path))
    return made


def facts_of(
    folder: Path, sources: Mapping[str, str | bytes], entry_points: Sequence[str] = ()
) -> ProgramFacts:
    return scan(files(folder, sources), entry_points=entry_points, jobs=1)


def brief(need: Need) -> str:
    """``binary git app.py:3``, with ``?`` for a medium and ``??`` for a low confidence."""
    doubt = {"high": "", "medium": " ?", "low": " ??"}[need.confidence.value]
    name = " ".join(word for word in (need.kind.value, need.name, need.version) if word)
    return f"{name} {need.evidence.file}:{need.evidence.line}{doubt}"


def found(facts: FileFacts) -> list[str]:
    """As `brief`, of one file."""
    doubts = {"high": "", "medium": " ?", "low": " ??"}
    return [
        f"{' '.join(word for word in (each.kind.value, each.name, each.version) if word)} "
        f"{each.line}{doubts[each.confidence.value]}"
        for each in facts.found
    ]
