"""The command line: exit codes, messages, formats and their keys, bad input."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from layerlint.cli import main
from tests.execution.dockerfiles import files
from tests.shared import CHECKOUT

CLEAN = "FROM debian:bookworm-slim@sha256:" + "0" * 64 + "\nUSER 1000\n"
WASTE = "FROM scratch\nCOPY big /big\nRUN rm /big\nUSER 1000\n"
BIG = "x" * 2_000_000


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for name in ("GITHUB_STEP_SUMMARY", "NO_COLOR"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path


class Ran:
    """What a command line printed, and its exit code."""

    def __init__(self, capfd: pytest.CaptureFixture[str], *arguments: str) -> None:
        self.code = main(arguments)
        self.out, self.err = capfd.readouterr()

    @property
    def json(self) -> Any:
        return json.loads(self.out)


# -------------------------------------------------------------------------- exit codes


def test_nothing_found(folder: Path, capfd: pytest.CaptureFixture[str]) -> None:
    files(folder, {"Dockerfile": CLEAN})
    ran = Ran(capfd, "Dockerfile")
    assert (ran.code, ran.err) == (0, "")
    assert "image" in ran.out


def test_findings(folder: Path, capfd: pytest.CaptureFixture[str]) -> None:
    files(folder, {"Dockerfile": WASTE, "big": BIG})
    ran = Ran(capfd, "Dockerfile")
    assert ran.code == 1
    message = "`rm /big` hides 1.9 MiB that line 2 still ships [removed-in-later-layer]"
    assert f"Dockerfile:3:5: warning: {message}\n" in ran.out


@pytest.mark.parametrize(("level", "code"), [("info", 1), ("warning", 1), ("error", 0), ("off", 0)])
def test_fail_on(level: str, code: int, folder: Path, capfd: pytest.CaptureFixture[str]) -> None:
    files(folder, {"Dockerfile": WASTE, "big": BIG})
    assert Ran(capfd, "--fail-on", level, "Dockerfile").code == code


def test_check_is_what_happens_without_a_verb(folder: Path, capfd: pytest.CaptureFixture[str]) -> None:
    files(folder, {"sub/app.Dockerfile": WASTE, "sub/big": BIG, "Containerfile": CLEAN})
    texts = [Ran(capfd, *arguments).out for arguments in ((), (".",), ("check",), ("check", "."))]
    assert len(set(texts)) == 1
    assert "sub/app.Dockerfile:3:5: warning:" in texts[0]


def test_standard_input(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"FROM scratch\nFROBNICATE\n")))
    ran = Ran(capfd, "--select", "syntax", "-")
    assert ran.code == 1
    assert "-:2:1: error: unknown instruction: FROBNICATE [syntax]" in ran.out


def test_one_bad_path_costs_the_others_nothing(folder: Path, capfd: pytest.CaptureFixture[str]) -> None:
    files(folder, {"a.Dockerfile": WASTE, "b.Dockerfile": CLEAN, "big": BIG})
    ran = Ran(capfd, "a.Dockerfile", "none", "b.Dockerfile", "-q")
    assert ran.code == 2
    assert ran.err == "layerlint: none: no such file or folder\n"
    assert "a.Dockerfile:3:5" in ran.out


def test_paths_may_stand_between_options(folder: Path, capfd: pytest.CaptureFixture[str]) -> None:
    files(folder, {"a.Dockerfile": WASTE, "b.Dockerfile": WASTE, "big": BIG})
    ran = Ran(capfd, "a.Dockerfile", "-q", "b.Dockerfile", "--format", "text", "a.Dockerfile")
    assert ran.code == 1
    assert "a.Dockerfile:3:5" in ran.out
    assert "b.Dockerfile:3:5" in ran.out


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no FIFOs here")
def test_a_fifo_that_is_called_dockerfile_is_not_waited_for(
    folder: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    os.mkfifo(folder / "Dockerfile")
    files(folder, {"a.Dockerfile": CLEAN})
    assert Ran(capfd, ".").code == 0


# --------------------------------------------------------------------------- bad usage


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("none",), "none: no such file or folder"),
        (("--wrong-one",), "unrecognized argument: --wrong-one (see `layerlint check --help`)"),
        (("--fromat", "json"), "unrecognized argument: --fromat; did you mean --format?"),
        (("rules", "DL3009"), "unrecognized argument: DL3009; `layerlint explain DL3009` explains a rule"),
        (("lint", "Dockerfile"), 'there is no verb and no file "lint"; did you mean `layerlint check`?'),
        (("layer",), "did you mean `layerlint layers`?"),
        (("help",), "did you mean `layerlint --help`?"),
        (("Dokerfile",), "Dokerfile: no such file or folder; did you mean Dockerfile?"),
        (("layers", "--format", "xml"), "argument --format: invalid choice: 'xml'"),
        (("--fail-on", "never"), "argument --fail-on: invalid choice: 'never'"),
        (("--jobs", "x"), "argument --jobs: invalid int value: 'x'"),
        (("--context", "none"), "--context: none is not a folder"),
        (("--build-arg", "=x"), '--build-arg: write KEY=VALUE, not "=x"'),
        (("--build-context", "x=none"), '--build-context: write NAME=DIR with a folder that is there, not "x=none"'),
        (("--select", "nope"), '--select: there is no rule, alias or category "nope"'),
        (("--config", "none.yaml"), "none.yaml: the configuration cannot be read: No such file or directory"),
        (("--rules", "none"), "none"),
        (("-o", "none/x"), "--output: none/x cannot be written: No such file or directory"),
        (("explain", "removed-in-latr-layer"), 'there is no rule "removed-in-latr-layer"'),
        (("explain",), "the following arguments are required: RULE|IDEA"),
        (("empty-folder",), "empty-folder: no Dockerfile in this folder"),
    ],
)
def test_wrong_usage_is_told_in_a_line(
    arguments: tuple[str, ...], message: str, folder: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    files(folder, {"Dockerfile": CLEAN})
    (folder / "empty-folder").mkdir()
    ran = Ran(capfd, *arguments)
    assert ran.code == 2
    assert ran.err.startswith("layerlint: ")
    assert message in ran.err
    assert ran.err.count("\n") == 1
    assert ran.out == ""


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        (".layerlint.yaml", "select: [nope]\n", "nope"),
        (".layerlint.yaml", "selcet: [all]\n", "selcet"),
        (".layerlint.yaml", "fail-on: [\n", ".layerlint.yaml:"),
        ("pyproject.toml", "[tool.layerlint]\ndiffer = 3\n", "pyproject.toml"),
        ("pyproject.toml", "[tool.layerlint\n", "pyproject.toml"),
    ],
)
def test_broken_configuration(
    name: str, text: str, message: str, folder: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    files(folder, {"Dockerfile": CLEAN, name: text})
    ran = Ran(capfd, "Dockerfile")
    assert (ran.code, ran.out) == (2, "")
    assert message in ran.err


def test_broken_rule_file(folder: Path, capfd: pytest.CaptureFixture[str]) -> None:
    files(folder, {"Dockerfile": CLEAN, "rules/waste/mine.yaml": "check: nope\nseverity: loud\n"})
    ran = Ran(capfd, "--rules", "rules", "Dockerfile")
    assert (ran.code, ran.out) == (2, "")
    assert "rules/waste/mine.yaml:1:8: " in ran.err
    assert "rules/waste/mine.yaml:2:11: " in ran.err


# --------------------------------------------------------------------------- bad input


@pytest.mark.parametrize(
    ("data", "code", "message"),
    [
        (b"", 1, "f:1:1: error: file with no instructions [syntax]"),
        (b"# nothing\n", 1, "f:1:1: error: file with no instructions [syntax]"),
        (b"FROM scratch\0", 2, "layerlint: f: not a text file: it has NUL bytes"),
        (bytes(range(1, 256)) * 20, 1, "error: unknown instruction"),
        (b"FROM scratch\nRUN echo " + b"x" * (10 << 20), 1, "f:2:1: error: dockerfile line greater than max"),
        (b"FROM scratch\n# caf\xe9\nLABEL a=\xe9\nUSER 1\n", 0, "image"),
        (b"\xef\xbb\xbfFROM scratch\r\nUSER 1\r\n", 0, "image"),
        (b"FROM scratch\nFROBNICATE x\nRUN touch /a\n", 1, "f:2:1: error: unknown instruction: FROBNICATE [syntax]"),
        (b"FROM scratch\nCOPY a\n", 1, "f:2:6: error: COPY requires at least two arguments"),
        (b"RUN true\n", 1, "no build stage in current context"),
        (b"FROM registry.example/none:1\nRUN touch /a\n", 0, "image of unknown size (base not known)"),
        (b"FROM scratch\nCOPY no /x\n", 1, "f:2:6: error: the build fails here: no is not in the build context"),
        (b"FROM scratch\nCOPY ../f2 /x\n", 1, "f:2:6: error: the build fails here: ../f2 is not in the build context"),
        (b"FROM scratch\nCOPY link /x\n", 1, "link is a symbolic link to what is not in the build context"),
    ],
)
def test_bad_input(data: bytes, code: int, message: str, folder: Path, capfd: pytest.CaptureFixture[str]) -> None:
    (folder / "f").write_bytes(data)
    (folder / "link").symlink_to("/etc/passwd")
    ran = Ran(capfd, "f")
    assert message in ran.out + ran.err
    assert ran.code == code
    assert "Traceback" not in ran.err


@pytest.mark.parametrize("verb", ["check", "layers", "graph", "parse"])
def test_every_verb_bears_junk(verb: str, folder: Path, capfd: pytest.CaptureFixture[str]) -> None:
    for number, data in enumerate((b"", b"\xff\xfe", b"FROM\nFROM a AS\nCOPY --from=9 a b", b"\\", b"RUN <<E\n")):
        (folder / f"Dockerfile.{number}").write_bytes(data)
    ran = Ran(capfd, verb, ".")
    assert ran.code in (0, 1, 2)
    assert "bug" not in ran.err


def test_an_unreadable_context_file_is_no_bug(folder: Path, capfd: pytest.CaptureFixture[str]) -> None:
    files(folder, {"Dockerfile": "FROM scratch\nADD f.tar /\nUSER 1\n", "f.tar": "x"})
    (folder / "f.tar").unlink()
    os.mkfifo(folder / "f.tar")
    ran = Ran(capfd, "Dockerfile")
    assert ran.code == 1
    assert "f.tar cannot be sent" in ran.out


# ----------------------------------------------------------------------------- outputs


def test_output_goes_to_a_file(folder: Path, capfd: pytest.CaptureFixture[str]) -> None:
    files(folder, {"Dockerfile": WASTE, "big": BIG})
    ran = Ran(capfd, "--format", "sarif", "-o", "out.sarif", "Dockerfile")
    assert (ran.code, ran.out) == (1, "")
    assert json.loads((folder / "out.sarif").read_text())["version"] == "2.1.0"


def test_check_as_json(folder: Path, capfd: pytest.CaptureFixture[str]) -> None:
    files(folder, {"Dockerfile": WASTE, "big": BIG})
    report = Ran(capfd, "--format", "json", "Dockerfile").json
    assert list(report) == ["schema", "files", "summary", "notes"]
    assert report["schema"] == "layerlint.report/1"
    (file,) = report["files"]
    assert list(file) == ["path", "findings", "layers", "notes"]
    finding = next(each for each in file["findings"] if each["rule"] == "removed-in-later-layer")
    assert list(finding) == [
        "rule", "aliases", "severity", "confidence", "message", "line", "column", "end_line", "end_column", "related",
        "bytes", "fix", "url", "fingerprint",
    ]  # fmt: skip
    assert finding["bytes"] == {"low": 2_000_000, "likely": 2_000_000, "high": 2_000_000}
    assert [related["line"] for related in finding["related"]] == [2]


def test_layers_as_json(folder: Path, capfd: pytest.CaptureFixture[str]) -> None:
    files(folder, {"Dockerfile": WASTE, "big": BIG})
    report = Ran(capfd, "layers", "--format", "json", "Dockerfile").json
    assert list(report) == [
        "schema", "dockerfile", "target", "platform", "differ", "base", "layers", "image_bytes", "visible_bytes",
        "hidden_bytes", "hidden", "coverage",
    ]  # fmt: skip
    assert [report[key] for key in ("schema", "dockerfile", "target", "platform", "differ")] == [
        "layerlint.layers/1", "Dockerfile", "0", "linux/amd64", "buildkit",
    ]  # fmt: skip
    zero = {"low": 0, "likely": 0, "high": 0}
    exact = {"low": 2_000_000, "likely": 2_000_000, "high": 2_000_000}
    assert list(report["base"].items()) == [("reference", "scratch"), ("source", "scratch"), ("bytes", zero)]
    first, second = report["layers"]
    assert list(first) == [
        "index", "stage", "line", "end_line", "instruction", "creates_layer", "bytes", "compressed", "entries",
        "hidden", "complete", "unmodelled",
    ]  # fmt: skip
    assert (first["index"], first["line"], first["instruction"], first["bytes"]) == (0, 2, "COPY big /big", exact)
    assert (second["index"], second["line"], second["bytes"], second["hidden"]) == (1, 3, zero, zero)
    assert report["image_bytes"] == exact
    assert report["visible_bytes"] == zero
    assert report["hidden_bytes"] == exact
    assert report["hidden"] == [
        {
            "path": "/big", "bytes": exact, "kind": "deleted", "created": {"layer": 0, "line": 2},
            "hidden_by": {"layer": 1, "line": 3},
        }
    ]  # fmt: skip


def test_changes_are_listed_when_asked_for(folder: Path, capfd: pytest.CaptureFixture[str]) -> None:
    files(folder, {"Dockerfile": "FROM scratch\nCOPY big /big\nRUN frobnicate\n", "big": "text"})
    report = Ran(capfd, "layers", "--changes", "--format", "json", "Dockerfile").json
    assert report["layers"][0]["changes"] == [
        {"path": "/big", "kind": "file", "bytes": {"low": 4, "likely": 4, "high": 4}, "because": "COPY big /big"}
    ]
    second = report["layers"][1]
    assert second["complete"] is False
    assert second["bytes"]["high"] is None
    assert [(gap["line"], gap["command"]) for gap in second["unmodelled"]] == [(3, "frobnicate")]


def page_of(text: str) -> Any:
    """The data of a page."""
    return json.loads(text.partition('id="data">')[2].partition("</script>")[0])


def test_a_page_of_findings_and_layers(folder: Path, capfd: pytest.CaptureFixture[str]) -> None:
    files(folder, {"Dockerfile": WASTE + "ENV DB_PASSWORD=hunter2\n", "big": BIG})
    ran = Ran(capfd, "--format", "html", "Dockerfile")
    assert ran.code == 1
    assert "hunter2" not in ran.out
    (file,) = page_of(ran.out)["files"]
    assert file["lines"][2] == "RUN rm /big"
    assert "removed-in-later-layer" in {finding["rule"] for finding in file["findings"]}
    assert file["views"][0]["tree"] == ["", [["big", 2_000_000, 1, 1, 2]]]


def test_layers_as_page_picture_and_summary(folder: Path, capfd: pytest.CaptureFixture[str]) -> None:
    files(folder, {"Dockerfile": WASTE, "big": BIG})
    page = page_of(Ran(capfd, "layers", "--format", "html", "Dockerfile").out)
    assert page["linted"] is False
    assert page["files"][0]["lines"][1] == "COPY big /big"
    assert Ran(capfd, "layers", "--format", "svg", "Dockerfile").out.startswith("<svg ")
    summary = Ran(capfd, "layers", "--format", "markdown", "Dockerfile").out
    assert "| 1.9 MiB | /big | line 2 | deleted by line 3 |" in summary


def test_github_annotations_and_summary(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    files(folder, {"Dockerfile": WASTE, "big": BIG, "summary.md": "before\n"})
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(folder / "summary.md"))
    ran = Ran(capfd, "--format", "github", "--select", "removed-in-later-layer", "Dockerfile")
    assert ran.code == 1
    assert ran.out.startswith("::warning file=Dockerfile,line=3,")
    summary = (folder / "summary.md").read_text()
    assert summary.startswith("before\n")
    assert "removed-in-later-layer" in summary


GRAPH = """\
FROM debian:bookworm-slim AS build
RUN touch /x
FROM scratch AS unused
FROM build
COPY --from=build /x /y
RUN --mount=from=alpine:3.20,target=/m true
"""


@pytest.mark.parametrize(
    ("form", "expected"),
    [
        (
            "text",
            """\
Dockerfile
stage build on image debian:bookworm-slim
     2  RUN touch /x
stage unused on scratch  (not built)
stage 2 on stage build  (target)
     5  COPY --from=build /x /y  <- stage build
     6  RUN --mount=from=alpine:3.20,target=/m true  <- image alpine:3.20
""",
        ),
        (
            "dot",
            """\
digraph {
  rankdir=LR
  s0 [label="build", shape=box]
  s1 [label="unused", shape=box]
  s2 [label="2", shape=box]
  i0 [label="debian:bookworm-slim", shape=ellipse]
  i1 [label="scratch", shape=ellipse]
  i2 [label="alpine:3.20", shape=ellipse]
  i0 -> s0
  i1 -> s1
  s0 -> s2
  s0 -> s2 [style=dashed, label="copy"]
  i2 -> s2 [style=dashed, label="mount"]
}
""",
        ),
        (
            "mermaid",
            """\
flowchart LR
  s0["build"]
  s1["unused"]
  s2["2"]
  i0(["debian:bookworm-slim"])
  i1(["scratch"])
  i2(["alpine:3.20"])
  i0 --> s0
  i1 --> s1
  s0 --> s2
  s0 -. copy .-> s2
  i2 -. mount .-> s2
""",
        ),
    ],
)
def test_graph(form: str, expected: str, folder: Path, capfd: pytest.CaptureFixture[str]) -> None:
    files(folder, {"Dockerfile": GRAPH})
    ran = Ran(capfd, "graph", "--format", form, "Dockerfile")
    assert (ran.code, ran.err, ran.out) == (0, "", expected)


def test_graph_as_json(folder: Path, capfd: pytest.CaptureFixture[str]) -> None:
    files(folder, {"Dockerfile": GRAPH})
    graph = Ran(capfd, "graph", "--format", "json", "Dockerfile").json
    assert list(graph) == ["schema", "dockerfile", "target", "stages", "edges", "arguments", "problems"]
    assert [(stage["name"], stage["line"], stage["reachable"]) for stage in graph["stages"]] == [
        ("build", 1, True), ("unused", 3, False), (None, 4, True),
    ]  # fmt: skip
    assert graph["edges"] == [
        {"kind": "from", "stage": 0, "source": {"image": "debian:bookworm-slim"}, "line": 1, "column": 6},
        {"kind": "from", "stage": 1, "source": {"image": "scratch"}, "line": 3, "column": 6},
        {"kind": "from", "stage": 2, "source": {"stage": 0}, "line": 4, "column": 6},
        {"kind": "copy", "stage": 2, "source": {"stage": 0}, "line": 5, "column": 13},
        {"kind": "mount", "stage": 2, "source": {"image": "alpine:3.20"}, "line": 6, "column": 13},
    ]


def test_an_unknown_target_is_told(folder: Path, capfd: pytest.CaptureFixture[str]) -> None:
    files(folder, {"Dockerfile": GRAPH})
    ran = Ran(capfd, "graph", "--target", "biuld", "Dockerfile")
    assert ran.code == 2
    assert 'target stage "biuld" could not be found' in ran.err


def test_parse(folder: Path, capfd: pytest.CaptureFixture[str]) -> None:
    text = "# escape=`\n# about\nFROM scratch\nRUN --mount=type=cache,target=/x <<E `\n && true\nbody\nE\nFROBNICATE\n"
    files(folder, {"Dockerfile": text})
    tree = Ran(capfd, "parse", "Dockerfile").json
    assert list(tree) == ["schema", "escape", "directives", "nodes", "problems"]
    assert (tree["schema"], tree["escape"], tree["directives"]) == ("layerlint.parse/1", "`", {"escape": "`"})
    run = tree["nodes"][1]
    assert list(run) == ["keyword", "start", "end", "flags", "args", "json", "heredocs", "comments"]
    assert (run["keyword"], run["start"], run["flags"]) == ("RUN", 4, ["--mount=type=cache,target=/x"])
    assert run["heredocs"] == [{"name": "E", "content": "body\n", "expand": True, "chomp": False, "fd": 0}]
    assert tree["problems"] == [{"line": 8, "column": 1, "message": "unknown instruction: FROBNICATE"}]


def test_rules_and_explain(capfd: pytest.CaptureFixture[str]) -> None:
    ran = Ran(capfd, "rules")
    assert ran.code == 0
    assert "removed-in-later-layer" in ran.out
    by_name, by_alias = Ran(capfd, "explain", "package-index-left"), Ran(capfd, "explain", "DL3009")
    assert by_name.code == by_alias.code == 0
    assert by_name.out == by_alias.out != ""
    assert json.loads(Ran(capfd, "rules", "--format", "json").out)


def test_checks_and_schemas(capfd: pytest.CaptureFixture[str]) -> None:
    ran = Ran(capfd, "checks")
    assert ran.code == 0
    assert "\nlarge-layer\n" in ran.out
    assert "\n  maximum: 500 MiB  (bytes)\n" in ran.out
    listed = Ran(capfd, "checks", "--format", "json").json["checks"]
    (large,) = (each for each in listed if each["name"] == "large-layer")
    assert large["fields"] == ["instruction", "bytes"]
    assert large["params"] == [{"name": "maximum", "type": "bytes", "default": "500 MiB"}]
    for arguments, name in (
        (("checks", "--schema"), "rule"),
        (("rules", "--schema"), "configuration"),
        (("rules", "--schema", "profile"), "profile"),
    ):
        assert Ran(capfd, *arguments).json["$id"] == f"https://layerlint.github.io/schema/{name}.json"


def test_profiles(folder: Path, capfd: pytest.CaptureFixture[str]) -> None:
    files(folder, {"Dockerfile": "FROM debian:bookworm-slim\nMAINTAINER me\n"})
    usual = Ran(capfd, "--format", "json", "Dockerfile")
    theirs = Ran(capfd, "--profile", "hadolint", "--format", "json", "Dockerfile")
    for ran, level in ((usual, "info"), (theirs, "error")):
        levels = {finding["rule"]: finding["severity"] for finding in ran.json["files"][0]["findings"]}
        assert levels["deprecated-maintainer"] == level
    files(folder, {".layerlint.yaml": "profile: hadolint\nseverity: {DL4000: warning}\n"})
    assert "2:1: warning: MAINTAINER" in Ran(capfd, "Dockerfile").out
    assert "2:1: info: MAINTAINER" in Ran(capfd, "--severity", "DL4000=info", "Dockerfile").out
    ran = Ran(capfd, "--profile", "stric", "Dockerfile")
    assert (ran.code, ran.err) == (2, 'layerlint: --profile: there is no profile "stric" (did you mean strict?)\n')
    listed = Ran(capfd, "rules", "--profile", "hadolint")
    assert "deprecated-maintainer" in listed.out
    assert "large-layer" not in listed.out


def test_hadolints_file(folder: Path, capfd: pytest.CaptureFixture[str]) -> None:
    files(folder, {
        "Dockerfile": "FROM debian:bookworm-slim\n# layerlint: ignore-file[waste, security, DL4000]\nMAINTAINER me\n",
        ".hadolint.yaml": "override: {error: [DL4000, DL9999]}\n",
    })  # fmt: skip
    ran = Ran(capfd, "--format", "json", "Dockerfile")
    assert (ran.code, "deprecated-maintainer" in ran.out) == (0, False)
    assert ran.json["notes"] == [
        "settings are those of .hadolint.yaml; `layerlint rules --import .hadolint.yaml` prints ours for them",
        ".hadolint.yaml:1:28: no rule stands for DL9999",
    ]
    files(folder, {".hadolint.yaml": "override: {error: [DL4000]}\ndisable-ignore-pragma: true\n"})
    ran = Ran(capfd, "Dockerfile")
    assert "error: MAINTAINER" in ran.out
    assert ran.out.splitlines()[-2].startswith("note: settings are those of .hadolint.yaml;")
    printed = Ran(capfd, "rules", "--import", ".hadolint.yaml")
    assert (printed.code, printed.err) == (0, "")
    files(folder, {".layerlint.yaml": printed.out})
    ours = Ran(capfd, "Dockerfile")
    assert "error: MAINTAINER" in ours.out
    assert "note: settings" not in ours.out
    files(folder, {".hadolint.yaml": "ignored: 3\n", ".layerlint.yaml": ""})
    wrong = Ran(capfd, "rules", "--import", ".hadolint.yaml")
    assert (wrong.code, wrong.err) == (2, 'layerlint: .hadolint.yaml:1:10: ignored must be a list, not "3"\n')
    assert Ran(capfd, "rules", "--import", "absent").code == 2


def test_a_baseline(folder: Path, capfd: pytest.CaptureFixture[str]) -> None:
    files(folder, {"a/Dockerfile": WASTE, "a/big": BIG, "Dockerfile": CLEAN})
    assert Ran(capfd, ".").code == 1
    ran = Ran(capfd, "--write-baseline", "known.yaml", ".")
    assert (ran.code, ran.out) == (0, "")
    assert ran.err.startswith("layerlint: known.yaml: ")
    written = (folder / "known.yaml").read_text()
    assert "a/Dockerfile:\n" in written
    assert "\n- removed-in-later-layer:" in written
    ran = Ran(capfd, "--baseline", "known.yaml", ".")
    assert ran.code == 0
    assert " known" in ran.out.splitlines()[-1]
    # Lines that move, and what is new.
    moved = "# a comment\n\n" + WASTE + "MAINTAINER me\n"
    files(folder, {"a/Dockerfile": moved, ".layerlint.yaml": "baseline: known.yaml\n"})
    ran = Ran(capfd, "--format", "json", "a")
    assert [finding["rule"] for finding in ran.json["files"][0]["findings"]] == ["deprecated-maintainer"]
    assert ran.json["summary"]["known"] == written.count("\n- ")
    assert ran.json["notes"] == []
    # What is gone is told, and left out when the file is written anew.
    files(folder, {"a/Dockerfile": WASTE.replace("RUN rm /big", "RUN true")})
    ran = Ran(capfd, ".")
    assert "note: baseline: a/Dockerfile has removed-in-later-layer no more; --write-baseline leaves that" in ran.out
    assert "removed-in-later-layer no more" not in Ran(capfd, "--select", "style", ".").out
    assert Ran(capfd, "--write-baseline", "known.yaml", ".").code == 0
    assert "removed-in-later-layer" not in (folder / "known.yaml").read_text()
    files(folder, {"known.yaml": "a: b\n"})
    for option in ("--baseline", "--write-baseline"):
        ran = Ran(capfd, option, "known.yaml", ".")
        assert (ran.code, ran.err) == (2, 'layerlint: known.yaml:1:4: the findings of a must be a list, not "b"\n')
    assert "the baseline cannot be read" in Ran(capfd, "--baseline", "absent", ".").err


def test_overrides(folder: Path, capfd: pytest.CaptureFixture[str]) -> None:
    config = "overrides:\n- files: [old/*]\n  ignore: [waste]\n- files: [old/b/*]\n  severity: {DL4000: error}\n"
    text = WASTE + "MAINTAINER me\n"
    files(folder, {f"{name}/Dockerfile": text for name in ("new", "old/a", "old/b")})
    files(folder, {f"{name}/big": BIG for name in ("new", "old/a", "old/b")})
    files(folder, {".layerlint.yaml": config})

    def found(*arguments: str) -> dict[str, dict[str, str]]:
        return {
            file["path"]: {finding["rule"]: finding["severity"] for finding in file["findings"]}
            for file in Ran(capfd, "--format", "json", *arguments).json["files"]
        }

    new, a, b = (found(".")[f"{name}/Dockerfile"] for name in ("new", "old/a", "old/b"))
    assert new["removed-in-later-layer"] == "warning"
    assert "removed-in-later-layer" not in a
    assert "removed-in-later-layer" not in b
    assert [each["deprecated-maintainer"] for each in (new, a, b)] == ["info", "info", "error"]
    # Whatever the current directory is, and the command line goes over it.
    assert "deprecated-maintainer" not in found("--ignore", "DL4000", "old/b")["old/b/Dockerfile"]
    os.chdir(folder / "old")
    assert found("b/Dockerfile")["b/Dockerfile"]["deprecated-maintainer"] == "error"
    os.chdir(folder)
    files(folder, {".layerlint.yaml": "overrides:\n- {files: [x], ignore: [nope]}\n- {files: [y], ignore: [no]}\n"})
    ran = Ran(capfd, "new")
    assert ran.code == 2
    assert ran.err.count("there is no rule") == 2


# ------------------------------------------------------------------------ laws of output


@pytest.mark.parametrize("form", ["text", "json", "sarif", "github", "markdown"])
def test_output_is_the_same_twice_and_without_absolute_paths(
    form: str, folder: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    other = "FROM debian:bookworm-slim\nCOPY a /a\nCOPY x /\n"
    files(folder, {"a/Dockerfile": WASTE, "a/big": BIG, "Dockerfile": other})
    first, second = Ran(capfd, "--format", form, "."), Ran(capfd, "--format", form, ".")
    assert first.out == second.out != ""
    assert str(folder) not in first.out
    assert str(CHECKOUT) not in first.out


def test_the_context_of_a_file_is_its_folder(folder: Path, capfd: pytest.CaptureFixture[str]) -> None:
    files(folder, {"a/Dockerfile": WASTE, "a/big": "text", "other/big": "longer text"})
    own = Ran(capfd, "layers", "--format", "json", "a/Dockerfile").json
    other = Ran(capfd, "layers", "--format", "json", "--context", "other", "a/Dockerfile").json
    assert [report["hidden_bytes"]["likely"] for report in (own, other)] == [4, 11]


def program(*arguments: str, **options: Any) -> subprocess.CompletedProcess[bytes]:
    environment = {**os.environ, "PYTHONPATH": str(CHECKOUT)}
    return subprocess.run(
        [sys.executable, "-m", "layerlint", *arguments], capture_output=True, env=environment, check=False, **options
    )


def test_as_a_program(folder: Path) -> None:
    files(folder, {"Dockerfile": WASTE, "big": BIG})
    ran = program("Dockerfile")
    assert (ran.returncode, ran.stderr) == (1, b"")
    assert b"\x1b" not in ran.stdout
    assert program("-", input=b"FROM scratch\nUSER 1\n").returncode == 0
    assert program("--version").stdout.startswith(b"layerlint ")


def test_a_reader_that_goes_away_is_no_bug(folder: Path) -> None:
    files(folder, {"Dockerfile": WASTE, "big": BIG})
    command = f"{sys.executable} -m layerlint layers --format json --changes Dockerfile | true; echo ${{PIPESTATUS[0]}}"
    ran = subprocess.run(
        ["bash", "-c", command], capture_output=True, env={**os.environ, "PYTHONPATH": str(CHECKOUT)}, check=False
    )
    assert ran.stdout in (b"0\n", b"1\n")
    assert b"Traceback" not in ran.stderr
