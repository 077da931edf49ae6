"""Reduction: shapes and refusals."""

from __future__ import annotations

from collections.abc import Callable

import pytest

import fillerkit as fk

SetUp = Callable[..., fk.Layer]


@pytest.mark.parametrize(
    ("body", "top"),
    [("", ()), ("axis: 1", (2,)), ("axis: -1", (2, 3)), ("axis: 2 operation: MEAN", (2, 3))],
)
def test_all_axes_from_its_axis_on_are_gone(set_up: SetUp, body: str, top: tuple[int, ...]) -> None:
    layer = set_up("Reduction", (2, 3, 4), body=f"reduction_param {{ {body} }}")
    assert layer.tops == (("t0", top),)


@pytest.mark.parametrize("axis", [3, -4])
def test_an_axis_that_its_bottom_lacks_is_refused(set_up: SetUp, axis: int) -> None:
    with pytest.raises(fk.LayerError, match=f"axis {axis}") as caught:
        set_up("Reduction", (2, 3, 4), body=f"reduction_param {{ axis: {axis} }}")
    assert caught.value.field == "reduction_param.axis"
