"""Unpooling: the inverse of Pooling."""

from __future__ import annotations

from collections.abc import Sequence

from fillerkit.errors import LayerError
from fillerkit.layers.plan import Plan, Shape
from fillerkit.layers.registry import layer
from fillerkit.layers.shapes import axes4, equal_shapes, positive
from fillerkit.schema.forks_pb2 import LayerParameter, UnpoolingParameter


@layer("Unpooling", bottoms=(1, 2), passes=True)
def unpooling(layer: LayerParameter, bottoms: Sequence[Shape]) -> Plan:
    """Spreads each value over a window, or puts it where a mask says (DeconvNet).

    Its type is UNPOOLING there. Without a size (unpool_size) the top is as large as the windows
    reach, or one more than stride times its bottom, whichever is larger. Source:
    ``unpooling_layer.cpp`` of HyeonwooNoh/caffe.
    """
    p = layer.unpooling_param
    if any(_pair(p, "pad")):
        raise LayerError("takes no pad", field="unpooling_param.pad")
    num, channels, *lengths = axes4(bottoms[0])
    axes = zip(lengths, _pair(p, "kernel"), _pair(p, "stride"), _pair(p, "unpool"), strict=True)
    sides = []
    for length, kernel, stride, size in axes:
        positive(kernel, "unpooling_param.kernel_size")
        sides.append(size or max((length - 1) * stride + kernel, length * stride + 1))
    return Plan(tops=[(num, channels, *sides)])


@layer("MaxUnPool", bottoms=2, in_place=False, passes=True)
def max_unpool(layer: LayerParameter, bottoms: Sequence[Shape]) -> Plan:
    """Puts each value where the mask in bottom 1 says, in maps of dst_h x dst_w (brocolli-caffe).

    Source: ``maxunpool_layer.cpp``.
    """
    p = layer.max_unpool_param
    high = positive(p.dst_h, "max_unpool_param.dst_h")
    wide = positive(p.dst_w, "max_unpool_param.dst_w")
    equal_shapes(bottoms)
    return Plan(tops=[(*axes4(bottoms[0])[:2], high, wide)])


def _pair(p: UnpoolingParameter, name: str) -> tuple[int, int]:
    """``name_h`` and ``name_w``, or the one number for both."""
    whole = name if name in ("pad", "stride") else f"{name}_size"
    if p.HasField(f"{name}_h"):
        return getattr(p, f"{name}_h"), getattr(p, f"{name}_w")
    return (getattr(p, whole),) * 2
