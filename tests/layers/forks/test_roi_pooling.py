"""Pooling of regions, as py-RFCN-priv and MNC have it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from layer_of_text import CONV, blobs_of, set_up_text, tops_of

import fillerkit as fk

Make = Callable[..., Any]


MAPS, REGIONS = (1, 8, 12, 10), (5, 5)


def test_deformable_psroi_pooling_makes_group_size_squared_bins(made: Make) -> None:
    body = "deformable_psroi_pooling_param { spatial_scale: 1 output_dim: 2 group_size: 2 }"
    kind = "DeformablePSROIPooling"
    assert made(kind, MAPS, REGIONS, (5, 4, 2, 2), body=body).tops == [(5, 2, 2, 2)]
    with pytest.raises(fk.LayerError, match="need 8 channels, not 9"):
        made(kind, (1, 9, 12, 10), REGIONS, body=body)


@pytest.mark.parametrize(
    ("kind", "message"),
    [("ROIWarping", "roi_warping_param"), ("ROIMaskPooling", "roi_mask_pooling_param")],
)
def test_a_region_becomes_pooled_h_by_pooled_w(kind: str, message: str, made: Make) -> None:
    body = f"{message} {{ pooled_h: 7 pooled_w: 6 spatial_scale: 0.0625 }}"
    assert made(kind, MAPS, REGIONS, body=body).tops == [(5, 8, 7, 6)]


@pytest.mark.parametrize(
    ("text", "bottoms", "tops"),
    [
        (
            'type: "ROIPooling" top: "t" roi_pooling_param { pooled_h: 7 pooled_w: 6 }',
            [CONV, (5, 5)],
            [(5, 8, 7, 6)],
        ),
        (
            'type: "PSROIPooling" top: "t" psroi_pooling_param '
            "{ spatial_scale: 1 output_dim: 2 group_size: 2 }",
            [CONV, (5, 5)],
            [(5, 2, 2, 2)],
        ),
    ],
)
def test_each_region_has_its_bins(
    text: str, bottoms: list[tuple[int, ...]], tops: list[tuple[int, ...]]
) -> None:
    layer, _ = set_up_text(text, *bottoms)
    assert tops_of(layer) == tops
    assert blobs_of(layer) == []
