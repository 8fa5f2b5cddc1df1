"""What the benchmarks share: where the reference data lies, and the parts of `docs/accuracy.md` that they write."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parent.parent
PAGE = CHECKOUT / "docs" / "accuracy.md"


def shared(name: str, given: str | None = None) -> Path:
    """A reference file or folder: the one that is given, else that of the shared data.  Ends the program without it."""
    root = Path(os.environ.get("LAYERLINT_SHARED") or CHECKOUT.parent / "shared")
    path = Path(given) if given is not None else root / name
    if not path.exists():
        where = "no such file or folder" if given else "not there: name it, or set LAYERLINT_SHARED"
        print(f"{Path(sys.argv[0]).name}: {path.name}: {where}", file=sys.stderr)
        raise SystemExit(2)
    return path


def table(head: Sequence[str], right: int, rows: Iterable[Sequence[str]]) -> str:
    """A table of Markdown; its last ``right`` columns are of numbers."""
    marks = ["---"] * (len(head) - right) + ["---:"] * right
    return "\n".join(f"| {' | '.join(row)} |" for row in (head, marks, *rows))


def write(name: str, text: str, page: Path = PAGE) -> None:
    """Put the text between the marks of that name, ``<!-- name -->`` and ``<!-- /name -->``."""
    old = page.read_text(encoding="utf-8")
    start, end = f"<!-- {name} -->\n", f"<!-- /{name} -->"
    before, found, rest = old.partition(start)
    _, closed, after = rest.partition(end)
    if not found or not closed:
        print(f"{page.name}: the marks of {name} are not there", file=sys.stderr)
        raise SystemExit(2)
    page.write_text(f"{before}{start}\n{text}\n\n{end}{after}", encoding="utf-8")
