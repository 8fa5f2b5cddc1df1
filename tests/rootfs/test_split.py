"""A split into stages: when one can be drawn up, what it looks like, and what it would need."""

from __future__ import annotations

from pathlib import Path

import pytest

from layerlint.cli import main
from layerlint.report import SPLIT, BaseVerdict, CandidateRecord
from tests.rootfs.apps import advice_of

GO = {"go.mod": "module example.com/hello\n\ngo 1.24\n", "main.go": "package main\n\nfunc main() {}\n"}


def _split(dockerfile: str, folder: Path, files: dict[str, str]) -> CandidateRecord | None:
    for name, text in files.items():
        (folder / name).write_text(text)
    found = advice_of(dockerfile, folder)
    return next((each for each in found.candidates if each.what == SPLIT), None)


@pytest.mark.parametrize(
    ("build", "command", "copied"),
    [
        ("go build -o /x .", '["/x"]', "/x /x"),
        ("go build -o /out/ .", '["/out/hello"]', "/out/hello /out/hello"),
        ("go build", '["./hello"]', "/src/hello /src/hello"),
        ("go build main.go", '["./main"]', "/src/main /src/main"),
        ("go install", '["hello"]', "/go/bin/hello /usr/local/bin/hello"),
        (
            "go build -o /tmp/a . && mv /tmp/a /usr/bin/hello",
            '["hello"]',
            "/usr/bin/hello /usr/local/bin/hello",
        ),
    ],
)
def test_what_go_writes_is_copied(build: str, command: str, copied: str, tmp_path: Path) -> None:
    head = "FROM golang:1.24\nENV CGO_ENABLED=0\nWORKDIR /src\nCOPY go.mod main.go ./\n"
    dockerfile = f"{head}RUN {build}\nCMD {command}\n"
    found = _split(dockerfile, tmp_path, GO)
    assert found is not None
    assert found.verdict is BaseVerdict.MEETS, found.reasons
    assert f"COPY --from=build {copied}\n" in found.diff + "\n"
    assert found.reference == "gcr.io/distroless/static-debian12"


@pytest.mark.parametrize(
    ("build", "command"),
    [
        ("go build -o /x .", '["/y"]'),
        ("go build", '["./other"]'),
        ("go install ./...", '["hello"]'),
        ("make", '["/x"]'),
        ("if frob; then go build -o /x .; fi", '["/x"]'),
    ],
)
def test_what_nobody_certainly_writes_is_not_split(build: str, command: str, tmp_path: Path) -> None:
    dockerfile = f"FROM golang:1.24\nWORKDIR /src\nCOPY go.mod main.go ./\nRUN {build}\nCMD {command}\n"
    assert _split(dockerfile, tmp_path, GO) is None
    assert "none can be drawn up here" in advice_of(dockerfile, tmp_path).no_split


def test_files_that_stay_behind_are_a_doubt(tmp_path: Path) -> None:
    dockerfile = 'FROM golang:1.24\nWORKDIR /src\nCOPY . .\nRUN CGO_ENABLED=0 go build -o /x .\nCMD ["/x"]\n'
    found = _split(dockerfile, tmp_path, {**GO, "page.html": "<p>"})
    assert found is not None
    assert found.verdict is BaseVerdict.UNKNOWN
    assert any("page.html" in reason.text for reason in found.reasons)


def test_a_shell_form_keeps_a_shell(tmp_path: Path) -> None:
    head = "FROM golang:1.24-bookworm\nCOPY go.mod main.go /src/\n"
    dockerfile = head + "RUN cd /src && CGO_ENABLED=0 go build -o /x\nCMD /x\n"
    found = _split(dockerfile, tmp_path, GO)
    assert found is not None
    assert (found.reference, found.verdict) == ("debian:bookworm-slim", BaseVerdict.MEETS)


def test_what_the_image_says_of_itself_goes_with_it(tmp_path: Path) -> None:
    dockerfile = (
        "FROM golang:1.24\nENV CGO_ENABLED=0\nENV PORT=80\nEXPOSE 80\nCOPY go.mod main.go /src/\n"
        'RUN cd /src && go build -o /x\nUSER 65532\nCMD ["/x"]\n'
    )
    found = _split(dockerfile, tmp_path, GO)
    assert found is not None
    added = [line for line in found.diff.splitlines() if line.startswith("+")]
    assert added[-5:] == [
        "+",
        "+FROM gcr.io/distroless/static-debian12",
        "+ENV PORT=80",
        "+EXPOSE 80",
        "+COPY --from=build /x /x",
    ]


def test_a_program_of_c_takes_its_c_library_along(tmp_path: Path) -> None:
    dockerfile = 'FROM gcc:13-bookworm\nCOPY a.c /\nRUN gcc -o /a /a.c\nCMD ["/a"]\n'
    found = _split(dockerfile, tmp_path, {"a.c": "int main(void) { return 0; }\n"})
    assert found is None or found.reference != "gcr.io/distroless/static-debian12"


def test_a_secret_is_not_shown(tmp_path: Path) -> None:
    dockerfile = (
        "FROM golang:1.24\nENV DB=postgres://me:q8Zr4vTk2Lx0@db.example.org/x\nCOPY go.mod main.go /src/\n"
        'RUN cd /src && CGO_ENABLED=0 go build -o /x\nCMD ["/x"]\n'
    )
    found = _split(dockerfile, tmp_path, GO)
    assert found is not None
    assert "q8Zr4vTk2Lx0" not in found.diff


def test_a_base_to_run_on_is_no_toolchain() -> None:
    assert advice_of('FROM python:3.12-slim\nCMD ["python", "a.py"]\n').no_split == ""


def test_sarif_says_that_it_is_a_stage(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name, text in GO.items():
        (tmp_path / name).write_text(text)
    dockerfile = "FROM golang:1.24\nWORKDIR /src\nCOPY go.mod main.go ./\nRUN CGO_ENABLED=0 go build -o /x\n"
    (tmp_path / "Dockerfile").write_text(dockerfile + 'CMD ["/x"]\n')
    assert main(["base", "--format", "sarif", str(tmp_path / "Dockerfile")]) == 0
    assert "distroless/static-debian12 in a last stage of its own has all" in capsys.readouterr().out
