"""The constant filler."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest

import fillerkit as fk

Weight = Callable[..., fk.Net]


@pytest.mark.parametrize(("text", "value"), [("value: 0.25", 0.25), ("value: -3", -3), ("", 0)])
def test_it_is_one_value_everywhere(weight: Weight, text: str, value: float) -> None:
    values = weight(f'type: "constant" {text}', 4, 3).fill(seed=1)["x"].weight
    assert values.dtype == np.float32
    assert (values == value).all()


def test_it_is_the_default_of_every_filler(weight: Weight) -> None:
    assert weight("value: 2").layers[1].params[0].distribution == fk.Constant(2)


@pytest.mark.parametrize("literal", ["inf", "-inf", "1e400"])
def test_it_may_be_infinite(weight: Weight, literal: str) -> None:
    values = weight(f"value: {literal}", 2, 2).fill(seed=1)["x"].weight
    assert np.isinf(values).all()


def test_it_may_be_no_number(weight: Weight) -> None:
    assert np.isnan(weight("value: nan", 2, 2).fill(seed=1)["x"].weight).all()


def test_it_takes_no_draws(weight: Weight) -> None:
    net = fk.load_net("""
        layer { name: "data" type: "Input" top: "data" input_param { shape { dim: [1, 3] } } }
        layer { name: "a" type: "InnerProduct" bottom: "data" top: "a"
                inner_product_param { num_output: 2 bias_term: false weight_filler { value: 7 } } }
        layer { name: "b" type: "InnerProduct" bottom: "data" top: "b"
                inner_product_param { num_output: 2 weight_filler { type: "uniform" } } }
    """)
    alone = weight('type: "uniform"', 2, 3).fill(seed=5)["x"].weight
    assert (net.fill(seed=5)["b"].weight == alone).all()


def test_a_value_is_rounded_to_float32_once(weight: Weight) -> None:
    (value,) = weight("value: 0.1", 1, 1).fill(seed=1, dtype="float64")["x"].weight.ravel()
    assert value == float(np.float32(0.1))
    assert not math.isclose(value, 0.1, rel_tol=1e-12)


def test_sparse_is_refused(weight: Weight) -> None:
    with pytest.raises(fk.FillerError, match="sparse") as caught:
        weight('type: "constant" sparse: 1')
    assert caught.value.field == "sparse"
