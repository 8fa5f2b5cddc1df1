"""Forecasts against real builds; ``python benchmarks/oracle.py`` prints the same table."""

from __future__ import annotations

import importlib.util
import statistics
import sys
from types import ModuleType

import pytest

from tests.shared import CHECKOUT, shared


@pytest.fixture(scope="module")
def oracle() -> ModuleType:
    specification = importlib.util.spec_from_file_location("oracle", CHECKOUT / "benchmarks" / "oracle.py")
    assert specification is not None
    assert specification.loader is not None
    module = importlib.util.module_from_spec(specification)
    sys.modules["oracle"] = module
    sys.path.insert(0, str(CHECKOUT / "benchmarks"))
    specification.loader.exec_module(module)
    sys.path.remove(str(CHECKOUT / "benchmarks"))
    return module


def test_forecasts_are_those_of_real_builds(oracle: ModuleType, capsys: pytest.CaptureFixture[str]) -> None:
    found = list(oracle.cases(shared("oracle")))
    with capsys.disabled():
        print()
        print("\n".join(oracle.table(found)))
    assert len(found) >= 36
    of = oracle.summary(found)
    assert statistics.median(of.layers) <= 0.02
    assert statistics.median(of.hidden) <= 0.02


def test_most_layers_are_understood(oracle: ModuleType) -> None:
    found = list(oracle.cases(shared("oracle")))
    layers = [layer for case in found for layer in case.layers]
    assert sum(layer.complete for layer in layers) >= 0.8 * len(layers)
