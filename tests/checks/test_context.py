"""The checks about the build context and the cache."""

from __future__ import annotations

from pathlib import Path

import pytest

from layerlint.report import Confidence
from tests.checks.observe import observe, words

MIB = 1 << 20


@pytest.fixture
def context(tmp_path: Path) -> Path:
    files = {
        "main.py": 10,
        ".git/objects/pack/a.pack": 2 * MIB,
        "web/node_modules/x/index.js": MIB,
        "web/src/a.js": 5,
        "lib/data.tar": 3 * MIB,
    }
    for name, size in files.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(bytes(size))
    return tmp_path


@pytest.mark.parametrize("source", [".", "./", "/", "*", "./*", "web/.."])
def test_copy_whole_context(context: Path, source: str) -> None:
    (seen,) = observe("copy-whole-context", f"FROM scratch\nCOPY {source} /app/\n", context)
    assert (seen.words, seen.confidence) == (source, None)
    if "*" not in source:  # which copies the folders' contents side by side
        assert (seen.values["found"], seen.bytes) == ("with .git and node_modules (3.0 MiB)", 3 * MIB)


@pytest.mark.parametrize(
    "text",
    [
        "FROM scratch\nCOPY main.py /app/\n",
        "FROM scratch\nCOPY lib /app/\n",
        "FROM scratch AS a\nFROM scratch\nCOPY --from=a / /\n",
        "FROM scratch AS unused\nCOPY . /\nFROM scratch\n",
    ],
)
def test_not_the_whole_context(context: Path, text: str) -> None:
    assert observe("copy-whole-context", text, context) == []
    assert observe("no-dockerignore", text, context) == []


def test_what_does_not_ship_has_no_bytes(context: Path) -> None:
    text = "FROM scratch AS a\nCOPY . /app\nFROM scratch\nCOPY --from=a /app/main.py /\n"
    (seen,) = observe("copy-whole-context", text, context)
    assert seen.bytes is None


def test_an_ignore_file_leaves_it_out(context: Path) -> None:
    text = "FROM scratch\nCOPY . /app\n"
    assert words("no-dockerignore", text, context) == ["."]
    (context / ".dockerignore").write_text(".git\n**/node_modules\n", encoding="utf-8")
    assert words("copy-whole-context", text, context) == []
    assert words("no-dockerignore", text, context) == []


def test_a_context_that_is_not_known() -> None:
    (seen,) = observe("copy-whole-context", "FROM scratch\nCOPY . /app\n")
    assert (seen.bytes, seen.confidence) == (None, Confidence.LOW)
    assert observe("no-dockerignore", "FROM scratch\nCOPY . /app\n") == []


@pytest.mark.parametrize(
    ("steps", "expected"),
    [
        ("COPY . /app\nRUN pip install -r /app/requirements.txt", ["."]),
        ("COPY . .\nRUN true\nRUN echo a && npm ci", ["."]),
        ("COPY . .\nRUN python3 -m pip install flask", ["."]),
        ("COPY . .\nRUN yarn", ["."]),
        ("COPY . .\nRUN go mod download && go build ./...", ["."]),
        ("COPY . .\nRUN apt-get update && apt-get install -y curl", ["."]),
        ("ADD ./ /app\nRUN bundle install", ["./"]),
        ("COPY package.json .\nRUN npm ci\nCOPY . .", []),
        ("COPY . .\nRUN pip install .", []),
        ("COPY . .\nRUN pip install -e .", []),
        ("COPY . .\nRUN apt-get install -y ./tool.deb", []),
        ("COPY . .\nRUN npm run build", []),
        ("COPY . .\nRUN go build ./...", []),
        ("COPY $WHAT .\nRUN npm ci", []),
        ("COPY . .\nRUN echo npm ci", []),
        ("COPY --from=other . .\nRUN npm ci", []),
    ],
)
def test_copy_before_install(steps: str, expected: list[str]) -> None:
    text = f"FROM debian:bookworm-slim AS other\nFROM debian:bookworm-slim\n{steps}\n"
    assert words("copy-before-install", text) == expected


def test_a_folder_of_many_files_is_much(tmp_path: Path) -> None:
    (tmp_path / "src").mkdir()
    for number in range(20):
        (tmp_path / "src" / str(number)).touch()
    text = "FROM debian:bookworm-slim\nCOPY src /src\nRUN pip install flask\n"
    assert words("copy-before-install", text, tmp_path) == ["src"]
    assert words("copy-before-install", text, tmp_path, files=21) == []


def test_the_install_is_named() -> None:
    (seen,) = observe(
        "copy-before-install", "FROM debian:bookworm-slim\nCOPY . .\nRUN echo a \\\n && npm ci\n"
    )
    assert seen.values == {"source": ".", "command": "npm ci", "line": 4, "rebuilt": seen.values["rebuilt"]}
    assert seen.related == (("npm ci", "`npm ci` runs again"),)
