"""A net as Caffe runs it: the layers with the Splits put in, and every blob by its number."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import fillerkit as fk
from fillerkit.pycaffe.proto.caffe_pb2 import LayerParameter
from fillerkit.python_layers.blob import shown

Shape = tuple[int, ...]


@dataclass(frozen=True)
class Wired:
    """A layer, and which blobs it takes and makes.

    Attributes
    ----------
    index : int or None
        Of the layer in the net as it was read; None for a Split that is put in.
    message : LayerParameter
        With the names of blobs that the Splits give.
    bottoms, tops : tuple of int
        Numbers of blobs. A top that is made in place has its bottom's.
    loss_weights : tuple of float
        What each top counts in the net's loss.
    """

    index: int | None
    message: LayerParameter
    bottoms: tuple[int, ...]
    tops: tuple[int, ...]
    loss_weights: tuple[float, ...]


class Wiring(NamedTuple):
    """All layers in order, and all blobs in the order in which they are first made."""

    layers: tuple[Wired, ...]
    names: tuple[str, ...]
    shapes: tuple[Shape, ...]
    loss_weights: tuple[float, ...]
    inputs: tuple[int, ...]
    outputs: tuple[int, ...]


def wire(net: fk.Net) -> Wiring:
    """Number the blobs of a net as Caffe does."""
    names: list[str] = []
    shapes: list[Shape] = []
    weights: list[float] = []
    latest: dict[str, int] = {}
    unused: dict[str, int] = {}
    layers: list[Wired] = []
    inputs: list[int] = []
    for index, message in fk.with_splits([layer.message for layer in net.layers]):
        bottoms = tuple(latest[name] for name in message.bottom)
        for name in message.bottom:
            unused.pop(name, None)
        if index is None:
            made = [(name, shapes[bottoms[0]]) for name in message.top]
        else:
            made = list(net.layers[index].tops)
        loss_weights = _loss_weights(message, len(made))
        tops = []
        for position, (name, shape) in enumerate(made):
            if position < len(message.bottom) and message.bottom[position] == name:
                number = bottoms[position]
            else:
                number = len(names)
                names.append(name)
                shapes.append(shape)
                weights.append(0.0)
            shapes[number] = shape
            weights[number] = loss_weights[position]
            if position < len(message.top):  # a top that a loss makes for itself is no output
                latest[name] = unused[name] = number
            tops.append(number)
        if message.type == "Input":
            inputs += tops
        layers.append(Wired(index, message, bottoms, tuple(tops), loss_weights))
    return Wiring(
        tuple(layers),
        tuple(names),
        tuple(shapes),
        tuple(weights),
        tuple(inputs),
        tuple(unused[name] for name in sorted(unused)),
    )


def _loss_weights(message: LayerParameter, tops: int) -> tuple[float, ...]:
    """What each top counts in the net's loss."""
    known = fk.layer_types.get(message.type)
    given = known.traits.loss_weights(message) if known else tuple(message.loss_weight)
    return given + (0.0,) * (tops - len(given))


def check_same_params(layer: fk.Layer, new: fk.Layer, file: str) -> None:
    """Refuse bottoms for which a layer's parameters would have to have other shapes."""
    for param, other in zip(layer.params, new.params, strict=True):
        if param.shape != other.shape:
            raise fk.UsageError(
                f"layer '{layer.name}' ({layer.type}) cannot take the new shapes: its "
                f"{param.name} is {shown(param.shape)} and would have to be {shown(other.shape)}",
                place=fk.Place(file, layer.line, 1),
            )
