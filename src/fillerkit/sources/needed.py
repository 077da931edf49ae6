"""What a source needs besides itself: packages that are installed only for it, and files."""

from __future__ import annotations

import importlib
from typing import Any

from fillerkit.errors import ShapeNeeded
from fillerkit.layers.data import shape_needed
from fillerkit.schema.forks_pb2 import LayerParameter

_PARAMS = {
    "Data": "data_param",
    "HDF5Data": "hdf5_data_param",
    "ImageData": "image_data_param",
    "WindowData": "window_data_param",
}


def library(layer: LayerParameter, package: str, *modules: str) -> Any:
    """The first of `modules` that can be imported; `package` is what pip calls it."""
    for module in modules:
        try:
            return importlib.import_module(module)
        except ImportError:
            continue
    source = getattr(layer, _PARAMS[layer.type]).source
    raise unknown(
        layer,
        f"needs the package {package} to read its shape from '{source}' "
        "(pip install 'fillerkit[data]'); or, without the package",
    )


def unknown(layer: LayerParameter, why: str) -> ShapeNeeded:
    """The error of a source that is there and cannot tell the shape, with the options that can."""
    batch = str(getattr(layer, _PARAMS[layer.type]).batch_size or "N")
    if layer.type == "HDF5Data":
        return shape_needed(
            why, {top: batch if index else f"{batch},C,H,W" for index, top in enumerate(layer.top)}
        )
    crop = layer.transform_param.crop_size
    return shape_needed(why, {layer.top[0]: f"{batch},C,{crop or 'H'},{crop or 'W'}"})
