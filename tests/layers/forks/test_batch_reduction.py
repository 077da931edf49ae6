"""BatchReduction, as TSN has it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

import fillerkit as fk

Make = Callable[..., Any]


@pytest.mark.parametrize(
    ("body", "top"),
    [
        ("reduction_param { axis: 1 }", (2, 101)),
        ("level: 1 reduction_param { axis: 1 }", (2, 101)),
        ("level: 1 level: 2 reduction_param { axis: 1 }", (2, 2, 101)),
        ("reduction_param { axis: 1 } pos: true", (2,)),
    ],
)
def test_it_reduces_an_axis_to_its_levels(body: str, top: tuple[int, ...], made: Make) -> None:
    body = f"batch_reduction_param {{ {body} }}"
    assert made("BatchReduction", (2, 5, 101), body=body).tops == [top]


def test_its_levels_have_to_fill_the_axis(made: Make) -> None:
    with pytest.raises(fk.LayerError, match="need 9 along axis 1"):
        made(
            "BatchReduction",
            (2, 5, 101),
            body="batch_reduction_param { level: 3 reduction_param { axis: 1 } }",
        )
