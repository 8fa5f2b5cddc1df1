"""Rule files to rules, and every fault of broken ones, with its place."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from layerlint.checks import CHECKS as ALL
from layerlint.config.reader import Reader
from layerlint.errors import InvalidFileError
from layerlint.report import Confidence, Severity
from layerlint.ruleset import loader
from layerlint.ruleset.compiled import compile_rules, read_compiled
from layerlint.ruleset.loader import load_folder
from layerlint.ruleset.model import Example
from layerlint.ruleset.reserved import RESERVED
from layerlint.ruleset.rule_file import read_rule
from tests.ruleset.checks import CHECKS, RULE, Kind, Params, write_rules
from tests.shared import CHECKOUT

OTHER = RULE.replace("hidden", "plain").replace("{path} ", "")
"""A rule over another check."""


def problems_of(text: str | bytes) -> list[str]:
    reader = Reader()
    data = text.encode() if isinstance(text, str) else text
    rule = read_rule("r.yaml", data, "waste", "r", CHECKS, reader)
    assert (rule is None) == bool(reader.problems)
    return [str(problem) for problem in reader.problems]


def test_a_whole_rule(tmp_path: Path) -> None:
    text = RULE + (
        "params: {minimum-size: 1 MiB, kind: moved, kinds: [moved], words: [a, no], level: high,\n"
        "  count: 3, ratio: 1, deep: true, name: off}\n"
        "aliases: [DL3009, CKV_DOCKER_3]\n"
        "references: [https://example.org/x]\n"
        "since: 3.10\n"
        "examples:\n"
        "  bad:\n"
        "    - FROM a\n"
        "    - dockerfile: FROM b\n"
        "      context: {a/b.txt: text, big: {size: 3 MiB}, empty/: }\n"
        "      expect: [3, 1, 3]\n"
        "  good:\n"
        "    - {dockerfile: FROM c, dockerignore: '*'}\n"
    )
    (rule,) = load_folder(CHECKS, write_rules(tmp_path, {"waste/some-name.yaml": text}), "mine")
    assert (rule.name, rule.category, rule.path) == ("some-name", "waste", "mine/waste/some-name.yaml")
    assert rule.params == Params(1 << 20, Kind.MOVED, (Kind.MOVED,), ("a", "no"), "high", 3, 1.0, True, "off")
    assert (rule.severity, rule.confidence) == (Severity.WARNING, Confidence.HIGH)
    assert rule.aliases == ("DL3009", "CKV_DOCKER_3")
    assert rule.since == "3.10"
    assert rule.bad == (
        Example("FROM a", line=15),
        Example("FROM b", (("a/b.txt", "text"), ("big", 3 << 20), ("empty/", "")), None, (1, 3, 3), 16),
    )
    assert rule.good == (Example("FROM c", (), "*", None, 20),)
    assert rule.info().url == "https://layerlint.github.io/rules/some-name"


@pytest.mark.parametrize("level", ["off", "info", "warning", "error"])
def test_a_severity_is_the_text_of_the_node(level: str) -> None:
    assert problems_of(RULE.replace("warning", level)) == []


BROKEN = [
    ("", ["r.yaml: the file is empty"]),
    ("- a\n", ["r.yaml:1:1: expected a mapping with the keys check, severity, confidence, summary, "
               "message, why, remedy, params, aliases, examples, references, since, not a list"]),
    ("check: plain\n", [f"r.yaml:1:1: the key {key} is missing" for key in
                        ("severity", "confidence", "summary", "message", "why", "remedy")]),
    ("check: [\n", ["r.yaml:2:1: not YAML: did not find expected node content"]),
    (b"check: \xff\n", ["r.yaml:1:8: not UTF-8"]),
    (b"a: \x07", ["r.yaml: not YAML: control characters are not allowed"]),
    ("[" * 100, ["r.yaml:1:21: nested deeper than 20 levels"]),
    (b" " * ((1 << 20) + 1), ["r.yaml: larger than 1 MiB"]),
    (RULE + "check: plain\n", ["r.yaml:8:1: check is given twice"]),
    (RULE + "sevrity: error\n", ['r.yaml:8:1: unknown key "sevrity" (did you mean severity?)']),
    (RULE + "x: 1\n", ['r.yaml:8:1: unknown key "x": known are check, severity, confidence, summary, '
                       "message, why, remedy, params, aliases, examples, references, since"]),
    (RULE + "since: &a 1\naliases: [*a]\n", ["r.yaml:8:8: &a: anchors are not allowed",
                                            "r.yaml:9:11: *a: aliases are not allowed, write it out",
                                            "r.yaml:9:11: an entry of aliases must be a text, not nothing"]),
    (RULE + "since: !!float 1\n", ["r.yaml:8:8: tag:yaml.org,2002:float: tags are not allowed"]),
    (RULE + "---\na: b\n", ["r.yaml:8:1: a second document: one file holds one"]),
    (RULE + "? [a]\n: 1\n", ["r.yaml:8:3: a key must be a text"]),
    (RULE.replace("warning", "eror"),
     ['r.yaml:2:11: severity must be one of off, info, warning, error, not "eror" (did you mean error?)']),
    (RULE.replace("warning", ""), ["r.yaml:2:10: severity must be a text, not nothing"]),
    (RULE.replace("high", "true"),
     ['r.yaml:3:13: confidence must be one of low, medium, high, not "true"']),
    (RULE.replace("check: hidden", "check: hiden"),
     ['r.yaml:1:8: there is no check "hiden" (did you mean hidden?)']),
    (RULE.replace("A summary.", "|\n  two\n  lines"), ["r.yaml:4:10: summary must be one line"]),
    (RULE.replace("Because.", '" "'), ["r.yaml:6:6: why must not be empty"]),
    (RULE.replace("Because.", "[a]"), ["r.yaml:6:6: why must be a text, not a list"]),
    (RULE.replace("{path}", "{pth}"),
     ["r.yaml:5:10: message: the check has no field {pth} (did you mean path?)"]),
    (RULE.replace("{path}", "{x}"),
     ["r.yaml:5:10: message: the check has no field {x}: known are path, line, bytes"]),
    (RULE.replace("{path}", "{path!r}"),
     ["r.yaml:5:10: message: {path!r} is not a field: a name alone stands in the braces"]),
    (RULE.replace("{path}", "{path:>9}"),
     ["r.yaml:5:10: message: {path:>9} is not a field: a name alone stands in the braces"]),
    (RULE.replace("{path}", "}"), ["r.yaml:5:10: message: a single } (write }} for a brace)"]),
    (RULE.replace("{bytes}", "{bytes"), ["r.yaml:5:10: message: { without its } (write {{ for a brace)"]),
    (RULE + "aliases: DL3009\n", ["r.yaml:8:10: aliases must be a list, not \"DL3009\""]),
    (RULE + "aliases: [a b, Waste]\n",
     ['r.yaml:8:11: "a b" is not an alias: it is made of letters, digits, -, _ and .',
      'r.yaml:8:16: "Waste" is not an alias: it is made of letters, digits, -, _ and .']),
    (RULE + "references: ['http://x']\n",
     ['r.yaml:8:14: a reference must begin with https://, not "http://x"']),
    (RULE + "params:\n  kind: x\n  kinds: [moved, deletd]\n  minimum-size: 3 foo\n  count: '3'\n"
            "  ratio: 1e3\n  deep: yes\n  name: [x]\n  minimum_size: 1\n  level: {}\n",
     ['r.yaml:9:9: kind must be one of deleted, moved, not "x"',
      'r.yaml:10:18: an entry of kinds must be one of deleted, moved, not "deletd" (did you mean deleted?)',
      'r.yaml:11:17: minimum-size must be a size, not "3 foo": a size is a number of bytes, or a number with '
      'a unit ("64 KiB")',
      'r.yaml:12:10: count must be a whole number, not "3"',
      'r.yaml:13:10: ratio must be a number, not "1e3"',
      'r.yaml:14:9: deep must be true or false, not "yes"',
      "r.yaml:15:9: name must be a text, not a list",
      'r.yaml:16:3: unknown key "minimum_size" (did you mean minimum-size?)',
      "r.yaml:17:10: level must be a text, not a mapping"]),
    (RULE + "params: {count: -1}\n", ["r.yaml:8:9: count must not be negative"]),
    (RULE.replace("hidden", "plain").replace("{path}", "x") + "params: {a: 1}\n",
     ['r.yaml:8:10: unknown key "a": known are none']),
]  # fmt: skip


def test_nesting_that_libyaml_itself_refuses() -> None:
    """Newer ones stop at a depth of their own, which they find before the first value."""
    (problem,) = problems_of("[" * 100_000)
    assert problem.startswith("r.yaml:1:")
    assert problem.endswith(": nested deeper than 20 levels")


@pytest.mark.parametrize(("text", "expected"), BROKEN)
def test_every_fault_has_its_place(text: str | bytes, expected: list[str]) -> None:
    assert sorted(problems_of(text)) == sorted(expected)


def test_faults_of_examples() -> None:
    text = RULE + (
        "examples:\n"
        "  bad:\n"
        "    - {expect: [1]}\n"
        "    - dockerfile: FROM a\n"
        "      context: {../x: a, b: {size: 2 TiB}, c: [], /d: e, f: {size: 1, mode: 2}}\n"
        "      expect: [x]\n"
        "  good:\n"
        "    - {dockerfile: FROM a, expect: [1]}\n"
        "    - []\n"
        "  ugly: []\n"
    )
    assert sorted(problems_of(text)) == sorted([
        "r.yaml:10:7: the key dockerfile is missing",
        'r.yaml:12:17: a path of context must be a relative path without .., not "../x"',
        "r.yaml:12:29: size must not be over 1 TiB",
        "r.yaml:12:47: expected a mapping with the keys size, not a list",
        'r.yaml:12:51: a path of context must be a relative path without .., not "/d"',
        'r.yaml:12:71: unknown key "mode": known are size',
        'r.yaml:13:16: an entry of expect must be a whole number, not "x"',
        'r.yaml:15:28: unknown key "expect": known are dockerfile, context, dockerignore',
        "r.yaml:16:7: expected a mapping with the keys dockerfile, context, dockerignore, not a list",
        'r.yaml:17:3: unknown key "ugly": known are bad, good',
    ])  # fmt: skip


def test_all_faults_of_all_files_at_once(tmp_path: Path) -> None:
    alias = "aliases: [DL1, avd-ds-0002]\n"
    folder = write_rules(tmp_path, {
        "waste/one.yaml": RULE + alias,
        "style/one.yaml": RULE,
        "style/two.yaml": OTHER + "aliases: [dl1, ONE, DS-0002]\n",
        "style/Three.yaml": RULE,
        "style/waste.yaml": RULE,
        "style/four.yml": RULE,
        "style/.hidden.yaml": "nothing",
        "style/README.md": "nothing",
        "stile/five.yaml": RULE,
        "six.yaml": RULE,
        "waste/broken.yaml": "x",
    })  # fmt: skip
    with pytest.raises(InvalidFileError) as error:
        load_folder(CHECKS, folder, "mine")
    assert str(error.value).split("\n") == [
        "mine/six.yaml: a rule lies in the folder of its category: base, cache, correctness, "
        "reproducibility, security, style, waste",
        "mine/stile: not a category (did you mean style?)",
        "mine/style/Three.yaml: the name of a rule is in kebab-case, and not that of a category",
        "mine/style/four.yml: a rule file ends in .yaml",
        "mine/style/waste.yaml: the name of a rule is in kebab-case, and not that of a category",
        'mine/waste/broken.yaml:1:1: expected a mapping with the keys check, severity, confidence, summary, '
        'message, why, remedy, params, aliases, examples, references, since, not "x"',
        "mine/style/two.yaml:8:16: ONE is already the name of a rule, mine/style/one.yaml",
        "mine/waste/one.yaml: one is already the name of a rule, mine/style/one.yaml",
        "mine/waste/one.yaml:8:11: DL1 is already an alias of two",
        "mine/waste/one.yaml:8:16: avd-ds-0002 is already an alias of two",
    ]


def test_lookup(tmp_path: Path) -> None:
    write_rules(tmp_path, {
        "waste/b.yaml": RULE + "aliases: [DL3009, DS-0002]\n", "style/a.yaml": RULE
    })  # fmt: skip
    rules = load_folder(CHECKS, tmp_path, "mine")
    assert [rule.name for rule in rules] == ["a", "b"]
    for word in ("b", "B", "dl3009", "AVD-DS-0002", "ds-0002"):
        found = rules.find(word)
        assert found is not None
        assert found.name == "b"
        assert rules.group(word) == (found,)
    assert rules.find("waste") is None
    assert [rule.name for rule in rules.group("Waste")] == ["b"]
    assert [rule.name for rule in rules.group("all")] == ["a", "b"]
    assert rules.group("c") == ()


def test_rules_over_one_check_may_share_an_alias(tmp_path: Path) -> None:
    alias = "aliases: [Shared]\n"
    write_rules(tmp_path, {"waste/b.yaml": RULE + alias, "style/a.yaml": RULE + alias})
    rules = load_folder(CHECKS, tmp_path, "mine")
    assert [rule.name for rule in rules.named("shared")] == ["a", "b"]
    assert rules.group("SHARED") == rules.named("Shared")
    assert rules.names() == ("a", "b", "Shared")


def test_users_folders_stand_beside_the_bundled_rules(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shipped = write_rules(tmp_path / "shipped", {"waste/a.yaml": RULE + "aliases: [DL1]\n"})
    monkeypatch.setattr(loader, "bundled", lambda name: tmp_path / ("shipped" if name == "rules" else name))
    mine = write_rules(tmp_path / "mine", {"style/b.yaml": RULE})
    monkeypatch.chdir(tmp_path)
    rules = loader.load(CHECKS, [Path("mine")])
    assert [rule.path for rule in rules] == ["layerlint/rules/waste/a.yaml", "mine/style/b.yaml"]
    assert [rule.name for rule in loader.load_bundled(CHECKS)] == ["a"]
    write_rules(mine, {"style/b.yaml": OTHER + "aliases: [dl1]\n", "waste/a.yaml": RULE})
    with pytest.raises(InvalidFileError) as error:
        loader.load(CHECKS, [Path("mine"), Path("absent")])
    assert str(error.value).split("\n") == [
        "absent: cannot be read: No such file or directory",
        "mine/style/b.yaml:8:11: dl1 is already an alias of a",
        "mine/waste/a.yaml: a is already the name of a rule, layerlint/rules/waste/a.yaml",
    ]
    # A wheel has the same rules as JSON; only the places in the file are lost.
    expected = list(loader.load_bundled(CHECKS))
    text = compile_rules(loader.load_folder(CHECKS, shipped, "shipped"))
    (tmp_path / "rules.json").write_text(text, encoding="utf-8")
    write_rules(shipped, {"waste/z.yaml": "not read any more"})
    assert list(loader.load_bundled(CHECKS)) == expected


def test_compiled_rules_are_the_rules() -> None:
    """Of the rules that ship: all but the lines of their examples."""
    rules = loader.load_folder(ALL, CHECKOUT / "rules", "rules")
    compiled = [file.rule for file in read_compiled(compile_rules(rules), "rules", {**RESERVED, **ALL}.__getitem__)]
    assert compiled
    for rule, expected in zip(compiled, rules, strict=True):
        placed = {key: [replace(each, line=1) for each in getattr(expected, key)] for key in ("bad", "good")}
        assert {key: list(getattr(rule, key)) for key in placed} == placed
        assert replace(rule, bad=(), good=()) == replace(expected, bad=(), good=())


@given(st.one_of(st.binary(max_size=200), st.text(alphabet="abc:-[]{}&*!'\"\n #|>?,@`%\t~", max_size=120)))
def test_no_text_raises(data: bytes | str) -> None:
    assert problems_of(data)
