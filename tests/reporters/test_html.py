"""The page: data that cannot get out of its element, nothing from elsewhere, and it works in a browser."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Iterator
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from layerlint.domain.size import ZERO, Size
from layerlint.report import (
    DiveFigures,
    DuplicateRecord,
    FileRecord,
    FileReport,
    HiddenRecord,
    ImageReport,
    LayersReport,
    Origin,
    Report,
    UnmodelledRecord,
)
from layerlint.reporters import reporter
from layerlint.reporters.html import images
from layerlint.reporters.html.limits import PATHS, paths_of_each
from layerlint.reporters.html.paths import DEEPEST, tree
from layerlint.reporters.style import Style
from tests.reporters import sample, snapshot
from tests.reporters.browser import Page, browser

MIB = sample.MIB
HOSTILE_NAME = "</script><script>alert(1)</script><!--\"'&\N{RIGHT-TO-LEFT OVERRIDE}\x1b[31m\u2028\udcff.txt"
DOCKERFILE = """FROM debian:bookworm-slim

RUN apt-get update
RUN apt-get install -y curl gnupg \\
 && curl -fsSL example.org/key | gpg --import
WORKDIR /srv
COPY big /big
RUN chmod 600 /big
RUN rm /big
"""
FILES = (
    FileRecord("/usr/lib/libc.so.6", Size.exact(70 * MIB), None),
    FileRecord("/usr/lib/<curl>", Size(8 * MIB, 11 * MIB, 28 * MIB), 1, 40),
    FileRecord(f"/srv/{HOSTILE_NAME}", Size.exact(3 * MIB), 1),
)


def ordinary() -> FileReport:
    assert sample.ORDINARY.layers is not None
    return replace(sample.ORDINARY, layers=replace(sample.ORDINARY.layers, files=FILES), text=DOCKERFILE)


def hostile() -> FileReport:
    return replace(sample.HOSTILE, text=f"FROM scratch\nRUN {HOSTILE_NAME} @@script@@\n" + "x" * 5000)


def page_of(*files: FileReport) -> str:
    return reporter("html")(Report(files, sample.RULES, "0.1.0"), Style())


def image_of(report: LayersReport) -> ImageReport:
    """An image that came out a little larger than was likely."""
    layers = tuple(
        replace(each, bytes=Size.exact(each.bytes.likely * 11 // 10), hidden=Size.exact(each.hidden.likely))
        for each in report.layers
    )
    base = replace(layers[0], line=0, instruction="ADD rootfs.tar /", bytes=Size.exact(78_432_000), hidden=ZERO)
    rows = tuple(replace(each, index=index) for index, each in enumerate((base, *layers)))
    exact = replace(
        report,
        base=replace(report.base, bytes=ZERO),
        layers=rows,
        image_bytes=Size.exact(180_000_000),
        visible_bytes=Size.exact(96_000_000),
        hidden_bytes=Size.exact(84_000_000),
        hidden=tuple(
            replace(each, created=Origin((each.created.layer or 0) + 1, each.created.line)) for each in report.hidden
        ),
    )
    return ImageReport(
        reference="docker-archive:app.tar",
        form="docker-archive",
        id="sha256:0",
        layers=exact,
        dive=DiveFigures(0.71, 84_000_000, 0.4, 180_000_000, 100_000_000, ()),
        duplicates=(DuplicateRecord("sha256:1", 5000, (("/a", 0), ("/b", 4)), 5000),),
    )


class _Elements(HTMLParser):
    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.texts: dict[str, list[str]] = {}
        self._inside = ""
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag in ("script", "style", "title"):
            self._inside = tag
            self.texts.setdefault(tag, []).append("")

    def handle_endtag(self, tag: str) -> None:
        self._inside = ""

    def handle_data(self, data: str) -> None:
        if self._inside:
            self.texts[self._inside][-1] += data


def data_of(text: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(_Elements(text).texts["script"][0])
    return found


def leaves(node: list[Any], path: str = "") -> Iterator[tuple[str, list[Any]]]:
    if isinstance(node[1], list):
        for child in node[1]:
            yield from leaves(child, f"{path}/{child[0]}")
    else:
        yield path, node


def levels(node: list[Any]) -> int:
    return 1 + max(map(levels, node[1])) if isinstance(node[1], list) else 1


# ------------------------------------------------------------------------ the file


def test_the_document_of_a_small_report() -> None:
    document = json.dumps(data_of(page_of(ordinary())), indent=1, ensure_ascii=False) + "\n"
    snapshot.check("html.json", document)


def test_hostile_text_is_data_only() -> None:
    text = page_of(ordinary(), hostile())
    text.encode("utf-8")
    elements = _Elements(text)
    assert [tag for tag, _ in elements.tags].count("script") == 2
    assert "<!--" not in text
    assert not set("\x1b\x07\r\u2028\u202e") & set(text)
    document = data_of(text)
    assert "\\u202e\\x1b[31m\\u2028\\xff.txt" in document["files"][1]["lines"][1]
    assert any("</script><script>alert(1)" in path for path, _ in leaves(document["files"][0]["views"][0]["tree"]))
    # What looks like a mark of the template stays what it is.
    assert document["files"][1]["lines"][1].endswith(" @@script@@")


def test_nothing_of_the_page_comes_from_elsewhere() -> None:
    text = page_of(replace(ordinary(), findings=()))
    for _, attributes in _Elements(text).tags:
        assert not {"src", "srcset", "data", "action", "style"} & set(attributes)
        assert not any(name.startswith("on") for name in attributes)
        assert (attributes.get("href") or "#").startswith("#")
    assert not re.search(r"https?://|@import|url\(", text)
    assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function", text)


def test_the_policy_names_the_script_and_the_style_and_nothing_else() -> None:
    elements = _Elements(page_of(ordinary()))
    (policy,) = [at["content"] for tag, at in elements.tags if at.get("http-equiv") == "Content-Security-Policy"]
    assert policy is not None
    assert "unsafe" not in policy
    assert policy.startswith("default-src 'none'; ")
    for name, content in (("style", elements.texts["style"][0]), ("script", elements.texts["script"][1])):
        digest = base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()
        assert f"{name}-src 'sha256-{digest}'" in policy


def test_a_link_of_a_rule_is_to_the_web_or_none() -> None:
    finding = replace(sample.ORDINARY.findings[0], url="javascript:alert(1)")
    (shown,) = data_of(page_of(replace(ordinary(), findings=(finding,))))["files"][0]["findings"]
    assert shown["url"] == ""


# ------------------------------------------------------------------------ paths


def many(number: int) -> LayersReport:
    assert sample.ORDINARY.layers is not None
    files = tuple(
        FileRecord(f"/srv/app/package-{n % 997}/lib/module_{n}.py", Size.exact(200 + n % 7919), n % 6)
        for n in range(number)
    )
    hidden = tuple(
        HiddenRecord(f"/srv/old/module_{n}.py", Size.exact(1000 + n), "deleted", Origin(3, 7), Origin(5, 9))
        for n in range(number // 10)
    )
    return replace(sample.ORDINARY.layers, files=files, hidden=hidden)


def test_a_tree_has_every_byte() -> None:
    report = many(5000)
    whole = sum(each.bytes.likely for each in (*report.files, *report.hidden))
    for limit in (10_000, 100, 1):
        nodes = list(leaves(tree(report, limit)))
        assert sum(node[1] for _, node in nodes) == whole
        assert sum(node[7] if len(node) > 7 else 1 for _, node in nodes) == 5500


def test_a_page_of_100_000_paths_is_of_bounded_size() -> None:
    text = page_of(FileReport("Dockerfile", (), many(100_000)))
    assert 2_000_000 < len(text.encode()) < 6_000_000


def test_many_images_share_the_paths_of_a_page() -> None:
    assert paths_of_each(0) == paths_of_each(1) == PATHS
    assert paths_of_each(10) == PATHS // 10
    assert paths_of_each(10**6) == 200


def test_a_path_of_any_depth_is_read_back() -> None:
    assert sample.ORDINARY.layers is not None
    files = (
        FileRecord("/" + "d/" * 2000 + "f", Size.exact(5), 0),
        FileRecord("/d/d/g", Size.exact(1), 0),
        FileRecord("/", Size.exact(2), 0),
        FileRecord("/d", Size.exact(3), 0),
    )
    document = data_of(page_of(FileReport("Dockerfile", (), replace(sample.ORDINARY.layers, files=files, hidden=()))))
    nodes = document["files"][0]["views"][0]["tree"]
    assert sorted(node[1] for _, node in leaves(nodes)) == [1, 2, 3, 5]
    assert levels(nodes) <= DEEPEST + 2


def test_without_files_the_rest_of_each_layer_is_one() -> None:
    assert sample.ORDINARY.layers is not None
    nodes = list(leaves(tree(sample.ORDINARY.layers, 1000)))
    of_layer = [node[1] for _, node in nodes if len(node) > 2 and node[2] == 2]
    assert sum(of_layer) == sample.ORDINARY.layers.layers[1].bytes.likely


def test_an_image_stands_beside_its_forecast() -> None:
    file = ordinary()
    assert file.layers is not None
    document = data_of(images([image_of(file.layers)], [file]))
    assert [view["kind"] for view in document["files"][0]["views"]] == ["forecast", "image"]
    assert document["files"][0]["views"][1]["dive"]["efficiency"] == 0.71
    alone = data_of(images([image_of(file.layers)], [None]))
    assert alone["files"][0]["path"] == "docker-archive:app.tar"


# ------------------------------------------------------------------------ in a browser


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    with browser(tmp_path_factory.mktemp("profile")) as found:
        yield found


@pytest.fixture(autouse=True)
def _no_faults(request: pytest.FixtureRequest) -> Iterator[None]:
    """In every test with a browser: no error, nothing on the console, nothing loaded but the file."""
    page = request.getfixturevalue("page") if "page" in request.fixturenames else None
    if page is not None:
        page.faults.clear()
        page.requests.clear()
    yield
    if page is not None:
        assert page.faults == []
        assert all(url.startswith("file:") for url in page.requests)


def written(folder: Path, text: str) -> Path:
    file = folder / "page.html"
    file.write_text(text, encoding="utf-8")
    return file


def folder_of(page: Page) -> str:
    text: str = page.run("document.querySelector('#crumbs [aria-current]').textContent")
    return text


def test_zoom_by_keys_and_by_pointer(page: Page, tmp_path: Path) -> None:
    page.open(written(tmp_path, page_of(ordinary())))
    page.run("document.getElementById('treemap').focus()")
    assert "/usr/lib/" in page.run("document.getElementById('said').textContent")
    page.press("Enter")
    assert folder_of(page) == "usr/lib"
    page.press("ArrowRight")
    assert "curl" in page.run("document.getElementById('said').textContent")
    page.press("Escape")
    assert folder_of(page) == "Everything that ships"
    page.run("document.getElementById('treemap').scrollIntoView()")
    box = page.run("(({x, y}) => [x, y])(document.getElementById('treemap').getBoundingClientRect())")
    page.click(box[0] + 30, box[1] + 60)
    assert folder_of(page) == "usr/lib"


def test_search_narrows_paths_findings_and_layers(page: Page, tmp_path: Path) -> None:
    page.open(written(tmp_path, page_of(ordinary())))
    page.press("/")
    page.type("chmod")
    page.wait("document.getElementById('status').textContent.includes('chmod')")
    assert page.run("document.querySelectorAll('#entries tbody .path').length") == 0
    assert page.run("document.querySelectorAll('.note:not(.off)').length") == 1
    assert page.run("document.querySelectorAll('#waterfall tr[data-text]:not(.faint)').length") == 1
    page.press("Escape")
    assert page.run("document.querySelectorAll('.note.off').length") == 0
    assert page.run("document.querySelectorAll('#entries tbody tr').length") > 2


def test_filters(page: Page, tmp_path: Path) -> None:
    page.open(written(tmp_path, page_of(ordinary())))
    page.run("document.getElementById('hidden-only').click()")
    names = page.run("[...document.querySelectorAll('#entries tbody .path')].map(each => each.textContent)")
    assert names == ["var/lib/ 2 files", "big", "big"]
    page.run("document.getElementById('hidden-only').click()")
    page.run("document.getElementById('by-size').click()")
    assert page.run("document.querySelector('#entries tbody .path').textContent") == "/usr/lib/libc.so.6"
    page.run("document.querySelector('#severities input').click()")
    assert page.run("getComputedStyle(document.querySelector('.note.error')).display") == "none"
    page.run("document.querySelectorAll('#waterfall .step')[4].click()")
    assert page.run("document.getElementById('scope').selectedOptions[0].textContent") == "Line 7: COPY big /big"
    assert page.run("document.querySelectorAll('#entries tbody tr').length") == 1


def test_names_are_shown_and_never_read_as_markup(page: Page, tmp_path: Path) -> None:
    page.open(written(tmp_path, page_of(ordinary(), hostile())))
    assert page.run("document.querySelectorAll('#files option').length") == 2
    page.run("document.querySelectorAll('#overview-table button')[1].click()")
    assert "</script><script>alert(1)" in page.run("document.getElementById('lines').textContent")
    assert page.run("document.scripts.length") == 2


def test_long_words_do_not_widen_the_page(page: Page, tmp_path: Path) -> None:
    word = "x" * 300
    file = ordinary()
    assert file.layers is not None
    first, *rest = file.layers.layers
    first = replace(
        first, instruction=f"RUN {word}", stage=word, complete=False, unmodelled=(UnmodelledRecord(3, word, word),)
    )
    layers = replace(
        file.layers,
        layers=(first, *rest),
        notes=(word,),
        target=word,
        base=replace(file.layers.base, reference=word),
        files=(FileRecord(f"/{word}/{word}", Size.exact(5 * MIB), 0), *FILES),
    )
    finding = replace(file.findings[0], message=f"`{word}` {word}", rule=word)
    text = page_of(replace(file, path=word, layers=layers, findings=(finding,), text=f"FROM a\nRUN {word}\n"), file)
    for width in (1280, 700, 400):
        page.open(written(tmp_path, text), width)
        assert page.run("document.documentElement.scrollWidth <= innerWidth"), width


@pytest.mark.parametrize("width", [1280, 400])
@pytest.mark.parametrize("dark", [False, True])
def test_the_page_fits(page: Page, tmp_path: Path, width: int, dark: bool) -> None:
    file = ordinary()
    assert file.layers is not None
    page.open(written(tmp_path, images([image_of(file.layers)], [file], "0.1.0")), width, 900, dark=dark)
    assert page.run("document.documentElement.scrollWidth <= innerWidth")
    assert page.run("document.documentElement.dataset.theme") == ("dark" if dark else "light")
    assert page.run("document.querySelectorAll('#waterfall .bar.image').length") == 7
    shot = page.screenshot(tmp_path / "page.png")
    assert len(shot) > 20_000
    page.run("document.getElementById('theme').click()")
    assert page.run("document.documentElement.dataset.theme") == "light"


def test_everything_that_acts_has_a_name_and_is_reached_by_tab(page: Page, tmp_path: Path) -> None:
    page.open(written(tmp_path, page_of(ordinary())))
    nameless = (
        "[...document.querySelectorAll('button, select, input, canvas, a[href]')].filter(each => "
        "each.checkVisibility() && !each.textContent.trim() && !each.getAttribute('aria-label') "
        "&& !each.labels?.[0]?.textContent.trim()).length"
    )
    assert page.run(nameless) == 0
    for name in ("skip", "search", "theme"):
        page.press("Tab")
        assert name in page.run("document.activeElement.id || document.activeElement.className")
    for _ in range(40):
        page.press("Tab")
        if page.run("document.activeElement.id") == "treemap":
            break
    assert page.run("document.activeElement.id") == "treemap"


def test_100_000_paths_are_drawn(page: Page, tmp_path: Path) -> None:
    page.open(written(tmp_path, page_of(FileReport("Dockerfile", (), many(100_000)))))
    assert page.run("document.querySelector('#entries tbody .path').textContent").endswith(" files")
    page.run("document.getElementById('by-size').click()")
    assert page.run("document.querySelectorAll('#entries tbody tr').length") == 201
    page.press("/")
    page.type("module_777.py")
    page.wait("document.getElementById('status').textContent.startsWith('2 files, ')")
