"""The mean that the transformer takes from every image: a file, or one value a channel."""

from __future__ import annotations

from math import prod

from google.protobuf.message import DecodeError

from fillerkit.errors import LayerError
from fillerkit.layers import Shape
from fillerkit.layers.shapes import shown
from fillerkit.schema.forks_pb2 import BlobProto, LayerParameter
from fillerkit.sources.paths import is_there, opened

_FIELD = "transform_param.mean_file"


def check_mean(layer: LayerParameter, image: Shape, where: str) -> str:
    """Refuse a mean that Caffe would not take from an image of (channels, height, width).

    Returns
    -------
    str
        A warning to end a note with, "" where there is nothing to say. Caffe does not start
        without its mean file, but a weight does not depend on it.
    """
    _check_values(layer, image[0], where)
    if not layer.transform_param.HasField("mean_file"):
        return ""
    path = layer.transform_param.mean_file
    mean = _read_mean(path)
    if mean is None:
        return _not_there(path)
    if mean != image:
        raise LayerError(
            f"its mean_file '{path}' is a mean of {shown(mean)} (channels x height x width), "
            f"but {where} is {shown(image)}: name the mean of this very data",
            field=_FIELD,
        )
    return ""


def check_mean_of_windows(layer: LayerParameter, channels: int, where: str) -> str:
    """`check_mean` for windows: Caffe takes the middle of the mean, whatever an image's size."""
    _check_values(layer, channels, where)
    if not layer.transform_param.HasField("mean_file"):
        return ""
    path, crop = layer.transform_param.mean_file, layer.transform_param.crop_size
    mean = _read_mean(path)
    if mean is None:
        return _not_there(path)
    if mean[0] != channels or min(mean[1:]) < crop:
        raise LayerError(
            f"its mean_file '{path}' is a mean of {shown(mean)} (channels x height x width), "
            f"but a window is {shown((channels, crop, crop))}: the mean needs the same channels, "
            "and a height and a width of crop_size or more",
            field=_FIELD,
        )
    return ""


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


def _not_there(path: str) -> str:
    return f"; its mean_file '{path}' is not there, and Caffe would not start without it"


def _read_mean(path: str) -> Shape | None:
    """(channels, height, width) of a mean in Caffe's binary form; None where there is no file."""
    if not is_there(path):
        return None
    try:
        with opened(path, f"its mean_file '{path}'", _FIELD) as file:
            proto = BlobProto.FromString(file.read())
    except DecodeError:
        raise _no_mean(path, "it is no BlobProto") from None
    shape, values = _shape(proto), len(proto.double_data) or len(proto.data)
    if not 1 <= len(shape) <= 4 or min(shape) < 1 or prod(shape) != values:
        raise _no_mean(path, f"its shape is {shown(shape)}, and it holds {values} values")
    return (*shape, 1, 1, 1)[1:4]


def _shape(proto: BlobProto) -> Shape:
    """A stored blob's shape: where any of the four old fields is there, Caffe goes by them."""
    old = ("num", "channels", "height", "width")
    if any(proto.HasField(name) for name in old):
        return proto.num, proto.channels, proto.height, proto.width
    return tuple(proto.shape.dim)


def _no_mean(path: str, why: str) -> LayerError:
    return LayerError(
        f"its mean_file '{path}' is no mean in Caffe's binary form (.binaryproto, as "
        f"compute_image_mean writes it): {why}",
        field=_FIELD,
    )
