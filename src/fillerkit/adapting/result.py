"""What a batch has changed in a filled net, layer by layer."""

from __future__ import annotations

from dataclasses import dataclass

from fillerkit.blobs.blobs import Blobs
from fillerkit.printable import printable

ALL_ZEROS = "its weight is all zeros: give it a filler"
"""Said of a layer that has nothing to scale."""


@dataclass(frozen=True)
class AdaptedLayer:
    """What one method did to one layer, or why it did nothing.

    Attributes
    ----------
    method : str
        ``lsuv``, ``data-dependent``, ...
    layer, type : str
        The layer's name, as in its blobs.
    changed : bool
    factor : float or None
        What the weights were multiplied with; of several factors, one a channel, their geometric
        mean. None where they were not multiplied.
    before, after : float or None
        The variance of the layer's output: over all values for ``lsuv``, for ``data-dependent`` the
        mean of the variances of the channels that vary.
    tries : int
        How often the layer ran again.
    said : str
        Why it was left alone, or what could not be reached, or what was found; "" if nothing.
    """

    method: str
    layer: str
    type: str
    changed: bool
    factor: float | None = None
    before: float | None = None
    after: float | None = None
    tries: int = 0
    said: str = ""


@dataclass(frozen=True, repr=False)
class Adapted:
    """A start that looked at a batch.

    Attributes
    ----------
    blobs : Blobs
        With new arrays; their `starts` and `origin` tell what was done.
    layers : tuple of AdaptedLayer
        By method, in the net's order.
    batch : int
        How many items were looked at.
    notes : tuple of str
        What went in, and what was assumed.
    """

    blobs: Blobs
    layers: tuple[AdaptedLayer, ...]
    batch: int
    notes: tuple[str, ...] = ()

    def __getitem__(self, name: str) -> tuple[AdaptedLayer, ...]:
        """What was done to the layer of a name, one for each method that looked at it."""
        found = tuple(each for each in self.layers if each.layer == name)
        if not found:
            raise KeyError(name)
        return found

    def __str__(self) -> str:
        changed = sum(each.changed for each in self.layers)
        return f"{changed} changed, {len(self.layers) - changed} left alone"

    def __repr__(self) -> str:
        methods = ", ".join(dict.fromkeys(each.method for each in self.layers)) or "nothing"
        return printable(f"Adapted({methods}: {self}, batch {self.batch})")
