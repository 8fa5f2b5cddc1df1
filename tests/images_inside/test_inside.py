"""What is told of an image: duplicates, fleets, formats, and the command line."""

from __future__ import annotations

import json
import random
from collections.abc import Sequence
from itertools import count
from pathlib import Path

import pytest

from layerlint.analysis.fleet import fleet
from layerlint.analysis.gates import judge, of_image
from layerlint.analysis.inside import WITHOUT_HISTORY, look_inside
from layerlint.analysis.verify import verify
from layerlint.cli import main
from layerlint.config.dive_ci import DEFAULTS, bound
from layerlint.filesystem.layer import EntryKind
from layerlint.images.model import History
from layerlint.images.opening import open_image
from layerlint.linter import Settings, analyse
from layerlint.report import ImageReport, VerifyReport
from layerlint.reporters import (
    FLEET_REPORTERS,
    IMAGE_REPORTERS,
    VERIFY_REPORTERS,
    fleet_reporter,
    image_reporter,
    verify_reporter,
)
from layerlint.reporters.style import Style
from layerlint.source import SourceFile
from tests.images_inside.making import Row, docker_archive, file, folder, gone, hardlink, image
from tests.images_inside.test_dive import random_layers
from tests.reporters import snapshot

DOCKERFILE = """\
FROM debian:bookworm-slim
COPY assets /srv/assets
RUN mv /srv/assets/model.bin /srv/model.bin && chmod 600 /srv/assets/notes.txt
RUN curl -fsSL -H "Authorization: Bearer ghp_Zk39xQw7LmT2vRb8NcY4pHd6sJf1gKa5WeU0" https://example.org/x > /opt/x
WORKDIR /srv
CMD ["sh"]
"""
HISTORY = (
    History("/bin/sh -c #(nop) ADD file:4f5e in / ", "", False),
    History('/bin/sh -c #(nop)  CMD ["bash"]', "", True),
    History("COPY assets /srv/assets # buildkit", "buildkit.dockerfile.v0", False),
    History(
        "RUN /bin/sh -c mv /srv/assets/model.bin /srv/model.bin && chmod 600 /srv/assets/notes.txt # buildkit",
        "buildkit.dockerfile.v0",
        False,
    ),
    History(
        'RUN /bin/sh -c curl -fsSL -H "Authorization: Bearer ghp_Zk39xQw7LmT2vRb8NcY4pHd6sJf1gKa5WeU0"'
        " https://example.org/x > /opt/x # buildkit",
        "buildkit.dockerfile.v0",
        False,
    ),
    History("WORKDIR /srv", "buildkit.dockerfile.v0", False),
    History('CMD ["sh"]', "buildkit.dockerfile.v0", True),
)
LAYERS: list[list[Row]] = [
    [
        folder("/usr"),
        folder("/usr/bin"),
        file("/usr/bin/tool", 70_000),
        hardlink("/usr/bin/alias", "/usr/bin/tool"),
    ],
    [
        folder("/srv"),
        folder("/srv/assets"),
        file("/srv/assets/model.bin", 3_000_000, "model"),
        file("/srv/assets/copy.bin", 120_000, "same"),
        file("/srv/assets/notes.txt", 900, "notes"),
        file("/srv/assets/na|me <b>.txt", 40, "odd"),
    ],
    [
        folder("/srv"),
        folder("/srv/assets"),
        gone("/srv/assets/model.bin"),
        file("/srv/model.bin", 3_000_000, "model"),
        file("/srv/assets/notes.txt", 900, "notes", 0o600),
    ],
    [folder("/opt"), file("/opt/x", 120_000, "same")],
    [],
]
TOKEN = "Zk39xQw7LmT2vRb8NcY4pHd6"


def report(*, dockerfile: bool = True) -> ImageReport:
    trace = analyse(SourceFile("Dockerfile", DOCKERFILE), None, Settings()).trace
    return look_inside(image(LAYERS, HISTORY), trace if dockerfile else None, changes=True)


# ------------------------------------------------------------------------ what is told


def test_kinds_and_lines_of_what_is_hidden() -> None:
    found = [
        (each.path, each.bytes.likely, each.kind, each.created.line, each.hidden_by.line)
        for each in report().layers.hidden
    ]
    assert found == [
        ("/srv/assets/model.bin", 3_000_000, "moved", 2, 3),
        ("/srv/assets/notes.txt", 900, "metadata-only", 2, 3),
    ]


def test_without_a_dockerfile_layers_are_named() -> None:
    told = report(dockerfile=False)
    assert {layer.line for layer in told.layers.layers} == {0}
    assert [each.created.layer for each in told.layers.hidden] == [1, 1]
    assert told.layers.layers[1].instruction == "COPY assets /srv/assets"
    assert told.base_layers is None
    assert (told.layers.dockerfile, told.layers.base.source) == ("", "scratch")


def test_bytes_are_conserved() -> None:
    layers = report().layers
    assert layers.image_bytes.likely == sum(layer.bytes.likely for layer in layers.layers)
    assert layers.image_bytes.likely == layers.visible_bytes.likely + layers.hidden_bytes.likely
    assert layers.hidden_bytes.likely == sum(layer.hidden.likely for layer in layers.layers)


def test_an_image_without_history_or_layers() -> None:
    told = look_inside(image([[file("/a", 1)]], ()))
    assert told.layers.layers[0].instruction == WITHOUT_HISTORY
    empty = look_inside(image([], ()))
    assert (empty.dive.efficiency, empty.exact and empty.exact.efficiency) == (1.0, 1.0)
    for format_name in IMAGE_REPORTERS:
        assert image_reporter(format_name)(empty, Style())


def test_duplicates_are_by_content_visible_and_hard_links_once() -> None:
    (record,) = report().duplicates
    assert record.copies == (("/opt/x", 3), ("/srv/assets/copy.bin", 1))
    assert (record.bytes, record.wasted) == (120_000, 120_000)


def test_a_name_of_an_inode_in_another_layer_is_no_duplicate() -> None:
    made = image([[file("/a", 50, "x"), hardlink("/b", "/a")], [file("/c", 50, "x"), gone("/a")]])
    (record,) = look_inside(made).duplicates
    assert record.copies == (("/b", 0), ("/c", 1))


def test_the_reader_s_images_tell_the_same(tmp_path: Path) -> None:
    by_hand, read = report(), None
    trace = analyse(SourceFile("Dockerfile", DOCKERFILE), None, Settings()).trace
    read = look_inside(open_image(str(docker_archive(tmp_path / "i.tar", LAYERS, HISTORY))), trace)
    assert read.layers.hidden == by_hand.layers.hidden
    assert read.duplicates == by_hand.duplicates
    assert (read.dive, read.exact) == (by_hand.dive, by_hand.exact)


def visible_by_hand(layers: Sequence[Sequence[Row]]) -> int:
    """Bytes that can be seen, by the rules of the image specification (``layer.md``) and nothing else."""
    tree: dict[str, tuple[EntryKind, int, int]] = {}
    inodes = count()

    def remove(path: str, *, itself: bool = True) -> None:
        for other in [each for each in tree if each.startswith(f"{path}/") or (itself and each == path)]:
            del tree[other]

    for rows in layers:
        for row in rows:
            if row.kind is EntryKind.WHITEOUT:
                remove(row.path)
            elif row.kind is EntryKind.OPAQUE:
                remove(row.path, itself=False)
        own: dict[str, tuple[EntryKind, int, int]] = {}
        for row in rows:
            if row.kind in (EntryKind.WHITEOUT, EntryKind.OPAQUE):
                continue
            parts = row.path.split("/")
            for parent in ("/".join(parts[:number]) for number in range(2, len(parts))):
                if tree.get(parent, ("",))[0] is not EntryKind.DIRECTORY:
                    remove(parent)
                    tree[parent] = (EntryKind.DIRECTORY, next(inodes), 0)
            both = row.kind is EntryKind.DIRECTORY and tree.get(row.path, ("",))[0] is EntryKind.DIRECTORY
            if not both:
                remove(row.path)
            if row.kind is EntryKind.HARDLINK:
                own[row.path] = own[row.link]
            else:
                own[row.path] = (row.kind, next(inodes), row.size)
            tree[row.path] = own[row.path]
    return sum({number: size for _, number, size in tree.values()}.values())


@pytest.mark.parametrize("seed", range(40))
def test_what_can_be_seen_of_any_layers(seed: int) -> None:
    layers = random_layers(random.Random(seed))
    told = look_inside(image(layers)).layers
    assert told.image_bytes.likely == sum(row.size for rows in layers for row in rows)
    assert told.visible_bytes.likely == visible_by_hand(layers)
    assert told.hidden_bytes.likely == told.image_bytes.likely - told.visible_bytes.likely
    assert told.hidden_bytes.likely == sum(record.bytes.likely for record in told.hidden)


# ------------------------------------------------------------------------ several


def test_layers_of_a_fleet_are_stored_once(tmp_path: Path) -> None:
    base = [file("/base", 1000)]
    one = [base, [file("/one", 10)], [file("/lib", 77, "lib")]]
    two = [base, [file("/two", 20)], [file("/usr/lib", 77, "lib")]]
    made = [
        open_image(str(docker_archive(tmp_path / f"{name}.tar", layers)))
        for name, layers in (("one", one), ("two", two))
    ]
    told = fleet(made)
    assert [(each.bytes, each.unique, each.shared) for each in told.images] == [
        (1087, 87, 1000),
        (1097, 97, 1000),
    ]
    assert (told.image_bytes, told.stored_bytes) == (2184, 1184)
    assert (told.layers[0].bytes, told.layers[0].images) == (1000, (0, 1))
    (record,) = told.duplicates
    assert [path for path, _ in record.copies] == ["/lib", "/usr/lib"]
    assert told.duplicated_bytes == 77


def test_content_twice_in_one_image_alone_is_not_the_fleet_s(tmp_path: Path) -> None:
    made = [
        open_image(str(docker_archive(tmp_path / f"{name}.tar", layers)))
        for name, layers in (
            ("one", [[file("/a", 9, "x")], [file("/b", 9, "x")]]),
            ("two", [[file("/c", 8, "y")]]),
        )
    ]
    assert fleet(made).duplicates == ()


# ------------------------------------------------------------------------ formats


def gated(*, dockerfile: bool = True) -> ImageReport:
    from dataclasses import replace

    found = report(dockerfile=dockerfile)
    gates = judge(of_image(found, exact=False), [bound(name, text) for name, text in DEFAULTS.items()])
    return replace(found, layers=replace(found.layers, gates=gates))


STYLES = {
    "image.txt": ("text", Style()),
    "image-80.txt": ("text", Style(width=80)),
    "image-colour.txt": ("text", Style(colour=True)),
    "image-changes.txt": ("text", Style(changes=True, verbose=1)),
    "image-quiet.txt": ("text", Style(quiet=True)),
    "image.md": ("markdown", Style()),
}


@pytest.mark.parametrize("name", STYLES)
def test_formats(name: str) -> None:
    format_name, style = STYLES[name]
    snapshot.check(name, image_reporter(format_name)(gated(), style))


def test_text_without_a_dockerfile() -> None:
    snapshot.check("image-alone.txt", image_reporter("text")(report(dockerfile=False), Style()))


def test_json() -> None:
    output = image_reporter("json")(gated(), Style())
    snapshot.check("image.json", json.dumps(json.loads(output), indent=1, ensure_ascii=False) + "\n")


SCRATCH = """\
FROM scratch
COPY one /srv/one
COPY two /srv/two
RUN rm /srv/one
RUN frobnicate --all
"""
BUILT: list[list[Row]] = [
    [file("/srv/one", 100_000)],
    [file("/srv/two", 250_000)],
    [gone("/srv/one")],
    [folder("/opt"), file("/opt/x", 70_000)],
]


@pytest.fixture
def compared(tmp_path: Path) -> VerifyReport:
    (tmp_path / "one").write_bytes(bytes(100_000))
    (tmp_path / "two").write_bytes(bytes(300_000))
    trace = analyse(SourceFile("Dockerfile", SCRATCH), tmp_path, Settings()).trace
    rows = (
        "COPY one /srv/one",
        "COPY two /srv/two",
        "RUN /bin/sh -c rm /srv/one",
        "RUN /bin/sh -c frobnicate --all",
    )
    found = verify(trace, image(BUILT, tuple(History(f"{row} # buildkit", "", False) for row in rows)))
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("name", "style"),
    [
        ("verify.txt", Style(width=80)),
        ("verify-verbose.txt", Style(verbose=1)),
        ("verify-quiet.txt", Style(quiet=True)),
    ],
)
def test_verify_as_text(name: str, style: Style, compared: VerifyReport) -> None:
    snapshot.check(name, verify_reporter("text")(compared, style))


def test_verify_as_markdown_and_json(compared: VerifyReport) -> None:
    snapshot.check("verify.md", verify_reporter("markdown")(compared, Style()))
    document = json.loads(verify_reporter("json")(compared, Style()))
    snapshot.check("verify.json", json.dumps(document, indent=1, ensure_ascii=False) + "\n")


def test_a_fleet_in_every_format() -> None:
    one = image([LAYERS[0], [file("/a", 5000, "x")]], reference="a.tar")
    two = image([LAYERS[0], [file("/b", 5000, "x"), file("/c", 10)]], reference="b.tar")
    told = fleet([one, two])
    snapshot.check("fleet.txt", fleet_reporter("text")(told, Style(width=80)))
    snapshot.check("fleet.md", fleet_reporter("markdown")(told, Style()))
    document = json.loads(fleet_reporter("json")(told, Style()))
    snapshot.check("fleet.json", json.dumps(document, indent=1, ensure_ascii=False) + "\n")


def test_lines_of_text_keep_to_the_width() -> None:
    trace = analyse(SourceFile("Dockerfile", DOCKERFILE), None, Settings()).trace
    found = verify(trace, image(LAYERS, HISTORY))
    assert found is not None
    for style in (Style(width=80), Style(width=80, verbose=1, changes=True)):
        texts = (image_reporter("text")(gated(), style), verify_reporter("text")(found, style))
        assert max(len(line) for text in texts for line in text.splitlines()) <= 80


def test_no_format_shows_a_secret_or_paints_by_itself() -> None:
    one = image(LAYERS, HISTORY)
    trace = analyse(SourceFile("Dockerfile", DOCKERFILE), None, Settings()).trace
    compared = verify(trace, one)
    assert compared is not None
    for style in (Style(), Style(verbose=1, changes=True)):
        outputs = [verify_reporter(name)(compared, style) for name in VERIFY_REPORTERS]
        outputs += [
            image_reporter(name)(gated(dockerfile=with_file), style)
            for name in IMAGE_REPORTERS
            for with_file in (False, True)
        ]
        outputs += [fleet_reporter(name)(fleet([one, one]), style) for name in FLEET_REPORTERS]
        for output in outputs:
            assert TOKEN not in output
            assert "\x1b" not in output
            assert output.endswith("\n")


def test_the_tables_are_sorted() -> None:
    for table in (FLEET_REPORTERS, IMAGE_REPORTERS, VERIFY_REPORTERS):
        assert list(table) == sorted(table)


# ------------------------------------------------------------------------ the command line


@pytest.fixture
def archive(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.chdir(tmp_path)
    Path("Dockerfile").write_text(DOCKERFILE)
    docker_archive(Path("image.tar"), LAYERS, HISTORY)
    return "image.tar"


def test_an_image_with_its_dockerfile(archive: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["image", "--format", "json", archive, "Dockerfile"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert [layer["line"] for layer in document["layers"]] == [0, 2, 3, 4, 5]
    assert (document["reference"], document["dockerfile"]) == ("image.tar", "Dockerfile")


@pytest.mark.parametrize("format_name", ["github", "sarif"])
def test_findings_on_lines(archive: str, format_name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["image", "--format", format_name, archive, "Dockerfile"]) == 0
    output = capsys.readouterr().out
    assert "moved-in-later-layer" in output
    assert "2.9 MiB in the image that line 2 still ships" in output
    assert main(["image", "--format", format_name, archive]) == 2
    assert "needs the Dockerfile" in capsys.readouterr().err


def test_a_page_of_an_image_beside_its_forecast(archive: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["image", "--format", "html", "--gates", archive, "Dockerfile"]) in (0, 1)
    page = capsys.readouterr().out
    assert TOKEN not in page
    (told,) = json.loads(page.partition('id="data">')[2].partition("</script>")[0])["files"]
    forecast, image = told["views"]
    assert (forecast["kind"], image["kind"]) == ("forecast", "image")
    assert any(note.startswith(("PASS ", "FAIL ")) for note in image["notes"])
    assert told["lines"][1] == "COPY assets /srv/assets"
    assert any(finding["line"] == 3 for finding in told["findings"])
    assert main(["image", "--format", "html", archive]) == 0
    assert main(["image", "--format", "svg", archive]) == 0


def test_several_images_are_one_page(archive: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["image", "--format", "html", archive, archive]) == 0
    page = capsys.readouterr().out
    assert "<title>2 images - layerlint</title>" in page
    told = json.loads(page.partition('id="data">')[2].partition("</script>")[0])["files"]
    assert [view["kind"] for each in told for view in each["views"]] == ["image", "image"]
    assert main(["image", "--format", "svg", archive, archive]) == 2
    assert "html, json, markdown, text, not as svg" in capsys.readouterr().err


def test_several_images(archive: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["image", archive, archive]) == 0
    assert "2 images" in capsys.readouterr().out
    assert main(["image", archive, archive, "Dockerfile"]) == 2
    assert main(["image", archive, archive, "--gates"]) == 2
    assert main(["image", archive, archive, "--format", "sarif"]) == 2
    capsys.readouterr()


def test_what_is_no_image_is_told(archive: str, capsys: pytest.CaptureFixture[str]) -> None:
    Path("broken.tar").write_bytes(Path(archive).read_bytes()[:5000])
    for source in ("Dockerfile", "absent.tar", "broken.tar", "."):
        assert main(["image", source]) == 2
        told = capsys.readouterr()
        assert told.out == ""
        assert told.err.startswith("layerlint: ")
    assert main(["image"]) == 2
