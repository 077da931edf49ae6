"""PReLU: shapes, parameters, refusals."""

from __future__ import annotations

from collections.abc import Callable

import pytest

import fillerkit as fk

SetUp = Callable[..., fk.Layer]


@pytest.mark.parametrize("shape", [(2, 3), (2, 3, 4), (2, 3, 13, 11)])
def test_it_has_a_slope_for_each_channel(set_up: SetUp, shape: tuple[int, ...]) -> None:
    layer = set_up("PReLU", shape)
    assert layer.tops == (("t0", shape),)
    assert [(param.name, param.shape) for param in layer.params] == [("slope", (3,))]


def test_a_slope_shared_by_the_channels_is_a_single_value(set_up: SetUp) -> None:
    layer = set_up("PReLU", (2, 3), body="prelu_param { channel_shared: true }")
    assert [param.shape for param in layer.params] == [()]


def test_slopes_start_at_a_quarter(set_up: SetUp) -> None:
    assert set_up("PReLU", (2, 3)).params[0].distribution == fk.Constant(0.25)


@pytest.mark.parametrize(
    ("filler", "expected"),
    [
        ("", fk.Constant(0)),
        ("value: 0.5", fk.Constant(0.5)),
        ('type: "gaussian" std: 2', fk.Gaussian(0, 2)),
    ],
)
def test_a_filler_of_its_own_takes_the_place_of_the_quarter(
    set_up: SetUp, filler: str, expected: fk.Distribution
) -> None:
    layer = set_up("PReLU", (2, 3), body=f"prelu_param {{ filler {{ {filler} }} }}")
    assert layer.params[0].distribution == expected


@pytest.mark.parametrize("shape", [(2,), (), (2, 3, 4, 5, 6)])
def test_a_bottom_without_channels_or_with_five_axes_is_refused(
    set_up: SetUp, shape: tuple[int, ...]
) -> None:
    with pytest.raises(fk.LayerError, match="2 to 4 axes"):
        set_up("PReLU", shape)


def test_a_filler_that_needs_axes_cannot_fill_one_value(set_up: SetUp) -> None:
    body = 'prelu_param { channel_shared: true\n filler { type: "xavier" } }'
    with pytest.raises(fk.FillerError, match="slope") as caught:
        set_up("PReLU", (2, 3), body=body)
    assert caught.value.blob == "slope"
    assert caught.value.line == 4
