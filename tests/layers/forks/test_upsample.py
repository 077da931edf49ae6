"""Upsample, as SegNet and the YOLO forks have it."""

from __future__ import annotations

import pytest
from layer_of_text import CONV, blobs_of, set_up_text, tops_of

import fillerkit as fk


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


def test_a_mask_of_another_shape_is_refused() -> None:
    text = 'type: "Upsample" top: "t" upsample_param { scale: 2 }'
    with pytest.raises(fk.LayerError, match="must have one shape: bottom 0 is 2x8x12x10, bottom 1"):
        set_up_text(text, CONV, (2, 8, 12, 11))
