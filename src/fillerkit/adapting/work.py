"""The blobs of a net while they are adapted, and what may be changed of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from torch import Tensor

from fillerkit.adapting.result import ALL_ZEROS
from fillerkit.blobs.blobs import Blobs
from fillerkit.fillers import Constant
from fillerkit.formats.stored import Array, Key, Start
from fillerkit.layers.net_layer import Layer, ParamBlob
from fillerkit.nets.net import Net


@dataclass(frozen=True)
class Limits:
    """What a person says of how methods work; see `fillerkit.adapt`."""

    seed: int
    tolerance: float
    tries: int
    copied: bool


class Work:
    """A net, blobs of its own, and the batch that they are adapted to.

    Attributes
    ----------
    net : Net
        Without what only looks at its outputs.
    blobs : Blobs
        Copies, which methods write into.
    given : mapping
        The batch, by input.
    limits : Limits
    ran : callable
        Called for each layer that has run.
    """

    def __init__(
        self,
        net: Net,
        blobs: Blobs,
        given: Mapping[str, Tensor],
        limits: Limits,
    ) -> None:
        stored = blobs.stored
        owned = {
            key: (name, np.array(array, order="C")) for key, (name, array) in stored.owned.items()
        }
        self.net = net
        self.blobs = Blobs(owned, stored.aliases, stored.origin, stored.starts, stored.model)
        self.given = given
        self.limits = limits
        self.ran: Callable[[], object] = lambda: None
        self._starts = dict(stored.starts)

    def array(self, key: Key) -> Array:
        """The values of a blob that is no alias."""
        return self.blobs.stored.owned[key][1]

    def times(self, key: Key, factor: float, method: str) -> None:
        """Write down that a blob's values are those of its filler, times a factor."""
        start = self._starts.get(key)
        if start is not None:
            words = f"{start.words}, x {factor:g} ({method})"
            self._starts[key] = Start(words, start.mean * factor, start.std * abs(factor))

    def rewritten(self, key: Key, method: str) -> None:
        """Write down that a blob's values are no filler's; mean and std are those of the values."""
        values = self.array(key).astype(np.float64)
        start = self._starts.get(key)
        words = f"{start.words}, then {method}" if start is not None else method
        self._starts[key] = Start(words, float(values.mean()), float(values.std()))

    def done(self, adapted: dict[str, object]) -> Blobs:
        """The blobs, with what was done in their origin."""
        stored = self.blobs.stored
        origin = {**stored.origin, "adapted": adapted}
        return Blobs(stored.owned, stored.aliases, origin, self._starts, stored.model)

    def summing(self) -> Iterator[tuple[int, int, str]]:
        """The layers with a weight that sums its inputs, the weight's index, why it has to stay."""
        for index, layer in enumerate(self.net.layers):
            if layer.traits.sums is None:
                continue
            for position, param in enumerate(layer.params):
                if param.weight:
                    yield index, position, self._why_not(layer, position, param)
                    break

    def bias(self, index: int) -> int | None:
        """The place of a bias among a layer's blobs, where it may be changed."""
        layer = self.net.layers[index]
        for position, param in enumerate(layer.params):
            if param.name == "bias":
                free = param.owner is None and param.lr_mult
                return position if free and self.filled(layer, position) else None
        return None

    def filled(self, layer: Layer, position: int) -> bool:
        """Whether a blob's values are a filler's, or may be changed though they are not."""
        return self.limits.copied or (layer.key, position) in self._starts

    def _why_not(self, layer: Layer, position: int, param: ParamBlob) -> str:
        """Why a weight stays as it is; "" where it may be changed."""
        if param.owner is not None:
            return f"shares the weight of '{self.net.layers[param.owner[0]].key}'"
        if layer.traits.activates:
            return "what it sums goes through a nonlinearity of its own"
        if param.lr_mult == 0:
            return "frozen: its lr_mult is 0"
        if not self.array((layer.key, position)).any():
            return ALL_ZEROS
        if (layer.key, position) not in self._starts:
            return "" if self.limits.copied else "copied from a file, not filled"
        if param.given is not None:
            return "its values stand in the prototxt"
        if not param.drawn:
            what = "one value" if isinstance(param.distribution, Constant) else "a pattern"
            return f"its weight is not drawn at random: it is {what}"
        return ""
