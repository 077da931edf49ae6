"""The images of a folder as a batch, as the net's data layer would hand them on."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from fillerkit.errors import LayerError, UsageError
from fillerkit.layers import Shape
from fillerkit.layers.net_layer import Layer
from fillerkit.layers.shapes import shown
from fillerkit.libraries import library
from fillerkit.nets.net import Net
from fillerkit.regular_file import is_there, open_regular
from fillerkit.sources.mean_file import read_mean
from fillerkit.sources.picture import FORMATS

Values = NDArray[np.float32]

_SUFFIXES = (".bmp", ".jpg", ".jpeg", ".png", ".ppm", ".tif", ".tiff", ".webp", ".jp2")


def images(net: Net, folder: Path, shape: Shape, name: str, batch: int) -> tuple[Values, list[str]]:
    """Images of a folder as Caffe has them: channels first, blue first, mean_value and scale."""
    if len(shape) != 4 or shape[1] not in (1, 3):
        raise UsageError(
            f"input '{name}' is {shown(shape)}: images are Nx3xHxW or, in grey, Nx1xHxW"
        )
    pillow = library("PIL.Image", "a folder of images", "data")
    paths = sorted(path for path in folder.iterdir() if path.suffix.lower() in _SUFFIXES)[:batch]
    if not paths:
        inside = next((path.name for path in sorted(folder.iterdir()) if path.is_dir()), "")
        aside = f"; folders in it, like '{inside}', are not looked into" if inside else ""
        raise UsageError(f"{folder}: there are no images in it{aside}")
    pixels = []
    for path in paths:
        try:
            with open_regular(path) as file, pillow.open(file, formats=FORMATS) as image:
                sized = image.convert("RGB" if shape[1] == 3 else "L").resize(
                    (shape[3], shape[2]), pillow.Resampling.BILINEAR
                )
        except pillow.UnidentifiedImageError:
            what = f"it is of none of the formats {', '.join(FORMATS)}"
            raise UsageError(f"{path}: cannot be read as an image: {what}") from None
        except Exception as error:  # Pillow's decoders let out whatever they run into
            raise UsageError(f"{path}: cannot be read as an image: {error}") from None
        values = np.asarray(sized, np.float32).reshape(shape[2], shape[3], shape[1])
        pixels.append(values[:, :, ::-1].transpose(2, 0, 1))
    source = next(layer for layer in net.layers if name in layer.message.top)
    transform = source.message.transform_param
    mean, less = _mean(source, shape)
    found = np.stack(pixels)
    if mean is not None:
        found -= mean
    found *= np.float32(transform.scale)
    scale = f", scale {transform.scale:g}" if transform.scale != 1 else ""
    count = f"{len(paths)} image{'s' * (len(paths) != 1)}"
    return np.ascontiguousarray(found), [
        f"{name}: {count} of {folder}, made {shape[2]}x{shape[3]}, {less}{scale}"
    ]


def _mean(source: Layer, shape: Shape) -> tuple[Values | None, str]:
    """What the data layer takes from every image, and in words; the middle of a larger mean."""
    transform = source.message.transform_param
    if transform.HasField("mean_file") and not is_there(transform.mean_file):
        return None, f"no mean, for {transform.mean_file} is not there"
    try:
        mean = read_mean(source.message, shape[1], "the net")
    except LayerError as error:
        raise UsageError(f"layer '{source.name}' ({source.type}): {error.message}") from None
    if mean is None:
        return None, "no mean"
    if not transform.HasField("mean_file"):
        return mean, f"less mean_value {', '.join(f'{each:g}' for each in transform.mean_value)}"
    down, along = (mean.shape[axis] - shape[axis + 1] for axis in (1, 2))
    if mean.shape[0] != shape[1] or min(down, along) < 0:
        raise UsageError(
            f"layer '{source.name}' ({source.type}): its mean_file is {shown(mean.shape)}, and the "
            f"net takes images of {shown(shape[1:])}"
        )
    rows, columns = (
        slice(left // 2, left // 2 + length)
        for left, length in zip((down, along), shape[2:], strict=True)
    )
    return mean[:, rows, columns], f"less the mean of {transform.mean_file}"
