"""A net: its layers in order, the shape of every blob, and which parameters share."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields
from functools import cached_property
from importlib import import_module
from typing import Any

from fillerkit.blobs.blobs import Blobs
from fillerkit.encoding import UTF8, recorded
from fillerkit.errors import Place, UsageError, check_kind
from fillerkit.filling import fill as filling
from fillerkit.filling import slices
from fillerkit.filling.draw_map import DrawMap, fingerprint
from fillerkit.filling.transferred import Transfer, Weights
from fillerkit.formats.stored import Array
from fillerkit.layers.net_layer import Layer, Model, owner
from fillerkit.layers.shapes import shown
from fillerkit.random import CaffeStream
from fillerkit.schema.forks_pb2 import LayerParameter

# A name, since what runs a net stands above what a net is.
_ADAPTING = "fillerkit.adapting"


@dataclass(frozen=True, repr=False)
class Net:
    """A net of one phase, read and checked, with every shape known; it never changes.

    Attributes
    ----------
    name : str
        The net's own name, or "".
    phase : str
        ``TRAIN`` or ``TEST``.
    level : int
    stages : tuple of str
    layers : tuple of Layer
        In the order in which Caffe sets them up and fills them.
    outputs : tuple of str
        The blobs that no layer takes, sorted.
    file : str
        What it was read from.
    sha256 : str
        Of the prototxt.
    asked : mapping
        What the caller said besides the prototxt and its state: shapes, params, dialect, fillers.
    random_seed : int or None
        The seed that a solver fixed.
    notes : tuple of str
        What was found or assumed on the way.
    left_out : tuple of LayerParameter
        The layers of its text that are not among `layers`: those that phase, level or stages leave
        out, and those of unknown type that nothing depends on.
    lost : tuple of LayerParameter
        Those that could not be set up. Only a net that is checked has any.
    encoding : str
        What its names are in, in its text and in files that have bytes for names.
    text : str
        The prototxt, of whose lines `Layer.line` is one. Bytes that are not UTF-8 are surrogates.
    """

    name: str
    phase: str
    level: int
    stages: tuple[str, ...]
    layers: tuple[Layer, ...]
    outputs: tuple[str, ...]
    file: str
    sha256: str
    asked: Mapping[str, Any] = field(default_factory=dict)
    random_seed: int | None = None
    notes: tuple[str, ...] = ()
    old_forms: tuple[tuple[str, Place], ...] = ()
    left_out: tuple[LayerParameter, ...] = field(default=(), repr=False)
    lost: tuple[LayerParameter, ...] = field(default=(), repr=False)
    encoding: str = UTF8
    text: str = field(default="", repr=False)

    @property
    def count(self) -> int:
        """The number of values in its parameter blobs, shared ones counted once."""
        return sum(
            param.count for layer in self.layers for param in layer.params if param.owner is None
        )

    @property
    def model(self) -> Model:
        """The net as a ``.caffemodel`` describes it."""
        return Model(
            self.name,
            tuple((layer.key if layer.params else "", layer.message) for layer in self.layers),
        )

    @property
    def origin(self) -> Mapping[str, Any]:
        """What a weight file records of it, so that its values can be made again."""
        return {
            "net": self.name,
            "sha256": self.sha256,
            "phase": self.phase,
            **({"level": self.level} if self.level else {}),
            **({"stages": list(self.stages)} if self.stages else {}),
            **recorded(self.encoding),
            **self.asked,
        }

    @cached_property
    def draws_sha256(self) -> str:
        """The SHA-256 of all that takes draws: nets that have it in common have the same draws."""
        return fingerprint(self.layers)

    def __reduce__(self) -> tuple[Any, ...]:
        """For another process. It needs the same fillers, and the files that fillers name."""
        from fillerkit.nets.pickled import reduced

        return reduced(type(self), {each.name: getattr(self, each.name) for each in fields(self)})

    def __repr__(self) -> str:
        return (
            f"Net({self.name!r}, phase {self.phase}, "
            f"{len(self.layers)} layer{'s' * (len(self.layers) != 1)}, {self.count:,} parameters)"
        )

    def _repr_html_(self) -> str:
        """What a notebook shows: a table of the layers."""
        from fillerkit.blobs.html import table

        columns = ("layer", "type", "top", "parameters", "count", "starts as")
        return table(repr(self), columns, self._rows(), right=(4,))

    def _rows(self) -> Iterator[Sequence[str]]:
        for position, layer in enumerate(self.layers):
            tops = ", ".join(f"{name} {shown(shape)}" for name, shape in layer.tops)
            first = (layer.name, layer.type, tops)
            if not layer.params:
                yield (*first, "", "", "")
            for index, param in enumerate(layer.params):
                starts = str(param.distribution)
                if param.owner is not None:
                    starts = (
                        f"shared with {self.layers[owner(self.layers, (position, index))[0]].name}"
                    )
                yield *first, f"{param.name} {shown(param.shape)}", f"{param.count:,}", starts
                first = ("", "", "")

    def fill(
        self,
        seed: int | None = None,
        dtype: str = "float32",
        *,
        boost: str | None = None,
        weights: Weights | Sequence[Weights] | Transfer | None = None,
        stream: str | CaffeStream = "caffe",
        jobs: int | None = None,
        adapt: str | Sequence[str] = (),
        inputs: Any = None,
        batch: int | None = None,
    ) -> Blobs:
        """Give every parameter blob its first values, in memory.

        Parameters
        ----------
        seed
            From 0 to 2^32 - 1; the same seed gives the bits of Caffe's ``random_seed``. Without
            one: the solver's if it fixes one, else a fresh one, in the result's `origin`.
        dtype
            ``"float32"``, or ``"float64"`` for the bits of Caffe's double nets.
        boost
            The Boost that the imitated Caffe was built with, which makes its gaussians: ``"1.64"``
            and later (so unless given), ``"1.58"`` (1.56 to 1.63) or ``"1.55"`` and earlier.
        weights
            A weight file, or blobs, or several of them: layers of the same names are copied over
            what is filled, as Caffe does for fine-tuning. The values of the other layers are the
            same as without. `fillerkit.transfer` takes more care, and its result is taken here.
        stream
            ``"caffe"``: one engine for the whole net, Caffe's bits. ``"sharded"``: an engine for
            each tile of each blob; other bits, but made by any number of threads and in any order,
            and of any part of a blob alone (`fill_slice`). A `fillerkit.CaffeStream`, with its own
            seed and boost, goes on from where it is.
        jobs
            Threads that make values; as many as there are processors unless given. The values do
            not depend on it. A blob of fewer than a million values is made by one.
        adapt, inputs, batch
            Starts that look at data, as ``"lsuv"``, and what they look at: the `methods`, `inputs`
            and `batch` of `fillerkit.adapt`, which also tells what it did.
        """
        blobs = filling.fill(filling.Run.of(self, seed, dtype, boost, weights, stream, jobs))
        if adapt:
            adapting = import_module(_ADAPTING)
            blobs = adapting.adapt(self, blobs, adapt, inputs=inputs, batch=batch).blobs
        elif inputs is not None or batch is not None:
            raise UsageError("inputs and batch are what adapt looks at: say adapt='lsuv'")
        return blobs

    def fill_slice(
        self,
        layer: str,
        index: int,
        rows: slice,
        *,
        seed: int | None = None,
        dtype: str | None = None,
        boost: str | None = None,
        stream: str | None = None,
        draws: DrawMap | None = None,
        jobs: int | None = None,
    ) -> Array:
        """Make a part of one blob alone: what ``fill(seed, stream=stream)`` has there.

        Parameters
        ----------
        layer, index
            Which blob: ``net.fill(...)[layer][index]``.
        rows
            Along the blob's first axis.
        seed, dtype, boost, jobs
            As for `fill`; what a map of the draws says unless given.
        stream
            ``"sharded"`` unless given, or ``"caffe"`` where there is a map of the draws.
        draws
            For ``"caffe"``: the map that `map_draws` made. Without it, it is made first, which
            takes nearly as long as filling the net.

        Returns
        -------
        ndarray
            ``net.fill(seed, dtype, boost=boost, stream=stream)[layer][index][rows]``, without the
            rest being made. Only a filler that looks at all of a blob, such as positive_unitball
            or orthogonal, makes all of that blob.

        Raises
        ------
        UsageError
            There is no such blob, no seed, or the map is of another net, phase, seed, dtype, Boost
            or version of fillerkit.
        """
        if draws is not None:
            seed, dtype, boost = draws.completed(seed, dtype, boost)
        if seed is None and self.random_seed is None:
            raise UsageError("a slice needs the seed that the whole has: give seed or draws")
        stream = stream or ("sharded" if draws is None else "caffe")
        run = filling.Run.of(self, seed, dtype or "float32", boost, stream=stream, jobs=jobs)
        return slices.fill_slice(run, layer, index, rows, draws)

    def map_draws(
        self,
        seed: int | None = None,
        dtype: str = "float32",
        *,
        boost: str | None = None,
        jobs: int | None = None,
    ) -> DrawMap:
        """Find where in Caffe's stream the values of each blob begin; no value is kept.

        Parameters
        ----------
        seed, dtype, boost, jobs
            As for `fill`.

        Returns
        -------
        DrawMap
            With it, `fill_slice` makes any slice of Caffe's own values at the price of that slice.
        """
        return slices.map_draws(filling.Run.of(self, seed, dtype, boost, jobs=jobs))

    def save(
        self,
        path: str | os.PathLike[str],
        seed: int | None = None,
        dtype: str = "float32",
        *,
        boost: str | None = None,
        weights: Weights | Sequence[Weights] | Transfer | None = None,
        stream: str | CaffeStream = "caffe",
        jobs: int | None = None,
        format: str | None = None,
        names: str | None = None,
        progress: Callable[[int], None] | None = None,
    ) -> Mapping[str, Any]:
        """Fill straight into a file, piece by piece, without holding the net in memory.

        The file is the one that ``net.fill(seed, dtype).save(path)`` writes, byte for byte.

        Parameters
        ----------
        path
            The format follows its suffix: ``.npz``, ``.caffemodel``, ``.h5`` (Caffe's
            ``.caffemodel.h5``), ``.safetensors``, ``.pt``.
        seed, dtype, boost, weights, stream, jobs
            As for `fill`.
        format
            The format's name (``"npz"``, ...), where the suffix does not tell.
        names
            As for `fillerkit.Blobs.save`.
        progress
            Called with the number of values written since the last call.

        Returns
        -------
        mapping
            The origin that the file records; ``origin["seed"]`` is the seed used, unless a stream
            that is given has it.
        """
        run = filling.Run.of(self, seed, dtype, boost, weights, stream, jobs)
        return filling.save(run, path, progress, format, names)


def seed_or_default(net: Net, seed: int | None) -> int:
    """The seed that is given, else the solver's, else 1."""
    if seed is not None:
        return seed
    return 1 if net.random_seed is None else net.random_seed


def check_net(value: object) -> None:
    """Refuse an argument that is to be a net and is not."""
    check_kind("net", value, Net, "a net: fillerkit.load_net(path) reads one")
