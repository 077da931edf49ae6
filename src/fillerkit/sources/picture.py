"""An encoded image, its shape or its pixels, as OpenCV, which Caffe decodes with, sees it."""

from __future__ import annotations

import os
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, BinaryIO, TypeVar

import numpy as np
from numpy.typing import NDArray

from fillerkit.errors import LayerError
from fillerkit.schema.forks_pb2 import LayerParameter
from fillerkit.sources.needed import library, unknown

T = TypeVar("T")

FORMATS = ("BMP", "DIB", "JPEG", "JPEG2000", "PNG", "PPM", "SUN", "TIFF", "WEBP")
"""What OpenCV reads. Pillow reads more, some of it by running other programs."""

_MOST, _ANYWAY = 1100, 32 << 20
"""Times its file, or bytes, that a picture may unpack to: one colour packs to next to nothing."""

_ORIENTATION = 0x0112
"""EXIF's tag; its values 5 to 8 turn an image by a quarter."""


@dataclass(frozen=True)
class Picture:
    """An image as it is stored.

    Parameters
    ----------
    channels
        1 grey, 3 colour, 4 colour or grey with transparency: OpenCV's count for an image that
        is decoded unchanged.
    height, width
        In pixels.
    lies_on_its_side
        Whether its EXIF orientation swaps height and width, and they differ.
    """

    channels: int
    height: int
    width: int
    lies_on_its_side: bool


def read_picture(layer: LayerParameter, file: BinaryIO, where: str, field: str) -> Picture:
    """Decode an image, whole, with Pillow, for its shape.

    Parameters
    ----------
    where, field
        What the image is and the parameter that leads to it, for messages.
    """

    def picture(image: Any) -> Picture:
        image.load()
        return _picture(image)

    return _read(layer, file, where, field, picture)


def read_pixels(
    layer: LayerParameter, file: BinaryIO, where: str, field: str, channels: int
) -> NDArray[np.uint8]:
    """Decode an image, (channels, height, width), blue first.

    Parameters
    ----------
    where, field
        As for `read_picture`.
    channels
        3 for colour, 1 for grey, both turned as EXIF says; 0 for what the image has, as it is.
    """

    def pixels(image: Any) -> NDArray[np.uint8]:
        kind = image.format
        if channels == 1:
            image.draft("L", image.size)  # of a JPEG the stored grey, as OpenCV takes it
        image.load()
        wanted = channels or _channels(image)
        if image.mode[0] in "IF":
            image = _of_8_bits(image, unchanged=not channels)
        if channels:
            image = library(layer, "pillow", "PIL.ImageOps").exif_transpose(image)
        if wanted == 1 and image.mode not in ("1", "L", "LA"):
            return _grey(np.asarray(image.convert("RGB"), np.int32), png=kind == "PNG")
        values = np.asarray(image.convert(_MODES[wanted]), np.uint8)
        values = values.reshape(*values.shape[:2], -1).transpose(2, 0, 1)
        return np.ascontiguousarray(values[_BLUE_FIRST[len(values)]])

    return _read(layer, file, where, field, pixels)


_MODES = {1: "L", 3: "RGB", 4: "RGBA"}
_BLUE_FIRST = {1: [0], 3: [2, 1, 0], 4: [2, 1, 0, 3]}


def _grey(colour: NDArray[np.int32], *, png: bool) -> NDArray[np.uint8]:
    """(1, height, width) of (height, width, 3), red first, in the whole numbers of libpng.

    Of other formats OpenCV makes grey itself, and rounds.
    """
    red, green, blue, bits = (9797, 19234, 3737, 15) if png else (4899, 9617, 1868, 14)
    half = 0 if png else 1 << (bits - 1)
    grey = (colour @ np.array([red, green, blue], np.int32) + half) >> bits
    return np.asarray(grey[None], np.uint8)


def _of_8_bits(image: Any, *, unchanged: bool) -> Any:
    """A grey image of 16 bits without its lower 8, as OpenCV makes it."""
    if unchanged or not image.mode.startswith("I"):
        raise ValueError(f"its mode is {image.mode}, and Caffe takes 8 bits a channel")
    import PIL.Image

    return PIL.Image.fromarray((np.asarray(image).astype(np.uint32) >> 8).astype(np.uint8))


def _read(
    layer: LayerParameter, file: BinaryIO, where: str, field: str, use: Callable[[Any], T]
) -> T:
    """Open an image and use it; whatever is wrong with it is one error."""
    pillow = library(layer, "pillow", "PIL.Image")
    stored = file.seek(0, os.SEEK_END)
    file.seek(0)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with pillow.open(file, formats=FORMATS) as image:
                _check_size(image, stored)
                return use(image)
    except pillow.UnidentifiedImageError:
        why = f"none of {', '.join(FORMATS)}"
    except Exception as error:  # Pillow's decoders let out whatever they run into
        why = str(error)
    raise LayerError(f"cannot decode {where}: {why}", field=field)


def _check_size(image: Any, stored: int) -> None:
    """Pillow takes the memory for a whole image before it looks whether the file has one."""
    pixel = 1 if image.mode in ("1", "L", "P") else 4
    if image.width * image.height * pixel > max(_MOST * stored, _ANYWAY):
        raise ValueError(
            f"it says it is {image.height:,}x{image.width:,} (height x width), which {stored:,} "
            "bytes are not"
        )


def _picture(image: Any) -> Picture:
    turned = image.getexif().get(_ORIENTATION) in (5, 6, 7, 8)
    return Picture(
        _channels(image), image.height, image.width, turned and image.height != image.width
    )


def _channels(image: Any) -> int:
    if image.mode.endswith(("A", "a")):
        return 4
    if image.mode[0] in "1LIF" and image.mode != "LAB":
        return 1
    return 4 if image.mode in ("P", "RGB") and "transparency" in image.info else 3


def check_upright(layer: LayerParameter, picture: Picture, where: str) -> None:
    """Refuse to guess where versions of OpenCV differ: older ones do not look at EXIF."""
    transform = layer.transform_param
    if picture.lies_on_its_side and (not transform.crop_size or transform.HasField("mean_file")):
        raise unknown(
            layer,
            f"cannot tell its shape: {where} is {picture.height}x{picture.width} (height x width) "
            "as stored, but its EXIF orientation turns it, which newer versions of OpenCV heed "
            "and older ones do not",
        )
