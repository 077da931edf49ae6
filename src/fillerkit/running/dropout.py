"""Dropout: some values set to 0 in training."""

from __future__ import annotations

from torch import Tensor
from torch.nn import functional

from fillerkit.layers.net_layer import Layer
from fillerkit.running.layer_module import LayerModule
from fillerkit.running.registry import runs


def _no_share(layer: Layer) -> str:
    # Caffe checks it in debug builds only.
    ratio = layer.message.dropout_param.dropout_ratio
    return "" if 0 <= ratio < 1 else f"its dropout_ratio, {ratio:g}, is not from 0 to below 1"


@runs("Dropout", without=("dropout_param.sqrt_scale",), refuse=_no_share)
def dropout(layer: LayerModule, x: Tensor) -> Tensor:
    """What stays is scaled by 1 / (1 - dropout_ratio) in training; nothing happens else.

    Forks: without scale_train it is scaled by 1 - dropout_ratio in testing instead, and with
    sample_weights_test values are dropped in testing too.
    """
    p = layer.message.dropout_param
    if layer.training or p.sample_weights_test:
        kept = functional.dropout(x, p.dropout_ratio, training=True)
        return kept if p.scale_train else kept * (1 - p.dropout_ratio)
    return x if p.scale_train else x * (1 - p.dropout_ratio)
