"""Layers that change values one by one, against NumPy."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from one_layer import Run, close, one_layer

import fillerkit as fk

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


@pytest.mark.parametrize(
    ("body", "scale"),
    [("", 2), ("dropout_param { scale_train: false }", 1)],
)
def test_dropout_with_a_stream_makes_caffes_masks(body: str, scale: float) -> None:
    pytest.importorskip("torch", reason="PyTorch is not installed")
    from fillerkit.running import module

    net = fk.load_net(one_layer("Dropout", (4, 5), body=body), phase="TRAIN")
    found = module(net, net.fill(seed=1), draws=fk.CaffeStream(3).take)(np.ones((4, 5)))["t0"]
    # From Caffe 1.0 after set_random_seed(3).
    kept = [0, 1, 0, 0, 1, 1, 0, 0, 0, 1, 0, 1, 1, 1, 1, 1, 1, 1, 1, 0]
    assert found.flatten().tolist() == [scale * one for one in kept]


def test_dropout_compares_draws_in_double_precision() -> None:
    pytest.importorskip("torch", reason="PyTorch is not installed")
    from fillerkit.running import module

    net = fk.load_net(one_layer("Dropout", (1,)), phase="TRAIN")
    stream = fk.CaffeStream(3)
    stream.skip(24173383)  # the next draw is 2^31 + 58: a float32 of it would be half of all
    dropped = module(net, net.fill(seed=1), draws=stream.take)(np.ones(1))["t0"]
    assert dropped.item() == 0  # as in Caffe 1.0


@pytest.mark.parametrize(("shift", "power", "value"), [(0, -1, np.inf), (-2, 0.5, np.nan)])
def test_a_power_of_a_shift_alone_may_have_no_value(
    run: Run, shift: float, power: float, value: float
) -> None:
    body = f"power_param {{ scale: 0 shift: {shift} power: {power} }}"
    np.testing.assert_array_equal(run("Power", [1.0, 2.0], body=body)[0], [value, value])


def test_dropout_by_draws_is_not_traced() -> None:
    torch: Any = pytest.importorskip("torch", reason="PyTorch is not installed")
    from fillerkit.running import module

    net = fk.load_net(one_layer("Dropout", (4, 5)), phase="TRAIN")
    running, x = module(net, net.fill(seed=1), draws=fk.CaffeStream(3).take), torch.ones(4, 5)
    with pytest.raises(fk.UsageError, match=r"layer 'x' \(Dropout, line 2\) .* one mask"):
        torch.export.export(running, (x,))
    torch.export.export(running.eval(), (x,))
