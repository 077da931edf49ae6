"""Resize: to a size, by a factor, or to the size of another blob."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from fillerkit.errors import LayerError, Lengths, ShapeNeeded
from fillerkit.layers.plan import Plan, Setting, Shape
from fillerkit.layers.registry import layer
from fillerkit.layers.shapes import count, positive, shown
from fillerkit.schema.forks_pb2 import LayerParameter, ResizeParameter

_MESSAGE = "resize_param"


@layer("Resize", bottoms=(1, 2), setting=True, passes=True)
def resize(layer: LayerParameter, bottoms: Sequence[Shape], setting: Setting) -> Plan:
    """Resizes the last two axes (happynear, caffe-lowlevel, appearance-flow, pose_action_caffe).

    To height and width; by out_height_scale and out_width_scale with is_pyramid_test, by height_fac
    and width_fac, or by scale, which keeps corners on corners after a crop; or to bottom 1's
    lengths. A bottom 1 of 4 numbers, where there is no resize_param, holds the size in its values.
    Source: each fork's ``resize_layer.cpp``.
    """
    p, shape = layer.resize_param, bottoms[0]
    if any(len(bottom) < 2 for bottom in bottoms):
        raise LayerError(f"needs bottoms of 2 axes or more, not {', '.join(map(shown, bottoms))}")
    if len(bottoms) == 1:
        lengths = _lengths(p, shape[-2:])
    elif layer.HasField(_MESSAGE) or count(bottoms[1]) != 4:
        lengths = bottoms[1][-2:]
    elif layer.top[0] in setting.shapes:
        return Plan(tops=[setting.shapes[layer.top[0]]])
    else:
        asked: Lengths = (*shape[:-2], "H", "W")
        why = "takes its size from the values of bottom 1"
        raise ShapeNeeded(why, shapes={layer.top[0]: asked})
    return Plan(tops=[(*shape[:-2], *(positive(length, _MESSAGE) for length in lengths))])


def _lengths(p: ResizeParameter, lengths: Shape) -> Shape:
    """The height and the width that resize_param makes."""
    height, width = lengths
    if p.is_pyramid_test:
        return _times(height, p.out_height_scale), _times(width, p.out_width_scale)
    if p.HasField("height_fac") and p.HasField("width_fac"):
        return _times(height, p.height_fac), _times(width, p.width_fac)
    return _length(p, height, "height", "y"), _length(p, width, "width", "x")


def _times(length: int, factor: float) -> int:
    return int(np.float32(length) * np.float32(factor))


def _length(p: ResizeParameter, length: int, name: str, axis: str) -> int:
    """A length as it is said, or between the corners of what a crop leaves, times the scale."""
    crop = getattr(p, f"crop_{axis}") if p.HasField(f"crop_{axis}") else p.crop
    between = np.float32(length) - np.float32(2) * np.float32(crop) - np.float32(1)
    scale = getattr(p, f"scale_{axis}") if p.HasField(f"scale_{axis}") else p.scale
    if p.HasField(name):
        if scale > 0:
            raise LayerError(f"gives both a scale and {name}", field=f"{_MESSAGE}.{name}")
        said: int = getattr(p, name)
        return said or int(float(between + np.float32(1)) + 0.5)
    if scale <= 0:
        raise LayerError(f"needs {name}, or a scale, or a second bottom", field=_MESSAGE)
    return int(float(np.float32(scale) * between + np.float32(1)) + 0.5)
