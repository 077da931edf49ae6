"""Every blob of a net as a Dask array, whose chunks are made where they are needed."""

from __future__ import annotations

import hashlib
import pickle
from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any, cast

import numpy as np

import fillerkit as fk
from fillerkit.blobs.blobs import blobs_in
from fillerkit.dask.slices import Slices, rows_of, run_of
from fillerkit.formats.stored import Array, Key
from fillerkit.layers.net_layer import owner_key
from fillerkit.libraries import library

dask = library("dask", "fillerkit.dask", "dask")


class Arrays(Mapping[str, Any]):
    """By layer, its blobs as Dask arrays: ``arrays["ip"].weight``, ``arrays["ip"][1]``.

    What a layer has is a `fillerkit.LayerBlobs`, of Dask's arrays in place of NumPy's.

    Attributes
    ----------
    origin : mapping
        Where the values come from, as in `fillerkit.Blobs`.
    """

    def __init__(self, layers: Mapping[str, Any], origin: Mapping[str, Any]) -> None:
        self._layers = layers
        self.origin = origin

    def __getitem__(self, layer: str) -> Any:
        return blobs_in(self._layers, layer)

    def __iter__(self) -> Iterator[str]:
        return iter(self._layers)

    def __len__(self) -> int:
        return len(self._layers)

    def __repr__(self) -> str:
        return f"Arrays({len(self)} layer{'s' * (len(self) != 1)}, seed {self.origin['seed']})"


def arrays(
    net: fk.Net,
    seed: int | None = None,
    dtype: str | None = None,
    *,
    boost: str | None = None,
    stream: str = "caffe",
    draws: fk.DrawMap | None = None,
    chunks: int | str | None = None,
) -> Arrays:
    """Every blob of a net as a Dask array; nothing is made yet.

    A chunk is a task that makes its slice and nothing else, on any machine that has fillerkit.

    Parameters
    ----------
    net
    seed, dtype, boost, stream
        As for `fillerkit.Net.fill`. A fresh seed is in the result's `origin`.
    draws
        For Caffe's stream: what `fillerkit.Net.map_draws` made. Unless given it is made now, in
        nearly the time that this machine takes to fill the net.
    chunks
        How much of the first axis is one chunk: a number of rows, or a size in bytes as in
        ``"16 MiB"``; 32 MiB unless given. A row is never cut, and a blob whose filler looks at all
        of it, such as positive_unitball or orthogonal, is one chunk.

    Returns
    -------
    Arrays
        A mapping as ``net.fill`` gives, with the same values once they are computed. A blob that
        shares another's values is made of the same tasks.

    Examples
    --------
    >>> import fillerkit as fk
    >>> import fillerkit.dask
    >>> net = fk.load_net('''
    ...   layer { name: "data" type: "Input" top: "data" input_param { shape { dim: [1, 4] } } }
    ...   layer { name: "ip" type: "InnerProduct" bottom: "data" top: "ip"
    ...           inner_product_param { num_output: 30 weight_filler { type: "xavier" } } }
    ... ''')
    >>> arrays = fillerkit.dask.arrays(net, seed=1701, chunks=10)
    >>> arrays["ip"].weight.chunks
    ((10, 10, 10), (4,))
    >>> bool((arrays["ip"].weight[10:20].compute() == net.fill(1701)["ip"].weight[10:20]).all())
    True
    """
    run = run_of(net, seed, dtype, boost, stream, draws)
    slices = Slices.of(run, draws)
    name = hashlib.sha256(pickle.dumps(slices)).hexdigest()[:32]
    shared = dask.delayed(slices, name=f"fillerkit-{name}", traverse=False)
    owned: dict[Key, Any] = {}
    layers = {}
    for position, layer in enumerate(net.layers):
        found = []
        for index, param in enumerate(layer.params):
            key = owner_key(net.layers, (position, index))
            if key not in owned:
                owned[key] = _array(shared, name, key, param, slices.dtype, chunks)
            found.append(_shaped(owned[key], param, slices.dtype, chunks))
        if found:
            names = [param.name for param in layer.params]
            layers[layer.key] = fk.LayerBlobs(cast("list[Array]", found), names)
    return Arrays(layers, run.origin)


def _array(
    slices: Any, name: str, key: Key, param: fk.ParamBlob, dtype: str, chunks: int | str | None
) -> Any:
    """A blob that owns its values."""
    da = library("dask.array", "fillerkit.dask", "dask")  # a second of imports; workers need none
    layer, index = key
    make = dask.delayed(partial(_make, layer=layer, index=index, shape=param.shape), pure=False)
    parts = []
    for rows in rows_of(param, dtype, chunks):
        shape = (rows.stop - rows.start, *param.shape[1:]) if param.shape else ()
        made = make(slices, rows, dask_key_name=f"{name}-{layer}-{index}-{rows.start}-{rows.stop}")
        parts.append(da.from_delayed(made, shape, dtype=np.dtype(dtype)))
    return parts[0] if len(parts) == 1 else da.concatenate(parts)


def _make(slices: Slices, rows: slice, *, layer: str, index: int, shape: tuple[int, ...]) -> Array:
    """The task of a chunk."""
    made = slices.make(layer, index, rows)
    return made if shape else made.reshape(())


def _shaped(array: Any, param: fk.ParamBlob, dtype: str, chunks: int | str | None) -> Any:
    """The array of an owner in the shape that a blob has which shares its values."""
    if array.shape == param.shape:
        return array
    rows = tuple(rows.stop - rows.start for rows in rows_of(param, dtype, chunks))
    lengths = (rows, *param.shape[1:]) if param.shape else ()
    return array.reshape(-1).reshape(param.shape).rechunk(lengths)
