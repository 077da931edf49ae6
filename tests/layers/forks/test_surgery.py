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
        (
            "DNSConvolution",
            (2, 4, 6, 6),
            f"convolution_param {{ num_output: 5 kernel_size: 3 BIAS }} "
            f"dns_convolution_param {{ {FILLERS} }}",
            (5, 4, 3, 3),
        ),
        (
            "DNSInnerProduct",
            (2, 4),
            f"inner_product_param {{ num_output: 5 BIAS }} dns_inner_product_param {{ {FILLERS} }}",
            (5, 4),
        ),
        (
            "INQConvolution",
            (2, 4, 6, 6),
            f"convolution_param {{ num_output: 5 kernel_size: 3 BIAS }} "
            f"inq_convolution_param {{ portion: [0, 0.2] {FILLERS} }}",
            (5, 4, 3, 3),
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


def test_the_mask_of_an_inq_inner_product_without_a_bias_has_its_own_filler(
    set_up: Callable[..., fk.Layer],
) -> None:
    body = (
        "inner_product_param { num_output: 5 bias_term: false } "
        f"inq_inner_product_param {{ portion: [0.2, 0.4] {FILLERS} }}"
    )
    layer = set_up("INQInnerProduct", (2, 4), body=body)
    assert [param.distribution.mean for param in layer.params] == [0, 1]


@pytest.mark.parametrize("portions", ["", "portion: 0.2", "portion: [0.4, 0.2]"])
def test_portions_that_do_not_rise_are_refused(
    portions: str, set_up: Callable[..., fk.Layer]
) -> None:
    body = (
        "convolution_param { num_output: 5 kernel_size: 3 } "
        f"inq_convolution_param {{ {portions} }}"
    )
    with pytest.raises(fk.LayerError, match="needs portion twice or more"):
        set_up("INQConvolution", (2, 4, 6, 6), body=body)
