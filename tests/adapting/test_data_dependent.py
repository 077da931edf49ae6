"""Every channel with mean 0 and variance 1."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import fillerkit as fk

from .conftest import conv, image, in_place, inner, said

BATCH = np.random.default_rng(3).standard_normal((9, 4, 8, 8), np.float32) + 0.5


def output(net: fk.Net, blobs: fk.Blobs, name: str, batch: Any = BATCH) -> Any:
    import torch

    import fillerkit.torch

    with torch.no_grad():
        found = fillerkit.torch.module(net, blobs)(torch.from_numpy(batch), blobs=[name])
    return found[name].numpy()


LAYERS = {
    "c": conv("c", "data", 'bias_filler { type: "constant" value: 2 }'),
    "grouped": conv("grouped", "data", "group: 2"),
    "fc": inner("fc", "data"),
    "turned": inner("turned", "data", "transpose: true"),
    "up": conv("up", "data", "stride: 2").replace('"Convolution"', '"Deconvolution"'),
    "up2": conv("up2", "data", "group: 2").replace('"Convolution"', '"Deconvolution"'),
}


@pytest.mark.parametrize("name", LAYERS)
def test_every_channel_has_mean_0_and_variance_1(name: str) -> None:
    net = fk.load_net(image(4) + LAYERS[name])
    found = fk.adapt(net, net.fill(1), "data-dependent", inputs=BATCH)
    assert found[name][0].changed and not found[name][0].said
    values = output(net, found.blobs, name)
    axes = tuple(axis for axis in range(values.ndim) if axis != 1)
    assert values.mean(axes) == pytest.approx(0, abs=1e-4)
    assert values.var(axes) == pytest.approx(1, rel=2e-3)


def test_layers_are_normalised_one_behind_the_other() -> None:
    text = image(4) + LAYERS["c"] + in_place("ReLU", "c") + inner("fc", "c")
    net = fk.load_net(text)
    found = fk.adapt(net, net.fill(1), "data-dependent", inputs=BATCH)
    assert output(net, found.blobs, "fc").var(0) == pytest.approx(1, rel=2e-3)


def test_without_a_bias_the_means_stay() -> None:
    net = fk.load_net(image(4) + conv("c", "data", "bias_term: false"))
    found = fk.adapt(net, net.fill(1), "data-dependent", inputs=BATCH)
    assert said(found) == {"c": "without a bias to change, means stay"}
    assert output(net, found.blobs, "c").var((0, 2, 3)) == pytest.approx(1, rel=2e-3)


def test_channels_that_do_not_vary_stay_and_are_counted() -> None:
    net = fk.load_net(image(4) + LAYERS["fc"])
    filled = net.fill(1)
    filled["fc"].weight[3:5] = 0
    found = fk.adapt(net, filled, "data-dependent", inputs=BATCH)
    assert said(found) == {"fc": "2 of 10 channels do not vary"}
    assert found.blobs["fc"].bias[3] == 0


def test_what_is_left_alone_is_told() -> None:
    frozen = conv("frozen", "data", layer="param { lr_mult: 0 }")
    net = fk.load_net(image(4) + frozen + conv("zeros", "data", "weight_filler { value: 0 }"))
    found = fk.adapt(net, net.fill(1), "data-dependent")
    assert [layer.changed for layer in found.layers] == [False, False]
    assert said(found)["frozen"] == "frozen: its lr_mult is 0"


def test_a_channel_that_varies_by_rounding_alone_is_not_blown_up() -> None:
    net = fk.load_net(image(4) + LAYERS["fc"])
    filled = net.fill(1)
    filled["fc"].bias[:] = 1e4
    filled["fc"].weight[3] *= 1e-3
    found = fk.adapt(net, filled, "data-dependent", inputs=BATCH)
    assert said(found) == {"fc": "1 of 10 channels do not vary"}
    assert found.blobs["fc"].weight[3].tobytes() == filled["fc"].weight[3].tobytes()
    assert found["fc"][0].after == pytest.approx(1, rel=0.1)


def test_channels_whose_variance_is_lost_beside_their_mean_are_told_of() -> None:
    net = fk.load_net(image(4) + LAYERS["fc"])
    batch = np.full((6, 4, 8, 8), 100, np.float32)
    batch[:, 0, 0, 0] += np.arange(6, dtype=np.float32) * 1e-2
    found = fk.adapt(net, net.fill(1), "data-dependent", inputs=batch)
    values = output(net, found.blobs, "fc", batch)
    missed = np.maximum(np.abs(values.var(0) - 1), np.abs(values.mean(0))) > 0.02
    assert missed.any()
    told = f"{missed.sum()} of 10 channels do not get there: beside their mean they hardly vary"
    assert said(found) == {"fc": told}
