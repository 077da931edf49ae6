"""HDF5Data: the rows of one file after the other, held in memory a file at a time."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from fillerkit.errors import LayerError
from fillerkit.layers.shapes import positive
from fillerkit.random.glibc import GlibcRand
from fillerkit.reading.stack import Batch
from fillerkit.schema.forks_pb2 import LayerParameter
from fillerkit.sources.hdf5 import read_list, read_rows


class Hdf5Batches:
    """Batch after batch, without end.

    Nothing is read ahead: what is shuffled when counts, since all layers of a process shuffle with
    one engine.
    """

    def __init__(self, layer: LayerParameter, rand: GlibcRand) -> None:
        p = layer.hdf5_data_param
        if layer.HasField("transform_param"):
            raise LayerError(
                "has a transform_param, and Caffe transforms no HDF5Data", field="transform_param"
            )
        self._size = positive(p.batch_size, "hdf5_data_param.batch_size")
        self._layer, self._rand = layer, rand
        self._paths = read_list(p.source)
        self._files = list(range(len(self._paths)))
        self._shuffle(self._files)
        self._file = self._row = 0
        self._load()

    def __next__(self) -> Batch:
        tops = {
            top: np.empty((self._size, *values.shape[1:]), np.float32)
            for top, values in self._rows.items()
        }
        for at in range(self._size):
            row = self._order[self._row]
            for top, batch in tops.items():
                batch[at] = self._row_of(top, row, batch.shape[1:])
            self._go_on()
        return tops

    def _row_of(self, top: str, row: int, shape: tuple[int, ...]) -> NDArray[np.float32]:
        values: NDArray[np.float32] = np.asarray(self._rows[top][row])
        if values.shape != shape:
            raise LayerError(
                f"its top '{top}' has other shapes in '{self._path}' than in the file before",
                field="top",
            )
        return values

    def _go_on(self) -> None:
        """To the next row, at the last one to the next file, at the last one to the first."""
        self._row += 1
        if self._row < len(self._order):
            return
        self._row = 0
        if len(self._files) > 1:
            self._file += 1
            if self._file == len(self._files):
                self._file = 0
                self._shuffle(self._files)
            self._load()
        # Of a file that was just opened the rows are shuffled for the second time, as in Caffe.
        self._shuffle(self._order)

    def _load(self) -> None:
        self._path = self._paths[self._files[self._file]]
        self._rows = read_rows(self._layer, self._path)
        self._order = list(range(len(self._rows[self._layer.top[0]])))
        self._shuffle(self._order)

    def _shuffle(self, items: list[int]) -> None:
        if self._layer.hdf5_data_param.shuffle:
            self._rand.shuffle(items)
