"""Updates, held against numbers that were worked out by hand and against PyTorch's optimizers."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from fillerkit.pycaffe.proto.caffe_pb2 import SolverParameter
from fillerkit.pycaffe.training.updates import RULES, Work

# Rate 0.5 and gradients 2, then 1: the updates, worked out by hand from the formulas.
BY_HAND: dict[str, tuple[dict[str, Any], list[float]]] = {
    # 0.5 * 2 = 1;  0.9 * 1 + 0.5 * 1 = 1.4
    "SGD": ({"momentum": 0.9}, [1.0, 1.4]),
    # h = 1: 1.9 * 1 - 0.9 * 0 = 1.9;  h = 1.4: 1.9 * 1.4 - 0.9 * 1 = 1.76
    "Nesterov": ({"momentum": 0.9}, [1.9, 1.76]),
    # h = 4: 0.5 * 2 / (2 + 1) = 1/3;  h = 5: 0.5 / (2.236068 + 1) = 0.1545085
    "AdaGrad": ({"delta": 1.0}, [1 / 3, 0.1545085]),
    # h = 0.25 * 4 = 1: 1 / (1 + 1) = 0.5;  h = 0.75 + 0.25 = 1: 0.5 / 2 = 0.25
    "RMSProp": ({"delta": 1.0, "rms_decay": 0.75}, [0.5, 0.25]),
    # h = 2: d = 2 √(1 / 3) = 1.154701, k = 0.666667
    # h = 1.5: d = √(1.666667 / 2.5) = 0.816497
    "AdaDelta": ({"delta": 1.0, "momentum": 0.5}, [0.577350, 0.408248]),
    # m = 1, v = 1, c = √0.25 / 0.5 = 1: 0.5 * 1 / (1 + 1) = 0.25
    # m = 1, v = 1, c = √0.4375 / 0.75 = 0.881917: 0.5 * 0.881917 / 2 = 0.220479
    "Adam": ({"delta": 1.0, "momentum": 0.5, "momentum2": 0.75}, [0.25, 0.220479]),
}


def updates(kind: str, rate: float, gradients: Any, **fields: Any) -> list[Any]:
    """The updates that a rule makes of gradients, one after the other."""
    size = np.size(gradients[0])
    history = [np.zeros(size, np.float32) for _ in range(RULES[kind].histories)]
    param, found = SolverParameter(**fields), []
    for iteration, gradient in enumerate(gradients):
        diff = np.full(size, gradient, np.float32)
        free = np.full(size, np.nan, np.float32)
        RULES[kind].update(Work(diff, history, free, np.float32(rate), param, iteration))
        found.append(diff)
    return found


@pytest.mark.parametrize("kind", RULES)
def test_two_updates_are_those_worked_out_by_hand(kind: str) -> None:
    fields, by_hand = BY_HAND[kind]
    found = [update[0] for update in updates(kind, 0.5, [2, 1], **fields)]
    np.testing.assert_allclose(found, by_hand, rtol=2e-6)


@pytest.mark.parametrize(
    ("kind", "optimizer", "fields", "options"),
    [
        ("AdaGrad", "Adagrad", {"delta": 0.01}, {"eps": 0.01}),
        ("RMSProp", "RMSprop", {"delta": 0.01, "rms_decay": 0.7}, {"eps": 0.01, "alpha": 0.7}),
        ("AdaDelta", "Adadelta", {"delta": 0.01, "momentum": 0.8}, {"eps": 0.01, "rho": 0.8}),
    ],
)
def test_the_formula_is_that_of_pytorchs_optimizer(
    kind: str, optimizer: str, fields: dict[str, Any], options: dict[str, float]
) -> None:
    torch = pytest.importorskip("torch", reason="PyTorch is not installed")
    gradients = np.random.RandomState(1).randn(10, 5).astype(np.float32)
    values = torch.zeros(5, requires_grad=True)
    theirs = getattr(torch.optim, optimizer)([values], lr=0.3, **options)
    for gradient in gradients:
        values.grad = torch.from_numpy(gradient)
        theirs.step()
    ours = sum(updates(kind, 0.3, gradients, **fields))
    np.testing.assert_allclose(-ours, values.detach().numpy(), rtol=1e-5)
