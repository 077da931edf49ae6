"""Layers of the forks that keep the shape."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

Make = Callable[..., Any]


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("HardSigmoid", ""),
        ("Insanity", "insanity_param { lb: 3 ub: 8 }"),
        ("Mish", ""),
        ("ReLUX", "relux_param { maximal_value: 6 }"),
        ("ReLU6", ""),
        ("Flip", "flip_param { flip_height: true }"),
        ("L2Norm", ""),
    ],
)
def test_it_keeps_the_shape_and_has_no_blobs(kind: str, body: str, made: Make) -> None:
    assert made(kind, (2, 8, 12, 10), body=body) == ([(2, 8, 12, 10)], [])


def test_negrelu_keeps_the_shape_and_reads_relu_param(made: Make) -> None:
    body = "relu_param { negative_slope: 0.1 }"
    assert made("NegReLU", (2, 3, 4), body=body) == ([(2, 3, 4)], [])
