"""Pooling over a length, a height and a width: Pooling3D, NdPooling, PoolingND."""

from __future__ import annotations

from collections.abc import Sequence

from fillerkit.errors import LayerError
from fillerkit.layers.forks.convolution3d import volume
from fillerkit.layers.forks.nd_convolution import lengths_of
from fillerkit.layers.plan import Plan, Shape
from fillerkit.layers.pooling import pooled
from fillerkit.layers.registry import layer
from fillerkit.layers.shapes import axes5, canonical_axis, positive, shown
from fillerkit.schema.forks_pb2 import LayerParameter, PoolingNDParameter


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


@layer("NdPooling", passes=True)
def nd_pooling(layer: LayerParameter, bottoms: Sequence[Shape]) -> Plan:
    """Pooling by kernel_shape, stride_shape and pad_shape (video-caffe).

    A window that starts in the padding is cut, axis by axis. Source: ``cudnn_ndpooling_layer.cpp``.
    """
    kernel, stride, pad = lengths_of(layer.pooling_param, "pooling_param")
    outer, inner = bottoms[0][:2], bottoms[0][2:]
    if len(kernel) != len(inner):
        raise LayerError(
            f"kernel_shape has {len(kernel)} dim for the {len(inner)} spatial axes of its bottom, "
            f"{shown(bottoms[0])}",
            field="pooling_param.kernel_shape",
        )
    if layer.pooling_param.global_pooling:
        kernel = list(inner)
    axes = zip(inner, kernel, stride, pad, strict=True)
    return Plan(tops=[(*outer, *(pooled([n], [k], [s], [p])[0] for n, k, s, p in axes))])


@layer("PoolingND", tops=(1, 2), passes=True)
def pooling_nd(layer: LayerParameter, bottoms: Sequence[Shape]) -> Plan:
    """Pooling over any number of axes (3D-Caffe).

    kernel_size, stride and pad are given once, or once an axis. Source: ``pooling_nd_layer.cpp``.
    """
    p, shape = layer.pooling_nd_param, bottoms[0]
    start = canonical_axis(p.axis, shape, "pooling_nd_param.axis") + 1
    inner = shape[start:]
    kernel = inner if p.global_pooling else _each(p, "kernel", "kernel_size", len(inner), 0)
    stride, pad = _each(p, "stride", "stride", len(inner), 1), _each(p, "pad", "pad", len(inner), 0)
    return Plan(tops=[(*shape[:start], *pooled(inner, kernel, stride, pad))] * 2)


def _each(p: PoolingNDParameter, short: str, name: str, axes: int, default: int) -> tuple[int, ...]:
    """One length an axis, from ``name`` or ``short_h`` and ``short_w``."""
    values = list(getattr(p, name))
    if not values and p.HasField(f"{short}_h") and p.HasField(f"{short}_w"):
        values = [getattr(p, f"{short}_h"), getattr(p, f"{short}_w")]
    values = values or [default]
    if len(values) not in (1, axes):
        raise LayerError(
            f"needs {name} once, or once for each of its {axes} spatial axes",
            field=f"pooling_nd_param.{name}",
        )
    lengths = tuple(values * (axes if len(values) == 1 else 1))
    if name == "kernel_size":
        for length in lengths:
            positive(length, "pooling_nd_param.kernel_size")
    return lengths
