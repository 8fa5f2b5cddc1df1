"""What ``explain`` and ``rules`` print."""

from __future__ import annotations

import json
from pathlib import Path

from layerlint.ruleset.describe import explain, explain_json, table, table_json, table_markdown
from layerlint.ruleset.loader import load_folder
from layerlint.ruleset.model import RuleSet
from tests.ruleset.checks import CHECKS, RULE, write_rules

EXPLAINED = """\
some-rule
waste, warning, high confidence, since 0.1.0
also DL3009

A summary.

Why
  A long paragraph that says what it costs and how that comes about, in so many words that
  it takes two lines.

What to do
  Write this:

    RUN true

Bad
  FROM a
  COPY . /
  # with big (3.0 MiB)
  # with empty/
  # with .dockerignore: *.log

Good
  FROM a

Options, under `options: some-rule:`
  minimum-size:  1 MiB             (bytes)
  kind:          deleted           (deleted | moved)
  kinds:         [deleted, moved]  (list of deleted | moved)
  words:         []                (list of text)
  level:         low               (low | high)
  count:         2                 (int)
  ratio:         0.5               (float)
  deep:          false             (bool)
  name:          x                 (text)

To silence it
  ignore: [some-rule]                         in .layerlint.yaml
  # layerlint: ignore[some-rule] reason       above an instruction
  # layerlint: ignore-file[some-rule] reason  anywhere in the file

https://layerlint.github.io/rules/some-rule
https://example.org
"""


def rules(folder: Path) -> RuleSet:
    long = "A long paragraph that says what it costs and how that comes about, in so many words that it takes"
    text = RULE.replace("Because.", f"|\n  {long}\n  two lines.").replace(
        "Do not.", "|\n  Write this:\n\n    RUN true"
    )
    text += (
        "aliases: [DL3009]\nreferences: [https://example.org]\nsince: 0.1.0\nparams: {minimum-size: 1 MiB}\n"
        "examples:\n  bad:\n    - dockerfile: |\n        FROM a\n        COPY . /\n"
        "      context: {big: {size: 3 MiB}, empty/: }\n      dockerignore: '*.log'\n  good: [FROM a]\n"
    )
    other = RULE.replace("A summary.", "With | and <b>.").replace("hidden", "plain").replace("{path}", "x")
    write_rules(folder, {"waste/some-rule.yaml": text, "style/z.yaml": other})
    return load_folder(CHECKS, folder, "r")


def test_explain(tmp_path: Path) -> None:
    some, other = rules(tmp_path)
    assert explain(some) == EXPLAINED
    assert "Options" not in explain(other)


def test_table(tmp_path: Path) -> None:
    assert table(rules(tmp_path)).split("\n") == [
        "RULE       CATEGORY  SEVERITY  SUMMARY",
        "some-rule  waste     warning   A summary.",
        "z          style     warning   With | and <b>.",
        "",
    ]
    assert table_markdown(rules(tmp_path)).split("\n") == [
        "| rule | category | severity | aliases | summary |",
        "| --- | --- | --- | --- | --- |",
        "| [`some-rule`](https://layerlint.github.io/rules/some-rule) | waste | warning | `DL3009` "
        "| A summary. |",
        "| [`z`](https://layerlint.github.io/rules/z) | style | warning |  | With \\| and &lt;b>. |",
        "",
    ]


def test_json(tmp_path: Path) -> None:
    some, _ = rules(tmp_path)
    record = json.loads(explain_json(some))
    assert record.pop("schema") == "layerlint.rule/1"
    assert json.loads(table_json(rules(tmp_path)))["rules"][0] == record
    assert record["options"][0] == {"name": "minimum-size", "type": "bytes", "value": "1 MiB"}
    assert (record["message"], record["check"]) == ("{path} costs {bytes}", "hidden")
