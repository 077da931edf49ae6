"""Reorg, as YOLOv2 has it."""

from __future__ import annotations

import pytest
from layer_of_text import CONV, blobs_of, set_up_text, tops_of


@pytest.mark.parametrize(
    ("text", "bottoms", "tops"),
    [
        ('type: "Reorg" top: "t" reorg_param { stride: 2 }', [CONV], [(2, 32, 6, 5)]),
    ],
)
def test_squares_of_pixels_become_channels(
    text: str, bottoms: list[tuple[int, ...]], tops: list[tuple[int, ...]]
) -> None:
    layer, _ = set_up_text(text, *bottoms)
    assert tops_of(layer) == tops
    assert blobs_of(layer) == []
