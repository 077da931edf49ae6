"""Tile: copies laid end to end."""

from __future__ import annotations

from collections.abc import Sequence

from fillerkit.errors import LayerError
from fillerkit.layers.plan import Plan, Shape
from fillerkit.layers.registry import layer
from fillerkit.layers.shapes import canonical_axis, positive
from fillerkit.schema.forks_pb2 import LayerParameter


@layer("Tile", moves=True)
def tile(layer: LayerParameter, bottoms: Sequence[Shape]) -> Plan:
    """Copies of its bottom along one axis."""
    p, shape = layer.tile_param, bottoms[0]
    if not p.HasField("tiles"):
        raise LayerError("needs the number of copies, tiles", field="tile_param")
    tiles = positive(p.tiles, "tile_param.tiles")
    axis = canonical_axis(p.axis, shape, "tile_param.axis")
    return Plan(tops=[(*shape[:axis], shape[axis] * tiles, *shape[axis + 1 :])])
