"""Layers of the forks against NumPy, or against what OpenCV makes of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

torch: Any = pytest.importorskip("torch", reason="PyTorch is not installed")

Run = Callable[..., Any]


@pytest.fixture
def x(rng: np.random.Generator) -> Any:
    return rng.normal(0, 2, (2, 4, 6, 8)).astype(np.float32)


def close(found: Any, expected: Any) -> None:
    np.testing.assert_allclose(found, expected, rtol=2e-4, atol=1e-5)


SIMPLE: list[tuple[str, str, Callable[[Any], Any]]] = [
    ("HardSigmoid", "", lambda x: np.clip(0.2 * x + 0.5, 0, 1)),
    ("Mish", "", lambda x: x * np.tanh(np.log1p(np.exp(x)))),
    ("ReLU6", "", lambda x: np.clip(x, 0, 6)),
    ("ReLUX", "relux_param { maximal_value: 2 }", lambda x: np.clip(x, 0, 2)),
    ("Insanity", "insanity_param { lb: 3 ub: 5 }", lambda x: np.where(x > 0, x, x / 4)),
    ("EltwiseAffine", "", lambda x: 1.0001 * x + 0.0001),
    ("Permute", "permute_param { order: [0, 2] }", lambda x: x.transpose(0, 2, 1, 3)),
    ("Transpose", "transpose_param { dim: [3, 0, 2, 1] }", lambda x: x.transpose(3, 0, 2, 1)),
    ("Reverse", "reverse_param { axis: 2 }", lambda x: x[:, :, ::-1]),
    ("Flip", "flip_param { flip_height: true }", lambda x: x[:, :, ::-1, ::-1]),
    ("Gather", "", lambda x: x),
    ("L2Norm", "", lambda x: x / np.sqrt((x**2).sum((1, 2, 3)))[:, None, None, None]),
    (
        "Normalize",
        "norm_param { across_spatial: false scale_filler { value: 20 } channel_shared: false }",
        lambda x: 20 * x / np.sqrt((x**2).sum(1, keepdims=True)),
    ),
    (
        "Normalize",
        "norm_param { eps: 2 }",
        lambda x: x / np.sqrt((x**2).sum((1, 2, 3)) + 2)[:, None, None, None],
    ),
    (
        "ShuffleChannel",
        "shuffle_channel_param { group: 2 }",
        lambda x: x[:, [0, 2, 1, 3]],
    ),
    ("Upsample", "upsample_param { scale: 3 }", lambda x: x.repeat(3, 2).repeat(3, 3)),
    (
        "BatchReduction",
        "batch_reduction_param { reduction_param { axis: 1 operation: MEAN } }",
        lambda x: x.mean(1),
    ),
]


@pytest.mark.parametrize(("kind", "body", "expected"), SIMPLE)
def test_a_simple_layer(
    run: Run, x: Any, kind: str, body: str, expected: Callable[[Any], Any]
) -> None:
    close(run(kind, x, body=body)[0], expected(x))


def test_axpy(run: Run, rng: np.random.Generator, x: Any) -> None:
    scale, y = rng.normal(size=(2, 4, 1, 1)), rng.normal(size=x.shape)
    close(run("Axpy", scale, x, y)[0], scale * x + y)


def test_depthwise_convolutions_have_a_filter_a_channel(run: Run, x: Any) -> None:
    body = 'convolution_param { num_output: 4 kernel_size: 1 weight_filler { type: "uniform" }'
    found, w, _ = run("ConvolutionDepthwise", x, body=body + "}")
    close(found, x * w.reshape(4, 1, 1))
    found, w, _ = run("DepthwiseConvolution", x, body=body + " group: 4 }")
    close(found, x * w.reshape(4, 1, 1))


def test_segnets_bn_normalises_in_testing_too(run: Run, x: Any) -> None:
    body = "bn_param { scale_filler { value: 2 } shift_filler { value: 1 } %s }"
    mean, std = x.mean((0, 2, 3), keepdims=True), x.std((0, 2, 3), keepdims=True)
    close(run("BN", x, body=body % "")[0], 2 * (x - mean) / std + 1)
    close(run("BN", x, body=body % "bn_mode: INFERENCE")[0], 2 * x + 1)


def test_segnets_bn_gives_the_batchs_statistics(run: Run, x: Any) -> None:
    body = "bn_param { scale_filler { value: 2 } %s }"
    _, mean, variance, *_ = run("BN", x, body=body % "", tops=3)
    close(mean, x.mean((0, 2, 3)).reshape(1, 4, 1, 1))
    close(variance, x.var((0, 2, 3)).reshape(1, 4, 1, 1))
    _, mean, variance, *_ = run("BN", x, body=body % "bn_mode: INFERENCE", tops=3)
    assert not mean.any() and not variance.any()


def test_pspnets_and_tsns_bn_gathers(run: Run, x: Any) -> None:
    body = (
        "bn_param { slope_filler { value: 2 } bias_filler { value: 1 } momentum: 0.75 %s }"
        "param { lr_mult: 1 } param { lr_mult: 1 } param { lr_mult: 0 } param { lr_mult: 0 }"
    )
    mean, variance = x.mean((0, 2, 3)), x.var((0, 2, 3))
    found, _, _, gathered, spread = run("BN", x, body=body % "", phase="TRAIN")
    expected = (x - mean[:, None, None]) / np.sqrt(variance[:, None, None] + 1e-5)
    close(found, 2 * expected + 1)
    close(gathered.reshape(-1), 0.25 * mean)
    close(spread.reshape(-1), 0.25 * variance)
    close(run("BN", x, body=body % "frozen: true", phase="TRAIN")[0], 2 * x + 1)


def test_interp_keeps_corners_on_corners(run: Run) -> None:
    x = np.arange(12.0).reshape(1, 1, 3, 4)
    (found,) = run("Interp", x, body="interp_param { zoom_factor: 3 }")
    rows, columns = np.linspace(0, 8, 7), np.linspace(0, 3, 10)
    close(found[0, 0], rows[:, None] + columns)
    (found,) = run("Interp", x, body="interp_param { height: 3 width: 3 pad_end: -1 pad_beg: 0 }")
    close(found[0, 0], np.array([[0, 1, 2], [2, 3, 4], [4, 5, 6]]))


def test_upsample_puts_values_back_by_the_mask(run: Run, x: Any) -> None:
    found, mask = run("Pooling", x, body="pooling_param { kernel_size: 2 stride: 2 }", tops=2)
    (back,) = run("Upsample", found, mask, body="upsample_param { scale: 2 }")
    assert np.count_nonzero(back) == found.size
    close(back, np.where(back != 0, x, 0))


def test_reorg_is_darknets(run: Run, x: Any) -> None:
    """Darknet's loop, over the bottom's places, between flat arrays."""
    (n, c, h, w), s = x.shape, 2
    expected, fewer = np.empty(x.size, np.float32), c // s**2
    flat = x.reshape(-1)
    for b, k, i, j in np.ndindex(n, c, h, w):
        place = k // fewer
        row, column = i * s + place // s, j * s + place % s
        source = column + w * s * (row + h * s * (k % fewer + fewer * b))
        expected[j + w * (i + h * (k + c * b))] = flat[source]
    (found,) = run("Reorg", x, body="reorg_param { stride: 2 }")
    close(found, expected.reshape(2, 16, 3, 4))
    (back,) = run("Reorg", x, body="reorg_param { stride: 2 reverse: true }")
    assert back.shape == (2, 1, 12, 16)


def test_roi_pooling(run: Run, x: Any) -> None:
    regions = np.array([[0, 0, 0, 15, 11], [1, 4, 2, 9, 7], [1, 14, 10, 14, 10]], float)
    body = "roi_pooling_param { pooled_h: 2 pooled_w: 3 spatial_scale: 0.5 }"
    (found,) = run("ROIPooling", x, regions, body=body)
    for region, top in zip(regions, found, strict=True):
        left, upper, right, lower = (int(np.floor(v / 2 + 0.5)) for v in region[1:])
        high, wide = max(lower - upper + 1, 1) / 2, max(right - left + 1, 1) / 3
        for i, j in np.ndindex(2, 3):
            rows = slice(int(i * high) + upper, int(np.ceil((i + 1) * high)) + upper)
            columns = slice(int(j * wide) + left, int(np.ceil((j + 1) * wide)) + left)
            window = x[int(region[0]), :, rows, columns].reshape(4, -1)
            close(top[:, i, j], window.max(1) if window.size else 0)


def test_psroi_pooling(run: Run, x: Any) -> None:
    regions = np.array([[0, 0, 0, 15, 11], [1, 4, 2, 9, 7]], float)
    body = "psroi_pooling_param { spatial_scale: 0.5 output_dim: 1 group_size: 2 }"
    (found,) = run("PSROIPooling", x, regions, body=body)
    for region, top in zip(regions, found, strict=True):
        left, upper = region[1] / 2, region[2] / 2
        wide, high = ((region[3] + 1) / 2 - left) / 2, ((region[4] + 1) / 2 - upper) / 2
        for i, j in np.ndindex(2, 2):
            rows = slice(int(i * high + upper), int(np.ceil((i + 1) * high + upper)))
            columns = slice(int(j * wide + left), int(np.ceil((j + 1) * wide + left)))
            close(top[0, i, j], x[int(region[0]), 2 * i + j, rows, columns].mean())


def test_box_losses(run: Run, rng: np.random.Generator) -> None:
    a, b, inside, outside = rng.normal(size=(4, 3, 5))
    close(run("L1Loss", a, b)[0], np.abs(a - b).sum() / 3)
    d = np.abs(inside * (a - b))
    each = np.where(d < 0.25, 2 * d**2, d - 0.125)
    body = "smooth_l1_loss_param { sigma: 2 }"
    close(run("SmoothL1Loss", a, b, inside, outside, body=body)[0], (outside * each).sum() / 3)


def test_center_loss(run: Run, rng: np.random.Generator) -> None:
    x, labels = rng.normal(size=(3, 4)), np.array([1, 0, 1])
    body = 'center_loss_param { num_output: 2 center_filler { type: "gaussian" } }'
    found, centers = run("CenterLoss", x, labels, body=body)
    close(found, ((x - centers[labels]) ** 2).sum() / 6)


def test_local_has_filters_of_its_own_at_every_place(run: Run, x: Any) -> None:
    body = (
        'local_param { num_output: 3 kernel_size: 3 stride: 2 weight_filler { type: "gaussian" } }'
    )
    found, w, b = run("Local", x, body=body)
    for i, j in np.ndindex(found.shape[2:]):
        window = x[:, :, 2 * i : 2 * i + 3, 2 * j : 2 * j + 3].reshape(2, -1)
        place = i * found.shape[3] + j
        close(found[:, :, i, j], window @ w[:, 0, :, place].T + b[0, 0, :, place])
