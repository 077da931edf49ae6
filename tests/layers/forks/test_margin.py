"""Products with a margin, as SphereFace and happynear have them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

import fillerkit as fk
from fillerkit.fillers.distributions import Constant

Make = Callable[..., Any]
SetUp = Callable[..., fk.Layer]


FEATURES, LABELS = (4, 16, 2, 1), (4,)


def test_sphereface_has_a_weight_and_the_lambda_as_a_second_top(made: Make) -> None:
    body = 'margin_inner_product_param { num_output: 10 weight_filler { type: "xavier" } }'
    planned = made("MarginInnerProduct", FEATURES, LABELS, body=body, tops=2)
    assert planned == ([(4, 10), (1,)], [(10, 32)])


def test_l_softmax_takes_its_weight_from_a_third_bottom_too(made: Make) -> None:
    body = "largemargin_inner_product_param { num_output: 10 type: DOUBLE }"
    kind = "LargeMarginInnerProduct"
    assert made(kind, FEATURES, LABELS, body=body) == ([(4, 10)], [(10, 32)])
    assert made(kind, FEATURES, LABELS, (7, 32), tops=2) == ([(4, 7), (1,)], [])


@pytest.mark.parametrize(("transpose", "weight"), [("false", (10, 32)), ("true", (32, 10))])
def test_happynear_inner_distance_has_a_weight_and_a_bias(
    transpose: str, weight: tuple[int, ...], made: Make
) -> None:
    body = f"inner_distance_param {{ num_output: 10 transpose: {transpose} }}"
    assert made("InnerDistance", FEATURES, body=body) == ([(4, 10)], [weight, (10,)])


def test_happynear_inner_distance_takes_a_weight_from_elsewhere(made: Make) -> None:
    body = "inner_distance_param { num_output: 10 }"
    with pytest.raises(fk.LayerError, match="scalar"):
        made("InnerDistance", FEATURES, (), body=body)
    assert made("InnerDistance", FEATURES, (10, 32), body=body) == ([(4, 10)], [])


def test_happynear_label_specific_layers_keep_the_scores(made: Make) -> None:
    assert made("LabelSpecificAdd", (4, 10), LABELS).tops == [(4, 10)]
    assert made("LabelSpecificRescale", (4, 10), LABELS, tops=2).tops == [(4, 10), (1,)]


def test_what_is_added_to_a_label_is_a_second_top(made: Make) -> None:
    assert made("LabelSpecificAdd", (4, 7), (4,), tops=2).tops == [(4, 7), (1,)]


def test_a_margin_that_is_found_has_a_scale_of_30_and_statistics(set_up: SetUp) -> None:
    layer = set_up("GlobalLSEMargin", (4, 7), (4,), tops=2)
    assert layer.tops == (("t0", (4, 7)), ("t1", (5,)))
    scale, margin = layer.params
    assert (scale.shape, scale.lr_mult, scale.decay_mult) == ((1,), 1, 0)
    assert (margin.shape, margin.lr_mult) == ((1,), 0)
    assert (scale.distribution, margin.distribution) == (Constant(30), Constant(0))


def test_a_margin_that_is_found_learns_no_scale_where_norms_are_given(set_up: SetUp) -> None:
    scale, _ = set_up("GlobalLSEMargin", (4, 7), (4,), (4,)).params
    assert (scale.lr_mult, scale.decay_mult) == (0, 0)
    scale, _ = set_up("GlobalLSEMargin", (4, 7), (4,), body="param { lr_mult: 3 }").params
    assert (scale.lr_mult, scale.decay_mult) == (3, 1)


def test_a_margin_that_is_found_starts_as_scale_param_says(set_up: SetUp) -> None:
    body = "scale_param { filler { value: 16 } }"
    scale, _ = set_up("GlobalLSEMargin", (4, 7), (4,), body=body).params
    assert scale.distribution == Constant(16)
