"""What the images of several Dockerfiles keep once."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from layerlint.cli import main

BASE = "FROM alpine:3.19\nARG A=1\n"


def _told(folder: Path, capfd: pytest.CaptureFixture[str], *texts: str) -> dict[str, object]:
    names = []
    for number, text in enumerate(texts):
        names.append(f"{number}.Dockerfile")
        (folder / names[-1]).write_text(text)
    assert main(["layers", "--fleet", "--format", "json", *names]) == 0
    return dict(json.loads(capfd.readouterr().out))


def _likely(size: object) -> int:
    assert isinstance(size, dict)
    return int(size["likely"])


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a").write_bytes(b"a" * 1000)
    (tmp_path / "b").write_bytes(b"b" * 1000)
    return tmp_path


@pytest.mark.parametrize(
    ("one", "other", "shared"),
    [
        ("COPY a /x\n", "COPY a /x\n", ["FROM alpine:3.19", "COPY a /x"]),
        ("COPY a /x\n", "COPY b /x\n", ["FROM alpine:3.19"]),
        # What goes before a layer is part of it: its parent, and its variables.
        ("ENV B=1\nCOPY a /x\n", "ENV B=2\nCOPY a /x\n", ["FROM alpine:3.19"]),
        ("COPY a /x\nCOPY b /y\n", "COPY b /y\nCOPY a /x\n", ["FROM alpine:3.19"]),
        (
            "FROM scratch AS s\nCOPY a /\nFROM alpine:3.19\nCOPY --from=s /a /x\n",
            "FROM scratch AS s\nCOPY a /\nFROM alpine:3.19\nCOPY --from=s /a /x\n",
            ["FROM alpine:3.19", "COPY --from=s /a /x"],
        ),
        (
            "FROM scratch AS s\nCOPY a /\nFROM alpine:3.19\nCOPY --from=s /a /x\n",
            "FROM scratch AS s\nCOPY b /a\nFROM alpine:3.19\nCOPY --from=s /a /x\n",
            ["FROM alpine:3.19"],
        ),
    ],
)
def test_what_a_builder_would_take_from_its_cache_is_kept_once(
    one: str, other: str, shared: list[str], folder: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    texts = [text if text.startswith("FROM scratch") else BASE + text for text in (one, other)]
    told = _told(folder, capfd, *texts)
    assert [each["what"] for each in told["shared"]] == shared  # type: ignore[attr-defined]
    both = sum(_likely(each["bytes"]) for each in told["shared"])  # type: ignore[attr-defined]
    assert _likely(told["stored_bytes"]) == _likely(told["image_bytes"]) - both
    for image in told["images"]:  # type: ignore[attr-defined]
        assert _likely(image["unique"]) == _likely(image["bytes"]) - both


def test_the_table(folder: Path, capfd: pytest.CaptureFixture[str]) -> None:
    (folder / "Dockerfile").write_text(BASE + "COPY a /x\n")
    (folder / "b.Dockerfile").write_text(BASE + "COPY b /x\n")
    assert main(["layers", "--fleet"]) == 0
    assert capfd.readouterr().out == (
        "Images\n"
        "     Dockerfile      image  its own\n"
        "  1  Dockerfile    7.0 MiB  1.0 KiB\n"
        "  2  b.Dockerfile  7.0 MiB  1.0 KiB\n"
        "\n"
        "Kept once\n"
        "  layer               bytes  images\n"
        "  FROM alpine:3.19  7.0 MiB  1, 2\n"
        "\n"
        "2 images of 14.1 MiB, kept in 7.1 MiB\n"
    )
    assert main(["layers", "--fleet", "--format", "markdown"]) == 0
    assert "| 1 | Dockerfile | 7.0 MiB | 1.0 KiB |" in capfd.readouterr().out
    assert main(["layers", "--fleet", "--format", "svg"]) == 2
    assert "--fleet is told as json, markdown, text" in capfd.readouterr().err
