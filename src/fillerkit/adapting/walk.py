"""One pass of a batch through a net, on which layers are changed before the next ones run."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from fillerkit.adapting.work import Work
from fillerkit.running import LayerModule
from fillerkit.signals.heads import with_batch_statistics
from fillerkit.signals.still_module import still_module

Tops = tuple[Tensor, ...]
Visit = Callable[[int, LayerModule, Tops, Tops], Tops | None]
"""Called with a layer's index, itself, its bottoms and its tops: what its tops are instead."""


def walk(work: Work, visit: Visit) -> None:
    """Run all layers in order; `visit` sees each as it has run, in no other layer's way.

    What a layer hands on is its own output, also where a ReLU in place takes it next.
    Normalisations without statistics use the batch's. The tensors of weights lie on the blobs'
    memory.
    """
    net, _ = with_batch_statistics(work.net, work.blobs)
    running = still_module(net, work.blobs)
    for index, layer in enumerate(running.layers):
        if layer.operation is not None:
            layer.register_forward_hook(_hook(index, visit))
    with torch.no_grad(), torch.random.fork_rng(devices=[]):
        torch.manual_seed(work.limits.seed)
        for step in running.steps(work.given, keep=()):
            del step
            work.ran()


def _hook(index: int, visit: Visit) -> Callable[[Any, Tops, Tops], Tops | None]:
    def seen(layer: LayerModule, bottoms: Tops, tops: Tops) -> Tops | None:
        return visit(index, layer, bottoms, tops)

    return seen
