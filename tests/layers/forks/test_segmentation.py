"""Layers of segmentation, as DeepLab has them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

import fillerkit as fk

Make = Callable[..., Any]


SCORES, LABELS = (2, 21, 40, 30), (2, 4, 1, 1)


@pytest.mark.parametrize(
    ("kind", "bottoms"),
    [
        ("DenseCRF", [SCORES, (2, 1, 1, 2), (2, 3, 40, 30)]),
        ("BiasChannel", [SCORES, LABELS]),
        ("AdaptiveBiasChannel", [SCORES, LABELS]),
        ("CensorLabel", [(2, 1, 40, 30), LABELS]),
    ],
)
def test_its_top_is_like_bottom_0(kind: str, bottoms: list[tuple[int, ...]], made: Make) -> None:
    assert made(kind, *bottoms) == ([bottoms[0]], [])
    with pytest.raises(fk.LayerError, match="as many items"):
        made(kind, bottoms[0], (3, 1, 1, 1))


def test_unique_label_has_room_for_max_labels(made: Make) -> None:
    body = "unique_label_param { max_labels: 21 ignore_label: 255 }"
    assert made("UniqueLabel", (2, 1, 40, 30), body=body).tops == [(2, 21, 1, 1)]
    with pytest.raises(fk.LayerError, match="one channel"):
        made("UniqueLabel", SCORES, body=body)


def test_mat_write_makes_nothing(made: Make) -> None:
    body = 'mat_write_param { prefix: "out/" period: 10 }'
    assert made("MatWrite", SCORES, body=body, tops=0) == ([], [])


def test_autocrop_takes_the_size_of_the_other(made: Make) -> None:
    assert made("AutoCrop", (1, 4, 70, 90), (1, 3, 64, 80)).tops == [(1, 4, 64, 80)]


def test_scales_of_skeletons_keep_the_shape(made: Make) -> None:
    labels = (1, 1, 64, 80)
    assert made("Quantize", labels).tops == [labels]
    body = "rescale_param { rf: 14 }"
    assert made("Rescale", labels, body=body, tops=2).tops == [labels, labels]
    assert made("Rescale", labels, body=body).tops == [labels]
