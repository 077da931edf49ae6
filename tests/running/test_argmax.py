"""ArgMax, of equal values too."""

from __future__ import annotations

import numpy as np
from one_layer import Run


def test_argmax_takes_the_last_of_equals(run: Run) -> None:
    x = np.array([[1, 5, 5, 2], [7, 0, 3, 7]], float)
    (found,) = run("ArgMax", x, body="argmax_param { top_k: 2 }")
    assert found.tolist() == [[[2, 1]], [[3, 0]]]
    (found,) = run("ArgMax", x, body="argmax_param { top_k: 2 out_max_val: true }")
    assert found.tolist() == [[[2, 1], [5, 5]], [[3, 0], [7, 7]]]
    (found,) = run("ArgMax", x, body="argmax_param { axis: 0 }")
    assert found.tolist() == [[1, 0, 0, 1]]
    (found,) = run("ArgMax", x, body="argmax_param { axis: -1 out_max_val: true }")
    assert found.tolist() == [[5], [7]]
