"""LSUV: every layer's output scaled to a variance of 1, one layer after another."""

from __future__ import annotations

from math import isfinite, sqrt

import torch

from fillerkit.adapting.measures import TOO_SMALL, rounded, variance
from fillerkit.adapting.result import AdaptedLayer
from fillerkit.adapting.walk import Tops, Visitor
from fillerkit.adapting.work import Work
from fillerkit.running import LayerModule

NAME = "lsuv"


def lsuv(work: Work) -> Visitor:
    """Layer-sequential unit variance.

    A layer's weight is divided by the root of the variance of all values of its output, which then
    is looked at again, until the variance is 1 within the tolerance: a bias may keep it from that
    at once. The output is the layer's own, before its nonlinearity. Biases stay.

    Source: Mishkin and Matas, All you need is a good init (2016), algorithm 1, without its first
    step: that is the filler ``orthogonal``.
    """
    return _Lsuv(work)


class _Lsuv:
    """What is done at each layer."""

    def __init__(self, work: Work) -> None:
        self.rows: list[AdaptedLayer] = []
        self.last = len(work.net.layers) - 1
        self._work = work
        self._tolerance = work.limits.tolerance
        self._tries = work.limits.tries
        self._weights = {index: (at, why) for index, at, why in work.summing()}

    def visit(self, index: int, layer: LayerModule, bottoms: Tops, tops: Tops) -> Tops | None:
        """Scale a layer that has just run."""
        if index not in self._weights:
            if _joins(layer, bottoms, tops):
                self._tell(layer, variance(tops), said="it only joins its bottoms")
            return None
        position, why = self._weights[index]
        before = variance(tops)
        if not why and not isfinite(before):
            why = "its output is not finite"
        elif not why and not before:
            why = "its output does not vary"
        if why:
            self._tell(layer, before, said=why)
            return None
        return self._scale(layer, position, bottoms, tops, before)

    def _scale(
        self, layer: LayerModule, position: int, bottoms: Tops, tops: Tops, before: float
    ) -> Tops | None:
        weight = layer.blob(position)
        filled = weight.clone()
        factor, after, tries, said = 1.0, before, 0, ""
        while abs(after - 1) > self._tolerance and tries < self._tries:
            found = rounded(factor / sqrt(after))
            if found == factor:
                said = "a factor of four digits comes no nearer to 1"
                break
            factor = found
            torch.mul(filled, factor, out=weight)
            tops = layer.forward(*bottoms)
            after, tries = variance(tops), tries + 1
            if not after or not isfinite(after):
                break
        if not tries:
            self._tell(layer, before, said=f"within {self._tolerance:g} of 1 already")
            return None
        if said or abs(after - 1) <= self._tolerance:
            self._work.times((layer.layer.key, position), factor, NAME)
            self._tell(layer, before, factor, after, tries, said)
            return tops
        weight.copy_(filled)
        count = f"{tries} {'try is' if tries == 1 else 'tries are'}"
        said = f"a variance of 1 is not reached, only {after:.4g}: its bias alone varies, or "
        said = said + f"{count} too few" if isfinite(after) else TOO_SMALL
        self._tell(layer, before, None, before, tries, said)
        return None

    def _tell(
        self,
        layer: LayerModule,
        before: float,
        factor: float | None = None,
        after: float | None = None,
        tries: int = 0,
        said: str = "",
    ) -> None:
        of, changed = layer.layer, factor is not None
        after = before if after is None else after
        name = of.key or of.name
        row = AdaptedLayer(NAME, name, of.type, changed, factor, before, after, tries, said)
        self.rows.append(row)


def _joins(layer: LayerModule, bottoms: Tops, tops: Tops) -> bool:
    """Whether a layer without weights makes one output of several, as a residual sum does."""
    of = layer.layer
    return (
        len(bottoms) > 1
        and len(tops) == 1
        and all(bottom.shape == tops[0].shape for bottom in bottoms)
        and not (of.params or of.traits.moves or of.traits.loss or of.traits.reads_out)
    )
