"""The source of a WindowData layer: a window file, which lists images and windows in them."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from fillerkit.errors import LayerError
from fillerkit.layers import Shape
from fillerkit.layers.shapes import positive, shown
from fillerkit.regular_file import is_there
from fillerkit.schema.forks_pb2 import LayerParameter
from fillerkit.sources.found import Found
from fillerkit.sources.mean_file import check_mean
from fillerkit.sources.paths import opened

_FIELD = "window_data_param.source"
_HEAD = "# index path channels height width windows"
_WINDOW = "class overlap x1 y1 x2 y2"


def find_shapes(layer: LayerParameter) -> Found | None:
    """Windows, (batch_size, channels, crop_size, crop_size), and labels, (batch_size,).

    No image is opened: the window file says its channels, and Caffe goes by its last image's.
    """
    p = layer.window_data_param
    if not is_there(p.source):
        return None
    batch, crop = positive(p.batch_size, "window_data_param.batch_size"), _crop_size(layer)
    channels = _channels(p.source)
    shape: Shape = (batch, channels, crop, crop)
    where = f"the window file {p.source}"
    warning = check_mean(layer, channels, where)
    return Found(
        dict(zip(layer.top, (shape, (batch,)), strict=False)),
        f"{layer.top[0]}: {shown(shape)}, from {where}{warning}",
    )


def _crop_size(layer: LayerParameter) -> int:
    crop = layer.transform_param.crop_size
    if not crop:
        raise LayerError(
            "needs crop_size in transform_param: windows of all sizes are made crop_size x "
            "crop_size",
            field="transform_param.crop_size",
        )
    return crop


def _channels(source: str) -> int:
    """The channels of the last image that a window file lists."""
    channels = 0
    with opened(source, f"its source '{source}'", _FIELD) as file:
        words = (word for line in file for word in line.split())
        while head := list(islice(words, len(_HEAD.split()))):
            channels = _entry(source, head, words)
    if not channels:
        raise LayerError(f"its source '{source}' is an empty window file", field=_FIELD)
    return channels


def _entry(source: str, head: list[bytes], words: Iterator[bytes]) -> int:
    """The channels of one image; its windows are passed over."""
    said = b" ".join(head).decode(errors="replace")
    try:
        mark, _, _, channels, _, _, windows = head
        expected = len(_WINDOW.split()) * int(windows)
        whole = mark == b"#" and int(channels) > 0 and expected >= 0
        passed = sum(1 for _ in islice(words, expected)) if whole else 0
    except (ValueError, OverflowError):
        whole = False
    if not whole:
        raise LayerError(
            f"its source '{source}' is no window file: an image begins '{_HEAD}', not '{said}'",
            field=_FIELD,
        )
    if passed < expected:
        raise LayerError(
            f"its source '{source}' is cut off: of '{said}' it ends before window "
            f"{passed // len(_WINDOW.split()) + 1} of {int(windows)}",
            field=_FIELD,
        )
    return int(channels)
