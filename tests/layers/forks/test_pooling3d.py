"""Pooling over volumes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

import fillerkit as fk

Make = Callable[..., Any]

VIDEO = (2, 8, 16, 28, 28)


def test_a_window_of_c3d_hangs_over_the_edge(made: Make) -> None:
    body = "pooling3d_param { kernel_size: 3 kernel_depth: 3 stride: 2 temporal_stride: 2 }"
    assert made("Pooling3D", VIDEO, body=body).tops == [(2, 8, 8, 14, 14)]


def test_a_window_of_c3d_may_start_in_the_padding(made: Make) -> None:
    body = "pooling3d_param { pool: AVE kernel_size: 2 kernel_depth: 1 stride: 2 pad: 1 }"
    assert made("Pooling3D", VIDEO, body=body).tops == [(2, 8, 16, 15, 15)]
    with pytest.raises(fk.LayerError, match="pad is for AVE pooling only"):
        made("Pooling3D", VIDEO, body=body.replace("AVE", "MAX"))
