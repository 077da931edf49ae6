"""Pooling, with Caffe's ceiling and its clipping of windows that start in the padding."""

from __future__ import annotations

from collections.abc import Sequence

from fillerkit.errors import LayerError
from fillerkit.layers.plan import Plan, Shape
from fillerkit.layers.registry import layer
from fillerkit.layers.shapes import axes4, positive, shown
from fillerkit.schema.caffe_pb2 import LayerParameter, PoolingParameter


@layer("Pooling", tops=(1, 2))
def pooling(layer: LayerParameter, bottoms: Sequence[Shape]) -> Plan:
    """The largest, mean or a drawn value of each window of two spatial axes.

    A second top, of MAX pooling only, is the mask of where the largest stood. The last window may
    hang over the edge (round_mode CEIL, the default), but one that starts in the padding is cut.
    """
    p = layer.pooling_param
    kernel = _kernel(p, bottoms[0])
    num, channels, *lengths = axes4(bottoms[0], "Pooling")
    pad, stride = _pair(p, "pad"), _pair(p, "stride")
    for length in stride:
        positive(length, "pooling_param.stride")
    _check(p, kernel, pad, stride)
    if len(layer.top) > 1 and p.pool != PoolingParameter.MAX:
        raise LayerError("a second top, the mask, is for MAX pooling only", field="top")
    tops = []
    for length, k, padding, step in zip(lengths, kernel, pad, stride, strict=True):
        over = length + 2 * padding - k
        pooled = (over // step if p.round_mode == PoolingParameter.FLOOR else -(-over // step)) + 1
        if any(pad) and (pooled - 1) * step >= length + padding:
            pooled -= 1
            if (pooled - 1) * step >= length + padding:
                raise LayerError(
                    f"a window of stride {step} would start beyond its bottom, {shown(bottoms[0])}",
                    field="pooling_param.stride",
                )
        tops.append(pooled)
    return Plan(tops=[(num, channels, *tops)] * 2)


def _kernel(p: PoolingParameter, bottom: Shape) -> tuple[int, int]:
    size, sides = p.HasField("kernel_size"), (p.HasField("kernel_h"), p.HasField("kernel_w"))
    if p.global_pooling:
        if size or any(sides):
            raise LayerError(
                "global_pooling takes the whole bottom as its window: remove kernel_size",
                field="pooling_param.kernel_size" if size else "pooling_param",
            )
        height, width = axes4(bottom, "Pooling")[2:]
        return _positive_kernel(height, width)
    if size == all(sides):
        raise LayerError(
            "needs kernel_size, or kernel_h and kernel_w" + (", not both" if size else ""),
            field="pooling_param",
        )
    return _positive_kernel(*((p.kernel_size,) * 2 if size else (p.kernel_h, p.kernel_w)))


def _positive_kernel(height: int, width: int) -> tuple[int, int]:
    return (
        positive(height, "pooling_param.kernel_size"),
        positive(width, "pooling_param.kernel_size"),
    )


def _pair(p: PoolingParameter, name: str) -> tuple[int, int]:
    """``name``, or ``name_h`` and ``name_w``."""
    height, width = p.HasField(f"{name}_h"), p.HasField(f"{name}_w")
    if height != width or (height and p.HasField(name)):
        raise LayerError(
            f"needs {name}, or {name}_h and {name}_w, and not both", field="pooling_param"
        )
    if height:
        return getattr(p, f"{name}_h"), getattr(p, f"{name}_w")
    return (getattr(p, name),) * 2


def _check(
    p: PoolingParameter, kernel: tuple[int, int], pad: tuple[int, int], stride: tuple[int, int]
) -> None:
    if p.global_pooling and (any(pad) or stride != (1, 1)):
        raise LayerError("global_pooling goes with pad 0 and stride 1", field="pooling_param")
    if any(pad):
        if p.pool == PoolingParameter.STOCHASTIC:
            raise LayerError("pad is for MAX and AVE pooling only", field="pooling_param.pad")
        for padding, length in zip(pad, kernel, strict=True):
            if padding >= length:
                raise LayerError(
                    f"pad {padding} must be smaller than its kernel {length}",
                    field="pooling_param.pad",
                )
