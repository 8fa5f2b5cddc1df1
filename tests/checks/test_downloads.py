"""Checks of what is fetched: what becomes of it, by the names of files and by pipes, and who compares it."""

from __future__ import annotations

import pytest

from layerlint.report import Confidence
from tests.checks.observe import observe, words

DEBIAN = "FROM debian:bookworm-slim\nWORKDIR /w\n"
A = "https://example.org/a"


@pytest.mark.parametrize(
    ("run", "use"),
    [
        (f"curl {A} | sh", "run"),
        (f"curl {A} | bash -s -- -y", "run"),
        (f"curl {A} | sudo -E bash -", "run"),
        (f"curl {A} | tee log | sh", "run"),
        (f"curl {A} | python3 -c 'x'", None),
        (f"curl {A} | python3 x.py", None),
        (f"curl {A} | grep x", None),
        (f"wget -qO- {A} | perl", "run"),
        (f'sh -c "$(curl {A})"', "run"),
        (f'eval "$(curl {A})"', None),
        (f'X="$(curl {A})"; echo $X', None),
        (f"curl {A} | tar xz", "unpacked"),
        (f"curl {A} | gunzip > b", "unpacked"),
        (f"curl -o b {A} && sh b", "run"),
        (f"curl -o b {A} && sh ./b -y", "run"),
        (f"curl -o b {A} && sh c b", None),
        (f"curl -o b {A} && ./b", "run"),
        (f"curl -o b {A} && chmod +x b", "run"),
        (f"curl -o b {A} && chmod 755 /w/b", "run"),
        (f"curl -o b {A} && chmod 644 b", None),
        (f"curl {A} > b && . ./b", "run"),
        (f"curl -O {A} && tar xf a", "unpacked"),
        (f"wget {A}.zip && unzip a.zip", "unpacked"),
        (f"wget {A}.deb && dpkg -i ./a.deb", "installed"),
        (f"wget {A}.deb && apt-get install -y ./a.deb", "installed"),
        (f"wget {A}.deb && dpkg -c ./a.deb", None),
        (f"wget {A}.whl\nRUN pip install a.whl", "installed"),
        (f"sh b; curl -o b {A}", None),
        (f"curl -o b {A}; cat b", None),
        (f"curl {A} 2>b | cat; sh b", None),
        (f"if x; then curl -o b {A}; sh b; fi", "run"),
    ],
)
def test_what_becomes_of_it(run: str, use: str | None) -> None:
    found = observe("unverified-download", f"{DEBIAN}RUN {run}\n")
    assert [case.values["use"] for case in found] == ([] if use is None else [use])


@pytest.mark.parametrize(
    ("run", "seen"),
    [
        ("sha256sum -c b.sum", False),
        ('[ "$(sha512sum b)" = "$SUM" ]', False),
        ("md5sum -c b.sum", False),
        ("gpg --batch --verify b.asc b", False),
        ("gpg --batch --import key", True),
        ("openssl dgst -sha256 b", False),
        ("openssl rand 8", True),
        ("ls -l b", True),
        ("cosign verify-blob b", False),
    ],
)
def test_what_compares_it(run: str, seen: bool) -> None:
    assert bool(observe("unverified-download", f"{DEBIAN}RUN curl -o b {A} && {run} && sh b\n")) is seen


def test_a_comparison_in_a_later_run_is_of_that_file() -> None:
    text = f"{DEBIAN}RUN curl -o b {A}\nRUN sha256sum -c {{}} && sh b\n"
    assert observe("unverified-download", text.format("b")) == []
    assert len(observe("unverified-download", text.format("c"))) == 1


def test_only_some_uses() -> None:
    text = f"{DEBIAN}RUN curl {A} | sh\nRUN curl {A} | tar x\n"
    assert words("unverified-download", text, uses=("run",)) == [f"curl {A}"]


@pytest.mark.parametrize(
    ("run", "seen"),
    [
        ("md5sum -c s", ["md5sum -c s"]),
        ("sha1sum -c s", ["sha1sum -c s"]),
        ("sha1sum -c s && sha256sum -c s", []),
        ("gpg --verify b.asc && sha1sum -c s", []),
        ("sha256sum -c s", []),
    ],
)
def test_weak_checksum(run: str, seen: list[str]) -> None:
    assert words("weak-checksum", f"{DEBIAN}RUN curl -o b {A} && {run}\n") == seen


def test_a_sum_of_nothing_that_was_fetched() -> None:
    assert observe("weak-checksum", f"{DEBIAN}RUN md5sum /etc/passwd > /sum\n") == []


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("RUN curl http://e.org/a", ["http://e.org/a"]),
        ("RUN curl HTTP://e.org/a", ["HTTP://e.org/a"]),
        ("RUN wget -q ftp://e.org/a -O b", ["ftp://e.org/a"]),
        ("RUN curl http://e.org/a | sha256sum -c s", []),
        ("RUN curl http://e.org/a && gpg --verify a.asc", []),
        ("RUN curl http://e.org/a && md5sum -c s", []),
        ("RUN curl http://e.org/a && ls", ["http://e.org/a"]),
        ("RUN curl http://localhost:80/a http://127.0.0.1/", []),
        ("RUN curl http://localhost.e.org/a", ["http://localhost.e.org/a"]),
        ("RUN curl $HOST/a", ["$HOST/a"]),
        ("RUN git clone git://e.org/a", ["git://e.org/a"]),
        ("RUN git clone https://e.org/a", []),
        ("RUN echo http://e.org/a", []),
        ("RUN apt-get install -y a # http://e.org", []),
        ("ADD http://e.org/a /", ["http://e.org/a"]),
        ("ADD $HOST/a /", ["$HOST/a"]),
        (f"ADD --checksum=sha256:{'0' * 64} http://e.org/a /", []),
    ],
)
def test_clear_text(text: str, seen: list[str]) -> None:
    assert words("clear-text", f"{DEBIAN}ENV HOST=http://e.org\n{text}\n") == seen


def test_a_password_in_an_address_is_not_shown() -> None:
    (found,) = observe("clear-text", f"{DEBIAN}RUN curl http://me:mango@e.org/a\n")
    assert found.values == {"address": "http://e.org/a"}


def test_a_program_that_is_not_known_may_check() -> None:
    (found,) = observe("clear-text", f"{DEBIAN}RUN curl -O http://e.org/a && frobnicate a\n")
    assert found.confidence is Confidence.MEDIUM


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        (f"ADD {A} /", [A]),
        (f"ADD --checksum=sha256:{'0' * 64} {A} /", []),
        ("ADD a.tar.gz /", []),
        ("ADD https://e.org/$V /", ["https://e.org/$V"]),
    ],
)
def test_unchecked_add(text: str, seen: list[str]) -> None:
    assert words("unchecked-add", f"{DEBIAN}{text}\n") == seen


@pytest.mark.parametrize(
    ("run", "seen"),
    [
        (f"curl -o b {A}", True),
        (f"wget {A}", True),
        (f"curl -o b {A} && rm b", False),
        (f"curl -o b -H 'X: y' {A}", False),
        (f"curl -o b --header='X: y' {A}", False),
        (f"curl -o b {A} && chmod +x b", False),
        (f"curl {A}", False),
        ("curl -o b $UNKNOWN", False),
    ],
)
def test_avoidable_download(run: str, seen: bool) -> None:
    assert bool(observe("avoidable-download", f"{DEBIAN}RUN {run}\n")) is seen
