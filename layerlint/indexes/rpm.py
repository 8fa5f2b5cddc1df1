"""Indexes of rpm repositories: ``repodata/repomd.xml``, and the ``primary.xml`` that it names by its checksum.

The table ``package`` has a line a package (the highest version of each, x86_64 or noarch): name,
epoch:version-release, architecture, download size, installed size, what it requires, what it recommends
and what it provides, the files included that another package requires; ``provider`` has what is provided, and by
whom.  Relations are names without versions.

The parser is expat with document type declarations refused: there is no entity to expand.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime

from layerlint._dataclass import dataclass
from layerlint.catalog.write import provider_lines
from layerlint.indexes.draft import Draft, Wanted
from layerlint.indexes.errors import SourceError
from layerlint.indexes.fetch import Fetched, Fetcher
from layerlint.indexes.releases import Release, Source
from layerlint.indexes.unpack import unpack

MAX_REPOMD = 1 << 20
MAX_PACKED = 256 << 20
MAX_UNPACKED = 2 << 30
"""Of one primary.xml: it is read as it is unpacked, and never kept."""
_MAX_TEXT = 1 << 16
_MAX_TOKEN = 4 << 20
_WORD = re.compile(r"[^\s\x00-\x1f]+")
_NUMBER = re.compile(r"[0-9]{1,13}")
_HEX = re.compile(r"[0-9a-f]{64}")
_PLACE = re.compile(r"repodata/[A-Za-z0-9._+-]+")
_ARCHITECTURES = ("noarch", "x86_64")


@dataclass(frozen=True, slots=True)
class _Primary:
    place: str
    checksum: str
    size: int
    open_size: int
    stamp: int


@dataclass(frozen=True, slots=True)
class _Rpm:
    name: str
    version: str
    architecture: str
    download: int
    installed: int
    requires: tuple[str, ...]
    recommends: tuple[str, ...]
    provides: tuple[str, ...]
    files: tuple[str, ...]


def make(release: Release, wanted: Wanted, fetcher: Fetcher) -> Draft | None:
    """None if nothing has changed since ``wanted.known``."""
    bases = [_base(one, wanted) for one in release.sources]
    urls = [f"{base}/repodata/repomd.xml" for base in bases]
    fetched = [fetcher.get(url, MAX_REPOMD, wanted.known.get(url)) for url in urls]
    if not any(fetched):
        return None
    found: dict[str, _Rpm] = {}
    tags, stamp = {}, 0
    for base, url, file in zip(bases, urls, fetched, strict=True):
        repomd = file or fetcher.get(url, MAX_REPOMD)
        assert repomd is not None  # only what is known gives None
        tags[url] = repomd.tag
        primary = _read_repomd(repomd, url)
        stamp = max(stamp, primary.stamp)
        for package in _packages(base, primary, fetcher):
            other = found.get(package.name)
            if other is None or version_key(package.version) > version_key(other.version):
                found[package.name] = package
    if not found:
        raise SourceError("its repositories list no package")
    lines, provided = _tables(found)
    words: Counter[str] = Counter()
    for line in lines:
        words.update(word + " " for field in line.split("\t")[5:8] for word in field.split(" ") if word)
    return Draft(
        "rpm",
        datetime.fromtimestamp(stamp, UTC).date().isoformat(),
        f"{release.title}: {', '.join(one.path for one in release.sources)}",
        (),
        {"package": lines, "provider": provider_lines(provided.items())},
        words,
        tags,
    )


def _base(source: Source, wanted: Wanted) -> str:
    return f"{wanted.mirror or source.mirror}/{source.path}"


def _tables(found: Mapping[str, _Rpm]) -> tuple[list[str], dict[str, list[str]]]:
    """What is provided is kept where a package needs it, or a user may well ask for it by name."""
    needed = {word for package in found.values() for word in (*package.requires, *package.recommends)}
    lines: list[str] = []
    provided: dict[str, list[str]] = {}
    for package in found.values():
        names = [word for word in package.provides if word in needed or "(" not in word]
        kept = [
            word
            for word in (*names, *package.files)
            if word != package.name and (word[0] != "/" or word in needed)
        ]
        provided[package.name] = kept
        lists = (package.requires, package.recommends, kept)
        own = set(package.provides) | {package.name}
        fields = (" ".join(word for word in words if words is kept or word not in own) for words in lists)
        numbers = (str(package.download), str(package.installed))
        lines.append("\t".join((package.name, package.version, package.architecture, *numbers, *fields)))
    return lines, provided


# ------------------------------------------------------------------------------- XML


def _parse(
    chunks: Iterable[bytes],
    name: str,
    start: Callable[[str, dict[str, str]], None],
    end: Callable[[str, str], None],
) -> Iterator[None]:
    """Tell of each element's start, and of its end with its text; yields after every chunk."""
    from xml.parsers import expat

    text: list[str] = []
    room = fed = 0

    def refuse(*_: object) -> None:
        raise SourceError(f"{name}: has a document type declaration, which is not read")

    def opened(element: str, attributes: dict[str, str]) -> None:
        nonlocal room
        text.clear()
        room = _MAX_TEXT
        start(element.rpartition(":")[2], attributes)

    def closed(element: str) -> None:
        end(element.rpartition(":")[2], "".join(text).strip())
        text.clear()

    def characters(data: str) -> None:
        nonlocal room
        if len(data) <= room:
            room -= len(data)
            text.append(data)

    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = refuse
    parser.EntityDeclHandler = refuse
    parser.StartElementHandler = opened
    parser.EndElementHandler = closed
    parser.CharacterDataHandler = characters
    try:
        for chunk in chunks:
            parser.Parse(chunk, False)
            fed += len(chunk)
            if fed - parser.CurrentByteIndex > _MAX_TOKEN:  # a tag that does not end is held in memory
                raise SourceError(f"{name}: not an index of packages")
            yield
        parser.Parse(b"", True)
    except expat.ExpatError as error:
        raise SourceError(f"{name}: not well-formed XML ({error})") from error
    yield


def _read_repomd(file: Fetched, url: str) -> _Primary:
    found: dict[str, str] = {}
    current = [""]

    def start(element: str, attributes: dict[str, str]) -> None:
        if element == "data":
            current[0] = attributes.get("type", "")
        elif current[0] == "primary" and element == "location":
            found["href"] = attributes.get("href", "")
        elif current[0] == "primary" and element == "checksum":
            found["checksum-type"] = attributes.get("type", "")

    def end(element: str, text: str) -> None:
        if current[0] == "primary":
            found.setdefault(element, text)
        if element == "data":
            current[0] = ""

    for _ in _parse(unpack(file.path, "repomd.xml", MAX_REPOMD), url, start, end):
        pass
    if not _PLACE.fullmatch(found.get("href", "")) or not _HEX.fullmatch(found.get("checksum", "")):
        raise SourceError(f"{url}: does not name a primary index with its SHA-256")
    stamp = re.match(r"[0-9]{1,10}", found.get("timestamp", ""))
    return _Primary(
        found["href"],
        found["checksum"],
        _number(found.get("size", ""), MAX_PACKED),
        _number(found.get("open-size", ""), MAX_UNPACKED),
        int(stamp[0]) if stamp else 0,
    )


def _number(text: str, limit: int) -> int:
    return min(int(text), limit) if _NUMBER.fullmatch(text) else limit


def _packages(base: str, primary: _Primary, fetcher: Fetcher) -> Iterator[_Rpm]:
    url = f"{base}/{primary.place}"
    fetched = fetcher.get(url, primary.size)
    assert fetched is not None  # only what is known gives None
    if fetched.sha256 != primary.checksum:
        raise SourceError(f"{url}: its checksum is not that of repomd.xml")
    reader = _Reader()
    chunks = unpack(fetched.path, primary.place, primary.open_size)
    for _ in _parse(chunks, url, reader.start, reader.end):
        yield from reader.done
        reader.done.clear()
    fetched.path.unlink()


class _Reader:
    """Of ``<package>`` elements: collects those that are whole in ``done``."""

    def __init__(self) -> None:
        self.done: list[_Rpm] = []
        self._fields: dict[str, str] = {}
        self._lists: dict[str, dict[str, None]] = {}
        self._list: dict[str, None] | None = None

    def start(self, element: str, attributes: dict[str, str]) -> None:
        match element:
            case "package":
                self._fields, self._lists = {}, {}
            case "version":
                epoch = attributes.get("epoch", "0")
                version = f"{attributes.get('ver', '')}-{attributes.get('rel', '')}"
                self._fields["version"] = version if epoch in ("", "0") else f"{epoch}:{version}"
            case "size":
                self._fields["download"] = attributes.get("package", "")
                self._fields["installed"] = attributes.get("installed", "")
            case "requires" | "recommends" | "provides":
                self._list = self._lists.setdefault(element, {})
            case "entry" if self._list is not None:
                name = attributes.get("name", "")
                if _WORD.fullmatch(name) and not name.startswith(("rpmlib(", "config(")):
                    self._list[name] = None

    def end(self, element: str, text: str) -> None:
        match element:
            case "name" | "arch":
                self._fields.setdefault(element, text)
            case "file" if _WORD.fullmatch(text):
                self._lists.setdefault("file", {})[text] = None
            case "requires" | "recommends" | "provides":
                self._list = None
            case "package":
                self._finish()

    def _finish(self) -> None:
        fields = self._fields
        words = [fields.get("name", ""), fields.get("version", "")]
        numbers = [fields.get("download", ""), fields.get("installed", "")]
        if not all(map(_WORD.fullmatch, words)) or not all(map(_NUMBER.fullmatch, numbers)):
            return
        if fields.get("arch") in _ARCHITECTURES:
            lists = (
                tuple(self._lists.get(key, ())) for key in ("requires", "recommends", "provides", "file")
            )
            self.done.append(
                _Rpm(words[0], words[1], fields["arch"], int(numbers[0]), int(numbers[1]), *lists)
            )


# --------------------------------------------------------------------------- versions

_RUN = re.compile(r"[0-9]+|[A-Za-z]+|[~^]")


def version_key(
    version: str,
) -> tuple[int, tuple[tuple[int, int, str], ...], tuple[tuple[int, int, str], ...]]:
    """``[epoch:]version-release`` in the order of rpm's ``rpmvercmp``.

    Runs of digits sort above runs of letters, longer above shorter; ``~`` sorts before the end of the text,
    ``^`` behind it and before everything else.
    """
    epoch, colon, rest = version.partition(":")
    if not colon:
        epoch, rest = "0", version
    upstream, _, revision = rest.rpartition("-")
    return int(epoch[:9]) if epoch.isdigit() else 0, _key(upstream), _key(revision)


def _key(text: str) -> tuple[tuple[int, int, str], ...]:
    return (*map(_run, _RUN.findall(text)), (1, 0, ""))


def _run(word: str) -> tuple[int, int, str]:
    if word.isdigit():
        return 4, int(word[:18]), ""
    return {"~": (0, 0, ""), "^": (2, 0, "")}.get(word, (3, 0, word))
