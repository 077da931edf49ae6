"""Filling a net: one engine, every layer in order, blob after blob."""

from __future__ import annotations

import operator
import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from fillerkit import formats
from fillerkit.blobs import Alias, Array, Blobs, Start
from fillerkit.errors import UsageError
from fillerkit.fillers import Distribution
from fillerkit.formats import Entry
from fillerkit.random import BOOSTS, Engine, chunks, discard, make_engine
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


@dataclass(frozen=True)
class _Run:
    """One filling of a net: its seed, its type, and the blobs in order."""

    net: Net
    seed: int
    dtype: type[np.floating]
    boost: str

    @classmethod
    def of(cls, net: Net, seed: int | None, dtype: str, boost: str) -> _Run:
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
        return cls(net, seed, DTYPES[name], boost)

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
        if net.shapes:
            origin["shapes"] = {name: list(shape) for name, shape in net.shapes.items()}
        return origin

    def steps(self) -> Iterator[_Step]:
        """Every owned blob in Caffe's order; its values are to be made before the next is asked.

        A blob that shares another's values takes its draws all the same: Caffe lets the two share
        only after it has filled both.
        """
        engine = make_engine(self.seed, self.boost)
        for layer in self.net.layers:
            engine.skip(layer.draws)
            for index, param in enumerate(layer.params):
                distribution = param.distribution_in(self.dtype)
                if param.owner is None:
                    yield _Step(layer, index, param, distribution, self.dtype, engine)
                else:
                    discard(distribution, param.count, self.dtype, engine)
            for param in layer.forgotten:
                discard(param.distribution_in(self.dtype), param.count, self.dtype, engine)


def fill(net: Net, seed: int | None, dtype: str, boost: str) -> Blobs:
    """See `fillerkit.Net.fill`."""
    run = _Run.of(net, seed, dtype, boost)
    owned, starts = {}, {}
    for step in run.steps():
        param, key = step.param, (step.layer.key, step.index)
        values = np.empty(param.count, step.dtype)
        fill_values(step.distribution, values, step.engine)
        owned[key] = param.name, values.reshape(param.shape)
        starts[key] = _start(param)
    return Blobs(owned, _aliases(net), run.origin, starts, net.model)


def save(
    net: Net,
    path: str | os.PathLike[str],
    seed: int | None,
    dtype: str,
    boost: str,
    progress: Callable[[int], None] | None,
    format: str | None,
) -> Mapping[str, Any]:
    """See `fillerkit.Net.save`."""
    run = _Run.of(net, seed, dtype, boost)
    entries = list(_entries(run, progress or _nobody))
    formats.save(path, formats.Content(entries, run.origin, net.model), format)
    return run.origin


def _entries(run: _Run, progress: Callable[[int], None]) -> Iterator[Entry]:
    """What there is to write; nothing is made before an entry's chunks are asked for."""
    aliases = _aliases(run.net)
    steps = run.steps()
    for layer in run.net.layers:
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
                    start=_start(param),
                )


def _made(steps: Iterator[_Step]) -> Iterator[Array]:
    """The values of the next step."""
    step = next(steps)
    yield from chunks(step.distribution, step.param.count, step.dtype, step.engine)


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
