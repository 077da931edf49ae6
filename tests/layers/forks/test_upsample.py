"""Upsample, as SegNet and the YOLO forks have it."""

from __future__ import annotations

import pytest
from layer_of_text import CONV, blobs_of, set_up_text, tops_of


@pytest.mark.parametrize(
    ("text", "bottoms", "tops"),
    [
        ('type: "Upsample" top: "t" upsample_param { scale: 2 }', [CONV], [(2, 8, 24, 20)]),
        (
            'type: "Upsample" top: "t" upsample_param { scale: 2 pad_out_h: true }',
            [CONV, CONV],
            [(2, 8, 23, 20)],
        ),
    ],
)
def test_maps_are_enlarged(
    text: str, bottoms: list[tuple[int, ...]], tops: list[tuple[int, ...]]
) -> None:
    layer, _ = set_up_text(text, *bottoms)
    assert tops_of(layer) == tops
    assert blobs_of(layer) == []
