"""Softmax and its losses against their sums written out, under every way to divide them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from one_layer import MODES, Run, close, divisor, softmax

torch: Any = pytest.importorskip("torch", reason="PyTorch is not installed")


def test_softmax_goes_over_one_axis(run: Run, x: Any) -> None:
    close(
        run("Softmax", x, body="softmax_param { axis: 2 }")[0],
        np.exp(x) / np.exp(x).sum(2)[:, :, None],
    )


@pytest.mark.parametrize("said", MODES)
def test_softmax_with_loss_sums_logarithms_of_probabilities(
    run: Run, rng: np.random.Generator, said: str
) -> None:
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


def test_softmax_with_loss_takes_any_axis(run: Run, rng: np.random.Generator) -> None:
    x, labels = rng.normal(size=(3, 2, 5)), rng.integers(0, 5, (3, 2))
    (loss,) = run("SoftmaxWithLoss", x, labels, body="softmax_param { axis: -1 }")
    p = softmax(x, 2)
    total = -sum(np.log(p[n, i, labels[n, i]]) for n, i in np.ndindex(3, 2))
    np.testing.assert_allclose(loss, total / 6, rtol=1e-5)


@pytest.mark.parametrize("type_", ["SoftmaxWithLoss", "MultinomialLogisticLoss", "Accuracy"])
def test_a_label_without_a_class_is_told_with_the_labels_that_there_are(
    run: Run, type_: str
) -> None:
    with pytest.raises(ValueError, match="a label is 7; for 3 classes they are 0 to 2"):
        run(type_, np.ones((2, 3)), np.array([1, 7]))


def test_no_label_at_all_is_no_loss(run: Run) -> None:
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
    run: Run, rng: np.random.Generator, body: str, weights: list[float]
) -> None:
    x, labels = rng.normal(size=(4, 3)), np.array([0, 1, 0, 2])
    (loss,) = run("SoftmaxWithLoss", x, labels, body=f"loss_param {{ ignore_label: 2 {body} }}")
    p = softmax(x)
    total = -sum(weights[label] * np.log(p[n, label]) for n, label in enumerate(labels[:3]))
    np.testing.assert_allclose(loss, total / 3, rtol=1e-5)


@pytest.mark.parametrize("score", [500, 1e10, 3e38, np.inf])
def test_a_hopeless_label_costs_no_more_than_the_smallest_float_and_still_teaches(
    build: Callable[..., Any], score: float
) -> None:
    net = build("SoftmaxWithLoss", (1, 2), (1,))
    x = torch.tensor([[-score, 0.0]], requires_grad=True)
    loss = net(b0=x, b1=torch.zeros(1)).loss
    loss.backward()
    assert loss.item() == pytest.approx(-np.log(np.finfo(np.float32).tiny), rel=1e-5)
    assert x.grad.tolist() == [[-1.0, 1.0]]


def test_a_label_that_is_certain_costs_0_without_a_sign(run: Run) -> None:
    (loss,) = run("SoftmaxWithLoss", np.array([[1e5, 0.0]]), np.zeros(1))
    assert str(float(loss)) == "0.0"


@pytest.mark.parametrize("said", MODES)
def test_infogain_loss_weighs_the_logarithms_by_its_matrix(
    run: Run, rng: np.random.Generator, said: str
) -> None:
    x, labels, matrix = rng.normal(size=(4, 3)), rng.integers(0, 3, 4), rng.uniform(size=(3, 3))
    body = f"loss_param {{ ignore_label: 1 {said} }}"
    (loss,) = run("InfogainLoss", x, labels, matrix.reshape(1, 1, 3, 3), body=body)
    logs = np.log(softmax(x))
    kept = labels != 1
    total = -sum(matrix[label] @ row for label, row in zip(labels, logs, strict=True) if label != 1)
    np.testing.assert_allclose(loss, total / divisor(MODES[said], 4, kept.sum(), 4), rtol=1e-5)
