"""Warnings about weights that let no signal through, or too much of it."""

from __future__ import annotations

from math import sqrt
from typing import Any

import pytest

import fillerkit as fk

from .conftest import IMAGE, INPUT, Codes, inner, relu


def test_a_weight_without_a_filler_starts_as_zeros(codes: Codes) -> None:
    layer = (
        'layer { name: "ip" type: "InnerProduct" bottom: "x" top: "ip" '
        "inner_product_param { num_output: 3 } }"
    )
    assert codes(layer) == [("ip", "zero-weights")]
    assert "has no weight_filler" in fk.check(INPUT + layer).warnings[0].message


def test_zeros_that_the_filler_asks_for_are_told_apart(codes: Codes) -> None:
    layer = inner('type: "constant" value: 0')
    assert codes(layer) == [("ip", "zero-weights")]
    assert "constant 0" in fk.check(INPUT + layer).warnings[0].message


LSTM = """
layer { name: "steps" type: "Input" top: "steps" input_param { shape { dim: [7, 2, 5] } } }
layer { name: "cont" type: "Input" top: "cont" input_param { shape { dim: [7, 2] } } }
layer { name: "lstm" type: "LSTM" bottom: "steps" bottom: "cont" top: "h" recurrent_param {
        num_output: 5 weight_filler { FILLER } } }
"""


def test_each_weight_of_an_lstm_without_a_filler_starts_as_zeros(codes: Codes) -> None:
    net = LSTM.replace("FILLER", "")
    assert codes(net) == [("lstm", "zero-weights")] * 2
    first, second = fk.check(INPUT + net).warnings
    assert "its weight_xc starts as zeros: it has no weight_filler" in first.message
    assert "its weight_hc starts as zeros" in second.message
    assert fk.load_net(net).notes[-1].endswith("without a weight_filler: lstm")


def test_the_gates_of_an_lstm_settle_its_signal_whatever_its_weights_are(codes: Codes) -> None:
    assert codes(LSTM.replace("FILLER", 'type: "gaussian" std: 9')) == []


def test_centers_of_zeros_let_the_signal_pass(codes: Codes) -> None:
    labels = 'layer { name: "l" type: "Input" top: "l" input_param { shape { dim: 2 } } }\n'
    loss = 'layer { name: "c" type: "CenterLoss" bottom: "x" bottom: "l" top: "c" '
    assert codes(labels + loss + "center_loss_param { num_output: 3 } }") == []


def test_biases_and_statistics_of_zeros_are_as_they_should_be(image_codes: Codes) -> None:
    assert image_codes('layer { name: "bn" type: "BatchNorm" bottom: "x" top: "bn" }') == []


def test_one_value_everywhere_leaves_all_units_alike(codes: Codes) -> None:
    assert codes(inner('type: "constant" value: 0.1')) == [("ip", "same-weights")]


def test_a_uniform_from_0_to_1_is_one_sided(codes: Codes) -> None:
    assert codes(inner('type: "uniform"')) == [("ip", "one-sided")]
    assert codes(inner('type: "uniform" min: -0.1 max: 0.1')) == []


UP = (
    'layer { name: "up" type: "Deconvolution" bottom: "x" top: "up" convolution_param { '
    "kernel_size: 4 stride: 2 num_output: 8 group: GROUP weight_filler { FILLER } } }"
)


def test_a_deconvolution_sums_its_inputs_too(image_codes: Codes) -> None:
    up = UP.replace("GROUP", "1")
    assert image_codes(up.replace("FILLER", 'type: "uniform"')) == [("up", "one-sided")]
    # 8 channels, and 4 x 4 products that lie 2 x 2 apart: 32 of them.
    small, kept = (f'type: "gaussian" std: {factor / sqrt(32)}' for factor in (0.4, 0.6))
    assert image_codes(up.replace("FILLER", small)) == [("up", "signal-scale")]
    assert image_codes(up.replace("FILLER", kept)) == []


def test_a_fan_in_that_fillers_count_otherwise_is_told_beside_theirs() -> None:
    small = UP.replace("GROUP", "1").replace("FILLER", 'type: "gaussian" std: 0.01')
    (found,) = fk.check(IMAGE + small).warnings
    assert "with a fan-in of 32 (fillers count 128);" in found.message


def test_units_that_take_channels_of_their_own_do_not_stay_alike(image_codes: Codes) -> None:
    up = UP.replace("FILLER", 'type: "constant" value: 1')
    assert image_codes(up.replace("GROUP", "4")) == [("up", "same-weights")]
    assert image_codes(up.replace("GROUP", "8")) == []


def test_xavier_in_front_of_a_relu_is_told_of(codes: Codes) -> None:
    assert codes(inner('type: "xavier"') + relu()) == [("ip", "xavier-relu")]
    assert codes(inner('type: "msra"') + relu()) == []
    assert codes(inner('type: "xavier"')) == []


def test_a_relu_behind_a_pooling_counts(image_codes: Codes) -> None:
    conv = (
        'layer { name: "conv" type: "Convolution" bottom: "x" top: "conv" convolution_param { '
        'num_output: 4 kernel_size: 3 weight_filler { type: "xavier" } } }\n'
        'layer { name: "pool" type: "Pooling" bottom: "conv" top: "pool" pooling_param { '
        "kernel_size: 2 stride: 2 } }\n"
    )
    assert image_codes(conv + relu(bottom="pool")) == [("conv", "xavier-relu")]


@pytest.mark.parametrize("kind", ["ReLU6", "ReLUX", "PReLU", "Insanity"])
def test_every_rectifier_counts(kind: str, image_codes: Codes) -> None:
    conv = (
        'layer { name: "conv" type: "Convolution" bottom: "x" top: "conv" convolution_param { '
        'num_output: 4 kernel_size: 3 weight_filler { type: "xavier" } } }\n'
    )
    rectifier = relu(bottom="conv").replace('"ReLU"', f'"{kind}"')
    assert image_codes(conv + rectifier) == [("conv", "xavier-relu")]


def test_a_relu_on_another_branch_does_not_count(codes: Codes) -> None:
    net = inner('type: "xavier"') + inner('type: "msra"', "other") + relu(bottom="other")
    assert codes(net) == []


def test_a_normalisation_in_between_undoes_every_scale(image_codes: Codes) -> None:
    conv = (
        'layer { name: "conv" type: "Convolution" bottom: "x" top: "conv" convolution_param { '
        'num_output: 4 kernel_size: 3 weight_filler { type: "gaussian" std: 9 } } }\n'
    )
    norm = 'layer { name: "bn" type: "BatchNorm" bottom: "conv" top: "conv" }\n'
    assert image_codes(conv) == [("conv", "signal-scale")]
    assert image_codes(conv + norm + relu(bottom="conv")) == []


@pytest.mark.parametrize(("factor", "told"), [(0.4, True), (0.6, False), (1.9, False), (2.1, True)])
def test_a_gaussian_far_from_the_root_of_its_fan_in_is_told_of(
    codes: Codes, factor: float, told: bool
) -> None:
    found = codes(inner(f'type: "gaussian" std: {factor / sqrt(100)}'))
    assert found == [("ip", "signal-scale")] * told


def test_the_factor_counts_the_relu_behind() -> None:
    report = fk.check(INPUT + inner('type: "gaussian" std: 0.01') + relu())
    assert [found.code for found in report.warnings] == ["signal-scale"]
    # 0.01 sqrt(100) / sqrt(2), and sqrt(2 / 100) keeps the signal.
    assert "0.071 of its strength" in report.warnings[0].message
    assert "0.14 keeps it" in report.warnings[0].message


def test_a_transposed_inner_product_sums_along_its_other_axis(codes: Codes) -> None:
    layer = inner('type: "gaussian" std: 0.1').replace("num_output: 50", "num_output: 2")
    assert codes(layer.replace("num_output: 2", "num_output: 2 transpose: true")) == []


def test_a_bilinear_filler_without_groups_mixes_channels(image_codes: Codes) -> None:
    layer = UP.replace("FILLER", 'type: "bilinear"')
    assert image_codes(layer.replace("GROUP", "1")) == [("up", "bilinear-mixes")]
    assert image_codes(layer.replace("GROUP", "8")) == []


def norm(more: str = "", kind: str = "BatchNorm") -> str:
    return f'layer {{ name: "bn" type: "{kind}" bottom: "x" top: "y" {more} }}\n'


def statistics_codes(layers: str, **asked: Any) -> list[str]:
    found = fk.check(INPUT + layers, **asked).warnings
    return [each.message for each in found if each.code == "zero-statistics"]


def test_statistics_of_zeros_are_told_of_where_the_net_normalises_with_them() -> None:
    gathered = "batch_norm_param { use_global_stats: true }"
    own = gathered.replace("true", "false")
    assert len(statistics_codes(norm(), phase="TEST")) == 1
    assert statistics_codes(norm(), phase="TRAIN") == []
    assert len(statistics_codes(norm(gathered), phase="TRAIN")) == 1
    assert statistics_codes(norm(own), phase="TEST") == []


def test_the_way_out_of_zero_statistics_is_one_that_leads_out() -> None:
    (message,) = statistics_codes(norm(), phase="TEST")
    fillers = {"*:variance": "constant(value=1)", "*:scale_factor": "constant(value=1)"}
    for pattern, filler in fillers.items():
        assert f"--filler '{pattern}={filler}'" in message
    assert statistics_codes(norm(), phase="TEST", fillers=fillers) == []
    (message,) = statistics_codes(norm(), phase="TEST", fillers={"*:variance": "constant(value=1)"})
    assert "its scale_factor starts as zeros" in message  # by which Caffe divides the variance


def test_a_forks_statistics_that_start_as_zeros_are_told_of() -> None:
    frozen = norm("bn_param { frozen: true }", "BN")
    (message,) = statistics_codes(norm(kind="BN"), phase="TEST", dialect="pspnet")
    assert "scale_factor" not in message
    assert statistics_codes(frozen, phase="TEST", dialect="pspnet") == []
    assert statistics_codes(norm(kind="BN"), phase="TEST", dialect="segnet") == []
