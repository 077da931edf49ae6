"""Blobs as PyTorch's tensors and back, and nets as modules.

Needs PyTorch (``pip install 'fillerkit[torch]'``).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from fillerkit.blobs.blobs import Array, Blobs
from fillerkit.formats.names import BATCH_NORM
from fillerkit.formats.state_names import TRACKED, from_state
from fillerkit.libraries import library
from fillerkit.schema.forks_pb2 import LayerParameter

torch = library("torch", "fillerkit.torch", "torch")
from fillerkit.running import (  # noqa: E402  (they need PyTorch too)
    LayerModule as LayerModule,
)
from fillerkit.running import NetModule as NetModule  # noqa: E402
from fillerkit.running import module as module  # noqa: E402
from fillerkit.running import refusal as refusal  # noqa: E402

_TORCH_NAMES = {"slope": "weight"}


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
    messages = dict(blobs.model.layers) if blobs.model is not None else {}
    tensors: dict[tuple[object, ...], Any] = {}
    state: dict[str, Any] = {}
    for layer, of_layer in blobs.items():
        if of_layer.names == BATCH_NORM:
            state |= _statistics(layer, list(of_layer))
            continue
        for index, (name, array) in enumerate(zip(of_layer.names, of_layer, strict=True)):
            key = f"{layer}.{_TORCH_NAMES.get(name, name) or index}"
            if key in state:
                key = f"{layer}.{index}"
            state[key] = _shaped(_tensor(array, tensors), name, messages.get(layer))
    return state


def blobs(state: Mapping[str, Any]) -> Blobs:
    """The tensors of a state dict as blobs; `state_dict` the other way round.

    Raises
    ------
    ValueError
        A name is not ``<layer>.<name>``, or a layer of PyTorch's is two of Caffe's, or a tensor
        holds no floats. A bfloat16 becomes a float32.
    """
    arrays = {}
    for name, tensor in state.items():
        if name.endswith(f".{TRACKED}"):
            continue
        if not tensor.is_floating_point():
            raise ValueError(f"'{name}' holds {tensor.dtype}, not floats")
        if tensor.dtype not in (torch.float16, torch.float32, torch.float64):
            tensor = tensor.float()
        arrays[name] = tensor.detach().cpu().numpy()
    return from_state(arrays, {})


def _tensor(array: Array, tensors: dict[tuple[object, ...], Any]) -> Any:
    """A tensor on the array's memory, the same for all that share it."""
    flat = array.reshape(-1).astype(array.dtype.newbyteorder("="), copy=False)
    if not flat.size:
        return torch.from_numpy(np.empty(array.shape, flat.dtype))
    memory = flat.__array_interface__["data"][0], flat.size, flat.dtype
    if memory not in tensors:
        tensors[memory] = torch.from_numpy(flat if flat.flags.writeable else flat.copy())
    return tensors[memory].reshape(array.shape)


def _shaped(tensor: Any, name: str, message: LayerParameter | None) -> Any:
    if name == "bias" and tensor.ndim == 4:
        return tensor.reshape(-1)
    if message is not None and message.type == "InnerProduct" and name == "weight":
        matrix = tensor.reshape(tensor.shape[-2:]) if tensor.ndim == 4 else tensor
        return matrix.t() if message.inner_product_param.transpose else matrix
    return tensor


def _statistics(layer: str, arrays: list[Array]) -> dict[str, Any]:
    mean, variance, factor = (array.reshape(-1) for array in arrays)
    scale = 0 if factor[0] == 0 else 1 / factor[0]
    return {
        f"{layer}.running_mean": torch.from_numpy(np.multiply(mean, scale, dtype=mean.dtype)),
        f"{layer}.running_var": torch.from_numpy(np.multiply(variance, scale, dtype=mean.dtype)),
        f"{layer}.num_batches_tracked": torch.tensor(0),
    }
