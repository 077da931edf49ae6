"""Data layers: their shapes from the caller, from their real source, or from the prototxt."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from fillerkit.errors import LayerError, Lengths, ShapeNeeded, UsageError
from fillerkit.layers import Plan, Shape
from fillerkit.layers.data import IMAGES
from fillerkit.layers.registry import LayerType, layer_types
from fillerkit.nets.asked import Partial
from fillerkit.prototxt import TextLayer
from fillerkit.schema.forks_pb2 import LayerParameter


def plan_source(
    known: LayerType,
    layer: LayerParameter,
    given: Mapping[str, Shape],
    partial: Mapping[str, Partial] | None = None,
) -> Plan:
    """Plan a data layer from the shapes that the caller gives, else from its real source.

    What a shape of `partial` leaves open is what would be the length without it.
    """
    asked = {top: partial[top] for top in layer.top if partial and top in partial}
    if not asked:
        return _plan(known, layer, given)
    needed: Mapping[str, Lengths] = {}
    try:
        plan = _plan(known, layer, given)
        needed = dict(zip(layer.top, plan.tops, strict=False))
    except ShapeNeeded as error:
        needed = error.shapes
    shapes = {top: _filled(top, shape, needed.get(top)) for top, shape in asked.items()}
    whole = {top: shape for top, shape in shapes.items() if all(isinstance(n, int) for n in shape)}
    if len(whole) < len(shapes):
        rest = {top: shape for top, shape in shapes.items() if top not in whole}
        raise ShapeNeeded("leaves a length open that nothing tells", shapes=rest)
    return _plan(known, layer, {**given, **whole})  # type: ignore[dict-item]


def _filled(top: str, asked: Partial, known: Lengths | None) -> Lengths:
    """The lengths that are asked for, open ones as they are known."""
    if known is not None and len(known) != len(asked):
        raise UsageError(f"the shape of '{top}' has {len(known)} axes, not {len(asked)}")
    rest = known or IMAGES[: len(asked)] + ("?",) * (len(asked) - len(IMAGES))
    return tuple(own if own is not None else other for own, other in zip(asked, rest, strict=True))


def _plan(known: LayerType, layer: LayerParameter, given: Mapping[str, Shape]) -> Plan:
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


def shapes_needed(
    layers: Iterable[TextLayer], given: Mapping[str, Shape], partial: Mapping[str, Partial]
) -> Iterator[ShapeNeeded]:
    """The errors of all data layers whose shapes have to be given."""
    for layer, _ in layers:
        known = layer_types.get(layer.type)
        if known is None or not known.source:
            continue
        try:
            plan_source(known, layer, given, partial)
        except ShapeNeeded as error:
            error.layer = layer.name
            yield error
        except LayerError:
            continue
