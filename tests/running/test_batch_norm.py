"""BatchNorm against NumPy."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from one_layer import close, one_layer

import fillerkit as fk
from fillerkit.errors import UsageError

torch: Any = pytest.importorskip("torch", reason="PyTorch is not installed")
from fillerkit.torch import refusal  # noqa: E402


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


def test_nvidias_scales_and_shifts_in_testing(build: Callable[..., Any], x: Any) -> None:
    fillers = "scale_filler { value: 3 } bias_filler { value: 2 }"
    body = f"batch_norm_param {{ scale_bias: true eps: 1e-9 {fillers} }}"
    net = build("BatchNorm", x.shape, body=body)
    layer = net.layers[-1]
    layer.blob(0).fill_(0.5)
    layer.blob(1).fill_(0.25)
    close(
        net(torch.from_numpy(x))["t0"].detach().numpy(),
        (x - 0.5) / np.sqrt(0.25 + 1e-5) * 3 + 2,
    )
    with pytest.raises(UsageError, match=r"runs in testing only: call eval\(\)"):
        net.train()(torch.from_numpy(x))


@pytest.mark.parametrize(("dialect", "said"), [("nvidia-0.15", ""), ("caffe", "scale_bias: true")])
def test_a_scale_and_bias_in_no_place_that_is_known_are_refused(dialect: str, said: str) -> None:
    text = one_layer("BatchNorm", (2, 6), body=f"batch_norm_param {{ {said} }}")
    net = fk.load_net(text, phase="TEST", dialect=dialect)
    assert refusal(net.layers[-1]) == "its scale and bias"
