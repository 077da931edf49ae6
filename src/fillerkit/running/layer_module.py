"""One layer of a net that runs: its parameters, and the function that its type is."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from fillerkit.errors import UsageError
from fillerkit.layers.net_layer import Layer
from fillerkit.layers.plan import Shape
from fillerkit.layers.shapes import shown
from fillerkit.running.plain import plain
from fillerkit.running.registry import Operation

Draws = Callable[[int], NDArray[np.uint32]]
"""Gives the next so many numbers of 32 bits of a stream."""


@dataclass(frozen=True)
class Held:
    """Where a parameter blob of a layer is kept.

    Attributes
    ----------
    name : str
        The tensor's name in the layer and in a state dict: ``weight``, ``running_mean``, ...
    shape : tuple of int
        The blob's, as Caffe has it.
    turned, divided : bool
        Of its `fillerkit.formats.state_dict.Form`: whether the tensor is the blob's transpose, or
        the blob over its layer's factor.
    as_is : bool
        Whether the tensor, turned back, has the blob's shape.
    owner : (LayerModule, int) or None
        For a blob that shares another's values: whose.
    """

    name: str
    shape: tuple[int, ...]
    turned: bool = False
    divided: bool = False
    as_is: bool = False
    owner: tuple[LayerModule, int] | None = None


class LayerModule(nn.Module):
    """One layer: its tops from its bottoms.

    Attributes
    ----------
    layer : fillerkit.Layer
        Name, type, bottoms, tops with the shapes the net was read with, message, line.
    message : LayerParameter
        All that the prototxt says of the layer, as `plain` values.
    operation : Operation or None
        How its type runs; None for a source of data, whose tops are given.
    loss_weights : tuple of float
        What each top counts in the net's loss.
    draws : callable or None
        As of `module`.
    gathers : bool
        False where a net is only looked at: the batch's statistics are used and not gathered.
    """

    def __init__(
        self,
        layer: Layer,
        operation: Operation | None,
        loss_weights: tuple[float, ...] = (),
        shapes: Sequence[Shape] = (),
        at_a_trace: str = "",
    ) -> None:
        super().__init__()
        self.layer = layer
        self.message = plain(layer.message)
        self.operation = operation
        self.loss_weights = loss_weights
        self.held: list[Held] = []
        self.draws: Draws | None = None
        self.gathers = True
        self._at_a_trace = at_a_trace
        self._planned: tuple[Shape, Any] | None = None
        if len(shapes) == len(layer.bottoms):
            self.planned(*shapes[:1])

    def hold(self, held: Held, tensor: Tensor, *, learned: bool, saved: bool = True) -> None:
        """Take in the next parameter blob, as a Parameter or, not `learned`, as a buffer."""
        self.held.append(held)
        if learned:
            self.register_parameter(
                held.name, tensor if isinstance(tensor, nn.Parameter) else nn.Parameter(tensor)
            )
        else:
            self.register_buffer(held.name, tensor, persistent=saved)

    def blob(self, index: int) -> Tensor:
        """A parameter blob in the shape that Caffe gives it."""
        held = self.held[index]
        if held.owner is not None:
            layer, other = held.owner
            return layer.blob(other).reshape(held.shape)
        tensor: Tensor = getattr(self, held.name)
        if held.turned:
            tensor = tensor.t()
        return tensor if held.as_is else tensor.reshape(held.shape)

    def stored(self, index: int) -> Tensor:
        """A parameter blob as Caffe stores it: a BatchNorm's statistics as sums again."""
        blob = self.blob(index).detach()
        return blob * self.blob(2) if self.held[index].divided else blob

    def blobs(self) -> list[Tensor]:
        """All parameter blobs in the shapes that Caffe gives them."""
        return [self.blob(index) for index in range(len(self.held))]

    def planned(self, shape: Shape = ()) -> Any:
        """What the operation's `plan` makes of the shape of bottom 0; the last is kept."""
        shape = (1, *shape[1:]) if shape else shape
        known = self._planned
        if known is not None and known[0] == shape:
            return known[1]
        plan = self.operation.plan if self.operation else None
        made = plan(self, shape) if plan else None
        self._planned = shape, made
        return made

    def forward(self, *bottoms: Tensor) -> tuple[Tensor, ...]:
        """The layer's tops."""
        if self._at_a_trace:
            refuse_trace(self._at_a_trace)
        if self.operation is None:
            raise TypeError(f"layer '{self.layer.name}' is a source of data and takes no forward")
        try:
            tops = self.operation.run(self, *bottoms)
        except Exception as error:
            if torch.compiler.is_dynamo_compiling():
                raise  # it knows no notes, and would tell of them in place of the error
            of, shapes = self.layer, ", ".join(shown(bottom.shape) for bottom in bottoms)
            error.add_note(f"in layer '{of.name}' ({of.type}, line {of.line}) with {shapes}")
            raise
        return (tops,) if isinstance(tops, Tensor) else tuple(tops)

    def extra_repr(self) -> str:
        """What the layer is, for a printed module."""
        takes, makes = ", ".join(self.layer.bottoms), ", ".join(self.message.top)
        return f"{self.layer.type}: {takes}{' ' * bool(takes)}-> {makes}"

    def _only_views(self) -> list[int]:
        """Saved blobs that are another's values in another form: no tensor here is theirs."""
        return [
            index
            for index, held in enumerate(self.held)
            if held.owner is not None
            and held.name not in {*self._parameters, *self._buffers}
            and held.name not in held.owner[0]._non_persistent_buffers_set
        ]

    def _save_to_state_dict(self, destination: Any, prefix: str, keep_vars: bool) -> None:
        super()._save_to_state_dict(destination, prefix, keep_vars)
        for index in self._only_views():
            blob, held = self.blob(index), self.held[index]
            # In one piece: safetensors' load_model takes no other tensor of memory that is shared.
            blob = blob.t().contiguous() if held.turned else blob
            destination[prefix + held.name] = blob if keep_vars else blob.detach()

    def _load_from_state_dict(
        self,
        state_dict: dict[str, Any],
        prefix: str,
        local_metadata: Any,
        strict: bool,
        missing_keys: list[str],
        unexpected_keys: list[str],
        error_msgs: list[str],
    ) -> None:
        for index in self._only_views():  # the owner's own key has these values
            name, is_copy = prefix + self.held[index].name, self.held[index].turned
            if state_dict.pop(name, None) is None and not is_copy:
                missing_keys.append(name)
        super()._load_from_state_dict(
            state_dict, prefix, local_metadata, strict, missing_keys, unexpected_keys, error_msgs
        )
        if "scale_factor" in self._non_persistent_buffers_set:
            self._find_factor(state_dict, prefix)

    def _find_factor(self, state_dict: dict[str, Any], prefix: str) -> None:
        """A state dict holds BatchNorm's statistics without Caffe's factor: work it out.

        From the number of batches that were gathered where it is known, else 1.
        """
        mean = state_dict.get(f"{prefix}running_mean")
        variance = state_dict.get(f"{prefix}running_var")
        if mean is None or variance is None:
            return
        count = int(state_dict.get(f"{prefix}num_batches_tracked", 0))
        keep = self.message.batch_norm_param.moving_average_fraction
        gathered = count if keep == 1 else (1 - keep**count) / (1 - keep)
        known = gathered or float(bool(torch.any(mean != 0) or torch.any(variance != 0)))
        factor: Any = self._buffers["scale_factor"]
        factor.fill_(known)


def is_traced() -> bool:
    """Whether PyTorch records what is done with tensors, in place of doing it."""
    return is_jit_traced() or torch.compiler.is_compiling()


def is_exported() -> bool:
    """Whether a record is made that leaves this process: `torch.export`, ONNX, `torch.jit.trace`.

    `torch.compile` is none of these: what it compiles writes to the module as it does.
    """
    if is_jit_traced():
        return True
    # PyTorch before 2.7 does not tell the two apart.
    exporting = getattr(torch.compiler, "is_exporting", torch.compiler.is_compiling)
    return bool(exporting())


def is_jit_traced() -> bool:
    """Whether `torch.jit` traces, which the older exporter to ONNX stands on."""
    return bool(torch.jit.is_tracing())  # type: ignore[attr-defined, no-untyped-call]


def not_traced(layer: Layer, why: str) -> str:
    """What `refuse_trace` says of a layer."""
    of = f"layer '{layer.name}' ({layer.type}, line {layer.line})"
    return f"{of} cannot be traced, exported or compiled as one graph: {why}"


def refuse_trace(words: str) -> None:
    """Raise an error of these words where PyTorch records; nothing happens else."""
    if torch.compiler.is_dynamo_compiling():
        # It knows no classes of ours. Unless it is asked for one graph, it runs the layer as it is.
        raise RuntimeError("" + words)
    if is_traced():
        raise UsageError(words)


def shape_of(x: Tensor) -> Shape:
    """A tensor's shape, of integers but for the first axis, which may stay open in an export.

    The others are part of what is exported: windows are counted from them, and exporters get such
    sums wrong (``-(-a // b)`` is rounded to 0 in ONNX).
    """
    if not is_jit_traced():
        return (*x.shape[:1], *map(int, x.shape[1:]))
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Converting a tensor to a Python integer")  # it is meant
        return (*x.shape[:1], *map(int, x.shape[1:]))
