"""Proposal and the layers around it, as their forks have them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

Make = Callable[..., Any]


SCORES, DELTAS, SIZES = (2, 18, 14, 10), (2, 36, 14, 10), (2, 3)


def test_pvanet_proposal_has_room_for_the_regions_of_every_image(made: Make) -> None:
    body = "proposal_param { feat_stride: 16 ratio: 0.5 scale: 8 post_nms_topn: 200 }"
    assert made("Proposal", SCORES, DELTAS, SIZES, body=body, tops=2).tops == [(400, 5), (400,)]
    assert made("Proposal", SCORES, DELTAS, SIZES).tops == [(600, 5)]


@pytest.mark.parametrize(
    ("kind", "bottoms"),
    [("FrcnnProposal", [SCORES, DELTAS, SIZES]), ("BoxesObj", [(9, 5), (9, 84), (9, 21), SIZES])],
)
def test_py_rfcn_priv_makes_one_region_and_its_score(
    kind: str, bottoms: list[tuple[int, ...]], made: Make
) -> None:
    assert made(kind, *bottoms, tops=2).tops == [(1, 5, 1, 1), (1, 1, 1, 1)]


def test_mscnn_box_output_makes_regions_with_and_without_scores(made: Make) -> None:
    assert made("BoxOutput", (1, 6, 7, 5), tops=2).tops == [(1, 5, 1, 1), (1, 6, 1, 1)]
    body = "box_output_param { num_param_set: 2 }"
    assert made("BoxOutput", (1, 6, 7, 5), body=body).tops == [(1, 9, 1, 1)]
