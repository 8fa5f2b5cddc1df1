"""The checks about command lines: what they make of a file, and what of its words alone."""

from __future__ import annotations

from typing import Any

import pytest

from layerlint.report import Confidence
from tests.checks.observe import observe, words

DEBIAN = "FROM debian:bookworm-slim\n"
UNKNOWN = "FROM example.org/unknown:1\n"


@pytest.mark.parametrize(
    ("run", "seen", "literal"),
    [
        ("sudo ls", ["sudo"], ["sudo"]),
        ("/usr/bin/sudo ls", ["/usr/bin/sudo"], []),
        ("sh -c 'sudo ls'", ["sudo"], []),
        ("exec sudo ls", ["sudo"], ["sudo"]),
        ("echo sudo", [], []),
        ("which sudo", [], []),
        ("sudo sh -c 'a; b'", ["sudo"], ["sudo"]),
        ("sudo a; sudo b", ["sudo", "sudo"], ["sudo", "sudo"]),
        ("a x y", ["a x"], ["a x"]),
        ("a y x", [], ["a y x"]),
        ("a -q x", ["a -q x"], ["a -q x"]),
    ],
)
def test_command_used(run: str, seen: list[str], literal: list[str]) -> None:
    text = f"{DEBIAN}RUN {run}\n"
    assert words("command-used", text, commands=("sudo", "a x")) == seen
    assert words("command-used", text, commands=("sudo", "a x"), literal=True) == literal


def test_the_last_word_of_a_command() -> None:
    def found(run: str, **params: Any) -> list[str]:
        return words("command-used", f"{DEBIAN}RUN {run}\n", commands=("ln /bin/sh",), **params)

    assert found("ln -s /bin/bash /bin/sh", last=True) == ["ln -s /bin/bash /bin/sh"]
    assert found("ln -s /bin/sh /x", last=True) == []
    assert found("ln -s /bin/sh /x", literal=True) == ["ln -s /bin/sh"]


def test_a_stage_that_is_not_built_counts_for_the_words_alone() -> None:
    text = "FROM scratch AS unused\nRUN sudo a\nFROM scratch\n"
    assert words("command-used", text, commands=("sudo",)) == []
    assert words("command-used", text, commands=("sudo",), literal=True) == ["sudo"]


@pytest.mark.parametrize(
    ("run", "seen", "literal"),
    [
        ("get add x", ["get add"], ["get add"]),
        ("get add -y x", [], []),
        ("get add -qy x", [], []),
        ("get add -qq x", [], []),
        ("get add -q x", ["get add"], ["get add"]),
        ("get add --yes x", [], []),
        ("get add x -- -y", ["get add"], []),
        ("get remove add", [], ["get remove add"]),
        ("get $OPTIONS add x", [], ["get $OPTIONS add"]),
        ("yes | get add x", [], ["get add"]),
        ("get add x <<< y", [], ["get add"]),
        ("sudo /usr/bin/get add x", ["sudo /usr/bin/get add"], []),
        ("bash -c 'get add x'", ["get add"], []),
    ],
)
def test_missing_option(run: str, seen: list[str], literal: list[str]) -> None:
    params: dict[str, Any] = {"commands": ("get add",), "options": ("-y", "-qq", "--yes"), "question": True}
    text = f"{DEBIAN}RUN {run}\n"
    assert words("missing-option", text, **params) == seen
    assert words("missing-option", text, literal=True, **params) == literal


def test_a_command_that_may_not_run_is_less_sure() -> None:
    for run, sure in (("get add", None), ("if false; then get add; fi", Confidence.MEDIUM)):
        (found,) = observe("missing-option", f"{DEBIAN}RUN {run}\n", commands=("get add",), options=("-y",))
        assert found.confidence is sure


@pytest.mark.parametrize(
    ("run", "seen", "literal"),
    [
        ("get add a b=1 c", "a and c", "a and c"),
        ("get add a=1", None, None),
        ("get add a=$V", None, None),
        ("get add $TWO", "x", "${TWO}"),
        ("get add $NONE", None, "$(NONE)"),
        ("get add -t v a=1", None, None),
        ("get add git+x git+x@1", "git+x", "git+x"),
        ("get add -c file a", None, None),
        ("get run a b", "a", "a"),
        ("get add a=1 -- b", None, None),
        ("get x add a", None, "x and a"),
        ("env get add a", "a", None),
    ],
)
def test_unpinned_package(run: str, seen: str | None, literal: str | None) -> None:
    params: dict[str, Any] = {
        "commands": ("get add", "get run"),
        "pinned": ("*=*", "*/*", "*+*", "!git+*", "git+*@*"),
        "options": ("-c",),
        "values": ("-t",),
        "single": ("run",),
        "dashes": True,
    }
    text = f'{DEBIAN}ENV V=1 TWO="x y=1"\nRUN {run}\n'
    found = observe("unpinned-package", text, **params)
    assert [each.values["packages"] for each in found] == ([] if seen is None else [seen])
    found = observe("unpinned-package", text, literal=True, **params)
    assert [each.values["packages"] for each in found] == ([] if literal is None else [literal])


def test_the_words_of_a_kind_in_front() -> None:
    text = f"{DEBIAN}RUN get run add a && get -t v add b\n"
    params: dict[str, Any] = {"commands": ("get add",), "values": ("-t",), "literal": True}
    assert words("unpinned-package", text, **params) == ["run", "b"]
    assert words("unpinned-package", text, leading=True, **params) == ["b"]


@pytest.mark.parametrize(
    ("run", "seen", "literal"),
    [
        ("curl x | tar x", True, True),
        ("set -eo pipefail; curl x | tar x", False, True),
        ("curl x | tar x; set -o pipefail", True, True),
        ("echo x | tee y", False, True),
        ("{ echo x; echo y; } | tee y", False, True),
        ("{ echo x; curl y; } | tee y", True, True),
        ("find / | grep x | sort", False, True),
        ("find / | curl x | sort", True, True),
        ("x || y", False, False),
        ("echo $(curl x | sh)", True, True),
        ("echo 'curl x | sh'", False, False),
        ('["curl", "x", "|", "sh"]', False, True),
        ('["sh", "-c", "curl x | sh"]', True, True),
    ],
)
def test_unchecked_pipe(run: str, seen: bool, literal: bool) -> None:
    text = f"{DEBIAN}RUN {run}\n"
    assert bool(observe("unchecked-pipe", text)) is seen
    assert bool(observe("unchecked-pipe", text, literal=True)) is literal


@pytest.mark.parametrize(
    ("shell", "seen", "literal"),
    [
        ('["/bin/bash", "-o", "pipefail", "-c"]', False, False),
        ('["/usr/local/bin/bash", "-euxo", "pipefail", "-c"]', False, False),
        ('["/bin/sh", "-o", "pipefail", "-c"]', False, True),
        ('["/bin/bash", "-c"]', True, True),
        ('["powershell", "-Command"]', False, False),
    ],
)
def test_the_shell_of_a_pipe(shell: str, seen: bool, literal: bool) -> None:
    text = f"{DEBIAN}SHELL {shell}\nRUN curl x | sh\n"
    assert bool(observe("unchecked-pipe", text)) is seen
    assert bool(observe("unchecked-pipe", text, literal=True)) is literal


def test_the_shell_of_the_stage_below_holds_too() -> None:
    text = f'{DEBIAN[:-1]} AS one\nSHELL ["/bin/bash", "-o", "pipefail", "-c"]\nFROM one\nRUN curl x | sh\n'
    assert observe("unchecked-pipe", text) == []
    assert len(observe("unchecked-pipe", text, literal=True)) == 1


def test_a_base_that_is_not_known_may_have_a_shell_of_its_own() -> None:
    (found,) = observe("unchecked-pipe", UNKNOWN + "RUN curl x | sh\n")
    assert found.confidence is Confidence.MEDIUM


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("RUN curl x && wget y", ["wget"]),
        ("RUN curl x\nRUN wget y\nRUN wget z", ["wget"]),
        ("RUN sudo curl x\nRUN /usr/bin/wget y", ["/usr/bin/wget"]),
        ("RUN curl x\nRUN curl y", []),
        ("RUN curl x\nONBUILD RUN wget y", []),
        ("RUN apt-get install curl wget", []),
    ],
)
def test_commands_together(text: str, expected: list[str]) -> None:
    assert words("commands-together", f"{DEBIAN}{text}\n", commands=("curl", "wget")) == expected


def test_what_one_of_two_programs_costs() -> None:
    text = f"{DEBIAN}RUN apt-get update && apt-get install -y wget\nRUN curl x\nRUN wget y\n"
    (found,) = observe("commands-together", text, commands=("curl", "wget"))
    assert found.bytes is not None
    assert 300_000 < found.bytes < 5_000_000


def test_commands_together_are_those_of_one_stage() -> None:
    text = "FROM scratch AS one\nRUN curl x\nFROM one\nRUN wget y\n"
    assert words("commands-together", text, commands=("curl", "wget")) == []


@pytest.mark.parametrize(
    ("text", "saves", "counted"),
    [
        ("RUN head -c 1M /dev/zero > /a\nRUN rm /a", True, True),
        ("RUN head -c 1M /dev/zero > /a\nRUN x && rm /a", True, False),
        ("RUN head -c 1M /dev/zero > /a\nRUN mkdir /b", False, True),
        ("RUN head -c 1M /dev/zero > /a\nENV A=b\nRUN rm /a", False, False),
        ("RUN head -c 1M /dev/zero > /a\nRUN --network=none rm /a", False, False),
        ("RUN --mount=type=cache,target=/x,id=y a\nRUN --mount=id=y,dst=/x,type=cache b", False, True),
        ("RUN --mount=type=cache,target=/x a\nRUN --mount=type=cache,target=/y b", False, False),
        ("RUN [ -e /a ] && b\nRUN c", False, True),
        ("RUN a\n# a comment\n\nRUN b", False, True),
        ("ONBUILD RUN a\nONBUILD RUN b", False, False),
    ],
)
def test_consecutive_run(text: str, saves: bool, counted: bool) -> None:
    found = observe("consecutive-run", f"{DEBIAN}{text}\n", minimum=1 << 19)
    assert [each.bytes for each in found] == ([1 << 20] if saves else [])
    assert bool(observe("consecutive-run", f"{DEBIAN}{text}\n", minimum=0)) is counted


@pytest.mark.parametrize(
    ("run", "seen", "literal"),
    [
        ("cd /srv && make", True, True),
        ("cd /srv", False, True),
        ("make && cd /srv && make", False, True),
        ("(cd /srv && make)", True, True),
        ("cd /srv && make && cd /opt", False, True),
        ("cd - && make", False, True),
        ("cd $UNKNOWN && make", False, True),
        ("mkdir /x && cd /x && make && rm -rf /x", False, True),
        ("cd /srv && make && rm -rf /srv", False, True),
        ("sh -c 'cd /srv && make'", False, False),
        ("echo cd && make", False, False),
    ],
)
def test_directory_change(run: str, seen: bool, literal: bool) -> None:
    text = f"{DEBIAN}RUN {run}\n"
    assert bool(observe("directory-change", text)) is seen
    assert bool(observe("directory-change", text, literal=True)) is literal


@pytest.mark.parametrize(
    ("run", "seen", "literal"),
    [
        ("useradd -u 123456 x", "123456", "123456"),
        ("useradd -mu 123456 x", "123456", "123456"),
        ("useradd --uid 123456 x", "123456", None),
        ("useradd --uid=123456 x", "123456", None),
        ("useradd -u $ID x", "700000", None),
        ("useradd -u ${UNSET} x", None, "$(UNSET)"),
        ("useradd -u 99999 x", None, None),
        ("useradd -u 000001 x", None, "000001"),
        ("useradd -l -u 123456 x", None, None),
        ("useradd --no-log-init -u 123456 x", None, None),
        ("useradd -g 123456 x", None, None),
    ],
)
def test_large_uid(run: str, seen: str | None, literal: str | None) -> None:
    text = f"FROM debian:bullseye\nENV ID=700000\nRUN {run}\n"
    assert [each.values["id"] for each in observe("large-uid", text)] == ([] if seen is None else [seen])
    found = observe("large-uid", text, literal=True)
    assert [each.values["id"] for each in found if run != "useradd -u $ID x"] == (
        [] if literal is None else [literal]
    )


@pytest.mark.parametrize(
    ("base", "confidence"),
    [("debian:bullseye", [None]), ("debian:bookworm", []), (UNKNOWN[5:-1], [Confidence.MEDIUM])],
)
def test_the_version_of_useradd(base: str, confidence: list[Confidence | None]) -> None:
    found = observe("large-uid", f"FROM {base}\nRUN useradd -u 1000720000 x\n")
    assert [each.confidence for each in found] == confidence
    logs = (292 + 32) * 1_000_720_001  # lastlog and faillog
    assert [each.bytes for each in found] == [logs if sure is None else None for sure in confidence]


def test_a_lastlog_that_does_not_ship_is_less_sure() -> None:
    text = "FROM debian:bullseye AS one\nRUN useradd -u 700000 x\nFROM scratch\nCOPY --from=one /a /\n"
    (found,) = observe("large-uid", text)
    assert (found.bytes, found.confidence) == (None, Confidence.MEDIUM)


FILL: dict[str, Any] = {
    "literal": True, "commands": ("get add", "put add"), "cleaners": ("get clean", "put clean", "rm -rf"),
    "options": ("--none",), "variable": "GET_NONE", "mounts": ("/cache/get", "/a /b"),
}  # fmt: skip


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("RUN get add x", True),
        ("RUN get add --none x", False),
        ("RUN get add x && get clean", False),
        ("RUN get clean && get add x", True),
        ("RUN get add x && put clean", True),
        ("RUN get add x && put add y && get clean", True),
        ("RUN get add x && rm -rf /y", False),
        ("RUN GET_NONE=1 get add x", False),
        ("RUN GET_NONE=0 get add x", True),
        ("RUN export GET_NONE=Yes && get add x", False),
        ("ENV GET_NONE=true\nRUN get add x", False),
        ("RUN --mount=type=cache,target=/cache/get/ get add x", False),
        ("RUN --mount=type=bind,target=/cache/get get add x", True),
        ("RUN --mount=type=cache,target=/a get add x", True),
        ("RUN --mount=type=cache,target=/a --mount=type=tmpfs,target=/b get add x", False),
        ("RUN get list", False),
    ],
)
def test_left_files_by_words(text: str, left: bool) -> None:
    assert bool(observe("left-files", f"{DEBIAN}{text}\n", **FILL)) is left


def test_left_files_by_words_in_any_order_or_in_stages_that_are_stood_on() -> None:
    text = f"{DEBIAN}RUN get clean && get add x\n"
    assert observe("left-files", text, ordered=False, **FILL) == []
    text = "FROM a AS one\nRUN get add 1\nFROM b AS two\nRUN get add 2\nFROM one\nRUN get add 3\n"
    assert len(observe("left-files", text, **FILL)) == 3
    assert len(observe("left-files", text, inherited=True, **FILL)) == 2


def test_folders_wherever_they_lie_and_those_left_out() -> None:
    text = f"{DEBIAN}RUN mkdir -p /home/me/.cache/x && head -c 1M /dev/zero > /home/me/.cache/x/y\n"
    assert len(observe("left-files", text, folders=(".cache/x",))) == 1
    assert observe("left-files", text, folders=("cache/x",)) == []
    assert observe("left-files", text, folders=("/home",), excepted=(".cache/x",)) == []


def test_recommended_packages_by_words() -> None:
    text = f"{DEBIAN}RUN apt-get install -y a\nRUN apt-get install -y --no-install-recommends b\n"
    assert words("recommended-packages", text, literal=True) == ["apt-get install"]
