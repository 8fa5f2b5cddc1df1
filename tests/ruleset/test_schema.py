"""The JSON Schemas: of what is in the code, and of one mind with the readers."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from layerlint.checks import CHECKS
from layerlint.config.files import KEYS
from layerlint.config.located import Mapping, Scalar, Value
from layerlint.config.reader import Reader
from layerlint.config.yaml_values import parse_yaml
from layerlint.ruleset.loader import load_bundled
from layerlint.ruleset.params import parameters
from layerlint.ruleset.reserved import RESERVED
from layerlint.ruleset.rule_file import read_rule
from layerlint.ruleset.schema import configuration_schema, profile_schema, rule_schema
from tests.shared import CHECKOUT
from tests.test_config import WHOLE_YAML

SIGNATURES = {**RESERVED, **CHECKS}
RULES = load_bundled(CHECKS)
SCHEMAS: dict[str, Callable[[], str]] = {
    "configuration": lambda: configuration_schema(RULES, SIGNATURES),
    "profile": lambda: profile_schema(RULES, SIGNATURES),
    "rule": lambda: rule_schema(SIGNATURES),
}
FILES = [path for path in sorted((CHECKOUT / "rules").glob("*/*.yaml")) if path.parent.name != "profiles"]


def plain(value: Value | None) -> Any:
    """As an editor reads it: YAML 1.2, core schema."""
    match value:
        case None:
            return {}
        case Scalar(text=text):
            if value.is_null:
                return None
            if value.plain and text in ("true", "false"):
                return text == "true"
            if value.plain and re.fullmatch(r"[-+]?[0-9]+", text):
                return int(text)
            if value.plain and re.fullmatch(r"[-+]?[0-9]+\.[0-9]*", text):
                return float(text)
            return text
        case Mapping():
            return {key.text: plain(item) for key, item in value.entries}
        case _:
            return [plain(item) for item in value.items]


def faults(name: str, text: str | bytes) -> list[str]:
    jsonschema = pytest.importorskip("jsonschema")
    validator = jsonschema.Draft202012Validator(json.loads(SCHEMAS[name]()))
    value = plain(parse_yaml("x", text if isinstance(text, bytes) else text.encode(), []))
    return [f"{'/'.join(map(str, error.absolute_path))}: {error.message}" for error in validator.iter_errors(value)]


@pytest.mark.parametrize("name", SCHEMAS)
def test_the_published_ones_are_these(name: str) -> None:
    jsonschema = pytest.importorskip("jsonschema")
    text = SCHEMAS[name]()
    jsonschema.Draft202012Validator.check_schema(json.loads(text))
    path = CHECKOUT / "docs" / "schema" / f"{name}.json"
    if os.environ.get("LAYERLINT_UPDATE_SNAPSHOTS"):
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
    assert path.read_text(encoding="utf-8") == text


@pytest.mark.parametrize("file", FILES, ids=[path.stem for path in FILES])
def test_every_rule_keeps_to_it(file: Path) -> None:
    assert faults("rule", file.read_bytes()) == []


@pytest.mark.parametrize("file", sorted((CHECKOUT / "rules" / "profiles").glob("*.yaml")), ids=lambda path: path.stem)
def test_every_profile_keeps_to_it(file: Path) -> None:
    assert faults("profile", file.read_bytes()) == []


def test_the_configurations_of_the_pages_keep_to_it() -> None:
    pages = [CHECKOUT / "README.md", *(CHECKOUT / "docs").glob("*.md")]
    texts = [page.read_text(encoding="utf-8") for page in pages]
    shown = [
        block
        for text in texts
        for block in re.findall(r"```yaml\n(.*?)```", text, re.DOTALL)
        if re.match(r"(?:profile|ignore|select|overrides):", block)
    ]
    assert shown
    for text in (*shown, WHOLE_YAML, "", "fail-on: off\n"):
        assert faults("configuration", text) == [], text


def test_the_page_has_every_key() -> None:
    page = (CHECKOUT / "docs" / "configuration.md").read_text(encoding="utf-8")
    keys = re.findall(r"^\| `([a-z-]+)` \|", page, re.MULTILINE)
    assert keys == list(json.loads(SCHEMAS["configuration"]())["properties"]) == list(KEYS)


@pytest.mark.parametrize(
    ("name", "text", "where"),
    [
        ("configuration", "selct: [a]\n", ""), ("configuration", "severity: {a: loud}\n", "severity/a"),
        ("configuration", "ignore: a\n", "ignore"), ("configuration", "platform: linux\n", "platform"),
        ("configuration", "overrides: [{ignore: [a]}]\n", "overrides/0"),
        ("configuration", "options: {large-layer: {maximal: 3}}\n", "options/large-layer"),
        ("configuration", "options: {DL3009: {minimum: many}}\n", "options/DL3009/minimum"),
        ("configuration", "ignore-comments: yes\n", "ignore-comments"),
        ("profile", "select: [all]\n", ""), ("rule", "check: large-layer\n", ""), ("rule", "check: larg\n", "check"),
    ],
)  # fmt: skip
def test_what_the_readers_refuse(name: str, text: str, where: str) -> None:
    assert where in [fault.partition(":")[0] for fault in faults(name, text)]


def test_a_rule_over_a_check_has_its_params_and_fields() -> None:
    """Both the schema and the reader see what is wrong with them."""
    rule = (CHECKOUT / "rules" / "waste" / "large-layer.yaml").read_text(encoding="utf-8")
    for part, wrong in (("params:\n", "params:\n  nothing: 3\n"), ('message: "', 'message: "{nothing} ')):
        broken = rule.replace(part, wrong)
        assert broken != rule
        reader = Reader()
        read_rule("x", broken.encode(), "waste", "large-layer", SIGNATURES, reader)
        assert len(reader.problems) == 1
        assert len(faults("rule", broken)) == 1


def test_every_parameter_of_every_check_is_in_it() -> None:
    definitions = json.loads(SCHEMAS["rule"]())["allOf"]
    for branch in definitions:
        check = SIGNATURES[branch["if"]["properties"]["check"]["const"]]
        fields = branch["then"]["properties"]["params"]["properties"]
        assert list(fields) == [option.name for option in parameters(check.params())]
        assert all("default" in field for field in fields.values())
