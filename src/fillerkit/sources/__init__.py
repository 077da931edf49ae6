"""Shapes from the real data that a data layer's source names, where it is there.

Paths are Caffe's: as they stand in the prototxt, from the working directory. Nothing is written
to a source, nothing in it is locked, and little more of it is read than its first record.
"""

from __future__ import annotations

from collections.abc import Callable

from fillerkit.schema.forks_pb2 import LayerParameter
from fillerkit.sources import database, hdf5, image_list, windows
from fillerkit.sources.found import Found as Found

_FINDERS: dict[str, Callable[[LayerParameter], Found | None]] = {
    "Data": database.find_shapes,
    "HDF5Data": hdf5.find_shapes,
    "ImageData": image_list.find_shapes,
    "WindowData": windows.find_shapes,
}


def find_shapes(layer: LayerParameter) -> Found | None:
    """Find the shapes of a data layer's tops in its source, as Caffe does when it sets it up.

    Returns
    -------
    Found or None
        None where the source is not there, or the layer's type has none.

    Raises
    ------
    LayerError
        The source is damaged, or Caffe would not run with it.
    ShapeNeeded
        The source is there but cannot tell: a package or a file that it names is missing.
    """
    find = _FINDERS.get(layer.type)
    return find(layer) if find else None
