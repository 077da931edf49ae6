"""The value filler."""

from __future__ import annotations

import numpy as np
import pytest

import fillerkit as fk

from ..conftest import made, meant


def test_the_values_stand_in_order_and_the_rest_is_0() -> None:
    values = made("value(values=[1, 0, 0.5])", (2, 3))
    assert values.tolist() == [[1, 0, 0.5], [0, 0, 0]]
    theory = meant("value(values=[1, 0, 0.5])", (2, 3))
    assert theory.mean == pytest.approx(values.mean())
    assert theory.std == pytest.approx(values.std())


def test_more_values_than_the_blob_has_are_refused() -> None:
    with pytest.raises(fk.FillerError, match="3 values for the 2"):
        meant("value(values=[1, 2, 3])", (2,))


@pytest.mark.parametrize(
    "short", ["value(values=[inf, 1])", "value(values=[nan])", "eye(value=inf)"]
)
def test_values_that_are_not_finite_are_filled_and_said(short: str) -> None:
    assert not np.isfinite(meant(short, (3, 3)).std)
    assert not np.isfinite(made(short, (3, 3))).all()
