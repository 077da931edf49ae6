"""What layers may be connected to, and the blobs that connect those of a net so far."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property

from fillerkit.errors import Keyword, LayerError, did_you_mean
from fillerkit.layers import Plan, Shape
from fillerkit.layers.counts import Span, counted, is_within
from fillerkit.layers.data import likely_lengths
from fillerkit.layers.registry import LayerType
from fillerkit.layers.shapes import checked, shown
from fillerkit.layers.splits import Takers
from fillerkit.nets.fragment import open_bottoms
from fillerkit.nets.read_as import UNKNOWN
from fillerkit.nets.ways_in import way_in
from fillerkit.prototxt import NetText
from fillerkit.schema.forks_pb2 import LayerParameter

AUTOMATIC = "(automatic)"
"""The name of a top that a loss makes for itself, as Caffe calls it."""

_GUESSES = 100
"""Blobs that no layer makes, for which one of a similar name is looked for among all."""

Tops = tuple[tuple[str, Shape], ...]


class LostBottom(Exception):
    """A layer's bottom is not known because of an error that is reported already."""


class Connections:
    """The blobs of a net after each layer: their shapes, who made them, which no layer takes.

    Attributes
    ----------
    complete : bool
        Whether every layer so far could be set up.
    """

    def __init__(self, text: NetText) -> None:
        self._text = text
        self._shapes: dict[str, Shape] = {}
        self._maker: dict[str, str] = {}
        self._unused: dict[str, None] = {}
        self._lost: set[str] = set()
        self._said_inputs = False
        self.complete = True
        takers = Takers([layer for layer, _ in text.layers])
        # Caffe puts a Split between such a blob and its takers: none can change it in place.
        self._crowded = {at for at, made in takers.made.items() if takers.count[made] > 1}

    @property
    def outputs(self) -> tuple[str, ...]:
        """The blobs that no layer takes, in alphabetical order."""
        return tuple(sorted(self._unused))

    def bottoms(self, layer: LayerParameter) -> list[Shape] | None:
        """The shapes of a layer's bottoms, or None where one is lost; earlier layers make all."""
        for name in layer.bottom:
            if name not in self._shapes and name not in self._lost:
                raise self._no_maker(name)
        if any(name not in self._shapes for name in layer.bottom):
            return None
        return [self._shapes[name] for name in layer.bottom]

    def check_tops(self, index: int, known: LayerType, layer: LayerParameter) -> None:
        """Each top is new, or changes the bottom at its place where that is allowed."""
        for position in range(len(layer.top)):
            self._check_top(index, position, known, layer)

    def add(self, layer: LayerParameter, tops: Tops) -> None:
        """Enter a layer that is set up."""
        for name in layer.bottom:
            self._unused.pop(name, None)
        for name, shape in tops[: len(layer.top)]:
            self._shapes[name] = shape
            self._maker[name] = layer.name
            self._unused[name] = None

    def pass_over(self, layer: LayerParameter) -> None:
        """Enter a layer that is not set up, since nothing depends on what it makes."""
        for name in layer.bottom:
            self._unused.pop(name, None)

    def lose(self, layer: LayerParameter) -> None:
        """Enter a layer whose error is reported already: its tops are not known."""
        self.complete = False
        self._lost.update(layer.top)
        for name in layer.top:
            self._shapes.pop(name, None)
            self._unused.pop(name, None)
            self._maker[name] = layer.name

    @cached_property
    def _first_makers(self) -> dict[str, LayerParameter]:
        """By blob, the first layer that makes it, before this one or behind."""
        return {top: layer for layer, _ in reversed(self._text.layers) for top in layer.top}

    @cached_property
    def _left_out(self) -> set[str]:
        """The blobs of layers that are left out."""
        return {top for layer, _ in self._text.left_out for top in layer.top}

    def _no_maker(self, name: str) -> LayerError:
        """The error for a bottom; what it says of other blobs is not said of them again."""
        later = self._first_makers.get(name)
        words: list[str | Keyword] = [f"no layer before it makes its bottom '{name}'"]
        self._lost.add(name)
        if later is not None:
            words.append(f"; layer '{later.name}', which makes it, does not come before it")
        elif name in self._left_out:
            hint = way_in(name, [layer for layer, _ in self._text.left_out], self._text.state)
            words += hint.words
            self._lost |= hint.blobs
        else:
            if len(self._lost) <= _GUESSES:
                words.append(did_you_mean(name, self._shapes))
            if not self._said_inputs:
                missing = {blob: likely_lengths(blob) for blob in open_bottoms(self._text.layers)}
                words += [
                    "; to make it an input, give its shape, with numbers for the letters: ",
                    Keyword("shapes", missing),
                ]
            self._said_inputs = True
        error = LayerError(*words, field="bottom")
        error.missing = name
        return error

    def _check_top(
        self, index: int, position: int, known: LayerType, layer: LayerParameter
    ) -> None:
        name = layer.top[position]
        in_place = position < len(layer.bottom) and layer.bottom[position] == name
        if in_place and not known.in_place:
            raise LayerError(
                f"cannot work in place: give its top another name than its bottom, '{name}'",
                field="top",
            )
        if in_place and (index, position) in self._crowded:
            raise LayerError(
                f"changes '{name}' in place, but '{name}' as it was before is taken elsewhere too "
                "(by a layer, or as a loss): give the top a name of its own",
                field="top",
            )
        if not in_place and (name in self._maker or name in layer.top[:position]):
            maker = self._maker.get(name, layer.name)
            raise LayerError(f"its top '{name}' is made by layer '{maker}' already", field="top")


def check_counts(known: LayerType, layer: LayerParameter) -> None:
    """The numbers of bottoms, tops and what goes with each."""
    bottoms, tops = len(layer.bottom), len(layer.top)
    least = 0 if known.loss else known.tops[0]
    _check_count(known.bottoms, bottoms, "bottom", layer, known)
    _check_count((least, known.tops[1]), tops, "top", layer, known)
    if known.same and bottoms != tops:
        raise LayerError(
            f"needs a top for each of its {bottoms} bottoms, not {tops}",
            field="top" if tops else "bottom",
        )
    if layer.propagate_down and len(layer.propagate_down) != bottoms:
        raise LayerError(
            f"needs propagate_down once for each of its {bottoms} bottoms, or not at all; "
            f"it has {len(layer.propagate_down)}",
            field="propagate_down",
        )


def _check_count(
    span: Span, count: int, what: str, layer: LayerParameter, known: LayerType
) -> None:
    """Refuse a number of bottoms or tops; one that is too large does if the person states more."""
    if is_within(span, count):
        return
    most = span[1]
    way_out: tuple[str | Keyword, ...] = ()
    if layer.top and not known.same and most is not None and count > most:
        shapes = {top: likely_lengths(top, layer) for top in layer.top}
        way_out = ("; with the shapes of all its tops they hold: ", Keyword("shapes", shapes))
    raise LayerError(f"takes {counted(span, what)}, not {count}", *way_out, field=what)


def named_tops(
    known: LayerType, layer: LayerParameter, plan: Plan, given: Mapping[str, Shape]
) -> Tops:
    """Name and shape of every top, those included that a loss makes itself.

    A shape that is given for a top has to be the one that the layer makes.
    """
    names = list(layer.top)
    if known.loss:
        names += [AUTOMATIC] * (known.tops[0] - len(names))
    weights = len(known.traits.loss_weights(layer))
    if weights and weights != len(names):
        own = "" if layer.loss_weight else " that a loss layer has by itself"
        raise LayerError(
            f"needs loss_weight once for each of its {len(names)} tops, not the {weights}{own}",
            field="loss_weight",
        )
    tops = tuple(
        (name, checked(shape, f"its top '{name}'"))
        for name, shape in zip(names, plan.tops, strict=False)
    )
    for name, shape in tops:
        if given.get(name, shape) != shape and name not in layer.bottom:
            raise LayerError(
                f"makes '{name}' as {shown(shape)}, but {shown(given[name])} is given; where the "
                "layer is another than the one known by this name, say so: ",
                Keyword("types", {layer.name: UNKNOWN}),
                field="top",
            )
    return tops
