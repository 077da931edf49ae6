"""DeformableConvolution, as py-RFCN-priv has it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

import fillerkit as fk

Make = Callable[..., Any]


BODY = "deformable_convolution_param { num_output: 6 kernel_size: 3 pad: 2 dilation: 2 group: 2 "


def test_it_has_the_blobs_of_a_convolution(made: Make) -> None:
    planned = made("DeformableConvolution", (2, 8, 12, 10), (2, 72, 12, 10), body=f"{BODY} }}")
    assert planned == ([(2, 6, 12, 10)], [(6, 4, 3, 3), (6,)])


def test_it_needs_two_offsets_a_place_of_the_kernel_and_group(made: Make) -> None:
    with pytest.raises(fk.LayerError, match="must be 2x18x12x10"):
        made(
            "DeformableConvolution",
            *[(2, 8, 12, 10), (2, 72, 12, 10)],
            body=f"{BODY} deformable_group: 1 }}",
        )


def test_an_error_names_its_own_message(made: Make) -> None:
    body = "deformable_convolution_param { num_output: 6 kernel_size: 0 }"
    with pytest.raises(fk.LayerError, match="kernel_size") as refusal:
        made("DeformableConvolution", (2, 8, 12, 10), (2, 72, 12, 10), body=body)
    assert refusal.value.field == "deformable_convolution_param.kernel_size"
