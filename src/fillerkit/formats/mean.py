"""Mean images: Caffe's ``.binaryproto``, a `BlobProto` by itself, and NumPy's ``.npy``."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from fillerkit.errors import FormatError
from fillerkit.formats.caffemodel import DATA, read_blob
from fillerkit.formats.damage import reading
from fillerkit.formats.entry import little
from fillerkit.formats.mapped import check_file, mapped
from fillerkit.formats.stored import Array
from fillerkit.formats.whole_file import whole_file
from fillerkit.formats.wire import LENGTH, Item, head
from fillerkit.layers.shapes import shown
from fillerkit.schema.caffe_pb2 import BlobProto

BINARYPROTO, NPY = ".binaryproto", ".npy"
MEANS = (BINARYPROTO, NPY)
"""The suffixes of mean files."""


def read(path: Path) -> Array:
    """A mean of channels x height x width, from a file of the kind that its suffix says.

    Raises
    ------
    FormatError
        The file is not there, or damaged, or holds something else.
    """
    if path.suffix.lower() == BINARYPROTO:
        data = mapped(path)
        with reading(path, "a .binaryproto (a BlobProto of Caffe)"):
            array = read_blob(data, Item(0, LENGTH, 0, 0, len(data)))
    else:
        check_file(path)
        with reading(path, "an .npy"):
            array = np.lib.format.open_memmap(path, mode="r")  # which never unpickles
    if array.dtype.kind not in "fiu":
        raise FormatError(f"{path}: holds {array.dtype}, not numbers")
    if array.ndim == 4 and len(array) == 1:
        array = array[0]
    if array.ndim != 3 or not array.size:
        raise FormatError(
            f"{path}: holds {shown(array.shape)}, and a mean is channels x height x width, as in "
            "3x256x256"
        )
    return array


def write(path: Path, mean: Array) -> Array:
    """Write a mean to a file of the kind that its suffix says; what it holds then.

    A ``.binaryproto`` is as Caffe's compute_image_mean writes it: float32, four axes.
    """
    if path.suffix.lower() == NPY:
        mean = np.ascontiguousarray(mean)
        with whole_file(path) as file:
            np.lib.format.write_array(file, mean, allow_pickle=False)
        return mean
    with np.errstate(over="ignore", invalid="ignore"):  # who calls sees it in what is returned
        mean = mean.astype(np.float32)
    channels, height, width = mean.shape
    shape = BlobProto(num=1, channels=channels, height=height, width=width)
    with whole_file(path) as file:
        file.write(shape.SerializeToString() + head(DATA, mean.nbytes))
        file.write(little(mean.reshape(-1)))
    return mean
