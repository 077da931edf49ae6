"""Blobs and batches as PyTorch's tensors, and nets as modules.

Needs PyTorch (``pip install 'fillerkit[torch]'``).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from fillerkit.blobs.blobs import Blobs, check_blobs
from fillerkit.errors import check_kind
from fillerkit.formats.state_dict import from_tensors, to_state
from fillerkit.libraries import library
from fillerkit.nets.net import Net
from fillerkit.reading import batches as arrays_of

library("torch", "fillerkit.torch", "torch")
from fillerkit.running import (  # noqa: E402  (they need PyTorch)
    LayerModule as LayerModule,
)
from fillerkit.running import NetModule as NetModule  # noqa: E402
from fillerkit.running import module as module  # noqa: E402
from fillerkit.running import refusal as refusal  # noqa: E402
from fillerkit.running import runs as runs  # noqa: E402
from fillerkit.running import traceable as traceable  # noqa: E402


def state_dict(blobs: Blobs) -> dict[str, Any]:
    """The blobs as a state dict: ``<layer>.weight``, ``<layer>.bias``.

    Parameters
    ----------
    blobs
        Of ``net.fill()`` or of a file.

    Returns
    -------
    dict of str to torch.Tensor
        On the CPU, in the blobs' type. A tensor shares its memory with its blob; a blob of a file
        is mapped read-only, so its tensor is a copy. Shared parameters share one memory.

    Notes
    -----
    What PyTorch means differently is mapped. A BatchNorm of Caffe's holds sums and the factor to
    divide them by: ``running_mean`` and ``running_var`` are the quotients, 0 where the factor is
    (Caffe starts with a variance of 0, PyTorch with one of 1), beside ``num_batches_tracked``. An
    InnerProduct with ``transpose`` is turned round. A PReLU's slope is PyTorch's ``weight``. Shapes
    of four axes from files of before 2015 lose the ones they were filled up with. Blobs without a
    name, or with that of an earlier blob of their layer, are ``<layer>.<index>``.
    """
    check_blobs("blobs", blobs)
    return to_state(blobs.stored)


def batches(net: Net, *, seed: int | None = None) -> Iterator[dict[str, Any]]:
    """The data that a net's data layers name, as `fillerkit.batches` reads it, for `module`.

    Yields
    ------
    dict of str to torch.Tensor
        The tops of all data layers: ``module(net)(**batch)``. Labels are float32, as in Caffe.
    """
    torch = library("torch", "fillerkit.torch", "torch")
    arrays = arrays_of(net, seed=seed)
    return ({top: torch.from_numpy(values) for top, values in batch.items()} for batch in arrays)


def blobs(state: Mapping[str, Any]) -> Blobs:
    """The tensors of a state dict as blobs; `state_dict` the other way round.

    Raises
    ------
    ValueError
        A name is not ``<layer>.<name>``, or a layer of PyTorch's is two of Caffe's, or a tensor
        holds no floats. A bfloat16 becomes a float32.
    """
    if isinstance(state, Blobs) or not isinstance(state, Mapping):
        check_kind("state", state, (), "a state dict, as module.state_dict() makes it")
    return Blobs(**vars(from_tensors(state)))
