"""ChannelScale, as happynear has it."""

from __future__ import annotations

from collections.abc import Callable

import fillerkit as fk

SetUp = Callable[..., fk.Layer]


def test_channel_scale_keeps_a_mean_with_global_scale_only(set_up: SetUp) -> None:
    bottoms = [(2, 8, 3, 3), (2, 1, 3, 3)]
    assert set_up("ChannelScale", *bottoms).params == ()
    body = "channel_scale_param { global_scale: true init_global_scale: 24 }"
    layer = set_up("ChannelScale", *bottoms, body=body, tops=2)
    assert layer.tops == (("t0", (2, 8, 3, 3)), ("t1", (1,)))
    assert [param.distribution for param in layer.params] == [fk.Constant(24)]
