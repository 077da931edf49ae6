"""Pooling of regions of interest: ROIPooling and PSROIPooling.

ROIAlign is a name for several layers, of several samples a bin and their mean or maximum.

Bins are counted in the tensors' own floats, as Caffe counts them: others put the edge of a bin of
29 / 7 rows elsewhere.
"""

from __future__ import annotations

import torch
from torch import Tensor

from fillerkit.errors import UsageError
from fillerkit.running.layer_module import LayerModule, shape_of
from fillerkit.running.registry import runs


@runs(
    "ROIPooling",
    without=(
        "roi_pooling_param.pad_ratio",
        "roi_pooling_param.pooled_l",
        "roi_pooling_param.ringpad",
    ),
    untraced="values decide which parts of its bottom are pooled",
)
def roi_pooling(layer: LayerModule, x: Tensor, regions: Tensor) -> Tensor:
    """The largest values of each region's bins, 0 of one that is empty (Fast R-CNN).

    A region is an item's number and corners, rounded after they are scaled; it is 1 x 1 at least.
    The number of no item is refused, as in Caffe.
    """
    high, wide = layer.layer.tops[0][1][2:]
    items, *corners = regions.flatten(1).unbind(1)
    for item in items.tolist():
        if not 0 <= int(item) < len(x):
            raise UsageError(
                f"a region is of item {item:g}; bottom 0 has {len(x)} items, from item 0 on"
            )
    scale = layer.message.roi_pooling_param.spatial_scale
    left, top, right, bottom = (_rounded(corner * scale) for corner in corners)
    none = torch.zeros_like(items)
    columns = _edges(none, (right - left + 1).clamp_min(1), wide)
    rows = _edges(none, (bottom - top + 1).clamp_min(1), high)
    edges = (*(edge + top[:, None] for edge in rows), *(edge + left[:, None] for edge in columns))
    places = (edge.clamp_min(0).long().tolist() for edge in edges)
    found = [
        [_largest(x[int(item)], *bins) for bins in _crossed(*of_region)]
        for item, *of_region in zip(items.tolist(), *places, strict=True)
    ]
    if not found:
        return x.new_zeros(0, x.shape[1], high, wide)
    tops = torch.stack([torch.stack(bins, -1) for bins in found])
    return tops.reshape(len(found), -1, high, wide)


@runs("PSROIPooling")
def psroi_pooling(layer: LayerModule, x: Tensor, regions: Tensor) -> Tensor:
    """The mean of each bin of a region, each from channels of its own, 0 if empty (R-FCN).

    A region's corners are rounded before they are scaled; it is 0.1 x 0.1 at least. A bin's mean is
    a product of its maps with 1 for the columns, then the rows, that it has: no value decides which
    values are taken, so that it can be traced.
    """
    p = layer.message.psroi_pooling_param
    size, (high, wide) = p.group_size, shape_of(x)[2:]
    items, *corners = regions.flatten(1).unbind(1)
    left, top = (_rounded(corner) * p.spatial_scale for corner in corners[:2])
    right, bottom = ((_rounded(corner) + 1) * p.spatial_scale for corner in corners[2:])
    columns = _inside(_edges(left, (right - left).clamp_min(0.1), size), wide)
    rows = _inside(_edges(top, (bottom - top).clamp_min(0.1), size), high)
    count = x.shape[0]
    of_item = 1 - (items[:, None] - torch.arange(count).to(items)).abs().clamp(max=1)
    wanted = of_item[:, None, :, None] * rows[:, :, None]  # region, row of bins, item, row
    maps = x.reshape(count, -1, size, size, high, wide).permute(2, 3, 1, 0, 4, 5)
    along = maps.flatten(2, 4) @ columns.permute(1, 2, 0)
    along = along.reshape(size, size, p.output_dim, count * high, -1)
    sums = (along * wanted.flatten(2).permute(1, 2, 0)[:, None, None]).sum(3)
    sizes = rows.sum(2)[:, :, None] * columns.sum(2)[:, None]
    return sums.permute(3, 2, 0, 1) / sizes.clamp_min(1)[:, None]


def _rounded(values: Tensor) -> Tensor:
    """To the nearest whole number, halves away from 0, as C's round."""
    return (values.abs() + 0.5).floor() * values.sign()


def _edges(start: Tensor, length: Tensor, count: int) -> tuple[Tensor, Tensor]:
    """Where `count` bins from `start` on begin and end, each with all it touches: by region."""
    steps = torch.arange(count + 1).to(start)
    edges = steps * (length / count)[:, None] + start[:, None]
    return edges[:, :-1].floor(), edges[:, 1:].ceil()


def _inside(edges: tuple[Tensor, Tensor], limit: int) -> Tensor:
    """By region and bin, 1 for each whole number below `limit` that lies in it, else 0."""
    places = torch.arange(limit).to(edges[0])
    starts, ends = (edge[..., None] for edge in edges)
    return (places - starts + 1).clamp(0, 1) * (ends - places).clamp(0, 1)


def _crossed(
    tops: list[int], bottoms: list[int], lefts: list[int], rights: list[int]
) -> list[tuple[slice, slice]]:
    """The bins of a region, row by row."""
    rows, columns = list(map(slice, tops, bottoms)), list(map(slice, lefts, rights))
    return [(row, column) for row in rows for column in columns]


def _largest(maps: Tensor, rows: slice, columns: slice) -> Tensor:
    inside = maps[:, rows, columns]
    return inside.flatten(1).max(1).values if inside.numel() else maps.new_zeros(len(maps))
