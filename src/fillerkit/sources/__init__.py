"""Shapes from the real data that a data layer's source names, where it is there."""

from __future__ import annotations

from dataclasses import dataclass

from fillerkit.layers import Shape
from fillerkit.schema.caffe_pb2 import LayerParameter


@dataclass(frozen=True)
class Found:
    """The shapes of a data layer's tops, by name, and a line that says where they are from."""

    shapes: dict[str, Shape]
    note: str


def find_shapes(layer: LayerParameter) -> Found | None:
    """The shapes of a data layer's tops, or None where its source is not there."""
    return None
