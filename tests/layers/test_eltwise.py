"""Eltwise: shapes and refusals."""

from __future__ import annotations

from collections.abc import Callable

import pytest

import fillerkit as fk

SetUp = Callable[..., fk.Layer]


@pytest.mark.parametrize("operation", ["SUM", "PROD", "MAX"])
def test_its_top_is_like_its_bottoms(set_up: SetUp, operation: str) -> None:
    body = f"eltwise_param {{ operation: {operation} }}"
    assert set_up("Eltwise", (2, 3, 4), (2, 3, 4), (2, 3, 4), body=body).tops == (
        ("t0", (2, 3, 4)),
    )


def test_a_sum_may_have_a_coefficient_for_each_bottom(set_up: SetUp) -> None:
    set_up("Eltwise", (2, 3), (2, 3), body="eltwise_param { coeff: 1 coeff: -1 }")


@pytest.mark.parametrize("coeff", ["[1]", "[1, 2, 3]"])
def test_another_number_of_coefficients_is_refused(set_up: SetUp, coeff: str) -> None:
    with pytest.raises(fk.LayerError, match=r"for 2 bottoms") as caught:
        set_up("Eltwise", (2, 3), (2, 3), body=f"eltwise_param {{ coeff: {coeff} }}")
    assert caught.value.field == "eltwise_param.coeff"


def test_a_product_has_no_coefficients(set_up: SetUp) -> None:
    with pytest.raises(fk.LayerError, match="PROD"):
        set_up("Eltwise", (2, 3), (2, 3), body="eltwise_param { operation: PROD coeff: [1, 1] }")


@pytest.mark.parametrize("other", [(2, 3, 13, 12), (2, 3, 13), (1, 3, 13, 11)])
def test_bottoms_of_different_shapes_are_refused(set_up: SetUp, other: tuple[int, ...]) -> None:
    with pytest.raises(fk.LayerError, match="2x3x13x11") as caught:
        set_up("Eltwise", (2, 3, 13, 11), other)
    assert "x".join(map(str, other)) in caught.value.message


def test_it_takes_two_bottoms_at_least(set_up: SetUp) -> None:
    with pytest.raises(fk.LayerError, match="2 bottoms or more, not 1"):
        set_up("Eltwise", (2, 3))
