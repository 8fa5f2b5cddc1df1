"""``layerlint explain layers|whiteouts|copy-up|rootfs``: whole pages, on a file whose bytes are known."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from layerlint.cli import main
from layerlint.lessons import LESSONS
from tests.reporters.snapshot import check

DOCKERFILE = """\
FROM alpine:3.19
WORKDIR /srv
COPY big small /srv/
RUN chown 1000 /srv/big && rm /srv/small
COPY small /srv/other
RUN rm -rf /srv/other && mkdir /srv/other && echo 1 >/srv/other/a
ENV LANG=C.UTF-8
CMD ["cat", "/srv/big"]
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "Dockerfile").write_text(DOCKERFILE)
    (tmp_path / "big").write_bytes(b"x" * 3_000_000)
    (tmp_path / "small").write_bytes(b"y" * 2_000)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("topic", sorted(LESSONS))
def test_a_page_on_a_file(topic: str, folder: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", topic]) == 0
    check(f"lesson-{topic}.txt", capfd.readouterr().out)


def test_a_page_in_markdown(folder: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", "whiteouts", "Dockerfile", "--format", "markdown"]) == 0
    check("lesson-whiteouts.md", capfd.readouterr().out)


@pytest.mark.parametrize(
    ("base", "says"),
    [
        ("nobody/knows:1", "a base that is not known here: nobody/knows:1"),
        ("scratch", "it stands on nothing"),
    ],
)
def test_a_base_without_facts(base: str, says: str, folder: Path, capfd: pytest.CaptureFixture[str]) -> None:
    Path("Dockerfile").write_text(f"FROM {base}\nCOPY big /\n")
    for topic in LESSONS:
        assert main(["explain", topic, "--format", "json"]) == 0
        page = json.loads(capfd.readouterr().out)
        assert page["topic"] == topic
        if topic == "layers":
            assert says in str(page["sections"][0]["paragraphs"])


def test_nothing_is_deleted_or_changed(folder: Path, capfd: pytest.CaptureFixture[str]) -> None:
    Path("Dockerfile").write_text("FROM scratch\nCOPY big small /\n")
    main(["explain", "whiteouts"])
    out = " ".join(capfd.readouterr().out.split())
    assert "Were a later RUN to remove /big, which has 2.9 MiB" in out
    assert ".wh.big" in out
    main(["explain", "copy-up"])
    assert "No file of a lower layer is changed." in capfd.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["layers", "missing"], "missing"),
        (["layers", "a.Dockerfile", "b.Dockerfile"], "name one Dockerfile (there are 2 here)"),
        (["layers", "a.Dockerfile"], "has no FROM"),
        (["layer"], 'there is no rule "layer"'),
        (["DL3009", "--format", "markdown"], "docs/rules has the pages in Markdown"),
    ],
)
def test_wrong_use(
    arguments: list[str], message: str, folder: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    Path("a.Dockerfile").write_text("# nothing\n")
    Path("b.Dockerfile").write_text("FROM scratch\n")
    assert main(["explain", *arguments]) == 2
    assert message in capfd.readouterr().err


def test_a_secret_in_a_name_is_not_shown(folder: Path, capfd: pytest.CaptureFixture[str]) -> None:
    token = "ghp_" + "a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8"
    Path("Dockerfile").write_text(f"FROM scratch\nCOPY big /{token}\nFROM alpine:3.19\nCOPY big /{token}\n")
    for topic in LESSONS:
        main(["explain", topic])
        assert token not in capfd.readouterr().out
