"""Pooling against windows written out one by one."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from one_layer import Run
from windows import pooled


@pytest.mark.parametrize("pool", ["MAX", "AVE"])
@pytest.mark.parametrize("rounding", ["", "round_mode: FLOOR", "ceil_mode: false"])
def test_windows_hang_over_the_edge_and_are_clipped(
    run: Run, rng: np.random.Generator, pool: str, rounding: str
) -> None:
    sizes = product((7, 8, 9, 10), (2, 3), (1, 2, 3), (0, 1, 2))
    for length, kernel, stride, pad in sizes:
        if pad >= kernel:
            continue
        x = rng.normal(-1, 1, (2, 3, length, length + 1)).astype(np.float32)
        body = (
            f"pooling_param {{ pool: {pool} kernel_h: {kernel} kernel_w: {kernel + 1} "
            f"stride_h: {stride} stride_w: 2 pad: {pad} {rounding} }}"
        )
        expected = pooled(
            x, pool, (kernel, kernel + 1), (stride, 2), (pad, pad), down=bool(rounding)
        )
        (found,) = run("Pooling", x, body=body)
        np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-6)


def test_a_mean_may_leave_padding_out(run: Run) -> None:
    body = "pooling_param { pool: AVE kernel_size: 3 stride: 2 pad: 1 avg_include_pad: false }"
    (found,) = run("Pooling", np.ones((1, 1, 5, 6)), body=body)
    np.testing.assert_allclose(found, np.ones((1, 1, 3, 4)), rtol=1e-6)


def test_the_mask_says_where_in_the_bottom_the_largest_stood(
    run: Run, rng: np.random.Generator
) -> None:
    x = rng.normal(size=(2, 3, 7, 9)).astype(np.float32)
    body = "pooling_param { kernel_size: 3 stride: 2 pad: 1 }"
    found, mask = run("Pooling", x, body=body, tops=2)
    places = mask.astype(int).reshape(2, 3, -1)
    np.testing.assert_array_equal(
        np.take_along_axis(x.reshape(2, 3, -1), places, 2), found.reshape(2, 3, -1)
    )


def test_a_window_without_a_value_has_no_place_in_the_mask(run: Run) -> None:
    x = np.arange(64).reshape(1, 1, 8, 8)
    _, mask = run("Pooling", x, body="pooling_param { kernel_size: 1 stride: 4 }", tops=2)
    # From real Caffe 1.0.
    assert mask[0, 0].tolist() == [[0, 4, -1], [32, 36, -1], [-1, -1, -1]]


def test_global_pooling_takes_all(run: Run, rng: np.random.Generator) -> None:
    x = rng.normal(size=(2, 3, 7, 9)).astype(np.float32)
    (found,) = run("Pooling", x, body="pooling_param { pool: AVE global_pooling: true }")
    np.testing.assert_allclose(found, x.mean((2, 3), keepdims=True), rtol=1e-4, atol=1e-6)


def test_stochastic_pooling_is_a_weighted_mean_in_testing(
    run: Run, rng: np.random.Generator
) -> None:
    x = rng.uniform(size=(2, 3, 7, 8)).astype(np.float32)
    body = "pooling_param { pool: STOCHASTIC kernel_size: 3 stride: 2 }"
    (found,) = run("Pooling", x, body=body)
    expected = pooled(x, "STOCHASTIC", (3, 3), (2, 2), (0, 0))
    np.testing.assert_allclose(found, expected, rtol=1e-5)


def test_stochastic_pooling_draws_in_proportion_in_training(run: Run) -> None:
    x = np.tile(np.array([[1.0, 3.0], [0.0, 6.0]]), (1, 1, 40, 50))
    body = "pooling_param { pool: STOCHASTIC kernel_size: 2 stride: 2 }"
    (found,) = run("Pooling", x, body=body, phase="TRAIN")
    shares = [(found == value).mean() for value in (0, 1, 3, 6)]
    np.testing.assert_allclose(shares, [0, 0.1, 0.3, 0.6], atol=0.05)
