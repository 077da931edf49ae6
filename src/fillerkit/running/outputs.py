"""What a forward pass returns: blobs by name, and the losses among them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import torch
from torch import Tensor
from torch.utils import _pytree


class Outputs(dict[str, Tensor]):
    """Blobs of a forward pass by name, and what counts in the net's loss.

    It is a node of PyTorch's trees, so that exported and compiled modules return it too: its leaves
    are the blobs in their order, then the losses that are not among them.

    Attributes
    ----------
    losses : list of (str, float, torch.Tensor)
        The layer, the weight and the top of every loss, whether or not the blob is kept.
    """

    def __init__(self) -> None:
        super().__init__()
        self.losses: list[tuple[str, float, Tensor]] = []

    @property
    def loss(self) -> Tensor:
        """The net's loss: every loss's sum, times its weight; 0 where there is none.

        As in Caffe, nothing is learned from a loss whose weight the prototxt does not say and whose
        top a later layer takes: it counts in the value alone.
        """
        terms = [weight * top.sum() for _, weight, top in self.losses]
        return torch.stack(terms).sum() if terms else torch.zeros(())


def _taken_apart(outputs: Outputs) -> tuple[list[Any], Any]:
    """The leaves; and the names of the blobs, and each loss's layer, weight and place as a leaf.

    The last are lists, which JSON gives back as they were: `torch.export.save` writes them.
    """
    names, leaves, losses = list(outputs), list(outputs.values()), []
    for layer, weight, top in outputs.losses:
        place = next((at for at, leaf in enumerate(leaves) if leaf is top), len(leaves))
        if place == len(leaves):
            leaves.append(top)
        losses.append([layer, weight, place])
    return leaves, [names, losses]


def _with_keys(outputs: Outputs) -> tuple[list[tuple[Any, Any]], Any]:
    leaves, (names, losses) = _taken_apart(outputs)
    more = (f"loss of {layer}" for layer, _, place in losses if place >= len(names))
    keys: list[Any] = [_pytree.MappingKey(name) for name in (*names, *more)]
    return list(zip(keys, leaves, strict=True)), [names, losses]


def _put_together(leaves: Iterable[Any], context: Any) -> Outputs:
    outputs, (names, losses), found = Outputs(), context, list(leaves)
    outputs.update(zip(names, found, strict=False))
    outputs.losses += [(layer, weight, found[place]) for layer, weight, place in losses]
    return outputs


if hasattr(_pytree, "MappingKey"):  # PyTorch before 2.3 exports no module that answers with names
    _pytree.register_pytree_node(
        Outputs,
        _taken_apart,
        _put_together,
        serialized_type_name="fillerkit.torch.Outputs",
        to_dumpable_context=lambda context: context,
        from_dumpable_context=lambda context: context,
        flatten_with_keys_fn=_with_keys,
    )
