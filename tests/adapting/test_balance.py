"""Layers scaled against one another."""

from __future__ import annotations

import re

import numpy as np
import pytest

import fillerkit as fk

from .conftest import conv, image, in_place, inner

DEEP = (
    image()
    + conv("c1", "data", 'weight_filler { type: "gaussian" std: 0.5 }')
    + in_place("ReLU", "c1")
    + conv("c2", "c1", 'bias_filler { type: "constant" value: 0.1 }')
    + in_place("ReLU", "c2")
    + inner("fc", "c2", 'bias_filler { type: "constant" value: 0.3 }')
)


def test_gradients_are_as_large_beside_their_weights_in_all_layers() -> None:
    net = fk.load_net(DEEP)
    found = fk.adapt(net, net.fill(1), "balance")
    ends = [float(re.split(" to ", layer.said)[1]) for layer in found.layers]
    begins = [float(re.split(" |to", layer.said)[3]) for layer in found.layers]
    assert max(ends) <= 1.02 * min(ends)
    assert max(begins) > 2 * min(begins)


def test_squares_are_worked_out_a_piece_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    import torch

    from fillerkit.adapting import measures

    sizes, double = [], torch.Tensor.double

    def seen(x: torch.Tensor) -> torch.Tensor:
        sizes.append(x.numel())
        return double(x)

    monkeypatch.setattr(torch.Tensor, "double", seen)
    monkeypatch.setattr(measures, "_PIECE", 8)
    net = fk.load_net(DEEP)
    fk.adapt(net, net.fill(1), "balance")
    assert max(sizes) == 8


def test_a_chain_of_rectifiers_makes_the_same_output_biases_and_all() -> None:
    import torch

    import fillerkit.torch

    net = fk.load_net(DEEP)
    filled = net.fill(1)
    found = fk.adapt(net, filled, "balance")
    batch = torch.from_numpy(np.random.default_rng(1).standard_normal((5, 3, 8, 8), np.float32))
    with torch.no_grad():
        before, after = (
            fillerkit.torch.module(net, blobs)(batch)["fc"].numpy()
            for blobs in (filled, found.blobs)
        )
    assert after == pytest.approx(before, rel=0.01, abs=0.01)
    factors = [layer.factor for layer in found.layers if layer.factor]
    assert np.prod(factors) == pytest.approx(1, rel=2e-3)


def test_a_layer_that_no_gradient_reaches_is_left_alone() -> None:
    stopped = conv("stopped", "data") + inner("last", "stopped", layer="propagate_down: false")
    net = fk.load_net(DEEP + stopped)
    found = fk.adapt(net, net.fill(1), "balance")
    assert found["stopped"][0].said == "no gradient reaches it"
    assert found["c1"][0].changed


def test_a_step_that_makes_it_worse_is_taken_back() -> None:
    text = 'layer { name: "x" type: "Input" top: "x" input_param { shape { dim: [2, 20] } } }\n'
    below = "x"
    for at in range(4):
        filler = 'weight_filler { type: "gaussian" std: 30 } bias_filler { value: 0.1 }'
        text += inner(f"ip{at}", below, filler).replace("num_output: 10", "num_output: 60")
        text += in_place("Sigmoid", f"ip{at}")
        below = f"ip{at}"
    net = fk.load_net(text)
    filled = net.fill(1)
    found = fk.adapt(net, filled, "balance", batch=2)
    again = fk.adapt(net, found.blobs, "balance", batch=2)
    assert all(layer.said.endswith("would make them less even") for layer in found.layers)
    begun, ended, is_so = (
        np.array([float(layer.said.split()[word].strip(";")) for layer in each.layers])
        for each, word in ((found, 3), (found, 5), (again, 3))
    )
    assert ended == pytest.approx(is_so, rel=0.01)
    assert ended.max() / ended.min() <= begun.max() / begun.min()
