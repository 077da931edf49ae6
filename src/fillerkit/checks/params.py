"""Warnings about what a prototxt says of parameters and that comes to nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from fillerkit.checks.warning import Warned, warning
from fillerkit.fillers.registry import known_filler
from fillerkit.layers.unread_fields import unread_messages
from fillerkit.nets.net import Net


@warning("ignored-setting")
def ignored_setting(net: Net) -> Iterator[Warned]:
    """A filler is given a parameter that its type does not look at, like ``std`` on xavier.

    All fillers share one message, ``FillerParameter``, so Caffe accepts any of its fields beside
    any type and passes over what the type does not use. Whoever writes ``type: "xavier"
    std: 0.01`` gets xavier, and no 0.01. Source: Caffe 1.0's fillers.
    """
    for layer in net.layers:
        for param in layer.params:
            if param.filler is None or param.given is not None:
                continue
            reads = known_filler(param.filler.type).reads
            if reads is None:
                continue
            said = [field.name for field, _ in param.filler.ListFields()]
            ignored = [name for name in said if name not in (*reads, "type")]
            if ignored:
                yield (
                    layer,
                    f"its {param.name}'s filler sets {' and '.join(ignored)}, which "
                    f"{param.filler.type} does not look at (it reads "
                    f"{' and '.join(reads) or 'nothing but its type'})",
                )


@warning("ignored-param")
def ignored_param(net: Net) -> Iterator[Warned]:
    """A layer sets a message of parameters that its type does not read.

    All types share one message, ``LayerParameter``, so Caffe accepts a ``pooling_param`` in a
    Convolution layer, and passes over it. It is left from another type, or the type is not the one
    that is meant. Source: Caffe 1.0's layers, each of which reads what is named for it.
    """
    for layer in net.layers:
        ignored = list(unread_messages(layer.message))
        if ignored:
            yield layer, f"sets {' and '.join(ignored)}, which {layer.type} does not read"


@warning("shared-alone")
def shared_alone(net: Net) -> Iterator[Warned]:
    """A parameter has a name to be shared by, and nothing shares it.

    Parameters share their values when their ``param { name }`` is the same, letter for letter. A
    name that stands once is harmless, or a slip in one of two that were to be the same: then the
    two halves of a siamese net train apart, and nothing says so. A layer of the other phase counts
    as one that shares it, but in a solver's test net a shape other than in the train net's layer
    of another name is told. Source: Caffe 1.0's parameter sharing.
    """
    names = Counter(param.share_name for layer in net.layers for param in layer.params)
    names.update(spec.name for layer in (*net.left_out, *net.lost) for spec in layer.param)
    for layer in net.layers:
        for param in layer.params:
            if param.share_name and names[param.share_name] == 1:
                yield (
                    layer,
                    f"its {param.name} has the name '{param.share_name}' to be shared by, and no "
                    "other parameter has it",
                )


@warning("frozen-random")
def frozen_random(net: Net) -> Iterator[Warned]:
    """A parameter is drawn at random and has ``lr_mult: 0``: it stays as it was drawn.

    That is meant where pretrained weights are loaded over it (fine-tuning with frozen layers).
    Without them the layer is a random projection for good. Source: Caffe 1.0's solvers multiply
    the rate with ``lr_mult``.
    """
    for layer in net.layers:
        for param in layer.params:
            if param.lr_mult == 0 and param.owner is None and param.drawn:
                enlarges = (
                    ", or bilinear where it enlarges" if layer.type == "Deconvolution" else ""
                )
                yield (
                    layer,
                    f"its {param.name} is drawn at random and never learned (lr_mult: 0): it needs "
                    f"pretrained weights{enlarges}",
                )


@warning("no-loss")
def no_loss(net: Net) -> Iterator[Warned]:
    """Every loss of a net that trains has a ``loss_weight`` of 0: nothing is learned.

    The net's loss is the sum of all tops times their ``loss_weight``, and only what counts in it
    sends a gradient back. A 0 turns a loss into something to look at: Caffe goes on logging its
    value, which stays where it is. Source: Caffe 1.0's solvers and ``Net``.
    """
    losses = [layer for layer in net.layers if layer.traits.loss]
    counted = any(any(layer.traits.loss_weights(layer.message)) for layer in net.layers)
    if net.phase == "TRAIN" and losses and not counted:
        others = "and no other layer counts in the net's loss, so nothing is learned"
        yield losses[0], f"its loss_weight is 0, {others}"


@warning("not-finite")
def not_finite(net: Net) -> Iterator[Warned]:
    """A parameter starts as infinity, or as what is not a number.

    A float32 ends at 3.4e38; a value or a std beyond it, written in a prototxt or overflowed in
    a filler's arithmetic, makes the whole net's output NaN in the first forward pass. Source:
    IEEE 754, and the arithmetic of Caffe 1.0's fillers.
    """
    for layer in net.layers:
        for param in layer.params:
            if not param.finite:
                yield layer, f"its {param.name} would be infinite or not a number"
