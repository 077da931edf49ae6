"""Filling a net: one engine, every layer in order, blob after blob."""

from __future__ import annotations

import operator
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from fillerkit import formats
from fillerkit.blobs import Alias, Array, Blobs, Start
from fillerkit.errors import UsageError
from fillerkit.fillers import Distribution
from fillerkit.finetuning import Transfer, Weights, transfer
from fillerkit.formats import Entry
from fillerkit.random import BOOSTS, CHUNK, Engine, chunks, discard, make_engine
from fillerkit.random import fill as fill_values
from fillerkit.version import __version__

if TYPE_CHECKING:
    from fillerkit.net import Layer, Net, ParamBlob

DTYPES: Mapping[str, type[np.floating]] = {"float32": np.float32, "float64": np.float64}


@dataclass(frozen=True)
class _Step:
    """One blob whose values are to be made."""

    layer: Layer
    index: int
    param: ParamBlob
    distribution: Distribution
    dtype: type[np.floating]
    engine: Engine
    source: Array | None
    """Values of a file that go over the drawn ones: all of them, or the part that the file has."""

    @property
    def copied(self) -> bool:
        """Whether no drawn value is left."""
        return self.source is not None and self.source.shape == self.param.shape

    def fill(self, out: Array) -> None:
        """Make the values, in a flat array."""
        if self.copied:
            discard(self.distribution, self.param.count, self.dtype, self.engine)
        else:
            fill_values(self.distribution, out, self.engine)
        if self.source is not None:
            place = tuple(slice(length) for length in self.source.shape)
            out.reshape(self.param.shape)[place] = self.source

    def chunks(self) -> Iterator[Array]:
        """The same values, in pieces."""
        if self.source is None:
            yield from chunks(self.distribution, self.param.count, self.dtype, self.engine)
        elif self.copied:
            discard(self.distribution, self.param.count, self.dtype, self.engine)
            flat = self.source.reshape(-1)
            for start in range(0, flat.size, CHUNK):
                yield flat[start : start + CHUNK].astype(self.dtype, copy=False)
        else:
            values = np.empty(self.param.count, self.dtype)
            self.fill(values)
            yield values


@dataclass(frozen=True)
class Run:
    """One filling of a net: its seed, its type, what is copied, and the blobs in order."""

    net: Net
    seed: int
    dtype: type[np.floating]
    boost: str
    transfer: Transfer | None = None

    @classmethod
    def of(
        cls,
        net: Net,
        seed: int | None,
        dtype: str,
        boost: str,
        weights: Weights | Sequence[Weights] | Transfer | None = None,
    ) -> Run:
        """See `fillerkit.Net.fill`."""
        if boost not in BOOSTS:
            known = ", ".join(map(repr, BOOSTS))
            raise UsageError(f"boost is one of {known}, not {boost!r}")
        name = dtype if isinstance(dtype, str) else getattr(dtype, "__name__", str(dtype))
        if name not in DTYPES:
            raise UsageError(f"dtype is float32 or float64, not {name!r}")
        if seed is None:
            seed = (
                int.from_bytes(os.urandom(4), "little")
                if net.random_seed is None
                else net.random_seed
            )
        try:
            seed = operator.index(seed)
        except TypeError:
            raise UsageError(f"a seed is a whole number, not {seed!r}") from None
        if not 0 <= seed < 2**32:
            raise UsageError(f"a seed is a number from 0 to {2**32 - 1}, not {seed}")
        if weights is not None and not isinstance(weights, Transfer):
            weights = transfer(net, weights)
        return cls(net, seed, DTYPES[name], boost, weights)

    @property
    def origin(self) -> dict[str, Any]:
        """Where the values come from: all that is needed to make them again."""
        net = self.net
        origin: dict[str, Any] = {
            "net": net.name,
            "sha256": net.sha256,
            "phase": net.phase,
            "seed": self.seed,
            "stream": "caffe",
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

    def steps(self) -> Iterator[_Step]:
        """Every owned blob in Caffe's order; its values are to be made before the next is asked.

        A blob that shares another's values takes its draws all the same: Caffe lets the two share
        only after it has filled both.
        """
        engine = make_engine(self.seed, self.boost)
        source = self.transfer.source if self.transfer is not None else _nothing
        for position, layer in enumerate(self.net.layers):
            engine.skip(layer.draws)
            for index, param in enumerate(layer.params):
                distribution = param.distribution_in(self.dtype)
                if param.owner is None:
                    taken = source((position, index))
                    yield _Step(layer, index, param, distribution, self.dtype, engine, taken)
                else:
                    discard(distribution, param.count, self.dtype, engine)
            for param in layer.forgotten:
                discard(param.distribution_in(self.dtype), param.count, self.dtype, engine)


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
    source = run.transfer.source if run.transfer is not None else _nothing
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
                    start=None if source((position, index)) is not None else _start(param),
                )


def _made(steps: Iterator[_Step]) -> Iterator[Array]:
    """The values of the next step."""
    yield from next(steps).chunks()


def _start(param: ParamBlob) -> Start:
    starts = param.distribution
    return Start(str(starts), starts.mean, starts.std)


def _nothing(at: tuple[int, int]) -> None:
    """No file has values."""


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
