"""What a person should know of how a net starts."""

from __future__ import annotations

from collections.abc import Sequence

from fillerkit.errors import some
from fillerkit.layers.net_layer import Layer


def start_notes(layers: Sequence[Layer]) -> list[str]:
    """A line for each thing that keeps the net from learning as it stands."""
    if not layers:
        return ["there is no layer in it"]
    params = [(layer, param) for layer in layers for param in layer.params]
    dead = list(dict.fromkeys(layer.name for layer, param in params if param.dead))
    wild = [f"{layer.name}/{param.name}" for layer, param in params if not param.finite]
    found = []
    if dead:
        found.append(f"all zeros, as Caffe leaves a weight without a weight_filler: {some(dead)}")
    if wild:
        found.append(f"infinite or not a number: {some(wild)}")
    return found
