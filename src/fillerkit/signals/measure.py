"""The run itself: every top measured as it is made, every gradient as it comes by."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from math import isfinite, sqrt
from typing import Any, NamedTuple

import torch
from torch import Tensor

from fillerkit.blobs.blobs import Blobs
from fillerkit.errors import Place, UsageError
from fillerkit.layers import Shape
from fillerkit.layers.net_layer import Layer
from fillerkit.layers.splits import Port, Takers
from fillerkit.nets.net import Net
from fillerkit.running import NetModule, Outputs, Step
from fillerkit.signals import theory
from fillerkit.signals.inputs import make
from fillerkit.signals.result import Change, LayerSignal
from fillerkit.signals.still_module import still_module

_PIECE = 1 << 18  # values that are made float64 at once


class Found(NamedTuple):
    """What a run has shown."""

    layers: tuple[LayerSignal, ...]
    forward: Change
    gradient: Change
    batch: int
    notes: tuple[str, ...]


class Strength(NamedTuple):
    """What the values of one tensor are like."""

    shape: Shape
    mean: float
    rms: float
    zeros: float
    dead: float | None = None

    @property
    def std(self) -> float:
        """Around the mean."""
        return sqrt(max(0.0, self.rms**2 - self.mean**2)) if isfinite(self.rms) else self.rms


_NOTHING = Strength((), 0.0, 0.0, 1.0)


def measure(
    net: Net,
    takers: Takers,
    blobs: Blobs,
    out: set[int],
    ends: list[Port],
    seed: int,
    inputs: Any,
    batch: int | None,
    backward: str,
    progress: Callable[[int, int], None],
) -> Found:
    """Run forward, then backward from `ends` or from the losses.

    Parameters
    ----------
    takers
        Of the net.
    out
        Layers that run and are not measured.
    ends
        The tops from which gradients are sent.
    """
    running = still_module(net, blobs)
    values, real, notes = make(net, takers, running.inputs, inputs, batch, seed)
    given = {name: torch.from_numpy(array) for name, array in values.items()}
    for name in real:
        given[name].requires_grad_()
    run = _Run(net, takers, out, progress)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        last, outputs = run.forward(running, given, ends)
        run.backward(last, outputs if backward == "loss" else None)
    first = next((index for index in run.rows if _weighted(net.layers[index])), None)
    shapes = (run.signals[index, 0].shape for index in run.rows)
    size = next((shape[0] for shape in shapes if shape), 0)
    return Found(
        tuple(run.row(index, blobs) for index in run.rows),
        run.change_forward(first, ends),
        run.change_backward(first, ends),
        size,
        tuple(notes),
    )


class _Run:
    """One run, and what was measured on the way, by place: a layer and one of its tops."""

    def __init__(
        self, net: Net, takers: Takers, out: set[int], progress: Callable[[int, int], None]
    ) -> None:
        self.net = net
        self.out = out
        self.rows: list[int] = []
        self.signals: dict[Port, Strength] = {}
        self.gradients: dict[Port, Strength] = {}
        self.takers = takers
        self._progress = progress
        self._steps = 2 * len(net.layers)
        self._done = 0

    def forward(
        self, running: NetModule, given: dict[str, Tensor], ends: list[Port]
    ) -> tuple[list[Tensor], Outputs]:
        """Run and measure; the tensors at the ends, and the losses."""
        outputs = Outputs()
        last: dict[Port, Tensor] = {}
        steps = running.steps(given, keep=(), outputs=outputs)
        for index, step in enumerate(self._named(steps)):
            if index not in self.out:
                self._see(index, step)
            last.update(
                ((index, at), top) for at, top in enumerate(step.tops) if (index, at) in ends
            )
            del step
            self._advance()
        return [last[place] for place in ends], outputs

    def _named(self, steps: Iterator[Step]) -> Iterator[Step]:
        """The steps; values that a layer refuses, such as a label of no class, name it."""
        for layer in self.net.layers:
            try:
                step = next(steps)
            except ValueError as error:
                raise UsageError(
                    f"layer '{layer.name}' ({layer.type}) cannot run: {error}",
                    place=Place(self.net.file, layer.line, 1),
                ) from error
            yield step
            del step

    def _see(self, index: int, step: Step) -> None:
        rectifier = step.layer.layer.traits.is_rectifier(step.layer.message)
        for at, top in enumerate(step.tops):
            if not top.is_floating_point():
                continue
            if not top.requires_grad and (step.layer.held or step.layer.layer.type == "DummyData"):
                top.requires_grad_()  # held: an Embed, whose bottom is whole numbers
            if top.requires_grad:
                top.register_hook(self._hook((index, at)))  # type: ignore[no-untyped-call]
            self.signals[index, at] = strength(top.detach(), units=rectifier)
        if step.tops and (step.bottoms or step.tops[0].requires_grad):
            self.rows.append(index)

    def _hook(self, place: Port) -> Callable[[Tensor], None]:
        def seen(gradient: Tensor) -> None:
            self.gradients[place] = strength(gradient, zeros=False)
            if place[1] == 0:
                self._advance()

        return seen

    def backward(self, last: list[Tensor], outputs: Outputs | None) -> None:
        """Send gradients back: unit gaussian ones from the ends, or the losses'."""
        if outputs is not None:
            if outputs.loss.requires_grad:
                outputs.loss.backward()  # type: ignore[no-untyped-call]
        else:
            sent = [top for top in last if top.requires_grad]
            if sent:
                torch.autograd.backward(sent, [torch.randn_like(top) for top in sent])
        self._progress(self._steps, self._steps)

    def _advance(self) -> None:
        self._done += 1
        self._progress(min(self._done, self._steps), self._steps)

    def row(self, index: int, blobs: Blobs) -> LayerSignal:
        """What was measured of a layer, beside its theory."""
        layer, top = self.net.layers[index], self.signals[index, 0]
        below = self.takers.made.get((index, 0))
        bottom = self.signals.get(below) if below is not None else None
        gradient = self.gradients.get((index, 0))
        back = self.gradients.get(below) if below is not None else None
        forward, backward = self._theory(index, below, blobs)
        return LayerSignal(
            name=layer.name,
            type=layer.type,
            shape=top.shape,
            weighted=_weighted(layer),
            params=bool(layer.params),
            activation=layer.traits.activates and layer.traits.sums is None,
            rms=top.rms,
            mean=top.mean,
            std=top.std,
            zeros=top.zeros,
            dead=top.dead,
            factor=_ratio(top, bottom),
            factor_theory=forward,
            gradient=gradient.rms if gradient else None,
            gradient_factor=_ratio(back, gradient),
            gradient_theory=backward,
        )

    def _theory(
        self, index: int, below: Port | None, blobs: Blobs
    ) -> tuple[float | None, float | None]:
        layer = self.net.layers[index]
        if below is None or len(layer.bottoms) > 1:
            return None, None
        alone = self.takers.count[below] == 1
        passed = theory.rectified(layer)
        if passed is not None:
            even = self._even(below, blobs)
            summed = even and alone and self._summed((index, 0))
            return passed if even else None, passed if summed else None
        shapes = self.net.layers[below[0]].tops[below[1]][1], layer.tops[0][1]
        count = theory.counts(layer, *shapes)
        starts = theory.starts(self.net, layer, blobs)
        if count is None or starts is None:
            return None, None
        weight, bias = starts
        return (
            theory.forward(count, weight, bias, self.signals[below].rms),
            theory.backward(count, weight) if alone else None,
        )

    def _summed(self, place: Port) -> bool:
        """Whether sums alone take a top: their gradient does not depend on the value's sign."""
        takers = {index for index, _ in self.takers.taken.get(place, ())} - self.out
        layers = [self.net.layers[index] for index in takers]
        return bool(layers) and all(theory.sums(layer) or layer.traits.drops for layer in layers)

    def _even(self, place: Port, blobs: Blobs) -> bool:
        """Whether a layer's values are as often positive as negative."""
        layer = self.net.layers[place[0]]
        starts = theory.starts(self.net, layer, blobs) if theory.sums(layer) else None
        if starts is None:
            return False
        weight, bias = starts
        return not weight.mean and not (bias and bias.mean)

    def change_forward(self, first: int | None, ends: list[Port]) -> Change:
        """From what the first layer with a weight takes to the last end."""
        below = self.takers.made.get((first, 0)) if first is not None else None
        begin = self.signals.get(below) if below is not None else None
        end = self.signals.get(ends[-1]) if ends else None
        lost = next((i for i in self.rows if not _passes(self.signals[i, 0])), None)
        return self._change(end, begin, lost)

    def change_backward(self, first: int | None, ends: list[Port]) -> Change:
        """From the last end to the top of the first layer with a weight."""
        begin = self.gradients.get(ends[-1]) if ends else None
        end = self.gradients.get((first, 0)) if first is not None else None
        seen = [i for i in reversed(self.rows) if (i, 0) in self.gradients]
        lost = next((i for i in seen if not _passes(self.gradients[i, 0])), None)
        if first is not None and end is None and lost is None:
            # None arrives: it was seen last here, or is not sent, as of a loss_weight of 0.
            lost = seen[-1] if seen else next((index for index, _ in reversed(ends)), None)
            return self._change(_NOTHING, begin or _NOTHING, lost)
        return self._change(end or _NOTHING, begin, lost)

    def _change(self, end: Strength | None, begin: Strength | None, lost: int | None) -> Change:
        factor = _ratio(end, begin)
        ends_well = factor is not None and 0 < factor < float("inf")
        name = "" if lost is None or ends_well else self.net.layers[lost].name
        return Change(float("nan") if factor is None else factor, name)


def strength(x: Tensor, *, zeros: bool = True, units: bool = False) -> Strength:
    """Mean, rms and the share of zeros of a tensor, summed in float64, a piece at a time.

    With `units` also the share of channels that are 0 everywhere.
    """
    flat = x.reshape(-1)
    total = square = 0.0
    nonzero = 0
    for piece in torch.split(flat, _PIECE):
        total += float(piece.sum(dtype=torch.float64))
        square += float(torch.linalg.vector_norm(piece, dtype=torch.float64)) ** 2
        nonzero += int(piece.count_nonzero()) if zeros else piece.numel()
    count = max(1, flat.numel())
    dead = None
    if units and x.ndim > 1:
        other = [axis for axis in range(x.ndim) if axis != 1]
        quiet = (x.amax(other) == 0).logical_and(x.amin(other) == 0)
        dead = float(quiet.double().mean())
    return Strength(tuple(x.shape), total / count, sqrt(square / count), 1 - nonzero / count, dead)


def _passes(found: Strength) -> bool:
    return 0 < found.rms < float("inf")


def _ratio(top: Strength | None, bottom: Strength | None) -> float | None:
    if top is None or bottom is None:
        return None
    if not bottom.rms:
        return 0.0 if not top.rms else float("inf")
    return top.rms / bottom.rms


def _weighted(layer: Layer) -> bool:
    return any(param.weight for param in layer.params) and not layer.traits.normalises
