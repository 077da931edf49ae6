"""PriorBox, as SSD has it, and PriorBoxClustered, as training_toolbox_caffe has it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from layer_of_text import CONV, blobs_of, set_up_text, tops_of

import fillerkit as fk

Make = Callable[..., Any]


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


def test_clustered_boxes_are_one_for_each_width(made: Make) -> None:
    sizes = "prior_box_param { width: [10, 20, 30] height: [5, 6, 7] min_size: 4 }"
    assert made("PriorBoxClustered", (2, 8, 12, 10), (2, 3, 96, 80), body=sizes).tops == [
        (1, 2, 4 * 3 * 120)
    ]
    for body, words in (("", "at least one width"), ("width: 3 height: [1, 2]", "2 for 1")):
        with pytest.raises(fk.LayerError, match=words):
            made("PriorBoxClustered", (2, 8, 12, 10), (2, 3), body=f"prior_box_param {{ {body} }}")
