"""Layers of height x width x channels x items, as dicecco1/fpga_caffe has them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

import fillerkit as fk

Make = Callable[..., Any]
Shape = tuple[int, ...]


@pytest.mark.parametrize(
    ("kind", "bottom", "body", "top"),
    [
        ("CPFPConversion", (12, 10, 3, 16), "", (12, 10, 3, 16)),
        ("HWCN", (16, 3, 12, 10), "", (12, 10, 3, 16)),
        ("HWCN", (12, 10, 3, 16), "hwcn_param { convert_to: false }", (16, 3, 12, 10)),
        ("HWCN", (16, 3), "", (3, 16)),
        ("Pad", (12, 10, 3, 17), "", (12, 10, 3, 32)),
        ("Pad", (12, 10, 3, 32), "", (12, 10, 3, 32)),
        ("Pad", (12, 10, 3, 16), "pad_param { axis: 2 pad_to: 4 }", (12, 10, 4, 16)),
        ("Pad", (12, 16), "pad_param { pad: false axis: 1 pad_to: 10 }", (12, 10)),
        ("Pad", (12, 16), "pad_param { pad: false axis: 1 }", (12, 12)),
        # (12 + 2 - 3) / 2, counted up, and 1 more; Caffe would cut the last window off.
        (
            "OCLPoolingHWCN",
            (12, 10, 3, 16),
            "pooling_param { kernel_size: 3 stride: 2 pad: 1 }",
            (7, 6, 3, 16),
        ),
    ],
)
def test_the_axes_are_where_the_fork_has_them(
    kind: str, bottom: Shape, body: str, top: Shape, made: Make
) -> None:
    assert made(kind, bottom, body=body) == ([top], [])


def test_convolution_and_product_have_the_blobs_of_caffes(made: Make) -> None:
    lengths = "num_output: 8 kernel_h: 5 kernel_w: 3 group: 2"
    body = f"convolution_param {{ {lengths} }} cr_param {{ relu: 1 }}"
    assert made("OCLCRHWCN", (12, 10, 4, 16), body=body) == (
        [(8, 8, 8, 16)],
        [(8, 2, 5, 3), (8,)],
    )
    body = "inner_product_param { num_output: 7 }"
    assert made("OCLHWCNInnerProduct", (4, 3, 2, 16), body=body) == ([(7, 16)], [(7, 24), (7,)])
    assert made("OCLHWCNInnerProduct", (24, 16), body=body) == ([(7, 16)], [(7, 24), (7,)])


@pytest.mark.parametrize(
    ("kind", "bottom", "body", "words"),
    [
        (
            "OCLCRHWCN",
            (12, 10, 4, 8),
            "convolution_param { num_output: 8 kernel_size: 3 }",
            "a multiple of 16 items, not 8",
        ),
        (
            "OCLHWCNInnerProduct",
            (4, 3, 16),
            "inner_product_param { num_output: 7 }",
            "a bottom of 2 or 4 axes",
        ),
        ("Pad", (12, 16), "pad_param { pad: false axis: 0 }", "no axis before axis 0"),
    ],
)
def test_what_does_not_fit_is_refused(
    kind: str, bottom: Shape, body: str, words: str, made: Make
) -> None:
    with pytest.raises(fk.LayerError, match=words):
        made(kind, bottom, body=body)
