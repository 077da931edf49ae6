"""The positive_unitball filler."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

import fillerkit as fk

Weight = Callable[..., fk.Net]
FILLER = 'type: "positive_unitball"'


def test_the_inputs_of_each_unit_are_positive_and_add_up_to_1(weight: Weight) -> None:
    values = weight(FILLER, 20, 500).fill(seed=1)["x"].weight
    assert (values >= 0).all()
    np.testing.assert_allclose(values.sum(axis=1, dtype=np.float64), 1, rtol=1e-5)


def test_a_row_is_uniform_values_over_their_sum_from_left_to_right(weight: Weight) -> None:
    rows = weight('type: "uniform"', 3, 50).fill(seed=4)["x"].weight
    expected = rows.copy()
    for row in expected:
        total = np.float32(0)
        for value in row:
            total += value
        row /= total
    assert (weight(FILLER, 3, 50).fill(seed=4)["x"].weight == expected).all()


def test_all_axes_but_the_first_are_one_row() -> None:
    net = fk.load_net(f"""
        layer {{ name: "data" type: "Input" top: "data"
                 input_param {{ shape {{ dim: [1, 3, 5, 5] }} }} }}
        layer {{ name: "x" type: "Convolution" bottom: "data" top: "x"
                 convolution_param {{ num_output: 4 kernel_size: 3
                                      weight_filler {{ {FILLER} }} }} }}
    """)
    sums = net.fill(seed=1)["x"].weight.sum(axis=(1, 2, 3))
    np.testing.assert_allclose(sums, np.ones(4), rtol=1e-5)


def test_its_mean_is_one_over_the_inputs(weight: Weight) -> None:
    assert weight(FILLER, 20, 500).layers[1].params[0].distribution.mean == pytest.approx(1 / 500)


def test_the_only_input_of_a_unit_is_1(weight: Weight) -> None:
    net = weight(FILLER, 5, 1)
    assert (net.fill(seed=1)["x"].weight == 1).all()
    assert net.layers[1].params[0].distribution.std == 0


def test_sparse_is_refused(weight: Weight) -> None:
    with pytest.raises(fk.FillerError, match="sparse"):
        weight(f"{FILLER} sparse: 2")
