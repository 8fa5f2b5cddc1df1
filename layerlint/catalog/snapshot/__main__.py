"""``python -m layerlint.catalog.snapshot SUITE … [--work DIR]``: make the catalog's data files anew.

For each Debian suite: the root file systems of its two official images, remade by their own recipe;
its package indexes, as apt downloads them; and the footprints of the packages in ``wanted.txt`` with
all that they pull in, measured by installing them.  Takes some 20 minutes and 10 GB a suite, as root,
on a Debian host with apt, debootstrap, debuerreotype and overlayfs, and reaches Debian's mirror.

The same mirror state gives the same facts.  Source and date of each are in the files themselves.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from layerlint.catalog.bases import DATA
from layerlint.catalog.records import encode_footprint
from layerlint.catalog.snapshot.base import make_roots
from layerlint.catalog.snapshot.fitting import fit
from layerlint.catalog.snapshot.footprints import attribute, footprints
from layerlint.catalog.snapshot.index import fetch
from layerlint.catalog.snapshot.measure import Install, consistent_sets, measure, prepare
from layerlint.catalog.snapshot.rootfs import write_names, write_root
from layerlint.catalog.write import apt_tables, write_index

HERE = Path(__file__).parent
IMAGES = HERE.parent / "images"
SUITES = ("bookworm", "bullseye", "trixie")


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("suites", nargs="+", choices=SUITES)
    parser.add_argument("--work", type=Path, default=Path("snapshot-work"), help="a scratch directory")
    arguments = parser.parse_args()
    for suite in arguments.suites:
        _make(suite, arguments.work.resolve() / suite)
    write_names(DATA / "images.json", IMAGES)


def _make(suite: str, work: Path) -> None:
    work.mkdir(parents=True, exist_ok=True)
    archives = make_roots(suite, work)
    for image, archive in archives.items():
        write_root(DATA / f"{image}.rootfs", archive, IMAGES / f"{image}.yaml")
    index = fetch(suite, work / "apt")
    installs = _measure(archives[f"debian-{suite}"], work / "measure", set(index.packages))
    found = footprints(installs)
    lines = [encode_footprint(name, found[name]) for name in sorted(found) if name in index.packages]
    meta = {
        "date": index.date,
        "source": f"Debian {suite}, {suite}-updates and {suite}-security, main, amd64",
        "files": json.dumps([(file.path, file.bytes) for file in index.files]),
        "estimator": fit(index.packages, found).dump(),
    }
    write_index(DATA / f"{suite}.sqlite", "apt", meta, *apt_tables(index.packages, lines))
    unknown = {path: size for install in installs for path, size in attribute(install)[1].items()}
    print(
        f"{suite}: {len(found)} packages measured; {sum(unknown.values())} bytes made by nobody known, most:"
    )
    for path in sorted(unknown, key=lambda path: -unknown[path])[:20]:
        print(f"  {unknown[path]:>10} {path}")


def _measure(archive: Path, work: Path, known: set[str]) -> list[Install]:
    """First what makes caches, each alone, so that their sizes are those of small installs."""
    host = prepare(archive, work)
    alone = [name for name in _names("alone.txt") if name in known]
    wanted = [name for name in _names("wanted.txt") if name in known]
    return [
        *(measure(host, [name], recommends=False) for name in alone),
        *(
            measure(host, names, recommends=False)
            for names in consistent_sets(host, wanted, recommends=False)
        ),
    ]


def _names(file: str) -> list[str]:
    return (HERE / file).read_text(encoding="utf-8").split()


if __name__ == "__main__":
    main()
