"""Caffe's other layers against NumPy."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

torch: Any = pytest.importorskip("torch", reason="PyTorch is not installed")

Run = Callable[..., Any]
GAUSSIAN = 'weight_filler { type: "gaussian" std: 1 } bias_filler { type: "uniform" }'


@pytest.fixture
def x(rng: np.random.Generator) -> Any:
    return rng.normal(0, 2, (2, 6, 5, 7)).astype(np.float32)


def close(found: Any, expected: Any) -> None:
    np.testing.assert_allclose(found, expected, rtol=2e-4, atol=1e-5)


NEURONS: list[tuple[str, str, Callable[[Any], Any]]] = [
    ("AbsVal", "", np.abs),
    ("BNLL", "", lambda x: np.log1p(np.exp(x))),
    ("Clip", "clip_param { min: -1 max: 2 }", lambda x: np.clip(x, -1, 2)),
    ("Dropout", "dropout_param { dropout_ratio: 0.3 }", lambda x: x),
    ("Dropout", "dropout_param { dropout_ratio: 0.3 scale_train: false }", lambda x: 0.7 * x),
    ("ELU", "elu_param { alpha: 0.5 }", lambda x: np.where(x > 0, x, 0.5 * (np.exp(x) - 1))),
    ("Exp", "", np.exp),
    ("Exp", "exp_param { base: 2 scale: 0.5 shift: 3 }", lambda x: 2 ** (3 + 0.5 * x)),
    ("Log", "log_param { base: 10 scale: 0.1 shift: 5 }", lambda x: np.log10(5 + 0.1 * x)),
    ("Power", "power_param { power: 2 scale: 3 shift: 1 }", lambda x: (1 + 3 * x) ** 2),
    ("Power", "power_param { power: 3 scale: 0 shift: 2 }", lambda x: np.full_like(x, 8)),
    ("Power", "power_param { power: 0 shift: -1 }", np.ones_like),
    ("ReLU", "", lambda x: np.maximum(x, 0)),
    ("ReLU", "relu_param { negative_slope: 0.1 }", lambda x: np.where(x > 0, x, 0.1 * x)),
    ("Sigmoid", "", lambda x: 1 / (1 + np.exp(-x))),
    ("Swish", "swish_param { beta: 2 }", lambda x: x / (1 + np.exp(-2 * x))),
    ("TanH", "", np.tanh),
    ("Threshold", "threshold_param { threshold: 0.5 }", lambda x: (x > 0.5).astype(float)),
    ("PReLU", "", lambda x: np.where(x > 0, x, 0.25 * x)),
    ("PReLU", "prelu_param { channel_shared: true }", lambda x: np.where(x > 0, x, 0.25 * x)),
    ("Softmax", "softmax_param { axis: 2 }", lambda x: np.exp(x) / np.exp(x).sum(2)[:, :, None]),
    ("Tile", "tile_param { axis: -2 tiles: 3 }", lambda x: np.tile(x, (1, 1, 3, 1))),
    ("Flatten", "flatten_param { axis: 1 end_axis: -2 }", lambda x: x.reshape(2, 30, 7)),
    (
        "Reshape",
        "reshape_param { axis: 1 num_axes: 2 shape { dim: [0, -1, 1] } }",
        lambda x: x.reshape(2, 6, 5, 1, 7),
    ),
    ("Reduction", "reduction_param { axis: 2 coeff: 2 }", lambda x: 2 * x.sum((2, 3))),
    ("Reduction", "reduction_param { operation: ASUM }", lambda x: np.abs(x).sum()),
    ("Reduction", "reduction_param { operation: SUMSQ axis: 1 }", lambda x: (x**2).sum((1, 2, 3))),
    ("Reduction", "reduction_param { operation: MEAN axis: -1 }", lambda x: x.mean(3)),
]


@pytest.mark.parametrize(("kind", "body", "expected"), NEURONS)
def test_values_one_by_one(
    run: Run, x: Any, kind: str, body: str, expected: Callable[[Any], Any]
) -> None:
    close(run(kind, x, body=body)[0], expected(x))


def test_dropout_scales_what_it_leaves_in_training(run: Run) -> None:
    body = "dropout_param { dropout_ratio: 0.2 }"
    (found,) = run("Dropout", np.ones((100, 100)), body=body, phase="TRAIN")
    assert set(np.unique(found)) == {0.0, np.float32(1.25)}
    assert 0.17 < (found == 0).mean() < 0.23


@pytest.mark.parametrize("size", [1, 3, 5, 7])
def test_lrn_across_channels(run: Run, x: Any, size: int) -> None:
    body = f"lrn_param {{ local_size: {size} alpha: 0.3 beta: 0.6 k: 2 }}"
    expected = np.empty_like(x)
    for c in range(6):
        around = x[:, max(c - size // 2, 0) : c + size // 2 + 1]
        expected[:, c] = x[:, c] / (2 + 0.3 / size * (around**2).sum(1)) ** 0.6
    close(run("LRN", x, body=body)[0], expected)


@pytest.mark.parametrize("size", [1, 3, 5])
def test_lrn_within_a_channel_has_no_k(run: Run, x: Any, size: int) -> None:
    body = (
        f"lrn_param {{ local_size: {size} alpha: 0.3 beta: 0.6 k: 2 norm_region: WITHIN_CHANNEL }}"
    )
    expected, half = np.empty_like(x), size // 2
    for i, j in np.ndindex(5, 7):
        around = x[:, :, max(i - half, 0) : i + half + 1, max(j - half, 0) : j + half + 1]
        total = (around**2).sum((2, 3))
        expected[:, :, i, j] = x[:, :, i, j] / (1 + 0.3 / size**2 * total) ** 0.6
    close(run("LRN", x, body=body)[0], expected)


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
def test_convolution(run: Run, x: Any, stride: int, pad: int, dilation: int, group: int) -> None:
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


def test_im2col_has_a_window_in_every_column(run: Run, x: Any) -> None:
    body = "convolution_param { kernel_size: 3 pad: 1 stride: 2 dilation: 2 }"
    (found,) = run("Im2col", x, body=body)
    padded = np.pad(x, ((0, 0), (0, 0), (1, 1), (1, 1)))
    assert found.shape == (2, 54, 2, 3)
    for i, j in np.ndindex(2, 3):
        window = padded[:, :, 2 * i : 2 * i + 5 : 2, 2 * j : 2 * j + 5 : 2]
        close(found[:, :, i, j], window.reshape(2, 54))


@pytest.mark.parametrize("transpose", ["true", "false"])
@pytest.mark.parametrize("axis", [1, 2, -1, 0])
def test_inner_product(run: Run, x: Any, axis: int, transpose: str) -> None:
    body = f"inner_product_param {{ num_output: 3 axis: {axis} transpose: {transpose} {GAUSSIAN} }}"
    found, w, b = run("InnerProduct", x, body=body)
    flat = x.reshape(*x.shape[: axis % 4], -1)
    close(found, flat @ (w if transpose == "true" else w.T) + b)


def test_embed(run: Run) -> None:
    body = f"embed_param {{ input_dim: 5 num_output: 3 {GAUSSIAN} }}"
    found, w, b = run("Embed", [[0, 4], [2, 2]], body=body)
    close(found, w[[[0, 4], [2, 2]]] + b)


@pytest.mark.parametrize(
    ("axis", "num_axes", "shape"),
    [(1, 1, (6, 1, 1)), (1, 2, (6, 5, 1)), (0, -1, (2, 6, 5, 7)), (-2, 2, (5, 7)), (2, 0, ())],
)
def test_scale_and_bias_span_axes(
    run: Run, x: Any, axis: int, num_axes: int, shape: tuple[int, ...]
) -> None:
    which = f"axis: {axis} num_axes: {num_axes}"
    filler = 'filler { type: "gaussian" }'
    body = f"scale_param {{ {which} {filler} bias_term: true bias_filler {{ value: 3 }} }}"
    found, w, b = run("Scale", x, body=body)
    close(found, x * w.reshape(shape) + b.reshape(shape))
    found, b = run("Bias", x, body=f"bias_param {{ {which} {filler} }}")
    close(found, x + b.reshape(shape))


@pytest.mark.parametrize(("axis", "shape"), [(0, (2, 6)), (1, (6, 5)), (3, (7,)), (1, ())])
def test_scale_and_bias_by_a_second_bottom(
    run: Run, rng: np.random.Generator, x: Any, axis: int, shape: tuple[int, ...]
) -> None:
    second = rng.normal(size=shape)
    spread = second.reshape(*shape, *(1,) * (4 - axis - len(shape))) if shape else second
    body = f"scale_param {{ axis: {axis} bias_term: true bias_filler {{ value: 3 }} }}"
    close(run("Scale", x, second, body=body)[0], x * spread + 3)
    close(run("Bias", x, second, body=f"bias_param {{ axis: {axis} }}")[0], x + spread)


@pytest.mark.parametrize("across", [True, False])
@pytest.mark.parametrize("variance", [True, False])
def test_mvn(run: Run, x: Any, across: bool, variance: bool) -> None:
    body = (
        f"mvn_param {{ across_channels: {str(across).lower()} eps: 0.5 "
        f"normalize_variance: {str(variance).lower()} }}"
    )
    axes = (1, 2, 3) if across else (2, 3)
    expected = x - x.mean(axes, keepdims=True)
    if variance:
        expected = expected / (x.std(axes, keepdims=True) + 0.5)
    close(run("MVN", x, body=body)[0], expected)


def test_batch_norm_gathers_as_caffe_does(build: Callable[..., Any], x: Any) -> None:
    body = "batch_norm_param { moving_average_fraction: 0.9 eps: 0.01 }"
    net = build("BatchNorm", x.shape, body=body, phase="TRAIN")
    mean, variance, factor = np.zeros(6), np.zeros(6), 0.0
    for step in (1, 2, 3):
        batch = x * step + step
        found = net(torch.from_numpy(batch))["t0"].numpy()
        now = batch.mean((0, 2, 3)), batch.var((0, 2, 3))
        spread = [values[:, None, None] for values in now]
        close(found, (batch - spread[0]) / np.sqrt(spread[1] + 0.01))
        mean, variance = 0.9 * mean + now[0], 0.9 * variance + 70 / 69 * now[1]
        factor = 0.9 * factor + 1
    blobs = net.blobs()["x"]
    for blob, expected in zip(blobs, (mean, variance, [factor]), strict=True):
        close(blob, expected)
    found = net.eval()(torch.from_numpy(x))["t0"].numpy()
    mean, variance = mean[:, None, None] / factor, variance[:, None, None] / factor
    close(found, (x - mean) / np.sqrt(variance + 0.01))


def test_batch_norm_by_global_stats_gathers_nothing(build: Callable[..., Any], x: Any) -> None:
    body = "batch_norm_param { use_global_stats: true eps: 0.25 }"
    net = build("BatchNorm", x.shape, body=body, phase="TRAIN")
    close(net(torch.from_numpy(x))["t0"].numpy(), x / 0.5)
    assert not net.state_dict()["x.running_var"].any()


@pytest.mark.parametrize(
    ("axis", "offset", "expected"),
    [
        (2, "", np.s_[:, :, :3, :4]),
        (2, "offset: 2", np.s_[:, :, 2:5, 2:6]),
        (1, "offset: [1, 0, 3]", np.s_[:, 1:3, :3, 3:7]),
        (-1, "offset: 3", np.s_[:, :, :, 3:7]),
    ],
)
def test_crop(run: Run, x: Any, axis: int, offset: str, expected: Any) -> None:
    body = f"crop_param {{ axis: {axis} {offset} }}"
    close(run("Crop", x, np.zeros((1, 2, 3, 4)), body=body)[0], x[expected])


def test_eltwise(run: Run, rng: np.random.Generator) -> None:
    a, b, c = rng.normal(size=(3, 2, 4))
    body = "eltwise_param { operation: %s }"
    close(run("Eltwise", a, b, c)[0], a + b + c)
    close(run("Eltwise", a, b, body="eltwise_param { coeff: [2, -1] }")[0], 2 * a - b)
    close(run("Eltwise", a, b, c, body=body % "PROD")[0], a * b * c)
    close(run("Eltwise", a, b, c, body=body % "MAX")[0], np.maximum(np.maximum(a, b), c))


def test_one_of_equal_maxima_gets_the_gradient(build: Callable[..., Any]) -> None:
    net = build("Eltwise", (2,), (2,), (2,), body="eltwise_param { operation: MAX }")
    bottoms = [
        torch.tensor(values, requires_grad=True) for values in ([3.0, 0], [3.0, 0], [3, 1.0])
    ]
    net({f"b{i}": bottom for i, bottom in enumerate(bottoms)})["t0"].sum().backward()
    assert [bottom.grad.tolist() for bottom in bottoms] == [[0, 0], [1, 0], [0, 1]]


def test_concat_and_slice(run: Run, x: Any) -> None:
    for body in ("concat_param { axis: -2 }", "concat_param { concat_dim: 2 }"):
        close(run("Concat", x, x + 1, body=body)[0], np.concatenate([x, x + 1], 2))
    close(run("Slice", x, tops=3), np.split(x, 3, 1))
    found = run("Slice", x, body="slice_param { axis: 3 slice_point: [1, 5] }", tops=3)
    for part, expected in zip(found, np.split(x, [1, 5], 3), strict=True):
        close(part, expected)


def test_filter_and_batch_reindex(run: Run, rng: np.random.Generator) -> None:
    x, y = rng.normal(size=(4, 3)), rng.normal(size=(4, 1, 2))
    items, others = run("Filter", x, y, [1, 0, 0, 2], tops=2)
    close(items, x[[0, 3]])
    close(others, y[[0, 3]])
    close(run("BatchReindex", x, [3, 3, 0])[0], x[[3, 3, 0]])


def test_argmax_takes_the_last_of_equals(run: Run) -> None:
    x = np.array([[1, 5, 5, 2], [7, 0, 3, 7]], float)
    (found,) = run("ArgMax", x, body="argmax_param { top_k: 2 }")
    assert found.tolist() == [[[2, 1]], [[3, 0]]]
    (found,) = run("ArgMax", x, body="argmax_param { top_k: 2 out_max_val: true }")
    assert found.tolist() == [[[2, 1], [5, 5]], [[3, 0], [7, 7]]]
    (found,) = run("ArgMax", x, body="argmax_param { axis: 0 }")
    assert found.tolist() == [[1, 0, 0, 1]]
    (found,) = run("ArgMax", x, body="argmax_param { axis: -1 out_max_val: true }")
    assert found.tolist() == [[5], [7]]


def test_accuracy(run: Run, rng: np.random.Generator) -> None:
    scores, labels = rng.normal(size=(20, 4, 3)), rng.integers(0, 4, (20, 3))
    labels[0, 0] = 1
    body = "accuracy_param { top_k: 2 ignore_label: 1 }"
    share, each = run("Accuracy", scores, labels, body=body, tops=2)
    best = np.argsort(-scores, 1)[:, :2]
    right = (best == labels[:, None]).any(1)
    close(share, right[labels != 1].mean())
    close(each, [0 if k == 1 else right[labels == k].mean() for k in range(4)])
