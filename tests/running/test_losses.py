"""Losses against their sums written out, under every way to divide them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from net_texts import layer
from one_layer import MODES, Run, divisor, softmax

import fillerkit as fk

torch: Any = pytest.importorskip("torch", reason="PyTorch is not installed")

from fillerkit.torch import refusal  # noqa: E402


@pytest.mark.parametrize("said", MODES)
def test_sigmoid_cross_entropy_leaves_ignored_targets_out(
    run: Run, rng: np.random.Generator, said: str
) -> None:
    x, targets = rng.normal(0, 3, (3, 2, 4)), rng.integers(-1, 2, (3, 2, 4))
    body = f"loss_param {{ ignore_label: -1 {said} }}"
    (loss,) = run("SigmoidCrossEntropyLoss", x, targets, body=body)
    kept = targets != -1
    p = 1 / (1 + np.exp(-x))
    total = -np.where(kept, targets * np.log(p) + (1 - targets) * np.log(1 - p), 0).sum()
    mode = MODES[said] if said else "BATCH_SIZE"
    np.testing.assert_allclose(loss, total / divisor(mode, 24, kept.sum(), 3), rtol=1e-5)


@pytest.mark.parametrize("norm", ["L1", "L2"])
def test_hinge_loss_sums_margins_of_one_against_all(
    run: Run, rng: np.random.Generator, norm: str
) -> None:
    x, labels = rng.normal(size=(4, 3)), rng.integers(0, 3, 4)
    sign = np.ones((4, 3))
    sign[range(4), labels] = -1
    margins = np.maximum(0, 1 + sign * x)
    (loss,) = run("HingeLoss", x, labels, body=f"hinge_loss_param {{ norm: {norm} }}")
    np.testing.assert_allclose(loss, (margins ** int(norm[1])).sum() / 4, rtol=1e-5)


def test_euclidean_loss_is_half_the_mean_squared_distance(
    run: Run, rng: np.random.Generator
) -> None:
    a, b = rng.normal(size=(4, 6)), rng.normal(size=(4, 2, 3))
    (loss,) = run("EuclideanLoss", a, b)
    np.testing.assert_allclose(loss, ((a - b.reshape(4, 6)) ** 2).sum() / 8, rtol=1e-5)


def test_multinomial_logistic_loss_holds_probabilities_above_0(
    run: Run, rng: np.random.Generator
) -> None:
    p, labels = softmax(rng.normal(size=(4, 3))), np.array([0, 1, 2, 0])
    p[2, 2], p[3, 0] = -0.5, 0
    (loss,) = run("MultinomialLogisticLoss", p, labels)
    total = -np.log(np.maximum(p[range(4), labels], 1e-20)).sum()
    np.testing.assert_allclose(loss, total / 4, rtol=1e-5)


@pytest.mark.parametrize("legacy", [False, True])
def test_contrastive_loss_pulls_like_pairs_and_pushes_others(
    run: Run, rng: np.random.Generator, legacy: bool
) -> None:
    a, b, similar = rng.normal(size=(6, 2)), rng.normal(size=(6, 2)), np.array([1, 0] * 3)
    body = f"contrastive_loss_param {{ margin: 2.5 legacy_version: {str(legacy).lower()} }}"
    (loss,) = run("ContrastiveLoss", a, b, similar, body=body)
    square = ((a - b) ** 2).sum(1)
    apart = np.maximum(2.5 - square, 0) if legacy else np.maximum(2.5 - np.sqrt(square), 0) ** 2
    np.testing.assert_allclose(loss, np.where(similar, square, apart).sum() / 12, rtol=1e-5)


def test_contrastive_losss_gradient_divides_by_a_little_more_than_the_distance(
    build: Callable[..., Any],
) -> None:
    a = torch.tensor([[0.01, 0]], requires_grad=True)
    net = build("ContrastiveLoss", (1, 2), (1, 2), (1,))
    net(b0=a, b1=torch.zeros(1, 2), b2=torch.zeros(1)).loss.backward()
    np.testing.assert_allclose(a.grad, [[-0.9802, 0]], atol=1e-4)  # from real Caffe 1.0


def test_contrastive_loss_takes_a_label_for_each_pair_and_leaves_the_rest(
    run: Run, build: Callable[..., Any]
) -> None:
    ones, zeros = np.ones((2, 3)), np.zeros((2, 3))
    (loss,) = run("ContrastiveLoss", ones, zeros, [1, 1, 0, 0, 0, 0])
    assert loss == 1.5  # from real Caffe 1.0
    with pytest.raises(ValueError, match="1 labels for 2 pairs"):
        build("ContrastiveLoss", (2, 3), (2, 3), (1,))(
            b0=torch.ones(2, 3), b1=torch.ones(2, 3), b2=torch.ones(1)
        )


def test_the_nets_loss_is_the_weighted_sum_of_all_that_count(build: Callable[..., Any]) -> None:
    body = "loss_weight: 0.25"
    net = build("Reduction", (2, 3), body=body + " reduction_param { axis: 1 }")
    outputs = net(b0=torch.ones(2, 3))
    assert net.loss(outputs).item() == 0.25 * 6
    assert [(name, weight) for name, weight, _ in outputs.losses] == [("x", 0.25)]


def test_a_loss_that_a_fork_weighs_does_not_run_without_its_weights() -> None:
    of_a_fork = layer("hard", "a > hard", "HardSigmoid")
    loss = layer("loss", "a b c > loss", "EuclideanLoss")
    inputs = "".join(
        layer(name, f"> {name}", "Input", "input_param { shape { dim: [2, 6] } }") for name in "abc"
    )
    net = fk.load_net(inputs + of_a_fork + loss)
    assert refusal(net.layers[-1]) == "its bottom 2, which only forks take"
