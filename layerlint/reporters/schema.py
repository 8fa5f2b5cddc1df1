"""JSON Schemas (2020-12) of what is told of images, built and forecast: by schema, as in ``docs/schema``.

Every key that is named is there, and no other; a newer layerlint adds keys under a newer number.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from enum import Enum
from typing import Any, Final, TypeAlias

from layerlint.report import BaseVerdict, Basis, Confidence, GateStatus

Schema: TypeAlias = dict[str, Any]

_TEXT: Final[Schema] = {"type": "string"}
_FLAG: Final[Schema] = {"type": "boolean"}
_COUNT: Final[Schema] = {"type": "integer", "minimum": 0}
_NUMBER: Final[Schema] = {"type": "number"}
_DIGEST: Final[Schema] = {"type": "string", "pattern": "^(sha256:[0-9a-f]{64})?$"}
_SIZE: Final[Schema] = {"$ref": "#/$defs/size"}


def _or_null(schema: Schema) -> Schema:
    return {"anyOf": [schema, {"type": "null"}]}


def _list(items: Schema) -> Schema:
    return {"type": "array", "items": items}


def _object(properties: Mapping[str, Schema], optional: Mapping[str, Schema] | None = None) -> Schema:
    return {
        "type": "object",
        "properties": {**properties, **(optional or {})},
        "required": list(properties),
        "additionalProperties": False,
    }


def _one_of(values: type[Enum]) -> Schema:
    return {"enum": [value.value for value in values]}


def _map(keys: type[Enum], values: Schema) -> Schema:
    return {"type": "object", "propertyNames": _one_of(keys), "additionalProperties": values}


_DEFS: Final[Schema] = {"size": _object({"low": _COUNT, "likely": _COUNT, "high": _or_null(_COUNT)})}
_ORIGIN: Final = _object({"layer": _or_null(_COUNT), "line": _or_null(_COUNT)})
_BASE: Final = {"reference": _TEXT, "source": _TEXT, "bytes": _SIZE}
_UNMODELLED: Final = _list(_object({"line": _COUNT, "command": _TEXT}))
_LAYER: Final = _object(
    {
        "index": _COUNT,
        "stage": _TEXT,
        "line": _COUNT,
        "end_line": _COUNT,
        "instruction": _TEXT,
        "creates_layer": _FLAG,
        "bytes": _SIZE,
        "compressed": _SIZE,
        "entries": _SIZE,
        "hidden": _SIZE,
        "complete": _FLAG,
        "unmodelled": _UNMODELLED,
    },
    {"changes": _list(_object({"path": _TEXT, "kind": _TEXT, "bytes": _SIZE, "because": _TEXT}))},
)
_BOUNDS: Final = {key: _or_null(_NUMBER) for key in ("low", "likely", "high")}
_GATES: Final = _list(
    _object(
        {
            "name": _TEXT,
            "status": _one_of(GateStatus),
            "bound": _or_null(_NUMBER),
            "value": _or_null(_object(_BOUNDS)),
            "message": _TEXT,
        }
    )
)
_FORECAST: Final[Mapping[str, Schema]] = {
    "dockerfile": _TEXT,
    "target": _TEXT,
    "platform": _TEXT,
    "differ": _TEXT,
    "base": _object(_BASE),
    "layers": _list(_LAYER),
    "image_bytes": _SIZE,
    "visible_bytes": _SIZE,
    "hidden_bytes": _SIZE,
    "hidden": _list(
        _object({"path": _TEXT, "bytes": _SIZE, "kind": _TEXT, "created": _ORIGIN, "hidden_by": _ORIGIN})
    ),
}
_DUPLICATES: Final = _list(
    _object(
        {
            "digest": _DIGEST,
            "bytes": _COUNT,
            "copies": _list(_object({"path": _TEXT, "layer": _COUNT})),
            "wasted": _COUNT,
        }
    )
)
_FIGURES: Final[Mapping[str, Schema]] = {
    "efficiency": _NUMBER,
    # dive counts a whiteout of nothing as a copy of -1 bytes.
    "wastedBytes": {"type": "integer"},
    "userWastedPercent": _or_null(_NUMBER),
    "userSizeBytes": _COUNT,
}
_INEFFICIENT: Final = _object({"count": _COUNT, "sizeBytes": {"type": "integer"}, "file": _TEXT})
_COMPARISON: Final = _object(
    {
        "layer": _or_null(_COUNT),
        "line": _COUNT,
        "end_line": _COUNT,
        "instruction": _TEXT,
        "forecast": _or_null(_SIZE),
        "actual": _or_null(_COUNT),
        "error": _or_null(_NUMBER),
        "within": _FLAG,
        "differences": _list(_object({"path": _TEXT, "forecast": _SIZE, "actual": _COUNT, "reason": _TEXT})),
        "unmodelled": _UNMODELLED,
    }
)
_EVIDENCE: Final = _list(_object({"file": _TEXT, "line": _COUNT, "text": _TEXT}))


def _layers() -> Mapping[str, Schema]:
    coverage = _object({"commands": _COUNT, "modelled": _COUNT, "bytes": _map(Basis, _SIZE)})
    return {**_FORECAST, "coverage": coverage}


def _image() -> Mapping[str, Schema]:
    return {
        **_FORECAST,
        "dive": _object({**_FIGURES, "sizeBytes": _COUNT, "inefficient": _list(_INEFFICIENT)}),
        "duplicates": _DUPLICATES,
        "exact": _or_null(_object(_FIGURES)),
        "reference": _TEXT,
        "form": _TEXT,
        "name": _TEXT,
        "id": _DIGEST,
        "base_layers": _or_null(_COUNT),
        "notes": _list(_TEXT),
    }


def _verify() -> Mapping[str, Schema]:
    return {
        "dockerfile": _TEXT,
        "target": _TEXT,
        "reference": _TEXT,
        "form": _TEXT,
        "id": _DIGEST,
        "platform": _TEXT,
        "tolerance": _NUMBER,
        "within": _FLAG,
        "base": _COMPARISON,
        "layers": _list(_COMPARISON),
        "added": _COMPARISON,
        "hidden": _COMPARISON,
        "notes": _list(_TEXT),
    }


def _fleet() -> Mapping[str, Schema]:
    image = {
        "reference": _TEXT,
        "form": _TEXT,
        "id": _DIGEST,
        "bytes": _COUNT,
        "unique": _COUNT,
        "shared": _COUNT,
        "layers": _list(_DIGEST),
    }
    layer = {"diff_id": _DIGEST, "bytes": _COUNT, "images": _list(_COUNT), "instruction": _TEXT}
    return {
        "images": _list(_object(image)),
        "layers": _list(_object(layer)),
        "image_bytes": _COUNT,
        "stored_bytes": _COUNT,
        "duplicated_bytes": _COUNT,
        "duplicates": _DUPLICATES,
        "notes": _list(_TEXT),
    }


def _base() -> Mapping[str, Schema]:
    base = {**_BASE, "line": _COUNT, "end_of_life": _or_null(_TEXT), "supported": _or_null(_FLAG)}
    need = {
        "kind": _TEXT,
        "name": _TEXT,
        "version": _or_null(_TEXT),
        "when": {"enum": ["build", "run"]},
        "today": {"enum": ["met", "missing", "unknown"]},
        "because": _TEXT,
        "confidence": _one_of(Confidence),
        "evidence": _EVIDENCE,
    }
    candidate = {
        "reference": _TEXT,
        "what": _TEXT,
        "verdict": _one_of(BaseVerdict),
        "packages": _list(_TEXT),
        "reasons": _list(_object({"text": _TEXT, "evidence": _EVIDENCE})),
        "risks": _list(_TEXT),
        "end_of_life": _or_null(_TEXT),
        "base_bytes": _SIZE,
        "image_bytes": _or_null(_SIZE),
        "saved": _or_null(_SIZE),
        "shared": _or_null(_SIZE),
        "diff": _TEXT,
    }
    return {
        "dockerfile": _TEXT,
        "target": _TEXT,
        "base": _object(base),
        "image_bytes": _SIZE,
        "needs": _list(_object(need)),
        "gaps": _list(_TEXT),
        "candidates": _list(_object(candidate)),
        "notes": _list(_TEXT),
        "no_split": _or_null(_TEXT),
    }


_SCHEMAS: Final[Mapping[str, tuple[str, Callable[[], Mapping[str, Schema]]]]] = {
    "base": ("layerlint base", _base),
    "fleet": ("layerlint image, of several images", _fleet),
    "image": ("layerlint image", _image),
    "layers": ("layerlint layers", _layers),
    "verify": ("layerlint verify", _verify),
}
NAMES: Final = tuple(_SCHEMAS)


def schema(name: str) -> str:
    """Of ``layerlint.<name>/1``, one of `NAMES`."""
    verb, properties = _SCHEMAS[name]
    gates = {"gates": _GATES} if name in ("image", "layers") else {}
    document = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"https://layerlint.github.io/schema/{name}.json",
        "title": f"What {verb} tells with --format json",
        **_object({"schema": {"const": f"layerlint.{name}/1"}, **properties()}, gates),
        "$defs": _DEFS,
    }
    return json.dumps(document, indent=2) + "\n"
