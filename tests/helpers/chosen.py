"""States of MT19937 whose next draws are chosen."""

from __future__ import annotations

import numpy as np


def untempered(draws: np.ndarray) -> np.ndarray:
    """The 624 words of a state that make the draws given, the first of which is the next one."""
    y = draws.astype(np.uint32)
    y ^= y >> np.uint32(18)
    y ^= (y << np.uint32(15)) & np.uint32(0xEFC60000)
    x = y
    for _ in range(4):
        x = y ^ ((x << np.uint32(7)) & np.uint32(0x9D2C5680))
    y = x
    for _ in range(2):
        y = x ^ (y >> np.uint32(11))
    return y
