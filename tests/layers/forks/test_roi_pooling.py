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


def test_ms_cnn_aligns_the_corners_of_its_bins() -> None:
    net = fk.load_net("""
        layer { name: "d" type: "Input" top: "x" top: "rois" input_param {
          shape { dim: 1 dim: 512 dim: 38 dim: 50 } shape { dim: 10 dim: 5 } } }
        layer { name: "roi" type: "ROIAlign" bottom: "x" bottom: "rois" top: "roi"
          roi_pooling_param { pooled_w: 5 pooled_h: 5 spatial_scale: 0.125 } }
        layer { name: "fc" type: "InnerProduct" bottom: "roi" top: "fc" inner_product_param {
          num_output: 10 weight_filler { type: "xavier" } } }""")
    assert net.layers[1].tops[0][1] == (10, 512, 6, 6)
    assert net.layers[2].params[0].shape == (10, 18432)


def test_r_c3d_pools_regions_in_time_too(made: Make) -> None:
    body = "roi_pooling_param { pooled_l: 1 pooled_h: 4 pooled_w: 3 }"
    assert made("ROIPooling", (1, 8, 16, 12, 10), (5, 3), body=body).tops == [(5, 8, 1, 4, 3)]


@pytest.mark.parametrize(
    ("kind", "message"),
    [("RotateROIPooling", "rotate_pooling_param"), ("RotateROIAlign", "rotate_align_param")],
)
def test_rrpn_pools_turned_regions(kind: str, message: str, made: Make) -> None:
    body = f"{message} {{ pooled_h: 7 pooled_w: 6 }}"
    assert made(kind, MAPS, (5, 6), (1, 3), body=body).tops == [(5, 8, 7, 6)]


def test_mnc_resizes_masks_and_pools_by_them(made: Make) -> None:
    body = "mask_resize_param { output_height: 14 output_width: 12 }"
    assert made("MaskResize", (5, 1, 21, 21), body=body).tops == [(5, 1, 14, 12)]
    assert made("MaskPooling", (5, 8, 14, 14), (5, 1, 14, 14)).tops == [(5, 8, 14, 14)]


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
