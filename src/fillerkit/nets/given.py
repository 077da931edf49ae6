"""A net that starts from values: what is said of its fillers does not hold where they are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from fillerkit.fillers import Given
from fillerkit.layers.net_layer import At, Layer, ParamBlob, owner
from fillerkit.nets.net import Net
from fillerkit.nets.notes import other_notes, start_notes


def with_given(net: Net, given: Mapping[At, Given]) -> Net:
    """The net as if its text held these values, of shared blobs at their owner's place."""

    def changed(at: At, param: ParamBlob) -> ParamBlob:
        return replace(param, given=given.get(owner(net.layers, at), param.given))

    def holding(index: int, layer: Layer) -> Layer:
        params = enumerate(layer.params)
        return replace(layer, params=tuple(changed((index, at), param) for at, param in params))

    layers = tuple(holding(index, layer) for index, layer in enumerate(net.layers))
    notes = tuple(other_notes(net.notes, net.layers))
    if len(notes) < len(net.notes):  # a net that is checked has none of how it starts
        notes += tuple(start_notes(net.layers, given))
    return replace(net, layers=layers, notes=notes)
