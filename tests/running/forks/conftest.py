"""What layers of the forks are given."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest


@pytest.fixture
def x(rng: np.random.Generator) -> Any:
    return rng.normal(0, 2, (2, 4, 6, 8)).astype(np.float32)
