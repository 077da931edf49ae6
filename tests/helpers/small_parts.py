"""Parts of few draws, so that small blobs are made by several threads and have many boundaries."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from fillerkit.random import marks, parts, sample


@contextmanager
def small_parts(least: int = 64) -> Iterator[None]:
    """Let a part have `least` draws, and a mark follow another after so many values.

    An even number: Boost 1.55 makes gaussians in pairs, which parts do not cut.
    """
    assert least % 2 == 0
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sample, "IN_PARTS", 2 * least)
        patch.setattr(parts, "LEAST", least)
        patch.setattr(parts, "IN_MEMORY", 4 * least)
        patch.setattr(parts, "IN_PIECES", 2 * least)
        patch.setattr(marks, "SPACING", least)
        yield
