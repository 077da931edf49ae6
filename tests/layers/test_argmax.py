"""ArgMax: shapes and refusals."""

from __future__ import annotations

from collections.abc import Callable

import pytest

import fillerkit as fk

SetUp = Callable[..., fk.Layer]


@pytest.mark.parametrize(
    ("shape", "body", "top"),
    [
        ((2, 10), "", (2, 1, 1)),
        ((2, 10), "top_k: 3", (2, 1, 3)),
        ((2, 10), "top_k: 3 out_max_val: true", (2, 2, 3)),
        ((2, 3, 4, 5), "top_k: 3", (2, 1, 3, 1)),
        ((2, 3, 4, 5), "axis: 1", (2, 1, 4, 5)),
        ((2, 3, 4, 5), "axis: -1 top_k: 2", (2, 3, 4, 2)),
        ((2, 3, 4, 5), "axis: 1 top_k: 3 out_max_val: true", (2, 3, 4, 5)),
        ((4, 10), "axis: 0 top_k: 4", (4, 10)),
    ],
)
def test_its_top_has_the_places_of_the_largest(
    set_up: SetUp, shape: tuple[int, ...], body: str, top: tuple[int, ...]
) -> None:
    assert set_up("ArgMax", shape, body=f"argmax_param {{ {body} }}").tops == (("t0", top),)


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ("top_k: 13", "top_k"),
        ("axis: 1 top_k: 4", "top_k"),
        ("top_k: 0", "top_k"),
        ("axis: 3", "axis"),
    ],
)
def test_more_than_there_is_is_refused(set_up: SetUp, body: str, field: str) -> None:
    with pytest.raises(fk.LayerError, match=field) as caught:
        set_up("ArgMax", (2, 3, 4), body=f"argmax_param {{ {body} }}")
    assert caught.value.field == f"argmax_param.{field}"
