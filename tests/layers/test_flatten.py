"""Flatten: shapes and refusals."""

from __future__ import annotations

from collections.abc import Callable

import pytest

import fillerkit as fk

SetUp = Callable[..., fk.Layer]


@pytest.mark.parametrize(
    ("body", "top"),
    [
        ("", (2, 60)),
        ("axis: 0", (120,)),
        ("axis: 2", (2, 3, 20)),
        ("axis: 1 end_axis: 2", (2, 12, 5)),
        ("end_axis: -2", (2, 12, 5)),
        ("axis: -2", (2, 3, 20)),
        ("axis: 2 end_axis: 2", (2, 3, 4, 5)),
    ],
)
def test_the_axes_from_first_to_last_become_one(
    set_up: SetUp, body: str, top: tuple[int, ...]
) -> None:
    layer = set_up("Flatten", (2, 3, 4, 5), body=f"flatten_param {{ {body} }}")
    assert layer.tops == (("t0", top),)


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ("axis: 4", "axis"),
        ("axis: -5", "axis"),
        ("end_axis: 4", "end_axis"),
        ("axis: 3 end_axis: 1", "end_axis"),
    ],
)
def test_axes_that_do_not_fit_are_refused(set_up: SetUp, body: str, field: str) -> None:
    with pytest.raises(fk.LayerError, match="axis") as caught:
        set_up("Flatten", (2, 3, 4, 5), body=f"flatten_param {{ {body} }}")
    assert caught.value.field == f"flatten_param.{field}"


def test_it_cannot_work_in_place() -> None:
    with pytest.raises(fk.LayerError, match="in place"):
        fk.load_net(
            'layer { name: "a" type: "Input" top: "a" input_param { shape { dim: [2, 3] } } }'
            'layer { name: "f" type: "Flatten" bottom: "a" top: "a" }'
        )
