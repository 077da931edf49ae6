"""The first layer's filters, made of the patches that it sees."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from itertools import islice

import numpy as np
import torch

from fillerkit.adapting.measures import variance
from fillerkit.adapting.patches import MOST_INPUTS, Doubles, patches
from fillerkit.adapting.result import AdaptedLayer
from fillerkit.adapting.walk import Tops, walk
from fillerkit.adapting.work import Work
from fillerkit.running import LayerModule

Filters = Callable[["Patches", Doubles, np.random.Generator], Doubles]
"""From patches and the filters that the filler made to those that take their place."""

_LEAST = 1e-8  # of the largest eigenvalue: less is rounding


def first_layer(work: Work, name: str, filters: Filters) -> list[AdaptedLayer]:
    """Replace the filters of each group of the first layer that has a weight."""
    rows: list[AdaptedLayer] = []
    for index, at, why in islice(work.summing(), 1):
        if why:
            of = work.net.layers[index]
            return [AdaptedLayer(name, of.key, of.type, False, said=why)]
        walk(work, partial(_visit, work, name, filters, (index, at), rows))
    return rows


def _visit(
    work: Work,
    name: str,
    filters: Filters,
    first: tuple[int, int],
    rows: list[AdaptedLayer],
    index: int,
    layer: LayerModule,
    bottoms: Tops,
    tops: Tops,
) -> Tops | None:
    if index != first[0]:
        return None
    of, weight, before = layer.layer, layer.blob(first[1]), variance(tops)
    groups = patches(of, bottoms[0], work.limits.seed)
    why = _why_not(layer, weight.shape, groups)
    if why or groups is None:
        rows.append(AdaptedLayer(name, of.key, of.type, False, None, before, before, 0, why))
        return None
    rng = np.random.default_rng(work.limits.seed)
    transposed = of.message.inner_product_param.transpose
    matrix = (weight.t() if transposed else weight).double().numpy()
    drawn = np.split(matrix.reshape(len(matrix), -1), len(groups))
    made = [filters(Patches(group), each, rng) for group, each in zip(groups, drawn, strict=True)]
    found = torch.from_numpy(np.concatenate(made))
    weight.copy_((found.t() if transposed else found).reshape(weight.shape))
    work.rewritten((of.key, first[1]), name)
    tops = layer.forward(*bottoms)
    rows.append(AdaptedLayer(name, of.key, of.type, True, None, before, variance(tops), 1))
    return tops


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
