"""The checks that BuildKit has too, where its own tests say nothing: what `docker build --check` does there."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from layerlint.checks import CHECKS
from layerlint.linter import Settings, analyse, lint
from layerlint.report import Confidence
from layerlint.source import SourceFile
from tests.checks.observe import observe, words
from tests.conformance.dockerfiles import RULES

TRIGGERED = [
    ("legacy-key-value", "ENV a b"),
    ("published-port", "EXPOSE 80:80"),
    ("relative-workdir", "WORKDIR app"),
    ("secret-in-variable", "ARG TOKEN"),
    ("shell-form-command", "CMD serve"),
    ("undefined-variable", "USER $who"),
    ("uppercase-protocol", "EXPOSE 80/TCP"),
]


@pytest.mark.parametrize(("check", "trigger"), TRIGGERED)
def test_a_trigger_is_told_of_where_it_runs(check: str, trigger: str) -> None:
    text = f"FROM scratch AS base\nONBUILD {trigger}\n"
    assert words(check, text) == []
    seen = observe(check, f"{text}FROM base\nFROM base AS other\n")
    assert [case.words for case in seen] == ["base", "base"]
    assert all(case.related[0][0] in trigger for case in seen)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("CMD a\nSHELL ['x']\n".replace("'", '"'), ["a"]),
        ('SHELL ["x"]\nCMD a\n', []),
        ('CMD ["a"]\n', []),
        # An empty CMD is one that the shell gets: it takes nothing away.
        ("CMD\nENTRYPOINT\n", ["CMD", "ENTRYPOINT"]),
    ],
)
def test_commands_of_a_shell(text: str, expected: list[str]) -> None:
    assert words("shell-form-command", f"FROM scratch\n{text}") == expected


def test_shell_and_working_directory_are_inherited() -> None:
    text = 'FROM scratch AS a\nSHELL ["x"]\nWORKDIR /a\nFROM a AS b\nFROM b\nCMD b\nWORKDIR c\n'
    assert words("shell-form-command", text) == []
    assert words("relative-workdir", text) == []
    other = f"{text}FROM scratch\nCMD d\nWORKDIR e\n"
    assert words("shell-form-command", other) == ["d"]
    assert words("relative-workdir", other) == ["e"]


@pytest.mark.parametrize(
    ("name", "secret"),
    [
        ("API_KEY", True),
        ("token", True),
        ("KEYRING", False),
        ("PUBLIC_KEY", False),
        ("PASSWORD_FILE", False),
        ("TOKEN_VERSION", False),
        # Only whole words are harmless.
        ("PROFILE_KEY", True),
        ("CONVERSION_TOKEN", True),
    ],
)
def test_names_of_secrets(name: str, secret: bool) -> None:
    assert words("secret-in-variable", f"FROM scratch\nENV {name}=x\n") == [name] * secret


def test_quoted_names_of_secrets() -> None:
    text = 'FROM scratch\nENV "API_KEY"=x\nARG "API_KEY"=x\n'
    assert [(case.words, case.values["name"]) for case in observe("secret-in-variable", text)] == [
        ('"API_KEY"', "API_KEY")
    ]


@pytest.mark.parametrize(
    ("platform", "name", "constant"),
    [
        ("linux/amd64", "build", True),
        ("linux/amd64", "build-amd64", False),
        ("linux/amd64", "linux", False),
        # The other names of an architecture are one with it.
        ("linux/aarch64", "arm64-build", False),
        ("linux/aarch64", "aarch64-build", True),
        ("x86_64", "amd64", False),
        # Alone, an architecture is one of Linux.
        ("arm64", "linux-build", False),
        ("windows", "linux-build", True),
        ("Linux/ARM64", "on-arm64", False),
        # Refused by the graph.
        ("nothing", "build", False),
    ],
)
def test_constant_platforms(platform: str, name: str, constant: bool) -> None:
    text = f"FROM --platform={platform} scratch AS {name}\n"
    assert words("constant-platform", text) == [platform] * constant


@pytest.mark.parametrize(
    ("platform", "redundant"),
    [
        ("$TARGETPLATFORM", True),
        ("${TARGETPLATFORM:-linux/amd64}", True),
        ("$BUILDPLATFORM", False),
        ("$TARGETOS/$TARGETARCH", False),
        ("$TARGETPLATFORM$nothing", False),
        ("$P", False),
    ],
)
def test_redundant_platforms(platform: str, redundant: bool) -> None:
    text = f"ARG P=$TARGETPLATFORM\nFROM --platform={platform} scratch\n"
    assert words("redundant-platform", text) == [platform] * redundant


UNDEFINED = [
    ("ENV a=$x b=${x} c=1$x", ["$x", "${x}", "$x"]),
    ("ENV a=${x:-d} b=${y+1} c=${z%%.*}", ["${x", "${y", "${z"]),
    ("ENV a=$xy", ["$xy"]),
    ("ENV a=$PATH", []),
    ("ENV a='$x' b=\\$x", []),
    ("ENV a=1\nENV b=$a", []),
    # The line is read with the variables in front of it.
    ("ENV a=1 b=$a", ["$a"]),
    ("ARG a=1 b=$a", []),
    ("ARG a\nENV b=$a", []),
    ("ARG a=$a", ["$a"]),
    ("ENV $k=1", ["$k"]),
    ("LABEL $k=$v", ["$k", "$v"]),
    ("COPY --chown=$o --chmod=$m $s $d/", ["$o", "$m", "$s", "$d"]),
    ("COPY --exclude=$e a /b", []),
    ("COPY <<EOF /a\nis $x\nEOF", ["$x"]),
    ("COPY <<-EOF /a\n\tis $x\n\tEOF", ["$x"]),
    ("COPY <<'EOF' /a\nis $x\nEOF", []),
    ("RUN --mount=type=cache,target=/$x true $y", ["target=/$x"]),
    ("USER $u", ["$u"]),
    ('VOLUME ["/$v"]', ["$v"]),
    ("STOPSIGNAL $s", ["$s"]),
    ("HEALTHCHECK CMD $x", []),
    ("CMD $x", []),
    ("ENTRYPOINT $x", []),
    # BuildKit does not look there.
    ("EXPOSE 80$x", []),
    ("ENV a=$TARGETARCH b=$HTTP_PROXY", ["$TARGETARCH", "$HTTP_PROXY"]),
]


@pytest.mark.parametrize(("text", "expected"), UNDEFINED)
def test_undefined_variables(text: str, expected: list[str]) -> None:
    assert words("undefined-variable", f"FROM scratch\n{text}\n") == expected


def test_arguments_are_inherited_from_a_stage_and_not_from_the_file() -> None:
    text = "ARG g=1\nFROM scratch AS a\nARG s=1\nFROM a\nENV x=$s y=$g\n"
    assert words("undefined-variable", text) == ["$g"]


def test_a_default_that_is_not_used() -> None:
    source = SourceFile("Dockerfile", "FROM scratch\nARG a=$x\n")
    check = CHECKS["undefined-variable"]
    for given, count in (({}, 1), ({"a": "1"}, 0)):
        trace = analyse(source, None, Settings(build_arguments=given)).trace
        assert len(list(check.run(trace, check.params()))) == count


@pytest.mark.parametrize(
    ("base", "confidence"),
    [("scratch", None), ("debian:bookworm-slim", None), ("example.org/a:1", Confidence.LOW)],
)
def test_a_base_may_set_any_variable(base: str, confidence: Confidence | None) -> None:
    (seen,) = observe("undefined-variable", f"FROM {base}\nENV LIBRARY=a\nUSER $LIBARY\n")
    assert seen.confidence is confidence
    assert seen.values["suggestion"] == "; did you mean LIBRARY?"


@pytest.mark.parametrize(
    ("name", "silent"),
    [
        ("UndefinedVar", True),
        ("all", True),
        # BuildKit takes no other name for one of its own.
        ("undefinedvar", False),
        ("undefined-variable", False),
        ("All", False),
    ],
)
@pytest.mark.parametrize(
    "text", ["# check=skip={}\nFROM scratch\nUSER $x\n", "FROM scratch\n# check=skip={}\nUSER $x\n"]
)
def test_what_buildkits_comment_silences(text: str, name: str, silent: bool) -> None:
    report = lint(SourceFile("Dockerfile", text.format(name)), None, Settings(), RULES, RULES)
    found = [finding.rule for finding in report.findings if finding.rule == "undefined-variable"]
    assert found == [] if silent else found == ["undefined-variable"]


@pytest.mark.parametrize(("base", "refused"), [("scratch", True), ("example.org/go:1", False)])
def test_what_may_be_no_warning_refuses_no_build(base: str, refused: bool) -> None:
    text = f"# check=error=true\nFROM {base}\nWORKDIR $GOPATH/src\n"
    report = lint(SourceFile("Dockerfile", text), None, Settings(), RULES, RULES)
    rules = {finding.rule for finding in report.findings}
    assert "undefined-variable" in rules
    assert ("syntax" in rules) == refused


def test_experimental_checks_are_on_where_asked_for() -> None:
    text = "# check=skip=all;experimental=all\n# bad\nARG foo\nFROM scratch as b\n"
    report = lint(SourceFile("Dockerfile", text), None, Settings(), RULES, RULES)
    assert [f.rule for f in report.findings if any(map(str.isalpha, f.aliases))] == ["misnamed-description"]
    above = "FROM scratch\n# {}\n# bad\nARG foo\n# other\nARG bar\n"
    assert words("misnamed-description", above.format("check=experimental=InvalidDefinitionDescription")) == [
        "ARG"
    ]
    assert words("misnamed-description", above.format("none")) == []


@pytest.mark.parametrize(
    ("base", "names_an_image"),
    [
        ("$BASE", False),
        ("${BASE:-debian}", True),
        ("debian:${TAG}", True),
        ("${none:-Debian}", False),
        ("Debian", True),  # without an ARG the graph says what is wrong
        ("stage-", True),
        ("$nothing", False),
    ],
)
def test_defaults_of_bases(base: str, names_an_image: bool) -> None:
    text = f"ARG BASE\nARG TAG=1\nFROM scratch AS Upper\nFROM scratch AS stage-\nFROM {base}\n"
    assert words("unusable-default-base", text) == ([] if names_an_image else [base])
    given = Settings(build_arguments={"BASE": "debian", "TAG": "::"})
    check = CHECKS["unusable-default-base"]
    trace = analyse(SourceFile("Dockerfile", text), None, given).trace
    assert len(list(check.run(trace, check.params()))) == 1 - names_an_image


@pytest.mark.parametrize(
    ("ignored", "source", "told"),
    [
        ("a", "a", True),
        ("a", "/a", True),
        ("a", "a/b", True),
        ("a", "./x/../a", True),
        ("*", ".", True),
        (".*", ".", False),
        ("a\n!a/b", "a", False),
        ("*\n!b", "there", True),
        ("a", "b", False),
        ("*.git", "https://example.org/a.git", False),
    ],
)
def test_ignored_sources(tmp_path: Path, ignored: str, source: str, told: bool) -> None:
    (tmp_path / "there").touch()
    (tmp_path / ".dockerignore").write_text(ignored)
    found = words("ignored-source", f"FROM scratch\nADD {source} /x/\n", tmp_path)
    assert found == [source] * told


def test_very_many_undefined_variables_take_little_time() -> None:
    count = 3000
    names = "".join(f"$name{number} " for number in range(count))
    text = f'FROM scratch\nENV a="{names}"\nCOPY <<EOF /a\n{names}\nEOF\n'
    text += "".join(f"ENV known{number}=$unknown{number}\n" for number in range(count))
    started = time.process_time()
    assert len(observe("undefined-variable", text)) == 3 * count
    assert time.process_time() - started < 20
