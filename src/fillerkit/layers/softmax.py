"""Softmax, and the losses that are built on it."""

from __future__ import annotations

from collections.abc import Sequence

from fillerkit.errors import LayerError
from fillerkit.layers.labels import labels_match
from fillerkit.layers.plan import Plan, Shape
from fillerkit.layers.registry import layer
from fillerkit.layers.shapes import canonical_axis, count, equal_batch, shown
from fillerkit.layers.traits import classes
from fillerkit.schema.forks_pb2 import LayerParameter


@layer("Softmax", reads_out=True)
def softmax(layer: LayerParameter, bottoms: Sequence[Shape]) -> Plan:
    """exp(x) / sum(exp(x)) over one axis."""
    canonical_axis(layer.softmax_param.axis, bottoms[0], "softmax_param.axis")
    return Plan(tops=[bottoms[0]])


@layer("SoftmaxWithLoss", bottoms=2, tops=(1, 2), loss=True)
def softmax_with_loss(layer: LayerParameter, bottoms: Sequence[Shape]) -> Plan:
    """Cross entropy of the softmax of bottom 0.

    A second top is the softmax itself.
    """
    equal_batch(bottoms)
    axis = canonical_axis(layer.softmax_param.axis, bottoms[0], "softmax_param.axis")
    labels_match(axis, bottoms)
    return Plan(tops=[(), bottoms[0]])


def _classes(layer: LayerParameter, bottoms: Sequence[Shape]) -> int:
    return classes(layer.infogain_loss_param.axis, bottoms)


@layer("InfogainLoss", bottoms=(2, 3), tops=(1, 2), loss=True, whole={1: _classes})
def infogain_loss(layer: LayerParameter, bottoms: Sequence[Shape]) -> Plan:
    """Softmax loss with a matrix that weighs each confusion.

    The matrix is bottom 2, or in the file that ``source`` names, which is not looked at here.
    """
    p = layer.infogain_loss_param
    equal_batch(bottoms)
    axis = canonical_axis(p.axis, bottoms[0], "infogain_loss_param.axis")
    labels_match(axis, bottoms)
    classes = bottoms[0][axis]
    if len(bottoms) < 3:
        if not p.source:
            raise LayerError("needs its matrix: a third bottom, or a source in infogain_loss_param")
    elif count(bottoms[2]) != classes**2:
        raise LayerError(
            f"bottom 2, the matrix, must have {classes}x{classes} elements, not {shown(bottoms[2])}"
        )
    return Plan(tops=[(), bottoms[0]])
