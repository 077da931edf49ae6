"""SPP against windows written out one by one."""

from __future__ import annotations

from math import ceil

import numpy as np
import pytest
from one_layer import Run
from windows import pooled


@pytest.mark.parametrize("pool", ["MAX", "AVE"])
@pytest.mark.parametrize("levels", [1, 2, 3])
def test_spp_pools_into_a_pyramid(
    run: Run, rng: np.random.Generator, pool: str, levels: int
) -> None:
    for sides in ((7, 8), (9, 11), (6, 10), (8, 8)):
        x = rng.normal(size=(2, 3, *sides)).astype(np.float32)
        (found,) = run("SPP", x, body=f"spp_param {{ pyramid_height: {levels} pool: {pool} }}")
        parts = []
        for bins in (2**level for level in range(levels)):
            kernel = [ceil(side / bins) for side in sides]
            pad = [(k * bins - side + 1) // 2 for k, side in zip(kernel, sides, strict=True)]
            parts.append(pooled(x, pool, kernel, kernel, pad))
        flat = np.concatenate([part.reshape(2, -1) for part in parts], 1)
        np.testing.assert_allclose(found.reshape(2, -1), flat, rtol=1e-5, atol=1e-6)
