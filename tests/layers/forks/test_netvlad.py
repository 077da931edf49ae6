"""Netvlad and Spfilter, as hyojinie/crn has them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

import fillerkit as fk

Make = Callable[..., Any]
PARAM = "netvlad_param {{ cluster_num: 4 local_dim: 8 vlad_dim: {} {} }}"


def test_netvlad_has_a_center_for_each_cluster(set_up: Callable[..., fk.Layer]) -> None:
    body = PARAM.format(32, 'weight_filler { type: "uniform" min: 0 max: 2 }')
    layer = set_up("Netvlad", (2, 4, 6, 5), (2, 8, 6, 5), body=body)
    assert layer.tops[0][1] == (2, 32)
    assert [(param.shape, str(param.distribution)) for param in layer.params] == [
        ((4, 8), "uniform 0 to 2, std 0.5774")
    ]


@pytest.mark.parametrize(
    ("shares", "features", "vlad", "words"),
    [
        ((2, 4, 6, 5), (2, 8, 6, 5), 30, "needs vlad_dim 32, .* not 30"),
        ((2, 4, 6, 5), (2, 8, 6, 4), 32, "as many items and places"),
        ((2, 3, 6, 5), (2, 8, 6, 5), 32, "bottom 0 must have cluster_num 4 channels, not 3"),
        ((2, 4, 6, 5), (2, 7, 6, 5), 32, "bottom 1 must have local_dim 8 channels, not 7"),
    ],
)
def test_netvlad_refuses_what_does_not_fit(
    shares: tuple[int, ...], features: tuple[int, ...], vlad: int, words: str, made: Make
) -> None:
    with pytest.raises(fk.LayerError, match=words):
        made("Netvlad", shares, features, body=PARAM.format(vlad, ""))


def test_spfilter_keeps_each_bottom_but_the_last(made: Make) -> None:
    bottoms = [(2, 4, 6, 5), (2, 3, 6, 5)]
    assert made("Spfilter", *bottoms, (2, 1, 6, 5), tops=2) == (bottoms, [])
    with pytest.raises(fk.LayerError, match="must have 2 x 24 numbers for bottom 2"):
        made("Spfilter", (2, 4, 6, 5), (2, 3, 5, 6), (2, 1, 6, 4), (2, 30), tops=3)


def test_spfilter_has_a_top_less_than_bottoms(made: Make) -> None:
    with pytest.raises(fk.LayerError, match="a top for each bottom but the last: 1, not 2"):
        made("Spfilter", (2, 4, 6, 5), (2, 30), tops=2)
