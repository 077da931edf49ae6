"""Layers that change values one by one and keep the shape, without parameters to learn."""

from __future__ import annotations

from collections.abc import Sequence

from fillerkit.errors import LayerError
from fillerkit.layers.plan import Plan, Shape
from fillerkit.layers.registry import layer
from fillerkit.schema.forks_pb2 import LayerParameter


@layer("AbsVal", in_place=False, activates=True)
def absval(layer: LayerParameter, bottoms: Sequence[Shape]) -> Plan:
    """|x|."""
    return Plan(tops=[bottoms[0]])


@layer("BNLL", activates=True)
def bnll(layer: LayerParameter, bottoms: Sequence[Shape]) -> Plan:
    """log(1 + exp(x))."""
    return Plan(tops=[bottoms[0]])


@layer("Clip", activates=True, rectifies=lambda layer: layer.clip_param.min == 0)
def clip(layer: LayerParameter, bottoms: Sequence[Shape]) -> Plan:
    """x held between min and max."""
    return Plan(tops=[bottoms[0]])


@layer("Dropout", passes=True, drops=True)
def dropout(layer: LayerParameter, bottoms: Sequence[Shape]) -> Plan:
    """Sets some values to 0 in training; drawn in the forward pass."""
    return Plan(tops=[bottoms[0]])


@layer("ELU", activates=True)
def elu(layer: LayerParameter, bottoms: Sequence[Shape]) -> Plan:
    """x, or alpha (exp(x) - 1) below 0."""
    return Plan(tops=[bottoms[0]])


@layer("Exp", activates=True)
def exp(layer: LayerParameter, bottoms: Sequence[Shape]) -> Plan:
    """base ^ (shift + scale x)."""
    _check_base(layer.exp_param.base, "exp_param.base")
    return Plan(tops=[bottoms[0]])


@layer("Log", activates=True)
def log(layer: LayerParameter, bottoms: Sequence[Shape]) -> Plan:
    """The logarithm, to a base, of shift + scale x."""
    _check_base(layer.log_param.base, "log_param.base")
    return Plan(tops=[bottoms[0]])


@layer("Power")
def power(layer: LayerParameter, bottoms: Sequence[Shape]) -> Plan:
    """(shift + scale x) ^ power."""
    return Plan(tops=[bottoms[0]])


@layer("ReLU", activates=True, rectifies=True)
def relu(layer: LayerParameter, bottoms: Sequence[Shape]) -> Plan:
    """max(0, x), or negative_slope x below 0."""
    return Plan(tops=[bottoms[0]])


@layer("Sigmoid", activates=True, reads_out=True)
def sigmoid(layer: LayerParameter, bottoms: Sequence[Shape]) -> Plan:
    """1 / (1 + exp(-x))."""
    return Plan(tops=[bottoms[0]])


@layer("Swish", activates=True)
def swish(layer: LayerParameter, bottoms: Sequence[Shape]) -> Plan:
    """x sigmoid(beta x)."""
    return Plan(tops=[bottoms[0]])


@layer("TanH", activates=True)
def tanh(layer: LayerParameter, bottoms: Sequence[Shape]) -> Plan:
    """The hyperbolic tangent."""
    return Plan(tops=[bottoms[0]])


@layer("Threshold", activates=True, rectifies=True)
def threshold(layer: LayerParameter, bottoms: Sequence[Shape]) -> Plan:
    """1 above the threshold, else 0."""
    return Plan(tops=[bottoms[0]])


def _check_base(base: float, field: str) -> None:
    """A base is above 0, or -1 for e."""
    if base != -1 and not base > 0:
        raise LayerError(f"base must be above 0, or -1 for e, not {base:g}", field=field)
