"""Parameter: a learned blob as a top."""

from __future__ import annotations

from collections.abc import Sequence

from fillerkit.layers.plan import Param, Plan, Shape
from fillerkit.layers.registry import layer
from fillerkit.schema.forks_pb2 import LayerParameter


@layer("Parameter", bottoms=0, blobs=("parameter",), fixed_batch=True)
def parameter(layer: LayerParameter, bottoms: Sequence[Shape]) -> Plan:
    """A learned blob of any shape; no filler fills it but blob_filler.

    That is happynear's (GuohongWu/caffe-windows, include/caffe/layers/parameter_layer.hpp).
    """
    p = layer.parameter_param
    filler = p.blob_filler if p.HasField("blob_filler") else None
    shape = tuple(p.shape.dim)
    return Plan(tops=[shape], params=[Param("parameter", shape, filler)])
