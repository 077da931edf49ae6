"""Small real sources, written with the libraries that other programs write them with."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from fillerkit.schema.forks_pb2 import Datum

IMAGE = np.arange(12, dtype=np.uint8).reshape(1, 3, 4)
"""One channel of 3 rows and 4 columns; record i of a database is this and 50 i."""


def write_lmdb(folder: str, records: Mapping[bytes, bytes]) -> None:
    """An LMDB of these records, put in in the order given."""
    lmdb: Any = pytest.importorskip("lmdb")
    with lmdb.open(folder, map_size=1 << 24) as database, database.begin(write=True) as batch:
        for key, value in records.items():
            batch.put(key, value)


def datums(
    images: Iterable[np.ndarray[Any, Any]], label: Callable[[int], int] = lambda number: 10 * number
) -> dict[bytes, bytes]:
    """Images as records; without `label`, the labels are 0, 10, 20 and so on."""
    records = {}
    for number, image in enumerate(images):
        channels, height, width = image.shape
        datum = Datum(channels=channels, height=height, width=width, label=label(number))
        if image.dtype == np.uint8:
            datum.data = image.tobytes()
        else:
            datum.float_data.extend(image.ravel().tolist())
        records[b"%08d" % number] = datum.SerializeToString()
    return records


def write_records(folder: str = "db", count: int = 5) -> None:
    """An LMDB of so many of `IMAGE`."""
    write_lmdb(folder, datums(IMAGE + np.uint8(50 * number) for number in range(count)))


def write_images(source: str = "list", count: int = 5) -> None:
    """A list of PNGs, each of one colour, 2 x 3; the labels are 0, 10, 20 and so on."""
    pillow: Any = pytest.importorskip("PIL.Image")
    lines = []
    for number in range(count):
        pillow.new("RGB", (3, 2), (number, 100 + number, 200 + number)).save(f"{number}.png")
        lines.append(f"{number}.png {10 * number}\n")
    Path(source).write_text("".join(lines))


def write_rows(source: str = "list", rows: Iterable[int] = (4, 3, 5)) -> None:
    """A list of HDF5 files of so many rows; row r of file f has the data 10 f + r twice."""
    h5py: Any = pytest.importorskip("h5py")
    names = []
    for number, count in enumerate(rows):
        values = np.arange(count, dtype=np.float32) + 10 * number
        with h5py.File(f"{number}.h5", "w") as file:
            file["data"] = np.stack([values, values], axis=1)
            file["label"] = values.astype(np.int32)
        names.append(f"{number}.h5\n")
    Path(source).write_text("".join(names))


def write_windows(source: str = "windows") -> None:
    """A window file of two images of 6 x 8 with an object and two windows of background each."""
    pillow: Any = pytest.importorskip("PIL.Image")
    text = ""
    for number in range(2):
        pixels = np.arange(6 * 8 * 3, dtype=np.uint8).reshape(6, 8, 3) + np.uint8(100 * number)
        pillow.fromarray(pixels).save(f"w{number}.png")
        text += f"# {number}\nw{number}.png\n3 6 8\n3\n"
        text += f"{number + 1} 0.9 1 1 4 4\n5 0.2 0 0 3 2\n6 0.1 4 2 7 5\n"
    Path(source).write_text(text)
