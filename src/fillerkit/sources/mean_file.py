"""The mean that the transformer takes from every image: a file, or one value a channel."""

from __future__ import annotations

from math import prod

import numpy as np
from google.protobuf.message import DecodeError
from numpy.typing import NDArray

from fillerkit.errors import LayerError
from fillerkit.layers.shapes import shown
from fillerkit.regular_file import is_there
from fillerkit.schema.forks_pb2 import BlobProto, LayerParameter
from fillerkit.sources.paths import opened

_FIELD = "transform_param.mean_file"


def check_mean(layer: LayerParameter, channels: int, where: str) -> str:
    """Refuse values that Caffe would not take from an image of so many channels.

    Returns
    -------
    str
        What to end a note with where a mean file is named, else "". It is not opened: no weight
        depends on it, though Caffe does not start without it.
    """
    transform = layer.transform_param
    _check_values(layer, channels, where)
    if not transform.HasField("mean_file"):
        return ""
    if not is_there(transform.mean_file):
        return (
            f"; its mean_file '{transform.mean_file}' is not there, and Caffe would not start "
            "without it"
        )
    return f"; its mean_file '{transform.mean_file}' is not looked at: no weight depends on it"


def read_mean(layer: LayerParameter, channels: int, where: str) -> NDArray[np.float32] | None:
    """The mean of a layer, to take from its images: None without one.

    Returns
    -------
    ndarray or None
        (channels, 1, 1) of values, or (channels, height, width) of a mean file.
    """
    transform = layer.transform_param
    _check_values(layer, channels, where)
    if transform.HasField("mean_file"):
        return _read_file(transform.mean_file)
    if not transform.mean_value:
        return None
    values = np.array(transform.mean_value, np.float32)
    return np.broadcast_to(values[:, None, None], (channels, 1, 1))


def _read_file(path: str) -> NDArray[np.float32]:
    """The one image of a ``.binaryproto``."""
    what = f"its mean_file '{path}'"
    if not is_there(path):
        raise LayerError(f"{what} is not there", field=_FIELD)
    with opened(path, what, _FIELD) as file:
        data = file.read()
    try:
        blob = BlobProto.FromString(data)
    except DecodeError:
        raise LayerError(f"cannot read {what}: it is no BlobProto", field=_FIELD) from None
    axes = tuple(blob.shape.dim) or (blob.num, blob.channels, blob.height, blob.width)
    with np.errstate(over="ignore"):  # what float32 has no room for is infinite, as in C
        values = np.array(blob.double_data or blob.data, np.float32)
    if len(axes) > 4 or min(axes) < 1 or prod(axes) != values.size or prod(axes[:-3]) != 1:
        raise LayerError(
            f"{what} is no mean of one image: it says it is {shown(axes)}, and holds "
            f"{values.size} values",
            field=_FIELD,
        )
    return values.reshape((1,) * (3 - len(axes[-3:])) + axes[-3:])


def _check_values(layer: LayerParameter, channels: int, where: str) -> None:
    transform = layer.transform_param
    count = len(transform.mean_value)
    if count and transform.HasField("mean_file"):
        raise LayerError(
            "gives both mean_file and mean_value, two means to take from an image: keep one",
            field="transform_param.mean_value",
        )
    if count not in (0, 1, channels):
        wanted = "" if channels == 1 else f", or {channels}, one for each channel"
        raise LayerError(
            f"needs one mean_value{wanted}, not {count}: {where} has "
            f"{channels} channel{'s' * (channels != 1)}",
            field="transform_param.mean_value",
        )
