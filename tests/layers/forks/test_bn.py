"""BN, as SegNet, PSPNet and TSN have it."""

from __future__ import annotations

import pytest
from layer_of_text import CONV, blobs_of, set_up_text, tops_of

import fillerkit as fk


def test_segnet_bn_has_scale_and_shift_of_four_axes() -> None:
    layer, net = set_up_text(
        'type: "BN" top: "t" bn_param { scale_filler { value: 1 } shift_filler { value: 0.001 } }',
        CONV,
    )
    assert blobs_of(layer) == [(1, 8, 1, 1)] * 2
    assert [param.distribution.mean for param in layer.params] == pytest.approx([1, 0.001])
    assert any("segnet" in note for note in net.notes)


def test_segnet_bn_may_make_the_batchs_mean_and_variance_too() -> None:
    text = 'type: "BN" top: "t" top: "mean" top: "variance" bn_param { %s_filler { value: 1 } }'
    assert tops_of(set_up_text(text % "scale", CONV)[0])[1:] == [(1, 8, 1, 1)] * 2
    with pytest.raises(fk.LayerError, match="makes 1 tops, not 3"):
        set_up_text(text % "slope", CONV)


@pytest.mark.parametrize(("frozen", "variance"), [("true", 1.0), ("false", 0.0)])
def test_pspnet_bn_has_four_blobs_of_four_axes(frozen: str, variance: float) -> None:
    layer, _ = set_up_text(
        f'type: "BN" top: "t" {"param { } " * 4} bn_param {{ frozen: {frozen} '
        "slope_filler { value: 1 } }",
        CONV,
    )
    assert blobs_of(layer) == [(1, 8, 1, 1)] * 4
    assert layer.params[3].distribution == fk.Constant(variance)


def test_tsn_bn_has_four_blobs_of_two_axes() -> None:
    layer, _ = set_up_text('type: "BN" top: "t" bn_param { slope_filler { value: 1 } }', CONV)
    assert blobs_of(layer) == [(1, 8)] * 4
