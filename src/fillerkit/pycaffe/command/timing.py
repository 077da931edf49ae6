"""``caffe time``: how long each layer takes, forward and backward."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from time import perf_counter

import numpy as np

from fillerkit.pycaffe.net import PHASES, Net
from fillerkit.pycaffe.training.log import info, use_cpu


def time_layers(
    model: str, phase: str, iterations: int, level: int = 0, stages: Sequence[str] = ()
) -> None:
    """Run a net layer by layer a number of times, and tell the means in milliseconds."""
    use_cpu("caffe.cpp:343")
    net = Net(model, PHASES.index(phase), level, stages)
    last = len(net.layers) - 1
    info("Performing Forward", "caffe.cpp:351")
    info(f"Initial loss: {net._forward(0, last):g}", "caffe.cpp:356")
    info("Performing Backward", "caffe.cpp:357")
    net._backward(last, 0)
    info("*** Benchmark begins ***", "caffe.cpp:365")
    info(f"Testing for {iterations} iterations.", "caffe.cpp:366")
    spent = np.zeros((iterations, 2, last + 1))
    start = perf_counter()
    for turn in range(iterations):
        for layer in range(last + 1):
            spent[turn, 0, layer] = _milliseconds(net._forward, layer)
        for layer in range(last, -1, -1):
            spent[turn, 1, layer] = _milliseconds(net._backward, layer)
        info(
            f"Iteration: {turn + 1} forward-backward time: {spent[turn].sum():g} ms.",
            "caffe.cpp:394",
        )
    _tell(net, spent.mean(axis=0), (perf_counter() - start) * 1000, iterations)


def _milliseconds(run: Callable[[int, int], object], layer: int) -> float:
    start = perf_counter()
    run(layer, layer)
    return (perf_counter() - start) * 1000


def _tell(net: Net, means: np.ndarray, total: float, iterations: int) -> None:
    info("Average time per layer: ", "caffe.cpp:397")
    for name, forward, backward in zip(net._layer_names, *means, strict=True):
        info(f"{name:>10}\tforward: {forward:g} ms.", "caffe.cpp:400")
        info(f"{name:>10}\tbackward: {backward:g} ms.", "caffe.cpp:403")
    info(f"Average Forward pass: {means[0].sum():g} ms.", "caffe.cpp:408")
    info(f"Average Backward pass: {means[1].sum():g} ms.", "caffe.cpp:410")
    info(f"Average Forward-Backward: {total / iterations:g} ms.", "caffe.cpp:412")
    info(f"Total Time: {total:g} ms.", "caffe.cpp:414")
    info("*** Benchmark ends ***", "caffe.cpp:415")
