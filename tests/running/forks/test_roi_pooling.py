"""Pooling of regions against NumPy."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from one_layer import Run, close

from fillerkit.errors import UsageError


def test_roi_pooling_takes_the_largest_of_each_bin(run: Run, x: Any) -> None:
    regions = np.array([[0, 0, 0, 15, 11], [1, 4, 2, 9, 7], [1, 14, 10, 14, 10]], float)
    body = "roi_pooling_param { pooled_h: 2 pooled_w: 3 spatial_scale: 0.5 }"
    (found,) = run("ROIPooling", x, regions, body=body)
    for region, top in zip(regions, found, strict=True):
        left, upper, right, lower = (int(np.floor(v / 2 + 0.5)) for v in region[1:])
        high, wide = max(lower - upper + 1, 1) / 2, max(right - left + 1, 1) / 3
        for i, j in np.ndindex(2, 3):
            rows = slice(int(i * high) + upper, int(np.ceil((i + 1) * high)) + upper)
            columns = slice(int(j * wide) + left, int(np.ceil((j + 1) * wide)) + left)
            window = x[int(region[0]), :, rows, columns].reshape(4, -1)
            close(top[:, i, j], window.max(1) if window.size else 0)


@pytest.mark.parametrize("item", [-1, 2])
def test_a_region_of_no_item_is_refused(run: Run, x: Any, item: int) -> None:
    body = "roi_pooling_param { pooled_h: 2 pooled_w: 3 }"
    with pytest.raises(UsageError, match=f"a region is of item {item}; bottom 0 has 2 items"):
        run("ROIPooling", x, np.array([[item, 0.0, 0, 15, 11]]), body=body)


def test_bins_are_counted_in_floats_of_32_bits(run: Run) -> None:
    x = np.zeros((1, 1, 31, 1))
    x[:, :, 29] = 1  # behind a region of 29 rows, which 7 * (29 / 7) of 64 bits reaches
    body = "roi_pooling_param { pooled_h: 7 pooled_w: 1 spatial_scale: 1 }"
    (found,) = run("ROIPooling", x, np.array([[0.0, 0, 0, 0, 28]]), body=body)
    assert not found.any()


def test_psroi_pooling_takes_the_mean_of_channels_of_the_bin(run: Run, x: Any) -> None:
    regions = np.array([[0, 0, 0, 15, 11], [1, 4, 2, 9, 7]], float)
    body = "psroi_pooling_param { spatial_scale: 0.5 output_dim: 1 group_size: 2 }"
    (found,) = run("PSROIPooling", x, regions, body=body)
    for region, top in zip(regions, found, strict=True):
        left, upper = region[1] / 2, region[2] / 2
        wide, high = ((region[3] + 1) / 2 - left) / 2, ((region[4] + 1) / 2 - upper) / 2
        for i, j in np.ndindex(2, 2):
            rows = slice(int(i * high + upper), int(np.ceil((i + 1) * high + upper)))
            columns = slice(int(j * wide + left), int(np.ceil((j + 1) * wide + left)))
            close(top[0, i, j], x[int(region[0]), 2 * i + j, rows, columns].mean())
