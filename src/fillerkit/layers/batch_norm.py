"""BatchNorm: running statistics that are gathered, not learned."""

from __future__ import annotations

from collections.abc import Sequence

from fillerkit.errors import LayerError
from fillerkit.layers.plan import Param, Plan, Shape
from fillerkit.layers.registry import layer
from fillerkit.layers.shapes import canonical_axis
from fillerkit.schema.caffe_pb2 import LayerParameter

_BLOBS = ("mean", "variance", "scale_factor")


@layer("BatchNorm")
def batch_norm(layer: LayerParameter, bottoms: Sequence[Shape]) -> Plan:
    """Normalises channels (Ioffe & Szegedy 2015).

    Its three blobs (mean and variance by channel, and the factor both are to be divided by) are 0
    at the start and move with the data, so a lr_mult other than 0 on them is refused.
    """
    for index, param in enumerate(layer.param):
        if param.lr_mult != 0:
            raise LayerError(
                f"its blobs are statistics, not learned: param {index} needs lr_mult: 0, "
                f"not {param.lr_mult:g}",
                field="param",
            )
    channels = bottoms[0][canonical_axis(1, bottoms[0], "the channels")]
    shapes = ((channels,), (channels,), (1,))
    return Plan(
        tops=[bottoms[0]],
        params=[Param(name, shape) for name, shape in zip(_BLOBS, shapes, strict=True)],
    )
