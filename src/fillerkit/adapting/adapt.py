"""Fillers go on: a filled net, scaled by what a batch shows of it."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np

from fillerkit.adapting.batch_size import BATCH, own_batch, products, usual_batch
from fillerkit.adapting.result import Adapted
from fillerkit.blobs.blobs import check_blobs
from fillerkit.errors import UsageError, check_kind, what_there_is
from fillerkit.layers.splits import Takers
from fillerkit.libraries import library
from fillerkit.nets.net import check_net
from fillerkit.signals.heads import heads, without, without_statistics
from fillerkit.signals.inputs import Given

if TYPE_CHECKING:
    from fillerkit.blobs.blobs import Blobs
    from fillerkit.nets.net import Net

METHODS = ("k-means", "pca", "data-dependent", "lsuv", "balance", "batch-norm")
"""In the order in which they work, whatever the order in which they are asked for.

Each is a function of its name in a file of its name beside this one.
"""

_EITHER = (("k-means", "pca"), ("data-dependent", "lsuv"))

TOLERANCE, TRIES = 0.02, 10

Progress = Callable[[int, int], None]


def adapt(
    net: Net,
    blobs: Blobs,
    methods: str | Sequence[str] = "lsuv",
    *,
    inputs: Given | np.ndarray[Any, Any] | str | os.PathLike[str] | None = None,
    batch: int | None = None,
    seed: int | None = None,
    tolerance: float = TOLERANCE,
    tries: int = TRIES,
    copied: bool = False,
    progress: Progress | None = None,
) -> Adapted:
    """Change a filled net by what a batch shows of it; docs/adapt.md tells how and when.

    Needs PyTorch (``pip install 'fillerkit[torch]'``).

    Parameters
    ----------
    net
    blobs
        Of ``net.fill()``; they are not changed.
    methods
        ``"k-means"`` or ``"pca"``: the first layer's filters are made of its input's patches.
        ``"data-dependent"``: every channel gets mean 0 and variance 1. ``"lsuv"``: every layer's
        output gets a variance of 1. ``"balance"``: all layers learn at one pace. ``"batch-norm"``:
        statistics of normalisations are those of the batch. They work in this order, whatever the
        order here. One or several, in a list or with commas.
    inputs
        The batch, as for `fillerkit.signal`: arrays, ``.npy`` files or folders of images. Unless
        given: the first items of the net's own data, where it is here, else unit gaussian values.
    batch
        How many items. Unless given, 32 or, where they would take long, fewer; as the net was read
        where a layer fixes it.
    seed
        Of what is drawn: gaussian values, Dropout. That of the blobs unless given, else 1.
    tolerance
        How far from 1 a variance may stay.
    tries
        How often a layer is scaled at most.
    copied
        Also change layers whose values were copied from a file, not filled.
    progress
        Called with how many layers have run, and of how many.

    Returns
    -------
    Adapted

    Raises
    ------
    UsageError
        PyTorch is missing, no layer with parameters can be run, the inputs do not fit, or there
        is no such method.
    """
    check_net(net)
    check_blobs("blobs", blobs)
    asked = _asked(methods)
    if not 0 < tolerance < 1:
        raise UsageError(f"a tolerance is between 0 and 1, not {tolerance:g}")
    if tries < 1:
        raise UsageError(f"there is 1 try or more, not {tries}")
    if batch is not None and batch < 1:
        raise UsageError(f"a batch has at least 1 item, not {batch}")
    library("torch", "fillerkit.adapt", "torch")
    from fillerkit.adapting.passes import prepared, run
    from fillerkit.adapting.reach import told, unreached
    from fillerkit.adapting.work import Limits

    takers = Takers([layer.message for layer in net.layers])
    whole, takers = without(net, heads(net, takers))
    lost = unreached(whole, takers)
    seen, takers = without(whole, set(lost))
    if seed is None:
        seed = int(blobs.origin.get("seed", 1))
    limits = Limits(seed, tolerance, tries, copied)
    work, notes, size = prepared(seen, takers, blobs, limits, inputs, batch)
    said = {"methods": asked, "batch": size, "input": list(notes)}
    if batch is None and size == usual_batch(seen) < BATCH:
        notes.append(
            f"{size} items and not {BATCH}, for each takes {products(seen) / 1e9:,.0f} billion "
            "multiplications; a larger batch takes longer"
        )
    with _in_words(size, net):
        rows = run(work, asked, progress) + told(whole, lost, asked)
    if any(without_statistics(layer, blobs) for layer in seen.layers):
        notes.append("BatchNorm: the batch's own statistics on the way, as none are gathered yet")
    idle = [method for method in asked if all(row.method != method for row in rows)]
    notes += [f"{method}: the net has no layer for it, so it changed nothing" for method in idle]
    return Adapted(work.done(said), tuple(rows), size, tuple(notes))


@contextmanager
def _in_words(size: int, net: Net) -> Iterator[None]:
    """PyTorch's errors of shapes and of memory, with what would help."""
    try:
        yield
    except (RuntimeError, IndexError, MemoryError) as error:
        reason = str(error).partition("\n")[0] or "there is no memory left"
        own = own_batch(net)
        others = [f"one of {own}, as the net says"] if size != own else []
        others += ["a smaller one for less memory"] if size > 1 else []
        advice = f"; give {', or '.join(others)}" if others else ""
        raise UsageError(
            f"a batch of {size} does not go through the net{advice}: {reason}"
        ) from error


def _asked(methods: str | Sequence[str]) -> list[str]:
    """The methods in the order in which they work."""
    check_kind("methods", methods, (str, list, tuple), f"names, of {', '.join(METHODS)}")
    names = [name.strip() for name in methods.split(",")] if isinstance(methods, str) else methods
    for name in names:
        if name not in METHODS:
            near = what_there_is(str(name), METHODS)
            raise UsageError(f"no start that looks at data is called '{name}'{near}")
    if not names:
        raise UsageError(f"say how to adapt: {', '.join(METHODS)}")
    for one, other in _EITHER:
        if one in names and other in names:
            raise UsageError(f"{one} and {other} set the same values: keep one")
    return [name for name in METHODS if name in names]
