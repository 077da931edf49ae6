"""The layers of Cascade R-CNN and MS-CNN."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

import fillerkit as fk

Make = Callable[..., Any]

BOXES, DELTAS, TRUTH = (10, 5), (10, 8), (3, 9)


def test_boxes_that_are_decoded_are_as_many_as_before() -> None:
    net = fk.load_net("""
        layer { name: "d" type: "Input" top: "boxes" top: "pred" top: "gt" input_param {
          shape { dim: 10 dim: 5 } shape { dim: 10 dim: 8 } shape { dim: 3 dim: 9 } } }
        layer { name: "dec" type: "DecodeBBox" bottom: "pred" bottom: "boxes" top: "boxes_2nd"
          decode_bbox_param { } }
        layer { name: "iou" type: "BboxAccuracy" bottom: "boxes_2nd" bottom: "gt" top: "iou" }""")
    assert [layer.tops[0][1] for layer in net.layers[1:]] == [(10, 5), (1, 1, 1, 1)]


def test_boxes_are_decoded_from_8_numbers_each(made: Make) -> None:
    assert made("DecodeBBox", DELTAS, BOXES, TRUTH).tops == [BOXES]
    with pytest.raises(fk.LayerError, match="bottom 0 must have 8 channels, not 10x9"):
        made("DecodeBBox", (10, 9), BOXES)
    with pytest.raises(fk.LayerError, match="bottom 1 must have 5 channels, not 10x4"):
        made("DecodeBBox", DELTAS, (10, 4))


@pytest.mark.parametrize(
    ("body", "num", "numbers"),
    [
        ("proposal_target_param { cls_num: 3 }", 128, 12),
        ("proposal_target_param { cls_num: 3 batch_size: -1 }", 10, 12),
        ("proposal_target_param { cls_num: 3 } bbox_reg_param { cls_aware: false }", 128, 8),
    ],
)
def test_proposals_get_targets_and_take_a_draw(
    body: str, num: int, numbers: int, set_up: Callable[..., fk.Layer]
) -> None:
    layer = set_up("ProposalTarget", BOXES, TRUTH, body=body, tops=7)
    assert [shape[:2] for _, shape in layer.tops] == [
        *((num, 5), (num, 1)),
        *[(num, numbers)] * 3,
        *((num, 6), (num, 1)),
    ]
    assert layer.draws == 1


def test_proposals_have_5_numbers(made: Make) -> None:
    body = "proposal_target_param { cls_num: 3 }"
    with pytest.raises(fk.LayerError, match="bottom 0 must have 5 channels, not 10x8"):
        made("ProposalTarget", DELTAS, TRUTH, body=body, tops=6)


def test_hard_mining_keeps_so_many_regions_and_scale_route_one(made: Make) -> None:
    assert made("HardMining", BOXES, BOXES, (900, 8), tops=2).tops == [
        (10, 5, 1, 1),
        (512, 8, 1, 1),
    ]
    assert made("ScaleRoute", BOXES, (10, 8, 7, 7), tops=2).tops == [(1, 5, 1, 1), (1, 8, 7, 7)]


def test_groups_have_two_losses_and_draw(set_up: Callable[..., fk.Layer], made: Make) -> None:
    bottoms = [(2, 5, 8, 8), (2, 4, 8, 8), (2, 6, 8, 8)]
    layer = set_up("DetectionGroupLoss", *bottoms)
    assert layer.tops == (("t0", (1, 1, 1, 2)),)
    assert layer.draws == 1
    assert made("DetectionGroupAccuracy", *bottoms, tops=2).tops == [(1, 1, 1, 2), (1, 1, 1, 1)]
    assert made("DetectionAccuracy", *bottoms[1:], tops=2).tops == [(1, 1, 1, 2), (1, 1, 1, 1)]


def test_ms_cnn_has_two_losses_of_one_bottom(made: Make) -> None:
    body = "detection_loss_param { cls_num: 2 coord_num: 4 }"
    assert made("DetectionLoss", (2, 6, 8, 8), (2, 6, 8, 8), body=body).tops == [(1, 1, 1, 2)]
    with pytest.raises(fk.LayerError, match="need 6 channels, not 2x7x8x8"):
        made("DetectionLoss", (2, 7, 8, 8), (2, 6, 8, 8), body=body)


def test_a_group_of_boxes_has_two_bottoms(made: Make) -> None:
    body = "box_group_output_param { box_group_param { stride: 8 } box_group_param { stride: 16 } }"
    bottoms = [(2, 5, 8, 8), (2, 4, 8, 8)] * 2
    assert made("BoxGroupOutput", *bottoms, body=body, tops=2).tops == [(1, 5, 1, 1), (1, 6, 1, 1)]
    with pytest.raises(fk.LayerError, match="needs 2 bottoms for each of its 2"):
        made("BoxGroupOutput", *bottoms[:2], body=body)


def test_found_boxes_have_7_numbers(made: Make) -> None:
    assert made("FrcnnOutput", (10, 3), (10, 12), BOXES, (1, 2)).tops == [(1, 1, 1, 7)]
    body = "detection_evaluate_param { num_classes: 4 }"
    bottoms = [(1, 1, 9, 7), (1, 1, 3, 8), (1, 2)]
    assert made("DetectionEvaluate", *bottoms, body=body).tops == [(1, 1, 12, 5)]
