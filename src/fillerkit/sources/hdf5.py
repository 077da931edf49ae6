"""The source of an HDF5Data layer: a text file that lists HDF5 files."""

from __future__ import annotations

import os
from collections.abc import Callable
from itertools import islice
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from fillerkit.errors import LayerError, did_you_mean
from fillerkit.hdf5 import check_packed
from fillerkit.layers import Shape
from fillerkit.layers.shapes import shown
from fillerkit.regular_file import check_regular, is_there
from fillerkit.schema.forks_pb2 import LayerParameter
from fillerkit.sources.found import Found
from fillerkit.sources.needed import library, unknown
from fillerkit.sources.paths import opened

_FIELD = "hdf5_data_param.source"
_SIGNATURE = b"\x89HDF\r\n\x1a\n"

T = TypeVar("T")


def find_shapes(layer: LayerParameter) -> Found | None:
    """For each top the dataset of its name in the first file, axis 0 replaced by batch_size.

    With ``shuffle`` Caffe may open another file of the list first. A ``batch_size`` of 0 is let
    be, as Caffe lets it: it changes no weight.
    """
    p = layer.hdf5_data_param
    if not is_there(p.source):
        return None
    path = read_list(p.source, most=1)[0]
    if not is_there(path):
        raise unknown(
            layer, f"cannot tell its shapes: '{path}', which '{p.source}' lists first, is not there"
        )
    datasets = _read(layer, path, _shape, f"'{path}', the first file of its source,")
    _check_rows(layer, path, datasets)
    shapes: dict[str, Shape] = {top: (p.batch_size, *shape[1:]) for top, shape in datasets.items()}
    tops = ", ".join(f"{top}: {shown(shape)}" for top, shape in shapes.items())
    return Found(shapes, f"{tops}, from {path}, the first file of {p.source}")


def read_list(source: str, most: int | None = None) -> list[str]:
    """The words of the list, or the first `most`: Caffe splits it at any white space."""
    with opened(source, f"its source '{source}'", _FIELD) as file:
        if file.read(len(_SIGNATURE)) == _SIGNATURE:
            raise LayerError(
                f"its source '{source}' is an HDF5 file itself: name a text file that lists such "
                "files, one a line",
                field=_FIELD,
            )
        file.seek(0)
        words = list(islice((word for line in file for word in line.split()), most))
    if not words:
        raise LayerError(f"its source '{source}' is an empty list", field=_FIELD)
    return [os.fsdecode(word) for word in words]


def read_rows(layer: LayerParameter, path: str) -> dict[str, NDArray[np.float32]]:
    """All rows of each top's dataset, as Caffe holds them: float32, a whole file at once."""
    if not is_there(path):
        raise LayerError(
            f"'{path}', which '{layer.hdf5_data_param.source}' lists, is not there", field=_FIELD
        )
    rows = _read(layer, path, _rows, f"'{path}', which its source lists,")
    _check_rows(layer, path, {top: values.shape for top, values in rows.items()})
    if not len(rows[layer.top[0]]):
        raise LayerError(f"the datasets of '{path}' have no rows", field=_FIELD)
    return rows


def _read(
    layer: LayerParameter, path: str, use: Callable[[Any, Any, str, str], T], what: str
) -> dict[str, T]:
    """What `use` makes of each top's dataset."""
    package = library(layer, "h5py", "h5py")
    try:
        check_regular(path)
        with package.File(path, "r", locking=False) as file:
            return {top: use(package, file, path, top) for top in layer.top}
    except (OSError, RuntimeError, KeyError, ValueError, TypeError) as error:
        why = (isinstance(error, OSError) and error.strerror) or error
        raise LayerError(f"{what} cannot be read as HDF5: {why}", field=_FIELD) from None


def _rows(package: Any, file: Any, path: str, top: str) -> NDArray[np.float32]:
    """The values of a dataset, if the file can hold as many as it says."""
    _shape(package, file, path, top)
    dataset = file[top]
    check_packed(dataset, f"'{top}'")
    values: NDArray[np.float32] = dataset.astype(np.float32)[()]
    return values


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
