"""Softmax and SoftmaxWithLoss."""

from __future__ import annotations

from collections.abc import Sequence

from fillerkit.layers.labels import labels_match
from fillerkit.layers.plan import Plan, Shape
from fillerkit.layers.registry import layer
from fillerkit.layers.shapes import canonical_axis, equal_batch
from fillerkit.schema.caffe_pb2 import LayerParameter


@layer("Softmax")
def softmax(layer: LayerParameter, bottoms: Sequence[Shape]) -> Plan:
    """exp(x) / sum(exp(x)) over one axis."""
    canonical_axis(layer.softmax_param.axis, bottoms[0], "softmax_param.axis")
    return Plan(tops=[bottoms[0]])


@layer("SoftmaxWithLoss", bottoms=2, tops=(1, 2), loss=True)
def softmax_with_loss(layer: LayerParameter, bottoms: Sequence[Shape]) -> Plan:
    """Multinomial logistic loss of the softmax of bottom 0 for the labels in bottom 1.

    A second top is the softmax itself.
    """
    equal_batch(bottoms)
    axis = canonical_axis(layer.softmax_param.axis, bottoms[0], "softmax_param.axis")
    labels_match(axis, bottoms)
    return Plan(tops=[(), bottoms[0]])
