"""Warnings about weights that let no signal through, or too much of it."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from heapq import heapify, heappop, heappush
from math import sqrt
from typing import NamedTuple

from fillerkit.checks.warning import Warned, warning
from fillerkit.fillers import Constant, Uniform, only_value
from fillerkit.layers.batch_norm import uses_gathered
from fillerkit.layers.net_layer import Layer, ParamBlob
from fillerkit.nets.net import Net

_SHRINKS, _GROWS = 0.5, 2.0


@warning("zero-weights")
def zero_weights(net: Net) -> Iterator[Warned]:
    """A weight starts as zeros: no signal passes forward, no gradient back.

    Caffe leaves a blob without a filler as zeros, and a weight's filler is constant 0 by default.
    A deploy file, which has no fillers since trained weights go over everything, is dead when it
    is initialised as it stands. A last layer is sometimes made of zeros on purpose; two in a row
    never learn. Source: Caffe 1.0 (``FillerParameter.type`` is "constant", its value 0).
    """
    for layer in net.layers:
        for param in layer.params:
            if param.dead and param.given is not None:
                yield layer, f"its {param.name} is zeros {param.given.where}"
            elif param.dead:
                why = (
                    "it has no weight_filler" if param.unsaid else "its weight_filler is constant 0"
                )
                enlarges = layer.type == "Deconvolution" and param.lr_mult == 0
                yield (
                    layer,
                    f"its {param.name} starts as zeros: {why}; give it one, such as "
                    f"{'bilinear' if enlarges else 'msra'}, in the file or by --filler",
                )


@warning("same-weights")
def same_weights(net: Net) -> Iterator[Warned]:
    """A weight starts as one value everywhere, so all units of the layer are and stay the same.

    Units that start alike get the same gradient and remain alike: the layer learns as if it had
    one. Initial values have to break the symmetry. Source: Goodfellow, Bengio and Courville,
    Deep Learning (2016), section 8.4.
    """
    for summed in _sums(net):
        starts = summed.param.distribution
        if isinstance(starts, Constant) and starts.value != 0 and summed.units > 1:
            yield (
                summed.layer,
                f"its {summed.param.name} is {starts.value:g} everywhere: its {summed.units} units "
                "start, and stay, alike; draw it at random",
            )


@warning("one-sided")
def one_sided(net: Net) -> Iterator[Warned]:
    """A uniform filler draws weights of one sign only, as it does when min or max is left out.

    ``uniform`` reaches from 0 to 1 by default. Weights whose mean is not 0 add up: a layer of
    fan-in n multiplies the mean of its input with n times theirs. Source: Caffe 1.0
    (``FillerParameter.min`` is 0, ``max`` is 1), LeCun et al., Efficient BackProp (1998).
    """
    for summed in _sums(net):
        starts = summed.param.distribution
        if isinstance(starts, Uniform) and (starts.low >= 0 or starts.high <= 0):
            yield (
                summed.layer,
                f"its {summed.param.name} is {starts}: all of one sign; say min and max, such as "
                "min: -0.05 max: 0.05",
            )


@warning("xavier-relu")
def xavier_relu(net: Net) -> Iterator[Warned]:
    """A xavier filler in front of a ReLU, where msra is the textbook choice.

    It keeps the signal of linear units. A ReLU sets half of it to 0, so each such layer
    passes on 1/sqrt(2), 0.71, of what it gets: 0.03 after ten layers, 0.00003 after thirty. msra
    doubles the variance to make up for it. Where a normalisation comes in between, neither
    matters, and no warning is given. Source: He et al., Delving Deep into Rectifiers (2015).
    """
    behind = _Behind(net)
    for index, layer in enumerate(net.layers):
        for param in layer.params[:1]:
            rectifier = behind.first(index, _rectifies)
            if rectifier is None or _filler(param) != "xavier":
                continue
            yield (
                layer,
                f"xavier in front of {rectifier.type} '{rectifier.name}', which halves the signal: "
                "msra makes up for that",
            )


@warning("signal-scale")
def signal_scale(net: Net) -> Iterator[Warned]:
    """A weight's spread is far from 1/sqrt(fan_in): the signal shrinks or explodes.

    A unit sums fan_in products, so what leaves the layer is std x sqrt(fan_in) times as strong
    (root mean square) as what enters, and 1/sqrt(2) of that where a ReLU follows. The factors of
    the layers multiply. A warning is given below 0.5 and above 2, unless a normalisation follows,
    which undoes the factor, or the weights' mean outweighs their spread (see one-sided). A small
    last layer is often meant: its outputs start alike, and no layer follows to suffer. In a
    Deconvolution each output sums fewer products than the fan-in that fillers go by. Source:
    Glorot and Bengio, Understanding the difficulty of training deep feedforward neural networks
    (2010); He et al. (2015).
    """
    behind = _Behind(net)
    for index, layer, param, fan_in, _ in _sums(net):
        starts = param.distribution
        if isinstance(starts, Constant) or layer.traits.activates:
            continue
        rectified = behind.first(index, _rectifies) is not None
        factor = starts.std * sqrt(fan_in / 2 if rectified else fan_in)
        if _SHRINKS <= factor <= _GROWS or abs(starts.mean) > starts.std:
            continue
        if behind.first(index, lambda other: other.traits.normalises) is not None:
            continue
        counted = ", the ReLU behind it counted" if rectified else ""
        wanted = sqrt((2 if rectified else 1) / fan_in)
        caffes = "" if param.fan_in == fan_in else f" (fillers count {param.fan_in:,})"
        yield (
            layer,
            f"the signal {'shrinks' if factor < 1 else 'grows'} to {factor:.2g} of its strength: "
            f"its {param.name}'s std is {starts.std:.2g} with a fan-in of {round(fan_in, 1):,.12g}"
            f"{caffes}{counted}; {wanted:.2g} keeps it",
        )


@warning("zero-statistics")
def zero_statistics(net: Net) -> Iterator[Warned]:
    """Statistics of a normalisation start as zeros, in a net that normalises with them.

    Caffe gathers mean and variance in training, from zeros on. In phase TEST, or with
    ``use_global_stats``, a layer divides by sqrt(variance + eps): of a net that is only filled
    that is sqrt(eps), so every such layer multiplies by 316 (eps 1e-5), and a few of them make
    all outputs NaN. Trained weights bring their own statistics. ``--adapt batch-norm`` takes them
    from a batch; a mean of 0 and a variance of 1 need no batch. A solver's test nets are not
    warned of: their statistics come from the train net. Source: Caffe 1.0's BatchNorm layer.
    """
    for layer in net.layers:
        zeros = [
            param
            for param in layer.params
            if param.name in layer.traits.statistics
            and param.name != "mean"
            and only_value(param.distribution) == 0.0
        ]
        if zeros and uses_gathered(layer.message.batch_norm_param, net.phase == "TEST"):
            yield layer, _exploding(zeros)


def _exploding(zeros: Sequence[ParamBlob]) -> str:
    """What is wrong with statistics that are zeros, and the way out."""
    names, given = " and ".join(param.name for param in zeros), zeros[0].given
    if given is not None:
        are, without = f"{'is' if len(zeros) == 1 else 'are'} zeros {given.where}", ""
    else:
        are = f"start{'s' * (len(zeros) == 1)} as zeros"
        ones = " ".join(f"--filler '*:{param.name}=constant(value=1)'" for param in zeros)
        without = f", {ones} without one"
    return (
        f"its {names} {are}, and it divides by the variance's root, so its output explodes: "
        f"--adapt batch-norm sets the statistics from a batch{without}"
    )


@warning("bilinear-mixes")
def bilinear_mixes(net: Net) -> Iterator[Warned]:
    """A bilinear filler on a layer without groups: every output sums all of the channels.

    The filler writes the same kernel into every channel of every filter. It enlarges channel by
    channel only with ``group`` equal to the number of channels; without, each of the outputs is
    the sum of all channels, enlarged. Source: Caffe 1.0's own note on its bilinear filler.
    """
    for layer in net.layers:
        for param in layer.params[:1]:
            if _filler(param) == "bilinear" and len(param.shape) > 1 and param.shape[1] > 1:
                yield (
                    layer,
                    f"bilinear with {param.shape[1]} channels a filter: every output is the sum of "
                    "all of them; group: C with num_output: C keeps channels apart",
                )


class _Sum(NamedTuple):
    """A weight whose products a layer adds up, and that a filler fills."""

    at: int
    layer: Layer
    param: ParamBlob
    products: float
    units: int


def _sums(net: Net) -> Iterator[_Sum]:
    for index, layer in enumerate(net.layers):
        sums = layer.traits.sums
        if sums is None:
            continue
        for param in layer.params:
            filled = param.filler is not None and param.given is None
            if param.weight and filled and param.finite:
                yield _Sum(index, layer, param, *sums(layer.message, param.shape))


def _rectifies(layer: Layer) -> bool:
    return layer.traits.is_rectifier(layer.message)


def _filler(param: ParamBlob) -> str:
    return param.filler.type if param.filler is not None and param.given is None else ""


class _Behind:
    """The layers behind each layer of a net, found by the blobs that they take."""

    def __init__(self, net: Net) -> None:
        self._layers = net.layers
        self._takers: dict[str, list[int]] = {}
        for index, layer in enumerate(net.layers):
            for name in dict.fromkeys(layer.bottoms):
                self._takers.setdefault(name, []).append(index)

    def first(self, index: int, wanted: Callable[[Layer], bool]) -> Layer | None:
        """The first wanted layer that takes what layer `index` makes, as strong as it made it."""
        made = {name for name, _ in self._layers[index].tops}
        ahead = [taker for name in made for taker in self._next(name, index)]
        heapify(ahead)
        while ahead:
            at, name = heappop(ahead)
            if name not in made:
                continue
            layer = self._layers[at]
            if wanted(layer):
                return layer
            tops = {top for top, _ in layer.tops}
            passes = layer.traits.passes or layer.traits.moves
            new = tops - made if passes else set()
            made = made | tops if passes else made - tops
            for each in new | ({name} & made):
                for taker in self._next(each, at):
                    heappush(ahead, taker)
        return None

    def _next(self, name: str, index: int) -> list[tuple[int, str]]:
        """The first layer behind layer `index` that takes a blob, if there is one."""
        takers = self._takers.get(name, [])
        place = bisect_right(takers, index)
        return [(at, name) for at in takers[place : place + 1]]
