"""The passes of a batch through a net, one method after another."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from importlib import import_module
from itertools import count
from typing import Any

import torch

from fillerkit.adapting.result import AdaptedLayer
from fillerkit.adapting.work import Limits, Work
from fillerkit.blobs.blobs import Blobs
from fillerkit.layers.splits import Takers
from fillerkit.nets.net import Net
from fillerkit.running import module
from fillerkit.signals.inputs import make


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
    rows = [row for method in methods for row in _method(method)(work)]
    if progress is not None:
        progress(total, total)
    return rows


def _method(name: str) -> Callable[[Work], list[AdaptedLayer]]:
    """The function that has a method's name, of the file that has it."""
    name = name.replace("-", "_")
    method: Callable[[Work], list[AdaptedLayer]]
    method = getattr(import_module(f"fillerkit.adapting.{name}"), name)
    return method
