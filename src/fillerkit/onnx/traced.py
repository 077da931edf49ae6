"""A module's forward pass as PyTorch's exporter writes it: a graph that answers with every top."""

from __future__ import annotations

import logging
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any

import torch
from onnxscript import opset18 as op
from torch import Tensor, nn

from fillerkit.onnx.forms import put_in_place
from fillerkit.torch import LayerModule, NetModule


@dataclass(frozen=True)
class Top:
    """A top of a layer that has run.

    Attributes
    ----------
    layer : int
        Which of the module's layers.
    name : str
    """

    layer: int
    name: str


@dataclass(frozen=True)
class Traced:
    """What PyTorch's exporter makes of a module.

    Attributes
    ----------
    model : onnx_ir.Model
        Its inputs are those given; its outputs are all tops. An initialiser is named ``<number of
        the layer>.<name of the tensor>``.
    tops : tuple of Top
        What each output is.
    """

    model: Any
    tops: tuple[Top, ...]


def traced(
    module: NetModule, inputs: Mapping[str, Tensor], dynamic: Sequence[bool], opset: int
) -> Traced:
    """Export a module.

    Parameters
    ----------
    module
        In the mode that is to be exported. Its layers are changed: it is of no use after that.
    inputs
        By the name of a blob that goes in; only their shapes count.
    dynamic
        For each whether its first axis is the batch, which may have any length.
    opset
        The version of ONNX's operators.
    """
    tops: list[Top] = []
    whole = _AllTops(module, tuple(inputs), tops)
    batch = torch.export.Dim("batch")
    axes = tuple({0: batch} if is_batch else {} for is_batch in dynamic)
    shapes = (axes,) if axes else None  # a net whose data are its own takes nothing
    with _silence(), torch.no_grad():
        program = torch.export.export(
            whole, tuple(inputs.values()), dynamic_shapes=shapes, strict=False
        )
        found: Any = torch.onnx.export(
            program,
            dynamo=True,
            optimize=False,
            opset_version=opset,
            verbose=False,
            custom_translation_table={torch.ops.aten.sort.stable: _sorted},
        )
    return Traced(found.model, tuple(tops))


def _sorted(x: Any, *, stable: bool, dim: int = -1, descending: bool = False) -> Any:
    """A stable sort, which ONNX has none of: its TopK keeps the order of equal values."""
    length = op.Gather(op.Shape(x), op.Constant(value_ints=[dim]))
    return op.TopK(x, length, axis=dim, largest=int(descending), sorted=1)


class _AllTops(nn.Module):
    """A module that takes its inputs in order, and answers with the tops of all layers.

    It holds the layers by their numbers: their names may be what no exporter expects.

    Parameters
    ----------
    module
    names
        Of what goes in.
    made
        Gets the tops that the answer holds.
    """

    def __init__(self, module: NetModule, names: Sequence[str], made: list[Top]) -> None:
        super().__init__()
        self._set_made = partial(made.__setitem__, slice(None))  # a list would be set back
        self._run = module.run
        self._names = names
        self._numbers = {layer: number for number, layer in enumerate(module.layers)}
        for layer, number in self._numbers.items():
            put_in_place(layer)
            self.add_module(str(number), layer)

    def forward(self, *inputs: Tensor) -> tuple[Tensor, ...]:
        made: list[Top] = []
        tensors: list[Tensor] = []

        def keep(layer: LayerModule, bottoms: Sequence[Tensor], tops: Sequence[Tensor]) -> None:
            for name, top in zip(layer.message.top, tops, strict=False):
                made.append(Top(self._numbers[layer], name))
                tensors.append(top)

        self._run(dict(zip(self._names, inputs, strict=True)), on_layer=keep)
        self._set_made(made)
        return tuple(tensors)


@contextmanager
def _silence() -> Iterator[None]:
    """Keep the exporter from talking of itself: of packages it could use, of its own old code."""
    before = logging.root.manager.disable
    logging.disable(logging.WARNING)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logging.disable(before)
