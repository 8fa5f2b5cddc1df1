"""SARIF 2.1.0 of the advice on a base: a result for a base that is larger than needed, or gets no fixes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from layerlint.report import SPLIT, BaseAdvice, BaseVerdict, Evidence
from layerlint.reporters.characters import printable
from layerlint.reporters.json import Object, dumps, size_object
from layerlint.reporters.sarif import SCHEMA, uri_of
from layerlint.reporters.size import short_size
from layerlint.reporters.style import Style

_RULES: Final = (
    ("base-larger-than-needed", "A smaller base has all that the image needs."),
    ("base-unsupported", "The base gets no more fixes of security."),
)
_MOST: Final = 50
"""Places of one result."""


def advice(found: Sequence[BaseAdvice], style: Style) -> str:
    results = [result for one in found for result in _results(one)]
    rules = [{"id": name, "shortDescription": {"text": text}} for name, text in _RULES]
    run: Object = {
        "tool": {"driver": {"name": "layerlint", "rules": rules}},
        "automationDetails": {"id": "layerlint/base/"},
        "columnKind": "unicodeCodePoints",
        "results": results,
    }
    return dumps({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]})


def _results(one: BaseAdvice) -> Iterator[Object]:
    if one.supported is False:
        text = f"{one.base.reference} got fixes until {one.end_of_life}"
        yield _result(one, 1, "warning", text, ())
    good = (BaseVerdict.MEETS, BaseVerdict.WITH_PACKAGES)
    best = next((each for each in one.candidates if each.verdict in good and each.saved is not None), None)
    if best is None or best.saved is None or not best.saved.likely:
        return
    packages = f" with {' '.join(best.packages)}" if best.packages else ""
    place = "in a last stage of its own " if best.what == SPLIT else ""
    text = f"{best.reference}{packages} {place}has all that is needed, and saves {short_size(best.saved)}"
    places = tuple(place for need in one.needs for place in need.evidence[:1])
    result = _result(one, 0, "note", text, places)
    result["properties"] = {"saved": size_object(best.saved), "reference": best.reference}
    yield result


def _result(one: BaseAdvice, rule: int, level: str, text: str, places: Sequence[Evidence]) -> Object:
    place = one.place
    region = {
        "startLine": place.line,
        "startColumn": place.column,
        "endLine": place.end_line,
        "endColumn": place.end_column,
    }
    result: Object = {
        "ruleId": _RULES[rule][0],
        "ruleIndex": rule,
        "level": level,
        "message": {"text": printable(text)},
        "locations": [_location(one.dockerfile, region)],
    }
    if places:
        result["relatedLocations"] = [
            {
                "id": number,
                **_location(each.file, {"startLine": each.line} if each.line else None),
                "message": {"text": printable(each.text)},
            }
            for number, each in enumerate(places[:_MOST], 1)
        ]
    return result


def _location(file: str, region: Object | None) -> Object:
    physical: Object = {"artifactLocation": {"uri": uri_of(file)}}
    if region is not None:
        physical["region"] = region
    return {"physicalLocation": physical}
