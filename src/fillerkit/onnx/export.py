"""From a net and its blobs to a file of ONNX."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from fillerkit.blobs.blobs import Blobs, check_blobs
from fillerkit.errors import FillerkitError, Keyword, UsageError, check_kind
from fillerkit.fillers import Constant
from fillerkit.formats.notes import as_json
from fillerkit.layers.batch_norm import uses_gathered
from fillerkit.nets.net import Net, check_net
from fillerkit.onnx.files import write
from fillerkit.onnx.graph import simplify
from fillerkit.onnx.names import Graph
from fillerkit.onnx.stops import check_layers, check_outputs, with_all_ends
from fillerkit.onnx.traced import LayerFailure, first_cause, traced
from fillerkit.running.ending import ended
from fillerkit.torch import LayerModule, NetModule
from fillerkit.torch import module as module_of
from fillerkit.version import __version__

OPSETS = range(18, 24)
"""The versions of ONNX's operators that can be asked for; the first is taken unless one is."""

_TRACED_BATCH = 3
"""What is traced of a batch of any size: PyTorch takes 1 for a length that stays."""

Shaped = tuple[str, tuple[int | str, ...]]
"""A blob's name and its shape; a length that may change is ``"batch"``."""


@dataclass(frozen=True)
class Exported:
    """What was written.

    Attributes
    ----------
    files : tuple of Path
        The file, and where it would have more than 2 GB a second with the parameters,
        ``<file>.data``: they belong together.
    inputs, outputs : tuple of (str, tuple of (int or str))
        Names and shapes of what goes in and comes out.
    nodes : int
    opset : int
    untrained : tuple of str
        BatchNorm and BN layers whose variance is 0 as in a fresh net, so that their tops are 300
        times their bottoms, layer upon layer: infinite or NaN in the end.
    """

    files: tuple[Path, ...]
    inputs: tuple[Shaped, ...]
    outputs: tuple[Shaped, ...]
    nodes: int
    opset: int
    untrained: tuple[str, ...] = ()


def export(
    net: Net,
    blobs: Blobs,
    path: str | os.PathLike[str],
    *,
    until: str | Sequence[str] = (),
    opset: int = OPSETS[0],
    dynamic_batch: bool = False,
) -> Exported:
    """Write a net as ONNX, to run as Caffe runs it in phase TEST, with Caffe's names.

    Parameters
    ----------
    net
        Of phase TEST. What its data layers would make is the graph's input, but for the constants
        of a DummyData.
    blobs
        Of ``net.fill()`` or of a file.
    path
        The file to write, an ``.onnx``; the whole of it or nothing.
    until
        A blob or several at which the net ends, in place of all that no layer takes. Layers that
        they do not need are left out. Of a name that several layers write in place, the last
        version.
    opset
        The version of ONNX's operators, from 18 to 23.
    dynamic_batch
        Whether the first axis of the inputs, if it is as long as that of the first input, may have
        any length when the file is run.

    Returns
    -------
    Exported
        Names and shapes of inputs and outputs.

    Raises
    ------
    UsageError
        Layers cannot be exported (all are listed, with the blobs to stop before), an argument makes
        no sense, the blobs are another net's, or a layer fixes the batch.
    FormatError
        The file cannot be written.

    Notes
    -----
    A value has the name of its blob. Of a blob that several layers write in place, the last version
    has the name, and an earlier one that and its layer's: ``conv1/conv1`` before ``relu1`` makes
    ``conv1``. A layer's main node has the layer's name, others begin with it and a slash.
    Parameters have the names that `fillerkit.torch.state_dict` gives them: ``conv1.weight``. The
    same net and blobs give the same bytes with the same PyTorch and onnxscript.
    """
    check_net(net)
    check_blobs("blobs", blobs)
    check_kind("path", path, (str, os.PathLike), "the name of the file to write")
    path = Path(path)
    _check_arguments(path, opset)
    names = (until,) if isinstance(until, str) else tuple(until)
    net = ended(net, names) if names else with_all_ends(net)
    check_layers(net)
    check_outputs(net)
    module = module_of(net, blobs).eval()
    given = _given(module)
    inputs, dynamic = _inputs(module, given, dynamic_batch)
    try:
        found = traced(module, dict(zip(given, inputs, strict=True)), dynamic, opset)
    except FillerkitError:
        raise
    except Exception as error:
        raise _told(net, error, dynamic_batch) from error
    untrained = tuple(_untrained(module.layers))
    model, graph = found.model, found.model.graph
    origins = simplify(model)
    Graph(graph, found.tops, module.layers).finish(given, net.outputs, origins)
    model.producer_name, model.producer_version = "fillerkit", __version__
    graph.name = net.name or "net"
    model.metadata_props.update({"net": as_json(net.origin), "origin": as_json(blobs.origin)})
    files = write(model, path)
    return Exported(
        files, _shaped(graph.inputs), _shaped(graph.outputs), len(graph), opset, untrained
    )


def check_path(path: str | os.PathLike[str]) -> None:
    """Refuse a path that no graph is written to."""
    if Path(path).suffix.lower() != ".onnx":
        raise UsageError(f"'{path}': a net is exported as ONNX: its suffix is to be .onnx")


def _check_arguments(path: Path, opset: int) -> None:
    check_path(path)
    if opset not in OPSETS:
        raise UsageError(f"opset {opset} cannot be written: it is one of {shown_opsets()}")


def shown_opsets() -> str:
    """``18 to 23``."""
    return f"{OPSETS[0]} to {OPSETS[-1]}"


def _given(module: NetModule) -> tuple[str, ...]:
    """The blobs that go in: what is read from outside, and what a DummyData draws."""
    taken = {name for layer in module.layers for name in layer.layer.bottoms}
    drawn = {
        top
        for layer in module.layers
        if layer.layer.type == "DummyData"
        for top, _, _, values in layer.planned()
        if not isinstance(values, Constant) and top in taken.union(module.net.outputs)
    }
    given = drawn.union(module.inputs)
    sources = (layer.message.top for layer in module.layers if not layer.layer.bottoms)
    return tuple(top for tops in sources for top in tops if top in given)


def _inputs(
    module: NetModule, names: Sequence[str], dynamic_batch: bool
) -> tuple[list[Tensor], list[bool]]:
    """Tensors for the inputs of a module, and which of their first axes may have any length."""
    shapes = {top: shape for layer in module.net.layers for top, shape in layer.tops}
    of_inputs = [shapes[name] for name in names]
    dynamic = [dynamic_batch and shape[:1] == of_inputs[0][:1] != () for shape in of_inputs]
    types = (tensor.dtype for tensor in module.parameters())
    dtype = next(types, torch.float32)
    lengths = [
        (_TRACED_BATCH, *shape[1:]) if is_batch else shape
        for shape, is_batch in zip(of_inputs, dynamic, strict=True)
    ]
    return [torch.zeros(shape, dtype=dtype) for shape in lengths], dynamic


def _told(net: Net, error: BaseException, dynamic_batch: bool) -> UsageError:
    """What is wrong, when the exporter cannot write a net, and in which layer."""
    notes: Sequence[str] = getattr(error, "__notes__", ())
    where = [note.removeprefix("in ").rpartition(" with ")[0] for note in notes if " with " in note]
    if isinstance(error, LayerFailure):
        of = error.layer
        where = [f"layer '{of.name}' ({of.type}, line {of.line})"]
    asked: list[str | Keyword] = [" with ", Keyword("dynamic_batch", True)] if dynamic_batch else []
    told = "".join(f": {each}" for each in (*where, first_cause(error)))
    return UsageError(f"{net.file} cannot be exported", *asked, told)


def _untrained(layers: Sequence[LayerModule]) -> list[str]:
    return [layer.layer.name for layer in layers if _uses_no_variance(layer)]


def _uses_no_variance(layer: LayerModule) -> bool:
    """Whether a layer is a BatchNorm or BN that uses a variance of zeros."""
    names = [param.name for param in layer.layer.params]
    if layer.layer.type not in ("BatchNorm", "BN") or "variance" not in names:
        return False
    told = layer.message.batch_norm_param
    is_used = layer.layer.type == "BN" or uses_gathered(told, not layer.training)
    return is_used and not layer.blob(names.index("variance")).any()


def _shaped(values: Any) -> tuple[Shaped, ...]:
    return tuple(
        (value.name, tuple(n if isinstance(n, int) else str(n) for n in value.shape))
        for value in values
    )
