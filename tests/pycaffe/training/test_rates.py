"""Learning rates, held against real Caffe 1.0's, to the last bit."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from fillerkit.pycaffe.proto.caffe_pb2 import SolverParameter
from fillerkit.pycaffe.training.rates import POLICIES, learning_rate

# base_lr 0.013, max_iter 100; what real Caffe 1.0's solver.lr was before the updates 5, 17, 42, 99.
CAFFES: dict[str, tuple[dict[str, Any], list[float]]] = {
    "fixed": ({}, [0.013, 0.013, 0.013, 0.013]),
    "step": ({"gamma": 0.37, "stepsize": 7}, [0.013, 0.0017797, 3.3354445e-05, 1.1715682e-08]),
    "exp": ({"gamma": 0.971}, [0.011221206, 0.0078826165, 0.0037770376, 0.000705745]),
    "inv": ({"gamma": 0.013, "power": 0.73}, [0.012415898, 0.011236756, 0.00945846, 0.0071068807]),
    "multistep": (
        {"gamma": 0.37, "stepvalue": [3, 4, 5, 5, 40]},
        [0.00065848907, 0.00024364094, 9.014715e-05, 9.014715e-05],
    ),
    "poly": ({"power": 0.9}, [0.01241351, 0.010992934, 0.007962118, 0.00020603595]),
    "sigmoid": (
        {"gamma": 0.21, "stepsize": 33},
        [3.6230966e-05, 0.00043639998, 0.011293822, 0.012999988],
    ),
}


@pytest.mark.parametrize("policy", POLICIES)
def test_a_rate_is_caffes_to_the_last_bit(policy: str) -> None:
    fields, caffes = CAFFES[policy]
    param = SolverParameter(base_lr=0.013, max_iter=100, lr_policy=policy, **fields)
    step, rates = 0, []
    for iteration in range(100):
        rate, step = learning_rate(param, iteration, step)
        rates.append(rate)
    assert [rates[at] for at in (5, 17, 42, 99)] == [np.float32(rate) for rate in caffes]


def test_multistep_goes_down_one_step_a_call() -> None:
    param = SolverParameter(base_lr=1, lr_policy="multistep", gamma=0.5, stepvalue=[2, 2, 9])
    steps = [0]
    for iteration in (1, 2, 2, 2):
        steps.append(learning_rate(param, iteration, steps[-1]).step)
    assert steps == [0, 0, 1, 2, 2]


def test_poly_behind_max_iter_is_not_a_number() -> None:
    param = SolverParameter(base_lr=1, lr_policy="poly", power=0.5, max_iter=10)
    assert learning_rate(param, 10, 0).value == 0
    assert np.isnan(learning_rate(param, 11, 0).value)
