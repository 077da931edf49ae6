"""Products with a margin, as SphereFace and happynear have them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

import fillerkit as fk

Make = Callable[..., Any]


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
