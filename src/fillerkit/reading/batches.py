"""The batches of a whole net."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from typing import TYPE_CHECKING

from fillerkit.errors import UsageError
from fillerkit.nets.net import check_net
from fillerkit.random.glibc import GlibcRand
from fillerkit.reading.draws import draws_of
from fillerkit.reading.layer_batches import LayerBatches, reads
from fillerkit.reading.stack import Batch

if TYPE_CHECKING:
    from fillerkit.nets.net import Net


def batches(net: Net, *, seed: int | None = None) -> Generator[Batch, None, None]:
    """Read the data that a net's data layers name, batch after batch, without end.

    Parameters
    ----------
    net
    seed
        As for `fillerkit.Net.fill`: with the same seed these are the batches of the net of Caffe's
        whose weights that fills. A fresh one, if neither it nor a solver gives one.

    Yields
    ------
    dict of str to ndarray
        The tops of all layers Data, HDF5Data, ImageData and WindowData, as float32.

    Raises
    ------
    LayerError
        A source is not there, cannot be read, or Caffe would not run with it.
    UsageError
        The net has no layer that reads.
    """
    check_net(net)
    indices = [index for index, layer in enumerate(net.layers) if reads(layer.message)]
    if not indices:
        raise UsageError(f"{net.file}: none of its layers reads data")
    draws, rand = draws_of(net, seed, indices[-1]), GlibcRand()
    layers = [LayerBatches(net.layers[index], net.file, draws[index], rand) for index in indices]
    return _of_all(layers)


def _of_all(layers: Sequence[LayerBatches]) -> Generator[Batch, None, None]:
    try:
        while True:
            yield {top: values for layer in layers for top, values in next(layer).items()}
    finally:
        for layer in layers:
            layer.close()
