"""Dynamic network surgery: layers whose weights have masks."""

from __future__ import annotations

from collections.abc import Sequence

from fillerkit.layers.convolution import convolution, gathered
from fillerkit.layers.inner_product import inner_product
from fillerkit.layers.plan import Param, Plan, Shape
from fillerkit.layers.registry import layer
from fillerkit.layers.traits import rows
from fillerkit.schema.forks_pb2 import CConvolutionParameter, CInnerProductParameter, LayerParameter


def _names(layer: LayerParameter, count: int) -> tuple[str, ...]:
    if count == 2:
        return "weight", "weight_mask"
    return "weight", "bias", "weight_mask", "bias_mask"


@layer(
    "CConvolution",
    bottoms=(1, None),
    tops=(1, None),
    same=True,
    blobs=_names,
    sums=gathered,
)
def cconvolution(layer: LayerParameter, bottoms: Sequence[Shape]) -> Plan:
    """A convolution with masks (dynamic network surgery: ``compress_conv_layer.cpp``)."""
    return _masked(convolution(layer, bottoms), layer.cconvolution_param)


@layer("CInnerProduct", blobs=_names, sums=rows)
def cinner_product(layer: LayerParameter, bottoms: Sequence[Shape]) -> Plan:
    """An InnerProduct with masks (the same fork: ``compress_inner_product_layer.cpp``)."""
    return _masked(inner_product(layer, bottoms), layer.cinner_product_param)


def _masked(plan: Plan, p: CConvolutionParameter | CInnerProductParameter) -> Plan:
    """The plan with a mask for each blob, filled after all of them.

    Without a bias, the fork fills the mask of the weight by bias_mask_filler.
    """
    weight, *bias = plan.params
    filler = p.weight_mask_filler if bias else p.bias_mask_filler
    masks = [Param("weight_mask", weight.shape, filler)]
    masks += [Param("bias_mask", blob.shape, p.bias_mask_filler) for blob in bias]
    return Plan(tops=plan.tops, params=[*plan.params, *masks])
