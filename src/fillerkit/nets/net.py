"""A net: its layers in order, the shape of every blob, and which parameters share."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from math import isfinite, prod
from typing import TYPE_CHECKING, Any

import numpy as np

from fillerkit.blobs.blobs import Array, Blobs, Model
from fillerkit.errors import Place
from fillerkit.fillers import Constant, Distribution, Given, distribution, fan_in, fan_out
from fillerkit.filling import fill as filling
from fillerkit.layers import Shape
from fillerkit.schema.forks_pb2 import FillerParameter, LayerParameter

if TYPE_CHECKING:
    from fillerkit.filling.transfer import Transfer, Weights
    from fillerkit.random import CaffeStream


@dataclass(frozen=True)
class ParamBlob:
    """One parameter blob of a layer.

    Attributes
    ----------
    name : str
        What it is to its layer: ``weight``, ``bias``, ...
    shape : tuple of int
    filler : FillerParameter or None
        As the prototxt gives it, or the layer's default; None where nothing fills the blob.
    given : Given or None
        Values that the prototxt itself holds (``blobs { }``) and that take the filler's place.
    owner : (int, int) or None
        For a blob that shares another's values: the owner's layer and parameter index.
    share_name : str
        The name under which it is shared, or "".
    lr_mult, decay_mult : float
        What a solver multiplies its rates with for this blob.
    """

    name: str
    shape: Shape
    filler: FillerParameter | None
    given: Given | None = None
    owner: tuple[int, int] | None = None
    share_name: str = ""
    lr_mult: float = 1.0
    decay_mult: float = 1.0

    @property
    def count(self) -> int:
        """The number of elements."""
        return prod(self.shape)

    @property
    def fan_in(self) -> int | None:
        """Elements for each index of axis 0; None for a single value."""
        return fan_in(self.shape) if self.shape else None

    @property
    def fan_out(self) -> int | None:
        """Elements for each index of axis 1 (all where there is one axis); None as above."""
        return fan_out(self.shape) if self.shape else None

    @property
    def dead(self) -> bool:
        """Whether it is a weight that starts as zeros, so that no signal passes."""
        return self.name == "weight" and len(self.shape) > 1 and self.distribution == Constant(0.0)

    @property
    def finite(self) -> bool:
        """Whether its values are numbers, none of them infinite."""
        return isfinite(self.distribution.mean) and isfinite(self.distribution.std)

    @cached_property
    def distribution(self) -> Distribution:
        """Which values it starts with, in float32."""
        return self.distribution_in(np.float32)

    def distribution_in(self, dtype: type[np.floating]) -> Distribution:
        """Which values it starts with, with the filler's arithmetic done in `dtype`."""
        if self.given is not None:
            return self.given
        if self.filler is None:
            return Constant(0.0)
        return distribution(self.filler, self.shape, dtype)


@dataclass(frozen=True)
class Layer:
    """One layer of a net.

    Attributes
    ----------
    name, type : str
    bottoms : tuple of str
    tops : tuple of (str, tuple of int)
        Name and shape of every top; a top that a loss made itself is named ``(automatic)``.
    params : tuple of ParamBlob
    forgotten : tuple of ParamBlob
        Blobs that are filled after `params` and thrown away, for the draws they take.
    draws : int
        32-bit draws it takes from the net's engine besides the ones of its fillers.
    line : int
        Of the prototxt.
    key : str
        The name of its blobs in `Blobs` and in files: `name`, unless an earlier layer with
        parameters has it.
    message : LayerParameter
        All that the prototxt says of it, in the current format.
    """

    name: str
    type: str
    bottoms: tuple[str, ...]
    tops: tuple[tuple[str, Shape], ...]
    params: tuple[ParamBlob, ...]
    forgotten: tuple[ParamBlob, ...]
    draws: int
    line: int
    key: str
    message: LayerParameter = field(repr=False, compare=False)


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

    def __repr__(self) -> str:
        return (
            f"Net({self.name!r}, phase {self.phase}, "
            f"{len(self.layers)} layer{'s' * (len(self.layers) != 1)}, {self.count:,} parameters)"
        )

    def _repr_html_(self) -> str:
        """What a notebook shows: a table of the layers."""
        from fillerkit.notebook import of_net

        return of_net(self)

    def fill(
        self,
        seed: int | None = None,
        dtype: str = "float32",
        *,
        boost: str = "1.64",
        weights: Weights | Sequence[Weights] | Transfer | None = None,
        stream: str | CaffeStream = "caffe",
        jobs: int | None = None,
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
            and later, ``"1.58"`` (1.56 to 1.63) or ``"1.55"`` and earlier.
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
            Threads for the sharded stream; as many as there are processors unless given. The
            values do not depend on it.
        """
        return filling.fill(filling.Run.of(self, seed, dtype, boost, weights, stream, jobs))

    def fill_slice(
        self,
        layer: str,
        index: int,
        rows: slice,
        *,
        seed: int,
        dtype: str = "float32",
        boost: str = "1.64",
    ) -> Array:
        """Make a part of one blob alone: what ``fill(seed, stream="sharded")`` has there.

        Parameters
        ----------
        layer, index
            Which blob: ``net.fill(...)[layer][index]``.
        rows
            Along the blob's first axis.
        seed, dtype, boost
            As for `fill`.

        Returns
        -------
        ndarray
            ``net.fill(seed, dtype, boost=boost, stream="sharded")[layer][index][rows]``, without
            the rest being made. Only a filler that looks at all of a blob, such as
            positive_unitball or orthogonal, makes all of that blob.
        """
        run = filling.Run.of(self, seed, dtype, boost, stream="sharded")
        return filling.fill_slice(run, layer, index, rows)

    def save(
        self,
        path: str | os.PathLike[str],
        seed: int | None = None,
        dtype: str = "float32",
        *,
        boost: str = "1.64",
        weights: Weights | Sequence[Weights] | Transfer | None = None,
        stream: str | CaffeStream = "caffe",
        jobs: int | None = None,
        format: str | None = None,
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
        progress
            Called with the number of values written since the last call.

        Returns
        -------
        mapping
            The origin that the file records; ``origin["seed"]`` is the seed used, unless a stream
            that is given has it.
        """
        run = filling.Run.of(self, seed, dtype, boost, weights, stream, jobs)
        return filling.save(run, path, progress, format)
