"""Forecast bytes of apt layers, held against real builds."""

from __future__ import annotations

import statistics

import pytest

from tests.execution.apt_builds import RealBuild, builds, run, start

LARGE = 1 << 20
"""Layers from here on are judged by their relative error."""


@pytest.fixture(scope="module")
def real_builds() -> list[RealBuild]:
    return list(builds())


def test_layers_have_the_bytes_of_real_builds(real_builds: list[RealBuild]) -> None:
    errors, off = [], []
    for build in real_builds:
        filesystem, database = start(build.base)
        for index, real in enumerate(build.layers):
            layer, filesystem, database, _ = run(real.script, filesystem, database, index)
            forecast = layer.bytes
            error = (forecast.likely - real.bytes) / max(real.bytes, 1)
            sizes = f"{real.bytes:>12,} {forecast.likely:>12,}"
            print(f"{build.name:22} {sizes} {error:>+7.1%}  {real.script[:55]}")
            if real.bytes >= LARGE:
                errors.append(abs(error))
            else:
                off.append(abs(forecast.likely - real.bytes))
    median = statistics.median(errors)
    print(f"{len(errors)} layers, median error {median:.1%}, worst {max(errors):.1%}")
    assert len(errors) >= 20
    assert median <= 0.05
    assert max(off, default=0) <= 250_000
