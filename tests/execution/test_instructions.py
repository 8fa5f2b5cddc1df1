"""WORKDIR, ENV, ARG, ONBUILD, mounts: what instructions other than COPY do to the state and the layers."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from layerlint.execution.trace import Trace
from layerlint.filesystem.layer import Differ
from tests.execution.dockerfiles import MOUNT_POINTS, files, gaps_of, modes_of, trace_of, tree_of


def shown(text: str, **arguments: str) -> str | None:
    """What ``$V`` is for a RUN at the end."""
    return tree_of(trace_of(f"{text}\nRUN echo \"$V\" > /v\n", arguments=arguments)).get("/v")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("FROM scratch\nENV V=1", "1\n"),
        ("FROM scratch\nENV V 1 2", "1 2\n"),
        ("FROM scratch\nARG V=1", "1\n"),
        ("FROM scratch\nARG V", "unknown"),  # whatever the build is given
        ("FROM scratch\nARG V=1\nENV V=2", "2\n"),
        ("FROM scratch\nENV V=2\nARG V=1", "1\n"),
        ("ARG V=1\nFROM scratch", "\n"),
        ("ARG V=1\nFROM scratch\nARG V", "1\n"),
        ("ARG V=1\nFROM scratch\nARG V=2", "2\n"),
        ("FROM scratch AS a\nARG V=1\nFROM scratch", "\n"),
        ("FROM scratch AS a\nARG V=1\nFROM a", "1\n"),
        ("FROM scratch AS a\nENV V=1\nFROM a", "1\n"),
        ("FROM scratch\nENV A=1 V=$A", "\n"),
        ("FROM scratch\nENV A=1\nENV A=2 V=$A", "1\n"),
        ("FROM scratch\nENV A=1\nENV V=${A:-d}${B:-d}", "1d\n"),
        ("FROM scratch\nENV V='$A'", "$A\n"),
        ("FROM scratch\nARG TARGETARCH\nENV V=$TARGETARCH", "amd64\n"),
    ],
)
def test_variables(text: str, expected: str) -> None:
    assert shown(text) == expected


def test_build_arguments_win_over_defaults() -> None:
    assert shown("FROM scratch\nARG V=1", V="given") == "given\n"
    assert shown("ARG V=1\nFROM scratch\nARG V", V="given") == "given\n"
    assert shown("FROM scratch\nENV V=1", V="given") == "1\n"


def layers(trace: Trace) -> list[tuple[str, list[str]]]:
    return [
        (step.instruction.node.keyword, [entry.path for entry in step.layer.entries])
        for step in trace.layer_steps()
        if step.layer is not None
    ]


def test_workdir_makes_a_layer_unless_it_is_the_root() -> None:
    trace = trace_of("FROM scratch\nWORKDIR /a\nWORKDIR b\nWORKDIR ..\nWORKDIR /\nENV D=/c\nWORKDIR $D\n")
    assert layers(trace) == [
        ("WORKDIR", ["/a"]),
        ("WORKDIR", ["/a", "/a/b"]),
        ("WORKDIR", []),
        ("WORKDIR", ["/c"]),
    ]


def test_workdir_belongs_to_the_user_in_buildkit_only() -> None:
    text = "FROM scratch\nUSER 5:6\nWORKDIR /a/b\n"
    assert modes_of(trace_of(text)) == {"/a": "755 5:6", "/a/b": "755 5:6"}
    assert modes_of(trace_of(text, differ=Differ.NATIVE)) == {"/a": "755 0:0", "/a/b": "755 0:0"}


def test_workdir_that_is_not_known() -> None:
    trace = trace_of("FROM registry.example/base\nWORKDIR $SOMEWHERE\nRUN touch f\n")
    assert gaps_of(trace)[0] == "where it leads is not known"
    for text in ("WORKDIR $SOMEWHERE\nWORKDIR deeper", f"WORKDIR {'/a' * 200}"):
        trace = trace_of(f"FROM registry.example/base\n{text}\n")
        assert gaps_of(trace)[-1] == "where it leads is not known"


def test_metadata_makes_no_layer() -> None:
    text = """\
FROM scratch
ARG A=1
ENV B=2
LABEL c=3
EXPOSE 80
VOLUME /vol
USER 1000
STOPSIGNAL 9
SHELL ["/bin/sh", "-c"]
HEALTHCHECK CMD true
CMD ["a"]
ENTRYPOINT ["b"]
ONBUILD RUN touch /a
"""
    trace = trace_of(text)
    assert layers(trace) == []
    assert tree_of(trace) == {}


def test_onbuild_runs_in_the_child_stage(tmp_path: Path) -> None:
    text = """\
FROM scratch AS parent
ONBUILD ARG V=w
ONBUILD COPY f /f
RUN touch /p
FROM parent
RUN echo $V > /v
"""
    trace = trace_of(text, files(tmp_path, {"f": "F"}))
    assert tree_of(trace) == {"/p": "", "/f": "1 bytes", "/v": "w\n"}
    assert [keyword for keyword, _ in layers(trace)] == ["RUN", "COPY", "RUN"]


def test_onbuild_is_not_inherited_twice() -> None:
    trace = trace_of("FROM scratch AS a\nONBUILD RUN touch /x\nFROM a AS b\nRUN rm /x\nFROM b\nRUN touch /z\n")
    assert tree_of(trace) == {"/z": ""}


@pytest.mark.parametrize(
    "mount",
    [
        "type=cache,target=/m",
        "type=tmpfs,target=/m",
        "type=bind,target=/m,rw",
        "type=bind,from=other,target=/m,rw",
        "type=cache,target=/m/deep/er",
    ],
)
def test_mounts_leave_nothing(mount: str, tmp_path: Path) -> None:
    text = f"""\
FROM scratch AS other
RUN touch /o
FROM scratch
RUN --mount={mount} mkdir -p /m/deep/er && echo x > /m/deep/er/x; touch /kept
"""
    trace = trace_of(text, files(tmp_path, {"c": "C"}))
    assert {path for path, text in tree_of(trace).items() if text != "/"} == {"/kept"}


def test_what_lies_under_a_mount_is_there_again(tmp_path: Path) -> None:
    text = """\
FROM scratch
COPY <<F /m/f
text
F
RUN --mount=type=tmpfs,target=/m rm -f /m/f && touch /m/g
"""
    trace = trace_of(text, tmp_path)
    assert tree_of(trace) == {"/m": "/", "/m/f": "text\n"}
    assert layers(trace)[1] == ("RUN", list(MOUNT_POINTS))


def test_mounts_are_read(tmp_path: Path) -> None:
    context = files(tmp_path, {"f": "text", "d/g": "more"})
    text = """\
FROM scratch AS other
RUN echo stage > /s
FROM scratch
RUN --mount=target=/c cp /c/f /f && cp -r /c/d /d
RUN --mount=from=other,source=/s,target=/tmp/s cat /tmp/s > /s
RUN --mount=type=secret,id=k,target=/k touch /done
"""
    trace = trace_of(text, context)
    found = tree_of(trace)
    assert gaps_of(trace) == []
    assert {path: found[path] for path in ("/f", "/d/g", "/s", "/done")} == {
        "/f": "4 bytes", "/d/g": "4 bytes", "/s": "stage\n", "/done": "",
    }  # fmt: skip


def test_mount_points_that_are_made_stay() -> None:
    trace = trace_of("FROM scratch\nRUN true\n")
    assert layers(trace) == [("RUN", list(MOUNT_POINTS))]


def test_a_stage_stands_on_another() -> None:
    trace = trace_of("FROM scratch AS a\nRUN touch /a\nFROM a AS b\nRUN touch /b\nFROM a\nRUN touch /c\n")
    assert tree_of(trace) == {"/a": "", "/c": ""}
    assert tree_of(trace_of("FROM scratch AS a\nRUN touch /a\nFROM a AS b\nRUN touch /b\n", target="a")) == {"/a": ""}


def test_scripts_of_the_context_are_run(tmp_path: Path) -> None:
    script = '#!/bin/sh -e\nmkdir -p /opt\necho "$1" > /opt/$1\n. /lib.sh\n'
    context = files(tmp_path, {"s.sh": script, "lib.sh": "touch /l\n"})
    text = "FROM scratch\nCOPY s.sh lib.sh /\nRUN chmod +x /s.sh && /s.sh x && sh /s.sh y && rm /s.sh\n"
    trace = trace_of(text, context)
    found = tree_of(trace)
    assert gaps_of(trace) == []
    assert (found["/opt/x"], found["/opt/y"], found["/l"]) == ("x\n", "y\n", "")
    assert "/s.sh" not in found


COMMANDS = st.sampled_from(
    (
        "touch /a", "echo $V > /$V", "rm -rf /$V", "mkdir -p /d/$V && cd /d/$V", "cp /a /b$V", "[ $V = x ] && touch /c",
        "if [ -n \"$V\" ]; then frobnicate; fi", "case $V in x) touch /x;; *) $V;; esac",
        "for i in $V; do touch /$i; done", "$V /a", "frobnicate", "tar -cf /t.tar /d$V", "X=$V; echo ${X%y} > /z",
        "while [ $V != x ]; do touch /w; break; done", "head -c $V /dev/zero > /n", "chown $V /a", "set -$V",
        "apt-get install $V",
        "sh -c \"$V\"", "cat <<E > /h\n$V\nE\n",
    )
)  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(st.lists(COMMANDS, min_size=1, max_size=4), st.sampled_from(("x", "", "1 2", "-e", "/etc", "touch")))
def test_a_value_that_is_not_known_completes_no_step(commands: list[str], value: str) -> None:
    """``$UNSET`` of a base image that is not known may be anything, also what the other build has."""
    body = "\n".join(commands)
    known, unknown = (
        trace_of(f"FROM registry.example/base\nENV V={given}\nRUN <<END_OF_RUN\n{body}\nEND_OF_RUN\n")
        for given in (f'"{value}"', "$UNSET")
    )
    for one, other in zip(known.steps(), unknown.steps(), strict=True):
        assert one.complete or not other.complete
