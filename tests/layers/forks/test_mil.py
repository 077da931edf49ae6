"""The layers of visual-concepts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import fillerkit as fk

Make = Callable[..., Any]


def test_an_image_has_one_score_a_class(made: Make) -> None:
    assert made("MIL", (2, 1000, 6, 7)).tops == [(2, 1000, 1, 1)]


def test_images_come_at_several_sizes_and_take_four_draws() -> None:
    text = """layers { name: "d" type: MIL_DATA top: "data" top: "label"
        mil_data_param { images_per_batch: 2 num_scales: 3 n_classes: 1000 }
        transform_param { crop_size: 565 mirror: true } }"""
    layer = fk.load_net(text).layers[0]
    assert layer.tops == (("data", (6, 3, 565, 565)), ("label", (2, 1000, 1, 1)))
    assert layer.draws == 4
