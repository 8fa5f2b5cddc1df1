"""Triggers of ONBUILD that an image brings: what is run, what is refused, and where all of it stands."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from layerlint.dockerfile.grammar import parse_all
from layerlint.dockerfile.instructions import Copy, From, Run, UnknownInstruction
from layerlint.dockerfile.parser import parse
from layerlint.graph import BuildGraph, EdgeKind, StageRef, build_graph
from layerlint.graph.triggers import MAX_TEXT, MAX_TRIGGERS, place_of, read_triggers
from layerlint.source import SourceFile, Span

HERE_DOCUMENT = "RUN <<EOF\nmkdir /a\ntouch /a/b\nEOF\n"


def link(text: str, *triggers: str) -> BuildGraph:
    document = parse(SourceFile("Dockerfile", text))
    instructions, _ = parse_all(document)
    return build_graph(document, instructions, image_triggers=lambda name: triggers if name == "base" else ())


def source(text: str = "# first\nFROM --platform=linux/amd64 \\\n  base AS it\n") -> From:
    instruction = parse_all(parse(SourceFile("Dockerfile", text)))[0][0]
    assert isinstance(instruction, From)
    return instruction


@pytest.mark.parametrize(
    ("text", "keyword", "fault"),
    [
        ("RUN make", "RUN", ""),
        ("run make", "run", ""),
        ('RUN ["make", "all"]', "RUN", ""),
        ("RUN make \\\n  all", "RUN", ""),
        ("# why\nRUN make", "RUN", ""),
        (HERE_DOCUMENT, "RUN", ""),
        ("COPY --chown=1:2 . /src", "COPY", ""),
        ("COPY . ", "COPY", "COPY requires at least two arguments"),
        ("COPY --form=x a b", "COPY", "unknown flag: --form"),
        ("FROM other", "FROM", "FROM isn't allowed as an ONBUILD trigger"),
        ("ONBUILD RUN make", "ONBUILD", "ONBUILD isn't allowed as an ONBUILD trigger"),
        ("maintainer me", "maintainer", "MAINTAINER isn't allowed as an ONBUILD trigger"),
        ("FETCH all", "FETCH", "unknown instruction: FETCH"),
        ("RUN a\nRUN b", "RUN", "onbuild trigger should be a single expression"),
        ("", None, "onbuild trigger should be a single expression"),
        ("# nothing", None, "onbuild trigger should be a single expression"),
        ("RUN <<EOF\nmake", "RUN", "unterminated heredoc"),
        ("RUN " + "x" * MAX_TEXT, None, "longer than"),
        ("RUN " + "x" * 70_000, "RUN", "dockerfile line greater than max allowed size"),
    ],
)  # fmt: skip
def test_one_trigger(text: str, keyword: str | None, fault: str) -> None:
    found, faults = read_triggers([text], source())
    assert [each.node.keyword for each in found] == ([] if keyword is None else [keyword])
    assert [isinstance(each, UnknownInstruction) for each in found] == ([] if keyword is None else [bool(fault)])
    if fault:
        (told,) = faults
        assert fault in told
        assert len(told) < 300
    else:
        assert faults == ()


def test_all_of_it_stands_at_from() -> None:
    at = source()
    place = place_of(at)
    assert place == Span(40, 40)
    found, _ = read_triggers(["COPY --from=x a b", HERE_DOCUMENT, "RUN --mount=from=y,target=/m a && b"], at)
    copy, run, mounted = found
    assert isinstance(copy, Copy)
    assert isinstance(run, Run)
    assert isinstance(mounted, Run)
    for each in found:
        assert each.node.elsewhere
        assert (each.node.start_line, each.node.end_line) == (2, 3)
        assert each.node.span == each.node.keyword_span == place
    assert copy.from_ is not None
    assert copy.from_.span == copy.transfer.destination.span == place
    assert run.script == "mkdir /a\ntouch /a/b\n"
    assert run.script_map.span(3, 9) == run.script_map.behind(4).span(0, 2) == place
    assert mounted.mounts[0].from_span == mounted.node.flags[0].span == place


def test_as_many_as_a_driver_has_layers() -> None:
    found, (fault,) = read_triggers(["RUN x"] * (MAX_TRIGGERS + 3), source())
    assert len(found) == MAX_TRIGGERS
    assert fault.startswith("3 of ")


@given(st.text(alphabet=st.sampled_from('ADRUNCOPYFM <\\"\'`$\n#-=[],.\ud800'), max_size=60))
def test_any_text_is_read(text: str) -> None:
    found, faults = read_triggers([text], source())
    for each in found:
        assert each.node.span == place_of(source())
    assert len(faults) <= 1


def test_they_run_in_the_stage_that_names_the_image() -> None:
    text = "FROM other AS files\nFROM base AS a\nONBUILD RUN own\nFROM a AS b\nRUN x\nFROM base\n"
    graph = link(text, "COPY --from=files / /", "RUN true")
    assert [[each.node.text for each in stage.triggers] for stage in graph.stages] == [
        [], ["COPY --from=files / /", "RUN true"], ["RUN own"], ["COPY --from=files / /", "RUN true"],
    ]  # fmt: skip
    copies = [edge for edge in graph.edges if edge.kind is EdgeKind.COPY]
    assert [(edge.stage, edge.source) for edge in copies] == [(1, StageRef(0)), (3, StageRef(0))]
    assert graph.reachable == {0, 3}
    assert graph.problems == ()


def test_what_buildkit_refuses_is_told_of_the_image() -> None:
    text = "FROM base\nFROM x AS late\n"
    (problem,) = link(text, "COPY --from=7 a b").problems
    assert problem.message == "invalid stage index 7 (a trigger of its image)"
    assert text[problem.span.start : problem.span.end] == "base"
    graph = link(text, "COPY a", "RUN ok")
    assert graph.problems == ()
    assert [type(each) for each in graph.stages[0].triggers] == [UnknownInstruction, Run]
    assert len(graph.stages[0].refused_triggers) == 1


def test_secrets_in_what_is_refused_are_not_shown() -> None:
    token = "ghp_" + "16C7e42F292c6912E7710c838347Ae178B4a"
    _, (fault,) = read_triggers([f"ENV TOKEN={token} x"], source())
    assert token not in fault
