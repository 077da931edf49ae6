"""What a weight file holds: blobs by layer and index, who shares them, where they come from."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from fillerkit.layers.net_layer import Model

Array = NDArray[np.floating]
Key = tuple[str, int]
"""A layer's key, and a blob's index in the layer."""


class Said(NamedTuple):
    """What a person says of a file that is read; see `fillerkit.load`."""

    encoding: str | None = None
    proto: str | os.PathLike[str] | None = None


@dataclass(frozen=True)
class Alias:
    """A blob without values of its own: another name and shape for the values of its owner."""

    layer: str
    index: int
    name: str
    shape: tuple[int, ...]


class Start(NamedTuple):
    """What a blob was filled with: a distribution in words, its mean and its std."""

    words: str
    mean: float
    std: float


@dataclass(frozen=True)
class Stored:
    """Blobs with their values, as a file has them.

    Attributes
    ----------
    owned : mapping of (layer, index) to (name, array)
        Every blob with values of its own.
    aliases : mapping of (layer, index) to sequence of Alias
        By owner, the blobs that share its values.
    origin : mapping
        Where the values come from (net, seed, phase, ...; the encoding that names had there,
        unless it was UTF-8).
    starts : mapping of (layer, index) to Start
        What a blob was filled with, where that is known.
    model : Model or None
        The net's layers, where they are known.
    notes : tuple of str
        What was found on the way of reading that a person should be told.
    """

    owned: Mapping[Key, tuple[str, Array]]
    aliases: Mapping[Key, Sequence[Alias]] = field(default_factory=dict)
    origin: Mapping[str, Any] = field(default_factory=dict)
    starts: Mapping[Key, Start] = field(default_factory=dict)
    model: Model | None = None
    notes: tuple[str, ...] = ()

    def by_layer(self) -> dict[str, list[tuple[str, Array]]]:
        """Every layer's blobs in order, names and values, the shared ones in their own shapes."""
        named = dict(self.owned)
        for key, others in self.aliases.items():
            for alias in others:
                array = self.owned[key][1].reshape(alias.shape)
                named[alias.layer, alias.index] = alias.name, array
        layers: dict[str, dict[int, tuple[str, Array]]] = {}
        for (layer, index), blob in named.items():
            layers.setdefault(layer, {})[index] = blob
        return {layer: [blobs[i] for i in sorted(blobs)] for layer, blobs in layers.items()}
