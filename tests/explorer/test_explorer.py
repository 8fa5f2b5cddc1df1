"""The explorer, driven by keys without a terminal."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from layerlint.analysis.forecast import forecast
from layerlint.cli import main
from layerlint.explorer.tree import Order, layer_tree, rows, search
from layerlint.linter import Settings, analyse
from layerlint.report import LayersReport
from layerlint.source import SourceFile

if TYPE_CHECKING:
    from textual.pilot import Pilot

DOCKERFILE = """\
FROM scratch
COPY big small /data/
COPY odd /data/
ADD small /data/more/
COPY --chmod=600 big /data/big
"""


@pytest.fixture
def report(tmp_path: Path) -> LayersReport:
    (tmp_path / "big").write_bytes(b"x" * 30_000)
    (tmp_path / "small").write_bytes(b"y" * 200)
    (tmp_path / "odd").mkdir()
    (tmp_path / "odd/odd\x1b[31m [b]x").write_bytes(b"z" * 3_000)
    made = forecast(analyse(SourceFile("Dockerfile", DOCKERFILE), tmp_path, Settings()).trace, changes=True)
    assert made is not None
    return made


def test_amounts_add_up_and_hidden_ones_are_told_apart(report: LayersReport) -> None:
    tree = layer_tree(report, (0, 1, 2, 3))
    data = tree.children["data"]
    assert data.bytes.likely == tree.bytes.likely == 30_000 + 200 + 3_000 + 200 + 30_000
    assert data.hidden == report.hidden_bytes
    assert data.children["big"].layers == (0, 3)
    assert data.children["big"].hidden.likely == 30_000
    assert [item.name for item in rows(data, Order.SIZE)] == ["big", "odd\x1b[31m [b]x", "more", "small"]
    assert [item.name for item in rows(data, Order.NAME)] == ["big", "more", "odd\x1b[31m [b]x", "small"]
    assert [item.name for item in rows(data, Order.SIZE, hidden_only=True)] == ["big"]
    assert [item.path for item in search(tree, "SMALL")] == ["/data/more/small", "/data/small"]
    assert layer_tree(report, (2,)).bytes.likely == 200


def _driven(report: LayersReport, steps: Callable[[Pilot[None]], Awaitable[None]]) -> None:
    pytest.importorskip("textual", reason="the extra layerlint[explore] is not installed")
    from layerlint.explorer.app import Explorer

    async def drive() -> None:
        app = Explorer(report, DOCKERFILE.splitlines())
        async with app.run_test(size=(120, 40)) as pilot:
            await steps(pilot)

    asyncio.run(drive())


def _names(pilot: Pilot[None]) -> list[str]:
    files = pilot.app.query_one("#files")
    return [str(node.label).strip() for node in files.root.children]  # type: ignore[attr-defined]


def _line(pilot: Pilot[None]) -> int:
    return int(pilot.app.query_one("#source").cursor_row) + 1  # type: ignore[attr-defined]


def test_the_files_follow_the_layer_and_the_line_too(report: LayersReport) -> None:
    async def steps(pilot: Pilot[None]) -> None:
        await pilot.pause()
        assert _names(pilot) == ["61.9 KiB  data  29.3 KiB hidden"]
        await pilot.press("down", "down", "down")
        await pilot.pause()
        assert _line(pilot) == 4
        assert "200 B" in _names(pilot)[0]
        await pilot.press("a")
        await pilot.pause()
        assert "hidden" in _names(pilot)[0]

    _driven(report, steps)


def test_search_hidden_and_the_way_to_the_dockerfile(report: LayersReport) -> None:
    async def steps(pilot: Pilot[None]) -> None:
        await pilot.press("slash", *"big", "enter")
        await pilot.pause()
        assert len(_names(pilot)) == 1
        assert "/data/big" in _names(pilot)[0]
        await pilot.press("down", "d")
        assert _line(pilot) == 5
        await pilot.press("up", "down", "x")
        assert _line(pilot) == 5
        await pilot.press("slash", *"small", "enter")
        await pilot.press("down", "down", "d")
        await pilot.pause()
        assert _line(pilot) == 2
        await pilot.press("slash", *"nothing here", "enter", "d", "x", "escape", "h")
        await pilot.pause()
        assert len(_names(pilot)) == 1
        await pilot.press("s", "h")

    _driven(report, steps)


def test_names_that_would_paint_the_terminal_are_shown_as_text(report: LayersReport) -> None:
    async def steps(pilot: Pilot[None]) -> None:
        await pilot.press("slash", *"odd", "enter")
        await pilot.pause()
        (name,) = _names(pilot)
        assert "\x1b" not in name
        assert "[b]x" in name

    _driven(report, steps)


def test_without_a_terminal_it_says_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "Dockerfile").write_text("FROM scratch\n")
    assert main(["explore"]) == 2
    told = capfd.readouterr().err
    assert "needs a terminal" in told or "pip install 'layerlint[explore]'" in told
