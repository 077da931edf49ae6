"""The first layer's filters, made of the patches that it sees."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import torch

from fillerkit.adapting.measures import variance
from fillerkit.adapting.patches import MOST_INPUTS, Doubles, patches
from fillerkit.adapting.result import AdaptedLayer
from fillerkit.adapting.walk import Tops
from fillerkit.adapting.work import Work
from fillerkit.running import LayerModule

Filters = Callable[["Patches", Doubles, np.random.Generator], Doubles]
"""From patches and the filters that the filler made to those that take their place."""

_LEAST = 1e-8  # of the largest eigenvalue: less is rounding


class FirstLayer:
    """A method that replaces the filters of each group of the first layer that has a weight."""

    def __init__(self, work: Work, name: str, filters: Filters) -> None:
        self.rows: list[AdaptedLayer] = []
        self.last, self._at, self._why = next(iter(work.summing()), (-1, 0, ""))
        self._work, self._name, self._filters = work, name, filters

    def visit(self, index: int, layer: LayerModule, bottoms: Tops, tops: Tops) -> Tops | None:
        """Replace the filters of the layer, if it is the first, which has just run."""
        if index != self.last:
            return None
        of, weight, before = layer.layer, layer.blob(self._at), variance(tops)
        groups = None if self._why else patches(of, bottoms[0], self._work.limits.seed)
        why = self._why or _why_not(layer, weight.shape, groups)
        if why or groups is None:
            self._tell(layer, False, before, before, why)
            return None
        rng = np.random.default_rng(self._work.limits.seed)
        transposed = of.message.inner_product_param.transpose
        matrix = (weight.t() if transposed else weight).double().numpy()
        drawn = np.split(matrix.reshape(len(matrix), -1), len(groups))
        made = [
            self._filters(Patches(group), each, rng)
            for group, each in zip(groups, drawn, strict=True)
        ]
        found = torch.from_numpy(np.concatenate(made))
        weight.copy_((found.t() if transposed else found).reshape(weight.shape))
        self._work.rewritten((of.key, self._at), self._name)
        tops = layer.forward(*bottoms)
        self._tell(layer, True, before, variance(tops))
        return tops

    def _tell(
        self, layer: LayerModule, changed: bool, before: float, after: float, said: str = ""
    ) -> None:
        of = layer.layer
        row = AdaptedLayer(
            self._name, of.key, of.type, changed, None, before, after, int(changed), said
        )
        self.rows.append(row)


def _why_not(layer: LayerModule, weight: tuple[int, ...], groups: list[Doubles] | None) -> str:
    if groups is None or len(layer.layer.bottoms) > 1:
        return "patches are taken of Convolutions of images and of InnerProducts"
    count, inputs = groups[0].shape
    if inputs > MOST_INPUTS:
        return f"a patch of {inputs:,} values is too large; up to {MOST_INPUTS:,} are looked at"
    units = (weight[-1] if layer.message.inner_product_param.transpose else weight[0]) // len(
        groups
    )
    if count <= units:
        return f"{count:,} patches are too few for {units:,} filters: take a larger batch"
    if not all(np.isfinite(group).all() for group in groups):
        return "its input is not finite"
    if not all(group.var(axis=0).any() for group in groups):
        return "its input does not vary"
    return ""


class Patches:
    """Patches around their mean, with the directions in which they vary, the strongest first."""

    def __init__(self, rows: Doubles) -> None:
        self.centered = rows - rows.mean(axis=0)
        self.covariance = self.centered.T @ self.centered / len(rows)
        values, vectors = np.linalg.eigh(self.covariance)
        real = np.flatnonzero(values > _LEAST * values[-1])[::-1]
        self.values, self.vectors = values[real], vectors[:, real].T
        largest = np.abs(self.vectors).argmax(axis=1)
        self.vectors *= np.sign(self.vectors[np.arange(len(real)), largest])[:, None]

    def with_unit_variance(self, filters: Doubles) -> Doubles:
        """Filters divided by the std of what they make of the patches."""
        made = np.einsum("ij,jk,ik->i", filters, self.covariance, filters)
        return filters / np.sqrt(np.where(made > 0, made, 1))[:, None]
