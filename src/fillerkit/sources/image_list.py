"""The source of an ImageData layer: a text file that lists images and labels."""

from __future__ import annotations

import os
import re
from functools import partial
from itertools import islice
from typing import NamedTuple

from fillerkit.errors import LayerError
from fillerkit.layers import Shape
from fillerkit.layers.shapes import positive
from fillerkit.regular_file import is_there
from fillerkit.schema.forks_pb2 import LayerParameter
from fillerkit.sources.example import Example
from fillerkit.sources.found import Found, found_images
from fillerkit.sources.needed import unknown
from fillerkit.sources.paths import opened
from fillerkit.sources.picture import check_upright, read_picture, read_pixels
from fillerkit.sources.resize import resize

_FIELD = "image_data_param.source"
_LONGEST_LINE = 0x10000


def find_shapes(layer: LayerParameter) -> Found | None:
    """Images like the list's first, (batch_size, channels, height, width), and (batch_size,).

    With ``shuffle`` or ``rand_skip`` Caffe looks at another image of the list. That makes a
    difference only to lists of images of several sizes without ``new_height`` and ``new_width``,
    which Caffe runs with a ``batch_size`` of 1 alone.
    """
    p = layer.image_data_param
    if not is_there(p.source):
        return None
    batch = positive(p.batch_size, "image_data_param.batch_size")
    if bool(p.new_height) != bool(p.new_width):
        raise LayerError(
            f"needs both new_height and new_width, or neither: they are {p.new_height} "
            f"and {p.new_width}",
            field=f"image_data_param.{'new_height' if p.new_height else 'new_width'}",
        )
    listed = read_list(layer, most=1)[0].path
    where = f"{p.root_folder}{listed}, the first image of {p.source}"
    return found_images(layer, batch, _image(layer, p.root_folder + listed, where), where)


class Listed(NamedTuple):
    """A line of the list."""

    path: str
    label: int
    line: int


def read_list(layer: LayerParameter, most: int | None = None) -> list[Listed]:
    """The images of the list, or the first `most`: up to a line's last space, then the label."""
    source = layer.image_data_param.source
    with opened(source, f"its source '{source}'", _FIELD) as file:
        lines = islice(iter(partial(file.readline, _LONGEST_LINE), b""), most)
        listed = [_listed(source, line, at) for at, line in enumerate(lines, 1)]
    if not listed:
        raise LayerError(f"its source '{source}' is an empty list", field=_FIELD)
    return listed


def _listed(source: str, line: bytes, at: int) -> Listed:
    if len(line) == _LONGEST_LINE and not line.endswith(b"\n"):
        raise LayerError(
            f"line {at} of its source '{source}' is longer than {_LONGEST_LINE:,} bytes",
            field=_FIELD,
        )
    line = line.removesuffix(b"\n")
    path, space, label = line.rpartition(b" ")
    return Listed(os.fsdecode(path if space else line), _as_atoi(label), at)


def _as_atoi(text: bytes) -> int:
    """The number that a text begins with, 0 without one, as C's ``atoi`` reads it."""
    found = re.match(rb"\s*([+-]?[0-9]{1,30})", text)
    number = max(-(2**63), min(int(found[1]), 2**63 - 1)) if found else 0
    return (number + 2**31) % 2**32 - 2**31


def example(layer: LayerParameter, listed: Listed) -> Example:
    """Decode one image of the list."""
    p = layer.image_data_param
    path = p.root_folder + listed.path
    where = f"{path}, line {listed.line} of {p.source}"
    with opened(path, where, _FIELD) as file:
        values = read_pixels(layer, file, where, _FIELD, 3 if p.is_color else 1)
    if p.new_height and p.new_width:
        values = resize(values, p.new_height, p.new_width)
    return Example(values, listed.label, where)


def _image(layer: LayerParameter, path: str, where: str) -> Shape:
    """(channels, height, width) of an image as the layer loads it, made new_height x new_width."""
    p = layer.image_data_param
    if not is_there(path):
        raise unknown(
            layer, f"cannot tell its shape: '{path}', which '{p.source}' lists first, is not there"
        )
    with opened(path, where, _FIELD) as file:
        picture = read_picture(layer, file, where, _FIELD)
    channels = 3 if p.is_color else 1
    if p.new_height:
        return channels, p.new_height, p.new_width
    check_upright(layer, picture, where)
    return channels, picture.height, picture.width
