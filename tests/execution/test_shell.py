"""Shell scripts and the tree that they leave, on an empty root file system."""

from __future__ import annotations

import pytest

from tests.execution.dockerfiles import faults_of, gaps_of, modes_of, trace_of, tree_of


def tree(script: str) -> dict[str, str]:
    """The files of a script that is understood in full."""
    trace = trace_of(f"FROM scratch\nRUN <<'END'\n{script}\nEND\n")
    assert gaps_of(trace) == []
    return {path: text for path, text in tree_of(trace).items() if text != "/"}


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        # and-or lists and exit statuses
        ("true && echo a > /a", {"/a": "a\n"}),
        ("false && echo a > /a; true", {}),
        ("false || echo b > /b", {"/b": "b\n"}),
        ("true || echo b > /b", {}),
        ("false && echo a > /a || echo b > /b", {"/b": "b\n"}),
        ("! false && echo a > /a", {"/a": "a\n"}),
        ("! true || echo a > /a", {"/a": "a\n"}),
        ("echo a > /a; false; echo b > /b", {"/a": "a\n", "/b": "b\n"}),
        # if, elif, else
        ("if true; then echo a > /a; else echo b > /b; fi", {"/a": "a\n"}),
        ("if false; then echo a > /a; elif true; then echo b > /b; else echo c > /c; fi", {"/b": "b\n"}),
        ("if [ -e /no ]; then echo a > /a; fi; echo b > /b", {"/b": "b\n"}),
        ('if [ "x" = "x" ] && [ 2 -gt 1 ]; then echo a > /a; fi', {"/a": "a\n"}),
        ("if test -n ''; then echo a > /a; else echo b > /b; fi", {"/b": "b\n"}),
        # for, while, break, continue
        ("for x in a b; do echo $x > /$x; done", {"/a": "a\n", "/b": "b\n"}),
        ("for x in 1 2 3; do if [ $x = 2 ]; then break; fi; touch /$x; done; touch /z", {"/1": "", "/z": ""}),
        ("for x in 1 2 3; do [ $x = 2 ] && continue; touch /$x; done", {"/1": "", "/3": ""}),
        ("for x in 1 2; do for y in a b; do [ $y = b ] && continue 2; touch /$x$y; done; done", {"/1a": "", "/2a": ""}),
        ("for x in 1 2; do for y in a b; do break 2; done; touch /$x; done; touch /z", {"/z": ""}),
        ("i=0; while [ $i -lt 3 ]; do touch /$i; i=$((i+1)); done", {"/0": "", "/1": "", "/2": ""}),
        ("i=0; until [ $i -ge 2 ]; do touch /$i; i=$((i+1)); done", {"/0": "", "/1": ""}),
        ("i=0; while true; do i=$((i+1)); if [ $i -gt 2 ]; then break; fi; done; echo $i > /i", {"/i": "3\n"}),
        # case
        ("case amd64 in amd64|x86_64) touch /x;; arm*) touch /a;; *) touch /o;; esac", {"/x": ""}),
        ("case armhf in amd64) touch /x;; arm*) touch /a;; *) touch /o;; esac", {"/a": ""}),
        ("case z in a) touch /a;; *) touch /o;; esac", {"/o": ""}),
        ("case z in a) touch /a;; esac; touch /end", {"/end": ""}),
        # functions, positional parameters
        ("f() { echo $1 > /$2; }; f text name", {"/name": "text\n"}),
        ("f() { touch /a; return 0; touch /b; }; f; touch /c", {"/a": "", "/c": ""}),
        ("f() { return 1; }; f || touch /a", {"/a": ""}),
        ("f() { shift; touch /$1; }; f a b", {"/b": ""}),
        ('set -- a b c; for x; do touch /$x; done; echo $# > /n', {"/a": "", "/b": "", "/c": "", "/n": "3\n"}),
        # subshells and groups
        ("(cd /; X=1; touch /a); echo ${X:-none} > /x", {"/a": "", "/x": "none\n"}),
        ("{ X=1; }; echo $X > /x", {"/x": "1\n"}),
        ("mkdir /d; (cd /d; touch in); touch out", {"/d/in": "", "/out": ""}),
        ("{ echo a; echo b; } > /ab", {"/ab": "a\nb\n"}),
        ("(exit 0); touch /after", {"/after": ""}),
        # pipelines
        ("echo text | cat > /a", {"/a": "text\n"}),
        ("echo a b | tr a x > /a", {"/a": "x b\n"}),
        ("printf 'b\\na\\n' | tee /t | wc -c > /n", {"/t": "b\na\n", "/n": "4\n"}),
        ("X=1; echo y | X=2 cat > /dev/null; echo $X > /x", {"/x": "1\n"}),
        # redirects
        ("echo a > /a; echo b >> /a", {"/a": "a\nb\n"}),
        ("echo a > /a; echo b > /a", {"/a": "b\n"}),
        ("> /a", {"/a": ""}),
        (": > /a", {"/a": ""}),
        ("echo a > /dev/null", {}),
        ("echo a > /a 2>&1", {"/a": "a\n"}),
        ("echo a >&2", {}),
        ("echo a > /a; cat < /a > /b", {"/a": "a\n", "/b": "a\n"}),
        ("echo a | tee /x > /dev/null", {"/x": "a\n"}),
        ("if true; then echo a; echo b; fi > /a", {"/a": "a\nb\n"}),
        ("for x in 1 2; do echo $x; done > /a", {"/a": "1\n2\n"}),
        # here-documents
        ("X=v; cat > /a <<E\nx $X\nE", {"/a": "x v\n"}),
        ("X=v; cat > /a <<'E'\nx $X\nE", {"/a": "x $X\n"}),
        ("cat > /a <<-E\n\t\tx\n\tE", {"/a": "x\n"}),
        # command substitution
        ('X=$(echo a; echo b); echo "$X" > /a', {"/a": "a\nb\n"}),
        ("echo `echo x` > /a", {"/a": "x\n"}),
        ("echo /etc > /n; mkdir /d && touch /d/$(cat /n | cut -c2-)", {"/n": "/etc\n", "/d/etc": ""}),
        # parameter operators
        ('echo "${X:-d}${X-e}" > /a', {"/a": "de\n"}),
        ('X=; echo "${X:-d}${X-e}" > /a', {"/a": "d\n"}),
        (': "${X:=v}"; echo $X > /a', {"/a": "v\n"}),
        ('X=1; echo "${X:+y}${Y:+n}" > /a', {"/a": "y\n"}),
        ("X=/a/b.tar.gz; echo ${X##*/} ${X%.*} ${X%%.*} ${X#/a} > /p", {"/p": "b.tar.gz /a/b.tar /a/b /b.tar.gz\n"}),
        ("X=abc; echo ${#X} > /a", {"/a": "3\n"}),
        # arithmetic
        ("echo $((1+2*3)) $(( (1+2)*3 )) $((7/2)) $((7%2)) $((3>2)) > /a", {"/a": "7 9 3 1 1\n"}),
        ("i=4; echo $((i*2)) $(($i-1)) > /a", {"/a": "8 3\n"}),
        # quoting and splitting
        ("X='a b'; for w in $X; do touch /$w; done", {"/a": "", "/b": ""}),
        ("X='a b'; touch \"/$X\"", {"/a b": ""}),
        ("X=; touch /a $X /b", {"/a": "", "/b": ""}),
        # globs
        ("touch /a1 /a2 /b; for f in /a*; do echo $f; done > /l", {"/a1": "", "/a2": "", "/b": "", "/l": "/a1\n/a2\n"}),
        ("touch /a1 /b1; rm /a*", {"/b1": ""}),
        ("echo /none* > /l", {"/l": "/none*\n"}),
        ("touch /x; [ -f /x ] && rm /x", {}),
        ("touch /.h /v; rm /*; true", {"/.h": ""}),
        ("touch '/a*' /ab; rm '/a*'", {"/ab": ""}),
        # directories and masks
        ("mkdir -p /d/e; cd /d/e; touch f; cd ..; touch g", {"/d/e/f": "", "/d/g": ""}),
        ("mkdir /d && cd /d && pwd > /p", {"/p": "/d\n"}),
        # wrappers
        ("env A=b sh -c 'echo $A > /a'", {"/a": "b\n"}),
        ("sudo touch /a", {"/a": ""}),
        ("sudo -E -u root touch /a", {"/a": ""}),
        ("sh -c 'touch /a; touch /$1' x y", {"/a": "", "/y": ""}),
        ("bash -ec 'touch /a; false; touch /b' || true", {"/a": ""}),
        ("eval 'X=1; touch /a'; echo $X > /x", {"/a": "", "/x": "1\n"}),
        ("printf '/a\\n/b\\n' | xargs touch", {"/a": "", "/b": ""}),
        ("printf '/a /b' | xargs -n 1 touch", {"/a": "", "/b": ""}),
        ("exec touch /a", {"/a": ""}),
        ("timeout 5 touch /a; nice -n 5 touch /b", {"/a": "", "/b": ""}),
        ("printf 'touch /a' | sh", {"/a": ""}),
        ("printf '#!/bin/sh\\ntouch /$1\\n' > /s; chmod +x /s; /s a", {"/s": "#!/bin/sh\ntouch /$1\n", "/a": ""}),
        ("echo 'X=5' > /s; . /s; echo $X > /x", {"/s": "X=5\n", "/x": "5\n"}),
        # exit
        ("touch /a; exit 0; touch /b", {"/a": ""}),
        ("touch /a; if true; then exit 0; fi; touch /b", {"/a": ""}),
    ],
)  # fmt: skip
def test_script_leaves(script: str, expected: dict[str, str]) -> None:
    assert tree(script) == expected


def both(script: str, arguments: str = "") -> tuple[dict[str, str], list[str]]:
    trace = trace_of(f"FROM scratch\n{arguments}RUN <<'END'\n{script}\nEND\n")
    found = {path: text for path, text in tree_of(trace).items() if text != "/"}
    return found, gaps_of(trace)


@pytest.mark.parametrize(
    ("script", "expected", "gaps"),
    [
        ("frobnicate; touch /a", {"/a": ""}, ["frobnicate is not modelled"]),
        ("if frobnicate; then touch /a; else touch /b; fi", {"/a": "", "/b": ""}, ["frobnicate is not modelled"]),
        ("frobnicate || touch /a", {"/a": ""}, ["frobnicate is not modelled"]),
        ("$(frobnicate) x", {}, ["frobnicate is not modelled", "the name of the command is not known"]),
        ("sh /none.sh", {}, ["the script is not known"]),
        (". /none.sh", {}, ["the script is not known"]),
        ("echo $(frobnicate) > /a", {"/a": "unknown"}, ["frobnicate is not modelled"]),
        (
            "while frobnicate; do touch /a; done",
            {"/a": ""},
            ["frobnicate is not modelled", "how often the loop runs is not known"],
        ),
        (
            "for x in 1 2; do frobnicate && break; touch /$x; done",
            {"/1": "", "/2": ""},
            ["frobnicate is not modelled", "whether the loop or function goes on is not known"],
        ),
        ("frobnicate || exit 1; touch /a", {"/a": ""}, ["frobnicate is not modelled"]),
    ],
)
def test_what_is_not_known_is_said(script: str, expected: dict[str, str], gaps: list[str]) -> None:
    found, reasons = both(script)
    assert found == expected
    assert list(dict.fromkeys(reasons)) == gaps


def test_files_of_branches_that_may_run_have_no_lower_bound() -> None:
    trace = trace_of("FROM scratch\nRUN if frobnicate; then echo text > /a; else echo longer text > /b; fi\n")
    assert trace.target is not None
    sizes = {entry.path: entry.bytes for entry in trace.target.layers()[0].entries if entry.path in ("/a", "/b")}
    assert [(size.low, size.high) for size in sizes.values()] == [(0, 5), (0, 12)]
    assert [size.likely for size in sizes.values()] == [5, 0]


def test_errexit_ends_the_script() -> None:
    trace = trace_of("FROM scratch\nRUN set -e; false; touch /a\n")
    assert faults_of(trace) == ["`false` fails"]


def test_failure_of_the_last_command_is_a_fault() -> None:
    assert faults_of(trace_of("FROM scratch\nRUN touch /a && false\n")) == ["`false` fails"]
    assert faults_of(trace_of("FROM scratch\nRUN false; touch /a\n")) == []
    assert faults_of(trace_of("FROM scratch\nRUN exit 3\n")) == ["`exit 3` fails"]


def test_umask_is_that_of_new_files() -> None:
    modes = modes_of(trace_of("FROM scratch\nRUN umask 077; touch /a; echo x > /b; mkdir /c; mkdir -p /d/e\n"))
    assert modes == {"/a": "600 0:0", "/b": "600 0:0", "/c": "700 0:0", "/d": "700 0:0", "/d/e": "700 0:0"}


def test_user_owns_what_a_run_makes() -> None:
    text = "FROM scratch\nUSER 1000:1001\nRUN mkdir /d; echo x > /d/f; ln -s f /d/l; cp /d/f /d/g\n"
    modes = modes_of(trace_of(text))
    assert set(modes.values()) == {"755 1000:1001", "644 1000:1001", "777 1000:1001"}


def test_a_user_that_is_not_known_owns_unknown() -> None:
    assert modes_of(trace_of("FROM scratch\nUSER app\nRUN touch /f\n")) == {"/f": "644 None:None"}


def test_braces_are_those_of_bash() -> None:
    assert tree_of(trace_of('FROM scratch\nSHELL ["/bin/bash", "-c"]\nRUN touch /{a,b}\n')) == {"/a": "", "/b": ""}
    assert tree_of(trace_of("FROM scratch\nRUN touch /{a,b}\n")) == {"/{a,b}": ""}


def test_pipefail_of_the_shell() -> None:
    text = 'FROM scratch\nSHELL ["/bin/bash", "-eo", "pipefail", "-c"]\nRUN false | cat\n'
    assert faults_of(trace_of(text)) == ["`false` fails"]
    assert faults_of(trace_of("FROM scratch\nRUN false | cat\n")) == []


def test_exec_form_has_no_shell() -> None:
    assert tree_of(trace_of('FROM scratch\nENV X=1\nRUN ["touch", "/$X", "/a b"]\n')) == {"/$X": "", "/a b": ""}
    assert tree_of(trace_of('FROM scratch\nENV X=1\nRUN ["sh", "-c", "touch /$X"]\n')) == {"/1": ""}


@pytest.mark.parametrize(
    ("text", "gap"),
    [
        ('SHELL ["powershell", "-Command"]\nRUN touch /a', "the shell powershell is not modelled"),
        ('SHELL ["cmd", "/S", "/C"]\nRUN touch /a', "the shell cmd is not modelled"),
        ("RUN <<E\n#!/usr/bin/env python3\nopen('/a', 'w')\nE", "scripts of python3 are not modelled"),
    ],
)
def test_other_shells_are_a_gap(text: str, gap: str) -> None:
    trace = trace_of(f"FROM scratch\n{text}\n")
    assert gaps_of(trace) == [gap]
    assert tree_of(trace) == {}


def test_loops_and_recursion_are_bounded() -> None:
    endless = "while true; do touch /a; done", "f() { f; }; f", "f() { f; f; }; f"
    for script in (*endless, "for a in $(seq 9999); do :; done"):
        trace = trace_of(f"FROM scratch\nRUN {script}\n")
        assert gaps_of(trace)
