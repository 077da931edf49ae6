"""What a source needs besides itself: packages that are installed only for it, and files."""

from __future__ import annotations

from typing import Any

from fillerkit.errors import ShapeNeeded
from fillerkit.layers.data import crop_of
from fillerkit.libraries import found
from fillerkit.schema.forks_pb2 import LayerParameter


def library(layer: LayerParameter, package: str, *modules: str) -> Any:
    """The first of `modules` that can be imported; `package` is what pip calls it."""
    module = found(*modules)
    if module is None:
        source = _param(layer).source
        raise unknown(
            layer,
            f"cannot read its shape from '{source}' without the package {package} "
            "(pip install 'fillerkit[data]' brings it)",
        )
    return module


def unknown(layer: LayerParameter, why: str) -> ShapeNeeded:
    """The error of a source that is there and cannot tell the shape, with what is known of it."""
    batch = _param(layer).batch_size or "N"
    images = (batch, "C", *(crop_of(layer) or ("H", "W")))
    others = layer.top[1:] if layer.type == "HDF5Data" else ()
    return ShapeNeeded(why, shapes={layer.top[0]: images, **dict.fromkeys(others, (batch,))})


def _param(layer: LayerParameter) -> Any:
    """The parameters of a data layer: those that name a source."""
    params = (value for field, value in layer.ListFields() if field.name.endswith("_param"))
    return next(value for value in params if "source" in value.DESCRIPTOR.fields_by_name)
