"""Convolution and Deconvolution against NumPy, window by window."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from one_layer import GAUSSIAN, Run, close


def convolved(x: Any, w: Any, b: Any, stride: int, pad: int, dilation: int, group: int) -> Any:
    """A convolution over two axes, window by window."""
    x = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    reach = [dilation * (k - 1) + 1 for k in w.shape[2:]]
    sides = [(n - r) // stride + 1 for n, r in zip(x.shape[2:], reach, strict=True)]
    top = np.zeros((len(x), len(w), *sides))
    each, rows = x.shape[1] // group, len(w) // group
    for o, i, j in np.ndindex(len(w), *sides):
        channels = slice(o // rows * each, (o // rows + 1) * each)
        i0, j0 = i * stride, j * stride
        window = x[:, channels, i0 : i0 + reach[0] : dilation, j0 : j0 + reach[1] : dilation]
        top[:, o, i, j] = (window * w[o]).sum((1, 2, 3)) + b[o]
    return top


CONVOLUTIONS = [(1, 0, 1, 1), (2, 1, 1, 2), (1, 2, 2, 3), (3, 0, 1, 1)]


@pytest.mark.parametrize(("stride", "pad", "dilation", "group"), CONVOLUTIONS)
def test_a_convolution_is_a_sum_over_each_window(
    run: Run, x: Any, stride: int, pad: int, dilation: int, group: int
) -> None:
    body = (
        f"convolution_param {{ num_output: 6 kernel_h: 3 kernel_w: 2 stride: {stride} pad: {pad} "
        f"dilation: {dilation} group: {group} {GAUSSIAN} }}"
    )
    found, w, b = run("Convolution", x, body=body)
    close(found, convolved(x, w, b, stride, pad, dilation, group))


@pytest.mark.parametrize(("stride", "pad", "dilation", "group"), CONVOLUTIONS)
def test_deconvolution_is_the_transpose(
    run: Run, rng: np.random.Generator, x: Any, stride: int, pad: int, dilation: int, group: int
) -> None:
    body = (
        f"convolution_param {{ num_output: 12 kernel_h: 3 kernel_w: 4 stride: {stride} pad: {pad} "
        f"dilation: {dilation} group: {group} {GAUSSIAN} }}"
    )
    found, w, b = run("Deconvolution", x, body=body)
    assert w.shape == (6, 12 // group, 3, 4)
    # <conv(y), x> = <y, deconv(x)> for every y.
    y = rng.normal(size=found.shape)
    there = (convolved(y, w, np.zeros(6), stride, pad, dilation, group) * x).sum()
    close((y * (found - b[:, None, None])).sum() / there, 1)


def test_a_window_a_little_too_large_sees_zeros_beyond_the_edge(run: Run) -> None:
    x = np.arange(4.0).reshape(1, 1, 4)
    body = f"convolution_param {{ num_output: 1 kernel_size: 5 stride: 2 {GAUSSIAN} }}"
    found, w, b = run("Convolution", x, body=body)
    close(found, (w[0, 0, :4] @ x[0, 0] + b).reshape(1, 1, 1))


@pytest.mark.parametrize("axes", [0, 1, 3, 4])
def test_convolution_over_any_number_of_axes(run: Run, rng: np.random.Generator, axes: int) -> None:
    x = rng.normal(size=(2, 3, 4, *(5,) * axes))
    body = f"convolution_param {{ axis: 2 num_output: 5 kernel_size: 2 {GAUSSIAN} }}"
    if not axes:
        body = body.replace("kernel_size: 2", "")
    found, w, b = run("Convolution", x, body=body)
    expected = np.zeros((2, 3, 5, *(4,) * axes)) + b.reshape(5, *(1,) * axes)
    for place in np.ndindex(*(2,) * axes):
        window = x[(slice(None),) * 3 + tuple(slice(p, p + 4) for p in place)]
        expected += np.einsum("nmc...,oc->nmo...", window, w[(slice(None),) * 2 + place])
    close(found, expected)


def test_a_depthwise_convolution_has_a_filter_a_channel(run: Run, x: Any) -> None:
    body = 'convolution_param { num_output: 6 kernel_size: 1 weight_filler { type: "uniform" }'
    found, w, _ = run("DepthwiseConvolution", x, body=body + " group: 6 }")
    close(found, x * w.reshape(6, 1, 1))


@pytest.mark.parametrize("kind", ["Convolution", "Deconvolution"])
def test_deeplabs_hole_is_a_dilation(run: Run, x: Any, kind: str) -> None:
    body = f"convolution_param {{ num_output: 2 kernel_size: 3 pad: 2 NAME: 2 {GAUSSIAN} }}"
    by_hole, by_dilation = (
        run(kind, x, body=body.replace("NAME", name))[0] for name in ("hole", "dilation")
    )
    np.testing.assert_array_equal(by_hole, by_dilation)
