"""Data layers whose sources are here: each hands out its next batch when it runs."""

from __future__ import annotations

from collections.abc import Sequence

import fillerkit as fk
from fillerkit.pycaffe.process import caffe
from fillerkit.python_layers.blob import Blob
from fillerkit.python_layers.say import say_once


class DataLayers:
    """The batches of all data layers of one net.

    Parameters
    ----------
    net
    draws
        What each of its layers drew when it was set up: `fillerkit.CaffeStream.heard`.
    """

    def __init__(self, net: fk.Net, draws: Sequence[Sequence[int]]) -> None:
        self._batches: dict[int | None, fk.LayerBatches] = {
            index: fk.LayerBatches(layer, net.file, draws[index], caffe.rand)
            for index, layer in enumerate(net.layers)
            if not layer.bottoms
        }

    def missing(self, index: int | None) -> str:
        """What is not there of a layer's source, in words; "" of a layer that nothing reads."""
        batches = self._batches.get(index)
        return batches.missing if batches is not None else ""

    def run(self, index: int | None, what: str, tops: Sequence[Blob]) -> bool:
        """Put the next batch into a layer's tops; False where it is not read.

        As in Caffe the tops take the batch's shape, whatever a script made of them.
        """
        batches = self._batches.get(index)
        if batches is None or not batches.here:
            return False
        if batches.refusal:
            say_once(f"{what}: {batches.refusal}")
            return False
        for top, values in zip(tops, next(batches).values(), strict=True):
            top.reshape(*values.shape)
            top.data[...] = values
        return True
