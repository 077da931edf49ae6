"""The passes of a batch through a net, one method after another."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from importlib import import_module
from itertools import count, groupby
from typing import Any

import torch

from fillerkit.adapting.balance import NAME as BALANCE
from fillerkit.adapting.balance import balance
from fillerkit.adapting.batch_size import usual_batch
from fillerkit.adapting.result import AdaptedLayer
from fillerkit.adapting.walk import Visitor, walk
from fillerkit.adapting.work import Limits, Work
from fillerkit.blobs.blobs import Blobs
from fillerkit.layers.splits import Takers
from fillerkit.nets.net import Net
from fillerkit.running import module
from fillerkit.signals.inputs import make

_BALANCES = 4
"""The passes of balance that progress counts with; it begins anew until it is enough."""


def prepared(
    net: Net,
    takers: Takers,
    blobs: Blobs,
    limits: Limits,
    inputs: Any,
    batch: int | None,
) -> tuple[Work, list[str], int]:
    """The work with its batch; notes on it; its size."""
    names = module(net, blobs).inputs
    values, real, notes = make(net, takers, names, inputs, batch, limits.seed, usual_batch(net))
    given = {name: torch.from_numpy(array) for name, array in values.items()}
    size = next((len(values[name]) for name in (*real, *names) if values[name].ndim), 0)
    return Work(net, blobs, given, limits), notes, size


def run(
    work: Work, methods: Sequence[str], progress: Callable[[int, int], None] | None
) -> list[AdaptedLayer]:
    """Let all methods work, in this order; neighbours that need one pass each share it."""
    turns = [list(turn) for _, turn in groupby(methods, lambda name: name == BALANCE)]
    passes = sum(_BALANCES if turn == [BALANCE] else 1 for turn in turns)
    total, done = passes * len(work.net.layers), count(1)
    if progress is not None:
        work.ran = lambda: progress(min(next(done), total), total)
    rows: list[AdaptedLayer] = []
    for turn in turns:
        if turn == [BALANCE]:
            rows += balance(work)
            continue
        visitors = [_method(name)(work) for name in turn]
        walk(work, visitors)
        rows += [row for visitor in visitors for row in visitor.rows]
    if progress is not None:
        progress(total, total)
    return rows


def _method(name: str) -> Callable[[Work], Visitor]:
    """The function that has a method's name, of the file that has it."""
    name = name.replace("-", "_")
    method: Callable[[Work], Visitor]
    method = getattr(import_module(f"fillerkit.adapting.{name}"), name)
    return method
