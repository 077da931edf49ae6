"""Losses against their sums written out, under every way to divide them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

torch: Any = pytest.importorskip("torch", reason="PyTorch is not installed")

MODES = {
    "": "VALID",
    "normalization: VALID": "VALID",
    "normalization: FULL": "FULL",
    "normalization: BATCH_SIZE": "BATCH_SIZE",
    "normalization: NONE": "NONE",
    "normalize: true": "VALID",
    "normalize: false": "BATCH_SIZE",
    "normalize: false normalization: FULL": "FULL",
}


def softmax(x: Any, axis: int = 1) -> Any:
    powers = np.exp(x - x.max(axis, keepdims=True))
    return powers / powers.sum(axis, keepdims=True)


def divisor(mode: str, full: int, valid: int, batch: int) -> int:
    return max({"VALID": valid, "FULL": full, "BATCH_SIZE": batch, "NONE": 1}[mode], 1)


@pytest.mark.parametrize("said", MODES)
def test_softmax_with_loss(run: Callable[..., Any], rng: np.random.Generator, said: str) -> None:
    x = rng.normal(0, 3, (3, 5, 2, 4))
    labels = rng.integers(0, 5, (3, 1, 2, 4))
    body = f"loss_param {{ ignore_label: 2 {said} }}"
    loss, probabilities = run(
        "SoftmaxWithLoss", x, labels, body=body + "loss_weight: [1, 0]", tops=2
    )
    p = softmax(x)
    total, valid = 0.0, 0
    for n, i, j in np.ndindex(3, 2, 4):
        label = labels[n, 0, i, j]
        if label != 2:
            total -= np.log(p[n, label, i, j])
            valid += 1
    np.testing.assert_allclose(loss, total / divisor(MODES[said], 24, valid, 3), rtol=1e-5)
    np.testing.assert_allclose(probabilities, p, rtol=1e-5, atol=1e-6)


def test_softmax_with_loss_takes_any_axis(
    run: Callable[..., Any], rng: np.random.Generator
) -> None:
    x, labels = rng.normal(size=(3, 2, 5)), rng.integers(0, 5, (3, 2))
    (loss,) = run("SoftmaxWithLoss", x, labels, body="softmax_param { axis: -1 }")
    p = softmax(x, 2)
    total = -sum(np.log(p[n, i, labels[n, i]]) for n, i in np.ndindex(3, 2))
    np.testing.assert_allclose(loss, total / 6, rtol=1e-5)


def test_no_label_at_all_is_no_loss(run: Callable[..., Any]) -> None:
    body = "loss_param { ignore_label: 0 }"
    (loss,) = run("SoftmaxWithLoss", np.ones((2, 3)), np.zeros(2), body=body)
    assert loss == 0


@pytest.mark.parametrize(
    ("body", "weights"),
    [
        ("weight_by_label_freqs: true class_weighting: [0.5, 2, 4]", [0.5, 2, 4]),
        ("weight_by_label_freqs: true", [1 / 2, 1, 0]),
        ("class_weighting: [0.5, 2, 4]", [1, 1, 1]),
    ],
)
def test_segnets_loss_weighs_classes(
    run: Callable[..., Any], rng: np.random.Generator, body: str, weights: list[float]
) -> None:
    x, labels = rng.normal(size=(4, 3)), np.array([0, 1, 0, 2])
    (loss,) = run("SoftmaxWithLoss", x, labels, body=f"loss_param {{ ignore_label: 2 {body} }}")
    p = softmax(x)
    total = -sum(weights[label] * np.log(p[n, label]) for n, label in enumerate(labels[:3]))
    np.testing.assert_allclose(loss, total / 3, rtol=1e-5)


def test_a_hopeless_label_costs_no_more_than_the_smallest_float_and_still_teaches(
    build: Callable[..., Any],
) -> None:
    net = build("SoftmaxWithLoss", (1, 2), (1,))
    x = torch.tensor([[0.0, 500.0]], requires_grad=True)
    loss = net(b0=x, b1=torch.zeros(1)).loss
    loss.backward()
    assert loss.item() == pytest.approx(-np.log(np.finfo(np.float32).tiny), rel=1e-5)
    assert x.grad.tolist() == [[-1.0, 1.0]]


@pytest.mark.parametrize("said", MODES)
def test_sigmoid_cross_entropy(
    run: Callable[..., Any], rng: np.random.Generator, said: str
) -> None:
    x, targets = rng.normal(0, 3, (3, 2, 4)), rng.integers(-1, 2, (3, 2, 4))
    body = f"loss_param {{ ignore_label: -1 {said} }}"
    (loss,) = run("SigmoidCrossEntropyLoss", x, targets, body=body)
    kept = targets != -1
    p = 1 / (1 + np.exp(-x))
    total = -np.where(kept, targets * np.log(p) + (1 - targets) * np.log(1 - p), 0).sum()
    mode = MODES[said] if said else "BATCH_SIZE"
    np.testing.assert_allclose(loss, total / divisor(mode, 24, kept.sum(), 3), rtol=1e-5)


@pytest.mark.parametrize("said", MODES)
def test_infogain_loss(run: Callable[..., Any], rng: np.random.Generator, said: str) -> None:
    x, labels, matrix = rng.normal(size=(4, 3)), rng.integers(0, 3, 4), rng.uniform(size=(3, 3))
    body = f"loss_param {{ ignore_label: 1 {said} }}"
    (loss,) = run("InfogainLoss", x, labels, matrix.reshape(1, 1, 3, 3), body=body)
    logs = np.log(softmax(x))
    kept = labels != 1
    total = -sum(matrix[label] @ row for label, row in zip(labels, logs, strict=True) if label != 1)
    np.testing.assert_allclose(loss, total / divisor(MODES[said], 4, kept.sum(), 4), rtol=1e-5)


@pytest.mark.parametrize("norm", ["L1", "L2"])
def test_hinge_loss(run: Callable[..., Any], rng: np.random.Generator, norm: str) -> None:
    x, labels = rng.normal(size=(4, 3)), rng.integers(0, 3, 4)
    sign = np.ones((4, 3))
    sign[range(4), labels] = -1
    margins = np.maximum(0, 1 + sign * x)
    (loss,) = run("HingeLoss", x, labels, body=f"hinge_loss_param {{ norm: {norm} }}")
    np.testing.assert_allclose(loss, (margins ** int(norm[1])).sum() / 4, rtol=1e-5)


def test_euclidean_loss(run: Callable[..., Any], rng: np.random.Generator) -> None:
    a, b = rng.normal(size=(4, 6)), rng.normal(size=(4, 2, 3))
    (loss,) = run("EuclideanLoss", a, b)
    np.testing.assert_allclose(loss, ((a - b.reshape(4, 6)) ** 2).sum() / 8, rtol=1e-5)


def test_multinomial_logistic_loss(run: Callable[..., Any], rng: np.random.Generator) -> None:
    p, labels = softmax(rng.normal(size=(4, 3))), np.array([0, 1, 2, 0])
    p[3, 0] = 0
    (loss,) = run("MultinomialLogisticLoss", p, labels)
    total = -np.log(np.maximum(p[range(4), labels], 1e-20)).sum()
    np.testing.assert_allclose(loss, total / 4, rtol=1e-5)


@pytest.mark.parametrize("legacy", [False, True])
def test_contrastive_loss(run: Callable[..., Any], rng: np.random.Generator, legacy: bool) -> None:
    a, b, similar = rng.normal(size=(6, 2)), rng.normal(size=(6, 2)), np.array([1, 0] * 3)
    body = f"contrastive_loss_param {{ margin: 2.5 legacy_version: {str(legacy).lower()} }}"
    (loss,) = run("ContrastiveLoss", a, b, similar, body=body)
    square = ((a - b) ** 2).sum(1)
    apart = np.maximum(2.5 - square, 0) if legacy else np.maximum(2.5 - np.sqrt(square), 0) ** 2
    np.testing.assert_allclose(loss, np.where(similar, square, apart).sum() / 12, rtol=1e-5)


def test_the_nets_loss_is_the_weighted_sum_of_all_that_count(build: Callable[..., Any]) -> None:
    body = "loss_weight: 0.25"
    net = build("Reduction", (2, 3), body=body + " reduction_param { axis: 1 }")
    outputs = net(b0=torch.ones(2, 3))
    assert net.loss(outputs).item() == 0.25 * 6
    assert [(name, weight) for name, weight, _ in outputs.losses] == [("x", 0.25)]
