"""What tests of running layers share: a net of one layer, and how arrays are compared."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

Run = Callable[..., Any]
GAUSSIAN = 'weight_filler { type: "gaussian" std: 1 } bias_filler { type: "uniform" }'
# What loss_param says, and what a loss is divided by then.
MODES = {
    "": "VALID",
    "normalization: VALID": "VALID",
    "normalization: FULL": "FULL",
    "normalization: BATCH_SIZE": "BATCH_SIZE",
    "normalization: NONE": "NONE",
    "normalize: true": "VALID",
    "normalize: false": "BATCH_SIZE",
    "normalize: false normalization: FULL": "FULL",
}


def one_layer(kind: str, *shapes: tuple[int, ...], body: str = "", tops: int = 1) -> str:
    """A net of a layer ``x`` with bottoms ``b0``, ``b1``, ... and tops ``t0``, ``t1``, ..."""
    inputs = [
        f'layer {{ name: "b{i}" type: "Input" top: "b{i}"'
        f" input_param {{ shape {{ dim: {list(shape)} }} }} }}"
        for i, shape in enumerate(shapes)
    ]
    wires = [f'bottom: "b{i}"' for i in range(len(shapes))] + [f'top: "t{i}"' for i in range(tops)]
    return "\n".join([*inputs, f'layer {{ name: "x" type: "{kind}" {" ".join(wires)}\n{body}\n}}'])


def close(found: Any, expected: Any) -> None:
    np.testing.assert_allclose(found, expected, rtol=2e-4, atol=1e-5)


def softmax(x: Any, axis: int = 1) -> Any:
    powers = np.exp(x - x.max(axis, keepdims=True))
    return powers / powers.sum(axis, keepdims=True)


def divisor(mode: str, full: int, valid: int, batch: int) -> int:
    return max({"VALID": valid, "FULL": full, "BATCH_SIZE": batch, "NONE": 1}[mode], 1)


class Untouched:
    """In place of a message that nothing may look at."""

    def __getattr__(self, name: str) -> Any:
        raise AssertionError(f"{name} of a message is read when the net runs")


def forget_messages(running: Any) -> None:
    """Take the messages of a module's layers away, once it is built."""
    for layer in running.layers:
        layer.layer = replace(layer.layer, message=Untouched())
