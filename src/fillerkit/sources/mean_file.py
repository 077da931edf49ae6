"""The mean that the transformer takes from every image: a file, or one value a channel."""

from __future__ import annotations

from fillerkit.errors import LayerError
from fillerkit.regular_file import is_there
from fillerkit.schema.forks_pb2 import LayerParameter


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
