"""A net that starts from weight files: what is said of its parameters is said of their values."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import NamedTuple

from fillerkit.errors import LayerError, Place
from fillerkit.fillers import Given
from fillerkit.filling.transfer import transfer
from fillerkit.filling.transferred import Transfer, Weights
from fillerkit.nets.given import with_given
from fillerkit.nets.net import Net


class Start(NamedTuple):
    """Weight files, or blobs, that a net is to start from, and how the files are read."""

    weights: Weights | Sequence[Weights]
    encoding: str | None = None
    proto: str | os.PathLike[str] | None = None

    def of(self, net: Net) -> tuple[Net, list[LayerError]]:
        """The net as if its text held these values, and its layers that do not fit."""
        found = transfer(
            net, self.weights, on_mismatch="fill", encoding=self.encoding, proto=self.proto
        )
        where = f"in {', '.join(found.files) or 'the given blobs'}"
        arrays = ((at, found.source(at)) for at in found.places)
        given = {at: Given(array.reshape(-1), where) for at, array in arrays if array is not None}
        own = with_given(net, given)
        notes = tuple(dict.fromkeys((*own.notes, *found.notes, str(found))))
        return replace(own, notes=notes), list(_misfits(net, found))


def _misfits(net: Net, found: Transfer) -> Iterator[LayerError]:
    layers = {layer.key: layer for layer in net.layers}
    for move in found.misfits:
        layer = layers[move.layer]
        error = LayerError(
            f"does not fit {move.file}, which Caffe refuses: {move.why}",
            layer=layer.name,
            place=Place(net.file, layer.line, 1),
        )
        error.within = (f"layer '{layer.name}' ({layer.type})",)
        yield error
