"""Signals as curves."""

from __future__ import annotations

import pytest

import fillerkit as fk
from fillerkit.reports.curves import band, charts, groups

pytest.importorskip("torch", reason="PyTorch is not installed")
NET = """
layer { name: "data" type: "Input" top: "x" input_param { shape { dim: [2, 64] } } }
layer { name: "a" type: "InnerProduct" bottom: "x" top: "a"
        inner_product_param { num_output: 64 weight_filler { type: "xavier" } } }
layer { name: "b" type: "InnerProduct" bottom: "a" top: "b"
        inner_product_param { num_output: 64 weight_filler { type: "xavier" } } }
"""


@pytest.fixture(scope="module")
def net() -> fk.Net:
    return fk.load_net(NET)


def test_signals_of_one_filler_are_one_group(net: fk.Net) -> None:
    found = groups([fk.signal(net, seed=seed, filler=f) for f in (None, "msra") for seed in (1, 2)])
    assert [(group.label, len(group.signals)) for group in found] == [("as it is", 2), ("msra", 2)]


def test_a_curve_has_a_point_a_layer_and_theory_beside_it(net: fk.Net) -> None:
    forward, backward = charts(groups([fk.signal(net, seed=1)]))
    (curve,) = forward.curves
    assert forward.depth == 2
    assert curve.band == ""
    assert [point.told.split(":")[0] for point in curve.points] == ["a", "b"]
    assert "theory 1" in curve.points[1].told
    for point, ring in zip(curve.points, curve.theory, strict=True):
        assert point.x == ring.x
        assert abs(point.y - ring.y) < 30
    assert "gradient" in backward.curves[0].points[0].told


def test_a_weaker_signal_stands_lower_on_a_log_axis(net: fk.Net) -> None:
    forward, _ = charts(groups([fk.signal(net, seed=1, filler="gaussian(std=0.0125)")]))
    first, second = forward.curves[0].points
    place = dict(forward.ticks)
    assert second.y - first.y == pytest.approx(place["0.01"] - place["0.1"], rel=0.2)


def test_the_band_is_from_the_least_to_the_greatest_of_all_seeds(net: fk.Net) -> None:
    signals = [fk.signal(net, seed=seed) for seed in (1, 2, 3)]
    forward, _ = charts(groups(signals))
    assert forward.curves[0].band.count("L") == 3
    rms = [signal.layers[1].rms for signal in signals]
    assert band(signals, 1) == (rms[0], min(rms), max(rms))


def test_a_signal_that_dies_has_a_chart_too(net: fk.Net) -> None:
    forward, backward = charts(groups([fk.signal(net, seed=1, filler="constant")]))
    assert forward.curves[0].line == ""
    assert backward.ticks
