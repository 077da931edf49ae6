"""InnerProduct: the fully connected layer."""

from __future__ import annotations

from torch import Tensor
from torch.nn import functional

from fillerkit.running.layer_module import LayerModule
from fillerkit.running.registry import runs


@runs(
    "InnerProduct",
    without=(
        "inner_product_param.normalize",
        "inner_product_param.relu",
        "inner_product_param.negative_slope",
    ),
)
def inner_product(layer: LayerModule, x: Tensor) -> Tensor:
    """Multiplies the axes from axis on, as one, with the weight; those before are a batch."""
    p = layer.message.inner_product_param
    weight, *bias = layer.blobs()
    flat = x.reshape(*x.shape[: p.axis % x.ndim], -1)
    return functional.linear(flat, weight.t() if p.transpose else weight, *bias)
