"""Pooling of regions of interest: ROIPooling and PSROIPooling.

ROIAlign is a name for several layers, of several samples a bin and their mean or maximum.
"""

from __future__ import annotations

from math import ceil, floor

import torch
from torch import Tensor

from fillerkit.running.layer_module import LayerModule
from fillerkit.running.registry import runs

_BY_VALUES = "values decide which parts of its bottom are pooled"


@runs(
    "ROIPooling",
    without=("roi_pooling_param.pad_ratio", "roi_pooling_param.ringpad"),
    untraced=_BY_VALUES,
)
def roi_pooling(layer: LayerModule, x: Tensor, regions: Tensor) -> Tensor:
    """The largest values of each region's bins, 0 of one that is empty (Fast R-CNN).

    A region is an item's number and corners, rounded after they are scaled; it is 1 x 1 at least.
    """
    scale = layer.message.roi_pooling_param.spatial_scale
    high, wide = layer.layer.tops[0][1][2:]
    found = []
    for item, *corners in regions.reshape(len(regions), -1).tolist():
        left, top, right, bottom = (_rounded(corner * scale) for corner in corners)
        rows = _bins(top, max(bottom - top + 1, 1), high, x.shape[2])
        columns = _bins(left, max(right - left + 1, 1), wide, x.shape[3])
        bins = [_largest(x[int(item)], row, column) for row in rows for column in columns]
        found.append(torch.stack(bins, -1).reshape(-1, high, wide))
    return torch.stack(found) if found else x.new_zeros(0, x.shape[1], high, wide)


@runs("PSROIPooling", untraced=_BY_VALUES)
def psroi_pooling(layer: LayerModule, x: Tensor, regions: Tensor) -> Tensor:
    """The mean of each bin of a region, each from channels of its own, 0 if empty (R-FCN).

    A region's corners are rounded before they are scaled; it is 0.1 x 0.1 at least.
    """
    p = layer.message.psroi_pooling_param
    size = p.group_size
    found = []
    for item, *corners in regions.reshape(len(regions), -1).tolist():
        left, top = (_rounded(corner) * p.spatial_scale for corner in corners[:2])
        right, bottom = ((_rounded(corner) + 1) * p.spatial_scale for corner in corners[2:])
        rows = _bins(top, max(bottom - top, 0.1), size, x.shape[2])
        columns = _bins(left, max(right - left, 0.1), size, x.shape[3])
        bins = [
            _mean(x[int(item), index :: size * size], rows[index // size], columns[index % size])
            for index in range(size * size)
        ]
        found.append(torch.stack(bins, -1).reshape(-1, size, size))
    return torch.stack(found) if found else x.new_zeros(0, p.output_dim, size, size)


def _rounded(value: float) -> int:
    """To the nearest whole number, halves away from 0, as C's round."""
    return floor(value + 0.5) if value >= 0 else ceil(value - 0.5)


def _bins(start: float, length: float, count: int, limit: int) -> list[slice]:
    """`count` bins from `start` on, each with all it touches, within 0 and `limit`."""
    size = length / count
    edges = [(floor(i * size + start), ceil((i + 1) * size + start)) for i in range(count)]
    return [slice(min(max(a, 0), limit), min(max(b, 0), limit)) for a, b in edges]


def _largest(maps: Tensor, rows: slice, columns: slice) -> Tensor:
    inside = maps[:, rows, columns]
    return inside.flatten(1).max(1).values if inside.numel() else maps.new_zeros(len(maps))


def _mean(maps: Tensor, rows: slice, columns: slice) -> Tensor:
    inside = maps[:, rows, columns]
    return inside.flatten(1).mean(1) if inside.numel() else maps.new_zeros(len(maps))
