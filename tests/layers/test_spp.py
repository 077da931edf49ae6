"""SPP: shapes and refusals."""

from __future__ import annotations

from collections.abc import Callable

import pytest

import fillerkit as fk

SetUp = Callable[..., fk.Layer]


@pytest.mark.parametrize(
    ("shape", "height", "top"),
    [
        ((2, 3, 16, 16), 1, (2, 3, 1, 1)),
        ((2, 3, 16, 16), 2, (2, 3 * (1 + 4))),
        ((2, 3, 16, 16), 3, (2, 3 * (1 + 4 + 16))),
        ((2, 3, 16, 8), 3, (2, 3 * (1 + 4 + 16))),
    ],
)
def test_every_level_has_twice_as_many_bins_a_side(
    set_up: SetUp, shape: tuple[int, ...], height: int, top: tuple[int, ...]
) -> None:
    layer = set_up("SPP", shape, body=f"spp_param {{ pyramid_height: {height} }}")
    assert layer.tops == (("t0", top),)


def test_a_bottom_too_small_for_its_bins_is_refused(set_up: SetUp) -> None:
    with pytest.raises(fk.LayerError, match="pyramid_height") as caught:
        set_up("SPP", (2, 3, 5, 5), body="spp_param { pyramid_height: 4 }")
    assert caught.value.field == "spp_param.pyramid_height"


@pytest.mark.parametrize("shape", [(2, 3, 16), (2, 3), (2, 3, 4, 5, 6)])
@pytest.mark.parametrize("height", [1, 2])
def test_it_needs_four_axes(set_up: SetUp, shape: tuple[int, ...], height: int) -> None:
    with pytest.raises(fk.LayerError, match="4 axes"):
        set_up("SPP", shape, body=f"spp_param {{ pyramid_height: {height} }}")


@pytest.mark.parametrize("body", ["", "spp_param { pyramid_height: 0 }"])
def test_it_needs_a_level(set_up: SetUp, body: str) -> None:
    with pytest.raises(fk.LayerError, match="pyramid_height"):
        set_up("SPP", (2, 3, 16, 16), body=body)
