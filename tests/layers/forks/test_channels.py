"""ChannelScale, as happynear has it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from layer_of_text import CONV, blobs_of, set_up_text, tops_of

import fillerkit as fk

SetUp = Callable[..., fk.Layer]


def test_channel_scale_keeps_a_mean_with_global_scale_only(set_up: SetUp) -> None:
    bottoms = [(2, 8, 3, 3), (2, 1, 3, 3)]
    assert set_up("ChannelScale", *bottoms).params == ()
    body = "channel_scale_param { global_scale: true init_global_scale: 24 }"
    layer = set_up("ChannelScale", *bottoms, body=body, tops=2)
    assert layer.tops == (("t0", (2, 8, 3, 3)), ("t1", (1,)))
    assert [param.distribution for param in layer.params] == [fk.Constant(24)]


@pytest.mark.parametrize(
    ("text", "bottoms", "tops"),
    [
        ('type: "ShuffleChannel" top: "t"', [CONV], [CONV]),
        ('type: "Axpy" top: "t"', [(2, 8, 1, 1), CONV, CONV], [CONV]),
    ],
)
def test_the_shape_stays(
    text: str, bottoms: list[tuple[int, ...]], tops: list[tuple[int, ...]]
) -> None:
    layer, _ = set_up_text(text, *bottoms)
    assert tops_of(layer) == tops
    assert blobs_of(layer) == []
