"""Data layers: their shapes from the caller, from their real source, or from the prototxt."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from fillerkit.errors import LayerError, ShapeNeeded
from fillerkit.layers import Plan, Shape
from fillerkit.layers.registry import LayerType, layer_types
from fillerkit.prototxt import TextLayer
from fillerkit.schema.forks_pb2 import LayerParameter


def plan_source(known: LayerType, layer: LayerParameter, given: Mapping[str, Shape]) -> Plan:
    """Plan a data layer from the shapes that the caller gives, else from its real source."""
    if not known.outside or layer.top[0] in given:
        try:
            return known.plan(layer, given)
        except ShapeNeeded:
            if not known.outside:
                raise
    from fillerkit.sources import find_shapes

    try:
        found = find_shapes(layer)
    except ShapeNeeded as needed:
        # What the prototxt settles itself does without the source.
        try:
            return known.plan(layer, given)
        except ShapeNeeded:
            raise needed from None
    if found is None:
        return known.plan(layer, given)
    plan = known.plan(layer, {**found.shapes, **given})
    return replace(plan, notes=[found.note, *plan.notes])


def shapes_needed(layers: Iterable[TextLayer], given: Mapping[str, Shape]) -> Iterator[ShapeNeeded]:
    """The errors of all data layers whose shapes have to be given."""
    for layer, _ in layers:
        known = layer_types.get(layer.type)
        if known is None or not known.source:
            continue
        try:
            plan_source(known, layer, given)
        except ShapeNeeded as error:
            error.layer = layer.name
            yield error
        except LayerError:
            continue
