"""The lecun filler."""

from __future__ import annotations

from typing import Any

import numpy as np

import fillerkit as fk


@fk.filler("lecun", reads=())
def lecun(spec: Any, shape: tuple[int, ...], dtype: type[np.floating]) -> fk.Uniform:
    """U(-s, s) with s = sqrt(3 / fan_in): variance 1 / fan_in (LeCun et al. 1998)."""
    return fk.Uniform.symmetric(float(np.sqrt(dtype(3) / dtype(fk.fan_in(shape)))))
