"""The xavier filler."""

from __future__ import annotations

import numpy as np

from fillerkit.fillers.distributions import Uniform
from fillerkit.fillers.fan import fan
from fillerkit.fillers.registry import filler
from fillerkit.schema.forks_pb2 import FillerParameter


@filler("xavier", reads=("variance_norm",))
def xavier(spec: FillerParameter, shape: tuple[int, ...], dtype: type[np.floating]) -> Uniform:
    """U(-s, s) with s = sqrt(3 / n): variance 1/n, n by variance_norm (Glorot & Bengio 2010).

    Why 1/n. A unit sums n_in products, y = w_1 x_1 + ... + w_n x_n. If weights and inputs are
    independent with mean 0, the variance of a product is the product of the variances, and the
    variance of a sum is the sum of the variances, so Var(y) = n_in Var(w) Var(x). The signal
    comes out as strong as it went in just when n_in Var(w) = 1: above that it grows by the same
    factor in every layer, below it dies away, and three or four layers make the difference plain.
    Going back, the gradient of an input sums over the n_out units it feeds, and the same steps
    ask for n_out Var(w) = 1. Both cannot hold unless n_in = n_out; the paper settles for
    Var(w) = 2 / (n_in + n_out), which keeps neither exactly: in a layer that narrows the signal
    grows, by less than 2, while the gradient shrinks, and the other way round in one that widens.

    In Caffe, n is the fan-in (FAN_IN, the default, forward kept), the fan-out (FAN_OUT, backward
    kept) or the mean of both (AVERAGE, the paper's). A uniform on (-s, s) has variance s^2 / 3,
    hence s = sqrt(3 / n). The derivation takes units to be linear around 0, as tanh is; ReLU
    halves E[y^2], which msra makes up for. ``std``, often seen beside it, is ignored.
    """
    return Uniform.symmetric(float(np.sqrt(dtype(3) / fan(spec, shape, dtype))))
