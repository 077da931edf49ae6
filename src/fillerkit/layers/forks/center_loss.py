"""CenterLoss: features drawn to the learned centre of their class."""

from __future__ import annotations

from collections.abc import Sequence

from fillerkit.layers.plan import Param, Plan, Shape
from fillerkit.layers.registry import layer
from fillerkit.layers.shapes import canonical_axis, count, equal_batch, positive
from fillerkit.schema.forks_pb2 import LayerParameter


def _centers(layer: LayerParameter, bottoms: Sequence[Shape]) -> int:
    p = layer.center_loss_param
    return p.num_output or p.cluster_num


@layer("CenterLoss", bottoms=2, loss=True, blobs=("weight",), weights=(), whole={1: _centers})
def center_loss(layer: LayerParameter, bottoms: Sequence[Shape]) -> Plan:
    """Half the squared distance to the class centre (caffe-face).

    The weight, the centres, is num_output (or cluster_num) x features.
    """
    equal_batch(bottoms)
    p = layer.center_loss_param
    classes = positive(_centers(layer, bottoms), "center_loss_param.num_output")
    axis = canonical_axis(p.axis, bottoms[0], "center_loss_param.axis")
    centers = (classes, count(bottoms[0][axis:]))
    return Plan(tops=[()], params=[Param("weight", centers, p.center_filler)])
