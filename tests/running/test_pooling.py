"""Pooling and SPP against windows written out one by one."""

from __future__ import annotations

from collections.abc import Callable
from itertools import product
from math import ceil
from typing import Any

import numpy as np
import pytest

torch: Any = pytest.importorskip("torch", reason="PyTorch is not installed")


def windows(length: int, kernel: int, stride: int, pad: int, *, down: bool = False) -> Any:
    """Of every window: its first and last place within the bottom, and its size with padding."""
    room = (length + 2 * pad - kernel) / stride
    count = (int(room) if down else ceil(room)) + 1
    if pad and (count - 1) * stride >= length + pad:
        count -= 1
    for index in range(count):
        start = index * stride - pad
        end = min(start + kernel, length + pad)
        yield max(start, 0), min(end, length), end - start


def reference(x: Any, pool: str, kernel: Any, stride: Any, pad: Any, *, down: bool = False) -> Any:
    rows = list(windows(x.shape[2], kernel[0], stride[0], pad[0], down=down))
    columns = list(windows(x.shape[3], kernel[1], stride[1], pad[1], down=down))
    top = np.zeros((*x.shape[:2], len(rows), len(columns)), np.float32)
    for i, (top_edge, bottom_edge, high) in enumerate(rows):
        for j, (left, right, wide) in enumerate(columns):
            window = x[:, :, top_edge:bottom_edge, left:right]
            if pool == "MAX":
                top[:, :, i, j] = window.max((2, 3), initial=np.finfo(np.float32).min)
            elif pool == "AVE":
                with np.errstate(invalid="ignore"):  # a window beyond the edge divides by 0
                    top[:, :, i, j] = window.sum((2, 3)) / (high * wide)
            else:
                top[:, :, i, j] = (window**2).sum((2, 3)) / window.sum((2, 3))
    return top


@pytest.mark.parametrize("pool", ["MAX", "AVE"])
@pytest.mark.parametrize("rounding", ["", "round_mode: FLOOR", "ceil_mode: false"])
def test_windows_hang_over_the_edge_and_are_clipped(
    run: Callable[..., Any], rng: np.random.Generator, pool: str, rounding: str
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
        expected = reference(
            x, pool, (kernel, kernel + 1), (stride, 2), (pad, pad), down=bool(rounding)
        )
        (found,) = run("Pooling", x, body=body)
        np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-6)


def test_a_mean_may_leave_padding_out(run: Callable[..., Any]) -> None:
    body = "pooling_param { pool: AVE kernel_size: 3 stride: 2 pad: 1 avg_include_pad: false }"
    (found,) = run("Pooling", np.ones((1, 1, 5, 6)), body=body)
    np.testing.assert_allclose(found, np.ones((1, 1, 3, 4)), rtol=1e-6)


def test_the_mask_says_where_in_the_bottom_the_largest_stood(
    run: Callable[..., Any], rng: np.random.Generator
) -> None:
    x = rng.normal(size=(2, 3, 7, 9)).astype(np.float32)
    body = "pooling_param { kernel_size: 3 stride: 2 pad: 1 }"
    found, mask = run("Pooling", x, body=body, tops=2)
    places = mask.astype(int).reshape(2, 3, -1)
    np.testing.assert_array_equal(
        np.take_along_axis(x.reshape(2, 3, -1), places, 2), found.reshape(2, 3, -1)
    )


def test_global_pooling_takes_all(run: Callable[..., Any], rng: np.random.Generator) -> None:
    x = rng.normal(size=(2, 3, 7, 9)).astype(np.float32)
    (found,) = run("Pooling", x, body="pooling_param { pool: AVE global_pooling: true }")
    np.testing.assert_allclose(found, x.mean((2, 3), keepdims=True), rtol=1e-4, atol=1e-6)


def test_stochastic_pooling_is_a_weighted_mean_in_testing(
    run: Callable[..., Any], rng: np.random.Generator
) -> None:
    x = rng.uniform(size=(2, 3, 7, 8)).astype(np.float32)
    body = "pooling_param { pool: STOCHASTIC kernel_size: 3 stride: 2 }"
    (found,) = run("Pooling", x, body=body)
    expected = reference(x, "STOCHASTIC", (3, 3), (2, 2), (0, 0))
    np.testing.assert_allclose(found, expected, rtol=1e-5)


def test_stochastic_pooling_draws_in_proportion_in_training(run: Callable[..., Any]) -> None:
    x = np.tile(np.array([[1.0, 3.0], [0.0, 6.0]]), (1, 1, 40, 50))
    body = "pooling_param { pool: STOCHASTIC kernel_size: 2 stride: 2 }"
    (found,) = run("Pooling", x, body=body, phase="TRAIN")
    shares = [(found == value).mean() for value in (0, 1, 3, 6)]
    np.testing.assert_allclose(shares, [0, 0.1, 0.3, 0.6], atol=0.05)


@pytest.mark.parametrize("pool", ["MAX", "AVE"])
@pytest.mark.parametrize("levels", [1, 2, 3])
def test_spp_pools_into_a_pyramid(
    run: Callable[..., Any], rng: np.random.Generator, pool: str, levels: int
) -> None:
    for sides in ((7, 8), (9, 11), (6, 10), (8, 8)):
        x = rng.normal(size=(2, 3, *sides)).astype(np.float32)
        (found,) = run("SPP", x, body=f"spp_param {{ pyramid_height: {levels} pool: {pool} }}")
        parts = []
        for bins in (2**level for level in range(levels)):
            kernel = [ceil(side / bins) for side in sides]
            pad = [(k * bins - side + 1) // 2 for k, side in zip(kernel, sides, strict=True)]
            parts.append(reference(x, pool, kernel, kernel, pad))
        flat = np.concatenate([part.reshape(2, -1) for part in parts], 1)
        np.testing.assert_allclose(found.reshape(2, -1), flat, rtol=1e-5, atol=1e-6)
