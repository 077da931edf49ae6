"""A traced graph without what does nothing, and with its constants worked out."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import onnx_ir
from onnx_ir.passes.common import LiftConstantsToInitializersPass
from onnxscript.optimizer import fold_constants

_ALL = 1 << 62
"""Bytes: constants of any size are worked out."""

_FEW = 1 << 14
"""So many zeros are worked out by who reads the file, fewer are in it."""


def simplify(model: Any) -> dict[str, str]:
    """Simplify a model in place, and name it after nobody's machine.

    Returns
    -------
    dict of str to str
        By the name of each constant that was worked out from one initialiser, and that no other
        was worked out from: the initialiser's.
    """
    graph = model.graph
    lift = LiftConstantsToInitializersPass(lift_all_constants=True, size_limit=0)
    lift(model)
    _fix_shapes(graph)
    _leave_out(graph)
    origins = dict(_origins(graph))
    fold_constants(model, input_size_limit=_ALL, output_size_limit=_ALL, should_fold=_is_few_zeros)
    lift(model)
    _say_zeros(graph)
    _merge_pads(graph)
    _pad_before_points(graph)
    _leave_out_zeros(graph)
    _leave_out(graph)
    _name_batch(graph)
    _forget(model)
    left = set(graph.initializers)
    made = [name for name in origins if name in left]
    return {
        name: origins[name]
        for name in made
        if origins[name] not in left
        and [origins[other] for other in made].count(origins[name]) == 1
    }


def _is_few_zeros(node: Any) -> bool | None:
    """Whether a node is worked out that otherwise stays, to keep a file small.

    An LSTM begins at few zeros, an unpooling at as many as its top has values.
    """
    lengths = _constant(node.inputs[0]) if node.op_type == "ConstantOfShape" else None
    return True if lengths is not None and np.prod(lengths) < _FEW else None


def _leave_out(graph: Any) -> None:
    """Take out nodes whose output is their input, and what nothing asks for then."""
    for node in list(graph):
        if _does_nothing(node):
            onnx_ir.convenience.replace_all_uses_with(
                node.outputs[0], node.inputs[0], replace_graph_outputs=True
            )
    prune(graph)


def prune(graph: Any) -> None:
    """Take out what nothing asks for."""
    for node in reversed(list(graph)):
        if not any(value.uses() or value.is_graph_output() for value in node.outputs):
            graph.remove(node, safe=True)
    for name, value in list(graph.initializers.items()):
        if not value.uses() and not value.is_graph_output():
            del graph.initializers[name]


def _does_nothing(node: Any) -> bool:
    if node.op_type == "Identity":
        return True
    if node.op_type not in ("Cast", "Expand", "Reshape"):
        return False
    old, new = node.inputs[0], node.outputs[0]
    if old.shape is None or new.shape is None or "None" in map(str, new.shape):
        return False
    return (old.shape, old.dtype) == (new.shape, new.dtype)


def _fix_shapes(graph: Any) -> None:
    """Give each Reshape a constant for a shape, where one length at most is not known.

    The exporter works such a shape out of the bottom's, by nodes that not all readers know.
    """
    for node in list(graph):
        lengths = node.outputs[0].shape if node.op_type == "Reshape" else None
        known = [length for length in lengths or () if isinstance(length, int)]
        if not lengths or 0 in known or len(lengths) - len(known) > 1:
            continue
        array = np.array([n if isinstance(n, int) else -1 for n in lengths], np.int64)
        node.replace_input_with(1, _initializer(graph, f"{node.outputs[0].name}/shape", array))
        node.attributes.pop("allowzero", None)


def _initializer(graph: Any, name: str, array: Any) -> Any:
    """A new constant of a graph; its name is made one that is free."""
    while name in graph.initializers:
        name += "'"
    tensor = onnx_ir.tensor(array, name=name)
    made = onnx_ir.Value(
        name=name, shape=tensor.shape, type=onnx_ir.TensorType(tensor.dtype), const_value=tensor
    )
    graph.register_initializer(made)
    return made


def _merge_pads(graph: Any) -> None:
    """Have pooling and convolutions pad for themselves, where a node before does it for them."""
    for node in graph:
        before = node.inputs[0].producer() if node.inputs and node.inputs[0] else None
        if node.op_type not in _PADDED_WITH or before is None or before.op_type != "Pad":
            continue
        if any(value.uses() for value in node.outputs[1:]):  # places, of what is padded
            continue
        if len(before.inputs) > 3 or before.attributes.get_string("mode", "constant") != "constant":
            continue
        edges, value = (_constant(each) for each in before.inputs[1:3])
        if edges is None or value is None or not _PADDED_WITH[node.op_type](float(value)):
            continue
        starts, ends = edges.reshape(2, -1)
        kernel = node.attributes.get_ints("kernel_shape")
        own = np.reshape(node.attributes.get_ints("pads", [0] * 2 * len(kernel)), (2, -1))
        if any(starts[:2]) or any(ends[:2]) or edges.min() < 0 or (edges.max() >= min(kernel)):
            continue
        pads = own + np.array([starts[2:], ends[2:]])
        node.attributes["pads"] = onnx_ir.AttrInt64s("pads", pads.reshape(-1).tolist())
        if node.op_type == "AveragePool":
            node.attributes["count_include_pad"] = onnx_ir.AttrInt64("count_include_pad", 1)
        node.replace_input_with(0, before.inputs[0])


def _pad_before_points(graph: Any) -> None:
    """Have a node pad for convolutions of single points, whose pads OpenCV 5.0 passes over."""
    for node in list(graph):
        pads = np.reshape(node.attributes.get_ints("pads", []), (2, -1))
        if node.op_type != "Conv" or not pads.any():
            continue
        if any(length > 1 for length in node.attributes.get_ints("kernel_shape")):
            continue
        bottom = node.inputs[0]
        edges = np.pad(pads, ((0, 0), (2, 0)))  # of the batch and the channels too
        pad = onnx_ir.node("Pad", [bottom, _initializer(graph, "pads", edges.reshape(-1))])
        padded = pad.outputs[0]
        lengths = zip(bottom.shape[2:], edges.sum(0)[2:], strict=True)
        padded.shape = onnx_ir.Shape([*bottom.shape[:2], *(n + int(more) for n, more in lengths)])
        padded.type = bottom.type
        graph.insert_before(node, pad)
        node.replace_input_with(0, padded)
        node.attributes["pads"] = onnx_ir.AttrInt64s("pads", [0] * pads.size)


_PADDED_WITH: dict[str, Callable[[float], bool]] = {
    "AveragePool": lambda value: value == 0,
    "Conv": lambda value: value == 0,
    "MaxPool": lambda value: value <= float(np.finfo(np.float32).min),
}
"""By operator, whether padding with a value is what it does by itself."""


def _say_zeros(graph: Any) -> None:
    """Have each ConstantOfShape say that it makes zeros, without which OpenCV 5 reads none."""
    zero = onnx_ir.tensor(np.zeros(1, np.float32))
    for node in graph:
        if node.op_type == "ConstantOfShape" and "value" not in node.attributes:
            node.attributes["value"] = onnx_ir.AttrTensor("value", zero)
            made = node.outputs[0]
            made.dtype = zero.dtype
            for cast in [use.node for use in made.uses() if use.node.op_type == "Cast"]:
                made.shape = cast.outputs[0].shape


def _leave_out_zeros(graph: Any) -> None:
    """Take out the biases of zeros that the exporter gives convolutions which have none."""
    for node in graph:
        if node.op_type in ("Conv", "ConvTranspose") and len(node.inputs) == 3:
            bias = node.inputs[2]
            if "." not in bias.name and not np.any(_constant(bias)):
                node.resize_inputs(2)


def _constant(value: Any) -> Any:
    """The array that a value always is, or None."""
    return None if value.const_value is None else value.const_value.numpy()


def _origins(graph: Any) -> Iterator[tuple[str, str]]:
    """Values that follow from one initialiser, and constants, alone: their names, and its."""
    known: dict[Any, set[str]] = {
        value: {name} if "." in name else set() for name, value in graph.initializers.items()
    }
    for node in graph:
        inputs = [value for value in node.inputs if value is not None]
        if inputs and all(value in known for value in inputs):
            of = set().union(*(known[value] for value in inputs))
            for value in node.outputs:
                known[value] = of
                if len(of) == 1:
                    yield value.name, next(iter(of))


def _name_batch(graph: Any) -> None:
    """Call a batch of any length ``batch``, which the exporter numbers."""
    firsts = [value.shape[0] for value in graph.inputs if value.shape]
    symbols = [re.escape(str(length)) for length in firsts if not isinstance(length, int)]
    if symbols:
        number = re.compile(rf"\b({'|'.join(symbols)})\b")
        for value in (*graph.inputs, *(value for node in graph for value in node.outputs)):
            lengths = value.shape or ()
            if any(number.search(str(length)) for length in lengths):
                value.shape = onnx_ir.Shape(
                    length if isinstance(length, int) else number.sub("batch", str(length))
                    for length in lengths
                )


def _forget(model: Any) -> None:
    """Take out what the exporter notes of its work: the calls that led to each node, by file."""
    for each in (model, model.graph, *model.graph):
        each.metadata_props.clear()
        each.doc_string = None
    for node in model.graph:
        for value in node.outputs:
            value.metadata_props.clear()
    for value in (*model.graph.inputs, *model.graph.initializers.values()):
        value.metadata_props.clear()
