"""The gaussian filler, dense and sparse."""

from __future__ import annotations

from collections.abc import Callable
from math import sqrt

import numpy as np
import pytest

import fillerkit as fk

Weight = Callable[..., fk.Net]


def test_it_has_the_mean_and_the_std_of_the_text(weight: Weight) -> None:
    net = weight('type: "gaussian" mean: 0.5 std: 0.25')
    assert net.layers[1].params[0].distribution == fk.Gaussian(0.5, 0.25)


def test_it_is_standard_unless_said(weight: Weight) -> None:
    assert weight('type: "gaussian"').layers[1].params[0].distribution == fk.Gaussian(0, 1)


def test_about_two_thirds_of_its_values_are_within_one_std(weight: Weight) -> None:
    values = weight('type: "gaussian" mean: 3 std: 2').fill(seed=1)["x"].weight
    share = (abs(values - 3) < 2).mean()
    assert share == pytest.approx(0.6827, abs=5 * sqrt(0.6827 * 0.3173 / values.size))


def test_values_far_out_are_as_rare_as_they_should_be(weight: Weight) -> None:
    values = weight('type: "gaussian"').fill(seed=1)["x"].weight
    beyond = (abs(values) > 3.5).sum()  # 4.65e-4 of 120 000: 56 of them
    assert abs(beyond - 56) < 5 * sqrt(56)


@pytest.mark.parametrize("std", ["0", "-1", "nan", "1e-50"])
def test_a_std_of_0_or_less_is_refused(weight: Weight, std: str) -> None:
    with pytest.raises(fk.FillerError, match="std must be above 0") as caught:
        weight(f'type: "gaussian" std: {std}')
    assert caught.value.field == "std"


def test_sparse_weights_have_about_that_many_inputs_a_unit_that_are_not_0(weight: Weight) -> None:
    net = weight('type: "gaussian" sparse: 15', 100, 1000)
    kept = np.count_nonzero(net.fill(seed=1)["x"].weight, axis=None)
    expected = 15 / 100 * 100_000
    assert abs(kept - expected) < 5 * sqrt(expected * 0.85)


def test_sparse_weights_keep_each_value_with_k_over_the_outputs(weight: Weight) -> None:
    net = weight('type: "gaussian" std: 0.5 sparse: 15', 60, 7)
    assert net.layers[1].params[0].distribution == fk.Sparse(
        fk.Gaussian(0, 0.5), float(np.float32(15) / np.float32(60))
    )


def test_the_values_that_sparse_weights_keep_are_those_of_dense_ones(weight: Weight) -> None:
    dense = weight('type: "gaussian"', 20, 30).fill(seed=3)["x"].weight
    sparse = weight('type: "gaussian" sparse: 10', 20, 30).fill(seed=3)["x"].weight
    kept = sparse != 0
    assert 0 < kept.sum() < kept.size
    assert (sparse[kept] == dense[kept]).all()


def test_sparse_of_0_keeps_nothing(weight: Weight) -> None:
    assert not weight('type: "gaussian" sparse: 0', 5, 5).fill(seed=1)["x"].weight.any()


def test_sparse_of_all_outputs_keeps_everything(weight: Weight) -> None:
    dense = weight('type: "gaussian"', 20, 30).fill(seed=3)["x"].weight
    sparse = weight('type: "gaussian" sparse: 20', 20, 30).fill(seed=3)["x"].weight
    assert (sparse == dense).all()


@pytest.mark.parametrize(("sparse", "words"), [(7, "7 is more than the 6"), (-2, "not -2")])
def test_a_sparse_out_of_range_is_refused(weight: Weight, sparse: int, words: str) -> None:
    with pytest.raises(fk.FillerError, match=words) as caught:
        weight(f'type: "gaussian" sparse: {sparse}', 6, 3)
    assert caught.value.field == "sparse"


def test_sparse_needs_axes() -> None:
    with pytest.raises(fk.FillerError, match="axes"):
        fk.load_net("""
            layer { name: "data" type: "Input" top: "data" input_param { shape { dim: [1, 3] } } }
            layer { name: "x" type: "Scale" bottom: "data" top: "x"
                    scale_param { num_axes: 0 filler { type: "gaussian" sparse: 1 } } }
        """)
