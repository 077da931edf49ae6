"""Convolutions at several scales, as akanazawa/si-convnet has them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

import fillerkit as fk

Make = Callable[..., Any]
CONVOLUTION = "convolution_param { num_output: 6 kernel_size: 7 }"


def test_a_top_for_each_scale_cut_off_to_whole_places(made: Make) -> None:
    body = "transformations { } transformations { scale: 0.63 } transformations { scale: 1.2599 }"
    assert made("Up", (2, 1, 28, 20), body=body, tops=3).tops == [
        *((2, 1, 28, 20), (2, 1, 17, 12), (2, 1, 35, 25))
    ]


def test_an_image_is_turned_within_its_box_or_cut_to_a_size(made: Make) -> None:
    body = (
        "transformations { rotation: 45 } "
        "transformations { scale: 2 final_height: 30 final_width: 31 }"
    )
    # (28 + 20) / sqrt(2) = 33.94
    assert made("Up", (2, 1, 28, 20), body=body, tops=2).tops == [(2, 1, 33, 33), (2, 1, 30, 31)]


def test_bottoms_of_several_sizes_share_one_bank_of_filters(made: Make) -> None:
    assert made("Tiedconv", (2, 3, 28, 28), (2, 3, 17, 12), body=CONVOLUTION, tops=2) == (
        [(2, 6, 22, 22), (2, 6, 11, 6)],
        [(6, 3, 7, 7), (6,)],
    )
    with pytest.raises(fk.LayerError, match="as many items and channels"):
        made("Tiedconv", (2, 3, 28, 28), (2, 4, 17, 12), body=CONVOLUTION, tops=2)


def test_ticonv_is_a_convolution_with_the_size_of_its_first_scale(made: Make) -> None:
    body = f"{CONVOLUTION} transformations {{ }} transformations {{ scale: 0.63 }}"
    assert made("Ticonv", (2, 1, 28, 28), body=body) == ([(2, 6, 22, 22)], [(6, 1, 7, 7), (6,)])


def test_downpool_has_the_size_of_its_first_bottom(made: Make) -> None:
    body = "transformations { } transformations { scale: 0.63 }"
    assert made("Downpool", (2, 6, 22, 22), (2, 6, 11, 6), body=body).tops == [(2, 6, 22, 22)]


@pytest.mark.parametrize(
    ("kind", "body", "words"),
    [
        ("Up", "", "a transformation for each of its 1 tops: it has 0"),
        ("Downpool", "", "a transformation for each of its 1 bottoms: it has 0"),
        ("Ticonv", CONVOLUTION, "needs transformations"),
        ("Up", "transformations { scale: -1 }", "scale to be above 0"),
    ],
)
def test_transformations_that_are_missing_are_refused(
    kind: str, body: str, words: str, made: Make
) -> None:
    with pytest.raises(fk.LayerError, match=words):
        made(kind, (2, 1, 28, 28), body=body)


def test_v1_layers_have_transformations_too() -> None:
    net = fk.load_net(f"""
        input: "data" input_dim: 2 input_dim: 1 input_dim: 28 input_dim: 28
        layers {{ name: "conv" type: TICONV bottom: "data" top: "conv" {CONVOLUTION}
                  transformations {{ }} transformations {{ scale: 2 }} }}
    """)
    assert net.layers[-1].tops == (("conv", (2, 6, 22, 22)),)
