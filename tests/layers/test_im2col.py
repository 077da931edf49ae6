"""Im2col: shapes and refusals."""

from __future__ import annotations

from collections.abc import Callable

import pytest

import fillerkit as fk

SetUp = Callable[..., fk.Layer]


@pytest.mark.parametrize(
    ("body", "top"),
    [
        ("kernel_size: 3", (2, 36, 11, 9)),
        ("kernel_h: 3 kernel_w: 2 stride: 2 pad: 1", (2, 24, 7, 6)),
        ("kernel_size: 3 dilation: 2", (2, 36, 9, 7)),
    ],
)
def test_every_window_becomes_a_column(set_up: SetUp, body: str, top: tuple[int, ...]) -> None:
    layer = set_up("Im2col", (2, 4, 13, 11), body=f"convolution_param {{ {body} }}")
    assert layer.tops == (("t0", top),)
    assert layer.params == ()


def test_it_needs_a_kernel(set_up: SetUp) -> None:
    with pytest.raises(fk.LayerError, match="kernel_size"):
        set_up("Im2col", (2, 4, 13, 11))


def test_a_bottom_without_places_is_refused(set_up: SetUp) -> None:
    with pytest.raises(fk.LayerError, match="an axis or more after axis 1, the channels, not 2x4"):
        set_up("Im2col", (2, 4), body="convolution_param { kernel_size: 3 }")


def test_a_kernel_larger_than_its_bottom_is_refused(set_up: SetUp) -> None:
    with pytest.raises(fk.LayerError, match=r"negative|fit"):
        set_up("Im2col", (2, 4, 3, 3), body="convolution_param { kernel_size: 6 }")
