"""Layers for sequences: time steps x streams x ...."""

from __future__ import annotations

import torch
from torch import Tensor

from fillerkit.running.layer_module import LayerModule
from fillerkit.running.registry import runs


@runs("ContinuationIndicator")
def continuation_indicator(layer: LayerModule) -> Tensor:
    """0 at the first time step, 1 after: the cont of an LSTM (crnn.caffe, intel, CC4.0)."""
    found = torch.ones(layer.layer.tops[0][1])
    found[0] = 0
    return found


@runs("Reverse")
def reverse(layer: LayerModule, x: Tensor) -> Tensor:
    """Its bottom from back to front along one axis (CC4.0, caffe_ocr, ChWick)."""
    return x.flip(layer.message.reverse_param.axis)
