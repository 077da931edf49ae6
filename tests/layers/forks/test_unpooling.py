"""Unpooling of DeconvNet."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

import fillerkit as fk

Make = Callable[..., Any]


@pytest.mark.parametrize(
    ("body", "sides"),
    [
        ("kernel_size: 2 stride: 2", (15, 11)),
        ("kernel_size: 4 stride: 2", (16, 12)),
        ("kernel_size: 2 stride: 2 unpool_size: 14", (14, 14)),
        ("kernel_h: 3 kernel_w: 2 stride_h: 1 stride_w: 2", (9, 11)),
        ("kernel_size: 2 unpool_h: 14 unpool_w: 12", (14, 12)),
    ],
)
def test_the_top_is_as_large_as_is_said_or_as_windows_reach(
    body: str, sides: tuple[int, int], made: Make
) -> None:
    layer = made("Unpooling", (2, 8, 7, 5), body=f"unpooling_param {{ {body} }}")
    assert layer.tops == [(2, 8, *sides)]


def test_deconvnet_writes_it_in_capitals() -> None:
    net = fk.load_net(
        """layers { name: "u" type: UNPOOLING bottom: "data" bottom: "mask" top: "u"
        unpooling_param { unpool: MAX kernel_size: 2 stride: 2 unpool_size: 14 } }""",
        shapes={"data": (2, 8, 7, 7), "mask": (2, 8, 7, 7)},
    )
    assert net.layers[-1].tops == (("u", (2, 8, 14, 14)),)


def test_a_pad_is_refused(made: Make) -> None:
    with pytest.raises(fk.LayerError, match="takes no pad"):
        made("Unpooling", (2, 8, 7, 5), body="unpooling_param { kernel_size: 2 pad: 1 }")


def test_a_mask_of_another_shape_is_refused(made: Make) -> None:
    with pytest.raises(fk.LayerError, match="must have one shape"):
        made("MaxUnPool", (2, 8, 7, 5), (2, 8, 6, 5), body="max_unpool_param { dst_h: 9 dst_w: 9 }")
