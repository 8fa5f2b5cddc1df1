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
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
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
    assert found.reference == "gcr.io/distroless/static-debian13"


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
        "+FROM gcr.io/distroless/static-debian13",
        "+ENV PORT=80",
        "+EXPOSE 80",
        "+COPY --from=build /x /x",
    ]


def test_a_program_of_c_takes_its_c_library_along(tmp_path: Path) -> None:
    dockerfile = 'FROM gcc:13-bookworm\nCOPY a.c /\nRUN gcc -o /a /a.c\nCMD ["/a"]\n'
    found = _split(dockerfile, tmp_path, {"a.c": "int main(void) { return 0; }\n"})
    assert found is None or found.reference != "gcr.io/distroless/static-debian13"


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
    assert "distroless/static-debian13 in a last stage of its own has all" in capsys.readouterr().out


# ------------------------------------------------------------------------- other tools

_WEB = '<Project Sdk="Microsoft.NET.Sdk.Web"></Project>\n'
_PLAIN = '<Project Sdk="Microsoft.NET.Sdk"></Project>\n'
_NET = "FROM mcr.microsoft.com/dotnet/sdk:8.0\nWORKDIR /src\nCOPY . .\n"


@pytest.mark.parametrize(
    ("project", "build", "start", "reference", "copied"),
    [
        (_WEB, "dotnet publish -c Release -o /app", "/app/web.dll", "aspnet:8.0", "/app /app"),
        (_PLAIN, "dotnet publish web.csproj --output=/app", "/app/web.dll", "runtime:8.0", "/app /app"),
        (_WEB, "dotnet publish -c Release -o out", "out/web.dll", "aspnet:8.0", "/src/out /src/out"),
        (
            _WEB,
            "dotnet publish -c Release",
            "bin/Release/net8.0/publish/web.dll",
            "aspnet:8.0",
            "/src/bin/Release/net8.0/publish /src/bin/Release/net8.0/publish",
        ),
    ],
)
def test_what_dotnet_publishes_is_copied(
    project: str, build: str, start: str, reference: str, copied: str, tmp_path: Path
) -> None:
    found = _split(
        f'{_NET}RUN {build}\nENTRYPOINT ["dotnet", "{start}"]\n',
        tmp_path,
        {"web.csproj": project, "P.cs": "class P {}"},
    )
    assert found is not None
    assert found.reference == f"mcr.microsoft.com/dotnet/{reference}"
    assert f"COPY --from=build {copied}\n" in found.diff + "\n"
    assert found.verdict is BaseVerdict.UNKNOWN  # its sources are not read


@pytest.mark.parametrize(
    ("build", "start"),
    [
        ("dotnet publish -c Release -o /app", "/app/other.dll"),
        ("dotnet publish -o /app", "/elsewhere/web.dll"),
        ("dotnet publish src/web.csproj -o out", "out/web.dll"),
        ("dotnet build -o /app", "/app/web.dll"),
    ],
)
def test_what_dotnet_does_not_certainly_publish_is_not_split(build: str, start: str, tmp_path: Path) -> None:
    dockerfile = f'{_NET}RUN {build}\nENTRYPOINT ["dotnet", "{start}"]\n'
    assert _split(dockerfile, tmp_path, {"web.csproj": _WEB, "P.cs": "class P {}"}) is None


@pytest.mark.parametrize(
    ("build", "start", "copied"),
    [
        ("./configure --prefix=/opt/a && make && make install", "/opt/a/bin/a", "/opt/a /opt/a"),
        ("cmake -DCMAKE_INSTALL_PREFIX=/opt/a . && make && make install", "/opt/a/bin/a", "/opt/a /opt/a"),
        ("make && make install DESTDIR=/out", "/out/usr/bin/a", "/out /out"),
        ("./configure && make && make install", "/usr/local/bin/a", ""),
        ("./configure --prefix=/usr/local && make && make install", "/usr/local/bin/a", ""),
        ("mkdir /opt/a && make install PREFIX=/opt/a", "/opt/b/bin/a", ""),
    ],
)
def test_what_make_installs_is_copied_from_a_folder_of_its_own(
    build: str, start: str, copied: str, tmp_path: Path
) -> None:
    dockerfile = f'FROM gcc:13-bookworm\nWORKDIR /src\nCOPY a.c .\nRUN {build}\nCMD ["{start}"]\n'
    found = _split(dockerfile, tmp_path, {"a.c": "int main(void) { return 0; }\n"})
    assert (found is not None) is bool(copied)
    if found is not None:
        assert f"COPY --from=build {copied}\n" in found.diff + "\n"
        assert found.verdict is BaseVerdict.UNKNOWN  # what it is linked with is not known


# ------------------------------------------------------------------------- Python

_TOOLS = "RUN apt-get update && apt-get install -y gcc libpq-dev"
_APP = {"requirements.txt": "flask\npsycopg2\n", "app.py": "import flask, psycopg2\n"}
_START = 'COPY app.py .\nCMD ["python", "app.py"]\n'
_COPY = "WORKDIR /app\nCOPY requirements.txt .\n"


def _added(found: CandidateRecord) -> list[str]:
    return [line[1:] for line in found.diff.splitlines() if line.startswith("+") and line[1:]][2:]


def test_packages_of_python_are_built_where_the_compilers_are(tmp_path: Path) -> None:
    dockerfile = f"FROM python:3.12-slim\n{_TOOLS} curl\n{_COPY}RUN pip install -r requirements.txt\n{_START}"
    found = _split(dockerfile, tmp_path, _APP)
    assert found is not None
    assert (found.verdict, found.packages) == (BaseVerdict.WITH_PACKAGES, ("libpq5",))
    assert _added(found) == [
        "FROM python:3.12-slim",
        "RUN apt-get update && apt-get install -y --no-install-recommends curl libpq5 && rm -rf /var/lib/apt/lists/*",
        "WORKDIR /app",
        "COPY requirements.txt .",
        "COPY --from=build /usr/local/lib/python3.12/site-packages /usr/local/lib/python3.12/site-packages",
        "COPY --from=build /usr/local/bin /usr/local/bin",
    ]
    assert found.saved is not None
    assert found.saved.low > 100 << 20


def test_a_virtual_environment_is_copied_whole(tmp_path: Path) -> None:
    dockerfile = (
        f"FROM python:3.12-slim\n{_TOOLS} && useradd me\nRUN python -m venv /venv\nENV PATH=/venv/bin:$PATH\n{_COPY}"
        f"RUN pip install -r requirements.txt\nUSER me\n{_START}"
    )
    found = _split(dockerfile, tmp_path, _APP)
    assert found is not None
    assert found.verdict is BaseVerdict.WITH_PACKAGES, found.reasons
    assert "COPY --from=build /venv /venv" in _added(found)
    assert "RUN useradd me" in _added(found)
    assert "ENV PATH=/venv/bin:$PATH" in _added(found)


def test_headers_that_no_known_package_explains_are_a_doubt(tmp_path: Path) -> None:
    dockerfile = (
        f"FROM python:3.12-slim\n{_TOOLS} libxml2-dev\n{_COPY}RUN pip install -r requirements.txt\n{_START}"
    )
    found = _split(dockerfile, tmp_path, _APP)
    assert found is not None
    assert found.verdict is BaseVerdict.UNKNOWN
    assert [each.text for each in found.reasons] == [
        "cannot tell: whether a package is linked with the libraries of libxml2-dev is not known"
    ]


@pytest.mark.parametrize(
    "run",
    [
        "RUN pip install flask",
        f"{_TOOLS} && pip install flask && apt-get purge -y --auto-remove gcc libpq-dev",
    ],
)
def test_where_no_compiler_is_left_there_is_nothing_to_split(run: str, tmp_path: Path) -> None:
    assert _split(f"FROM python:3.12-slim\n{run}\n{_START}", tmp_path, _APP) is None


def test_a_package_that_nobody_knows_is_a_doubt(tmp_path: Path) -> None:
    dockerfile = f"FROM python:3.12-slim\n{_TOOLS}\n{_COPY}RUN pip install -r requirements.txt\n{_START}"
    found = _split(dockerfile, tmp_path, {**_APP, "requirements.txt": "frobnicate-native\n"})
    assert found is not None
    assert found.verdict is BaseVerdict.UNKNOWN
    assert "frobnicate-native" in " ".join(each.text for each in found.reasons)
