"""Tile: shapes and refusals."""

from __future__ import annotations

from collections.abc import Callable

import pytest

import fillerkit as fk

SetUp = Callable[..., fk.Layer]


@pytest.mark.parametrize(
    ("body", "top"),
    [
        ("tiles: 3", (2, 9, 4)),
        ("tiles: 1", (2, 3, 4)),
        ("tiles: 2 axis: 0", (4, 3, 4)),
        ("tiles: 2 axis: -1", (2, 3, 8)),
    ],
)
def test_copies_lie_end_to_end_along_its_axis(
    set_up: SetUp, body: str, top: tuple[int, ...]
) -> None:
    layer = set_up("Tile", (2, 3, 4), body=f"tile_param {{ {body} }}")
    assert layer.tops == (("t0", top),)


@pytest.mark.parametrize("body", ["", "tiles: 0", "tiles: -1"])
def test_it_needs_a_number_of_copies(set_up: SetUp, body: str) -> None:
    with pytest.raises(fk.LayerError, match="tiles"):
        set_up("Tile", (2, 3, 4), body=f"tile_param {{ {body} }}")


def test_an_axis_that_its_bottom_lacks_is_refused(set_up: SetUp) -> None:
    with pytest.raises(fk.LayerError, match="axis 3") as caught:
        set_up("Tile", (2, 3, 4), body="tile_param { tiles: 2 axis: 3 }")
    assert caught.value.field == "tile_param.axis"
