"""``caffe test``: the outputs of a net with trained weights, batch after batch and in the mean."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from fillerkit.pycaffe.net import Net
from fillerkit.pycaffe.training.log import info, use_cpu
from fillerkit.pycaffe.training.reports import score_lines, score_names, scores


def score(
    model: str, weights: str, iterations: int, level: int = 0, stages: Sequence[str] = ()
) -> None:
    """Run a net in phase TEST a number of times, and tell its outputs."""
    use_cpu("caffe.cpp:275")
    net = Net(model, 1, level, stages)
    net.copy_from(weights)
    info(f"Running for {iterations} iterations.", "caffe.cpp:281")
    total, loss = np.zeros(0, np.float32), np.float32(0)
    for batch in range(iterations):
        loss += np.float32(net._forward(0, len(net.layers) - 1))
        values = scores(net)
        total = total + values if batch else values
        for name, value in zip(score_names(net), values, strict=True):
            info(f"Batch {batch}, {name} = {value:g}", "caffe.cpp:304")
    info(f"Loss: {loss / np.float32(iterations):g}", "caffe.cpp:309")
    for line in score_lines(net, total / np.float32(iterations)):
        info(line, "caffe.cpp:321")
