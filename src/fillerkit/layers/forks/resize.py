"""Resize: maps of another size."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from fillerkit.errors import LayerError
from fillerkit.layers.plan import Plan, Shape
from fillerkit.layers.registry import layer
from fillerkit.layers.shapes import legacy_shape, positive
from fillerkit.schema.forks_pb2 import LayerParameter


@layer("Resize", in_place=False)
def resize(layer: LayerParameter, bottoms: Sequence[Shape]) -> Plan:
    """Its bottom at height and width, or scaled with is_pyramid_test.

    The scaled lengths are float32 products, cut off (caffe-lowlevel: ``resize_layer.cpp``).
    """
    p, message = layer.resize_param, "resize_param"
    num, channels, *lengths = legacy_shape(bottoms[0])
    names = ("out_height_scale", "out_width_scale") if p.is_pyramid_test else ("height", "width")
    for name in names:
        if not p.HasField(name):
            raise LayerError(f"needs {' and '.join(names)}", field=message)
    sides = [getattr(p, name) for name in names]
    if p.is_pyramid_test:
        sides = [int(np.float32(n) * np.float32(by)) for n, by in zip(lengths, sides, strict=True)]
    for side, name in zip(sides, names, strict=True):
        positive(side, f"{message}.{name}")
    return Plan(tops=[(num, channels, *sides)])
