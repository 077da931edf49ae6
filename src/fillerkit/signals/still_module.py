"""A net as a module that learns nothing by itself: to be looked at while it runs."""

from __future__ import annotations

from fillerkit.blobs.blobs import Blobs
from fillerkit.nets.net import Net
from fillerkit.running import NetModule, module
from fillerkit.signals.heads import without_statistics


def still_module(net: Net, blobs: Blobs) -> NetModule:
    """The module of a net and its blobs, without gradients, and which gathers nothing into them.

    A layer without statistics works with the batch's; for a BatchNorm its message has to say so
    too (`with_batch_statistics`).
    """
    running = module(net, blobs).requires_grad_(False)
    for layer in running.layers:
        layer.gathers = False
        for name, buffer in layer._buffers.items():
            if buffer is not None:
                layer._buffers[name] = buffer.clone()
        if without_statistics(layer.layer, blobs):
            layer.train()
    return running
