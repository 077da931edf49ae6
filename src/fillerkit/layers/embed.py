"""Embed: a table of vectors, looked up by number."""

from __future__ import annotations

from collections.abc import Sequence

from fillerkit.layers.plan import Param, Plan, Shape
from fillerkit.layers.registry import layer
from fillerkit.layers.shapes import positive
from fillerkit.schema.forks_pb2 import LayerParameter


@layer("Embed", blobs=("weight", "bias"), whole={0: lambda layer, _: layer.embed_param.input_dim})
def embed(layer: LayerParameter, bottoms: Sequence[Shape]) -> Plan:
    """A learned vector for each number in its bottom.

    The weight is input_dim x num_output: a row for each number.
    """
    p = layer.embed_param
    columns = positive(p.num_output, "embed_param.num_output")
    rows = positive(p.input_dim, "embed_param.input_dim")
    params = [Param("weight", (rows, columns), p.weight_filler)]
    if p.bias_term:
        params.append(Param("bias", (columns,), p.bias_filler))
    return Plan(tops=[(*bottoms[0], columns)], params=params)
