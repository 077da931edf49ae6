"""A layer of a net, once it is set up: its tops' shapes, its parameter blobs, who owns which."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from math import isfinite, prod
from typing import Any, NamedTuple, Protocol

import numpy as np

from fillerkit.fillers import (
    Constant,
    Distribution,
    Given,
    NotHere,
    Whole,
    distribution,
    fan_in,
    fan_out,
    only_value,
)
from fillerkit.layers.plan import Shape
from fillerkit.layers.registry import traits_of
from fillerkit.layers.traits import Traits
from fillerkit.schema.forks_pb2 import FillerParameter, LayerParameter

At = tuple[int, int]
"""Where a parameter blob is: its layer's index in the net, and its own in the layer."""


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
    weight : bool
        Whether its layer's type calls it a weight, and it has more than one axis. (One of one axis
        scales channels; its zeros are often meant.)
    """

    name: str
    shape: Shape
    filler: FillerParameter | None
    given: Given | None = None
    owner: tuple[int, int] | None = None
    share_name: str = ""
    lr_mult: float = 1.0
    decay_mult: float = 1.0
    weight: bool = False

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
    def unsaid(self) -> bool:
        """Whether nobody says what it starts as: it has no filler, or one without a field."""
        return self.filler is None or not self.filler.ListFields()

    @property
    def dead(self) -> bool:
        """Whether it is a weight that starts as zeros, so that no signal passes."""
        return self.weight and only_value(self.distribution) == 0.0

    @property
    def drawn(self) -> bool:
        """Whether its values are drawn at random."""
        starts = self.distribution
        base = starts.base if isinstance(starts, Whole) else starts
        return self.given is None and not isinstance(base, Constant)

    @property
    def finite(self) -> bool:
        """Whether its values are numbers, none of them infinite, as far as they are here."""
        if isinstance(self.distribution, NotHere):
            return True
        return isfinite(self.distribution.mean) and isfinite(self.distribution.std)

    @cached_property
    def distribution(self) -> Distribution:
        """Which values it starts with, in float32."""
        return self.distribution_in(np.float32)

    def __getstate__(self) -> dict[str, Any]:
        """Without the distribution: its function may be one that no other process can be given."""
        return {name: value for name, value in vars(self).items() if name != "distribution"}

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
    overruled : bool
        Whether a person has stated parameters, or numbers of bottoms and tops, that its type would
        not have.
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
    overruled: bool = field(default=False, repr=False)

    @property
    def traits(self) -> Traits:
        """What its type declares of itself."""
        return traits_of(self.type)


class Model(NamedTuple):
    """A net as a ``.caffemodel`` describes it.

    Attributes
    ----------
    name : str
    layers : tuple of (str, LayerParameter)
        Every layer that takes part, in order, under the key of its blobs, "" where it has none.
    """

    name: str
    layers: tuple[tuple[str, LayerParameter], ...]


class Layered(Protocol):
    """What has the layers of a net, in order: a `fillerkit.Net`."""

    @property
    def layers(self) -> tuple[Layer, ...]:
        """In the order in which Caffe fills them."""

    @property
    def model(self) -> Model:
        """The same as a ``.caffemodel`` describes it."""

    @property
    def encoding(self) -> str:
        """What its names are in, where files have bytes for names."""


def owner(layers: Sequence[Layer], at: At) -> At:
    """Where the values of a parameter blob are: its own place, or that of the blob it shares."""
    layer, index = at
    return layers[layer].params[index].owner or at


def owner_key(layers: Sequence[Layer], at: At) -> tuple[str, int]:
    """The key of the layer that owns a blob's values, and the blob's index there."""
    layer, index = owner(layers, at)
    return layers[layer].key, index
