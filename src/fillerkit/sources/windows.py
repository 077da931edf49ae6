"""The source of a WindowData layer: a window file, which lists images and windows in them."""

from __future__ import annotations

import os
from collections.abc import Iterator
from itertools import islice
from typing import NamedTuple

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
        f"{layer.top[0]}: {shown(shape)}, from {where}{warning}{_without_scale(layer)}",
    )


def _without_scale(layer: LayerParameter) -> str:
    """A warning where a ``scale``, which Caffe 1.0 does not read for windows, is missed."""
    missed = layer.transform_param.scale != 1
    return "; Caffe 1.0 does not heed transform_param's scale here" * missed


def _crop_size(layer: LayerParameter) -> int:
    crop = layer.transform_param.crop_size
    if not crop:
        raise LayerError(
            "needs crop_size in transform_param: windows of all sizes are made crop_size x "
            "crop_size",
            field="transform_param.crop_size",
        )
    return crop


class Window(NamedTuple):
    """A window, corners included, and the image that it is in."""

    image: int
    label: int
    overlap: float
    x1: int
    y1: int
    x2: int
    y2: int


class Listed(NamedTuple):
    """An image that a window file lists."""

    number: int
    path: str
    channels: int
    windows: list[bytes]
    """The words of all its windows, six each."""


def read_images(source: str) -> list[Listed]:
    """All images of a window file, with their windows."""
    images = list(_read(source, keep=True))
    if not images:
        raise LayerError(f"its source '{source}' is an empty window file", field=_FIELD)
    return images


def windows_of(source: str, listed: Listed) -> Iterator[Window]:
    """The windows of an image."""
    words = iter(listed.windows)
    size = len(_WINDOW.split())
    for number, window in enumerate(iter(lambda: list(islice(words, size)), []), 1):
        try:
            label, overlap, *corners = window
            found = Window(listed.number, _int(label), float(overlap), *map(_int, corners))
        except ValueError:
            said = b" ".join(window).decode(errors="replace")
            raise LayerError(
                f"its source '{source}' is no window file: window {number} of image "
                f"{listed.number} is '{_WINDOW}', not '{said}'",
                field=_FIELD,
            ) from None
        yield found


def _int(word: bytes) -> int:
    """A number of 32 bits, which Caffe's are."""
    number = int(word)
    if not -(2**31) <= number < 2**31:
        raise ValueError
    return number


def _channels(source: str) -> int:
    """The channels of the last image that a window file lists."""
    channels = 0
    for listed in _read(source, keep=False):
        channels = listed.channels
    if not channels:
        raise LayerError(f"its source '{source}' is an empty window file", field=_FIELD)
    return channels


def _read(source: str, *, keep: bool) -> Iterator[Listed]:
    """The images that a window file lists; their windows are kept or passed over."""
    with opened(source, f"its source '{source}'", _FIELD) as file:
        words = (word for line in file for word in line.split())
        while head := list(islice(words, len(_HEAD.split()))):
            yield _entry(source, head, words, keep=keep)


def _entry(source: str, head: list[bytes], words: Iterator[bytes], *, keep: bool) -> Listed:
    """One image."""
    said = b" ".join(head).decode(errors="replace")
    windows: list[bytes] = []
    try:
        mark, index, path, channels, _, _, count = head
        expected = len(_WINDOW.split()) * int(count)
        whole = mark == b"#" and int(channels) > 0 and expected >= 0
        if keep:
            windows = list(islice(words, expected if whole else 0))
        passed = len(windows) if keep else sum(1 for _ in islice(words, expected if whole else 0))
        number = int(index) if keep else 0
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
            f"{passed // len(_WINDOW.split()) + 1} of {int(count)}",
            field=_FIELD,
        )
    return Listed(number, os.fsdecode(path), int(channels), windows)
