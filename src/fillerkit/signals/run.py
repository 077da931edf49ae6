"""Sends a batch through a net and gradients back, and measures both on their way."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from fillerkit.blobs.blobs import Blobs, check_blobs
from fillerkit.errors import UsageError
from fillerkit.layers.splits import Takers
from fillerkit.libraries import library
from fillerkit.nets.net import check_net, seed_or_default
from fillerkit.signals.heads import ends, heads, with_batch_statistics, without
from fillerkit.signals.inputs import Given
from fillerkit.signals.refilled import with_filler
from fillerkit.signals.result import Signal

if TYPE_CHECKING:
    from fillerkit.filling.transferred import Transfer, Weights
    from fillerkit.nets.net import Net

Progress = Callable[[int, int], None]


def signal(
    net: Net,
    blobs: Blobs | None = None,
    *,
    seed: int | None = None,
    weights: Weights | Sequence[Weights] | Transfer | None = None,
    filler: str | None = None,
    inputs: Given | np.ndarray[Any, Any] | str | os.PathLike[str] | None = None,
    batch: int | None = None,
    backward: Literal["gaussian", "loss"] = "gaussian",
    progress: Progress | None = None,
) -> Signal:
    """Run a net once, forward and backward, and say what becomes of the signal.

    Needs PyTorch (``pip install 'fillerkit[torch]'``).

    Parameters
    ----------
    net
    blobs
        The values to run it with; they are not changed. Without: ``net.fill(seed)``.
    seed
        Of the values, the batch and the gradients; the solver's, or 1, unless given.
    weights
        As for `Net.fill`: layers to copy from a file.
    filler
        In short form, for all weights in place of their own: ``"gaussian(std=0.01)"``.
    inputs
        The batch: arrays, ``.npy`` files or folders of images (extra ``data``), by input, or one of
        them for a net with one input besides labels. Unless given: the first items of the data
        that the net's data layers name, where it is here, else unit gaussian values and, for
        labels, whole numbers. An empty mapping leaves the data be.
    batch
        How many items; 16 unless given, or as the net was read where a layer fixes it.
    backward
        ``"gaussian"``: unit gaussian values as the gradients of the last layers before the losses,
        which do not run. ``"loss"``: the gradients of the net's own losses.
    progress
        Called with how many steps are done, and of how many.

    Raises
    ------
    UsageError
        PyTorch is missing, a layer cannot be run, or the inputs do not fit.

    Notes
    -----
    Memory: the parameters, and what layers keep for the way back. A BatchNorm that has gathered no
    statistics yet works with the batch's. Dropout drops in phase TRAIN.
    """
    check_net(net)
    if blobs is not None:
        check_blobs("blobs", blobs)
    library("torch", "fillerkit.signal", "torch")
    from fillerkit.signals import measure

    if backward not in ("gaussian", "loss"):
        raise UsageError(f"backward is 'gaussian' or 'loss', not '{backward}'")
    if blobs is not None and (weights is not None or filler is not None):
        raise UsageError("blobs are filled already: give them, or weights and a filler")
    if batch is not None and batch < 1:
        raise UsageError(f"a batch has at least 1 item, not {batch}")
    seed = seed_or_default(net, seed)
    if filler is not None:
        net = with_filler(net, filler)
    if blobs is None:
        blobs = net.fill(seed, weights=weights)
    takers = Takers([layer.message for layer in net.layers])
    out = heads(net, takers)
    places = ends(net, takers, out)
    if backward == "gaussian":
        kept = [index for index in range(len(net.layers)) if index not in out]
        net, takers = without(net, out)
        places = [(kept.index(index), position) for index, position in places]
        out = set()
    net, without_statistics = with_batch_statistics(net, blobs)
    found = measure.measure(
        net, takers, blobs, out, places, seed, inputs, batch, backward, progress or _not_told
    )
    notes = list(found.notes)
    if without_statistics:
        notes.append("BatchNorm: the batch's own statistics, as none are gathered yet")
    return Signal(
        net=net.name or net.file,
        phase=net.phase,
        filler=filler,
        origin=_plain(blobs.origin),
        seed=seed,
        batch=found.batch,
        backward=backward,
        layers=found.layers,
        forward=found.forward,
        gradient=found.gradient,
        notes=tuple(notes),
    )


def _plain(origin: Mapping[str, Any]) -> Mapping[str, Any]:
    return dict(origin)


def _not_told(done: int, of: int) -> None:
    """Pass over how many steps are done: the caller gave no `progress`."""
