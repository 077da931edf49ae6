"""Normalize, as SSD and happynear have it."""

from __future__ import annotations

import pytest
from layer_of_text import CONV, blobs_of, set_up_text, tops_of

import fillerkit as fk


@pytest.mark.parametrize(("shared", "blob"), [("false", (8,)), ("true", ())])
def test_ssd_normalize_learns_a_scale(shared: str, blob: tuple[int, ...]) -> None:
    layer, _ = set_up_text(
        f'type: "Normalize" top: "t" norm_param {{ channel_shared: {shared} '
        "scale_filler { value: 20 } }",
        CONV,
    )
    assert blobs_of(layer) == [blob]
    assert layer.params[0].distribution == fk.Constant(20)


def test_ssd_normalize_scales_by_1_without_a_filler() -> None:
    layer, _ = set_up_text('type: "Normalize" top: "t" norm_param { }', CONV)
    assert layer.params[0].distribution == fk.Constant(1)


def test_happynear_normalize_has_no_blobs_and_gives_the_norms() -> None:
    layer, _ = set_up_text('type: "Normalize" top: "t" top: "norms"', CONV)
    assert blobs_of(layer) == []
    assert tops_of(layer) == [CONV, (2, 1, 12, 10)]


def test_l2_normalize_makes_four_axes_of_two() -> None:
    layer, _ = set_up_text('type: "L2Normalize" top: "t"', (2, 8))
    assert tops_of(layer) == [(2, 8, 1, 1)]
