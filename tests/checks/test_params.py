"""Warnings about what a prototxt says of parameters and that comes to nothing."""

from __future__ import annotations

import pytest

import fillerkit as fk

from .conftest import INPUT, Codes, inner

GOOD = 'type: "xavier"'


@pytest.mark.parametrize(
    ("filler", "ignored"),
    [
        ('type: "xavier" std: 0.01', "std"),
        ('type: "xavier" value: 1 std: 0.01', "value and std"),
        ('type: "gaussian" std: 0.1 variance_norm: AVERAGE', "variance_norm"),
        ('type: "msra" mean: 0', "mean"),
        ('type: "uniform" min: -0.1 max: 0.1 std: 1', "std"),
    ],
)
def test_a_setting_that_the_filler_does_not_read_is_told_of(filler: str, ignored: str) -> None:
    report = fk.check(INPUT + inner(filler))
    assert [found.code for found in report.warnings] == ["ignored-setting"]
    assert f"sets {ignored}, which" in report.warnings[0].message


def test_every_setting_that_caffes_fillers_read_is_quiet(codes: Codes) -> None:
    for filler in (
        'type: "gaussian" mean: 0.01 std: 0.1 sparse: 40',
        'type: "xavier" variance_norm: FAN_OUT',
        'type: "uniform" min: -0.1 max: 0.1',
    ):
        assert codes(inner(filler)) == []


def test_a_filler_of_ones_own_that_says_nothing_is_not_judged(
    codes: Codes, monkeypatch: pytest.MonkeyPatch
) -> None:
    fk.filler_types.names()
    monkeypatch.setattr(fk.filler_types, "_items", dict(vars(fk.filler_types)["_items"]))

    @fk.filler("silent_of_a_test")
    def silent(spec: object, shape: tuple[int, ...], dtype: object) -> fk.Uniform:
        return fk.Uniform(-0.1, 0.1)

    assert codes(inner('type: "silent_of_a_test" std: 3')) == []


def test_a_message_that_the_type_does_not_read_is_told_of() -> None:
    report = fk.check(INPUT + inner(GOOD, more="pooling_param { kernel_size: 2 } relu_param { }"))
    assert [found.code for found in report.warnings] == ["ignored-param"]
    assert "sets pooling_param and relu_param, which InnerProduct" in report.warnings[0].message


def test_a_message_that_several_types_read_is_quiet(image_codes: Codes) -> None:
    layer = (
        'layer { name: "up" type: "Deconvolution" bottom: "x" top: "up" '
        'convolution_param { kernel_size: 4 num_output: 8 weight_filler { type: "msra" } } }'
    )
    assert image_codes(layer) == []


def test_a_name_that_nothing_shares_is_told_of(codes: Codes) -> None:
    twins = inner(GOOD, "a", more='param { name: "w" }') + inner(
        GOOD, "b", more='param { name: "W" }'
    )
    assert codes(twins) == [("a", "shared-alone"), ("b", "shared-alone")]
    assert codes(twins.replace('"W"', '"w"')) == []


def test_a_layer_of_the_other_phase_or_with_a_problem_shares_a_name_too(codes: Codes) -> None:
    named = 'param { name: "w" }'
    other = inner(GOOD, "b", more=named + " include { phase: TEST }")
    assert codes(inner(GOOD, "a", more=named) + other) == []
    wrong = inner("type: 'xaiver'", "b", more=named)
    assert fk.check(INPUT + inner(GOOD, "a", more=named) + wrong).warnings == ()


def test_random_values_that_are_never_learned_are_told_of(codes: Codes) -> None:
    assert codes(inner(GOOD, more="param { lr_mult: 0 }")) == [("ip", "frozen-random")]


def test_a_frozen_constant_is_as_it_should_be(image_codes: Codes) -> None:
    layer = (
        'layer { name: "up" type: "Deconvolution" bottom: "x" top: "up" param { lr_mult: 0 } '
        "convolution_param { kernel_size: 4 stride: 2 num_output: 8 group: 8 bias_term: false "
        'weight_filler { type: "bilinear" } } }'
    )
    assert image_codes(layer) == []


def test_random_weights_that_are_to_enlarge_are_told_what_they_may_be() -> None:
    layer = (
        'layer { name: "x" type: "Input" top: "x" input_param { shape { dim: [1, 1, 4, 4] } } }'
        'layer { name: "up" type: "Deconvolution" bottom: "x" top: "up" param { lr_mult: 0 } '
        "convolution_param { kernel_size: 4 stride: 2 num_output: 1 bias_term: false "
        f"weight_filler {{ {GOOD} }} }} }}"
    )
    (found,) = (each for each in fk.check(layer).warnings if each.code == "frozen-random")
    assert found.message.endswith("needs pretrained weights, or bilinear where it enlarges")
    bare = fk.check(layer.replace(f"weight_filler {{ {GOOD} }}", "")).warnings
    assert ["such as bilinear," in each.message for each in bare] == [True]


LOSS = """
layer { name: "label" type: "Input" top: "label" input_param { shape { dim: 2 } } }
layer { name: "loss" type: "SoftmaxWithLoss" bottom: "ip" bottom: "label" top: "loss" WEIGHT }
"""


def test_a_net_whose_losses_all_count_0_learns_nothing(codes: Codes) -> None:
    net = inner(GOOD) + LOSS
    assert codes(net.replace("WEIGHT", "loss_weight: 0")) == [("loss", "no-loss")]
    assert codes(net.replace("WEIGHT", "")) == []
    assert codes(net.replace("WEIGHT", "loss_weight: 0.1")) == []


def test_a_loss_of_0_beside_one_that_counts_is_only_looked_at(codes: Codes) -> None:
    other = LOSS.replace("WEIGHT", "").replace('"label"', '"other"').replace('"loss"', '"second"')
    assert codes(inner(GOOD) + LOSS.replace("WEIGHT", "loss_weight: 0") + other) == []


def test_a_test_net_need_not_learn() -> None:
    net = INPUT + inner(GOOD) + LOSS.replace("WEIGHT", "loss_weight: 0")
    assert not fk.check(net, phase="TEST").warnings


def test_what_is_no_number_is_told_of(codes: Codes) -> None:
    assert codes(inner('type: "constant" value: nan')) == [("ip", "not-finite")]
