"""Answers as JSON and back; what is not one raises ValueError."""

from __future__ import annotations

from typing import Any

from layerlint.domain.size import Size
from layerlint.lookup import Answer, Contents, Length, Packages, Wheel, Wheels


def encode(answer: Answer) -> Any:
    match answer:
        case Wheels(found):
            return {"wheels": [encode_wheel(wheel) for wheel in found]}
        case Length(amount, packed):
            return {"length": amount, "packed": packed}
        case Packages():
            sizes = (answer.bytes, answer.files, answer.tarballs, answer.foreign)
            return {
                "sizes": [[size.low, size.likely, size.high] for size in sizes],
                "counts": [answer.packages, answer.entries, answer.metadata],
                "scripted": answer.scripted,
                "programs": {name: dict(pairs) for name, pairs in answer.programs},
                "missing": answer.missing,
            }


def decode(value: Any) -> Answer:
    try:
        if "wheels" in value:
            return Wheels(tuple(decode_wheel(each) for each in value["wheels"]))
        if "length" in value:
            return Length(_amount(value["length"]), bool(value["packed"]))
        size, files, tarballs, foreign = (Size(*each) for each in value["sizes"])
        packages, entries, metadata = map(_amount, value["counts"])
        return Packages(
            size,
            files,
            packages,
            entries,
            tarballs,
            metadata,
            foreign,
            tuple(map(str, value["scripted"])),
            tuple(
                (str(name), tuple((str(program), str(file)) for program, file in pairs.items()))
                for name, pairs in value["programs"].items()
            ),
            tuple(map(str, value["missing"])),
        )
    except (AttributeError, KeyError, TypeError) as error:
        raise ValueError("not an answer") from error


def encode_wheel(wheel: Wheel) -> Any:
    found = wheel.contents
    held = None
    if found is not None:
        numbers = (found.files, found.count, found.sources, found.modules, found.rest, found.rest_count)
        held = [numbers, found.scripts, found.commands]
    return [wheel.name, wheel.version, wheel.download, held]


def decode_wheel(value: Any) -> Wheel:
    try:
        name, version, download, held = value
        contents = None
        if held is not None:
            numbers, scripts, commands = held
            files, count, sources, modules, rest, rest_count = map(_amount, numbers)
            contents = Contents(
                files,
                count,
                sources,
                modules,
                rest,
                rest_count,
                tuple((str(script), _amount(size)) for script, size in scripts),
                tuple(map(str, commands)),
            )
        return Wheel(str(name), str(version), None if download is None else _amount(download), contents)
    except TypeError as error:
        raise ValueError("not a wheel") from error


def _amount(value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise ValueError("not an amount")
    return value
