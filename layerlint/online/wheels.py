"""The wheels of an installation: their versions (`uv`), their files in the simple index, and what they hold."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from html.parser import HTMLParser
from typing import Any, Final
from urllib.parse import unquote, urljoin

from packaging.tags import Tag, compatible_tags, cpython_tags
from packaging.utils import InvalidWheelFilename, parse_wheel_filename

from layerlint._dataclass import dataclass
from layerlint.lookup import Wheel, Wheels, WheelsWanted
from layerlint.online import uv
from layerlint.online.archive import contents
from layerlint.online.client import Client
from layerlint.online.errors import OnlineError
from layerlint.online.records import decode_wheel, encode_wheel
from layerlint.online.registries import Online
from layerlint.online.store import Store
from layerlint.online.workers import in_parallel

_ACCEPT: Final = "application/vnd.pypi.simple.v1+json, text/html;q=0.2"
_PAGE: Final = 32 << 20
"""Bytes of the index on one name: the longest of the public one has 9 MB."""
_FILES: Final = 60_000
_MOST: Final = 500
"""Wheels of one installation."""
_REQUIREMENT: Final = re.compile(
    r"[a-z0-9][a-z0-9-]{0,99}(?:\[[a-z0-9,-]{0,200}\])?"
    r"(?:(?:===|==|~=|!=|<=|>=|<|>)[A-Za-z0-9.*+!_-]{1,100}(?:,(?=[=~!<>])|$)){0,20}"
)


@dataclass(frozen=True, slots=True)
class _File:
    name: str
    url: str
    length: int | None
    digest: str


def answer(question: WheelsWanted, machine: str, online: Online, client: Client, store: Store) -> Wheels:
    """Raises OnlineError."""
    if not online.python:
        raise OnlineError("your Python index is not one of http")
    for named in question.indexes:
        if named.rstrip("/") != online.python:
            raise OnlineError("the index that the Dockerfile names is not yours, and is not asked")
    if not all(map(_REQUIREMENT.fullmatch, (*question.requirements, *question.constraints))):
        raise OnlineError("what is asked for is not a list of names and versions")
    pins = uv.pinned(question, machine, online, client.left())
    if len(pins) > _MOST:
        raise OnlineError(f"it comes to more than {_MOST} distributions")
    tags = _tags(question.python, machine, musl=question.musl)

    def wheel(pin: tuple[str, str]) -> Wheel:
        return _wheel(*pin, tags, online, client, store)

    return Wheels(tuple(in_parallel(wheel, pins)))


def _wheel(
    name: str, version: str, tags: dict[Tag, int], online: Online, client: Client, store: Store
) -> Wheel:
    """Of the one file that fits best; what is not told of it stays unknown."""
    try:
        found = list(_files(client, f"{online.python}/{name}/"))
    except OnlineError:
        return Wheel(name, version, None, None)
    best = _best(found, version, tags)
    if best is None:
        return Wheel(name, version, None, None)
    key = f"{best.url}#{best.digest}"
    kept = store.read(key, for_good=True) if best.digest else None
    if kept is not None:
        try:
            return decode_wheel(kept)
        except ValueError:
            pass
    try:
        held, length = contents(client, best.url, best.length)
    except OnlineError:
        return Wheel(name, version, best.length if best.length else _length(client, best.url), None)
    wheel = Wheel(name, version, length, held)
    if best.digest:
        store.write(key, encode_wheel(wheel), for_good=True)
    return wheel


def _length(client: Client, url: str) -> int | None:
    try:
        return client.length(url).length
    except OnlineError:
        return None


def _best(files: Sequence[_File], version: str, tags: dict[Tag, int]) -> _File | None:
    """The wheel of a version whose tag stands first."""
    ranked: list[tuple[int, str, _File]] = []
    for file in files:
        try:
            _, found, _, marks = parse_wheel_filename(file.name)
        except InvalidWheelFilename:
            continue
        ranks = [tags[mark] for mark in marks if mark in tags]
        if str(found) == version and ranks:
            ranked.append((min(ranks), file.name, file))
    return min(ranked)[2] if ranked else None


def _tags(python: str, machine: str, *, musl: bool) -> dict[Tag, int]:
    """Which wheels a Python of Linux takes, best first."""
    major, minor = (int(part) for part in python.split(".")[:2])
    cpu = {"amd64": "x86_64", "arm64": "aarch64"}[machine]
    if musl:
        platforms = [f"musllinux_1_{number}_{cpu}" for number in (2, 1, 0)]
    else:
        platforms = [f"manylinux_2_{number}_{cpu}" for number in range(28, 4, -1)]
        for alias, number in (("2014", 17), ("2010", 12), ("1", 5)):
            place = platforms.index(f"manylinux_2_{number}_{cpu}") + 1
            platforms.insert(place, f"manylinux{alias}_{cpu}")
    platforms.append(f"linux_{cpu}")
    interpreter = f"cp{major}{minor}"
    every = [*cpython_tags((major, minor), platforms=platforms)]
    every += compatible_tags((major, minor), interpreter, platforms)
    return {tag: rank for rank, tag in reversed(list(enumerate(every)))}


# ----------------------------------------------------------------------------- index


def _files(client: Client, url: str) -> Iterator[_File]:
    """What the simple index has of a name, as JSON (PEP 691) or as HTML (PEP 503)."""
    data, kind = client.get(url, _PAGE, _ACCEPT)
    if not kind.endswith("json"):
        reader = _Anchors(url)
        reader.feed(data.decode("utf-8", "replace"))
        yield from reader.found[:_FILES]
        return
    try:
        listed = json.loads(data)["files"][:_FILES]
    except (KeyError, RecursionError, TypeError, ValueError) as error:
        raise OnlineError("the index gives an answer that cannot be read") from error
    for each in listed:
        if (
            isinstance(each, dict)
            and isinstance(each.get("filename"), str)
            and isinstance(each.get("url"), str)
        ):
            size, hashes = each.get("size"), each.get("hashes")
            length = size if isinstance(size, int) and 0 < size < 1 << 44 else None
            yield _File(each["filename"], urljoin(url, each["url"]), length, _digest(hashes))


def _digest(hashes: Any) -> str:
    found = hashes.get("sha256") if isinstance(hashes, dict) else None
    return found if isinstance(found, str) and len(found) == 64 else ""


class _Anchors(HTMLParser):
    def __init__(self, base: str) -> None:
        super().__init__()
        self._base = base
        self.found: list[_File] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        href = dict(attrs).get("href") if tag == "a" else None
        if not href or len(self.found) >= _FILES:
            return
        address, _, fragment = href.partition("#")
        name = unquote(address.partition("?")[0].rpartition("/")[2])
        digest = fragment.removeprefix("sha256=") if fragment.startswith("sha256=") else ""
        try:
            self.found.append(_File(name, urljoin(self._base, address), None, _digest({"sha256": digest})))
        except ValueError:
            return
