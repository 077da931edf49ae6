"""ClassDistance, as WeitaoVan/L-GM-loss has it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

import fillerkit as fk


@pytest.mark.parametrize(("isotropic", "sigma"), [("true", (5,)), ("false", (5, 12))])
def test_centers_come_first_and_their_spread_is_filled_by_bias_filler(
    isotropic: str, sigma: tuple[int, ...], set_up: Callable[..., fk.Layer]
) -> None:
    layer = set_up(
        "ClassDistance",
        (2, 3, 2, 2),
        (2,),
        body='class_distance_param { num_output: 5 weight_filler { type: "msra" } '
        f"bias_filler {{ value: 1 }} isotropic: {isotropic} }}",
    )
    assert layer.tops[0][1] == (2, 5)
    assert [(param.name, param.shape) for param in layer.params] == [
        ("weight", (5, 12)),
        ("sigma", sigma),
    ]
    assert layer.params[1].distribution == fk.Constant(1)
