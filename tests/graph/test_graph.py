"""Stages, what they stand on, and the faults that BuildKit names before it runs anything."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from layerlint.dockerfile.grammar import parse_all
from layerlint.dockerfile.parser import parse
from layerlint.domain.text import UNKNOWN
from layerlint.graph import (
    BuildGraph,
    ContextRef,
    EdgeKind,
    ImageRef,
    Scratch,
    Source,
    StageRef,
    build_graph,
)
from layerlint.source import SourceFile


def link(
    text: str,
    contexts: tuple[str, ...] = (),
    target: str | None = None,
    arguments: Mapping[str, str] | None = None,
) -> BuildGraph:
    document = parse(SourceFile("Dockerfile", text))
    instructions, problems = parse_all(document)
    assert problems == ()
    return build_graph(
        document, instructions, contexts=contexts, target=target, build_arguments=arguments or {}
    )


def problems(graph: BuildGraph, text: str) -> list[tuple[str, str]]:
    """Each fault with the words that it points to."""
    return [(problem.message, text[problem.span.start : problem.span.end]) for problem in graph.problems]


@pytest.mark.parametrize(
    ("text", "bases"),
    [
        ("FROM scratch\n", [Scratch()]),
        ("FROM a AS B\nFROM b\n", [ImageRef("a"), StageRef(0)]),
        ("FROM a AS b\nFROM a AS b\nFROM b\n", [ImageRef("a"), ImageRef("a"), StageRef(1)]),
        ("FROM later\nFROM a AS later\n", [ImageRef("later"), ImageRef("a")]),
        ("FROM a AS scratch\nFROM scratch\n", [ImageRef("a"), StageRef(0)]),
        ("ARG V=1\nFROM a:$V\n", [ImageRef("a:1")]),
        ("ARG V\nFROM a:${V:-2}\n", [ImageRef(UNKNOWN)]),
        ("ARG V\nFROM a:$V AS x\nFROM x\n", [ImageRef(UNKNOWN), StageRef(0)]),
        ("FROM --platform=$BUILDPLATFORM a-$TARGETARCH\n", [ImageRef("a-amd64")]),
    ],
)
def test_bases(text: str, bases: list[Source]) -> None:
    assert [stage.base for stage in link(text).stages] == bases


@pytest.mark.parametrize(
    ("line", "source"),
    [
        ("COPY --from=one / /", StageRef(0)),
        ("COPY --from=ONE / /", StageRef(0)),
        ("COPY --from=0 / /", StageRef(0)),
        ("COPY --from=+1 / /", StageRef(1)),
        ("COPY --from=alpine:3 / /", ImageRef("alpine:3")),
        ("COPY --from=files / /", ContextRef("files")),
        ("COPY --from=scratch / /", Scratch()),
        ("RUN --mount=from=one,target=/x true", StageRef(0)),
        ("RUN --mount=from=0,target=/x true", ImageRef("0")),
        ("RUN --mount=from=files,target=/x true", ContextRef("files")),
    ],
)
def test_sources(line: str, source: Source) -> None:
    graph = link(f"FROM a AS one\nFROM a AS two\nFROM a\n{line}\n", ("files",))
    (edge,) = (edge for edge in graph.edges if edge.kind is not EdgeKind.FROM)
    assert (edge.stage, edge.source) == (2, source)


@pytest.mark.parametrize(
    ("text", "message", "words"),
    [
        ("FROM a AS s\nCOPY --from=s / /\n", "circular dependency detected on stage: s", "s"),
        ("FROM a\nCOPY --from=0 / /\n", "circular dependency detected on stage: stage-0", "0"),
        ("FROM a\nCOPY --from=1 / /\n", "invalid stage index 1", "1"),
        ("FROM a\nCOPY --from=-1 / /\n", "invalid stage index -1", "-1"),
        (
            "FROM a AS s\nCOPY --from=T / /\nFROM a AS t\n",
            'cannot copy from stage "T", it needs to be defined before current stage "s"',
            "T",
        ),
        (
            "FROM a\nRUN --mount=from=t,target=/x y\nFROM a AS t\n",
            'cannot mount from stage "t" to "/x", stage needs to be defined before current command',
            "from=t",
        ),
        (
            "FROM a AS s\nCOPY --from=t x y\nFROM a AS t\nRUN --mount=from=s,target=/x y\n",
            "circular dependency detected on stage: s",
            "t",
        ),
        (
            "FROM a AS s\nFROM a AS t\nCOPY --from=s / /\nFROM a AS s\n",  # the later `s` wins
            'cannot copy from stage "s", it needs to be defined before current stage "t"',
            "s",
        ),
        ("FROM $X\n", "base name ($X) should not be blank", "$X"),
        ("FROM a:${X\n", None, "a:${X"),
        ("ARG V=${X\nFROM a\n", None, "${X"),
        ("FROM a:b:c\n", 'failed to parse stage name "a:b:c": invalid reference format', "b:c"),
        ("FROM a\nCOPY --from=B / /\n", 'failed to parse stage name "B": invalid reference format: '
         "repository name (library/B) must be lowercase", "B"),
        ("FROM --platform=$NOPE a\n", "empty platform value from expression $NOPE", "$NOPE"),
        (
            "FROM --platform=a/b/c/d a\n",
            'failed to parse platform a/b/c/d: "a/b/c/d": cannot parse platform specifier: invalid argument',
            "a/b/c/d",
        ),
        (
            "FROM a AS b\nONBUILD COPY --form=x a b\nFROM b AS c\nFROM b AS c\n",
            "unknown flag: --form (did you mean from?) (a trigger that stage c runs)",
            "--form",
        ),
    ],
)  # fmt: skip
def test_one_fault(text: str, message: str | None, words: str) -> None:
    (found,) = problems(link(text), text)
    assert found[1] == words
    assert message is None or found[0] == message


def test_a_target_is_a_name() -> None:
    text = "FROM a AS build\nFROM a AS Run\n"
    assert link(text, target="BUILD").target == 0
    assert link(text, target="RUN").target == 1
    (problem,) = link(text, target="biuld").problems
    assert problem.message == 'target stage "biuld" could not be found (did you mean build?)'
    assert link(text, target="0").target is None


def test_what_a_build_argument_decides_is_in_doubt() -> None:
    text = "ARG V\nARG P\nFROM --platform=$P busybox:$V\n"
    found = link(text).problems
    assert [(problem.message, problem.certain) for problem in found] == [
        ("empty platform value from expression $P (without --build-arg P=…)", False),
        (
            'failed to parse stage name "busybox:": invalid reference format (without --build-arg V=…)',
            False,
        ),
    ]
    assert link(text, arguments={"V": "1", "P": "linux"}).problems == ()
    (problem,) = link(text, arguments={"V": "::", "P": "linux"}).problems
    assert problem.certain


def test_circles_of_many_stages_are_each_told_once() -> None:
    """A ring of a thousand stages, and one that leads into it: no recursion, one fault a circle."""
    count = 1000
    lines = ["FROM a AS into", "COPY --from=s0 / /"]
    for index in range(count):
        lines += [f"FROM a AS s{index}", f"COPY --from=s{(index + 1) % count} / /"]
    lines += ["FROM a AS x", "COPY --from=y / /", "FROM a AS y", "COPY --from=x / /"]
    text = "\n".join(lines) + "\n"
    circles = [found for found in problems(link(text), text) if found[0].startswith("circular")]
    assert circles == [
        ("circular dependency detected on stage: s0", "s1"),
        ("circular dependency detected on stage: x", "y"),
    ]


def test_triggers_run_in_the_child_and_need_its_stages() -> None:
    text = (
        "FROM a AS parent\nONBUILD COPY --from=files / /\nONBUILD RUN true\n"
        "FROM a AS files\nFROM parent AS child\nFROM child\n"
    )
    graph = link(text)
    assert [len(stage.triggers) for stage in graph.stages] == [0, 0, 2, 0]
    (edge,) = (edge for edge in graph.edges if edge.kind is EdgeKind.COPY)
    assert (edge.stage, edge.source) == (2, StageRef(1))
    assert graph.reachable == {0, 1, 2, 3}
    assert graph.problems == ()
