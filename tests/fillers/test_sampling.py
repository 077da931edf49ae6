"""What a filler means, held against what it makes: theory and samples."""

from __future__ import annotations

from collections.abc import Callable
from math import sqrt

import numpy as np
import pytest

import fillerkit as fk

Weight = Callable[..., fk.Net]

FILLERS = [
    "",
    'type: "constant" value: -2.5',
    'type: "uniform"',
    'type: "uniform" min: -3 max: 1',
    'type: "gaussian"',
    'type: "gaussian" mean: 2 std: 0.1',
    'type: "gaussian" sparse: 15',
    'type: "gaussian" mean: 0.5 std: 2 sparse: 200',
    'type: "xavier"',
    'type: "xavier" variance_norm: FAN_OUT',
    'type: "xavier" variance_norm: AVERAGE',
    'type: "msra"',
    'type: "msra" variance_norm: AVERAGE',
    'type: "xavier_normal"',
    'type: "xavier_normal" variance_norm: FAN_OUT gain: 1.5',
    'type: "xavier_normal" variance_norm: AVERAGE nonlinearity: "tanh"',
    'type: "msra_uniform"',
    'type: "msra_uniform" variance_norm: AVERAGE negative_slope: 0.25',
    'type: "lecun_normal"',
    'type: "lecun_uniform"',
    'type: "truncated_gaussian"',
    'type: "truncated_gaussian" mean: -3 std: 0.1',
    'type: "identity" gain: 2',
    'type: "diagonal" diag_val: [3, 2]',
    'type: "gaussian_xavier" xavier_coeff: 0.5',
    'type: "msra" alpha: 0.5 scale: 2',
]

WHOLE = ['type: "positive_unitball"', 'type: "orthogonal"']


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("filler", FILLERS)
def test_samples_have_the_mean_and_the_std_that_the_distribution_says(
    weight: Weight, filler: str, dtype: str
) -> None:
    net = weight(filler)
    theory = net.layers[1].params[0].distribution
    sample = net.fill(seed=1701, dtype=dtype)["x"].weight.astype(np.float64)
    error = theory.std / sqrt(sample.size)
    assert sample.mean() == pytest.approx(theory.mean, abs=5 * error + 1e-6)
    # The standard error of a variance is that of the fourth moment.
    fourth = ((sample - sample.mean()) ** 4).mean()
    error = sqrt(max(0, fourth - sample.var() ** 2) / sample.size)
    assert sample.var() == pytest.approx(theory.std**2, abs=5 * error + 1e-6)


def test_rows_of_a_unitball_have_the_mean_and_about_the_std_that_it_says(weight: Weight) -> None:
    net = weight('type: "positive_unitball"')
    theory = net.layers[1].params[0].distribution
    sample = net.fill(seed=1701)["x"].weight.astype(np.float64)
    assert sample.mean() == pytest.approx(theory.mean, rel=1e-5)
    assert sample.std() == pytest.approx(theory.std, rel=0.02)


@pytest.mark.parametrize("filler", [*FILLERS, *WHOLE])
def test_one_seed_makes_one_blob_and_another_seed_another(weight: Weight, filler: str) -> None:
    net = weight(filler, 200, 5)
    first, again, other = (net.fill(seed=seed)["x"].weight for seed in (1, 1, 2))
    assert first.tobytes() == again.tobytes()
    fixed = "identity" in filler or "diagonal" in filler
    random = not fixed and net.layers[1].params[0].distribution.std > 0
    assert (first.tobytes() != other.tobytes()) == random
