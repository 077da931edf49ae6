"""The slices of a net's blobs that one task makes each, and how large they are."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import prod
from typing import Any

import numpy as np
from dask.utils import parse_bytes

import fillerkit as fk
from fillerkit.fillers import Given
from fillerkit.filling.fill import Run
from fillerkit.formats.stored import Array

LARGEST = 32 << 20
"""Bytes of a slice unless said. Smaller ones would make many values twice: where two slices meet in
a tile of the sharded stream, each makes the whole tile."""


@dataclass(frozen=True)
class Slices:
    """All that a task has to know to make a slice of any blob. It can be sent to a worker.

    Attributes
    ----------
    net : Net
        With the values in it that fillers take from files: a worker may not have the files.
    seed, dtype, boost, stream
        As for `fillerkit.Net.fill`.
    draws : DrawMap or None
        Where in Caffe's stream each blob begins; None for the sharded one.
    """

    net: fk.Net
    seed: int
    dtype: str
    boost: str
    stream: str
    draws: fk.DrawMap | None

    @classmethod
    def of(cls, run: Run, draws: fk.DrawMap | None = None) -> Slices:
        """What the tasks of a run need, where all that it needs is here.

        A map of the draws is made where one is needed and none is given.
        """
        run.check()
        assert isinstance(run.net, fk.Net)
        assert run.seed is not None
        net, dtype = _with_values(run.net, run.dtype), np.dtype(run.dtype).name
        if run.stream == "caffe" and draws is None:
            draws = run.net.map_draws(run.seed, dtype, boost=run.boost)
        elif draws is not None:
            _check_map(run.net, draws, run.seed, dtype, run.boost)
        return cls(net, run.seed, dtype, run.boost, run.stream, draws)

    def make(self, layer: str, index: int, rows: slice) -> Array:
        """A slice of a blob that owns its values, along its first axis.

        On one thread: who has several has several tasks.
        """
        return self.net.fill_slice(
            layer,
            index,
            rows,
            seed=self.seed,
            dtype=self.dtype,
            boost=self.boost,
            stream=self.stream,
            draws=self.draws,
            jobs=1,
        )


def run_of(
    net: fk.Net,
    seed: int | None,
    dtype: str | None,
    boost: str | None,
    stream: str,
    draws: fk.DrawMap | None,
) -> Run:
    """The run that a person asks for; what is not said a map of the draws says."""
    if not isinstance(stream, str):
        raise fk.UsageError("a stream that goes on is on one machine: give the stream's name")
    if draws is not None:
        if stream != "caffe":
            raise fk.UsageError(f"a map of the draws is for stream 'caffe', not {stream!r}")
        seed, dtype, boost = draws.completed(seed, dtype, boost)
    return Run.of(net, seed, dtype or "float32", boost, stream=stream)


def rows_of(param: fk.ParamBlob, dtype: str, chunks: int | str | None = None) -> tuple[slice, ...]:
    """The slices of a blob, in order.

    Parameters
    ----------
    param, dtype
    chunks
        Rows of a slice, or the bytes that it may have, as in ``"16 MiB"``; `LARGEST` unless given.
        A blob whose filler looks at all of it is one slice, and no row is cut.
    """
    length = param.shape[0] if param.shape else 1
    if isinstance(param.distribution, fk.Whole):
        return (slice(0, length),)
    if isinstance(chunks, int):
        rows = _checked(chunks, chunks)
    else:
        most = LARGEST if chunks is None else _checked(_bytes(chunks), chunks)
        rows = max(1, most // (np.dtype(dtype).itemsize * max(1, prod(param.shape[1:]))))
    starts = range(0, max(length, 1), rows)
    return tuple(slice(start, min(start + rows, length)) for start in starts)


def _bytes(chunks: str) -> int:
    try:
        return int(parse_bytes(chunks))
    except (ValueError, AttributeError):
        raise fk.UsageError(
            f"chunks is a number of rows or a size like '16 MiB', not {chunks!r}"
        ) from None


def _checked(number: int, chunks: object) -> int:
    if number < 1:
        raise fk.UsageError(f"chunks has to be 1 or more, not {chunks!r}")
    return number


def _check_map(net: fk.Net, draws: fk.DrawMap, seed: int, dtype: str, boost: str) -> None:
    """Refuse a map of other draws: an empty slice is refused as any other."""
    for layer in net.layers:
        if layer.params and not isinstance(layer.params[0].distribution, fk.Whole):
            rows = slice(0, 0)
            net.fill_slice(layer.key, 0, rows, seed=seed, dtype=dtype, boost=boost, draws=draws)
            return


def _with_values(net: fk.Net, dtype: type[np.floating]) -> fk.Net:
    """The net, with the values in it that its fillers take from files."""
    layers = tuple(
        replace(
            layer,
            params=tuple(_with_value(param, dtype) for param in layer.params),
            forgotten=tuple(_with_value(param, dtype) for param in layer.forgotten),
        )
        for layer in net.layers
    )
    return replace(net, layers=layers)


def _with_value(param: fk.ParamBlob, dtype: type[np.floating]) -> fk.ParamBlob:
    if not isinstance(param.distribution, Given) or param.given is not None:
        return param
    given: Any = param.distribution_in(dtype)
    return replace(param, given=given)
