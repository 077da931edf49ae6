"""Layers of one type read as another, or as unknown, where a person says so."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from fillerkit.errors import UsageError, check_kind, did_you_mean
from fillerkit.layers.registry import layer_types
from fillerkit.prototxt import NetText, TextLayer
from fillerkit.prototxt.upgrade import current_type

UNKNOWN = "unknown"
"""In place of a type: what is known of the layer's own type does not hold."""


def read_as(text: NetText, types: Mapping[str, str]) -> tuple[NetText, frozenset[str]]:
    """The net with the types that `types` says, and the names of the layers it calls unknown.

    Parameters
    ----------
    text
    types
        By the type that the prototxt writes, as V1 or as today, or by a layer's name: a type that
        is known, or `UNKNOWN`.
    """
    for new in types.values():
        check_kind("a type in types", new, str, "the name of a layer type, or 'unknown'")
        if new != UNKNOWN and layer_types.get(new) is None:
            near = did_you_mean(new, layer_types.names())
            raise UsageError(f"types: '{new}' is no layer type that is known{near}")
    found: Counter[str] = Counter()
    notes: Counter[tuple[str, str]] = Counter()
    unknown = set()

    def changed(pair: TextLayer) -> TextLayer:
        layer, field = pair
        keys = [key for key in types if layer.type in (key, current_type(key))]
        key = layer.name if layer.name in types else next(iter(keys), None)
        if key is None:
            return pair
        found[key] += 1
        notes[layer.type, types[key]] += 1
        if types[key] == UNKNOWN:
            unknown.add(layer.name)
            return pair
        new = type(layer)()
        new.CopyFrom(layer)
        new.type = types[key]
        return new, field

    layers = [changed(pair) for pair in text.layers]
    for key in types:
        if not found[key]:
            near = did_you_mean(key, {layer.type for layer, _ in text.layers})
            raise UsageError(f"types: no layer is of type '{key}' or has that name{near}")
    said = [
        f"{old} is read as {new} ({count} layer{'s' * (count != 1)})"
        for (old, new), count in notes.items()
    ]
    return text._replace(layers=layers, notes=(*text.notes, *said)), frozenset(unknown)
