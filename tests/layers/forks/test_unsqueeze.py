"""The shapes and refusals of brocolli-caffe's own layers."""

from __future__ import annotations

import pytest
from layer_of_text import set_up_text, tops_of

import fillerkit as fk


@pytest.mark.parametrize(
    ("text", "bottom", "top"),
    [
        ('"Unsqueeze" unsqueeze_param { dim: 0 }', (2, 3), (1, 2, 3)),
        ('"Unsqueeze" unsqueeze_param { dim: -1 }', (2, 3), (2, 3, 1)),
        ('"PixelShuffle" pixelshuffle_param { upscale_factor: 3 }', (2, 18, 4, 5), (2, 2, 12, 15)),
        ('"Pad" pad_param { pad_u: 1 pad_r: 2 }', (2, 3, 4), (2, 4, 6)),
        ('"Pad" pad_param { pad_to: 9 }', (2, 3, 4, 5), (2, 3, 4, 9)),
        ('"BilinearInterpolate" bilinear_interpolate_param { dst_w: 9 }', (2, 3, 4, 5),
         (2, 3, 4, 9)),
        ('"BilinearInterpolate" bilinear_interpolate_param { scale_factor: 1.5 }', (2, 3, 5, 5),
         (2, 3, 7, 7)),
        ('"Upsample" upsample_param { dims_num: 3 scale: 4 }', (2, 3, 5), (2, 3, 20)),
        ('"HardSwish"', (2, 3), (2, 3)),
    ],
)  # fmt: skip
def test_the_tops_are_as_the_fork_shapes_them(
    text: str, bottom: tuple[int, ...], top: tuple[int, ...]
) -> None:
    layer, _ = set_up_text(f'top: "t" type: {text}', bottom)
    assert tops_of(layer) == [top]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ('"Unsqueeze"', "needs dim"),
        ('"Unsqueeze" unsqueeze_param { dim: 5 }', "dim 5 is beyond a bottom of 2x8x12x10"),
        ('"PixelShuffle" pixelshuffle_param { upscale_factor: 3 }', "a multiple of 9 channels"),
        ('"BilinearInterpolate"', "needs dst_h and dst_w, or scale_factor"),
        ('"Pad" pad_param { pad_u: -12 }', "the height it makes"),
    ],
)
def test_what_makes_no_sense_is_refused(text: str, why: str) -> None:
    with pytest.raises(fk.LayerError, match=why):
        set_up_text(f'top: "t" type: {text}', (2, 8, 12, 10))
