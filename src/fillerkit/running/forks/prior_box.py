"""PriorBox: the default boxes of SSD."""

from __future__ import annotations

from math import sqrt

import torch
from torch import Tensor

from fillerkit.running.layer_module import LayerModule
from fillerkit.running.registry import runs


@runs("PriorBox")
def prior_box(layer: LayerModule, maps: Tensor, image: Tensor) -> Tensor:
    """The boxes that detections start from, corners over the image's size, and their variances.

    SSD's: at each place min_size, sqrt(min_size max_size), then min_size by each aspect ratio.
    Sizes lose what is behind the point, as there.
    """
    p = layer.message.prior_box_param
    high, wide = maps.shape[2:]
    img_h, img_w = p.img_h or p.img_size or image.shape[2], p.img_w or p.img_size or image.shape[3]
    step_h, step_w = p.step_h or p.step or img_h / high, p.step_w or p.step or img_w / wide
    sizes = torch.tensor(_sizes(layer), dtype=torch.float64)
    rows = (torch.arange(high, dtype=torch.float64) + p.offset) * step_h
    columns = (torch.arange(wide, dtype=torch.float64) + p.offset) * step_w
    y, x = torch.meshgrid(rows, columns, indexing="ij")
    centers = torch.stack([x, y], -1)[:, :, None]
    corners = torch.cat([centers - sizes / 2, centers + sizes / 2], -1)
    corners /= torch.tensor([img_w, img_h, img_w, img_h], dtype=torch.float64)
    if p.clip:
        corners = corners.clamp(0, 1)
    variances = list(p.variance) or [0.1]
    spread = torch.tensor(variances * (4 // len(variances)), dtype=torch.float64)
    both = torch.stack([corners.reshape(-1), spread.repeat(corners.numel() // 4)])
    return both[None].to(maps)


def _sizes(layer: LayerModule) -> list[tuple[float, float]]:
    """Width and height of the boxes at a place, in SSD's order."""
    p = layer.message.prior_box_param
    ratios = [1.0]
    for ratio in p.aspect_ratio:
        if not any(abs(ratio - known) < 1e-6 for known in ratios):
            ratios += [ratio, 1 / ratio] if p.flip else [ratio]
    found = []
    for index, least in enumerate(map(int, p.min_size)):
        found.append((float(least), float(least)))
        if p.max_size:
            found.append((sqrt(least * int(p.max_size[index])),) * 2)
        found += [(least * sqrt(r), least / sqrt(r)) for r in ratios if abs(r - 1) >= 1e-6]
    return found
