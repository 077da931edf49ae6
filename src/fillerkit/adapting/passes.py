"""The passes of a batch through a net, one method after another."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import count
from typing import Any

import torch

from fillerkit.adapting.balance import balance
from fillerkit.adapting.batch_norm import batch_norm
from fillerkit.adapting.data_dependent import data_dependent
from fillerkit.adapting.first_layer import k_means, pca
from fillerkit.adapting.lsuv import lsuv
from fillerkit.adapting.result import AdaptedLayer
from fillerkit.adapting.work import Limits, Work
from fillerkit.blobs.blobs import Blobs
from fillerkit.layers.splits import Takers
from fillerkit.nets.net import Net
from fillerkit.running import module
from fillerkit.signals.inputs import make

Method = Callable[[Work], list[AdaptedLayer]]

_METHODS: Mapping[str, Method] = {
    "k-means": k_means,
    "pca": pca,
    "data-dependent": data_dependent,
    "lsuv": lsuv,
    "balance": balance,
    "batch-norm": batch_norm,
}


def prepared(
    net: Net,
    takers: Takers,
    blobs: Blobs,
    limits: Limits,
    inputs: Any,
    batch: int | None,
    usual: int,
) -> tuple[Work, list[str], int]:
    """The work with its batch; notes on it; its size."""
    names = module(net, blobs).inputs
    values, real, notes = make(net, takers, names, inputs, batch, limits.seed, usual)
    given = {name: torch.from_numpy(array) for name, array in values.items()}
    size = next((len(values[name]) for name in (*real, *names) if values[name].ndim), 0)
    return Work(net, blobs, given, limits), notes, size


def run(
    work: Work, methods: Sequence[str], progress: Callable[[int, int], None] | None
) -> list[AdaptedLayer]:
    """Let all methods work, in this order."""
    total, done = len(methods) * len(work.net.layers), count(1)
    if progress is not None:
        # Methods that begin anew until it is enough run more layers than that.
        work.ran = lambda: progress(min(next(done), total), total)
    rows = [row for method in methods for row in _METHODS[method](work)]
    if progress is not None:
        progress(total, total)
    return rows
