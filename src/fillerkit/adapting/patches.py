"""What the first layer of a net takes: every window of its input, as rows of numbers."""

from __future__ import annotations

from math import ceil

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from fillerkit.layers.convolution import Window
from fillerkit.layers.net_layer import Layer

Doubles = NDArray[np.float64]

MOST, MOST_INPUTS = 20_000, 4_096
"""How many patches are looked at, and how many values one may have."""


def patches(layer: Layer, x: Tensor, seed: int) -> list[Doubles] | None:
    """The patches that a layer's units see, chosen at random where there are many.

    Returns
    -------
    list of ndarray or None
        (patches, values of one), for each group of the layer, as the rows of its weight lie. None
        of a layer that does not take patches of two axes, or whole inputs.
    """
    rng = np.random.default_rng(seed)
    if layer.type == "InnerProduct":
        axis = layer.message.inner_product_param.axis % x.ndim
        rows = x.reshape(int(np.prod(x.shape[:axis])), -1)
        return [_some(rows.double().numpy(), MOST, rng)]
    if layer.type != "Convolution" or x.ndim != 4:
        return None
    window = Window(layer.message.convolution_param, tuple(x.shape))
    if window.channel_axis != 1:
        return None
    each = ceil(MOST / len(x))
    group = layer.message.convolution_param.group
    found = [_some(_unfolded(image, window), each, rng) for image in x]
    return np.split(np.concatenate(found), group, axis=1)


def _unfolded(image: Tensor, window: Window) -> Doubles:
    axes = [(kernel, stride, pad, dilation) for _, kernel, stride, pad, dilation in window.axes()]
    kernel, stride, pad, dilation = zip(*axes, strict=True)
    columns = torch.nn.functional.unfold(image[None], kernel, dilation, pad, stride)
    found: Doubles = columns[0].t().double().numpy()
    return found


def _some(rows: Doubles, most: int, rng: np.random.Generator) -> Doubles:
    if len(rows) <= most:
        return rows
    return rows[np.sort(rng.choice(len(rows), most, replace=False))]
