"""BatchNorm: three statistics that no solver learns."""

from __future__ import annotations

from collections.abc import Callable

import pytest

import fillerkit as fk

SetUp = Callable[..., fk.Layer]


def test_it_has_mean_and_variance_by_channel_and_one_factor(set_up: SetUp) -> None:
    layer = set_up("BatchNorm", (2, 3, 13, 11))
    assert [(param.name, param.shape) for param in layer.params] == [
        ("mean", (3,)),
        ("variance", (3,)),
        ("scale_factor", (1,)),
    ]


@pytest.mark.parametrize("shape", [(2, 3), (2, 3, 4), (2, 3, 13, 11), (2, 3, 4, 5, 6)])
def test_its_top_is_like_its_bottom(set_up: SetUp, shape: tuple[int, ...]) -> None:
    layer = set_up("BatchNorm", shape)
    assert layer.tops[0][1] == shape
    assert layer.params[0].shape == (3,)


def test_its_blobs_start_at_0_without_draws(set_up: SetUp) -> None:
    layer = set_up("BatchNorm", (2, 3))
    assert [param.distribution for param in layer.params] == [fk.Constant(0)] * 3


def test_no_solver_learns_its_blobs_though_no_param_says_so(set_up: SetUp) -> None:
    layer = set_up("BatchNorm", (2, 3))
    assert [param.lr_mult for param in layer.params] == [0, 0, 0]


def test_no_solver_learns_the_blobs_that_its_params_do_not_reach(set_up: SetUp) -> None:
    layer = set_up("BatchNorm", (2, 3), body="param { lr_mult: 0 decay_mult: 2 }")
    assert [param.lr_mult for param in layer.params] == [0, 0, 0]
    assert [param.decay_mult for param in layer.params] == [2, 1, 1]


@pytest.mark.parametrize("count", [1, 2])
def test_a_rate_other_than_0_is_refused(set_up: SetUp, count: int) -> None:
    with pytest.raises(fk.LayerError, match=r"lr_mult: 0, not 0\.5") as caught:
        set_up("BatchNorm", (2, 3), body="param { lr_mult: 0.5 } " * count)
    assert caught.value.field == "param"


def test_three_params_are_an_older_way_to_say_do_not_learn(set_up: SetUp) -> None:
    layer = set_up("BatchNorm", (2, 3), body="param { lr_mult: 1 decay_mult: 1 } " * 3)
    assert [(param.lr_mult, param.decay_mult) for param in layer.params] == [(0, 0)] * 3


def test_four_params_are_too_many(set_up: SetUp) -> None:
    with pytest.raises(fk.LayerError, match=r"4 times.*3 parameter blobs"):
        set_up("BatchNorm", (2, 3), body="param { lr_mult: 0 } " * 4)


def test_a_bottom_without_channels_is_refused(set_up: SetUp) -> None:
    with pytest.raises(fk.LayerError, match="channels"):
        set_up("BatchNorm", (2,))
