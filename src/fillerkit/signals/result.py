"""What a batch and a gradient that went through a net have shown."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import isfinite, log10
from typing import Any

from fillerkit.layers import Shape
from fillerkit.printable import printable

_KEEPS = 1.0
"""In powers of ten: up to here a change is none to speak of."""


@dataclass(frozen=True)
class Change:
    """What becomes of a strength on its way through a whole net.

    Attributes
    ----------
    factor : float
        What comes out over what went in; 0, infinite or no number where nothing passes, or more
        than float32 can hold.
    lost : str
        The first layer on the way at which it was 0 or not finite; "" if none.
    """

    factor: float
    lost: str = ""

    @property
    def power(self) -> float:
        """The factor as a power of ten."""
        if self.factor == 0:
            return float("-inf")
        return log10(self.factor) if isfinite(self.factor) else self.factor

    @property
    def verdict(self) -> str:
        """``keeps`` (less than tenfold either way), ``shrinks`` or ``explodes``."""
        if abs(self.power) < _KEEPS:
            return "keeps"
        return "shrinks" if self.power < 0 else "explodes"

    def __str__(self) -> str:
        at = printable(f" at '{self.lost}'") if self.lost else ""
        if self.factor == 0:
            return f"dies{at}: nothing passes"
        if not isfinite(self.factor):
            return f"explodes beyond float32{at}"
        if self.verdict == "keeps":
            return f"keeps (x {self.factor:.2g})"
        return f"{self.verdict} by 10^{round(abs(self.power))} (x {self.factor:.2g})"


@dataclass(frozen=True)
class LayerSignal:
    """One layer's part. Strengths are root mean squares: the std of what has a mean of 0.

    Attributes
    ----------
    name, type : str
    shape : tuple of int
        Of the layer's first top, as it ran.
    weighted : bool
        Whether it has a weight that sums its inputs.
    params : bool
        Whether it has parameters.
    activation : bool
        Whether it is a nonlinearity, value by value.
    rms, mean, std : float
        Of the top.
    zeros : float
        The share of the top's values that are 0.
    dead : float or None
        Of a rectifier: the share of its units (channels) that are 0 everywhere and for the whole
        batch.
    factor : float or None
        The top's rms over the bottom's.
    factor_theory : float or None
        What the factor should be; None where no closed form is known.
    gradient : float or None
        Rms of the gradient at the top; None where none arrives.
    gradient_factor : float or None
        The rms of the gradient at the bottom over that at the top.
    gradient_theory : float or None
        What it should be.
    """

    name: str
    type: str
    shape: Shape
    weighted: bool
    params: bool
    activation: bool
    rms: float
    mean: float
    std: float
    zeros: float
    dead: float | None = None
    factor: float | None = None
    factor_theory: float | None = None
    gradient: float | None = None
    gradient_factor: float | None = None
    gradient_theory: float | None = None


@dataclass(frozen=True, repr=False)
class Signal:
    """A net's signal: forward, backward, layer by layer.

    Attributes
    ----------
    net, phase : str
    filler : str or None
        The filler that all weights were given in place of their own.
    origin : mapping
        Of the blobs.
    seed : int
        Of the batch and of the gradients that were sent.
    batch : int
        How many items went through.
    backward : str
        ``"gaussian"`` or ``"loss"``: which gradients were sent back.
    layers : tuple of LayerSignal
        In order; the first ones are what goes in. Losses and what else only looks at the net's
        outputs are not among them.
    forward, gradient : Change
        Of the signal from the input to the net's last layer, and of the gradient from there to the
        first layer that has a weight.
    notes : tuple of str
        What was assumed.
    """

    net: str
    phase: str
    filler: str | None
    origin: Mapping[str, Any]
    seed: int
    batch: int
    backward: str
    layers: tuple[LayerSignal, ...]
    forward: Change
    gradient: Change
    notes: tuple[str, ...] = ()

    @property
    def weighted(self) -> tuple[LayerSignal, ...]:
        """The layers with a weight that sums its inputs: what makes a net deep."""
        return tuple(layer for layer in self.layers if layer.weighted)

    def __getitem__(self, name: str) -> LayerSignal:
        """The layer of a name."""
        for layer in self.layers:
            if layer.name == name:
                return layer
        raise KeyError(name)

    def __str__(self) -> str:
        return f"forward: {self.forward}; backward: {self.gradient}"

    def __repr__(self) -> str:
        filler = f", {self.filler}" if self.filler else ""
        return printable(f"Signal({self.net!r}{filler}, {self})")
