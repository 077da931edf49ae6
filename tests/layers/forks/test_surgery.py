"""Layers with masks, of dynamic network surgery."""

from __future__ import annotations

from collections.abc import Callable

import pytest

import fillerkit as fk

FILLERS = "weight_mask_filler { value: 1 } bias_mask_filler { value: 2 }"


@pytest.mark.parametrize(
    ("kind", "bottom", "body", "weight"),
    [
        (
            "CConvolution",
            (2, 4, 6, 6),
            f"convolution_param {{ num_output: 5 kernel_size: 3 BIAS }} "
            f"cconvolution_param {{ {FILLERS} }}",
            (5, 4, 3, 3),
        ),
        (
            "CInnerProduct",
            (2, 4),
            f"inner_product_param {{ num_output: 5 BIAS }} cinner_product_param {{ {FILLERS} }}",
            (5, 4),
        ),
    ],
)
def test_masks_follow_the_blobs_that_they_mask(
    kind: str,
    bottom: tuple[int, ...],
    body: str,
    weight: tuple[int, ...],
    set_up: Callable[..., fk.Layer],
) -> None:
    layer = set_up(kind, bottom, body=body.replace("BIAS", ""))
    assert [(param.shape, param.distribution.mean) for param in layer.params] == [
        *((weight, 0), ((5,), 0), (weight, 1), ((5,), 2))
    ]
    layer = set_up(kind, bottom, body=body.replace("BIAS", "bias_term: false"))
    assert [(param.shape, param.distribution.mean) for param in layer.params] == [
        *((weight, 0), (weight, 2))
    ]
