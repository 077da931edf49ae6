"""From a net and its blobs to a file of ONNX."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import onnx
import onnx_ir
import torch

from fillerkit.blobs.blobs import Blobs
from fillerkit.formats.notes import as_json
from fillerkit.formats.whole_file import whole_file
from fillerkit.nets.net import Net
from fillerkit.onnx.graph import simplify
from fillerkit.onnx.names import Graph
from fillerkit.onnx.traced import traced
from fillerkit.torch import module as module_of
from fillerkit.version import __version__

OPSETS = range(18, 24)
OPSET = 18


@dataclass(frozen=True)
class Exported:
    """What was written."""

    inputs: tuple[tuple[str, tuple[int | str, ...]], ...]
    outputs: tuple[tuple[str, tuple[int | str, ...]], ...]
    opset: int
    nodes: int


def export(
    net: Net,
    blobs: Blobs,
    path: str | os.PathLike[str],
    *,
    until: str | Sequence[str] = (),
    opset: int = OPSET,
    dynamic_batch: bool = False,
) -> Exported:
    """Write a net as ONNX."""
    module = module_of(net, blobs).eval()
    shapes = {name: shape for layer in net.layers for name, shape in layer.tops}
    inputs = [torch.zeros(shapes[name]) for name in module.inputs]
    outputs = net.outputs
    found = traced(module, inputs, [False] * len(inputs), opset)
    origins = simplify(found.model)
    graph = found.model.graph
    Graph(graph, found.tops, module.layers).finish(module.inputs, outputs, origins)
    found.model.producer_name, found.model.producer_version = "fillerkit", __version__
    graph.name = net.name or "net"
    found.model.metadata_props.update({"net": as_json(net.origin), "origin": as_json(blobs.origin)})
    proto = onnx_ir.to_proto(found.model)
    onnx.checker.check_model(proto, full_check=True)
    with whole_file(Path(path)) as file:
        file.write(proto.SerializeToString(deterministic=True))
    return Exported(_shaped(graph.inputs), _shaped(graph.outputs), opset, len(graph))


def _shaped(values: Any) -> tuple[tuple[str, tuple[int | str, ...]], ...]:
    return tuple(
        (value.name, tuple(d if isinstance(d, int) else str(d) for d in value.shape))
        for value in values
    )
