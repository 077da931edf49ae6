"""The task that writes one shard: its slices one after the other, so that memory holds one."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

import fillerkit as fk
from fillerkit.dask.place import Place
from fillerkit.dask.slices import Slices, rows_of
from fillerkit.formats.damage import one_line
from fillerkit.formats.entry import little
from fillerkit.formats.shard_plan import Shard
from fillerkit.formats.stored import Array, Key


@dataclass(frozen=True)
class Order:
    """What a worker is to write.

    Attributes
    ----------
    name : str
        Of the file.
    header : bytes
    nbytes : int
        The size of the file.
    blobs : tuple of (layer, index)
        Whose values follow the header.
    """

    name: str
    header: bytes
    nbytes: int
    blobs: tuple[Key, ...]

    @classmethod
    def of(cls, shard: Shard) -> Order:
        blobs = tuple((entry.layer, entry.index) for entry in shard.content.entries)
        return cls(shard.name, shard.header, shard.nbytes, blobs)


@dataclass(frozen=True)
class Job:
    """What all workers of a run need to know."""

    slices: Slices
    place: Place
    version: str
    """Of fillerkit."""

    def check(self) -> None:
        """Refuse to work where the values could be others, or cannot be made.

        Raises
        ------
        UsageError
            fillerkit is another version here.
        FillerError
            A filler is not known here.
        """
        if fk.__version__ != self.version:
            raise fk.UsageError(
                f"a worker has fillerkit {fk.__version__}, not {self.version}: all need the same"
            )
        dtype = np.dtype(self.slices.dtype).type
        for layer in self.slices.net.layers:
            for param in layer.params:
                param.distribution_in(dtype)


def write(job: Job, order: Order) -> str | fk.FillerkitError:
    """Write a shard, whole or not at all.

    Its name, or what went wrong: an error that is raised would be dressed up by Dask's schedulers,
    and end what others are writing in their midst.
    """
    try:
        job.check()
        _write(job, order)
    except fk.FillerkitError as error:
        return error
    except MemoryError:
        return fk.FormatError(f"{job.place.path(order.name)}: cannot be made: out of memory")
    except SystemExit as end:  # Dask would take it for a result, and this process go on
        os._exit(int(end.code or 0))
    except Exception as error:
        return fk.FormatError(f"{job.place.path(order.name)}: cannot be made: {one_line(error)}")
    return order.name


def _write(job: Job, order: Order) -> None:
    with job.place.whole(order.name, order.nbytes) as file:
        file.write(order.header)
        for values in _values(job.slices, order.blobs):
            file.write(little(values))


def _values(slices: Slices, blobs: tuple[Key, ...]) -> Iterator[Array]:
    """The values of some blobs in order, a slice at a time."""
    params: Mapping[Key, Any] = {
        (layer.key, index): param
        for layer in slices.net.layers
        for index, param in enumerate(layer.params)
    }
    for layer, index in blobs:
        for rows in rows_of(params[layer, index], slices.dtype):
            yield slices.make(layer, index, rows).reshape(-1)
