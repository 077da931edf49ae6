"""Local, as happynear has it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

import fillerkit as fk

Make = Callable[..., Any]


def test_it_has_filters_for_every_place(made: Make) -> None:
    body = "local_param { num_output: 6 kernel_size: 3 stride: 2 pad: 1 }"
    planned = made("Local", (2, 4, 11, 9), body=body)
    assert planned == ([(2, 6, 6, 5)], [(6, 1, 36, 30), (1, 1, 6, 30)])
    assert len(made("Local", (2, 4, 11, 9), body=body.replace("}", "bias_term: false }"))[1]) == 1


def test_its_kernel_has_to_fit(made: Make) -> None:
    with pytest.raises(fk.LayerError, match="does not fit"):
        made("Local", (2, 4, 11, 2), body="local_param { num_output: 6 kernel_size: 3 }")
