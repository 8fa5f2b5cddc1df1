"""``layerlint index``: what its arguments ask for, as text and an exit code."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime

from layerlint.catalog.blocks import BlockFile
from layerlint.domain.units import format_bytes, format_size
from layerlint.errors import UsageError
from layerlint.indexes.errors import SourceError
from layerlint.indexes.known import Facts, Known, facts, files, known, of_file, the
from layerlint.indexes.releases import Release, find

Tell = Callable[[str], None]


def run(options: argparse.Namespace, write: Tell, complain: Tell) -> int:
    """Do the action; the exit code."""
    match options.action:
        case "list":
            return _list(options, write, complain)
        case "update":
            return _update(options, write, complain)
        case _:
            return _info(options, write, complain)


# ------------------------------------------------------------------------------ list


def _list(options: argparse.Namespace, write: Tell, complain: Tell) -> int:
    found, unusable = known()
    today = datetime.now(UTC).date()
    if options.format == "json":
        rows = [
            {
                "name": one.name,
                "kind": one.kind,
                "packages": one.packages,
                "date": one.date,
                "age_days": _age(one, today),
                "where": one.where,
                "bytes": one.bytes,
                "used": one.used,
            }
            for one in found
        ]
        write(json.dumps({"schema": "layerlint.indexes/1", "indexes": rows}, indent=2) + "\n")
    else:
        cells = [("NAME", "PACKAGES", "DATE", "AGE", "WHERE", "")]
        cells += [
            (
                one.name,
                f"{one.packages:,}",
                one.date,
                _days(_age(one, today)),
                f"{one.where}, {format_bytes(one.bytes)}",
                "" if one.used else "(there is a newer one)",
            )
            for one in found
        ]
        write(_table(cells, right=(1, 3)))
    for file in unusable:
        complain(f"{file.path.as_posix()}: not used: {file.reason}")
    return 0


def _age(one: Known, today: date) -> int:
    return max(0, (today - date.fromisoformat(one.date)).days)


def _days(days: int) -> str:
    if days >= 730:
        return f"{days // 365} years"
    return "today" if not days else "1 day" if days == 1 else f"{days} days"


def _table(rows: Sequence[tuple[str, ...]], right: tuple[int, ...]) -> str:
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    return "".join(
        "  ".join(
            cell.rjust(width) if column in right else cell.ljust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        + "\n"
        for row in rows
    )


# ---------------------------------------------------------------------------- update


def _update(options: argparse.Namespace, write: Tell, complain: Tell) -> int:
    from layerlint.indexes.draft import Wanted
    from layerlint.indexes.fetch import Fetcher
    from layerlint.indexes.store import update, workplace

    releases = _releases(options)
    wanted = Wanted(_mirror(options.url), _components(options.components, releases))
    if not 0 < options.timeout <= 3600:
        raise UsageError("--timeout: a number of seconds above 0, and an hour at most")
    shown = sys.stderr.isatty() and not options.quiet
    failed = 0
    for release in releases:
        bar = _Bar(release.name) if shown else None
        with workplace() as work:
            try:
                fetcher = Fetcher(work, bar, timeout=options.timeout)
                changed = update(release, wanted, fetcher, force=options.force)
            except SourceError as error:
                failed += 1
                if bar:
                    bar.clear()
                complain(f"{release.name}: {error}")
                continue
        if bar:
            bar.clear()
        if not options.quiet:
            one = next(one for one in of_file(release.file)[0] if one.where == "cache")
            verb = "updated" if changed else "is up to date"
            note = "" if one.used else " (the bundled one is as new, and is used)"
            write(f"{release.name} {verb}: {one.packages:,} packages, {one.date}{note}\n")
    if failed and len(releases) > 1:
        complain(f"{failed} of {len(releases)} indexes not updated; what was there of them is as it was")
    return 1 if failed else 0


def _releases(options: argparse.Namespace) -> list[Release]:
    """Each once, in the order of mention."""
    names = list(options.names)
    if options.all:
        names += [one.name for one in known()[0] if ":" in one.name]  # a file of no release has none
    if not names:
        raise UsageError("index update: name an index (debian:bookworm), or say --all")
    return list({release.name: release for release in map(find, names)}.values())


def _mirror(url: str | None) -> str:
    if url is None:
        return ""
    if not url.startswith(("http://", "https://")) or not url.isprintable() or " " in url:
        raise UsageError("--url: write the address of a mirror that starts with http:// or https://")
    return url.rstrip("/")


def _components(text: str | None, releases: list[Release]) -> tuple[str, ...]:
    import re

    if text is None:
        return ()
    words = tuple(dict.fromkeys(word.strip() for word in text.split(",") if word.strip()))
    if not words or not all(re.fullmatch(r"[a-z0-9][a-z0-9.+/-]*", word) for word in words):
        raise UsageError("--components: write names with commas between them: main,universe")
    if other := [release.name for release in releases if release.kind != "apt"]:
        raise UsageError(f"--components: {other[0]} has none; they are a matter of apt")
    return words


class _Bar:
    """One line on a terminal that says what is fetched."""

    _EVERY = 1 << 18

    def __init__(self, name: str) -> None:
        self._name = name
        self._last = 0

    def __call__(self, url: str, done: int, whole: int | None) -> None:
        if done < self._last + self._EVERY and done != whole and done > self._last:
            return
        self._last = done
        amount = format_bytes(done)
        if done == whole:
            amount += ", reading"
        elif whole:
            filled = 20 * done // whole
            amount = f"{'#' * filled}{'.' * (20 - filled)} {amount} of {format_bytes(whole)}"
        file = url.partition("/by-hash/")[0].split("/")
        self._show(f"{self._name}  {'/'.join(file[-3:])[-40:]}  {amount}")

    def clear(self) -> None:
        self._show("")

    def _show(self, text: str) -> None:
        import shutil

        columns = shutil.get_terminal_size((80, 24)).columns - 1
        safe = "".join(c if c.isprintable() else "?" for c in text)
        print(f"\r\033[K{safe[:columns]}", end="", file=sys.stderr, flush=True)


# ------------------------------------------------------------------------------ info


def _info(options: argparse.Namespace, write: Tell, complain: Tell) -> int:
    one = the(options.name)
    index = BlockFile(one.path)
    found, missing = [], []
    for word in dict.fromkeys(options.packages):
        fact = facts(one, index, word)
        providers = _providers(index, word)
        if fact is None and not providers:
            missing.append(word)
        else:
            found.append((word, fact, providers))
    if options.format == "json":
        document = {
            **_index_json(one, index),
            "asked": [_package_json(*item) for item in found],
        }
        write(json.dumps(document, indent=2) + "\n")
    elif not options.packages:
        write(_index_text(one, index))
    else:
        write("\n".join(_package_text(*item) for item in found))
    for word in missing:
        complain(f'{one.name} has no package "{word}"')
    return 2 if missing else 0


def _providers(index: BlockFile, name: str) -> list[str]:
    line = index.line("provider", name)
    return line.split("\t")[1].split(" ") if line else []


def _index_json(one: Known, index: BlockFile) -> dict[str, object]:
    return {
        "schema": "layerlint.index/1",
        "name": one.name,
        "kind": one.kind,
        "date": one.date,
        "source": index.meta["source"],
        "where": one.where,
        "bytes": one.bytes,
        "packages": one.packages,
        "measured": _measured(one, index),
        "update_writes": [{"path": path, "bytes": size} for path, size in files(index)],
    }


def _measured(one: Known, index: BlockFile) -> int:
    return index.count("footprint") if one.kind == "apt" else 0


def _index_text(one: Known, index: BlockFile) -> str:
    measured = f", the files of {_measured(one, index):,} of them measured" if one.kind == "apt" else ""
    lines = [
        one.name,
        f"  date      {one.date}",
        f"  source    {index.meta['source']}",
        f"  where     {one.where}, {format_bytes(one.bytes)}",
        f"  packages  {one.packages:,}{measured}",
    ]
    if listed := files(index):
        command = {"apt": "apt-get update", "apk": "apk update"}[one.kind]
        lines.append(f"  {command} writes {format_bytes(sum(size for _, size in listed))}:")
        lines += [f"    {format_bytes(size):>9}  {path}" for path, size in listed]
    return "\n".join(lines) + "\n"


def _package_json(word: str, fact: Facts | None, providers: list[str]) -> dict[str, object]:
    if fact is None:
        return {"name": word, "provided_by": providers}
    installed = fact.installed
    return {
        "name": fact.name,
        "version": fact.version,
        "download_bytes": fact.download,
        "installed_bytes": {"low": installed.low, "likely": installed.likely, "high": installed.high},
        "basis": fact.basis,
        "depends": list(fact.depends),
        "recommends": list(fact.recommends),
        "provides": list(fact.provides),
        "provided_by": providers,
    }


def _package_text(word: str, fact: Facts | None, providers: list[str]) -> str:
    if fact is None:
        return f"{word}\n  provided by {', '.join(providers)}\n"
    lines = [
        f"{fact.name} {fact.version}",
        f"  download    {format_bytes(fact.download)}",
        f"  installed   {format_size(fact.installed)} ({fact.basis})",
    ]
    for label, words in (
        ("depends", fact.depends),
        ("recommends", fact.recommends),
        ("provides", fact.provides),
    ):
        if words:
            lines.append(f"  {label:<10}  {', '.join(words)}")
    if providers:
        lines.append(f"  provided by {', '.join(providers)}")
    return "\n".join(lines) + "\n"
