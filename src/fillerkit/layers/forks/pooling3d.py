"""Pooling over a length, a height and a width: Pooling3D, NdPooling, PoolingND."""

from __future__ import annotations

from collections.abc import Sequence

from fillerkit.errors import LayerError
from fillerkit.layers.forks.convolution3d import volume
from fillerkit.layers.plan import Plan, Shape
from fillerkit.layers.pooling import pooled
from fillerkit.layers.registry import layer
from fillerkit.layers.shapes import axes5
from fillerkit.schema.forks_pb2 import LayerParameter


@layer("Pooling3D", passes=True)
def pooling3d(layer: LayerParameter, bottoms: Sequence[Shape]) -> Plan:
    """The largest or mean value of each window of a volume (C3D).

    The last window may hang over the edge; one that starts in the padding is kept. C3D 1.1 has its
    fields in ``pooling3d_param``, 1.0 in ``pooling_param``. Source: ``pool3d_layer.cpp``.
    """
    message = "pooling3d_param"
    if layer.HasField("pooling_param") and not layer.HasField(message):
        message = "pooling_param"
    p = getattr(layer, message)
    num, channels, length, *sides = axes5(bottoms[0])
    if p.pad and p.pool != p.AVE:
        raise LayerError("pad is for AVE pooling only", field=f"{message}.pad")
    lengths = (length, *(side + 2 * p.pad for side in sides))
    kernel, stride = volume(p, message, "kernel_size"), volume(p, message, "stride")
    return Plan(tops=[(num, channels, *pooled(lengths, kernel, stride, (0, 0, 0)))])
