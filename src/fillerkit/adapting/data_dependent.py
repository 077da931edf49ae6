"""Data-dependent initialisation: every channel of every layer with mean 0 and variance 1."""

from __future__ import annotations

from math import nan

import torch
from torch import Tensor

from fillerkit.adapting.channels import axis_of, times
from fillerkit.adapting.measures import TOO_SMALL, by_channel, rounded_each
from fillerkit.adapting.result import AdaptedLayer
from fillerkit.adapting.walk import Tops, Visitor
from fillerkit.adapting.work import Work
from fillerkit.running import LayerModule

NAME = "data-dependent"


def data_dependent(work: Work) -> Visitor:
    """Within-layer normalisation.

    The weights of each channel are divided by the std of what they make of the batch, and the
    bias becomes -mean / std, so that the channel has mean 0 and variance 1 before its
    nonlinearity. Without a bias the means stay.

    Source: Kraehenbuehl, Doersch, Donahue and Darrell, Data-dependent initializations of
    convolutional neural networks (2016), section 3.1.
    """
    return _Channels(work)


class _Channels:
    """What is done at each layer."""

    def __init__(self, work: Work) -> None:
        self.rows: list[AdaptedLayer] = []
        self.last = len(work.net.layers) - 1
        self._work = work
        self._weights = {index: (at, why) for index, at, why in work.summing()}

    def visit(self, index: int, layer: LayerModule, bottoms: Tops, tops: Tops) -> Tops | None:
        """Normalise the channels of a layer that has just run."""
        if index not in self._weights:
            return None
        of, (position, why) = layer.layer, self._weights[index]
        if why:
            self.rows.append(AdaptedLayer(NAME, of.key, of.type, False, said=why))
            return None
        mean, variance = by_channel(tops, axis_of(of, tops[0]))
        lively = variance > 0
        before = float(variance[lively].mean()) if lively.any() else 0.0
        weight = layer.blob(position)
        factors = torch.ones_like(variance)
        factors[lively] = rounded_each(variance[lively].rsqrt())
        changed = times(of, weight, factors)
        if changed is None:
            why = "its weights do not belong to one channel each"
        elif not torch.isfinite(variance).all():
            why, before = "its output is not finite", nan
        elif not torch.isfinite(changed).all():
            why = TOO_SMALL
        elif not lively.any():
            why = "its output does not vary"
        if why or changed is None:
            self.rows.append(
                AdaptedLayer(NAME, of.key, of.type, False, None, before, before, 0, why)
            )
            return None
        weight.copy_(changed)
        self._work.rewritten((of.key, position), NAME)
        centered = self._center(index, layer, mean, factors, lively)
        tops = layer.forward(*bottoms)
        mean, variance = by_channel(tops, axis_of(of, tops[0]))
        off = (variance - 1).abs()
        off = off.maximum(mean.abs()) if centered else off
        missed = lively & (off > self._work.limits.tolerance)
        said = [
            "" if centered else "without a bias to change, means stay",
            _of_channels(~lively, "do not vary"),
            _of_channels(missed, "do not get there: beside their mean they hardly vary"),
        ]
        factor, after = float(factors[lively].log().mean().exp()), float(variance[lively].mean())
        words = "; ".join(filter(None, said))
        row = AdaptedLayer(NAME, of.key, of.type, True, factor, before, after, 1, words)
        self.rows.append(row)
        return tops

    def _center(
        self, index: int, layer: LayerModule, mean: Tensor, factors: Tensor, lively: Tensor
    ) -> bool:
        """Set the bias so that the means are 0; whether there is one that may be changed."""
        position = self._work.bias(index)
        if position is None or layer.blob(position).numel() != len(mean):
            return False
        bias = layer.blob(position)
        moved = (bias.double().reshape(-1) - mean) * factors
        bias.copy_(torch.where(lively, moved, bias.double().reshape(-1)).reshape(bias.shape))
        self._work.rewritten((layer.layer.key, position), NAME)
        return True


def _of_channels(which: Tensor, what: str) -> str:
    """How many channels do something; "" for none."""
    return f"{int(which.sum())} of {len(which)} channels {what}" if which.any() else ""
