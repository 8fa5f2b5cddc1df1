"""``python -m layerlint.catalog.snapshot.npm DATE [--work DIR]``: make ``data/npm.json.gz`` anew.

Each package of ``npm.txt`` is installed alone with npm, without install scripts, and every package that it
pulls in is measured: unpacked bytes and files, the tarball and the registry's document in npm's cache.
Takes about half an hour, and reaches the npm registry.  What is in the work directory is not measured again.
"""

from __future__ import annotations

import argparse
import base64
import gzip
import hashlib
import json
import os
import random
import shutil
import subprocess
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

from layerlint.catalog.npm import Closure, Table
from layerlint.catalog.packages import DATA
from layerlint.catalog.semver import compatible

_WANTED = Path(__file__).parent / "npm.txt"
_COUNTS = (1, 2, 3, 5, 10, 20, 50, 100, 200, 500, 1000, 2000)
_DRAWS = 2000
_PROJECT = (1, 20)
"""Direct dependencies of a project of which nothing is known: an assumption, not a measurement."""


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("date", help="of the snapshot, YYYY-MM-DD")
    parser.add_argument("--work", type=Path, default=Path("snapshot-work/npm"), help="a scratch directory")
    arguments = parser.parse_args()
    work = arguments.work.resolve()
    work.mkdir(parents=True, exist_ok=True)
    specs = _WANTED.read_text().split()
    for spec in specs:
        _measure(spec, work)
    found = [path for spec in specs if (path := _result(work, spec)).exists()]
    write(arguments.date, [json.loads(path.read_text()) for path in found])


# ------------------------------------------------------------------------ measuring


def _result(work: Path, spec: str) -> Path:
    return work / (spec.replace("/", "+") + ".json")


def _measure(spec: str, work: Path) -> None:
    result = _result(work, spec)
    if result.exists():
        return
    project, cache = result.with_suffix(""), work / "cache"
    shutil.rmtree(project, ignore_errors=True)
    project.mkdir()
    (project / "package.json").write_text('{"name":"x","version":"1.0.0"}')
    settings = {"HOME": str(project), "npm_config_cache": str(cache)}
    command = ["npm", "install", spec, "--ignore-scripts", "--no-audit", "--no-fund", "--prefer-offline"]
    done = subprocess.run(command, cwd=project, env={**os.environ, **settings}, capture_output=True)
    if done.returncode:
        print(f"{spec}: {done.stderr.decode(errors='replace')[-300:]}")
    else:
        lock = json.loads((project / "package-lock.json").read_text())
        rows = [_row(project, cache, path, entry) for path, entry in lock["packages"].items() if path]
        peers = {name: _document(cache, name) for name in {name for row in rows for name in row["peer"]}}
        result.write_text(json.dumps({"spec": spec, "rows": rows, "documents": peers}))
    shutil.rmtree(project)


def _row(project: Path, cache: Path, path: str, entry: dict[str, Any]) -> dict[str, Any]:
    name = path.rpartition("node_modules/")[2]
    here = (project / path / "package.json").exists()
    size, files = _own(project / path) if here else (0, 0)
    return {
        "path": path,
        "name": name,
        "version": entry.get("version"),
        "here": here,
        "bytes": size,
        "files": files,
        "tar": _tarball(cache, entry.get("integrity", "")) if here else 0,
        "pack": _document(cache, entry.get("name", name)),
        "deps": {**entry.get("dependencies", {}), **entry.get("optionalDependencies", {})},
        "peer": entry.get("peerDependencies", {}),
        "peermeta": entry.get("peerDependenciesMeta", {}),
        "script": entry.get("hasInstallScript", False),
        "bin": entry.get("bin"),
        "bundled": entry.get("inBundle", False),
    }


def _own(folder: Path) -> tuple[int, int]:
    """Bytes and files of a package, without the packages nested in it."""
    sizes = []
    for parent, directories, names in os.walk(folder):
        if Path(parent) == folder and "node_modules" in directories:
            directories.remove("node_modules")
        paths = [Path(parent) / name for name in names]
        sizes += [path.stat().st_size for path in paths if not path.is_symlink()]
    return sum(sizes), len(sizes)


def _tarball(cache: Path, integrity: str) -> int:
    kind, _, digest = integrity.partition(" ")[0].partition("-")
    name = base64.b64decode(digest).hex()
    path = cache / "_cacache" / "content-v2" / kind / name[:2] / name[2:4] / name[4:]
    return path.stat().st_size if path.is_file() else 0


def _document(cache: Path, name: str) -> int:
    registry = subprocess.run(["npm", "config", "get", "registry"], capture_output=True, text=True).stdout
    key = f"make-fetch-happen:request-cache:{registry.strip()}{name.replace('/', '%2f')}"
    digest = hashlib.sha256(key.encode()).hexdigest()
    path = cache / "_cacache" / "index-v5" / digest[:2] / digest[2:4] / digest[4:]
    if not path.is_file():
        return 0
    last = [line for line in path.read_text().split("\n") if line][-1]
    return int(json.loads(last.partition("\t")[2])["size"])


# -------------------------------------------------------------------------- writing


def write(date: str, results: Sequence[dict[str, Any]], target: Path = DATA / "npm.json.gz") -> None:
    """The table: each name and version once, dependencies as positions, and what its sums are like."""
    rows: dict[tuple[str, str], list[Any]] = {}
    edges: dict[tuple[str, str], list[tuple[str, str, str]]] = {}
    peers: dict[tuple[str, str], list[str]] = {}
    documents: dict[str, int] = {}
    bins: dict[str, dict[str, str]] = {}
    for result in results:
        found = _unbundled(result["rows"])
        by_path = {row["path"]: row for row in found}
        for row in found:
            key = row["name"], row["version"]
            flags = ("s" if row["script"] else "") + ("" if row["here"] else "-")
            fact = [*key, flags, row["bytes"], row["files"], row["tar"]]
            documents[row["name"]] = row["pack"] or documents.get(row["name"], 0)
            peers[key] = sorted(row["peer"])
            if key not in rows or (row["here"] and "-" in rows[key][2]):
                rows[key] = fact
                edges[key] = [(n["name"], n["version"], text) for n, text in _needed(row, by_path)]
        documents.update({name: size for name, size in result["documents"].items() if size})
        root = result["spec"].rpartition("@")[0] or result["spec"]
        programs = by_path[f"node_modules/{root}"].get("bin")
        if isinstance(programs, dict):
            bins[root] = programs
    _fill_foreign(rows)
    keys = sorted(rows)
    position = {key: index for index, key in enumerate(keys)}
    ranges = sorted({text for needs in edges.values() for _, _, text in needs})
    number = {text: index for index, text in enumerate(ranges)}
    packages = [
        [
            *rows[key],
            [[position[n, v], number[text]] for n, v, text in sorted(edges[key])],
            [name for name in peers[key] if name in documents],
        ]
        for key in keys
    ]
    data: dict[str, Any] = {"date": date, "ranges": ranges, "packages": packages}
    data["documents"] = dict(sorted(documents.items()))
    data["bins"] = dict(sorted(bins.items()))
    data["quantiles"] = {}
    table = Table(data)
    # Older versions are there to be chosen; what packages are like, the latest tell.
    latest = [result for result in results if "@" not in result["spec"][1:]]
    roots = [position[_root(result)] for result in latest]
    data["quantiles"] = _quantiles(table, roots)
    target.write_bytes(gzip.compress(json.dumps(data, separators=(",", ":")).encode(), 9, mtime=0))
    print(f"{len(packages)} packages, {target.stat().st_size} bytes")


def _fill_foreign(rows: dict[tuple[str, str], list[Any]]) -> None:
    """Packages for other platforms are taken to be as large as their sibling that was installed."""
    here = {}
    for (name, version), row in sorted(rows.items()):
        if "linux" in name and "-" not in row[2]:
            here[name.partition("linux")[0], version] = row[3:6]
    for (name, version), row in rows.items():
        stem = next((stem for stem, of in here if of == version and name.startswith(stem)), None)
        if "-" in row[2] and stem is not None:
            row[3:6] = here[stem, version]


def _unbundled(rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Without packages that come in the tarball of another: their bytes are that one's."""
    kept = {row["path"]: dict(row) for row in rows if not row["bundled"]}
    for row in rows:
        path = row["path"]
        while path and path not in kept:
            path = path.rpartition("/node_modules/")[0]
        if path and row["bundled"]:
            kept[path]["bytes"] += row["bytes"]
            kept[path]["files"] += row["files"]
    return list(kept.values())


def _root(result: dict[str, Any]) -> tuple[str, str]:
    name = result["spec"].rpartition("@")[0] or result["spec"]
    row = next(row for row in result["rows"] if row["path"] == f"node_modules/{name}")
    return row["name"], row["version"]


def _needed(row: dict[str, Any], by_path: dict[str, dict[str, Any]]) -> Iterator[tuple[dict[str, Any], str]]:
    """The packages that node finds for the dependencies of one, peers too unless they are optional, and
    the range that each has to lie in."""
    optional = {name for name, meta in row["peermeta"].items() if meta.get("optional")}
    peers = {name: text for name, text in row["peer"].items() if name not in optional}
    for name, text in {**peers, **row.get("odeps", {}), **row["deps"]}.items():
        path = row["path"]
        while True:
            found = by_path.get(f"{path}/node_modules/{name}".lstrip("/"))
            if found is not None:
                yield found, text
            if found is not None or not path:
                break
            path = path.rpartition("node_modules/")[0].rstrip("/")


def _quantiles(table: Table, roots: Sequence[int]) -> dict[str, list[list[int]]]:
    """5 %, 50 % and 95 % of sums of independent draws, by the bootstrap (a fixed seed)."""
    here = [package for package in table.packages if package.files and not package.is_foreign]
    chance = random.Random(1)
    tools = [table.closure([root]) for root in roots]
    # A dependency that is not in the table is mostly of the kind that others depend on: two of three.
    others = [index for index, package in enumerate(table.packages) if not package.is_foreign]
    libraries = [*tools, *(table.closure([root]) for root in chance.sample(others, 2 * len(roots)))]
    projects = [table.closure(chance.sample(roots, chance.randint(*_PROJECT))) for _ in range(400)]
    same, other = _ratios(table, sorted({package.name for package in here}))
    samples: dict[str, list[int]] = {
        "package": [package.bytes for package in here],
        "files": [package.files for package in here],
        "tarball": [package.tarball for package in here],
        "metadata": list(table.documents.values()),
    }
    measures: dict[str, Callable[[Closure], int]] = {
        "bytes": lambda c: c.bytes,
        "files": lambda c: c.files,
        "packages": lambda c: len(c.packages),
        "entries": lambda c: len(c.packages) + len(c.foreign),
        "tarballs": lambda c: c.tarballs,
        "metadata": lambda c: c.metadata,
    }
    for name, measure in measures.items():
        samples[f"tool-{name}"] = [measure(closure) for closure in tools]
        samples[f"library-{name}"] = [measure(closure) for closure in libraries]
    sums = {name: _sums(sample, _COUNTS, chance) for name, sample in samples.items()}
    for name, measure in measures.items():
        sums[f"project-{name}"] = _sums([measure(project) for project in projects], (1,), chance)
    sums["same-major"] = _sums(same, (1,), chance)
    sums["other-major"] = _sums(other, (1,), chance)
    return sums


def _ratios(table: Table, names: Sequence[str]) -> tuple[list[int], list[int]]:
    """Bytes of a version in per mille of the next higher one that was measured, by whether both promise
    the same interface (the same leftmost number that is not zero)."""
    same: list[int] = []
    other: list[int] = []
    for name in names:
        rows = [p for p in table.named(name) if p.files and not p.is_foreign]
        for low, high in pairwise(rows):
            if low.key != high.key and high.bytes:
                kin = same if compatible(low.key, high.key) else other
                kin.append(1000 * low.bytes // high.bytes)
    return same, other


def _sums(sample: Sequence[int], counts: Sequence[int], chance: random.Random) -> list[list[int]]:
    rows: list[list[int]] = [list(counts), [], [], []]
    for count in counts:
        draws = sorted(sum(chance.choices(sample, k=count)) for _ in range(_DRAWS))
        for row, share in zip(rows[1:], (0.05, 0.5, 0.95), strict=True):
            row.append(draws[int(share * (_DRAWS - 1))])
    return rows


if __name__ == "__main__":
    main()
