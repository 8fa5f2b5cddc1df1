"""A Dockerfile is shown without its secrets, and with all of its lines."""

from __future__ import annotations

import pytest

from layerlint.analysis.shown_text import shown_text
from tests.execution.dockerfiles import trace_of


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        ("ENV DB_PASSWORD=hunter2 PORT=80", "ENV DB_PASSWORD=*** PORT=80"),
        ("ENV API_TOKEN ab cd", "ENV API_TOKEN ***"),
        ("ARG SECRET_KEY=abc", "ARG SECRET_KEY=***"),
        ("ARG PASSWORD", "ARG PASSWORD"),
        ("ENV PASSWORD=$PASSWORD", "ENV PASSWORD=$PASSWORD"),
        ("ONBUILD ENV PASSWORD=hunter2", "ONBUILD ENV PASSWORD=***"),
        ("RUN curl https://me:" + "Tq7vKm2Zr9@example.org/", "RUN curl https://me:***@example.org/"),
        ("RUN echo password", "RUN echo password"),
    ],
)
def test_one_line(line: str, shown: str) -> None:
    assert shown_text(trace_of(f"FROM scratch\n{line}\nUSER 1\n")) == f"FROM scratch\n{shown}\nUSER 1\n"


def test_a_secret_of_many_lines_keeps_them() -> None:
    body = "\n".join("MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcw" + end for end in "abc")
    key = f"-----BEGIN PRIVATE KEY-----\n{body}\n-----END PRIVATE KEY-----"
    text = f"FROM scratch\nCOPY <<EOF /key\n{key}\nEOF\nUSER 1\n"
    shown = shown_text(trace_of(text)).split("\n")
    assert len(shown) == len(text.split("\n"))
    assert "MIIEv" not in "".join(shown)
    assert shown[-2] == "USER 1"
