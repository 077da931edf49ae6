"""Filling a net: one engine, every layer in order, blob after blob."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from fillerkit import formats
from fillerkit.blobs.blobs import Alias, Array, Blobs, Start
from fillerkit.errors import UsageError, did_you_mean
from fillerkit.fillers import Distribution
from fillerkit.formats import Entry
from fillerkit.random import (
    CHUNK,
    STREAMS,
    CaffeStream,
    Stream,
    check_boost,
    check_seed,
    make_stream,
)
from fillerkit.version import __version__

if TYPE_CHECKING:
    from fillerkit.filling.transfer import Transfer, Weights
    from fillerkit.layers.net_layer import Layer, ParamBlob
    from fillerkit.nets.net import Net

DTYPES: Mapping[str, type[np.floating]] = {"float32": np.float32, "float64": np.float64}


@dataclass(frozen=True)
class _Step:
    """One blob whose values are to be made."""

    layer: Layer
    index: int
    param: ParamBlob
    distribution: Distribution
    dtype: type[np.floating]
    stream: Stream
    source: Array | None
    """Values of a file that go over the drawn ones: all of them, or the part that the file has."""

    @property
    def copied(self) -> bool:
        """Whether no drawn value is left."""
        return self.source is not None and self.source.shape == self.param.shape

    @property
    def _blob(self) -> tuple[str, int]:
        return self.layer.key, self.index

    def _discard(self) -> None:
        self.stream.discard(self.distribution, self.param.count, self.dtype)

    def fill(self, out: Array) -> None:
        """Make the values, in a flat array."""
        if self.copied:
            self._discard()
        else:
            self.stream.fill(self._blob, self.distribution, out)
        if self.source is not None:
            place = tuple(slice(length) for length in self.source.shape)
            out.reshape(self.param.shape)[place] = self.source

    def chunks(self) -> Iterator[Array]:
        """The same values, in pieces."""
        if self.source is None:
            yield from self.stream.chunks(
                self._blob, self.distribution, self.param.count, self.dtype
            )
        elif self.copied:
            self._discard()
            flat = self.source.reshape(-1)
            for start in range(0, flat.size, CHUNK):
                yield flat[start : start + CHUNK].astype(self.dtype, copy=False)
        else:
            values = np.empty(self.param.count, self.dtype)
            self.fill(values)
            yield values


@dataclass(frozen=True)
class Run:
    """One filling of a net: its seed, its type, what is copied, and the blobs in order.

    There is no seed where a stream goes on that others have drawn from.
    """

    net: Net
    seed: int | None
    dtype: type[np.floating]
    boost: str
    stream: str = "caffe"
    jobs: int | None = None
    transfer: Transfer | None = None
    engine: CaffeStream | None = None

    @classmethod
    def of(
        cls,
        net: Net,
        seed: int | None,
        dtype: str,
        boost: str,
        weights: Weights | Sequence[Weights] | Transfer | None = None,
        stream: str | CaffeStream = "caffe",
        jobs: int | None = None,
    ) -> Run:
        """See `fillerkit.Net.fill`."""
        engine, boost = None, check_boost(boost)
        name = dtype if isinstance(dtype, str) else getattr(dtype, "__name__", str(dtype))
        if name not in DTYPES:
            raise UsageError(f"dtype is float32 or float64, not {name!r}")
        if isinstance(stream, CaffeStream):
            if seed is not None:
                raise UsageError("a CaffeStream has its seed: give one or the other")
            if boost not in ("1.64", stream.boost):
                raise UsageError(f"the CaffeStream is of boost {stream.boost!r}, not {boost!r}")
            engine, boost, stream = stream, stream.boost, "caffe"
        else:
            seed = check_seed(_seed(net) if seed is None else seed)
        if weights is not None:
            weights = _matched(net, weights)
        if stream not in STREAMS:
            raise UsageError(f"stream is {' or '.join(map(repr, STREAMS))}, not {stream!r}")
        if jobs is not None and (stream == "caffe" or jobs < 1):
            raise UsageError(
                "jobs is a number of threads, 1 or more, for stream 'sharded'; Caffe's stream is "
                "one after the other"
            )
        return cls(net, seed, DTYPES[name], boost, stream, jobs, weights, engine)

    @property
    def origin(self) -> dict[str, Any]:
        """Where the values come from: all that is needed to make them again."""
        net = self.net
        origin: dict[str, Any] = {
            "net": net.name,
            "sha256": net.sha256,
            "phase": net.phase,
            **({} if self.seed is None else {"seed": self.seed}),
            "stream": self.stream,
            "boost": self.boost,
            "dtype": np.dtype(self.dtype).name,
            "fillerkit": __version__,
        }
        if net.level:
            origin["level"] = net.level
        if net.stages:
            origin["stages"] = list(net.stages)
        if self.transfer is not None:
            origin["weights"] = list(self.transfer.files)
            origin["copied"] = list(self.transfer.copied + self.transfer.cropped)
        return {**origin, **net.asked}

    def source(self, at: tuple[int, int]) -> Array | None:
        """The values of a file for the blob at a place of the net; None where they are drawn."""
        return None if self.transfer is None else self.transfer.source(at)

    def draws(self) -> Stream:
        """Where the values come from."""
        if self.engine is not None:
            return self.engine
        assert self.seed is not None
        return make_stream(self.stream, self.seed, self.boost, self.jobs)

    def steps(self) -> Iterator[_Step]:
        """Every owned blob in Caffe's order; its values are to be made before the next is asked.

        A blob that shares another's values takes its draws all the same: Caffe lets the two share
        only after it has filled both.
        """
        stream = self.draws()
        for position, layer in enumerate(self.net.layers):
            stream.skip(layer.draws)
            for index, param in enumerate(layer.params):
                distribution = param.distribution_in(self.dtype)
                if param.owner is None:
                    taken = self.source((position, index))
                    yield _Step(layer, index, param, distribution, self.dtype, stream, taken)
                else:
                    stream.discard(distribution, param.count, self.dtype)
            for param in layer.forgotten:
                stream.discard(param.distribution_in(self.dtype), param.count, self.dtype)


def _seed(net: Net) -> int:
    """The solver's seed if it fixes one, else a fresh one."""
    if net.random_seed is not None:
        return net.random_seed
    return int.from_bytes(os.urandom(4), "little")


def _matched(net: Net, weights: Weights | Sequence[Weights] | Transfer) -> Transfer:
    from fillerkit.filling.transfer import Transfer, transfer

    return weights if isinstance(weights, Transfer) else transfer(net, weights)


def fill(run: Run) -> Blobs:
    """See `fillerkit.Net.fill`."""
    owned, starts = {}, {}
    for step in run.steps():
        param, key = step.param, (step.layer.key, step.index)
        values = np.empty(param.count, step.dtype)
        step.fill(values)
        owned[key] = param.name, values.reshape(param.shape)
        if step.source is None:
            starts[key] = _start(param)
    return Blobs(owned, _aliases(run.net), run.origin, starts, run.net.model)


def fill_slice(run: Run, layer: str, index: int, rows: slice) -> Array:
    """See `fillerkit.Net.fill_slice`."""
    from fillerkit.random.sharded import ShardedStream

    if not isinstance(rows, slice):
        raise UsageError(f"rows is a slice of the first axis, like slice(0, 10), not {rows!r}")
    param, blob = _owner(run.net, layer, index)
    shape = param.shape or (1,)
    start, stop, step = rows.indices(shape[0])
    if step < 0:
        raise UsageError(f"a slice goes forward: its step is {step}")
    row = param.count // shape[0]
    assert run.seed is not None
    stream = ShardedStream(run.seed, run.boost, run.jobs)
    span = range(start * row, max(start, stop) * row)
    distribution = param.distribution_in(run.dtype)
    values = stream.slice(blob, distribution, param.count, run.dtype, span)
    return values.reshape(-1, *shape[1:])[::step]


def _owner(net: Net, name: str, index: int) -> tuple[ParamBlob, tuple[str, int]]:
    """The blob that has a blob's values, and under which name: another one's where it is shared."""
    layer = next((layer for layer in net.layers if layer.key == name and layer.params), None)
    if layer is None:
        known = [layer.key for layer in net.layers if layer.params]
        raise UsageError(f"no layer '{name}' with parameters{did_you_mean(name, known)}")
    if not 0 <= index < len(layer.params):
        raise UsageError(f"layer '{name}' has {len(layer.params)} blobs, none of index {index}")
    param = layer.params[index]
    if param.owner is None:
        return param, (layer.key, index)
    owner = net.layers[param.owner[0]]
    return param, (owner.key, param.owner[1])


def save(
    run: Run,
    path: str | os.PathLike[str],
    progress: Callable[[int], None] | None,
    format: str | None,
) -> Mapping[str, Any]:
    """See `fillerkit.Net.save`."""
    entries = list(_entries(run, progress or _nobody))
    formats.save(path, formats.Content(entries, run.origin, run.net.model), format)
    return run.origin


def _entries(run: Run, progress: Callable[[int], None]) -> Iterator[Entry]:
    """What there is to write; nothing is made before an entry's chunks are asked for."""
    aliases = _aliases(run.net)
    steps = run.steps()
    for position, layer in enumerate(run.net.layers):
        for index, param in enumerate(layer.params):
            if param.owner is None:
                yield Entry(
                    layer=layer.key,
                    index=index,
                    name=param.name,
                    shape=param.shape,
                    dtype=np.dtype(run.dtype),
                    chunks=_told(_made(steps), progress),
                    aliases=tuple(aliases.get((layer.key, index), ())),
                    start=None if run.source((position, index)) is not None else _start(param),
                )


def _made(steps: Iterator[_Step]) -> Iterator[Array]:
    """The values of the next step."""
    yield from next(steps).chunks()


def _start(param: ParamBlob) -> Start:
    starts = param.distribution
    return Start(str(starts), starts.mean, starts.std)


def _nobody(count: int) -> None:
    """Nobody wants to know how far it has come."""


def _told(pieces: Iterator[Array], progress: Callable[[int], None]) -> Iterator[Array]:
    for piece in pieces:
        yield piece
        progress(piece.size)


def _aliases(net: Net) -> dict[tuple[str, int], list[Alias]]:
    """Of every blob that others share, who they are."""
    found: dict[tuple[str, int], list[Alias]] = {}
    for layer in net.layers:
        for index, param in enumerate(layer.params):
            if param.owner is not None:
                owner = net.layers[param.owner[0]].key, param.owner[1]
                found.setdefault(owner, []).append(Alias(layer.key, index, param.name, param.shape))
    return found
