"""What an installer of Python distributions puts where: closures over the snapshot, as effects."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping, Sequence

from layerlint._dataclass import dataclass
from layerlint.catalog.distributions import Distribution, measured
from layerlint.commands._paths import join
from layerlint.commands._requirements import Requirement
from layerlint.domain.size import ZERO, Size, total
from layerlint.effects import Effect, Populate, View, Write
from layerlint.lookup import Contents

MAX_DISTRIBUTIONS = 5_000

ONE_UNKNOWN = Size(35_000, 650_000, 47_500_000)
ONE_UNKNOWN_COUNT = Size(11, 40, 1_400)
"""Of a distribution that was not measured: 5 %, median and 95 % of those that were, byte-code included."""
CLOSURE_UNKNOWN = Size(42_000, 6_000_000, 370_000_000)
CLOSURE_UNKNOWN_COUNT = Size(12, 300, 14_000)
"""With what it requires.  With theirs, all that were measured have 42 kB, 1.7 MB and 180 MB (5 %, median, 95 %),
and those that are asked for most 0.9, 22 and 370 MB: a name that is asked for lies between."""
FILE_UNKNOWN = Size(4_000_000, 80_000_000, 2_400_000_000)
"""What a requirements file brings, by 37 builds of 2020 that told what it downloaded: median 20 MB of wheels,
5 % below 1 MB and 5 % above 790 MB; installed, wheels of more than 10 MB have 4.1 times their bytes."""
_CODE_SHARE = 0.42
"""Of the bytes of a distribution, byte-code."""
_SAME = (0.05, 0.05)
"""Wheels of one version differ between releases of Python."""
_NEWEST = (0.15, 0.25)
"""A release after the snapshot."""
_SAME_MAJOR = (0.97, 0.4, 0.4)
_OTHER_MAJOR = (0.85, 0.75, 1.2)
"""Likely size over that of the version that was measured, and bounds: 28 distributions in versions of two to
five years before have 0.27 to 2.0 (10 % and 90 %; median 0.85) of the newest's bytes, of the same major version
0.56 to 1.3."""
_BY_DOWNLOAD = (0.15, 0.15)
"""Of the same 28, bytes over those of the wheel stay within 0.86 and 1.12 of the newest's."""
_UNPACKED = (1.4, 3.25, 4.7)
"""Bytes of files over those of the wheel: 5 %, median and 95 % of the snapshot's."""
_SAME_FILES = (0.01, 0.01)
"""Of a wheel that was looked into: the metadata that an installer adds is not known to the byte."""
_CODE_OF_SOURCE = (0.9, 1.22, 1.65)
"""Bytes of byte-code over those of its source, by 3.11: 5 %, all together and 95 % of 47 distributions."""
_SCRIPT = 180
"""Bytes of a program that pip writes, without its first line."""
_COMPILED = (0.0, 0.5, 1.45)
"""Bytes of byte-code over those of files; large wheels hold little Python."""
_WHEEL = 0.2
"""Bytes of a wheel over those that pip makes of it."""
_CODE = {9: 0.6, 10: 0.65, 11: 1.0, 12: 0.92}
"""pip 23.0.1 and setuptools 65.5.0 as compiled by 3.8 to 3.13, November 2026: 3.11 added tables of positions."""
_MEASURED_WITH = "3.11"
"""The release in names like ``pip3.11``."""
_SHEBANG = len("#!/usr/local/bin/python3.11\n")
_PAGE = Size(1_000, 30_000, 400_000)
"""Of the index for one name, compressed, as pip's cache keeps it.  Not measured: a name has some 270 files, and
the three hashes of each do not compress below 130 bytes."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where an installer puts things."""

    site: str
    scripts: str
    share: str
    """For what a wheel has outside of site-packages."""
    code: str | None
    """Where byte-code is kept; None: none is compiled."""
    cache: str | None = None
    """For downloads."""
    pages: bool = True
    """The cache also keeps the answers of the index."""
    manager: str = "pip"
    interpreter: str = ""
    """The path in the first line of scripts; empty: as in the official images."""
    minor: int | None = None
    """Of the Python that compiles."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """One distribution that will be installed."""

    name: str
    version: str | None
    known: Distribution | None
    leads: bool = False
    """Of an unknown one: it was asked for, and what it requires is not known."""
    download: int | None = None
    """Of the wheel, where a lock file tells."""
    contents: Contents | None = None
    """Of the wheel, where it was looked into."""


def closure(
    wanted: Iterable[Requirement],
    pins: Mapping[str, str] | None = None,
    *,
    dependencies: bool = True,
    satisfied: Iterable[str] = (),
) -> tuple[Chosen, ...]:
    """The requirements and all that they require, each once, in the order in which they are met.

    What is satisfied already is left out where nothing but a requirement of another asks for it.
    """
    table, there = measured(), set(satisfied)
    chosen: dict[str, Chosen] = {}
    asked: dict[str, Requirement] = {}
    waiting: deque[tuple[str, tuple[str, ...]]] = deque()
    for each in wanted:
        if each.name:
            asked[each.name] = each
            waiting.append((each.name, each.extras))
    seen: set[tuple[str, tuple[str, ...]]] = set()
    # A file that pins all it names names all it needs.
    frozen = len(asked) > 4 and all(each.version is not None for each in asked.values())
    while waiting and len(chosen) < MAX_DISTRIBUTIONS:
        name, extras = waiting.popleft()
        if (name, extras) in seen or (name in there and name not in asked):
            continue
        seen.add((name, extras))
        known = table.get(name)
        request = asked.get(name)
        version = request.version if request is not None and request.version else (pins or {}).get(name)
        chosen.setdefault(name, Chosen(name, version, known, leads=request is not None and not frozen))
        if known is None or not dependencies:
            continue
        optional = dict(known.extras)
        for required in (*known.requires, *(more for extra in extras for more in optional.get(extra, ()))):
            inner, _, inside = required.partition("[")
            waiting.append((inner, tuple(inside.rstrip("]").split(",")) if inside else ()))
    return tuple(chosen.values())


def installed(view: View, site: str, manager: str = "pip") -> dict[str, tuple[str, ...]]:
    """Distribution to the paths of its summaries in a directory."""
    found: dict[str, list[str]] = {}
    for directory in (site, join(site, "__pycache__")):
        for name, node in view.children(directory).items():
            label = getattr(node, "label", None)
            if isinstance(label, str) and label.startswith(manager + ":"):
                found.setdefault(label.partition(":")[2], []).append(join(directory, name))
    return {name: tuple(paths) for name, paths in found.items()}


def effects_of(chosen: Sequence[Chosen], place: Place, title: str) -> tuple[Effect, ...]:
    """The files of the distributions, and what is kept of their downloads."""
    effects: list[Effect] = []
    for each in chosen:
        if each.contents is not None:
            effects += _looked_into(each, each.contents, place)
        elif each.known is not None:
            effects += _measured(each, each.known, place)
        else:
            effects += _unknown(each, place)
    if place.cache is not None and chosen:
        effects.append(_downloads(chosen, place, place.cache, title))
    return tuple(effects)


def _measured(each: Chosen, known: Distribution, place: Place) -> list[Effect]:
    label = f"{place.manager}:{each.name}"

    def size(amount: int) -> Size:
        return scaled(amount, each, known)

    effects: list[Effect] = []
    # First, so that its directory is made where nothing is vague yet.
    if place.code is not None and known.code:
        name = f"{each.name} *.pyc"
        code = size(known.code).scaled(_code_factor(place.minor))
        effects.append(Populate(place.code, name, code, size(known.code_count), label=label))
    effects.append(Populate(place.site, each.name, size(known.files), size(known.count), label=label))
    if known.rest:
        effects.append(
            Populate(place.share, each.name, size(known.rest), size(known.rest_count), label=label)
        )
    longer = len(place.interpreter) + 3 - _SHEBANG if place.interpreter else 0
    release = "3" if place.minor is None else f"3.{place.minor}"
    for script, amount in known.scripts:
        path = join(place.scripts, script.replace(_MEASURED_WITH, release))
        effects.append(Write(path, _script(amount, longer, each, known), mode=0o755))
    return effects


def _looked_into(each: Chosen, held: Contents, place: Place) -> list[Effect]:
    label = f"{place.manager}:{each.name}"
    effects: list[Effect] = []
    if place.code is not None and held.modules:
        code = _times(held.sources, _CODE_OF_SOURCE).scaled(_code_factor(place.minor))
        name = f"{each.name} *.pyc"
        effects.append(Populate(place.code, name, code, Size.exact(held.modules), label=label))
    files = Size.around(held.files, *_SAME_FILES)
    effects.append(Populate(place.site, each.name, files, Size.exact(held.count), label=label))
    if held.rest:
        rest, count = Size.exact(held.rest), Size.exact(held.rest_count)
        effects.append(Populate(place.share, each.name, rest, count, label=label))
    effects += [Write(join(place.scripts, name), Size.exact(size), mode=0o755) for name, size in held.scripts]
    length = _SCRIPT + (len(place.interpreter) + 3 if place.interpreter else _SHEBANG)
    for name in held.commands:
        path = join(place.scripts, name)
        effects.append(Write(path, Size.around(length + len(each.name), 0.1, 0.2), mode=0o755))
    return effects


def _script(amount: int, longer: int, each: Chosen, known: Distribution) -> Size:
    """Those that pip writes are short, and hold the interpreter's path."""
    return scaled(amount, each, known) if amount > 1_000 else Size.around(max(amount + longer, 1), 0.1, 0.3)


def scaled(amount: int, each: Chosen, known: Distribution) -> Size:
    """An amount of a distribution that was measured, for the version that will be there."""
    if each.version == known.version:
        return Size.around(amount, *_SAME)
    if each.download is not None and known.download:
        return Size.around(int(amount * each.download / known.download), *_BY_DOWNLOAD)
    if each.version is None:
        return Size.around(amount, *_NEWEST)
    same = each.version.partition(".")[0] == known.version.partition(".")[0]
    factor, under, over = _SAME_MAJOR if same else _OTHER_MAJOR
    return Size.around(int(amount * factor), under, over)


def _code_factor(minor: int | None) -> float:
    """Byte-code of one source, by release, over that of 3.11, with which the snapshot was measured."""
    if minor is None:
        return _CODE[12]
    return _CODE[min(max(minor, 9), 12)]


def _unknown(each: Chosen, place: Place) -> list[Effect]:
    label = f"{place.manager}:{each.name}"
    if each.download is not None:
        files = _times(each.download, _UNPACKED)
        effect = Populate(place.site, each.name, files, ONE_UNKNOWN_COUNT, label=label)
        if place.code is None:
            return [effect]
        compiled = _times(files.likely, _COMPILED)
        return [Populate(place.code, f"{each.name} *.pyc", compiled, ONE_UNKNOWN_COUNT, label=label), effect]
    size, count = (CLOSURE_UNKNOWN, CLOSURE_UNKNOWN_COUNT) if each.leads else (ONE_UNKNOWN, ONE_UNKNOWN_COUNT)
    reason = f"{each.name} is not among the distributions that were measured"
    effects: list[Effect] = []
    if place.code is not None:
        name = f"{each.name} *.pyc"
        code = Size(0, int(size.likely * _CODE_SHARE), size.high)
        effects.append(Populate(place.code, name, code, count.scaled(0.4).or_nothing(), label=label))
    files = size.scaled(1 - _CODE_SHARE)
    effects.append(Populate(place.site, each.name, files, count.scaled(0.6), reason=reason, label=label))
    return effects


def _times(amount: int, factors: tuple[float, float, float]) -> Size:
    low, likely, high = (int(amount * factor) for factor in factors)
    return Size(low, likely, high)


def _downloads(chosen: Sequence[Chosen], place: Place, cache: str, title: str) -> Populate:
    """Each wheel as it came, with what the index said of each name."""
    wheels = total(
        Size.exact(each.download)
        if each.download is not None
        else scaled(each.known.download, each, each.known)
        if each.known is not None
        else (CLOSURE_UNKNOWN if each.leads else ONE_UNKNOWN).scaled(_WHEEL)
        for each in chosen
    )
    pages = total(_PAGE for _ in chosen) if place.pages else ZERO
    return Populate(cache, title, wheels + pages, Size.around(len(chosen) * 2, 0.5, 1.0))


def title_of(names: Iterable[str], limit: int = 60) -> str:
    """The names of a command line, for a node that stands for the downloads of all of them."""
    text = " ".join(names) or "requirements"
    return text if len(text) <= limit else text[: limit - 1] + "…"
