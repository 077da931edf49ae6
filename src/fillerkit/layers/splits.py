"""The Split layers that Caffe puts between a blob and the layers that take it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from fillerkit.errors import check_kind
from fillerkit.schema.forks_pb2 import LayerParameter

Port = tuple[int, int]
"""A layer's index, and a position among its bottoms or tops."""


class Takers:
    """Which top each bottom of a net is, and how often each top is taken.

    A top that counts in the net's loss is taken once more.

    Attributes
    ----------
    made : dict of Port to Port
        For each bottom, the top that it is.
    taken : dict of Port to list of Port
        For each top that is taken, the bottoms that it is, in order.
    count : Counter of Port
        For each top, how many bottoms it is, plus one with a loss weight.
    """

    def __init__(self, layers: Sequence[LayerParameter]) -> None:
        self.made: dict[Port, Port] = {}
        self.taken: dict[Port, list[Port]] = {}
        self.count: Counter[Port] = Counter()
        latest: dict[str, Port] = {}
        for index, layer in enumerate(layers):
            for position, name in enumerate(layer.bottom):
                if name in latest:
                    self.made[index, position] = latest[name]
                    self.taken.setdefault(latest[name], []).append((index, position))
                    self.count[latest[name]] += 1
            for position, name in enumerate(layer.top):
                latest[name] = index, position
                if position < len(layer.loss_weight) and layer.loss_weight[position]:
                    self.count[index, position] += 1


def with_splits(
    layers: Sequence[LayerParameter],
) -> list[tuple[int | None, LayerParameter]]:
    """The layers as Caffe runs them: a Split behind each top that is taken more than once.

    The split of top 0, ``data``, of a layer ``mnist`` is called ``data_mnist_0_split``, and its
    tops ``data_mnist_0_split_0`` and so on; the takers' bottoms are renamed. A loss weight moves
    to the split's first top. Beside each layer stands its index in `layers`, or None for a Split
    that is put in. Layers that change are copies.
    """
    wanted = "LayerParameter messages, like [layer.message for layer in net.layers]"
    check_kind("layers", layers, Sequence, wanted)
    takers = Takers(layers)
    taken: Counter[Port] = Counter()
    found: list[tuple[int | None, LayerParameter]] = []
    for index, layer in enumerate(layers):
        made = [takers.made.get((index, position)) for position in range(len(layer.bottom))]
        crowded = [at for at in made if at is not None and takers.count[at] > 1]
        splits = [at for at in range(len(layer.top)) if takers.count[index, at] > 1]
        if not crowded and not splits:
            found.append((index, layer))
            continue
        changed = type(layer)()
        changed.CopyFrom(layer)
        found.append((index, changed))
        for position, at in enumerate(made):
            if at is not None and takers.count[at] > 1:
                maker = layers[at[0]]
                changed.bottom[position] = f"{_name(maker, at[1])}_{taken[at]}"
                taken[at] += 1
        for position in splits:
            split = _split(layer, position, takers.count[index, position])
            if split.loss_weight:
                changed.ClearField("loss_weight")
                taken[index, position] += 1
            found.append((None, split))
    return found


def is_inserted(layer: LayerParameter) -> bool:
    """Whether a layer of a file is such a Split: by its type, and the end of its name."""
    return layer.type == "Split" and layer.name.endswith("_split")


def _split(layer: LayerParameter, position: int, count: int) -> LayerParameter:
    name = _name(layer, position)
    split = LayerParameter(name=name, type="Split", phase=layer.phase)
    split.bottom.append(layer.top[position])
    split.top.extend(f"{name}_{index}" for index in range(count))
    weight = layer.loss_weight[position] if position < len(layer.loss_weight) else 0.0
    if weight:
        split.loss_weight.extend([weight] + [0.0] * (count - 1))
    return split


def _name(layer: LayerParameter, position: int) -> str:
    return f"{layer.top[position]}_{layer.name}_{position}_split"
