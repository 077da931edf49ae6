"""Between-layer balance: all layers learn at one pace, and the output stays as strong."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from math import exp, isfinite, log, sqrt

import torch

from fillerkit.adapting.measures import mean_square, rounded
from fillerkit.adapting.result import AdaptedLayer
from fillerkit.adapting.walk import Tops
from fillerkit.adapting.work import Work
from fillerkit.formats.stored import Array
from fillerkit.layers.net_layer import Layer
from fillerkit.layers.splits import Takers
from fillerkit.running import LayerModule
from fillerkit.signals.heads import ends, with_batch_statistics
from fillerkit.signals.still_module import still_module

NAME = "balance"


def balance(work: Work) -> list[AdaptedLayer]:
    """Scale layers against one another until all gradients are as large beside their weights.

    A layer's pace is the rms of its weight's gradient over that of the weight. With s =
    sqrt(pace / geometric mean of all), the weight times s has the mean's pace; the product of all
    s is 1, so that a chain of layers that are linear in their scale (ReLU, pooling) makes the same
    output. Biases grow with what they are added to. Gradients are unit gaussian ones at the last
    layers before the losses. A step that makes the paces less even, as it can where sigmoids
    saturate, is taken back, and is the last one.

    Source: Kraehenbuehl, Doersch, Donahue and Darrell, Data-dependent initializations of
    convolutional neural networks (2016), section 3.2, algorithm 2.
    """
    return _Balance(work).rows()


class _Balance:
    """The layers, and what they were multiplied with so far."""

    def __init__(self, work: Work) -> None:
        self._work = work
        self._kept = {index: why for index, _, why in work.summing() if why}
        self._places = {index: at for index, at, why in work.summing() if not why}
        self._filled = {
            index: torch.from_numpy(work.array((work.net.layers[index].key, at)).copy())
            for index, at in self._places.items()
        }
        self._factors = dict.fromkeys(self._places, 1.0)
        self._scales: dict[int, float] = {}
        self._strengths: dict[int, float] = {}
        self._stopped = ""

    def rows(self) -> list[AdaptedLayer]:
        """Balance the layers; what was done."""
        limits = self._work.limits
        first = found = self._paces()
        tries = 0
        while found and _unevenness(found) > 1 + limits.tolerance and tries < limits.tries:
            begun = self._factors.copy(), {at: values.copy() for at, values in self._biases()}
            target = exp(sum(map(log, found.values())) / len(found))
            self._scales = {index: sqrt(pace / target) for index, pace in found.items()}
            paces = self._paces()
            if paces.keys() != found.keys() or _unevenness(paces) >= _unevenness(found):
                self._undo(*begun)
                self._stopped = "; one more step would make them less even"
                break
            found, tries = paces, tries + 1
        return [
            row
            for index, layer in enumerate(self._work.net.layers)
            for row in self._row(index, layer, first, found, tries)
        ]

    def _undo(self, factors: dict[int, float], biases: dict[int, Array]) -> None:
        """Take a step back: where a nonlinearity saturates, one can make it worse."""
        self._factors = factors
        for index, at in self._places.items():
            key = self._work.net.layers[index].key, at
            self._work.array(key)[...] = self._filled[index] * factors[index]
        for index, values in self._biases():
            values[...] = biases[index]

    def _biases(self) -> Iterator[tuple[int, Array]]:
        """The biases that may be changed, by layer."""
        for index in self._places:
            at = self._work.bias(index)
            if at is not None:
                yield index, self._work.array((self._work.net.layers[index].key, at))

    def _paces(self) -> dict[int, float]:
        """Scale the layers on the way; how fast each would learn then."""
        work = self._work
        net, _ = with_batch_statistics(work.net, work.blobs)
        running = still_module(net, work.blobs)
        for index, at in self._places.items():
            layer = running.layers[index]
            layer.get_parameter(layer.held[at].name).requires_grad_(True)
            layer.register_forward_pre_hook(partial(self._scale, index))
        places = set(ends(net, Takers([layer.message for layer in net.layers])))
        last = []
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(work.limits.seed)
            for index, step in enumerate(running.steps(work.given, keep=())):
                last += [
                    top
                    for at, top in enumerate(step.tops)
                    if (index, at) in places and top.requires_grad
                ]
                work.ran()
            if last:
                torch.autograd.backward(last, [torch.randn_like(top) for top in last])
        return {
            index: pace
            for index, at in self._places.items()
            if (pace := _pace(running.layers[index], at)) and isfinite(pace)
        }

    @torch.no_grad()
    def _scale(self, index: int, layer: LayerModule, bottoms: Tops) -> None:
        """Scale a layer that is about to run, and its bias with what it is added to now."""
        before = self._strengths.get(index)
        self._strengths[index] = strength = float(bottoms[0].abs().mean())
        if index not in self._scales:
            return
        self._factors[index] = rounded(self._factors[index] * self._scales[index])
        weight = layer.blob(self._places[index])
        torch.mul(self._filled[index], self._factors[index], out=weight.detach())
        bias = self._work.bias(index)
        if bias is not None and before:
            layer.blob(bias).mul_(strength / before * self._scales[index])

    def _row(
        self, index: int, layer: Layer, first: dict[int, float], last: dict[int, float], tries: int
    ) -> list[AdaptedLayer]:
        if index in self._kept:
            return [AdaptedLayer(NAME, layer.key, layer.type, False, said=self._kept[index])]
        if index not in self._places:
            return []
        if index not in last:
            return [AdaptedLayer(NAME, layer.key, layer.type, False, said="no gradient reaches it")]
        factor = self._factors[index] if self._factors[index] != 1 else None
        if factor is not None:
            self._work.times((layer.key, self._places[index]), factor, NAME)
            bias = self._work.bias(index)
            if bias is not None and self._work.array((layer.key, bias)).any():
                self._work.rewritten((layer.key, bias), NAME)
        said = f"gradient over weight {first[index]:.3g} to {last[index]:.3g}{self._stopped}"
        changed = factor is not None
        return [AdaptedLayer(NAME, layer.key, layer.type, changed, factor, tries=tries, said=said)]


def _unevenness(paces: dict[int, float]) -> float:
    return max(paces.values()) / min(paces.values())


def _pace(layer: LayerModule, at: int) -> float:
    weight = layer.get_parameter(layer.held[at].name)
    if weight.grad is None:
        return 0.0
    return sqrt(mean_square(weight.grad) / mean_square(weight.detach()))
