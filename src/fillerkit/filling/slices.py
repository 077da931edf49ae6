"""Parts of blobs that are made alone, and the map of Caffe's stream that they are found by."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from fillerkit.errors import UsageError, did_you_mean
from fillerkit.filling.draw_map import DrawMap
from fillerkit.filling.fill import Run, check_net_ends, naming
from fillerkit.formats.stored import Array, Key
from fillerkit.layers.net_layer import At, Layer, ParamBlob, owner, owner_key
from fillerkit.random import CaffeStream, check_ends
from fillerkit.version import __version__


def fill_slice(run: Run, layer: str, index: int, rows: slice, draws: DrawMap | None) -> Array:
    """See `fillerkit.Net.fill_slice`."""
    if not isinstance(rows, slice):
        raise UsageError(f"rows is a slice of the first axis, like slice(0, 10), not {rows!r}")
    at = _place(run.net.layers, layer, index)
    shape = run.net.layers[at[0]].params[index].shape or (1,)
    start, stop, step = rows.indices(shape[0])
    if step < 0:
        raise UsageError(f"a slice goes forward: its step is {step}")
    owning, of = owner(run.net.layers, at)
    param, blob = run.net.layers[owning].params[of], owner_key(run.net.layers, at)
    row = param.count // shape[0]
    span = range(start * row, max(start, stop) * row)
    with naming(run.net.layers[owning], param, param.name):
        values = _span(run, blob, param, span, draws)
    return values.reshape(-1, *shape[1:])[::step]


def _span(run: Run, blob: Key, param: ParamBlob, span: range, draws: DrawMap | None) -> Array:
    """Values of a blob, made alone."""
    assert run.seed is not None
    distribution = param.distribution_in(run.dtype)
    check_ends(distribution, run.dtype)
    if run.stream == "sharded":
        from fillerkit.random.sharded import ShardedStream

        sharded = ShardedStream(run.seed, run.boost, run.jobs)
        return sharded.slice(blob, distribution, param.count, run.dtype, span)
    if draws is None:
        draws = map_draws(run)
    else:
        draws.check(blob, **_mapped(run))
    stream = CaffeStream(run.seed, run.boost, jobs=run.jobs)
    return stream.part(distribution, draws.blobs[blob], span, param.count, run.dtype)


def _place(layers: Sequence[Layer], name: str, index: int) -> At:
    """Where a blob is, by its layer's key and its index."""
    position = next((i for i, each in enumerate(layers) if each.key == name and each.params), None)
    if position is None:
        known = [layer.key for layer in layers if layer.params]
        raise UsageError(f"no layer '{name}' with parameters{did_you_mean(name, known)}")
    params = layers[position].params
    if not 0 <= index < len(params):
        raise UsageError(f"layer '{name}' has {len(params)} blobs, none of index {index}")
    return position, index


def map_draws(run: Run) -> DrawMap:
    """See `fillerkit.Net.map_draws`."""
    assert run.seed is not None
    check_net_ends(run.net.layers, run.dtype)
    stream = CaffeStream(run.seed, run.boost, jobs=run.jobs)
    blobs = {}
    with stream.held():
        for layer in run.net.layers:
            stream.skip(layer.draws)
            for index, param in enumerate((*layer.params, *layer.forgotten)):
                marks = stream.marks(param.distribution_in(run.dtype), param.count, run.dtype)
                if param.owner is None and index < len(layer.params):
                    blobs[layer.key, index] = tuple(marks)
    return DrawMap(**_mapped(run), blobs=blobs, draws=stream.position)


def _mapped(run: Run) -> dict[str, Any]:
    """What a map of the run's draws is of."""
    return {
        "fillerkit": __version__,
        "phase": run.net.phase,
        "seed": run.seed,
        "dtype": np.dtype(run.dtype).name,
        "boost": run.boost,
        "net": run.net.draws_sha256,
    }
