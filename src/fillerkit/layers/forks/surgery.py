"""Layers whose weights have masks: dynamic network surgery, and what came of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from fillerkit.errors import LayerError
from fillerkit.layers.convolution import convolution, gathered
from fillerkit.layers.inner_product import inner_product
from fillerkit.layers.plan import Param, Plan, Shape
from fillerkit.layers.registry import layer
from fillerkit.layers.traits import rows
from fillerkit.schema.forks_pb2 import FillerParameter, LayerParameter


class _Fillers(Protocol):
    """A message of any of these layers."""

    weight_mask_filler: FillerParameter
    bias_mask_filler: FillerParameter


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


@layer("DNSConvolution", bottoms=(1, None), tops=(1, None), same=True, blobs=_names, sums=gathered)
def dns_convolution(layer: LayerParameter, bottoms: Sequence[Shape]) -> Plan:
    """CConvolution by the name of Neural-Network-Model-Compressing (``dns_conv_layer.cpp``)."""
    return _masked(convolution(layer, bottoms), layer.dns_convolution_param)


@layer("DNSInnerProduct", blobs=_names, sums=rows)
def dns_inner_product(layer: LayerParameter, bottoms: Sequence[Shape]) -> Plan:
    """CInnerProduct by that fork's name (``dns_inner_product_layer.cpp``)."""
    return _masked(inner_product(layer, bottoms), layer.dns_inner_product_param)


@layer("INQConvolution", bottoms=(1, None), tops=(1, None), same=True, blobs=_names, sums=gathered)
def inq_convolution(layer: LayerParameter, bottoms: Sequence[Shape]) -> Plan:
    """A convolution whose weights become powers of 2, a portion at a time.

    Source: ``inq_conv_layer.cpp`` of that fork.
    """
    p = layer.inq_convolution_param
    _check_portions(p.portion, "inq_convolution_param.portion")
    return _masked(convolution(layer, bottoms), p)


@layer("INQInnerProduct", blobs=_names, sums=rows)
def inq_inner_product(layer: LayerParameter, bottoms: Sequence[Shape]) -> Plan:
    """An InnerProduct of that kind; weight_mask_filler always fills the mask of the weight.

    Source: ``inq_inner_product_layer.cpp``.
    """
    p = layer.inq_inner_product_param
    _check_portions(p.portion, "inq_inner_product_param.portion")
    return _masked(inner_product(layer, bottoms), p, alone=p.weight_mask_filler)


def _check_portions(portions: Sequence[float], field: str) -> None:
    """Of all weights, those that are done before and after this training."""
    if len(portions) < 2 or portions[0] > portions[1]:
        raise LayerError("needs portion twice or more, the second not below the first", field=field)


def _masked(plan: Plan, p: _Fillers, alone: FillerParameter | None = None) -> Plan:
    """The plan with a mask for each blob, filled after all of them.

    Without a bias, the forks fill the mask of the weight by bias_mask_filler, or by `alone`.
    """
    weight, *bias = plan.params
    filler = p.weight_mask_filler if bias else alone or p.bias_mask_filler
    masks = [Param("weight_mask", weight.shape, filler)]
    masks += [Param("bias_mask", blob.shape, p.bias_mask_filler) for blob in bias]
    return Plan(tops=plan.tops, params=[*plan.params, *masks])
