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
