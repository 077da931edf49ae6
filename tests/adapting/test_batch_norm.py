"""Statistics of normalisations from a batch."""

from __future__ import annotations

import numpy as np
import pytest

import fillerkit as fk

from .conftest import conv, image, in_place, inner

NET = image() + conv("c", "data") + in_place("BatchNorm", "c") + inner("fc", "c")
BN, BATCH = "BatchNorm_c", np.random.default_rng(5).standard_normal((6, 3, 8, 8), np.float32)


def outputs(net: fk.Net, blobs: fk.Blobs, *wanted: str) -> dict[str, np.ndarray]:
    import torch

    import fillerkit.torch

    with torch.no_grad():
        found = fillerkit.torch.module(net, blobs)(torch.from_numpy(BATCH), blobs=wanted)
    return {name: values.numpy() for name, values in found.items()}


@pytest.mark.parametrize("phase", ["TRAIN", "TEST"])
def test_the_statistics_are_those_of_one_batch_of_training_with_a_factor_of_1(phase: str) -> None:
    net = fk.load_net(NET, phase=phase)
    found = fk.adapt(net, net.fill(1), "batch-norm", inputs=BATCH)
    statistics = found.blobs[BN]
    values = outputs(fk.load_net(image() + conv("c", "data")), net.fill(1), "c")["c"]
    count = values.size / 8
    axes = (0, 2, 3)
    assert statistics.scale_factor.tolist() == [1.0]
    assert statistics.mean == pytest.approx(values.mean(axes), abs=1e-6)
    assert statistics.variance == pytest.approx(values.var(axes) * count / (count - 1), rel=1e-4)


def test_a_net_just_filled_no_longer_explodes_in_phase_test() -> None:
    net = fk.load_net(NET, phase="TEST")
    filled = net.fill(1)
    found = fk.adapt(net, filled, "batch-norm", inputs=BATCH).blobs
    assert outputs(net, found, "c")["c"].std() == pytest.approx(1, rel=0.01)
    assert outputs(net, filled, "c")["c"].std() > 10
    assert found["fc"].weight.tobytes() == filled["fc"].weight.tobytes()


def test_a_net_without_a_normalisation_is_told_of() -> None:
    net = fk.load_net(image() + inner("fc", "data"))
    found = fk.adapt(net, net.fill(1), "lsuv,batch-norm", inputs=BATCH)
    assert {layer.method for layer in found.layers} == {"lsuv"}
    assert found.notes[-1] == "batch-norm: the net has no layer for it, so it changed nothing"


def test_several_normalisations_are_set_as_if_those_before_were_set_already() -> None:
    text = NET.replace(inner("fc", "c"), conv("d", "c") + in_place("BatchNorm", "d"))
    net = fk.load_net(text, phase="TEST")
    found = fk.adapt(net, net.fill(1), "batch-norm", inputs=BATCH)
    assert [layer.layer for layer in found.layers] == [BN, "BatchNorm_d"]
    assert outputs(net, found.blobs)["d"].std() == pytest.approx(1, rel=0.01)


def test_statistics_of_a_fork_without_a_factor_are_the_batchs() -> None:
    slope = 'bn_param { slope_filler { type: "constant" value: 1 } }'
    text = image() + conv("c", "data")
    text += f'layer {{ name: "bn" type: "BN" bottom: "c" top: "c" {slope} }}'
    net = fk.load_net(text, phase="TEST", dialect="pspnet")
    found = fk.adapt(net, net.fill(1), "batch-norm", inputs=BATCH).blobs
    assert found["bn"].mean.shape == (1, 8, 1, 1)
    assert outputs(net, found)["c"].std() == pytest.approx(1, rel=0.01)


def test_one_value_a_channel_has_no_variance() -> None:
    text = inner("fc", "data") + in_place("BatchNorm", "fc")
    net = fk.load_net(image() + text)
    (row,) = fk.adapt(net, net.fill(1), "batch-norm", batch=1).layers
    assert not row.changed
    assert "take a larger one" in row.said


def test_channels_that_do_not_vary_are_counted() -> None:
    text = image() + conv("c", "data", 'weight_filler { type: "constant" }')
    net = fk.load_net(text + in_place("BatchNorm", "c"))
    (row,) = fk.adapt(net, net.fill(1), "batch-norm").layers
    assert row.said.endswith("; 8 of 8 channels do not vary")
