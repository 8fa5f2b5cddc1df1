from __future__ import annotations

import pytest

from layerlint.dockerfile.grammar import parse_all
from layerlint.dockerfile.instructions import (
    Add,
    Arg,
    Copy,
    Env,
    From,
    Healthcheck,
    Instruction,
    OnBuild,
    Run,
    UnknownInstruction,
)
from layerlint.dockerfile.parser import parse
from layerlint.source import SourceFile


def found(text: str) -> list[tuple[int, int, str]]:
    """Line, column and message of every problem."""
    document = parse(SourceFile("Dockerfile", text))
    return [(*document.source.position(p.span.start), p.message) for p in parse_all(document)[1]]


def instruction(text: str) -> Instruction:
    """The instruction behind a FROM, without a problem."""
    instructions, problems = parse_all(parse(SourceFile("Dockerfile", f"FROM a\n{text}\n")))
    assert problems == ()
    return instructions[1]


NO_DESTINATION = (
    "requires at least two arguments, but only one was provided. Destination could not be determined"
)


@pytest.mark.parametrize(
    ("text", "line", "column", "message"),
    [
        ("", 1, 1, "file with no instructions"),
        ("# only\n", 1, 1, "file with no instructions"),
        ("ARG a\n", 1, 1, "dockerfile contains no stages to build: it has no FROM"),
        (
            "ARG a\nRUN x\nFROM b\n",
            2,
            1,
            "no build stage in current context: an instruction other than ARG before the first FROM",
        ),
        ("RNU x\nFROM a\n", 1, 1, "unknown instruction: RNU (did you mean RUN?)"),
        ("FROM a\nfrm b", 2, 1, "unknown instruction: frm (did you mean from?)"),
        ("FROM a\nqwertz", 2, 1, "unknown instruction: qwertz"),
        ("FROM", 1, 1, "FROM requires either one or three arguments"),
        ("FROM a IS b", 1, 8, "FROM requires either one or three arguments"),
        ("FROM a AS b c d", 1, 13, "FROM requires either one or three arguments"),
        (
            "FROM a AS 1b",
            1,
            11,
            'invalid name for build stage: "1b", name can\'t start with a number or contain symbols',
        ),
        ("FROM --platfrom=x a", 1, 6, "unknown flag: --platfrom (did you mean platform?)"),
        ("FROM a\nCOPY x", 2, 6, f"COPY {NO_DESTINATION}"),
        ("FROM a\nCOPY []", 2, 6, f"COPY {NO_DESTINATION}"),
        ("FROM a\nCOPY <<E\nE", 2, 1, f"COPY {NO_DESTINATION}"),
        ("FROM a\nADD", 2, 1, f"ADD {NO_DESTINATION}"),
        ("FROM a\nCOPY --form=b x y", 2, 6, "unknown flag: --form (did you mean from?)"),
        ("FROM a\nCOPY \\\n  --link=yes x y", 3, 10, "expecting boolean value for flag --link, not: yes"),
        ("FROM a\nCOPY --link= x y", 2, 8, "missing a value on flag: --link"),
        ("FROM a\nCOPY --from x y", 2, 8, "missing a value on flag: --from"),
        ("FROM a\nCOPY --from=a --from=b x y", 2, 17, "duplicate flag specified: --from"),
        ("FROM a\nCOPY x <<E\nE", 2, 8, "COPY cannot accept a heredoc as a destination"),
        ("FROM a\nWORKDIR", 2, 1, "WORKDIR requires exactly one argument"),
        ("FROM a\nCMD --help", 2, 5, "unknown flag: --help"),
        ("FROM a\nENV", 2, 1, "ENV requires at least one argument"),
        ("FROM a\nENV x=1 =2", 2, 9, "ENV names can not be blank"),
        ("FROM a\nARG =x", 2, 5, "ARG names can not be blank"),
        ("FROM a\nSHELL sh", 2, 7, "SHELL requires the arguments to be in JSON form"),
        ("FROM a\nSHELL []", 2, 7, "SHELL requires at least one argument"),
        ('FROM a\nVOLUME ["a", " "]', 2, 14, "VOLUME specified can not be an empty string"),
        ("FROM a\nHEALTHCHECK RUN x", 2, 13, 'Unknown type "RUN" in HEALTHCHECK (try CMD)'),
        ("FROM a\nHEALTHCHECK CMD", 2, 13, "Missing command after HEALTHCHECK CMD"),
        ("FROM a\nHEALTHCHECK NONE x", 2, 18, "HEALTHCHECK NONE takes no arguments"),
        ("FROM a\nHEALTHCHECK --interval=5 CMD x", 2, 24, 'time: missing unit in duration "5"'),
        ("FROM a\nHEALTHCHECK --timeout=5d CMD x", 2, 23, 'time: unknown unit "d" in duration "5d"'),
        ("FROM a\nHEALTHCHECK --timeout=x CMD x", 2, 23, 'time: invalid duration "x"'),
        ("FROM a\nHEALTHCHECK --interval=-1s CMD x", 2, 15, 'Interval "interval" cannot be less than 1ms'),
        ("FROM a\nHEALTHCHECK --retries=-1 CMD x", 2, 23, "--retries cannot be negative (-1)"),
        ("FROM a\nHEALTHCHECK --retries=x CMD x", 2, 23, 'strconv.ParseInt: parsing "x": invalid syntax'),
        (
            "FROM a\nHEALTHCHECK --retries=2147483648 CMD x",
            2,
            23,
            'strconv.ParseInt: parsing "2147483648": value out of range',
        ),
        ("FROM a\nONBUILD ONBUILD RUN x", 2, 9, "Chaining ONBUILD via `ONBUILD ONBUILD` isn't allowed"),
        ("FROM a\nONBUILD from b", 2, 9, "FROM isn't allowed as an ONBUILD trigger"),
        ("FROM a\nRUN --network=x y", 2, 15, 'invalid network mode "x"'),
        ("FROM a\nRUN --security=x y", 2, 16, 'security "x" is not valid'),
        (
            "FROM a\nRUN --mount=from=$a,target=/x y",
            2,
            13,
            "'from' doesn't support variable expansion, define alias stage instead",
        ),
        ('FROM a\nRUN --mount=a\\"b y', 2, 13, 'failed to parse csv mounts: stray " in a"b'),
        ("FROM a\nRUN --device=a=b,nam=c y", 2, 18, "unexpected key 'nam' in 'nam=c' (did you mean name?)"),
    ],
)
def test_every_fault_has_its_place(text: str, line: int, column: int, message: str) -> None:
    assert found(text) == [(line, column, message)]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("FROM --platfrom=x a", "--platfrom"),
        ("FROM a b", "b"),
        ("FROM a AS b c d", "c d"),
        ("FROM a\nCOPY --link= x y", "link"),
        ("FROM a\nCOPY --fr\\\nom x y", "fr\\\nom"),
        ("FROM a\nCOPY --from=\\\nx --from=\\\ny x y", "from"),
        ("FROM a\nCOPY --from=a --from='b c' x y", "from"),
        ("FROM a\nCMD --né=x", "--né"),
        ('FROM a\nADD [ "x" ]', "x"),
        ("FROM a\nADD [ ] ", "[ ]"),
        ("FROM a\nADD <<E\nE", "ADD"),
        ("FROM a\nSHELL [ \\\n ]", "[ \\\n ]"),
        ("FROM a\nSHELL sh  -c ", "sh  -c"),
        ("FROM a\nENV x=1 =2", "=2"),
        ("FROM a\nHEALTHCHECK --timeout=1us CMD x", "timeout"),
        ("ARG a", ""),
    ],
)
def test_a_fault_is_the_words_that_are_wrong(text: str, words: str) -> None:
    (problem,) = parse_all(parse(SourceFile("Dockerfile", text)))[1]
    assert text[problem.span.start : problem.span.end] == words


def test_unknown_flags_are_reported_where_the_arguments_are_missing() -> None:
    assert found("FROM a\nHEALTHCHECK --intervall=1s\n") == [
        (2, 1, "HEALTHCHECK requires at least one argument"),
        (2, 13, "unknown flag: --intervall (did you mean interval?)"),
    ]


def test_all_faults_are_reported_in_order() -> None:
    text = "FROM a\nCOPY --foo a\nENV x\nFOO\nWORKDIR --a\n"
    assert [(line, message) for line, _, message in found(text)] == [
        (2, f"COPY {NO_DESTINATION}"),
        (2, "unknown flag: --foo (did you mean from?)"),
        (3, "ENV must have two arguments"),
        (4, "unknown instruction: FOO (did you mean FROM?)"),
        (5, "WORKDIR requires exactly one argument"),
        (5, "unknown flag: --a"),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "RUN", "CMD []", "ENTRYPOINT", "WORKDIR a b", "ARG --x a", "STOPSIGNAL --x 9", "HEALTHCHECK --x NONE",
        "HEALTHCHECK --interval=0 --retries=0 --timeout=1h2.5m CMD x", "ONBUILD FOO x", "ONBUILD COPY a",
        "COPY --link=TRUE --exclude=a --exclude=b c d", "COPY --from= a b", "RUN --mount=type=foo x",
        "RUN --device=v.com/d=x,required y", "EXPOSE abc", "FROM b AS FooBar",
    ],
)  # fmt: skip
def test_what_buildkit_accepts_is_accepted(text: str) -> None:
    assert found(f"FROM a\n{text}\n") == []


def test_from() -> None:
    stage = instruction("FROM --platform=$P b:1 as C")
    assert isinstance(stage, From)
    assert stage.name is not None
    assert stage.platform is not None
    assert (stage.image.value, stage.name.value, stage.platform.value) == ("b:1", "C", "$P")


def test_arg_and_env_pairs() -> None:
    arg = instruction('ARG a b=1 c="2 3"')
    assert isinstance(arg, Arg)
    values = [(pair.key.value, pair.value.value if pair.value else None) for pair in arg.pairs]
    assert values == [("a", None), ("b", "1"), ("c", '"2 3"')]
    env = instruction("ENV a  b=c")
    assert isinstance(env, Env)
    assert env.legacy
    assert [(pair.key.value, pair.value and pair.value.value) for pair in env.pairs] == [("a", "b=c")]


def test_copy_and_add() -> None:
    copy = instruction("COPY --from=b --chown=1:2 --link --parents --exclude=*.md x <<E y/\nhi\nE")
    assert isinstance(copy, Copy)
    transfer = copy.transfer
    assert [word.value for word in transfer.sources] == ["x"]
    assert [heredoc.content for heredoc in transfer.heredocs] == ["hi\n"]
    assert (transfer.destination.value, transfer.link, copy.parents) == ("y/", True, True)
    assert [word.value for word in transfer.exclude] == ["*.md"]
    assert copy.from_ is not None
    assert copy.from_.value == "b"
    add = instruction("ADD --keep-git-dir --unpack=false --checksum=sha256:1 a b")
    assert isinstance(add, Add)
    assert (add.keep_git_dir, add.unpack) == (True, False)


@pytest.mark.parametrize(
    ("text", "kind", "words"),
    [
        ("HEALTHCHECK none", "NONE", []),
        ("HEALTHCHECK CMD a b", "CMD-SHELL", ["a b"]),
        ('HEALTHCHECK cmd ["a", "b"]', "CMD", ["a", "b"]),
    ],
)
def test_healthcheck(text: str, kind: str, words: list[str]) -> None:
    check = instruction(text)
    assert isinstance(check, Healthcheck)
    assert (check.kind, [word.value for word in check.words]) == (kind, words)


def test_a_broken_trigger_is_unknown() -> None:
    outer = instruction("ONBUILD COPY a")
    assert isinstance(outer, OnBuild)
    assert isinstance(outer.instruction, UnknownInstruction)


def test_mounts() -> None:
    run = instruction(
        "RUN --mount=type=CACHE,dst=/a,ro --mount=src=b,target=c,rw --mount=from=s,target=/x,id=1 y"
    )
    assert isinstance(run, Run)
    seen = [(m.type, m.source, m.target, m.from_, m.read_only) for m in run.mounts]
    assert seen == [
        ("cache", "", "/a", "", True),
        ("bind", "b", "c", "", False),
        ("bind", "", "/x", "s", True),
    ]
    assert run.mounts[2].options == (("from", "s"), ("target", "/x"), ("id", "1"))


@pytest.mark.parametrize(
    ("text", "script"),
    [
        ("RUN a \\\n  b", "a   b"),
        ("RUN --network=none a", "a"),
        ("RUN", ""),
        ('RUN ["a"]', ""),
        ("RUN <<EOF\na\n b\nEOF", "a\n b\n"),
        ("RUN <<-EOF\n\ta\n\t\tb\n\tEOF", "a\nb\n"),
        ("RUN <<EOF cat\na\nEOF", "<<EOF cat\na\nEOF"),
        ("RUN cat <<A 3<<-'B' \\\n && x\n1\nA\n\t2\n\tB", "cat <<A 3<<-'B'  && x\n1\nA\n\t2\nB"),
        ("ONBUILD RUN <<EOF\na\nEOF", "a\n"),
    ],
)
def test_scripts(text: str, script: str) -> None:
    source = SourceFile("Dockerfile", f"FROM a\n{text}\n")
    (_, run), problems = parse_all(parse(source))
    assert problems == ()
    if isinstance(run, OnBuild):
        run = run.instruction
    assert isinstance(run, Run)
    assert run.script == script
    # Every character of the script stands in the file where the map says.
    for offset, char in enumerate(script):
        assert source.text[run.script_map.locate(offset)] == char
