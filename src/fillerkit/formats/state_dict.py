"""PyTorch's state dict: how it names and shapes the blobs of Caffe's layers, both ways.

What PyTorch means differently is mapped here and nowhere else. Caffe's BatchNorm holds sums and
the factor to divide them by, PyTorch's the quotients. Caffe's InnerProduct may hold its matrix
transposed. A PReLU's slope is PyTorch's ``weight``. Files of before 2015 give every blob four axes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from fillerkit.formats.stored import Array, Stored
from fillerkit.layers import Shape
from fillerkit.layers.batch_norm import BLOBS
from fillerkit.libraries import library
from fillerkit.schema.forks_pb2 import LayerParameter

TRACKED = "num_batches_tracked"
_STATISTICS = {"mean": "running_mean", "variance": "running_var"}
_FACTOR = BLOBS[2]
_BLOB_OF = {"running_mean": 0, "running_var": 1}
_NAMES = {"slope": "weight"}
_ORDER = {"weight": 0, "bias": 1}
_READ_APART = (*_BLOB_OF, TRACKED)


class Form(NamedTuple):
    """How a state dict holds one blob of a layer.

    Attributes
    ----------
    name : str
        Behind the layer's name and a dot: ``weight``, ``running_mean``, ...
    shape : tuple of int
        The blob's, before it is turned.
    turned : bool
        Whether the tensor is the blob's transpose.
    divided : bool
        Whether the tensor is the blob divided by its layer's factor, blob 2.
    saved : bool
        Whether a state dict has it at all.
    """

    name: str
    shape: Shape
    turned: bool = False
    divided: bool = False
    saved: bool = True


def forms(
    names: Sequence[str], shapes: Sequence[Shape], message: LayerParameter | None = None
) -> list[Form]:
    """The forms of a layer's blobs, in their order.

    Parameters
    ----------
    names
        Of the blobs, as Caffe's layer has them; "" where a file does not tell.
    shapes
        Of the blobs.
    message
        The layer, where it is known.
    """
    if sorted(names) in (sorted(BLOBS), sorted([*BLOBS, "weight", "bias"])):
        flat = [(int(np.prod(shape)),) for shape in shapes]
        return [
            Form(_STATISTICS.get(name, name), shape, False, name in _STATISTICS, name != _FACTOR)
            for name, shape in zip(names, flat, strict=True)
        ]
    return [
        _form(called, name, shape, message)
        for called, name, shape in zip(_called(names), names, shapes, strict=True)
    ]


def _called(names: Sequence[str]) -> list[str]:
    """What a state dict calls blobs: by their names, or all by number where those mislead.

    They mislead where they would be read in another order (Lstm's bias is its last blob), or as
    something else.
    """
    found: list[str] = []
    for index, name in enumerate(names):
        called = _NAMES.get(name, name) or str(index)
        found.append(str(index) if called in found else called)
    odd = any("." in name or name.isdecimal() or name in _READ_APART for name in names)
    if odd or sorted(found, key=_rank) != found:
        return [str(index) for index in range(len(names))]
    return found


def _form(called: str, name: str, shape: Shape, message: LayerParameter | None) -> Form:
    if name == "bias" and len(shape) == 4:
        return Form(called, (int(np.prod(shape)),))
    if name == "weight" and message is not None and message.type == "InnerProduct":
        matrix = shape[-2:] if len(shape) == 4 else shape
        return Form(called, matrix, turned=message.inner_product_param.transpose)
    return Form(called, shape)


def quotient(sums: Array, factor: float) -> Array:
    """A statistic of a BatchNorm: its sums over their factor, 0 where the factor is."""
    return np.multiply(sums, 0 if factor == 0 else 1 / factor, dtype=sums.dtype)


class Tensors:
    """Tensors on the memory of arrays: one for all arrays that share it."""

    def __init__(self) -> None:
        self.torch = library("torch", "a state dict", "torch")
        self._made: dict[tuple[object, ...], Any] = {}

    def of_layer(self, arrays: Sequence[Array], forms: Sequence[Form]) -> list[Any]:
        """A layer's blobs, each in its form; statistics have memory of their own."""
        factors = [array for array, form in zip(arrays, forms, strict=True) if not form.saved]
        factor: Any = factors[0].flat[0] if factors else 1
        return [self._of(array, form, factor) for array, form in zip(arrays, forms, strict=True)]

    def _of(self, array: Array, form: Form, factor: float) -> Any:
        if form.divided:
            return self.torch.from_numpy(quotient(array.reshape(form.shape), factor))
        if not form.saved:
            return self.torch.from_numpy(np.array(array.reshape(form.shape)))
        flat = array.reshape(-1).astype(array.dtype.newbyteorder("="), copy=False)
        if not flat.size:
            return self.torch.from_numpy(np.empty(form.shape, flat.dtype))
        memory = flat.__array_interface__["data"][0], flat.size, flat.dtype
        if memory not in self._made:
            whole = flat if flat.flags.writeable else flat.copy()
            self._made[memory] = self.torch.from_numpy(whole)
        tensor = self._made[memory].reshape(form.shape)
        return tensor.t() if form.turned else tensor


def to_state(stored: Stored) -> dict[str, Any]:
    """The blobs as a state dict of tensors; see `fillerkit.torch.state_dict`."""
    messages = dict(stored.model.layers) if stored.model is not None else {}
    made, state = Tensors(), {}
    for layer, blobs in stored.by_layer().items():
        arrays = [array for _, array in blobs]
        shapes = [array.shape for array in arrays]
        found = forms([name for name, _ in blobs], shapes, messages.get(layer))
        for form, tensor in zip(found, made.of_layer(arrays, found), strict=True):
            if form.saved:
                state[f"{layer}.{form.name}"] = tensor
        if any(form.divided for form in found):
            state[f"{layer}.{TRACKED}"] = made.torch.tensor(0)
    return state


def from_tensors(state: Mapping[str, Any]) -> Stored:
    """The blobs that tensors mean by their names; see `fillerkit.torch.blobs`."""
    torch = library("torch", "a state dict", "torch")
    arrays = {}
    for name, tensor in state.items():
        if name.endswith(f".{TRACKED}"):
            continue
        if not tensor.is_floating_point():
            raise ValueError(f"'{name}' holds {tensor.dtype}, not floats")
        if tensor.dtype not in (torch.float16, torch.float32, torch.float64):
            tensor = tensor.float()
        arrays[name] = tensor.detach().cpu().numpy()
    return from_state(arrays)


def from_state(state: Mapping[str, Array]) -> Stored:
    """Blobs from arrays by PyTorch's names.

    What stands before a name's last dot is the layer. Its weight is blob 0 and its bias blob 1;
    others follow in their order, and those that are numbers by them, without a name. The running
    statistics of a normalisation are a BatchNorm's mean and variance, beside a scale factor of 1.

    Raises
    ------
    ValueError
        A name has no dot, or a layer has statistics and a weight, which are two layers in Caffe.
    """
    layers: dict[str, dict[str, Array]] = {}
    for name, array in state.items():
        layer, dot, blob = name.rpartition(".")
        if not dot or not layer:
            raise ValueError(f"its key '{name}' is neither <layer>/<index> nor <layer>.<name>")
        layers.setdefault(layer, {})[blob] = array
    owned: dict[tuple[str, int], tuple[str, Array]] = {}
    for layer, blobs in layers.items():
        for index, (name, array) in enumerate(_in_order(layer, blobs)):
            owned[layer, index] = name, array
    return Stored(owned)


def _in_order(layer: str, blobs: Mapping[str, Array]) -> list[tuple[str, Array]]:
    """Caffe's blobs of a layer, each with its name."""
    statistics = blobs.keys() & _BLOB_OF.keys()
    learned = [name for name in blobs if name not in _READ_APART]
    if statistics and learned:
        raise ValueError(
            f"'{layer}' has {' and '.join([*sorted(statistics), *learned])}: Caffe keeps "
            "statistics and scale in two layers, BatchNorm and Scale; split the names"
        )
    if len(statistics) == 1:
        raise ValueError(f"'{layer}' has {statistics.pop()} and not the other statistic")
    if statistics:
        mean, variance = blobs["running_mean"], blobs["running_var"]
        return list(zip(BLOBS, (mean, variance, np.ones(1, mean.dtype)), strict=True))
    names = sorted(learned, key=_rank)
    return [("" if name.isdecimal() else name, blobs[name]) for name in names]


def _rank(name: str) -> int:
    return int(name) if name.isdecimal() else _ORDER.get(name, len(_ORDER))
