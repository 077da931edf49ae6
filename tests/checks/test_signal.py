"""Warnings about weights that let no signal through, or too much of it."""

from __future__ import annotations

from math import sqrt

import pytest

import fillerkit as fk

from .conftest import INPUT, Codes, inner, relu


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


def test_biases_and_statistics_of_zeros_are_as_they_should_be(image_codes: Codes) -> None:
    assert image_codes('layer { name: "bn" type: "BatchNorm" bottom: "x" top: "bn" }') == []


def test_one_value_everywhere_leaves_all_units_alike(codes: Codes) -> None:
    assert codes(inner('type: "constant" value: 0.1')) == [("ip", "same-weights")]


def test_a_uniform_from_0_to_1_is_one_sided(codes: Codes) -> None:
    assert codes(inner('type: "uniform"')) == [("ip", "one-sided")]
    assert codes(inner('type: "uniform" min: -0.1 max: 0.1')) == []


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
    layer = (
        'layer { name: "up" type: "Deconvolution" bottom: "x" top: "up" convolution_param { '
        'kernel_size: 4 stride: 2 num_output: 8 group: GROUP weight_filler { type: "bilinear" } } }'
    )
    assert image_codes(layer.replace("GROUP", "1")) == [("up", "bilinear-mixes")]
    assert image_codes(layer.replace("GROUP", "8")) == []
