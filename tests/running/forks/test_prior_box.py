"""PriorBox against the boxes of SSD written out."""

from __future__ import annotations

import numpy as np
from one_layer import Run, close


def test_the_boxes_of_a_place_stand_around_its_middle(run: Run) -> None:
    body = "prior_box_param { min_size: 4 max_size: 9 aspect_ratio: 4 flip: false variance: 0.5 }"
    (found,) = run("PriorBox", np.zeros((1, 1, 1, 2)), np.zeros((1, 3, 10, 20)), body=body)
    boxes, variances = found[0].reshape(2, 2, 3, 4)
    sizes = [(4, 4), (6, 6), (8, 2)]
    for middle, place in zip((5, 15), boxes, strict=True):
        for (wide, high), box in zip(sizes, place, strict=True):
            left, right = middle - wide / 2, middle + wide / 2
            top, bottom = 5 - high / 2, 5 + high / 2
            close(box, [left / 20, top / 10, right / 20, bottom / 10])
    assert (variances == 0.5).all()
