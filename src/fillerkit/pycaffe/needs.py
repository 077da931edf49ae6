"""Which layers of a net a backward pass runs, and towards which bottoms, as Caffe decides it."""

from __future__ import annotations

from typing import NamedTuple

import fillerkit as fk
from fillerkit.pycaffe.proto.caffe_pb2 import LayerParameter
from fillerkit.pycaffe.wiring import Wiring


class Needs(NamedTuple):
    """What a backward pass computes, by layer, in the order in which Caffe runs them.

    Attributes
    ----------
    layers : list of bool
        Whether the layer runs backward.
    bottoms : list of list of bool
        Whether it computes the gradient of each bottom.
    params : list of list of bool
        Whether it computes the gradient of each parameter blob.
    """

    layers: list[bool]
    bottoms: list[list[bool]]
    params: list[list[bool]]


def needs(net: fk.Net, wiring: Wiring, *, force: bool) -> Needs:
    """Decide it by learning rates, losses and ``propagate_down``; `force` asks for everything.

    A gradient is needed behind anything that is learned, as far as a loss depends on it.
    """
    found = Needs([], [], [])
    wanted: set[int] = set()  # blobs whose gradient something before them can use
    for wired in wiring.layers:
        towards = [number in wanted for number in wired.bottoms]
        if wired.message.propagate_down:
            towards = list(wired.message.propagate_down)
        learned = [] if wired.index is None else _learned(net.layers[wired.index])
        runs = any(learned) or any(number in wanted for number in wired.bottoms)
        if runs:
            wanted.update(wired.tops)
        found.layers.append(runs)
        found.bottoms.append(towards)
        found.params.append(learned)
    _only_losses(found, wiring)
    if force:
        _all(found, wiring)
    return found


def _learned(layer: fk.Layer) -> list[bool]:
    """Whether the layer's own ``lr_mult`` of each parameter is not 0.

    It is 1 where the layer says nothing: also if the owner of a shared name says 0, and for the
    statistics of a BatchNorm.
    """
    rates = [spec.lr_mult for spec in layer.message.param]
    return [rate != 0 for rate in rates + [1.0] * (len(layer.params) - len(rates))]


def _only_losses(found: Needs, wiring: Wiring) -> None:
    """Leave out what no loss depends on, from the end backward."""
    in_loss: set[int] = set()
    stopped: set[int] = set()
    for index in reversed(range(len(wiring.layers))):
        wired, towards = wiring.layers[index], found.bottoms[index]
        counts = any(
            weight or number in in_loss
            for weight, number in zip(wired.loss_weights, wired.tops, strict=True)
        )
        if not counts or all(number in stopped for number in wired.tops):
            found.layers[index] = False
            towards[:] = [False] * len(towards)
        if counts:
            in_loss.update(wired.bottoms)
        for number, goes in zip(wired.bottoms, towards, strict=True):
            if not goes:
                stopped.add(number)


def _all(found: Needs, wiring: Wiring) -> None:
    for index, wired in enumerate(wiring.layers):
        found.layers[index] = True
        for position in range(len(wired.bottoms)):
            if _takes_gradient(wired.message, position):
                found.bottoms[index][position] = True
        found.params[index][:] = [True] * len(found.params[index])


def _takes_gradient(message: LayerParameter, position: int) -> bool:
    """Whether a bottom can be forced to have a gradient: the labels of a loss cannot."""
    known = fk.layer_types.get(message.type)
    if known is None or not known.loss:
        return True
    return position < 2 if known.traits.both_sides else position != 1
