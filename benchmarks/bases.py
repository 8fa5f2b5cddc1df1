"""How many FROM lines of a corpus name an image that the catalog knows or assumes, by repository, and which are not.

    python benchmarks/bases.py [FILE] [--all] [--write]

FILE is a ``.jsonl.gz`` of objects with a Dockerfile under ``dockerfile`` (default:
``../shared/corpus/dockerfiles.jsonl.gz``).  Every stage on an external image counts once; templates
(``FROM debian:%%SUITE%%``), whose image nobody can know, do not.  ``--all`` lists all that are not known;
``--write`` puts the figures into ``docs/accuracy.md``.
"""

from __future__ import annotations

import argparse
import gzip
import json
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import _page as page

from layerlint.catalog import recipes
from layerlint.dockerfile.grammar import parse_all
from layerlint.dockerfile.parser import parse
from layerlint.execution import bases
from layerlint.graph import ImageRef, build_graph
from layerlint.source import SourceFile

REFERENCE = re.compile(r"[a-z0-9][a-z0-9._:/-]*(?::[\w][\w.-]{0,127})?(?:@sha256:[0-9a-f]+)?")
"""Roughly the grammar of distribution/reference: what does not match is a template, or a mistake."""


def references(path: Path) -> Iterator[str]:
    """The external images of every stage whose reference is known."""
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            document = parse(SourceFile.from_bytes("Dockerfile", json.loads(line)["dockerfile"].encode()))
            for stage in build_graph(document, parse_all(document)[0]).stages:
                if isinstance(stage.base, ImageRef) and isinstance(stage.base.reference, str):
                    yield stage.base.reference


def repository(reference: str) -> str:
    return recipes.split(reference.partition("@")[0])[0]


def main() -> None:
    parser = argparse.ArgumentParser(prog=Path(__file__).name)
    parser.add_argument("file", nargs="?")
    parser.add_argument("--all", action="store_true", help="list all that are not known")
    parser.add_argument("--write", action="store_true", help="write the figures of docs/accuracy.md")
    options = parser.parse_args()
    counted = Counter(references(page.shared("corpus/dockerfiles.jsonl.gz", options.file)))
    templates = Counter({name: n for name, n in counted.items() if not REFERENCE.fullmatch(name)})
    images = counted - templates
    found = {name: bases.find(name) for name in images}
    unknown = Counter({name: n for name, n in images.items() if found[name] is None})
    trees = sum(n for name, n in images.items() if (image := found[name]) and image.files_known)
    exact = sum(
        n for name, n in images.items() if (image := found[name]) and image.files_known and image.index_exact
    )
    assumed = Counter(
        {name: n for name, n in images.items() if (image := found[name]) and image.assumed is not None}
    )
    whole, known = images.total(), (images - unknown).total()
    own_facts = known - assumed.total()
    said = (
        f"{whole:,} FROM lines name an image ({templates.total()} more are templates): {known:,} ({known / whole:.1%}) "
        f"are known, {trees:,} ({trees / whole:.1%}) with their files, {exact} of these of the very release.\n"
        f"{own_facts:,} ({own_facts / whole:.1%}) by facts of their own, {assumed.total()} "
        f"({assumed.total() / whole:.1%}) are taken for what most images of their publisher stand on."
    )
    print(said)
    if options.write:
        page.write("bases", said.replace("%", " %"))
    own = Counter({name: n for name, n in images.items() if recipes.covers(repository(name))})
    print(f"of the repositories of the catalog: {(own - unknown).total()} of {own.total()}")
    by_repository: dict[str, Counter[str]] = {}
    for name, count in images.items():
        by_repository.setdefault(repository(name), Counter())[name] = count
    for name, tags in sorted(by_repository.items(), key=lambda item: (-item[1].total(), item[0])):
        left = unknown & tags
        if tags.total() >= 5 or (left and options.all):
            rest = f"  not: {', '.join(sorted(left)[:8])}" if left else ""
            print(f"{tags.total() - left.total():>5} of {tags.total():>4} {name}{rest}")


if __name__ == "__main__":
    main()
