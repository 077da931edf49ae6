"""Layers that turn channels into places, or cut out a part."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

import fillerkit as fk

Make = Callable[..., Any]
Shape = tuple[int, ...]


@pytest.mark.parametrize(
    ("kind", "bottoms", "body", "top"),
    [
        ("BdctToSpatial", [(2, 64, 5, 4)], "", (2, 1, 40, 32)),
        ("Rearrange", [(2, 27, 5, 4)], "rearrange_param { depth: 3 }", (2, 3, 15, 12)),
        ("PhotonMapping", [(2, 9, 5, 4), (2, 9, 5, 4)], "", (2, 1, 5, 4)),
        (
            "ProposalCrop",
            [(2, 3, 50, 40), (2, 1, 7, 7)],
            "proposal_crop_param { out_size: 22 }",
            (2, 3, 22, 22),
        ),
        ("MultiProposalCrop", [(2, 3, 50, 40), *[(2, 1, 7, 7)] * 2], "", (2, 3, 224, 224)),
        (
            "SubsamplePooling",
            [(2, 3, 50, 40)],
            "subsample_pooling_param { output_H: 30 output_W: 20 }",
            (2, 3, 30, 30),
        ),
    ],
)
def test_its_top_has_the_size_that_its_fork_gives_it(
    kind: str, bottoms: list[Shape], body: str, top: Shape, made: Make
) -> None:
    assert made(kind, *bottoms, body=body) == ([top], [])


@pytest.mark.parametrize(
    ("kind", "bottoms", "body", "words"),
    [
        ("BdctToSpatial", [(2, 64, 5, 4)], "bdct_to_spatial_param { quality: 80 }", "75 or 95"),
        ("Rearrange", [(2, 24, 5, 4)], "rearrange_param { depth: 3 }", "depth 3 times a square"),
        ("PhotonMapping", [(2, 9), (2, 9)], "", "a bottom of 4 axes"),
        ("ProposalCrop", [(2, 3, 50, 40), (2, 49)], "", "a bottom of 4 axes"),
    ],
)
def test_what_does_not_fit_is_refused(
    kind: str, bottoms: list[Shape], body: str, words: str, made: Make
) -> None:
    with pytest.raises(fk.LayerError, match=words):
        made(kind, *bottoms, body=body)


def test_a_width_that_subsample_pooling_does_not_read_is_told_of() -> None:
    net = fk.load_net("""
        layer { name: "d" type: "Input" top: "d" input_param { shape { dim: [2, 3, 50, 40] } } }
        layer { name: "x" type: "SubsamplePooling" bottom: "d" top: "x"
                subsample_pooling_param { output_H: 30 output_W: 20 } }
    """)
    assert "layer 'x' (SubsamplePooling): output_W 20 is not read" in net.notes
