"""Where a window is in its image, and where it comes to lie in the square of a batch."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from fillerkit.errors import LayerError
from fillerkit.schema.forks_pb2 import WindowDataParameter
from fillerkit.sources.windows import Window


@dataclass(frozen=True)
class Place:
    """What is cut out of the image, and the part of the square that it fills.

    Attributes
    ----------
    rows, columns : slice
        Of the image.
    height, width : int
        What the cut is made to.
    top, left : int
        Where it begins in the square; all around it is 0.
    """

    rows: slice
    columns: slice
    height: int
    width: int
    top: int
    left: int


@dataclass(frozen=True)
class _Span:
    """One axis of a place: the first pixel and the last, what it is made to, the rest before."""

    first: int
    last: int
    size: int
    before: int


def place(
    window: Window,
    image: tuple[int, ...],
    crop: int,
    p: WindowDataParameter,
    mirrored: bool,
    where: str,
) -> Place:
    """The place of a window of an image of (height, width).

    With context_pad or as a square, the window is made larger first; what lies outside the image
    stays 0.
    """
    outside = LayerError(
        f"the window {window.x1} {window.y1} {window.x2} {window.y2} (x1 y1 x2 y2) is not in "
        f"{where}, which is {image[0]}x{image[1]} (height x width)",
        field="window_data_param.source",
    )
    if window.y2 < window.y1 or window.x2 < window.x1:
        raise outside
    square = p.crop_mode == "square"
    if p.context_pad or square:
        if 2 * p.context_pad >= crop:
            raise LayerError(
                f"context_pad {p.context_pad} leaves nothing of crop_size {crop}",
                field="window_data_param.context_pad",
            )
        scale = np.float32(crop) / np.float32(crop - 2 * p.context_pad)
        halves = [
            np.float32(window.y2 - window.y1 + 1) / 2,
            np.float32(window.x2 - window.x1 + 1) / 2,
        ]
        wider = [max(halves)] * 2 if square else halves
        spans = [
            _wider(start, half, wide * scale, length, crop, mirrored=mirrored and axis == 1)
            for axis, (start, half, wide, length) in enumerate(
                zip((window.y1, window.x1), halves, wider, image, strict=True)
            )
        ]
    else:
        spans = [
            _Span(window.y1, window.y2, crop, 0),
            _Span(window.x1, window.x2, crop, 0),
        ]
    for span, length in zip(spans, image, strict=True):
        if not 0 <= span.first <= span.last < length or span.size < 1:
            raise outside
    down, along = spans
    return Place(
        slice(down.first, down.last + 1),
        slice(along.first, along.last + 1),
        down.size,
        along.size,
        down.before,
        along.before,
    )


def _wider(
    start: int, half: np.float32, wide: np.float32, length: int, crop: int, *, mirrored: bool
) -> _Span:
    """One axis of a window made larger about its middle, then cut where the image ends."""
    middle = np.float32(start) + half
    first, last = _round(middle - wide), _round(middle + wide)
    whole = np.float32(last - first + 1)
    before, after = max(0, -first), max(0, last - length + 1)
    first, last = first + before, last - after
    scale = np.float32(crop) / whole
    size = _round(np.float32(last - first + 1) * scale)
    begin = _round(np.float32(after if mirrored else before) * scale)
    return _Span(first, last, min(size, crop - begin), begin)


def _round(value: np.floating) -> int:
    """As C's ``round``: halves away from 0."""
    return int(np.copysign(np.floor(abs(np.float64(value)) + 0.5), value))
