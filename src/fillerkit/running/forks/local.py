"""Local: a convolution that shares no weights."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional

from fillerkit.running.layer_module import LayerModule
from fillerkit.running.registry import runs


@runs("Local")
def local(layer: LayerModule, x: Tensor) -> Tensor:
    """A convolution with filters of its own at every place (happynear)."""
    p = layer.message.local_param
    weight, *bias = layer.blobs()
    columns = functional.unfold(x, p.kernel_size, padding=p.pad, stride=p.stride)
    top = torch.einsum("nkp,okp->nop", columns, weight[:, 0])
    if bias:
        top = top + bias[0].reshape(top.shape[1:])
    high, wide = ((n + 2 * p.pad - p.kernel_size) // p.stride + 1 for n in x.shape[2:])
    return top.reshape(*top.shape[:2], high, wide)
