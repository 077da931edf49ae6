"""The eye filler."""

from __future__ import annotations

import numpy as np
import pytest

import fillerkit as fk

from ..conftest import made, meant


def test_the_value_is_on_the_diagonal() -> None:
    assert (made("eye(value=0.1)", (3, 3), "float64") == np.eye(3) * float(np.float32(0.1))).all()


def test_a_blob_of_more_axes_is_the_matrix_of_its_units() -> None:
    assert (made("eye(value=2)", (8, 2, 2, 2)).reshape(8, 8) == 2 * np.eye(8)).all()


def test_it_is_0_unless_a_value_is_said() -> None:
    assert not made("eye", (3, 3)).any()


@pytest.mark.parametrize("shape", [(), (3,), (3, 4)])
def test_what_is_not_square_is_refused(shape: tuple[int, ...]) -> None:
    with pytest.raises(fk.FillerError, match="square"):
        meant("eye", shape)
