"""Layers of the forks that change values one by one and keep the shape."""

from __future__ import annotations

from collections.abc import Sequence

from fillerkit.layers.plan import Plan, Shape
from fillerkit.layers.registry import layer
from fillerkit.schema.forks_pb2 import LayerParameter


@layer("HardSigmoid", activates=True)
def hard_sigmoid(layer: LayerParameter, bottoms: Sequence[Shape]) -> Plan:
    """alpha x + beta (0.2 x + 0.5), held between 0 and 1 (MobileNet-YOLO, brocolli-caffe)."""
    return Plan(tops=[bottoms[0]])


@layer("HardSwish", activates=True)
def hard_swish(layer: LayerParameter, bottoms: Sequence[Shape]) -> Plan:
    """x (x / 6 + 0.5), the factor held between 0 and 1 (brocolli-caffe)."""
    return Plan(tops=[bottoms[0]])


@layer("Insanity", activates=True, rectifies=True)
def insanity(layer: LayerParameter, bottoms: Sequence[Shape]) -> Plan:
    """x, or below 0 x / a with a drawn in training: randomised leaky ReLU (happynear)."""
    return Plan(tops=[bottoms[0]])


@layer("Mish", activates=True)
def mish(layer: LayerParameter, bottoms: Sequence[Shape]) -> Plan:
    """The smooth x tanh(log(1 + exp(x))) (the YOLOv4 forks)."""
    return Plan(tops=[bottoms[0]])


@layer("NegReLU", activates=True, rectifies=True)
def neg_relu(layer: LayerParameter, bottoms: Sequence[Shape]) -> Plan:
    """min(0, x), or negative_slope x above 0 (FlowNet2, SVS: ``neg_relu_layer.cpp``)."""
    return Plan(tops=[bottoms[0]])


@layer("ReLU6", activates=True, rectifies=True)
def relu6(layer: LayerParameter, bottoms: Sequence[Shape]) -> Plan:
    """min(threshold, max(0, x)), threshold 6 (MobileNet's forks, brocolli-caffe)."""
    return Plan(tops=[bottoms[0]])


@layer("ReLUX", activates=True, rectifies=True)
def relux(layer: LayerParameter, bottoms: Sequence[Shape]) -> Plan:
    """A ReLU that ends at maximal_value (py-RFCN-priv)."""
    return Plan(tops=[bottoms[0]])
