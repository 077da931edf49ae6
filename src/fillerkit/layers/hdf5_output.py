"""HDF5Output: a layer that writes its bottoms to a file."""

from __future__ import annotations

from collections.abc import Sequence

from fillerkit.errors import LayerError
from fillerkit.layers.plan import Plan, Shape
from fillerkit.layers.registry import layer
from fillerkit.schema.forks_pb2 import LayerParameter


@layer("HDF5Output", bottoms=2, tops=0, reads_out=True)
def hdf5_output(layer: LayerParameter, bottoms: Sequence[Shape]) -> Plan:
    """Writes data and labels to an HDF5 file in the forward pass.

    Caffe opens the file when it sets the layer up; nothing is opened or written here.
    """
    if not layer.hdf5_output_param.file_name:
        raise LayerError("needs a file_name to write to", field="hdf5_output_param")
    return Plan(tops=[])
