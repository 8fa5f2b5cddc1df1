"""Every byte of the image is that of a visible file or of a hidden one, layer by layer."""

from __future__ import annotations

from pathlib import Path

from layerlint.analysis.forecast import forecast
from layerlint.analysis.root_files import root_files
from layerlint.domain.size import total
from tests.execution.dockerfiles import files, trace_of

DOCKERFILE = """FROM debian:bookworm-slim
RUN apt-get update && apt-get install -y curl
COPY a b /srv/
RUN ln /srv/a /srv/c && chmod 600 /srv/b
RUN rm -r /srv/a && echo text > /etc/hostname
"""


def test_visible_and_hidden_are_what_the_layers_hold(tmp_path: Path) -> None:
    context = files(tmp_path, {"a": "a" * 500, "b": "b" * 300})
    report = forecast(trace_of(DOCKERFILE, context), files=10**6)
    assert report is not None
    assert sum(file.bytes.likely for file in report.files) == report.visible_bytes.likely
    for layer in report.layers:
        visible = sum(file.bytes.likely for file in report.files if file.layer == layer.index)
        assert visible + layer.hidden.likely == layer.bytes.likely
    assert [file.path for file in report.files if file.path.startswith("/srv/")] == ["/srv/c", "/srv/b"]


def test_past_the_limit_the_files_of_a_folder_are_one(tmp_path: Path) -> None:
    context = files(tmp_path, {f"d/f{n}": "x" * (n + 1) for n in range(50)})
    target = trace_of("FROM scratch\nCOPY d /d\nCOPY d/f0 /\n", context).target
    assert target is not None
    root = target.final.filesystem.root
    whole = root_files(root, 100)
    assert len(whole) == 51
    some = root_files(root, 10)
    assert [(each.path, each.bytes.likely, each.layer, each.count) for each in some[:1]] == [("/d", 820, 0, 40)]
    assert total(each.bytes for each in some) == total(each.bytes for each in whole)
    assert sum(each.count for each in some) == 51


def test_not_asked_for_there_are_none(tmp_path: Path) -> None:
    report = forecast(trace_of("FROM scratch\nCOPY a /\n", files(tmp_path, {"a": "x"})))
    assert report is not None
    assert report.files == ()
