"""MVN: shapes and refusals."""

from __future__ import annotations

from collections.abc import Callable

import pytest

import fillerkit as fk

SetUp = Callable[..., fk.Layer]


@pytest.mark.parametrize("shape", [(2, 3), (2, 3, 4), (2, 3, 4, 5)])
def test_its_top_is_like_its_bottom(set_up: SetUp, shape: tuple[int, ...]) -> None:
    assert set_up("MVN", shape).tops == (("t0", shape),)


def test_it_knows_four_axes_at_most(set_up: SetUp) -> None:
    with pytest.raises(fk.LayerError, match="4 axes"):
        set_up("MVN", (1, 2, 3, 4, 5))
