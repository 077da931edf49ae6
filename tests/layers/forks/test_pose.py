"""ImResize and Nms, as OpenPose has them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

Make = Callable[..., Any]


MAPS = (2, 57, 46, 54)


def test_im_resize_takes_a_factor_or_a_size_and_joins_the_scales(made: Make) -> None:
    assert made("ImResize", MAPS, body="imresize_param { factor: 8 }").tops == [(1, 57, 368, 432)]
    body = "imresize_param { target_spatial_width: 656 target_spatial_height: 368 }"
    assert made("ImResize", MAPS, body=body).tops == [(1, 57, 368, 656)]


def test_nms_has_room_for_the_peaks_of_each_part_and_their_number(made: Make) -> None:
    body = "nms_param { threshold: 0.05 max_peaks: 64 num_parts: 18 }"
    assert made("Nms", (1, 57, 368, 656), body=body).tops == [(1, 18, 65, 3)]
    body = "nms_param { threshold: 0.05 num_peak: 20 }"
    assert made("Nms", (1, 57, 368, 656), body=body).tops == [(1, 1, 21, 3)]
