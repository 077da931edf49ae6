"""Crop: shapes and refusals."""

from __future__ import annotations

from collections.abc import Callable

import pytest

import fillerkit as fk

SetUp = Callable[..., fk.Layer]


@pytest.mark.parametrize(
    ("wanted", "body", "top"),
    [
        ((1, 1, 5, 6), "", (2, 3, 5, 6)),
        ((1, 2, 5, 6), "axis: 1", (2, 2, 5, 6)),
        ((1, 1, 5, 6), "axis: -1", (2, 3, 13, 6)),
        ((1, 1, 5, 6), "offset: 5", (2, 3, 5, 6)),
        ((1, 1, 5, 6), "offset: 8 offset: 1", (2, 3, 5, 6)),
        ((1, 2, 5, 6), "axis: 1 offset: [1, 2, 3]", (2, 2, 5, 6)),
        ((9, 9, 13, 11), "", (2, 3, 13, 11)),
    ],
)
def test_it_has_the_lengths_of_its_second_bottom_from_its_axis_on(
    set_up: SetUp, wanted: tuple[int, ...], body: str, top: tuple[int, ...]
) -> None:
    layer = set_up("Crop", (2, 3, 13, 11), wanted, body=f"crop_param {{ {body} }}")
    assert layer.tops == (("t0", top),)


@pytest.mark.parametrize(
    ("wanted", "body", "words"),
    [
        ((1, 1, 14, 6), "", "axis 2.*14"),
        ((1, 1, 5, 12), "", "axis 3.*12"),
        ((1, 1, 5, 6), "offset: 6", "axis 3.*6"),
        ((1, 1, 12, 6), "offset: [4, 0]", "axis 2.*4"),
        ((1, 1, 5, 6), "offset: [1, 1, 1]", "offset.*2 axes.*3"),
        ((1, 1, 5), "", "fewer axes"),
        ((1, 1, 5, 6), "axis: 4", "axis 4"),
    ],
)
def test_what_does_not_fit_is_refused(
    set_up: SetUp, wanted: tuple[int, ...], body: str, words: str
) -> None:
    with pytest.raises(fk.LayerError, match=words):
        set_up("Crop", (2, 3, 13, 11), wanted, body=f"crop_param {{ {body} }}")
