"""LSUV."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import fillerkit as fk

from .conftest import conv, image, in_place, inner, said

DEEP = image() + conv("c1", "data") + in_place("ReLU", "c1") + conv("c2", "c1") + inner("fc", "c2")


def test_every_layer_has_unit_variance_afterwards_before_its_relu_in_place() -> None:
    net = fk.load_net(DEEP)
    batch = np.random.default_rng(1).standard_normal((32, 3, 8, 8), np.float32)
    found = fk.signal(net, fk.adapt(net, net.fill(1), inputs=batch).blobs, inputs=batch)
    for name in ("c1", "c2", "fc"):
        assert found[name].std ** 2 == pytest.approx(1, abs=0.02)
    assert found["ReLU_c1"].std ** 2 < 0.5


def test_a_weight_is_its_fillers_times_the_factor_that_is_told() -> None:
    net = fk.load_net(DEEP)
    filled = net.fill(1)
    found = fk.adapt(net, filled)
    for layer in found.layers:
        assert layer.factor is not None
        weight = filled[layer.layer].weight * np.float32(layer.factor)
        assert found.blobs[layer.layer].weight.tobytes() == weight.tobytes()
        assert layer.factor == float(f"{layer.factor:.4g}")


def test_a_layer_within_the_tolerance_stays_bit_by_bit() -> None:
    net = fk.load_net(DEEP)
    once = fk.adapt(net, net.fill(1)).blobs
    twice = fk.adapt(net, once, copied=True)
    assert not any(layer.changed for layer in twice.layers)
    assert twice.blobs["c2"].weight.tobytes() == once["c2"].weight.tobytes()


def test_biases_stay_and_a_constant_one_does_not_count() -> None:
    net = fk.load_net(image() + conv("c", "data", 'bias_filler { type: "constant" value: 5 }'))
    found = fk.adapt(net, net.fill(1))
    assert set(found.blobs["c"].bias.tolist()) == {5.0}
    assert found["c"][0].after == pytest.approx(1, abs=0.02)


def test_a_bias_that_varies_takes_several_tries() -> None:
    net = fk.load_net(image() + conv("c", "data", 'bias_filler { type: "gaussian" std: 0.7 }'))
    (row,) = fk.adapt(net, net.fill(1)).layers
    assert row.tries > 1
    assert row.after == pytest.approx(1, abs=0.02)


def test_a_variance_that_is_out_of_reach_is_told_and_the_weight_stays() -> None:
    net = fk.load_net(image() + conv("c", "data", 'bias_filler { type: "gaussian" std: 3 }'))
    filled = net.fill(1)
    found = fk.adapt(net, filled)
    (row,) = found.layers
    assert not row.changed
    assert row.said.startswith("a variance of 1 is not reached, only ")
    assert row.said.endswith(": its bias alone varies, or 10 tries are too few")
    assert found.blobs["c"].weight.tobytes() == filled["c"].weight.tobytes()


def test_a_weight_far_too_small_or_large_for_the_square_in_float32_is_scaled_too() -> None:
    for std in ("1e-30", "1e25"):
        text = image() + conv("c", "data", f'weight_filler {{ type: "gaussian" std: {std} }}')
        net = fk.load_net(text)
        assert fk.adapt(net, net.fill(1))["c"][0].after == pytest.approx(1, abs=0.02)


def test_what_cannot_be_scaled_is_left_alone_with_the_reason() -> None:
    shared = 'param { name: "w" } param { name: "b" }'
    net = fk.load_net(
        image()
        + conv("first", "data", layer=shared)
        + conv("again", "data", layer=shared)
        + conv("zeros", "data", 'weight_filler { type: "constant" }')
        + conv("ones", "data", 'weight_filler { type: "constant" value: 1 }')
        + conv("frozen", "data", layer="param { lr_mult: 0 }")
        + conv("up", "data", 'group: 1 weight_filler { type: "bilinear" }')
        + conv("dead", "zeros")
        + 'layer { name: "sum" type: "Eltwise" bottom: "first" bottom: "again" top: "sum" }'
    )
    filled = net.fill(1)
    found = fk.adapt(net, filled)
    assert said(found) == {
        "first": "",
        "again": "shares the weight of 'first'",
        "zeros": "its weight is all zeros: give it a filler",
        "ones": "its weight is not drawn at random: it is one value",
        "frozen": "frozen: its lr_mult is 0",
        "up": "its weight is not drawn at random: it is a pattern",
        "dead": "its output does not vary",
        "sum": "it only joins its bottoms",
    }
    assert [layer.layer for layer in found.layers if layer.changed] == ["first"]
    assert found["sum"][0].before == pytest.approx(4, rel=0.1)
    for name in filled:
        if name not in ("first", "again"):
            assert found.blobs[name][0].tobytes() == filled[name][0].tobytes()
    assert found.blobs["again"].weight is not filled["again"].weight
    assert (found.blobs["again"].weight == found.blobs["first"].weight).all()


def test_recurrent_layers_are_left_alone() -> None:
    net = fk.load_net(
        'layer { name: "x" type: "Input" top: "x" input_param { shape { dim: [5, 2, 3] } } }\n'
        'layer { name: "c" type: "Input" top: "c" input_param { shape { dim: [5, 2] } } }\n'
        'layer { name: "lstm" type: "LSTM" bottom: "x" bottom: "c" top: "h" recurrent_param {\n'
        '        num_output: 4 weight_filler { type: "xavier" } } }'
    )
    found = fk.adapt(net, net.fill(1))
    assert said(found) == {"lstm": "what it sums goes through a nonlinearity of its own"}


@pytest.mark.parametrize("layer", ["group: 2", "stride: 2 pad: 1", "dilation: 2"])
def test_convolutions_of_every_kind_are_scaled(layer: str) -> None:
    net = fk.load_net(image(4) + conv("c", "data", layer))
    assert fk.adapt(net, net.fill(1))["c"][0].after == pytest.approx(1, abs=0.02)


def test_a_matrix_that_is_kept_transposed_is_scaled() -> None:
    net = fk.load_net(image() + inner("fc", "data", "transpose: true"))
    filled = net.fill(1)
    found = fk.adapt(net, filled)
    factor = found["fc"][0].factor
    assert factor is not None
    assert (found.blobs["fc"].weight == filled["fc"].weight * np.float32(factor)).all()


def test_a_tolerance_that_four_digits_cannot_meet_is_told_and_the_nearest_factor_stays() -> None:
    net = fk.load_net(image() + conv("c", "data"))
    (row,) = fk.adapt(net, net.fill(1), tolerance=1e-9).layers
    assert row.changed
    assert row.said == "a factor of four digits comes no nearer to 1"
    assert row.after == pytest.approx(1, abs=1.1e-3)


def test_a_script_that_goes_layer_by_layer_with_pycaffe_comes_to_the_same_factors(
    tmp_path: Path,
) -> None:
    from fillerkit import pycaffe as caffe

    (tmp_path / "net.prototxt").write_text(DEEP)
    net = fk.load_net(DEEP)
    filled = net.fill(1)
    filled.save(tmp_path / "net.caffemodel")
    batch = np.random.default_rng(1).standard_normal((4, 3, 8, 8), np.float32)
    running = caffe.Net(f"{tmp_path}/net.prototxt", f"{tmp_path}/net.caffemodel", caffe.TRAIN)
    for row in fk.adapt(net, filled, inputs=batch).layers:
        weight = running.params[row.layer][0].data
        running.blobs["data"].data[...] = batch
        running.forward(end=row.layer)
        std = running.blobs[row.layer].data.std()
        factor = 1 / std if abs(std**2 - 1) > 0.02 else 1
        weight *= factor
        assert (row.factor or 1) == pytest.approx(factor, rel=1e-3)
