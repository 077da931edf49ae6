"""Convolutions of an image at several scales with one bank of filters (akanazawa/si-convnet)."""

from __future__ import annotations

from collections.abc import Sequence
from math import cos, radians, sin

import numpy as np

from fillerkit.errors import LayerError
from fillerkit.layers.convolution import convolution, gathered
from fillerkit.layers.plan import Plan, Shape
from fillerkit.layers.registry import layer
from fillerkit.layers.shapes import axes4, positive, shown
from fillerkit.schema.forks_pb2 import LayerParameter, TransParameter


@layer("Up", tops=(1, None), in_place=False)
def up(layer: LayerParameter, bottoms: Sequence[Shape]) -> Plan:
    """Its bottom in each of the transformations, a top each (``up_layer.cpp``)."""
    if len(layer.transformations) != len(layer.top):
        raise LayerError(
            f"needs a transformation for each of its {len(layer.top)} tops: it has "
            f"{len(layer.transformations)}",
            field="transformations",
        )
    return Plan(tops=_transformed(layer, axes4(bottoms[0])))


@layer(
    "Tiedconv",
    bottoms=(1, None),
    tops=(1, None),
    same=True,
    blobs=("weight", "bias"),
    sums=gathered,
)
def tiedconv(layer: LayerParameter, bottoms: Sequence[Shape]) -> Plan:
    """A convolution of bottoms that may be of different sizes (``tiedconv_layer.cpp``)."""
    for index, shape in enumerate(bottoms):
        if axes4(shape)[:2] != bottoms[0][:2]:
            raise LayerError(
                "its bottoms must have as many items and channels: "
                f"bottom 0 is {shown(bottoms[0])}, bottom {index} is {shown(shape)}"
            )
    plans = [convolution(layer, [shape]) for shape in bottoms]
    return Plan(tops=[plan.tops[0] for plan in plans], params=plans[0].params)


@layer("Downpool", bottoms=(1, None))
def downpool(layer: LayerParameter, bottoms: Sequence[Shape]) -> Plan:
    """The largest of its bottoms, each turned back to the size of the first.

    Source: ``downpool_layer.cpp``.
    """
    if len(layer.transformations) != len(bottoms):
        raise LayerError(
            f"needs a transformation for each of its {len(bottoms)} bottoms: it has "
            f"{len(layer.transformations)}",
            field="transformations",
        )
    return Plan(tops=[axes4(bottoms[0])])


@layer("Ticonv", blobs=("weight", "bias"), sums=gathered)
def ticonv(layer: LayerParameter, bottoms: Sequence[Shape]) -> Plan:
    """Up, Tiedconv and Downpool in one (``ticonv_layer.cpp``)."""
    if not layer.transformations:
        raise LayerError("needs transformations, the first of scale 1", field="transformations")
    plan = tiedconv(layer, _transformed(layer, axes4(bottoms[0])))
    return Plan(tops=plan.tops[:1], params=plan.params)


def _transformed(layer: LayerParameter, shape: Shape) -> list[Shape]:
    return [(*shape[:2], *_size(each, shape[2], shape[3])) for each in layer.transformations]


def _size(p: TransParameter, height: int, width: int) -> tuple[int, int]:
    """The box around the transformed corners, in float32, cut off (``transformation.cpp``)."""
    if p.scale == 1 and p.rotation == 0:
        return height, width
    if p.HasField("final_width"):
        return (
            positive(p.final_height, "transformations.final_height"),
            positive(p.final_width, "transformations.final_width"),
        )
    if not p.scale > 0:
        raise LayerError(f"needs scale to be above 0, not {p.scale:g}", field="transformations")
    turn = radians(p.rotation)
    matrix = np.array([[cos(turn), sin(turn)], [-sin(turn), cos(turn)]]).astype(np.float32)
    corners = np.array([[0, 0], [height, 0], [0, width], [height, width]], np.float32)
    box = np.ptp(corners @ (matrix * np.float32(p.scale)), axis=0)
    return int(box[0]), int(box[1])
