"""JSON Schema (2020-12) of rule files, configurations and profiles, for editors.

A schema says no more than the readers do: it is there to complete and to warn while one types.  Where YAML
sees a number or a truth, the readers see its text, so a text may be any scalar here.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from enum import Enum
from typing import Any, Final, TypeAlias, get_args, get_origin

from layerlint.config.model import DIFFERS
from layerlint.config.selection import LEVELS
from layerlint.domain.units import Bytes
from layerlint.report import Confidence, Severity
from layerlint.ruleset.message import BYTES
from layerlint.ruleset.model import GROUPS, RuleSet, Signature
from layerlint.ruleset.params import choices, field_name, types_of

Schema: TypeAlias = dict[str, Any]

_DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"
_ADDRESS: Final = "https://layerlint.github.io/schema/"
_TEXT: Final[Schema] = {"type": ["string", "number", "boolean"]}
_PROSE: Final[Schema] = {"type": "string", "minLength": 1}
_SIZE: Final[Schema] = {
    "type": ["integer", "string"],
    "minimum": 0,
    "pattern": "^[0-9]{1,18}(\\.[0-9]{1,9})? {0,4}([KMGTPEkmgtpe]?[Ii]?[Bb])?$",
}


def rule_schema(checks: Mapping[str, Signature]) -> str:
    """Of a rule file."""
    properties: Schema = {
        "check": {"enum": sorted(checks)},
        "params": {"type": "object"},
        "severity": {"enum": [level.value for level in Severity]},
        "confidence": {"enum": [level.value for level in Confidence]},
        "aliases": {
            "type": "array",
            "items": {"type": "string", "pattern": "^[A-Za-z0-9][A-Za-z0-9_.-]{1,63}$"},
        },
        "summary": _PROSE,
        "message": _PROSE,
        "why": _PROSE,
        "remedy": _PROSE,
        "examples": _object({key: {"type": "array", "items": _example(key)} for key in ("bad", "good")}),
        "references": {"type": "array", "items": {"type": "string", "pattern": "^https://\\S+$"}},
        "since": _TEXT,
    }
    required = ("check", "severity", "confidence", "summary", "message", "why", "remedy")
    return _written("rule", "A rule of layerlint", {
        **_object(properties, required),
        "allOf": [_of_check(name, checks[name]) for name in sorted(checks)],
    })  # fmt: skip


def configuration_schema(rules: RuleSet, checks: Mapping[str, Signature]) -> str:
    """Of ``.layerlint.yaml``, and of the table in ``pyproject.toml``."""
    selection = _selection(rules, checks)
    texts = {"type": "array", "items": _PROSE}
    properties: Schema = {
        "profile": {"anyOf": [{"enum": ["default", "hadolint", "strict"]}, _PROSE]},
        **selection,
        "overrides": {"type": "array", "items": _override(selection)},
        "rules": texts,
        "fail-on": {"enum": list(LEVELS)},
        "differ": {"enum": list(DIFFERS)},
        "context": _PROSE,
        "target": _TEXT,
        "platform": {"type": "string", "pattern": "^[a-z0-9_.-]+/[a-z0-9_.-]+(/[a-z0-9_.-]+)?$"},
        "build-args": {"type": "object", "additionalProperties": _TEXT},
        "exclude": texts,
        "baseline": _PROSE,
        "ignore-comments": {"type": "boolean"},
    }
    return _written("configuration", "The configuration of layerlint", _object(properties))


def _override(selection: Schema) -> Schema:
    keys = {key: value for key, value in selection.items() if key != "$defs"}
    return _object({"files": {"type": "array", "items": _PROSE}, **keys}, ("files",))


def profile_schema(rules: RuleSet, checks: Mapping[str, Signature]) -> str:
    """Of a file of ``profiles/``."""
    properties = {"summary": _PROSE, **_selection(rules, checks)}
    return _written("profile", "A profile of layerlint", _object(properties, ("summary",)))


def _selection(rules: RuleSet, checks: Mapping[str, Signature]) -> Schema:
    names = {"$ref": "#/$defs/name"}
    options = {
        word: {"$ref": f"#/$defs/{rule.check}"}
        for rule in rules
        for word in (rule.name, *rule.aliases)
        if rule.check in checks and types_of(checks[rule.check].params)
    }
    return {
        "select": {"type": "array", "items": names},
        "ignore": {"type": "array", "items": names},
        "severity": {"type": "object", "propertyNames": names, "additionalProperties": {"enum": list(LEVELS)}},
        "options": {"type": "object", "properties": options, "additionalProperties": {"type": "object"}},
        "$defs": {
            "name": {"anyOf": [{"enum": [*GROUPS, *sorted(rule.name for rule in rules)]}, _PROSE]},
            **{name: _params(checks[name]) for name in sorted({rule.check for rule in rules} & set(checks))
               if types_of(checks[name].params)},
        },
    }  # fmt: skip


def _of_check(name: str, check: Signature) -> Schema:
    """The parameters and the message of a rule over one check."""
    fields = sorted({*check.fields, BYTES})
    # Braces are doubled where they are meant; every other pair holds a field.
    message = rf"^([^{{}}]|\{{\{{|\}}\}}|\{{({'|'.join(fields)})\}})*$"
    then = {"params": _params(check), "message": {"pattern": message}}
    return {
        "if": {"properties": {"check": {"const": name}}, "required": ["check"]},
        "then": {"properties": then},
    }


def _params(check: Signature) -> Schema:
    default = check.params()
    return _object({
        name: {**_value(kind), "default": _plain(getattr(default, field_name(name)))}
        for name, kind in types_of(check.params).items()
    })  # fmt: skip


def _value(kind: Any) -> Schema:
    """A parameter's type (`params`) as a schema."""
    if kind in (bool, int, float):
        return {"type": {bool: "boolean", int: "integer", float: "number"}[kind]}
    if kind is str:
        return _TEXT
    if kind == Bytes:
        return _SIZE
    if get_origin(kind) is tuple:
        return {"type": "array", "items": _value(get_args(kind)[0])}
    return {"enum": list(choices(kind))}


def _plain(value: Any) -> Any:
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    return value.value if isinstance(value, Enum) else value


def _example(key: str) -> Schema:
    size = _object({"size": _SIZE}, ("size",))
    fields: Schema = {
        "dockerfile": _PROSE,
        "context": {"type": "object", "additionalProperties": {"anyOf": [_TEXT, {"type": "null"}, size]}},
        "dockerignore": _PROSE,
    }
    if key == "bad":
        fields["expect"] = {"type": "array", "items": {"type": "integer", "minimum": 1}}
    return {"anyOf": [_PROSE, _object(fields, ("dockerfile",))]}


def _object(properties: Schema, required: Iterable[str] = ()) -> Schema:
    definitions = {key: properties[key] for key in ("$defs",) if key in properties}
    fields = {key: value for key, value in properties.items() if key not in definitions}
    found: Schema = {"type": "object", "properties": fields, "additionalProperties": False, **definitions}
    if required := list(required):
        found["required"] = required
    return found


def _written(name: str, title: str, schema: Schema) -> str:
    """With its head, as a text."""
    head = {"$schema": _DIALECT, "$id": f"{_ADDRESS}{name}.json", "title": title}
    return json.dumps({**head, **schema}, indent=2, ensure_ascii=False) + "\n"
