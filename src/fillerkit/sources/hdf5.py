"""The source of an HDF5Data layer: a text file that lists HDF5 files."""

from __future__ import annotations

import os
from typing import Any

from fillerkit.errors import LayerError, did_you_mean
from fillerkit.layers import Shape
from fillerkit.layers.shapes import shown
from fillerkit.regular_file import check_regular, is_there
from fillerkit.schema.forks_pb2 import LayerParameter
from fillerkit.sources.found import Found
from fillerkit.sources.needed import library, unknown
from fillerkit.sources.paths import opened

_FIELD = "hdf5_data_param.source"
_SIGNATURE = b"\x89HDF\r\n\x1a\n"


def find_shapes(layer: LayerParameter) -> Found | None:
    """For each top the dataset of its name in the first file, axis 0 replaced by batch_size.

    With ``shuffle`` Caffe may open another file of the list first. A ``batch_size`` of 0 is let
    be, as Caffe lets it: it changes no weight.
    """
    p = layer.hdf5_data_param
    if not is_there(p.source):
        return None
    path = _first_path(p.source)
    if not is_there(path):
        raise unknown(
            layer, f"cannot tell its shapes: '{path}', which '{p.source}' lists first, is not there"
        )
    datasets = _read(layer, path)
    _check_rows(layer, path, datasets)
    shapes: dict[str, Shape] = {top: (p.batch_size, *shape[1:]) for top, shape in datasets.items()}
    tops = ", ".join(f"{top}: {shown(shape)}" for top, shape in shapes.items())
    return Found(shapes, f"{tops}, from {path}, the first file of {p.source}")


def _first_path(source: str) -> str:
    """The first word of the list: Caffe splits it at any white space."""
    with opened(source, f"its source '{source}'", _FIELD) as file:
        if file.read(len(_SIGNATURE)) == _SIGNATURE:
            raise LayerError(
                f"its source '{source}' is an HDF5 file itself: name a text file that lists such "
                "files, one a line",
                field=_FIELD,
            )
        file.seek(0)
        first = next((word for line in file for word in line.split()), None)
    if first is None:
        raise LayerError(f"its source '{source}' is an empty list", field=_FIELD)
    return os.fsdecode(first)


def _read(layer: LayerParameter, path: str) -> dict[str, Shape]:
    """The shape of each top's dataset."""
    package = library(layer, "h5py", "h5py")
    try:
        check_regular(path)
        with package.File(path, "r", locking=False) as file:
            return {top: _shape(package, file, path, top) for top in layer.top}
    except (OSError, RuntimeError, KeyError, ValueError, TypeError) as error:
        why = (isinstance(error, OSError) and error.strerror) or error
        raise LayerError(
            f"'{path}', the first file of its source, cannot be read as HDF5: {why}", field=_FIELD
        ) from None


def _shape(package: Any, file: Any, path: str, top: str) -> Shape:
    """The shape of a dataset that Caffe can read: at the root, of numbers, with an axis or more."""
    names = list(file)
    if top not in names:
        raise LayerError(
            f"its top '{top}' is no dataset of '{path}', which holds "
            f"{', '.join(map(repr, names)) or 'none'}{did_you_mean(top, names)}",
            field="top",
        )
    if not isinstance(file.get(top, getlink=True), package.HardLink):
        raise LayerError(
            f"its top '{top}' is, in '{path}', a link, which is not followed: copy what it leads "
            "to",
            field="top",
        )
    dataset = file[top]
    if isinstance(dataset, package.Dataset) and (dataset.external or dataset.is_virtual):
        raise LayerError(
            f"the values of its top '{top}' lie, as '{path}' says, in other files, which are not "
            "opened: copy them",
            field="top",
        )
    shape, kind = getattr(dataset, "shape", None), getattr(dataset, "dtype", None)
    if not shape or kind is None or kind.kind not in "iuf":
        raise LayerError(
            f"its top '{top}' is, in '{path}', no array of integers or floats with an axis or more",
            field="top",
        )
    return tuple(shape)


def _check_rows(layer: LayerParameter, path: str, datasets: dict[str, Shape]) -> None:
    first = layer.top[0]
    for top, shape in datasets.items():
        if shape[0] != datasets[first][0]:
            raise LayerError(
                f"the datasets of its tops must have the same number of rows: in '{path}' "
                f"'{first}' has {datasets[first][0]}, '{top}' has {shape[0]}",
                field="top",
            )
