"""BatchNorm: three statistics that no solver learns."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

import fillerkit as fk

SetUp = Callable[..., fk.Layer]


def test_it_has_mean_and_variance_by_channel_and_one_factor(set_up: SetUp) -> None:
    layer = set_up("BatchNorm", (2, 3, 13, 11))
    assert [(param.name, param.shape) for param in layer.params] == [
        ("mean", (3,)),
        ("variance", (3,)),
        ("scale_factor", (1,)),
    ]


@pytest.mark.parametrize("shape", [(2, 3), (2, 3, 4), (2, 3, 13, 11), (2, 3, 4, 5, 6)])
def test_its_top_is_like_its_bottom(set_up: SetUp, shape: tuple[int, ...]) -> None:
    layer = set_up("BatchNorm", shape)
    assert layer.tops[0][1] == shape
    assert layer.params[0].shape == (3,)


def test_its_blobs_start_at_0_without_draws(set_up: SetUp) -> None:
    layer = set_up("BatchNorm", (2, 3))
    assert [param.distribution for param in layer.params] == [fk.Constant(0)] * 3


def test_no_solver_learns_its_blobs_though_no_param_says_so(set_up: SetUp) -> None:
    layer = set_up("BatchNorm", (2, 3))
    assert [param.lr_mult for param in layer.params] == [0, 0, 0]


def test_no_solver_learns_the_blobs_that_its_params_do_not_reach(set_up: SetUp) -> None:
    layer = set_up("BatchNorm", (2, 3), body="param { lr_mult: 0 decay_mult: 2 }")
    assert [param.lr_mult for param in layer.params] == [0, 0, 0]
    assert [param.decay_mult for param in layer.params] == [2, 1, 1]


@pytest.mark.parametrize("count", [1, 2])
def test_a_rate_other_than_0_is_refused(set_up: SetUp, count: int) -> None:
    with pytest.raises(fk.LayerError, match=r"lr_mult: 0, not 0\.5") as caught:
        set_up("BatchNorm", (2, 3), body="param { lr_mult: 0.5 } " * count)
    assert caught.value.field == "param"


def test_three_params_are_an_older_way_to_say_do_not_learn(set_up: SetUp) -> None:
    layer = set_up("BatchNorm", (2, 3), body="param { lr_mult: 1 decay_mult: 1 } " * 3)
    assert [(param.lr_mult, param.decay_mult) for param in layer.params] == [(0, 0)] * 3


def test_four_params_are_too_many(set_up: SetUp) -> None:
    with pytest.raises(fk.LayerError, match=r"4 times.*3 parameter blobs"):
        set_up("BatchNorm", (2, 3), body="param { lr_mult: 0 } " * 4)


def test_a_bottom_without_channels_is_refused(set_up: SetUp) -> None:
    with pytest.raises(fk.LayerError, match="channels"):
        set_up("BatchNorm", (2,))


INPUT = 'layer { name: "d" type: "Input" top: "d" input_param { shape { dim: [2, 3, 8, 8] } } }'
THEN = """
layer { name: "ip" type: "InnerProduct" bottom: "bn" top: "ip"
        inner_product_param { num_output: 2 weight_filler { type: "gaussian" std: 1 } } }
"""


def nvidia(param: str, more: str = "") -> str:
    text = 'layer { name: "bn" type: "BatchNorm" bottom: "d" top: "bn"'
    return f"{INPUT}{text} {more} batch_norm_param {{ {param} }} }}\n{THEN}"


def starts(net: fk.Net) -> list[tuple[str, tuple[int, ...], str]]:
    return [(param.name, param.shape, str(param.distribution)) for param in net.layers[1].params]


@pytest.mark.parametrize(
    ("param", "scale", "bias"),
    [
        ("scale_bias: true", "constant 1", "constant 0"),
        ("scale_filler { value: 2 }", "constant 2", "constant 0"),
        ("scale_filler { }", "constant 0", "constant 0"),
        ("bias_filler { value: 0.5 }", "constant 1", "constant 0.5"),
        ("scale_bias: false bias_filler { value: 3 }", "constant 1", "constant 3"),
    ],
)
def test_nvidias_has_five_blobs_where_it_has_a_scale_and_a_bias(
    param: str, scale: str, bias: str
) -> None:
    net = fk.load_net(nvidia(param))
    assert starts(net) == [
        ("mean", (3,), "constant 0"),
        ("variance", (3,), "constant 0"),
        ("scale_factor", (1,), "constant 1"),
        ("weight", (3,), scale),
        ("bias", (3,), bias),
    ]
    assert "read as nvidia's, with 5 blobs" in net.notes[0]


def test_nvidias_without_a_scale_has_three_of_which_the_last_is_1() -> None:
    net = fk.load_net(nvidia("scale_bias: false"))
    assert [words for _, _, words in starts(net)] == ["constant 0", "constant 0", "constant 1"]


def test_a_scale_filler_that_draws_moves_what_is_behind() -> None:
    drawn = 'scale_filler { type: "uniform" min: 0 max: 1 }'
    values = fk.load_net(nvidia(drawn)).fill(7)
    stream, scale, weight = fk.CaffeStream(7), np.empty(3, np.float32), np.empty(384, np.float32)
    stream.fill(("bn", 3), fk.Uniform(0, 1), scale)
    stream.fill(("ip", 0), fk.Gaussian(0, 1), weight)
    assert values["bn"][3].tobytes() == scale.tobytes()
    assert values["ip"].weight.tobytes() == weight.tobytes()


def test_nvidias_own_rates_go_before_those_of_the_prototxt() -> None:
    net = fk.load_net(nvidia("scale_bias: true", "param { lr_mult: 3 decay_mult: 2 }"))
    rates = [(param.lr_mult, param.decay_mult) for param in net.layers[1].params]
    assert rates == [(0, 0), (0, 0), (0, 0), (1, 1), (1, 1)]


LEARNED_FIRST = "param { lr_mult: 1 } param { lr_mult: 1 } param { lr_mult: 0 } " + (
    "param { lr_mult: 0 }"
)


def test_scale_and_bias_come_first_in_nvidias_0_15() -> None:
    net = fk.load_net(nvidia("scale_filler { value: 1 }", LEARNED_FIRST))
    assert [(name, words) for name, _, words in starts(net)] == [
        ("weight", "constant 1"),
        ("bias", "constant 0"),
        ("mean", "constant 0"),
        ("variance", "constant 0"),
        ("scale_factor", "constant 0"),
    ]
    assert "read as nvidia-0.15's" in net.notes[0]


def test_a_dialect_goes_before_what_the_text_tells() -> None:
    names = [name for name, _, _ in starts(fk.load_net(nvidia(""), dialect="nvidia-0.15"))]
    assert names == ["weight", "bias", "mean", "variance", "scale_factor"]
    assert len(starts(fk.load_net(nvidia("scale_bias: true"), dialect="caffe"))) == 3


def test_without_nvidias_fields_it_is_caffes() -> None:
    net = fk.load_net(nvidia("eps: 0.001"))
    assert [words for _, _, words in starts(net)] == ["constant 0"] * 3
    assert net.notes == ()
