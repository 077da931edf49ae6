"""The GatedSum layer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import fillerkit as fk


@fk.layer("GatedSum", bottoms=2, blobs=("weight",))
def gated_sum(layer: Any, bottoms: Sequence[tuple[int, ...]]) -> fk.Plan:
    """Adds its bottoms, each channel of the second scaled by a learned factor."""
    if bottoms[0] != bottoms[1]:
        raise fk.LayerError(f"its bottoms differ: {bottoms[0]} and {bottoms[1]}", field="bottom")
    weight = fk.Param("weight", (bottoms[0][1],), layer.scale_param.filler)
    return fk.Plan(tops=[bottoms[0]], params=[weight])
