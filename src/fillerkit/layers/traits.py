"""What a layer type declares of itself, for all that need to know it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from math import prod
from typing import NamedTuple, TypedDict

from fillerkit.layers.plan import Shape
from fillerkit.schema.forks_pb2 import LayerParameter

BlobNames = tuple[str, ...] | Callable[[LayerParameter, int], tuple[str, ...]]
Sums = Callable[[LayerParameter, Shape], tuple[float, int]]
Whole = Mapping[int, int | Callable[[LayerParameter, Sequence[Shape]], int]]


class Declared(TypedDict, total=False):
    """The traits as keywords of `fillerkit.layer`, where each is explained."""

    blobs: BlobNames
    weights: Collection[str]
    statistics: Collection[str]
    sums: Sums | None
    activates: bool
    rectifies: bool | Callable[[LayerParameter], bool]
    normalises: bool
    passes: bool
    moves: bool
    drops: bool
    reads_out: bool
    both_sides: bool
    whole: Whole | None
    marks: int | None
    regions: int | None
    fixed_batch: bool


class Traits(NamedTuple):
    """The traits of one type; the fields are explained at `fillerkit.layer`."""

    loss: bool = False
    blobs: BlobNames = ()
    weights: Collection[str] = ("weight",)
    statistics: Collection[str] = ()
    sums: Sums | None = None
    activates: bool = False
    rectifies: bool | Callable[[LayerParameter], bool] = False
    normalises: bool = False
    passes: bool = False
    moves: bool = False
    drops: bool = False
    reads_out: bool = False
    both_sides: bool = False
    whole: Whole | None = None
    marks: int | None = None
    regions: int | None = None
    fixed_batch: bool = False

    def blob_names(self, layer: LayerParameter, count: int) -> tuple[str, ...]:
        """The names of a layer's `count` blobs; "" for those that are not declared."""
        names = self.blobs(layer, count) if callable(self.blobs) else self.blobs
        return (*names, *("",) * count)[:count]

    def loss_weights(self, layer: LayerParameter) -> tuple[float, ...]:
        """What a layer's tops count in the net's loss, those that follow nothing.

        As the prototxt says; else the first top of a loss counts 1.
        """
        return tuple(layer.loss_weight) or (1.0,) * self.loss

    def is_rectifier(self, layer: LayerParameter) -> bool:
        """Whether a layer of the type rectifies."""
        return self.rectifies(layer) if callable(self.rectifies) else self.rectifies

    def below(self, layer: LayerParameter, position: int, bottoms: Sequence[Shape]) -> int | None:
        """Below which number the whole numbers of a bottom are; None for values of any size.

        A loss that declares nothing takes labels of the classes in bottom 0.
        """
        if self.whole is None:
            return classes(layer.softmax_param.axis, bottoms) if self.loss and position else None
        limit = self.whole.get(position)
        return limit(layer, bottoms) if callable(limit) else limit


def rows(layer: LayerParameter, weight: Shape) -> tuple[float, int]:
    """The sums of a weight of which each row is a unit that takes all inputs."""
    return prod(weight[1:]), weight[0]


def classes(axis: int, bottoms: Sequence[Shape]) -> int:
    """How many scores bottom 0 has along an axis; 1 where it does not have the axis."""
    scores = bottoms[0]
    return scores[axis] if -len(scores) <= axis < len(scores) else 1
