"""One pass of a batch through a net, on which layers are changed before the next ones run."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Protocol

import torch
from torch import Tensor

from fillerkit.adapting.result import AdaptedLayer
from fillerkit.adapting.work import Work
from fillerkit.running import LayerModule
from fillerkit.signals.heads import with_batch_statistics
from fillerkit.signals.still_module import still_module

Tops = tuple[Tensor, ...]


class Visitor(Protocol):
    """A method that does its work as each layer has run.

    Attributes
    ----------
    rows : list of AdaptedLayer
        What was done so far.
    last : int
        The index of the last layer that it needs to see.
    """

    rows: list[AdaptedLayer]
    last: int

    def visit(self, index: int, layer: LayerModule, bottoms: Tops, tops: Tops) -> Tops | None:
        """What the layer's tops are instead, where the method has changed the layer."""


def walk(work: Work, visitors: Sequence[Visitor]) -> None:
    """Run the layers in order; visitors see each as it has run, in no other layer's way.

    A later visitor sees what an earlier one has made of a layer, so that one pass does for several
    methods what a pass for each would do. What a layer hands on is its own output, also where a
    ReLU in place takes it next. Normalisations without statistics use the batch's. The tensors of
    weights lie on the blobs' memory.
    """
    net, _ = with_batch_statistics(work.net, work.blobs)
    running = still_module(net, work.blobs)
    last = max(visitor.last for visitor in visitors)
    for index, layer in enumerate(running.layers):
        if layer.operation is not None:
            layer.register_forward_hook(partial(_seen, visitors, index))
    with torch.no_grad(), torch.random.fork_rng(devices=[]):
        torch.manual_seed(work.limits.seed)
        for index, step in enumerate(running.steps(work.given, keep=())):
            del step
            work.ran()
            if index >= last:
                break


def _seen(
    visitors: Sequence[Visitor], index: int, layer: LayerModule, bottoms: Tops, tops: Tops
) -> Tops:
    for visitor in visitors:
        tops = visitor.visit(index, layer, bottoms, tops) or tops
    return tops
