"""Which layers of a net can be folded into which, and why others cannot."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from fillerkit.formats.stored import Array
from fillerkit.layers.net_layer import Layer
from fillerkit.layers.plan import Setting
from fillerkit.layers.splits import Takers
from fillerkit.merging import sums
from fillerkit.merging.affine import KINDS, Affine, CannotFold, affine
from fillerkit.nets.net import Net
from fillerkit.prototxt import Field, TextLayer


class Placed(NamedTuple):
    """A layer of a net, and where it stands in the text."""

    layer: Layer
    field: Field


class Fold(NamedTuple):
    """A layer, and what is folded into it, in order.

    Attributes
    ----------
    at : int
        The layer's index in the net.
    steps : list of (int, Affine)
        The index of each layer that goes, and what it does.
    """

    at: int
    steps: list[tuple[int, Affine]]

    @property
    def last(self) -> int:
        """The index of the layer whose top is that of the whole."""
        return self.steps[-1][0]


class Left(NamedTuple):
    """A layer that could not be folded, and why."""

    layer: Layer
    why: str

    def __str__(self) -> str:
        return f"left layer '{self.layer.name}' ({self.layer.type}): {self.why}"


def find(
    net: Net,
    placed: Sequence[Placed],
    others: Sequence[TextLayer],
    setting: Setting,
    blobs: Callable[[int], Sequence[Array]],
) -> tuple[list[Fold], list[Left]]:
    """Look at each layer that scales or shifts channels, in the order of the net.

    Parameters
    ----------
    net
    placed
        The net's layers.
    others
        Those of the text that are not in the net.
    setting
        Of the net.
    blobs
        The trained values of the layer at an index.
    """
    finder = _Finder(net, placed, others, setting, blobs)
    left = []
    for at, layer in enumerate(net.layers):
        if layer.type in KINDS:
            try:
                finder.fold(at, layer)
            except CannotFold as reason:
                left.append(Left(layer, str(reason)))
    return list(finder.folds.values()), left


class _Finder:
    """What is folded so far."""

    def __init__(
        self,
        net: Net,
        placed: Sequence[Placed],
        others: Sequence[TextLayer],
        setting: Setting,
        blobs: Callable[[int], Sequence[Array]],
    ) -> None:
        self.folds: dict[int, Fold] = {}
        self._layers = net.layers
        self._placed = placed
        self._others = others
        self._setting = setting
        self._blobs = blobs
        self._takers = Takers([layer.message for layer in net.layers])
        self._into: dict[int, int] = {}
        self._shared = set(_shared(net.layers))

    def fold(self, at: int, layer: Layer) -> None:
        """Fold a layer into the one before, or say why not."""
        if len(layer.bottoms) != 1 or len(layer.message.top) != 1:
            raise CannotFold("it takes a second bottom, or makes a second top")
        made = self._takers.made[at, 0]
        before = self._layers[made[0]]
        into = self._into.get(made[0], made[0])
        target = self._layers[into]
        if target.type not in sums.KINDS:
            raise CannotFold(
                f"it stands behind layer '{before.name}' ({before.type}), into which nothing can "
                "be folded"
            )
        if self._takers.count[made] > 1:
            raise CannotFold(
                f"'{layer.bottoms[0]}', its bottom, is taken elsewhere too (by a layer, or as a "
                "loss)"
            )
        sums.check(target)
        for each in (into, at):
            if each in self._shared:
                raise CannotFold(f"layer '{self._layers[each].name}' shares its parameters")
        self._check_text(at, into)
        step = affine(layer, before.tops[made[1]][1], self._blobs(at), self._setting)
        self.folds.setdefault(into, Fold(into, [])).steps.append((at, step))
        self._into[at] = into

    def _check_text(self, at: int, into: int) -> None:
        """Refuse what cannot be taken out of the text, or would change another phase's net."""
        (layer, field), target = self._placed[at], self._placed[into].layer
        if field.listed:
            raise CannotFold("it stands in a list, [ ... ]: write it as a layer of its own")
        rules = [[*each.message.include, *each.message.exclude] for each in (layer, target)]
        if rules[0] != rules[1]:
            raise CannotFold(f"its rules are others than those of layer '{target.name}'")
        if any(layer.message.loss_weight):
            raise CannotFold("it counts as a loss")
        top = layer.message.top[0]
        shared = {param.name for each in (layer, target) for param in each.message.param}
        for other, place in self._others:
            for name in (shared - {""}) & {param.name for param in other.param}:
                raise CannotFold(
                    f"it, or layer '{target.name}', shares '{name}' with layer '{other.name}', "
                    "which is not in this net"
                )
            later = place.offset > field.offset and top not in other.top
            touched = {*other.bottom, *other.top} - ({top} if later else set())
            for name in {layer.bottoms[0], top} & touched:
                raise CannotFold(
                    f"'{name}' is in layer '{other.name}' too, which is not in this net (another "
                    "phase, or an unknown type)"
                )


def _shared(layers: Sequence[Layer]) -> Iterator[int]:
    """The layers that share parameters with others, either way."""
    for at, layer in enumerate(layers):
        for param in layer.params:
            if param.owner is not None:
                yield from (at, param.owner[0])
