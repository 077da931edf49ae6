"""What a training tells of its losses and of its nets' outputs."""

from __future__ import annotations

import numpy as np

from fillerkit.pycaffe.net import Net
from fillerkit.python_layers.blob import Floats


class SmoothedLoss:
    """The mean of the last `average_loss` losses, worked out step by step as Caffe does."""

    def __init__(self, average_loss: int, start: int) -> None:
        self._most = average_loss
        self._start = start
        self._losses: list[np.float32] = []
        self.value = np.float32(0)

    def add(self, loss: np.float32, iteration: int) -> None:
        """Take in the loss of an iteration."""
        if len(self._losses) < self._most:
            self._losses.append(loss)
            count = np.float32(len(self._losses))
            self.value = (self.value * (count - 1) + loss) / count
        else:
            oldest = (iteration - self._start) % self._most
            self.value += (loss - self._losses[oldest]) / np.float32(self._most)
            self._losses[oldest] = loss


def scores(net: Net) -> Floats:
    """The values of all outputs of a net, one after the other."""
    outputs = [net._blobs[number].data.ravel() for number in net._outputs]
    return np.concatenate(outputs) if outputs else np.zeros(0, np.float32)


def score_names(net: Net) -> list[str]:
    """The name of the output that each value of `scores` is of."""
    return [net._blob_names[number] for number in _outputs(net)]


def score_lines(net: Net, values: Floats) -> list[str]:
    """``loss = 2.3 (* 1 = 2.3 loss)``: a line for each value of `scores`, or of their means."""
    weights = [np.float32(net._blob_loss_weights[number]) for number in _outputs(net)]
    return [
        f"{name} = {value:g}" + (f" (* {weight:g} = {weight * value:g} loss)" if weight else "")
        for name, value, weight in zip(score_names(net), values, weights, strict=True)
    ]


def _outputs(net: Net) -> list[int]:
    """The number of an output's blob, as often as the output has values."""
    return [number for number in net._outputs for _ in range(net._blobs[number].count)]
