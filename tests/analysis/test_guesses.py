"""A guess that stands for everything of a kind: its bounds are shown, and the step is not said to be known."""

from __future__ import annotations

from layerlint.analysis.evidence import steps_at
from layerlint.analysis.forecast import forecast
from layerlint.report import Basis
from layerlint.reporters.size import short_size
from tests.execution.dockerfiles import trace_of

CLONE = "RUN git clone https://git.example.org/a.git /src"


def test_a_clone_has_the_bounds_of_clones() -> None:
    trace = trace_of(f"FROM scratch\n{CLONE}\n")
    report = forecast(trace)
    assert report is not None
    (layer,) = report.layers
    assert not layer.complete
    assert (layer.bytes.low, layer.bytes.high) == (200_000, 172_000_000)
    assert short_size(layer.bytes) == "0.2–164 MiB"
    assert report.image_bytes.high == 172_000_000
    (step,) = steps_at(trace, 2)
    assert [list(command.basis) for command in step.commands] == [[Basis.GUESS]]


def test_one_command_without_bounds_takes_them_from_the_layer() -> None:
    report = forecast(trace_of(f"FROM scratch\n{CLONE} && frobnicate\n"))
    assert report is not None
    assert report.layers[0].bytes.high is None
    assert report.image_bytes.high is None
