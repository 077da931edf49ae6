"""Filling a net: one engine, every layer in order, blob after blob."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from fillerkit import formats
from fillerkit.blobs.blobs import Blobs
from fillerkit.errors import FillerError, UsageError
from fillerkit.fillers import Distribution, NotHere
from fillerkit.fillers.distributions import DTYPES
from fillerkit.filling.transferred import Transfer, Weights
from fillerkit.formats import Entry
from fillerkit.formats.stored import Alias, Array, Key, Start
from fillerkit.layers.net_layer import At, Layer, Layered, ParamBlob, owner_key
from fillerkit.layers.shapes import shown
from fillerkit.random import (
    CHUNK,
    NEWEST_BOOST,
    STREAMS,
    CaffeStream,
    Stream,
    check_boost,
    check_ends,
    check_jobs,
    check_seed,
    pieces,
)
from fillerkit.version import __version__


class Fillable(Layered, Protocol):
    """What can be filled: a `fillerkit.Net`."""

    @property
    def origin(self) -> Mapping[str, Any]:
        """What a file records of the net."""

    @property
    def phase(self) -> str:
        """``TRAIN`` or ``TEST``."""

    @property
    def random_seed(self) -> int | None:
        """The seed that a solver fixed."""

    @property
    def draws_sha256(self) -> str:
        """The SHA-256 of all that takes draws."""


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
    def _blob(self) -> Key:
        return self.layer.key, self.index

    def pass_over(self) -> None:
        """Take the draws of the values, which nobody keeps."""
        self.stream.discard(self.distribution, self.param.count, self.dtype)

    def fill(self, out: Array) -> None:
        """Make the values, in a flat array."""
        if self.copied:
            self.pass_over()
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
            self.pass_over()
            for piece in pieces(self.source.reshape(-1), CHUNK):
                yield piece.astype(self.dtype, copy=False)
        else:
            values = np.empty(self.param.count, self.dtype)
            self.fill(values)
            yield from pieces(values, CHUNK)


@dataclass(frozen=True)
class Run:
    """One filling of a net: its seed, its type, what is copied, and the blobs in order.

    There is no seed where a stream goes on that others have drawn from.
    """

    net: Fillable
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
        net: Fillable,
        seed: int | None,
        dtype: str,
        boost: str | None,
        weights: Weights | Sequence[Weights] | Transfer | None = None,
        stream: str | CaffeStream = "caffe",
        jobs: int | None = None,
    ) -> Run:
        """See `fillerkit.Net.fill`."""
        engine = None
        if boost is not None:
            check_boost(boost)
        name = dtype if isinstance(dtype, str) else getattr(dtype, "__name__", str(dtype))
        if name not in DTYPES:
            raise UsageError(f"dtype is float32 or float64, not {name!r}")
        if isinstance(stream, CaffeStream):
            if seed is not None:
                raise UsageError("a CaffeStream has its seed: give one or the other")
            if boost not in (None, stream.boost):
                raise UsageError(f"the CaffeStream is of boost {stream.boost!r}, not {boost!r}")
            engine, boost, stream = stream, stream.boost, "caffe"
        else:
            seed = check_seed(_seed(net) if seed is None else seed)
            boost = boost or NEWEST_BOOST
        if weights is not None and not isinstance(weights, Transfer):
            from fillerkit.filling.transfer import transfer  # which filling alone does not need

            weights = transfer(net, weights)
        if stream not in STREAMS:
            raise UsageError(f"stream is {' or '.join(map(repr, STREAMS))}, not {stream!r}")
        check_jobs(jobs)
        return cls(net, seed, DTYPES[name], boost, stream, jobs, weights, engine)

    @property
    def origin(self) -> dict[str, Any]:
        """Where the values come from: all that is needed to make them again."""
        origin: dict[str, Any] = {
            **self.net.origin,
            **({} if self.seed is None else {"seed": self.seed}),
            "stream": self.stream,
            "boost": self.boost,
            "dtype": np.dtype(self.dtype).name,
            "fillerkit": __version__,
        }
        if self.transfer is not None:
            origin["weights"] = list(self.transfer.files)
            taken = self.transfer
            origin["copied"] = list(taken.copied + taken.reshaped + taken.cropped)
        return origin

    def source(self, at: At) -> Array | None:
        """The values of a file for the blob at a place of the net; None where they are drawn."""
        return None if self.transfer is None else self.transfer.source(at)

    def new_stream(self) -> Stream:
        """The stream that the values come from, at its first draw unless it goes on."""
        if self.engine is not None:
            return self.engine
        assert self.seed is not None
        if self.stream == "caffe":
            return CaffeStream(self.seed, self.boost, jobs=self.jobs)
        from fillerkit.random.sharded import ShardedStream

        return ShardedStream(self.seed, self.boost, self.jobs)

    def steps(self, stream: Stream) -> Iterator[_Step]:
        """Every owned blob in Caffe's order; its values are to be made before the next is asked.

        A blob that shares another's values takes its draws all the same: Caffe lets the two share
        only after it has filled both.
        """
        self.check()
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

    def check(self) -> None:
        """Refuse to begin what could not be ended.

        Raises
        ------
        FillerError
            The filling of a blob would never end, or the file of its values is not here and no
            others take their place.
        """
        check_net_ends(self.net.layers, self.dtype)
        for position, layer in enumerate(self.net.layers):
            for index, param in enumerate(layer.params):
                if param.owner is None and isinstance(param.distribution, NotHere):
                    source = self.source((position, index))
                    if source is None or source.shape != param.shape:
                        with naming(layer, param, param.name):
                            param.distribution.change(np.empty(0))  # which raises its error


@contextmanager
def naming(layer: Layer, param: ParamBlob, blob: str) -> Iterator[None]:
    """Say in an error of a filler whose it is; `blob` is what it calls the blob."""
    try:
        yield
    except FillerError as error:
        error.layer, error.blob = layer.name, param.name
        error.within = (f"layer '{layer.name}' ({layer.type})", f"its {blob}", *error.within)
        raise


def check_net_ends(layers: Sequence[Layer], dtype: type[np.floating]) -> None:
    """Refuse, before the first draw, a blob whose filling would never end in this type.

    A net is read without one, and what has no end in float32 may have one in float64.
    """
    for layer in layers:
        for param in (*layer.params, *layer.forgotten):
            single = dtype is np.float32  # of which there is one already
            with naming(layer, param, f"{param.name} ({shown(param.shape)})"):
                check_ends(param.distribution if single else param.distribution_in(dtype), dtype)


def _seed(net: Fillable) -> int:
    """The solver's seed if it fixes one, else a fresh one."""
    if net.random_seed is not None:
        return net.random_seed
    return int.from_bytes(os.urandom(4), "little")


def fill(run: Run) -> Blobs:
    """See `fillerkit.Net.fill`."""
    owned, starts = {}, {}
    stream = run.new_stream()
    with stream.held():
        for step in run.steps(stream):
            param, key = step.param, (step.layer.key, step.index)
            values = np.empty(param.count, step.dtype)
            step.fill(values)
            owned[key] = param.name, values.reshape(param.shape)
            if step.source is None:
                starts[key] = _start(param)
    return Blobs(owned, _aliases(run.net.layers), run.origin, starts, run.net.model)


def save(
    run: Run,
    path: str | os.PathLike[str],
    progress: Callable[[int], None] | None,
    format: str | None,
    names: str | None,
) -> Mapping[str, Any]:
    """See `fillerkit.Net.save`."""
    stream = run.new_stream()
    with stream.held():
        formats.save(path, content(run, stream, progress), format, names)
    return run.origin


def content(
    run: Run, stream: Stream, progress: Callable[[int], None] | None = None
) -> formats.Content:
    """All that a file holds; nothing is made before an entry's chunks are asked for."""
    entries = list(_entries(run, stream, progress))
    return formats.Content(entries, run.origin, run.net.model)


def _entries(run: Run, stream: Stream, progress: Callable[[int], None] | None) -> Iterator[Entry]:
    aliases = _aliases(run.net.layers)
    steps = run.steps(stream)
    for position, layer in enumerate(run.net.layers):
        for index, param in enumerate(layer.params):
            if param.owner is None:
                yield Entry(
                    layer=layer.key,
                    index=index,
                    name=param.name,
                    shape=param.shape,
                    dtype=np.dtype(run.dtype),
                    chunks=_counted(_made(steps), progress),
                    aliases=tuple(aliases.get((layer.key, index), ())),
                    start=None if run.source((position, index)) is not None else _start(param),
                )


def _made(steps: Iterator[_Step]) -> Iterator[Array]:
    """The values of the next step."""
    yield from next(steps).chunks()


def _start(param: ParamBlob) -> Start:
    starts = param.distribution
    return Start(str(starts), starts.mean, starts.std)


def _counted(pieces: Iterator[Array], progress: Callable[[int], None] | None) -> Iterator[Array]:
    """The same pieces; `progress` is called with the size of each once it is written."""
    for piece in pieces:
        yield piece
        if progress is not None:
            progress(piece.size)


def _aliases(layers: Sequence[Layer]) -> dict[Key, list[Alias]]:
    """Of every blob that others share, who they are."""
    found: dict[Key, list[Alias]] = {}
    for position, layer in enumerate(layers):
        for index, param in enumerate(layer.params):
            if param.owner is not None:
                alias = Alias(layer.key, index, param.name, param.shape)
                found.setdefault(owner_key(layers, (position, index)), []).append(alias)
    return found
