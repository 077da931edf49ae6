"""EltwiseAffine, as happynear has it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

import fillerkit as fk

SetUp = Callable[..., fk.Layer]


@pytest.mark.parametrize(("shared", "blob"), [("false", (8,)), ("true", ())])
def test_its_slope_and_bias_start_near_1_and_0(
    shared: str, blob: tuple[int, ...], set_up: SetUp
) -> None:
    body = f"eltwise_affine_param {{ channel_shared: {shared} }}"
    layer = set_up("EltwiseAffine", (2, 8, 3, 3), body=body)
    assert [param.shape for param in layer.params] == [blob, blob]
    assert [param.distribution.mean for param in layer.params] == pytest.approx([1.0001, 0.0001])


def test_its_fillers_are_believed(set_up: SetUp) -> None:
    layer = set_up(
        "EltwiseAffine", (2, 8), body="eltwise_affine_param { slope_filler { value: 3 } }"
    )
    assert layer.params[0].distribution == fk.Constant(3)
