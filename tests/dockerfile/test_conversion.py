from __future__ import annotations

import pytest

from layerlint.dockerfile.conversion import conversion_problems
from layerlint.dockerfile.grammar import parse_all
from layerlint.dockerfile.parser import parse
from layerlint.domain.text import UNKNOWN, Text
from layerlint.source import SourceFile

VALUES: dict[str, Text] = {"one": "1", "any": UNKNOWN, "url": "https://x/y", "kind": "cache"}


def found(line: str, workdir: Text = "/") -> list[tuple[str, str]]:
    """The word at fault and the message, of one instruction that parses."""
    text = f"FROM a\n{line}\n"
    document = parse(SourceFile("Dockerfile", text))
    (_, instruction), problems = parse_all(document)
    assert problems == ()
    return [
        (text[problem.span.start : problem.span.end], problem.message)
        for problem in conversion_problems(instruction, VALUES.get, document.escape, workdir)
    ]


@pytest.mark.parametrize(
    ("line", "word", "message"),
    [
        (
            "ENV a='b",
            "'b",
            'failed to process "\'b": unexpected end of statement while looking for matching single-quote',
        ),
        ("USER ${x:?no}", "${x:?no}", 'failed to process "${x:?no}": x: no'),
        ("COPY $url /x", "$url", "source can't be a URL for COPY"),
        ("COPY git@h:x /x", "git@h:x", "source can't be a git ref for COPY"),
        (
            "COPY --chmod=999 a b",
            "999",
            "invalid chmod parameter: '999'. it should be octal string and between 0 and 07777",
        ),
        ("COPY --chmod=u=q a b", "u=q", "invalid chmod parameter: 'u=q': invalid syntax"),
        ("ADD --checksum=sha256:aa a b", "sha256:aa", "checksum requires HTTP(S) or Git sources"),
        (
            "COPY <<-E /x\nno\n\t${x:=1}\n\tE",
            "=",
            'failed to process "no\\n\\t${x:=1}\\n": unsupported modifier (:=) in substitution',
        ),
        ("EXPOSE abc", "abc", "invalid containerPort: abc"),
        ("EXPOSE 80/foo", "foo", 'invalid port: "80/foo": invalid proto: foo'),
        ("EXPOSE 2-1", "2-1", "invalid containerPort: 2-1"),
        ("EXPOSE 1.2.3:80:80", "1.2.3:80:80", 'invalid port: "1.2.3:80:80": invalid IP address: 1.2.3'),
        ("STOPSIGNAL FOO", "FOO", "invalid signal: FOO"),
        ("STOPSIGNAL 0", "0", "invalid signal: 0"),
        ("STOPSIGNAL TERM  now and", "now and", "invalid signal: TERM  now and"),
        ("STOPSIGNAL TERM \\\nnow", "now", "invalid signal: TERM now"),
        ("STOPSIGNAL a b", "a b", "invalid signal: a b"),
        ("STOPSIGNAL \x1c", "\x1c", "invalid signal: \x1c"),
        ("USER a${b:c}", "c", 'failed to process "a${b:c}": unsupported modifier (:c) in substitution'),
        ("USER a${b:}", "${b:}", "failed to process \"a${b:}\": syntax error: missing '}'"),
        (
            'VOLUME ["a${b:c}"]',
            "c",
            'failed to process "a${b:c}": unsupported modifier (:c) in substitution',
        ),
        (
            "ENV x=a\\\n${b:c}",
            "c",
            'failed to process "a${b:c}": unsupported modifier (:c) in substitution',
        ),
        (
            "USER '${b:c}'${b:c}",
            "'${b:c}'${b:c}",
            "failed to process \"'${b:c}'${b:c}\": unsupported modifier (:c) in substitution",
        ),
        (
            "LABEL 'a=b'",
            "'a",
            'failed to process "\'a": unexpected end of statement while looking for matching single-quote',
        ),
        ("RUN []", "RUN", "arguments are required"),
        ("RUN --mount=type=foo x", "type=foo", 'unsupported mount type "foo"'),
        (
            "RUN --mount=type=cahce,target=/x x",
            "type=cahce",
            'unsupported mount type "cahce" (did you mean cache?)',
        ),
        (
            "RUN --mount=type=cache,targt=/x x",
            "targt=/x",
            "unexpected key 'targt' in 'targt=/x' (did you mean target?)",
        ),
        ("RUN --mount=type=$kind,size=1 x", "size=1", "unexpected key 'size' for mount type 'cache'"),
        ("RUN --mount=type=tmpfs,target=/x,size=1q x", "size=1q", "invalid value for size: 1q"),
        (
            "RUN --mount=id=a,required,type=secret x",
            "required",
            "unexpected key 'required' for mount type 'bind'",
        ),
        ("RUN --mount=target=/x,foo x", "foo", "invalid field 'foo' must be a key=value pair"),
        ("RUN --mount=target=/x,ro=maybe x", "ro=maybe", "invalid value for ro: maybe"),
        ("RUN --mount=type=cache,target=/x,uid=x x", "uid=x", "invalid value x for uid"),
        (
            "RUN --mount=target=/x,mode=1 x",
            "--mount=target=/x,mode=1",
            'mode not allowed for "bind" type mounts',
        ),
        ("RUN --mount=type=cache x", "--mount=type=cache", 'invalid mount target "/"'),
        (
            "RUN --mount=type=secret x",
            "--mount=type=secret",
            "invalid secret mount. one of source, target required",
        ),
    ],
)
def test_faults_of_values(line: str, word: str, message: str) -> None:
    assert found(line) == [(word, message)]


@pytest.mark.parametrize(
    "line",
    [
        "EXPOSE $any $nothing 80/TCP 1-3/udp 8080:80 [::1]:1:2 ${one}00",
        "STOPSIGNAL $any",
        "STOPSIGNAL sigrtmin+3",
        "COPY --chmod=u=rwX,go=rX --chown=$any a b",
        "COPY --chmod=$any $any b",
        "ADD --checksum=$any $any b",
        "ADD $url b",
        "RUN --mount=type=$any,size=$any,target=/x x",
        "RUN --mount=type=cache,target=$any x",
        "RUN --mount=type=secret,id=a,env=B,required x",
        "RUN --mount=type=ssh,mode=0600 x",
        "ENV a=$any b=${c:-d}",
        "ARG a=1 b=$a",
        "USER 'a b'",
    ],
)
def test_no_fault(line: str) -> None:
    assert found(line) == []


def test_a_relative_target_is_under_the_working_directory() -> None:
    line = "RUN --mount=type=cache x"
    assert found(line, workdir="/src") == []
    assert found(line, workdir=UNKNOWN) == []
