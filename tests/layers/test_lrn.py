"""LRN: shapes and refusals."""

from __future__ import annotations

from collections.abc import Callable

import pytest

import fillerkit as fk

SetUp = Callable[..., fk.Layer]


@pytest.mark.parametrize("body", ["", "local_size: 3", "local_size: 5 norm_region: WITHIN_CHANNEL"])
def test_its_top_is_like_its_bottom(set_up: SetUp, body: str) -> None:
    layer = set_up("LRN", (2, 3, 13, 11), body=f"lrn_param {{ {body} }}")
    assert layer.tops == (("t0", (2, 3, 13, 11)),)


@pytest.mark.parametrize("size", [0, 2, 4])
def test_an_even_size_is_refused(set_up: SetUp, size: int) -> None:
    with pytest.raises(fk.LayerError, match=f"odd.* {size}") as caught:
        set_up("LRN", (2, 3, 13, 11), body=f"lrn_param {{ local_size: {size} }}")
    assert caught.value.field == "lrn_param.local_size"


@pytest.mark.parametrize("shape", [(2, 3, 13), (2, 3), (2, 3, 4, 5, 6)])
def test_it_needs_four_axes(set_up: SetUp, shape: tuple[int, ...]) -> None:
    with pytest.raises(fk.LayerError, match="4 axes"):
        set_up("LRN", shape)
