"""BN of SegNet, PSPNet and TSN, against NumPy."""

from __future__ import annotations

from typing import Any

import numpy as np
from one_layer import Run, close


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
