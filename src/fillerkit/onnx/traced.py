"""A module's forward pass as PyTorch's exporter writes it: a graph that answers with every top."""

from __future__ import annotations

import logging
import traceback
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any

import torch
from onnxscript import opset18 as op
from torch import Tensor, nn

from fillerkit.layers.net_layer import Layer
from fillerkit.onnx.forms import put_in_place
from fillerkit.torch import LayerModule, NetModule


class LayerFailure(Exception):
    """What of a layer cannot be written.

    Parameters
    ----------
    layer
    why
        What it is or does.
    """

    def __init__(self, layer: Layer, why: str) -> None:
        super().__init__(why)
        self.layer = layer


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
    with _silence(), torch.no_grad():
        program = _program(module, inputs, dynamic, tops)
        model = _model(program, opset, module)
    return Traced(model, tuple(tops))


def _program(
    module: NetModule, inputs: Mapping[str, Tensor], dynamic: Sequence[bool], tops: list[Top]
) -> torch.export.ExportedProgram:
    picky: list[Layer] = []
    whole = _AllTops(module, dict(zip(inputs, dynamic, strict=True)), tops, picky)
    batch = torch.export.Dim("batch")
    axes = tuple({0: batch} if is_batch else {} for is_batch in dynamic)
    shapes = (axes,) if axes else None  # a net whose data are its own takes nothing
    tensors = tuple(inputs.values())
    try:
        return torch.export.export(whole, tensors, dynamic_shapes=shapes, strict=False)
    except Exception as error:
        if picky and batch.__name__ in str(error):
            why = "it does not take every length of the first axis"
            raise LayerFailure(picky[0], why) from error
        raise


def _model(program: torch.export.ExportedProgram, opset: int, module: NetModule) -> Any:
    try:
        found: Any = torch.onnx.export(
            program,
            dynamo=True,
            optimize=False,
            opset_version=opset,
            verbose=False,
            custom_translation_table={torch.ops.aten.sort.stable: _sorted},
        )
    except torch.onnx.OnnxExporterError as error:
        number = _layer_of(error)
        if number is None:
            raise
        raise LayerFailure(module.layers[number].layer, first_cause(error)) from error
    return found.model


def first_cause(error: BaseException) -> str:
    """The first line of an error, or of what the exporter's, which is of steps, was raised for."""
    while isinstance(error, torch.onnx.OnnxExporterError) and error.__cause__ is not None:
        error = error.__cause__
    said = str(error).strip().splitlines()
    return said[0] if said else type(error).__name__


def _layer_of(error: BaseException | None) -> int | None:
    """Which layer the exporter was at: its errors do not say, but it holds a node that does."""
    while error is not None:
        for frame, _ in traceback.walk_tb(error.__traceback__):
            for value in frame.f_locals.values():
                if isinstance(value, torch.fx.Node):
                    modules = value.meta.get("nn_module_stack", {}).values()
                    numbers = [path for path, _ in modules if path.isdecimal()]
                    if numbers:
                        return int(numbers[0])
        error = error.__cause__
    return None


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
    inputs
        By the name of a blob that goes in, whether its first axis may have any length.
    made
        Gets the tops that the answer holds.
    picky
        Gets the layers that do not take every length of that axis.
    """

    def __init__(
        self,
        module: NetModule,
        inputs: Mapping[str, bool],
        made: list[Top],
        picky: list[Layer],
    ) -> None:
        super().__init__()
        self._set_made = partial(made.__setitem__, slice(None))  # a list would be set back
        self._tell = picky.append
        self._run = module.run
        self._inputs = inputs
        self._numbers = {layer: number for number, layer in enumerate(module.layers)}
        for layer, number in self._numbers.items():
            put_in_place(layer)
            self.add_module(str(number), layer)

    def forward(self, *inputs: Tensor) -> tuple[Tensor, ...]:
        made: list[Top] = []
        tensors: list[Tensor] = []
        known = [0]
        batches = [x for x, dynamic in zip(inputs, self._inputs.values(), strict=True) if dynamic]

        def keep(layer: LayerModule, bottoms: Sequence[Tensor], tops: Sequence[Tensor]) -> None:
            for name, top in zip(layer.message.top, tops, strict=False):
                made.append(Top(self._numbers[layer], name))
                tensors.append(top)
            asked = sum(_conditions(x.shape[0]) for x in batches)
            if asked > known[0]:
                known[0] = asked
                self._tell(layer.layer)

        self._run(dict(zip(self._inputs, inputs, strict=True)), on_layer=keep)
        self._set_made(made)
        return tuple(tensors)


def _conditions(length: Any) -> int:
    """How many conditions on lengths that may be any were found on the way to one of them."""
    return len(length.node.shape_env.guards) if isinstance(length, torch.SymInt) else 0


@contextmanager
def _silence() -> Iterator[None]:
    """Keep the exporter from talking of itself: of packages it could use, of its own old code."""
    before = logging.root.manager.disable
    logging.disable(logging.ERROR)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logging.disable(before)
