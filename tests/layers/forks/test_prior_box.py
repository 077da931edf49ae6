"""PriorBox, as SSD has it."""

from __future__ import annotations

import pytest
from layer_of_text import CONV, blobs_of, set_up_text, tops_of


@pytest.mark.parametrize(
    ("text", "bottoms", "tops"),
    [
        (
            'type: "PriorBox" top: "t" prior_box_param { min_size: 60 max_size: 111 '
            "aspect_ratio: 2 aspect_ratio: 3 }",
            [CONV, (2, 3, 300, 300)],
            [(1, 2, 12 * 10 * 6 * 4)],
        ),
    ],
)
def test_each_place_has_its_boxes(
    text: str, bottoms: list[tuple[int, ...]], tops: list[tuple[int, ...]]
) -> None:
    layer, _ = set_up_text(text, *bottoms)
    assert tops_of(layer) == tops
    assert blobs_of(layer) == []
