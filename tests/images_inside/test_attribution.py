"""Rows of histories as builders write them, matched with the lines of a Dockerfile."""

from __future__ import annotations

import pytest

from layerlint.analysis.attribution import Attribution, align, attribute
from layerlint.analysis.history_rows import told_by_row
from layerlint.analysis.inside import look_inside
from layerlint.execution.trace import Trace
from layerlint.images.model import History
from layerlint.linter import Settings, analyse
from layerlint.reporters import image_reporter
from layerlint.reporters.style import Style
from layerlint.source import SourceFile
from tests.images_inside.making import file, image

ROWS = {
    "RUN /bin/sh -c apt-get update # buildkit": ("RUN", "apt-get update"),
    "RUN |2 A=b PATH=/bin:/usr/bin /bin/sh -c make  install # buildkit": ("RUN", "make install"),
    "RUN |1 A=two words /bin/bash -o pipefail -ec make # buildkit": ("RUN", "make"),
    "RUN echo hello # buildkit": ("RUN", "echo hello"),
    "|3 NAME=a b VER=1 /bin/sh -c rm -r x &&     make": ("RUN", "rm -r x && make"),
    "/bin/sh -c make": ("RUN", "make"),
    "/bin/bash -o pipefail -c make | tee log": ("RUN", "make | tee log"),
    "powershell -Command Write-Host hi": ("RUN", "Write-Host hi"),
    "/bin/sh -c #(nop) COPY dir:dc2d in /tmp/payload ": ("COPY", "dir:dc2d in /tmp/payload"),
    '/bin/sh -c #(nop)  CMD ["bash"]': ("CMD", '["bash"]'),
    "COPY a.txt b.txt /dest/ # buildkit": ("COPY", "a.txt b.txt /dest/"),
    "WORKDIR /srv": ("WORKDIR", "/srv"),
    "# debian.sh --arch 'amd64' out/ 'bookworm'": ("", "# debian.sh --arch 'amd64' out/ 'bookworm'"),
    "bazel build ...": ("", "bazel build ..."),
    "": ("", ""),
    "|1": ("RUN", "|1"),
    "|1 A=b make all": ("RUN", "|1 A=b make all"),
    "/bin/sh": ("", "/bin/sh"),
}


@pytest.mark.parametrize("row", ROWS)
def test_rows_are_read(row: str) -> None:
    told = told_by_row(row)
    assert (told.keyword, told.text) == ROWS[row]


DOCKERFILE = """\
FROM debian:bookworm-slim
ARG VERSION=1 NAME="a b"
ENV X=$VERSION
WORKDIR /srv
COPY data /srv/data
RUN rm -r data/keep && \\
    echo $X > /v
RUN ["make", "all"]
COPY --chown=5:6 data/a.bin ./x/
EXPOSE 80
RUN echo one && echo two
CMD ["sh"]
"""
BASE = (
    History("/bin/sh -c #(nop) ADD file:abcd in / ", "", False),
    History('/bin/sh -c #(nop)  CMD ["bash"]', "", True),
)
BUILDKIT = (
    History("ARG VERSION=1 NAME=a b", "buildkit.dockerfile.v0", True),
    History("ENV X=1", "buildkit.dockerfile.v0", True),
    History("WORKDIR /srv", "buildkit.dockerfile.v0", False),
    History("COPY data /srv/data # buildkit", "buildkit.dockerfile.v0", False),
    History("RUN |2 VERSION=1 NAME=a b /bin/sh -c rm -r data/keep &&     echo $X > /v # buildkit", "", False),
    History("RUN |2 VERSION=1 NAME=a b make all # buildkit", "", False),
    History("COPY --chown=5:6 data/a.bin ./x/ # buildkit", "", False),
    History("EXPOSE map[80/tcp:{}]", "", True),
    History("RUN |2 VERSION=1 NAME=a b /bin/sh -c echo one && echo two # buildkit", "", False),
    History('CMD ["sh"]', "", True),
)
BUILDAH = (
    History("/bin/sh -c #(nop) ARG NAME VERSION", "FROM 603fd0c26678", True),
    History("/bin/sh -c #(nop) ENV X=$VERSION", "FROM 187f8686a172", True),
    History("/bin/sh -c #(nop) WORKDIR /srv", "FROM 7c741e3ef333", True),
    History("/bin/sh -c #(nop) COPY dir:b6ad in /srv/data ", "FROM 4729aa625964", False),
    History("|3 NAME=a b VERSION=1 /bin/sh -c rm -r data/keep &&     echo $X > /v", "", False),
    History("|3 NAME=a b VERSION=1 make all", "", False),
    History("/bin/sh -c #(nop) COPY file:06cc in ./x/ ", "", False),
    History("/bin/sh -c #(nop) EXPOSE 80", "", True),
    History("|3 NAME=a b VERSION=1 /bin/sh -c echo one && echo two", "", False),
    History('/bin/sh -c #(nop) CMD ["sh"]', "", True),
)
KANIKO = (
    History("COPY data /srv/data", "", False),
    History("RUN rm -r data/keep &&     echo $X > /v", "", False),
    History('RUN ["make", "all"]', "", False),
    History("COPY --chown=5:6 data/a.bin ./x/", "", False),
    History("RUN echo one && echo two", "", False),
)


def trace(text: str) -> Trace:
    return analyse(SourceFile("Dockerfile", text), None, Settings()).trace


def attributed(history: tuple[History, ...], text: str = DOCKERFILE) -> Attribution:
    count = sum(not row.empty_layer for row in history)
    made = image([[file(f"/{index}", 10)] for index in range(count)], history)
    return attribute(made, trace(text))


def lines(found: Attribution) -> list[list[int]]:
    return [[step.instruction.node.start_line for step in source.steps] for source in found.layers]


def test_buildkit() -> None:
    found = attributed(BASE + BUILDKIT)
    assert lines(found) == [[], [4], [5], [6], [8], [9], [11]]
    assert (found.base_layers, found.alone, found.notes) == (1, (), ())


def test_buildah_has_no_layer_for_workdir() -> None:
    found = attributed(BASE + BUILDAH)
    assert lines(found) == [[], [4, 5], [6], [8], [9], [11]]
    assert (found.base_layers, found.alone, found.notes) == (1, (), ())


def test_kaniko() -> None:
    found = attributed(BASE + KANIKO)
    assert lines(found) == [[], [5], [6], [8], [9], [11]]
    assert found.base_layers == 1
    assert [step.instruction.node.start_line for step in found.alone] == [4]


def test_one_layer_for_all() -> None:
    """``buildah bud`` without ``--layers``: only the last row has a layer."""
    squashed = [History(row.created_by, row.comment, True) for row in BUILDAH[:-1]]
    found = attributed((*BASE, *squashed, History(BUILDAH[-1].created_by, "", False)))
    assert lines(found) == [[], [4, 5, 6, 8, 9, 11]]


def test_a_base_that_was_made_of_the_same_instructions_stays_the_base() -> None:
    found = attributed(BASE + BUILDKIT + BUILDKIT)
    assert found.base_layers == 7
    assert lines(found)[7:] == [[4], [5], [6], [8], [9], [11]]


def test_an_instruction_that_changed_since_the_build_is_told() -> None:
    rows = list(BASE + BUILDKIT)
    rows[6] = History("RUN /bin/sh -c curl -fsSL https://example.org | sh # buildkit", "", False)
    found = attributed(tuple(rows))
    assert lines(found) == [[], [4], [5], [], [8], [9], [11]]
    assert [step.instruction.node.start_line for step in found.alone] == [6]
    assert found.notes == (
        'no instruction of the Dockerfile is like "RUN curl -fsSL https://example.org | sh"',
    )


def test_an_image_of_another_dockerfile() -> None:
    found = attributed(BASE, "FROM debian\nRUN make\n")
    assert lines(found) == [[]]
    assert found.notes == ("no row of its history is like an instruction of the Dockerfile",)


def test_stages_that_the_target_is_from_are_part_of_it() -> None:
    text = "FROM debian AS one\nRUN make all\nFROM one\nCOPY a /b\n"
    rows = (
        *BASE,
        History("RUN /bin/sh -c make all # buildkit", "", False),
        History("COPY a /b # buildkit", "", False),
    )
    found = attributed(rows, text)
    assert lines(found) == [[], [2], [4]]
    assert [source.steps[0].stage.label for source in found.layers[1:]] == ["one", "1"]


def test_triggers_are_instructions_of_the_stage_that_sets_them_off() -> None:
    rows = (
        *BASE,
        History("ONBUILD RUN make all", "", True),
        History("RUN /bin/sh -c one # buildkit", "", False),
        History("RUN /bin/sh -c make all # buildkit", "", False),
        History("RUN /bin/sh -c two # buildkit", "", False),
    )
    found = attributed(rows, "FROM debian AS a\nONBUILD RUN make all\nRUN one\nFROM a\nRUN two\n")
    assert lines(found) == [[], [3], [2], [5]]
    assert found.notes == ()


def test_a_hostile_history_is_told_on_one_line() -> None:
    rows = (
        History("RUN /bin/sh -c \x1b[31mred\x07\n\u202e # buildkit", "", False),
        History("RUN " + "[" * 100_000, "", False),
        History("x" * 3_000_000, "", False),
        History("|" * 1000 + " -c" * 1000, "", False),
    )
    made = image([[file(f"/{index}", 1)] for index in range(4)], rows)
    output = image_reporter("text")(look_inside(made, trace("FROM scratch\nRUN x\n")), Style(verbose=1))
    assert not set("\x1b\x07\u202e") & set(output)
    assert max(map(len, output.splitlines())) <= 100


def test_a_history_that_does_not_fit_its_layers_names_no_line() -> None:
    made = image([[file("/a", 1)], [file("/b", 1)]], BASE[:1])
    found = attribute(made, trace(DOCKERFILE))
    assert lines(found) == [[], []]
    assert found.notes == ("its history tells of 1 layers, and the image has 2",)


def test_hidden_bytes_name_the_lines() -> None:
    made = image(
        [[file("/base", 7)], [], [file("/srv/data", 100)], [file("/srv/data", 60, "new")], [], [], []],
        BASE + BUILDKIT,
    )
    report = look_inside(made, trace(DOCKERFILE))
    assert [layer.line for layer in report.layers.layers] == [0, 4, 5, 6, 8, 9, 11]
    (hidden,) = report.layers.hidden
    assert (hidden.created.line, hidden.hidden_by.line, hidden.bytes.likely) == (5, 6, 100)
    assert report.base_layers == 1
    assert report.exact is not None
    assert (report.exact.user_bytes, report.exact.user_hidden_percent) == (160, 100 / 160)


def test_a_long_history_is_bounded() -> None:
    rows = [told_by_row(f"RUN /bin/sh -c step {number} # buildkit") for number in range(20_000)]
    instructions = rows[-100:]
    found = align(rows, instructions, [True] * 100)
    assert list(found.items()) == [(19_900 + number, number) for number in range(100)]
