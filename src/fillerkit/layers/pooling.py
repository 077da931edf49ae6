"""Pooling, with Caffe's ceiling and its clipping of windows that start in the padding."""

from __future__ import annotations

from collections.abc import Sequence

from google.protobuf.message import Message

from fillerkit.errors import LayerError
from fillerkit.layers.plan import Plan, Setting, Shape
from fillerkit.layers.registry import layer
from fillerkit.layers.shapes import axes4, positive
from fillerkit.schema import EACH
from fillerkit.schema.forks_pb2 import LayerParameter, PoolingParameter


@layer("Pooling", tops=(1, 2), passes=True, setting=True)
def pooling(layer: LayerParameter, bottoms: Sequence[Shape], setting: Setting) -> Plan:
    """The largest, mean or a drawn value of each window.

    A second top, of MAX pooling only, is the mask of where the largest stood. The last window may
    hang over the edge (round_mode CEIL, the default; ceil_mode in the forks of R-FCN), but one that
    starts in the padding is cut. In 3D-Caffe a bottom may have more axes than four, and in caffe_nd
    any number, with kernel_shape and its like as numbers (its ``pooling_layer.cpp``).
    """
    p = layer.pooling_param
    volumes = setting.dialect_for(layer, "caffe", "3d-caffe") == "3d-caffe"
    by_shapes = len(bottoms[0]) > 2 and len(bottoms[0]) != 4 and _numbers(p, "kernel_shape")
    shape = bottoms[0] if by_shapes or (volumes and len(bottoms[0]) > 4) else axes4(bottoms[0])
    num, channels, *lengths = shape
    if by_shapes:
        kernel, stride, pad = _shapes(p, len(lengths))
    else:
        kernel = _kernel(p, lengths)
        pad, stride = _each(p, "pad", len(lengths)), _each(p, "stride", len(lengths))
    if p.global_pooling and (any(pad) or any(step != 1 for step in stride)):
        raise LayerError("global_pooling goes with pad 0 and stride 1", field="pooling_param")
    if any(pad) and p.pool == PoolingParameter.STOCHASTIC:
        raise LayerError("pad is for MAX and AVE pooling only", field="pooling_param.pad")
    if len(layer.top) > 1 and p.pool != PoolingParameter.MAX:
        raise LayerError("a second top, the mask, is for MAX pooling only", field="top")
    down = p.round_mode == PoolingParameter.FLOOR or not p.ceil_mode
    top = (num, channels, *pooled(lengths, kernel, stride, pad, down=down))
    return Plan(tops=[top] * 2, notes=_not_acted_upon(layer))


def _not_acted_upon(layer: LayerParameter) -> list[str]:
    """Of happynear's methods (its pooling_layer.cpp): they learn how parts are deformed.

    And of video-caffe's shapes, which are blocks.
    """
    p, who, notes = layer.pooling_param, f"layer '{layer.name}' (Pooling): ", []
    if p.pool > PoolingParameter.STOCHASTIC:
        name = PoolingParameter.PoolMethod.Name(p.pool)
        notes.append(f"{who}the blob of happynear's pool: {name} is not made here")
    notes += [
        f"{who}pooling_param.{name}, which video-caffe's Caffe reads, is not acted upon here: "
        "shapes or values may differ"
        for name in ("kernel_shape", "pad_shape", "stride_shape")
        if isinstance(getattr(p, name), Message) and p.HasField(name)
    ]
    return notes


def pooled(
    lengths: Sequence[int],
    kernel: Sequence[int],
    stride: Sequence[int],
    pad: Sequence[int],
    *,
    down: bool = False,
) -> list[int]:
    """The lengths of pooled axes: the windows that reach a bottom, counted up or `down`."""
    tops = []
    for length, k, step, padding in zip(lengths, kernel, stride, pad, strict=True):
        positive(step, "pooling_param.stride")
        if any(pad) and padding >= k:
            raise LayerError(
                f"pad {padding} must be smaller than its kernel, {k}", field="pooling_param.pad"
            )
        over = length + 2 * padding - k
        top = (over // step if down else -(-over // step)) + 1
        if any(pad) and (top - 1) * step >= length + padding:
            top -= 1
            if (top - 1) * step >= length + padding:
                raise LayerError(
                    f"a window at stride {step} would begin beyond the {length} of its bottom",
                    field="pooling_param.stride",
                )
        tops.append(top)
    return tops


def _numbers(p: PoolingParameter, name: str) -> tuple[int, ...]:
    """A field that is a shape here, of a fork whose own schema has it as numbers; else none."""
    value = getattr(p, name)
    return () if isinstance(value, Message) else tuple(value)


def _shapes(p: PoolingParameter, axes: int) -> list[tuple[int, ...]]:
    """Kernel, stride and pad from ``kernel_shape`` and its like, each once or once an axis."""
    found = []
    for name, default in (("kernel_shape", 0), ("stride_shape", 1), ("pad_shape", 0)):
        said = _numbers(p, name) or (default,)
        if len(said) not in (1, axes):
            raise LayerError(
                f"needs {name} once, or once for each of its {axes} spatial axes: "
                f"it is given {len(said)} times",
                field=f"pooling_param.{name}",
            )
        found.append(said if len(said) == axes else said * axes)
    for length in found[0]:
        positive(length, "pooling_param.kernel_shape")
    return found


def _kernel(p: PoolingParameter, lengths: Sequence[int]) -> tuple[int, ...]:
    size = p.HasField("kernel_size") or bool(p.kernel_size_each)
    sides = (p.HasField("kernel_h"), p.HasField("kernel_w"))
    if p.global_pooling:
        if size or any(sides):
            raise LayerError(
                "global_pooling takes the whole bottom as its window: remove kernel_size",
                field="pooling_param.kernel_size" if size else "pooling_param",
            )
        kernel = tuple(lengths)
    elif size == all(sides):
        raise LayerError(
            "needs kernel_size, or kernel_h and kernel_w" + (", not both" if size else ""),
            field="pooling_param",
        )
    elif size:
        kernel = _of_axes(p, "kernel_size", len(lengths))
    else:
        kernel = _two(p, "kernel", len(lengths))
    return tuple(positive(length, "pooling_param.kernel_size") for length in kernel)


def _each(p: PoolingParameter, name: str, axes: int) -> tuple[int, ...]:
    """``name``, or ``name_h`` and ``name_w``."""
    height, width = p.HasField(f"{name}_h"), p.HasField(f"{name}_w")
    said = p.HasField(name) or bool(getattr(p, name + EACH))
    if height != width or (height and said):
        raise LayerError(
            f"needs {name}, or {name}_h and {name}_w, and not both", field="pooling_param"
        )
    return _two(p, name, axes) if height else _of_axes(p, name, axes)


def _of_axes(p: PoolingParameter, name: str, axes: int) -> tuple[int, ...]:
    """``name`` for all axes; in 3D-Caffe it may stand once for each."""
    each = tuple(getattr(p, name + EACH))
    if each and len(each) != axes:
        raise LayerError(
            f"needs {name} once, or once for each of its {axes} spatial axes: "
            f"it is given {len(each)} times",
            field=f"pooling_param.{name}",
        )
    return each or (getattr(p, name),) * axes


def _two(p: PoolingParameter, name: str, axes: int) -> tuple[int, int]:
    """``name_h`` and ``name_w``, which are for two axes."""
    if axes != 2:
        raise LayerError(
            f"{name}_h and {name}_w are for 2 spatial axes; this bottom has {axes}",
            field=f"pooling_param.{name}_h",
        )
    return getattr(p, f"{name}_h"), getattr(p, f"{name}_w")
