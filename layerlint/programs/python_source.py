"""One Python file to facts: its outline, and what its calls need where there is anything to look for."""

from __future__ import annotations

from layerlint._dataclass import replace
from layerlint.programs.facts import FileFacts, Found, Imported, Language
from layerlint.programs.model import NeedKind
from layerlint.programs.python_outline import Outline, outline
from layerlint.programs.scripts import shebang_needs
from layerlint.report import Confidence

MISSING = "libcst is not installed (pip install 'layerlint[python]'): which programs and libraries it uses is not known"
_LOADED_BY_NAME = {"sh": "sh starts it", "plumbum.cmd": "plumbum starts it"}


def read_python(text: str, lines: list[str]) -> FileFacts:
    """Never raises; what cannot be read is a gap."""
    found = [replace(each, started=True) for each in shebang_needs(lines)]
    try:
        shape = outline(text, lines)
    except SyntaxError as error:
        place = error.lineno or 0
        gap = (min(place, len(lines)), "it cannot be parsed as Python 3: what it needs is not known")
        return FileFacts(Language.PYTHON, tuple(found), gaps=(gap,))
    except (ValueError, RecursionError, MemoryError):
        gap = (0, "it cannot be parsed as Python 3: what it needs is not known")
        return FileFacts(Language.PYTHON, tuple(found), gaps=(gap,))
    found += _started_by_import(shape.imports)
    words = set(shape.words)
    gaps = [(line, "a module is loaded by a computed name") for line in shape.computed]
    if shape.deep:
        gaps.append((0, "it is too deep or too large to be read in full"))
    elif shape.telling:
        found += (
            replace(each, started=any(first <= each.line <= last for first, last in shape.main))
            for each in _calls(lines, shape, words, gaps)
        )
    return FileFacts(
        Language.PYTHON,
        tuple(found),
        shape.imports,
        words=tuple(sorted(words)[:5_000]),
        gaps=tuple(gaps),
    )


def _calls(
    lines: list[str], shape: Outline, words: set[str], gaps: list[tuple[int, str]]
) -> tuple[Found, ...]:
    try:
        from libcst import CSTValidationError, ParserSyntaxError

        from layerlint.programs.python_calls import read_calls
    except ImportError:
        gaps.append((0, MISSING))
        return ()
    try:
        facts = read_calls(shape.telling, lines, shape.dead, shape.tolerant)
    except (
        ParserSyntaxError,
        CSTValidationError,
        RecursionError,
        MemoryError,
        ValueError,
        LookupError,
        TypeError,
    ):
        gaps.append((0, "libcst cannot read it: which programs and libraries it uses is not known"))
        return ()
    words.update(facts.words)
    gaps += facts.gaps
    return facts.found


def _started_by_import(imports: tuple[Imported, ...]) -> list[Found]:
    """``from sh import git``: modules whose names are programs."""
    return [
        Found(NeedKind.BINARY, name.replace("_", "-"), each.line, each.text, Confidence.HIGH if each.certain
              else Confidence.MEDIUM, because=_LOADED_BY_NAME[each.module])
        for each in imports
        if each.module in _LOADED_BY_NAME and not each.level
        for name in each.names
        if name != "*" and name[:1].islower() and name not in ("glob", "contrib", "bake")
    ]  # fmt: skip
