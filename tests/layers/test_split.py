"""Split and Silence."""

from __future__ import annotations

from collections.abc import Callable

import pytest

import fillerkit as fk

SetUp = Callable[..., fk.Layer]


@pytest.mark.parametrize("tops", [1, 3])
def test_a_split_gives_its_bottom_to_every_top(set_up: SetUp, tops: int) -> None:
    layer = set_up("Split", (2, 3), tops=tops)
    assert [shape for _, shape in layer.tops] == [(2, 3)] * tops


def test_a_split_has_a_top_at_least(set_up: SetUp) -> None:
    with pytest.raises(fk.LayerError, match=r"1 tops? or more, not 0"):
        set_up("Split", (2, 3), tops=0)


def test_a_split_cannot_work_in_place() -> None:
    with pytest.raises(fk.LayerError, match="in place"):
        fk.load_net(
            'layer { name: "a" type: "Input" top: "a" input_param { shape { dim: [2, 3] } } }'
            'layer { name: "s" type: "Split" bottom: "a" top: "a" }'
        )


def test_silence_takes_any_blobs_and_makes_none(set_up: SetUp) -> None:
    assert set_up("Silence", (2, 3), (4,), tops=0).tops == ()


def test_silence_keeps_blobs_from_the_nets_outputs() -> None:
    net = fk.load_net(
        'layer { name: "a" type: "Input" top: "x" top: "y" input_param { shape { dim: 2 } } }'
        'layer { name: "s" type: "Silence" bottom: "x" }'
    )
    assert net.outputs == ("y",)


def test_silence_has_no_top(set_up: SetUp) -> None:
    with pytest.raises(fk.LayerError, match="no tops, not 1"):
        set_up("Silence", (2, 3))
