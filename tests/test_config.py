"""Finding the configuration, reading it, and every fault of a broken one, with its place."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from layerlint.config import Config, Selection, argument_names, load_config, override
from layerlint.config.files import KEYS as ALL_KEYS
from layerlint.config.toml_values import parse_toml
from layerlint.config.yaml_values import parse_yaml
from layerlint.errors import InvalidFileError, Problem, UsageError
from layerlint.report import Severity

WHOLE_YAML = """\
profile: strict
select: [waste, DL3009]
ignore: [a]
severity: {b: off, style: error}
options:
  c: {minimum: 1 MiB}
rules: [lint/rules]
fail-on: info
differ: native
context: app
target: final
platform: linux/arm64/v8
build-args: {VERSION: 3.10, EMPTY: ""}
exclude: ["vendor/*", "*.tmp"]
overrides:
  - files: [legacy/*, old.Dockerfile]
    ignore: [style]
    severity: {a: info}
ignore-comments: false
"""
WHOLE_TOML = """\
[project]
name = "severity"
[tool.layerlint]
profile = "strict"
select = ["waste", "DL3009"]
ignore = ["a"]
severity = {b = "off", style = "error"}
rules = ["lint/rules"]
fail-on = "info"
differ = "native"
context = "app"
target = "final"
platform = "linux/arm64/v8"
build-args = {VERSION = "3.10", EMPTY = ""}
exclude = ["vendor/*", "*.tmp"]
ignore-comments = false
[[tool.layerlint.overrides]]
files = ["legacy/*", "old.Dockerfile"]
ignore = ["style"]
severity = {a = "info"}
[tool.layerlint.options.c]
minimum = "1 MiB"
"""


KEYS = ", ".join(ALL_KEYS)


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / ".git").mkdir()
    (tmp_path / "lint" / "rules").mkdir(parents=True)
    (tmp_path / "app").mkdir()
    monkeypatch.chdir(tmp_path / "app")
    return tmp_path


@pytest.mark.parametrize(
    ("name", "text"), [(".layerlint.yaml", WHOLE_YAML), ("pyproject.toml", WHOLE_TOML)], ids=["yaml", "toml"]
)
def test_every_key(project: Path, name: str, text: str) -> None:
    (project / name).write_text(text)
    config = load_config(Path())
    assert config.path == f"../{name}"
    assert config.folder == Path("..")
    assert config.profile is not None
    assert config.profile.text == "strict"
    selection = config.selection
    assert [word.text for word in selection.select or ()] == ["waste", "DL3009"]
    assert [word.text for word in selection.ignore] == ["a"]
    assert [(word.text, level) for word, level in selection.severity] == [
        ("b", Severity.OFF), ("style", Severity.ERROR)
    ]  # fmt: skip
    ((rule, options),) = selection.options
    ((key, value),) = options.entries
    assert (rule.text, key.text, getattr(value, "text", None)) == ("c", "minimum", "1 MiB")
    assert config.rules == (Path("../lint/rules"),)
    assert (config.fail_on, config.differ, config.context) == (Severity.INFO, "native", Path("../app"))
    assert (config.target, config.platform) == ("final", "linux/arm64/v8")
    assert config.build_args == (("VERSION", "3.10"), ("EMPTY", ""))
    assert config.exclude == ("vendor/*", "*.tmp")
    assert config.ignore_comments is False
    (override,) = config.overrides
    assert override.files == ("legacy/*", "old.Dockerfile")
    assert [word.text for word in override.selection.ignore] == ["style"]
    assert [(word.text, level) for word, level in override.selection.severity] == [("a", Severity.INFO)]
    assert config.selections("../legacy/x/Dockerfile") == config.selections("../a/old.Dockerfile") != ()
    assert config.selections("Dockerfile") == ()


def test_the_nearest_file_wins_and_the_repository_is_the_end(project: Path) -> None:
    (project.parent / ".layerlint.yaml").write_text("differ: naive\n")
    try:
        assert load_config(Path()) == Config()
        (project / "pyproject.toml").write_text("[tool.layerlint]\ndiffer = 'naive'\n")
        assert load_config(Path()).path == "../pyproject.toml"
        (project / ".layerlint.yml").write_text("differ: native\n")
        assert load_config(Path()).path == "../.layerlint.yml"
        (project / ".layerlint.yaml").write_text("")
        assert load_config(Path()).path == "../.layerlint.yaml"
        (project / "app" / "pyproject.toml").write_text("[tool.other]\nx = 'layerlint'\n")
        assert load_config(Path()).path == "../.layerlint.yaml"
        (project / "app" / ".layerlint.yaml").write_text("# nothing\n")
        assert load_config(Path()).path == ".layerlint.yaml"
        assert load_config(project).path == "../.layerlint.yaml"
    finally:
        (project.parent / ".layerlint.yaml").unlink()


def test_a_named_file(project: Path) -> None:
    (project / "my.yaml").write_text("target: x\n")
    assert load_config(Path(), Path("../my.yaml")).target == "x"
    with pytest.raises(UsageError, match=r"^absent\.yaml: the configuration cannot be read: No such file"):
        load_config(Path(), Path("absent.yaml"))
    (project / "x.toml").write_text("[tool.other]\n")
    with pytest.raises(InvalidFileError, match=r"^\.\./x\.toml: there is no table \[tool\.layerlint\]$"):
        load_config(Path(), project / "x.toml")


BROKEN_YAML = [
    ("[]", [f"1:1: expected a mapping with the keys {KEYS}, not a list"]),
    ("selct: [a]\nfail_on: info\nzz: 1\n",
     ['1:1: unknown key "selct" (did you mean select?)', '2:1: unknown key "fail_on" (did you mean fail-on?)',
      f'3:1: unknown key "zz": known are {KEYS}']),
    ("select: a\nignore: [a, [b], ~]\n",
     ['1:9: select must be a list, not "a"', "2:13: an entry of ignore must be a text, not a list",
      "2:18: an entry of ignore must be a text, not nothing"]),
    ("severity: {a: wrning, b: }\n",
     ["1:15: the severity of a must be one of off, info, warning, error, "
      'not "wrning" (did you mean warning?)',
      "1:26: the severity of b must be a text, not nothing"]),
    ("severity: [a]\noptions: {a: 3}\n", ["1:11: severity must be a mapping, not a list",
                                          '2:14: the options of a must be a mapping, not "3"']),
    ("rules: [nope]\ncontext: nope\n", ['1:9: there is no folder "nope"', '2:10: there is no folder "nope"']),
    ("fail-on: no\ndiffer: overlay\nplatform: linux\n",
     ['1:10: fail-on must be one of off, info, warning, error, not "no"',
      '2:9: differ must be one of native, buildkit, naive, not "overlay"',
      '3:11: platform must be like "linux/amd64", not "linux"']),
    ("overrides:\n- {ignore: [a]}\n- {files: x, differ: naive}\n- x\n",
     ["2:3: the key files is missing", '3:11: files must be a list, not "x"',
      '3:14: unknown key "differ": known are files, select, ignore, severity, options',
      '4:3: expected a mapping with the keys files, select, ignore, severity, options, not "x"']),
    ("target: a\ntarget: b\nbuild-args: {A: [x]}\n",
     ["2:1: target is given twice", "3:17: the value of A must be a text, not a list"]),
    ("select: [", ["2:1: not YAML: did not find expected node content"]),
]  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), BROKEN_YAML)
def test_faults_of_yaml(project: Path, text: str, expected: list[str]) -> None:
    (project / ".layerlint.yaml").write_text(text)
    with pytest.raises(InvalidFileError) as error:
        load_config(Path())
    assert str(error.value).split("\n") == [f"../.layerlint.yaml:{line}" for line in expected]


BROKEN_TOML = [
    ("[tool.layerlint]\nselct = ['a']\nselect = 'x'\n",
     ['2:1: unknown key "selct" (did you mean select?)', '3:1: select must be a list, not "x"']),
    ("[a]\nfail-on = 1\n[tool.layerlint]\nfail-on = true # fail-on\n",
     ['4:1: fail-on must be one of off, info, warning, error, not "true"']),
    ("[tool.layerlint]\nignore = [\n  'a',\n  3,\n]\n[tool.layerlint.severity]\nb = 'x'\n[x]\n",
     ['7:1: the severity of b must be one of off, info, warning, error, not "x"']),
    ("[tool.layerlint]\nrules = [\n  'nope',\n]\n", ['3:4: there is no folder "nope"']),
    ("[tool.layerlint]\ntarget = 'differ'\n'differ' = 'x'\nbuild-args = {target = 1, differ = [2]}\n"
     "[tool.layerlint.options]\na.b = 1\nseverity = 3\n",
     ['3:2: differ must be one of native, buildkit, naive, not "x"',
      "4:27: the value of differ must be a text, not a list",
      '7:1: the options of severity must be a mapping, not "3"']),
    ("[tool]\nlayerlint = 3\n",
     [f'2:1: expected a mapping with the keys {KEYS}, not "3"']),
    ("\n" * 900 + "[tool.layerlint]\ntarget = []\n", ["902:1: target must be a text, not a list"]),
    ("[tool.layerlint]\nx = \n", ["2:5: not TOML: Invalid value"]),
    (f"[tool.layerlint]\ntarget = {'[' * 30}{']' * 30}\n",
     ["2:1: nested deeper than 20 levels", "2:1: target must be a text, not a list"]),
]  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), BROKEN_TOML)
def test_faults_of_toml(project: Path, text: str, expected: list[str]) -> None:
    (project / "pyproject.toml").write_text(text)
    with pytest.raises(InvalidFileError) as error:
        load_config(Path())
    assert str(error.value).split("\n") == [f"../pyproject.toml:{line}" for line in expected]


def test_override_adds_lists_and_replaces_the_rest() -> None:
    (a,) = argument_names("--ignore", ["a"])
    b, c = argument_names("--ignore", ["b , c,", ""])
    config = Config(
        profile=a, selection=Selection((a,), (a,)), target="t", build_args=(("X", "1"), ("Y", "2")), exclude=("e",)
    )
    assert override(config) == config
    merged = override(
        config, profile=b, arguments=Selection(ignore=(b, c)), target="", fail_on=Severity.OFF,
        build_args=(("X", "3"),), exclude=("f",),
    )  # fmt: skip
    assert (merged.profile, merged.target, merged.fail_on) == (b, "", Severity.OFF)
    assert (merged.selection, merged.arguments) == (config.selection, Selection(ignore=(b, c)))
    assert merged.build_args == (("X", "3"), ("Y", "2"))
    assert merged.exclude == ("e", "f")


@pytest.mark.parametrize(
    ("pattern", "path", "expected"),
    [
        ("vendor", "vendor/a/Dockerfile", True), ("vendor", "src/vendor/Dockerfile", True),
        ("vendor/", "vendor/Dockerfile", True), ("src/vendor", "vendor/Dockerfile", False),
        ("src/*", "src/a/b/Dockerfile", True), ("*.tmp", "a.tmp/Dockerfile", True),
        ("*.tmp", "Dockerfile.tmp", True), ("Dockerfile", "x/Dockerfile.dev", False),
        ("**/test/*", "a/test/Dockerfile", True), ("[", "a", False),
    ],
)  # fmt: skip
def test_exclude(pattern: str, path: str, expected: bool) -> None:
    assert Config(exclude=(pattern,)).excludes(path) is expected


@given(st.binary(max_size=200) | st.text(alphabet="a=[]{}'\"\n#.1 ", max_size=80).map(str.encode))
def test_no_file_raises(data: bytes) -> None:
    problems: list[Problem] = []
    parse_yaml("x", data, problems)
    parse_toml("x", data, ("a",), problems)
    parse_toml("x", b"[a]\n" + data, ("a",), problems)
    assert all(problem.path == "x" for problem in problems)
