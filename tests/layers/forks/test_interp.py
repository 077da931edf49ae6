"""Interp, as DeepLab and PSPNet have it."""

from __future__ import annotations

import pytest
from layer_of_text import CONV, blobs_of, set_up_text, tops_of


@pytest.mark.parametrize(
    ("text", "bottoms", "tops"),
    [
        ('type: "Interp" top: "t" interp_param { zoom_factor: 2 }', [CONV], [(2, 8, 23, 19)]),
        ('type: "Interp" top: "t" interp_param { shrink_factor: 2 }', [CONV], [(2, 8, 6, 5)]),
        ('type: "Interp" top: "t"', [CONV, (2, 1, 33, 44)], [(2, 8, 33, 44)]),
        (
            'type: "Interp" top: "t" interp_param { use_blob_size: true zoom_factor: 2 }',
            [CONV, (2, 1, 33, 44)],
            [(2, 8, 33, 44)],
        ),
    ],
)
def test_maps_are_resized_by_a_factor_or_to_another_bottom(
    text: str, bottoms: list[tuple[int, ...]], tops: list[tuple[int, ...]]
) -> None:
    layer, _ = set_up_text(text, *bottoms)
    assert tops_of(layer) == tops
    assert blobs_of(layer) == []
