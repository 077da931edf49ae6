"""A part of a net is a net: blobs that no layer makes become inputs once their shapes are given."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from fillerkit.prototxt import NetText, TextLayer
from fillerkit.schema.forks_pb2 import LayerParameter


def open_bottoms(layers: Iterable[TextLayer]) -> dict[str, TextLayer]:
    """The blobs that layers take and that no layer makes, each with its first taker."""
    layers = list(layers)
    made = {top for layer, _ in layers for top in layer.top}
    found: dict[str, TextLayer] = {}
    for pair in layers:
        for name in pair[0].bottom:
            if name not in made:
                found.setdefault(name, pair)
    return found


def with_inputs(text: NetText, given: Collection[str]) -> NetText:
    """The net with an Input layer in front for the open bottoms whose shapes are given."""
    missing = {name: pair for name, pair in open_bottoms(text.layers).items() if name in given}
    if not missing:
        return text
    _, field = next(iter(missing.values()))
    layer = LayerParameter(name="input", type="Input", top=missing)
    note = f"{', '.join(missing)}: an input, since no layer makes it"
    return text._replace(layers=[(layer, field), *text.layers], notes=(*text.notes, note))
