"""Scripts made to take time, memory or the stack: each ends soon, with a reason where it was cut off."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.execution.dockerfiles import trace_of

MANY = 3000
SECONDS = 3.0
"""Of processor time; the slowest takes one."""

SCRIPTS = {
    "subshells": "(" * MANY + "true" + ")" * MANY,
    "substitutions": "echo " + "$(" * MANY + "true" + ")" * MANY,
    "arithmetic parentheses": "echo $((" + "(" * 150 + "1" + ")" * 150 + "))",
    "arithmetic signs": "echo $((" + "-" * 190 + "1))",
    "defaults": "echo " + "${a:-" * MANY + "}" * MANY,
    "ifs": "if true; then " * MANY + ":; " + "fi; " * MANY,
    "and lists": "true && " * MANY + "true",
    "pipes": "true | " * MANY + "true",
    "commands": "true; " * MANY,
    "functions": "f(){ f $1$1; }; f aaaa",
    "growing variables": "a=xxxxxxxxxx; " + "a=$a$a$a$a; " * 40 + "echo $a > /f",
    "growing quoted variables": "a=1; " + 'a="$a,$a"; ' * 60 + "touch /$a",
    "growing files": "echo x > /f; " + "cat /f /f /f /f > /g; cp /g /f; " * 40,
    "growing trees": "mkdir -p /a/b; " + "cp -r /a /b; cp -r /b /a/x; " * 30,
    "globs in loops": "mkdir /d; for i in $(seq 1 900); do touch /d/$i; done; for i in /d/*; do echo /d/*; done",
    "many arguments": "seq 1 9999 | xargs touch",
    "endless loops": "while true; do while true; do while true; do touch /a; done; done; done",
    "patterns": "a=" + "a" * 4000 + "; echo ${a%%*" + "*a" * 30 + "b} > /x",
    "wrappers": "env " * MANY + "true",
    "negations": "[ " + "! " * MANY + "-e /x ]",
    "nested find": "find / -exec " + "find / -exec " * 50 + "echo {} \\; > /x",
    "huge numbers": "seq 1 99999999999999 > /x; head -c 99999999999999999999 /dev/zero > /y; printf '%999999999d' 1",
    "links to themselves": "ln -s /l /l; cat /l; touch /l/x; cd /l; rm -rf /l",
    "deep directories": "mkdir -p " + "/d" * 200 + "; touch " + "/d" * 200 + "/x",
    "other digits": "; ".join(
        f"{command} {digit}"
        for digit in "²٣"
        for command in (
            "shift", "echo $((1+", "chmod", "head -c", "tail -n", "seq", "seq 1", "cut -c", "sleep",
            "truncate -s", "mkdir -m",
            "useradd -u", "find / -mtime", "find / -size", "tar --strip-components", "dd bs=", "umask",
            "set --", "test 1 -gt",
            "base64 -w", "exit",
        )
    ),
}


@pytest.mark.parametrize("name", sorted(SCRIPTS))
def test_ends_soon(name: str) -> None:
    started = time.process_time()
    trace = trace_of(f"FROM scratch\nRUN {SCRIPTS[name]}\n")
    assert time.process_time() - started < SECONDS
    assert trace.target is not None


PIECES = st.sampled_from(
    (
        "$(", ")", "`", "((", "))", "${", "}", "$X", '"', "'", "\\", "\n", " ", ";", "&&", "||", "|", "&", ">", ">>",
        "<", "<<E", "<<<", "2>&1", "{", "(", "[ ", " ]", "[[ ", "if", "then", "fi", "for", "in", "do", "done", "while",
        "case", "esac", ";;", "*", "?", "[a-", "~", "X=", "!", "set -e", "exit", "cd", "rm -rf", "/",
        "cp -r / /a", "sh -c",
        "eval", "xargs", "touch /x", "mkdir -p", "find / -delete", "apt-get install", "-", "1", "²", "\x00",
        "\udcff", "é",
    )
)  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(st.lists(PIECES, max_size=25))
def test_no_script_raises(pieces: list[str]) -> None:
    script = " ".join(pieces)
    document = f"FROM scratch\nRUN <<'END_OF_RUN'\n{script}\nEND_OF_RUN\n"
    assert trace_of(document).layer_steps()
