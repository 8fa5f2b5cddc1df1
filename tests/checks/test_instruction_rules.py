"""Checks that look at one instruction or at a stage: the words they mark, and what they leave alone."""

from __future__ import annotations

import pytest

from layerlint.report import Confidence
from tests.checks.observe import observe, words

DEBIAN = "FROM debian:bookworm-slim\n"
UNKNOWN = "FROM example/unknown:1\n"

CASES = [
    # What a variable comes to is what counts, and what is not known is no fault.
    ("add-instead-of-copy", "ARG F=a.txt\nADD $F b /x/", ["$F"]),
    ("add-instead-of-copy", "ARG F\nADD $F /x/", []),
    ("add-instead-of-copy", "ADD a.txt b.tar.zst /x/", []),
    ("add-instead-of-copy", "ADD https://example.com/a.git#v1 git://a/b ssh://a/b /x/", []),
    ("blank-before-equals", "ENV A = b\nENV B =\nENV C=d\nLABEL E f", ["= b", "="]),
    ("copy-from-itself", "COPY --from=0 /a /b\nFROM scratch AS Two\nCOPY --from=TWO /a /b", ["0", "TWO"]),
    ("copy-from-unknown-stage", "COPY --from=x.example/y /a /b", ["x.example/y"]),
    ("copy-from-unknown-stage", "COPY --from=y:1 /a /b\nCOPY --from=y@sha256:00 /a /b", []),
    ("copy-whole-root", "COPY --from=a:1 / /\nCOPY --from=a:1 /. /\nCOPY / /", ["/"]),
    ("env-reads-own-line", "ENV A=1 B=x${A}y", ["${A}"]),
    ("env-reads-own-line", "ENV A=1 B=${A:-$C}", ["${A:-$C}"]),
    ("env-reads-own-line", "ENV A=1 B='$A' C=\\$A", []),
    ("env-reads-own-line", "ENV PATH=/a:$PATH B=$PATH\nENV A=$A", []),
    ("forbidden-trigger", "ONBUILD ONBUILD RUN a\nonbuild from a\nONBUILD RUN a", ["ONBUILD", "from"]),
    ("label-key", "LABEL a.b_c/d=1 e=1 E=1 -f=1 g..h=1", ["E", "-f", "g..h"]),
    ("lost-setting", "RUN export A=1 && export B=2", ["export B=2"]),
    ("lost-setting", "RUN export A=1 && printenv\nRUN cd /srv && touch a\nRUN unset A; frobnicate", []),
    ("lost-setting", "RUN touch /a && unset A\nRUN if frobnicate; then export B=1; fi", ["unset A"]),
    ("malformed-json", "CMD [a, b]\nENTRYPOINT [ -x /a ] && b\nRUN [ \"$A\" ] || a", ["[a, b]"]),
    ("malformed-json", 'RUN ["a" "b"]\nONBUILD CMD ["a", \'b\']', ['["a" "b"]', '["a", \'b\']']),
    ("many-to-no-directory", "COPY a b /c\nADD a b c\nCOPY <<A <<B /d\na\nA\nb\nB", ["/c", "c", "/d"]),
    ("many-to-no-directory", "ARG D=/c/\nCOPY a b $D\nARG E\nCOPY a b $E.\nCOPY a b ..\nCOPY a /b", []),
    ("named-user", "USER 1\nUSER app", ["app"]),
    ("named-user", "USER app\nUSER 1", []),
    ("operator-in-exec-form", 'CMD ["a", "&&", "b"]\nRUN ["/bin/bash", "-c", "a", "|"]', ['"&&"']),
    ("operator-in-exec-form", 'ENTRYPOINT ["a", "x|y"]\nCMD a && b', []),
    ("outside-context", "COPY ../a b/../../c d/../e /x/\nADD https://a/../b /y", ["../a", "b/../../c"]),
    ("port-out-of-range", "EXPOSE 65536 1-70000/udp 99999999999999999999\nEXPOSE 65535", [
        "65536", "1-70000/udp", "99999999999999999999",
    ]),
    ("port-out-of-range", "ARG P=80000\nEXPOSE $P\nARG Q\nEXPOSE $Q", ["$P"]),
    ("readable-secret", "RUN --mount=type=secret,id=a,mode=0440 true", ["--mount=type=secret,id=a,mode=0440"]),
    ("readable-secret", "RUN --mount=type=secret,id=a true\nRUN --mount=type=cache,target=/a,mode=0777 true", []),
    ("relative-copy-destination", "COPY a b\nWORKDIR /c\nCOPY a d", ["b"]),
    ("separate-copies", "COPY a /x/\nCOPY b /x/\nRUN true\nCOPY c /x/", ["COPY"]),
    ("separate-copies", "COPY a /x\nCOPY b /x\nCOPY --link a /y/\nCOPY b /y/\nADD a /z/\nCOPY b /z/", []),
    ("spaced-workdir", "WORKDIR /a # b\nWORKDIR '/a b'\nWORKDIR /a\\ b\nWORKDIR ${A:-b c}", ["/a # b"]),
    ("system-directory", "ARG P=/proc\nWORKDIR $P/x\nVOLUME /sys/ /dev/shm /developer", ["$P/x", "/sys/"]),
    ("untrusted-registry", "COPY --from=ghcr.io/a:1 /a /b\nCOPY --from=a:1 /a /b", ["ghcr.io/a:1"]),
]  # fmt: skip


@pytest.mark.parametrize(("check", "text", "expected"), CASES)
def test_marked_words(check: str, text: str, expected: list[str]) -> None:
    params = {"registries": ("docker.io",)} if check == "untrusted-registry" else {}
    assert words(check, f"{DEBIAN}{text}\n", **params) == expected


def test_a_base_that_is_not_known_may_set_the_variable() -> None:
    text = "ENV A=1 B=$A\n"
    assert [seen.confidence for seen in observe("env-reads-own-line", DEBIAN + text)] == [None]
    assert [seen.confidence for seen in observe("env-reads-own-line", UNKNOWN + text)] == [Confidence.MEDIUM]


def test_an_early_argument_names_what_runs_again() -> None:
    text = f"""\
{DEBIAN}ARG COMMIT
ARG LANG=C
RUN head -c 2M /dev/zero > /a
COPY b /b
RUN head -c 3M /dev/zero > /c
RUN echo $COMMIT > /commit
RUN head -c 4M /dev/zero > /d
"""
    (seen,) = observe("early-argument", text)
    assert seen.words == "COMMIT"
    assert (seen.values["lines"], seen.values["amount"]) == ("lines 4 and 6", "5.0 MiB")
    assert observe("early-argument", text, minimum=6 << 20) == []
    assert observe("early-argument", text.replace("COMMIT", "COMMITS")) == []


@pytest.mark.parametrize(
    ("kind", "right", "wrong"),
    [
        ("email", "a.b+c@d-e.example", "a@b@c"),
        ("hash", "3196e6f", "3196E6F"),
        ("rfc3339", "2024-02-29T23:59:60.5+05:30", "2023-02-29T00:00:00Z"),
        ("semver", "1.0.0-rc.1+b-2", "01.0.0"),
        ("spdx", "(MIT OR Apache-2.0) AND GPL-2.0-only WITH Classpath-exception-2.0", "mit"),
        ("spdx", "LicenseRef-own", "GPL-3.0+"),
        ("url", "https://a.example/b?c=d#e", "a.example/b"),
    ],
)
def test_types_of_labels(kind: str, right: str, wrong: str) -> None:
    text = f'{DEBIAN}ARG A\nLABEL x="{right}"\nLABEL x="{wrong}"\nLABEL x=$A y=z\n'
    assert words("label-type", text, labels=("x",), type=kind) == [f'"{wrong}"']


def test_what_an_heir_sets_is_set() -> None:
    text = "FROM scratch AS a\nFROM a AS b\nLABEL x=1\nHEALTHCHECK NONE\nFROM b AS c\nFROM scratch AS d\n"
    every = {"stages": "all"}
    assert words("missing-label", text, labels=("x",), **every) == ["scratch"]
    assert words("missing-instruction", text, **every) == ["scratch"]
    assert words("missing-instruction", text.partition("FROM scratch AS d")[0]) == []


def test_a_refusal_with_a_rule_of_its_own_is_told_once() -> None:
    from layerlint.linter import Settings, lint
    from layerlint.source import SourceFile
    from tests.conformance.dockerfiles import RULES

    text = "FROM scratch AS a\nCOPY --from=a /a /b\nEXPOSE 70000 http\nONBUILD FROM b\n"
    report = lint(SourceFile("Dockerfile", text), None, Settings(), RULES, RULES)
    found = [(finding.rule, finding.place.line) for finding in report.findings if finding.severity.value == "error"]
    assert found == [
        ("copy-from-itself", 2),
        ("port-out-of-range", 3),
        ("syntax", 3),
        ("forbidden-trigger", 4),
    ]
