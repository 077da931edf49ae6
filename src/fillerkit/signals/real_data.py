"""What goes into a net that has its data here: the first items of its data layers' sources."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np
from numpy.typing import NDArray

from fillerkit.errors import LayerError
from fillerkit.nets.net import Net
from fillerkit.reading import LayerBatches
from fillerkit.reading.draws import draws_of

Values = NDArray[np.float32]


def from_sources(
    net: Net, names: Collection[str], count: int, seed: int
) -> tuple[dict[str, Values], list[str]]:
    """The first `count` items of every data layer that reads one of `names`; and notes.

    0 is as many as the layer's batch has.
    A source that is not here is passed over; one that cannot be read is noted besides.
    """
    indices = [
        index
        for index, layer in enumerate(net.layers)
        if not layer.bottoms and set(layer.message.top) & set(names)
    ]
    values: dict[str, Values] = {}
    notes: list[str] = []
    draws = draws_of(net, seed, indices[-1]) if indices else ()
    for index in indices:
        batches = LayerBatches(net.layers[index], net.file, draws[index])
        if not batches.here:
            continue
        shapes = dict(net.layers[index].tops)
        items = count or next(iter(shapes.values()))[0]
        try:
            found = _first(batches, items)
        except LayerError as error:
            notes.append(f"its data is not read: {error.message}")
            continue
        finally:
            batches.close()
        if any(array.shape[1:] != shapes[top][1:] for top, array in found.items()):
            notes.append(f"the data of '{batches.source}' has other shapes than were asked for")
            continue
        values.update((top, array) for top, array in found.items() if top in names)
        notes.append(f"{', '.join(found)}: the first {items} items of {batches.source}")
    return values, notes


def _first(batches: LayerBatches, count: int) -> dict[str, Values]:
    """So many items, of as many batches as have them."""
    parts = [next(batches)]
    while sum(len(next(iter(part.values()))) for part in parts) < count:
        parts.append(next(batches))
    return {top: np.concatenate([part[top] for part in parts])[:count] for top in parts[0]}
