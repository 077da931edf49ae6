"""The part of a net that a batch reaches: all but layers that cannot be run, and those behind."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from fillerkit.adapting.result import AdaptedLayer
from fillerkit.layers.net_layer import Layer
from fillerkit.layers.splits import Takers
from fillerkit.nets.net import Net
from fillerkit.running import refusal

_OF_THE_FIRST_LAYER = ("k-means", "pca")


def unreached(net: Net, takers: Takers) -> dict[int, str]:
    """The layers that are not run, and why; none where no layer with parameters would be left."""
    found: dict[int, str] = {}
    for index, layer in enumerate(net.layers):
        why = refusal(layer)
        if why:
            found[index] = f"'{layer.name}' ({layer.type}) cannot be run in PyTorch: {why}"
            continue
        before = [takers.made[port] for port in _bottoms(index, layer) if port in takers.made]
        before += [param.owner for param in layer.params if param.owner is not None]
        lost = [found[at] for at, _ in before if at in found]
        if lost:
            found[index] = lost[0]
    left = (layer for index, layer in enumerate(net.layers) if index not in found)
    return found if any(layer.params for layer in left) else {}


def _bottoms(index: int, layer: Layer) -> Iterator[tuple[int, int]]:
    return ((index, position) for position in range(len(layer.bottoms)))


def told(net: Net, lost: Mapping[int, str], methods: Sequence[str]) -> list[AdaptedLayer]:
    """What each method says of the layers that it would change, were they run."""
    return [
        AdaptedLayer(method, layer.key, layer.type, False, said=f"not reached: {why}")
        for method in methods
        for layer, why in ((net.layers[index], why) for index, why in lost.items())
        if method not in _OF_THE_FIRST_LAYER and layer.params and _concerns(method, layer)
    ]


def _concerns(method: str, layer: Layer) -> bool:
    return bool(layer.traits.statistics if method == "batch-norm" else layer.traits.sums)
