"""Layers of optical flow, as FlowNet 2 has them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

import fillerkit as fk

Make = Callable[..., Any]


MAPS = (1, 256, 48, 64)


def test_flownet_c_correlates_441_displacements(made: Make) -> None:
    body = "correlation_param { pad: 20 kernel_size: 1 max_displacement: 20 stride_2: 2 }"
    assert made("Correlation", MAPS, MAPS, body=body).tops == [(1, 441, 48, 64)]


def test_correlation_rounds_its_places_up(made: Make) -> None:
    body = "correlation_param { kernel_size: 3 max_displacement: 4 stride_1: 3 }"
    assert made("Correlation", MAPS, MAPS, body=body).tops == [(1, 81, 13, 18)]


@pytest.mark.parametrize(("direction", "channels"), [(0, 81), (-1, 41)])
def test_dispnet_correlates_along_rows(direction: int, channels: int, made: Make) -> None:
    body = (
        "correlation_param { pad: 40 kernel_size: 1 max_displacement: 40 "
        f"single_direction: {direction} }}"
    )
    assert made("Correlation1D", MAPS, MAPS, body=body).tops == [(1, channels, 48, 64)]


@pytest.mark.parametrize(
    ("body", "error"),
    [
        ("kernel_size: 2 max_displacement: 2", "odd kernel_size"),
        ("kernel_size: 1", "max_displacement"),
        ("kernel_size: 1 max_displacement: 30", "do not fit"),
    ],
)
def test_a_correlation_that_cannot_be_is_refused(body: str, error: str, made: Make) -> None:
    with pytest.raises(fk.LayerError, match=error):
        made("Correlation", MAPS, MAPS, body=f"correlation_param {{ {body} }}")


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("Resample", "resample_param { height: 384 width: 512 type: LINEAR }"),
        ("Downsample", "downsample_param { top_height: 384 top_width: 512 }"),
    ],
)
def test_a_size_is_said_or_bottom_1_s(kind: str, body: str, made: Make) -> None:
    assert made(kind, (2, 2, 96, 128), body=body).tops == [(2, 2, 384, 512)]
    assert made(kind, (2, 2, 96, 128), (1, 3, 30, 40)).tops == [(2, 2, 30, 40)]
    with pytest.raises(fk.LayerError):
        made(kind, (2, 2, 96, 128))


def test_flow_warp_needs_a_flow_of_two_channels(made: Make) -> None:
    assert made("FlowWarp", (2, 3, 8, 9), (2, 2, 8, 9)).tops == [(2, 3, 8, 9)]
    with pytest.raises(fk.LayerError, match="must be 2x2x8x9"):
        made("FlowWarp", (2, 3, 8, 9), (2, 3, 8, 9))


def test_flow_augmentation_crops_a_flow(made: Make) -> None:
    body = "augmentation_param { crop_width: 448 crop_height: 320 }"
    planned = made("FlowAugmentation", (8, 2, 384, 512), (8, 42, 1, 1), (8, 42, 1, 1), body=body)
    assert planned.tops == [(8, 2, 320, 448)]


def test_the_other_layers_of_flownet_keep_what_they_get(made: Make) -> None:
    assert made("ChannelNorm", (2, 3, 8, 9)).tops == [(2, 1, 8, 9)]
    pair = [(2, 3, 8, 9), (2, 2, 8, 9)]
    body = "mean_param { operation: SUBTRACT value: 1 }"
    assert made("Mean", *pair, body=body, tops=2).tops == pair
    assert made("BlackAugmentation", *pair, tops=2).tops == pair


@pytest.mark.parametrize(
    ("body", "top"),
    [
        ("", (1, 5, 9, 12)),
        ("have_reference: true", (1, 2, 9, 8)),
        ("size_divisible_by: 8", (1, 5, 16, 16)),
        ("size_divisible_by: 6", (1, 5, 9, 12)),
        ("top_height: 20 top_width: 30", (1, 5, 20, 30)),
    ],
)
def test_accum_joins_channels_at_one_size(body: str, top: tuple[int, ...], made: Make) -> None:
    planned = made("Accum", (1, 2, 4, 12), (1, 3, 9, 8), body=f"accum_param {{ {body} }}")
    assert planned.tops == [top]


def test_augmented_images_are_cropped_and_come_with_coefficients(made: Make) -> None:
    body = "augmentation_param { crop_width: 8 crop_height: 6 }"
    cropped = made("DataAugmentation", (2, 3, 9, 10), body=body, tops=2)
    assert cropped == ([(2, 3, 6, 8), (2, 42, 1, 1)], [(1, 1, 1, 1)])
    again = made("DataAugmentation", (2, 3, 9, 10), (2, 42, 1, 1), body=body, tops=2)
    assert again.tops[1] == (2, 42, 1, 1)
    with pytest.raises(fk.LayerError, match="6 x 8 does not fit 2x3x5x10"):
        made("DataAugmentation", (2, 3, 5, 10), body=body)


def test_augmentation_has_a_mean_where_it_computes_one(made: Make) -> None:
    body = "augmentation_param { recompute_mean: 1000 crop_width: 8 crop_height: 6 }"
    blobs = made("DataAugmentation", (2, 3, 9, 10), body=body).blobs
    assert blobs == [(1, 1, 1, 1), (1, 3, 6, 8), (1, 3, 1, 1)]
