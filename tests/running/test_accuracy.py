"""Accuracy against NumPy."""

from __future__ import annotations

import numpy as np
from one_layer import Run, close


def test_the_share_of_right_predictions_of_all_and_of_each_class(
    run: Run, rng: np.random.Generator
) -> None:
    scores, labels = rng.normal(size=(20, 4, 3)), rng.integers(0, 4, (20, 3))
    labels[0, 0] = 1
    body = "accuracy_param { top_k: 2 ignore_label: 1 }"
    share, each = run("Accuracy", scores, labels, body=body, tops=2)
    best = np.argsort(-scores, 1)[:, :2]
    right = (best == labels[:, None]).any(1)
    close(share, right[labels != 1].mean())
    close(each, [0 if k == 1 else right[labels == k].mean() for k in range(4)])


def test_a_label_loses_every_tie(run: Run) -> None:
    labels = [0, 1, 2, 3, 3]
    for scores in ([0, 0, 0, 0], [1, 1, 1, 1]):
        share, each = run("Accuracy", [scores] * 5, labels, tops=2)
        assert share == 0  # from real Caffe 1.0
        assert (each == 0).all()


def test_fewer_better_or_equal_scores_than_top_k_make_a_label_right(run: Run) -> None:
    scores = [[3, 2, 2, 0], [3, 2, 2, 0], [3, 3, 2, 0]]
    (share,) = run("Accuracy", scores, [2, 1, 2], body="accuracy_param { top_k: 3 }")
    assert share == 1
    (share,) = run("Accuracy", scores, [2, 1, 0], body="accuracy_param { top_k: 2 }")
    np.testing.assert_allclose(share, 1 / 3, rtol=1e-6)
