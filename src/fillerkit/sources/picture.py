"""The shape of an encoded image as OpenCV, which Caffe decodes with, sees it."""

from __future__ import annotations

import os
import warnings
from dataclasses import dataclass
from typing import Any, BinaryIO

from fillerkit.errors import LayerError
from fillerkit.schema.forks_pb2 import LayerParameter
from fillerkit.sources.needed import library, unknown

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
    """Decode an image, whole, with Pillow.

    Parameters
    ----------
    where, field
        What the image is and the parameter that leads to it, for messages.
    """
    pillow = library(layer, "pillow", "PIL.Image")
    stored = file.seek(0, os.SEEK_END)
    file.seek(0)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with pillow.open(file, formats=FORMATS) as image:
                _check_size(image, stored)
                image.load()
                return _picture(image)
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
