"""Python classes of py-faster-rcnn's forks: what each makes until the first forward pass."""

from __future__ import annotations

import pytest
from net_texts import layer

import fillerkit as fk

Shape = tuple[int, ...]

BOTTOMS: dict[str, Shape] = {
    **dict.fromkeys(("rpn_cls", "rpn_bbox", "p2", "p3", "p4", "p5", "p6"), (1, 18, 8, 9)),
    **dict.fromkeys(("im_info", "gt_boxes", "rois", "index", "masks"), (1, 5)),
    **dict.fromkeys(("twin_cls", "rpn_twin"), (1, 20, 6, 8, 9)),
}
SAMPLED = "rois labels bbox_targets bbox_inside_weights bbox_outside_weights"
ANCHORED = "rpn_labels rpn_bbox_targets rpn_bbox_inside_weights rpn_bbox_outside_weights"
TWINS = "labels twin_targets twin_inside_weights twin_outside_weights"
LEVELS = "h2 h3 h4 h5"
MASK = (1, 1, 21, 21)


def _tops(module: str, wires: str, param_str: str = "'num_classes': 3") -> list[Shape]:
    """The tops of a Python class that takes blobs of `BOTTOMS`."""
    bottoms, _, tops = wires.partition(">")
    inputs = "".join(
        layer(name, f"> {name}", "Input", f"input_param {{ shape {{ dim: {list(shape)} }} }}")
        for name, shape in BOTTOMS.items()
        if name in bottoms.split()
    )
    where, _, name = module.rpartition(".")
    code = f'python_param {{ module: "{where}" layer: "{name}" param_str: "{param_str}" }}'
    made = " ".join(f"made_{top}" for top in tops.split())
    net = fk.load_net(inputs + layer("p", f"{bottoms} > {made}", "Python", code))
    return [shape for _, shape in net.layers[-1].tops]


def test_mnc_proposes_regions_and_which_they_were() -> None:
    wires = "rpn_cls rpn_bbox im_info > rois"
    assert _tops("pylayer.proposal_layer.ProposalLayer", wires) == [(1, 5)]
    assert _tops("pylayer.proposal_layer.ProposalLayer", f"{wires} rois_index") == [(1, 5), (1, 1)]


def test_mnc_samples_regions_and_masks() -> None:
    targets = [(1, 5), (1, 1), (1, 12), (1, 12), (1, 12)]
    module = "pylayer.proposal_target_layer.ProposalTargetLayer"
    assert _tops(module, f"rois gt_boxes im_info > {SAMPLED}") == targets
    masks = "mask_targets mask_weight gt_masks_info fg_inds bg_inds"
    wires = f"rois gt_boxes im_info masks index p2 > {SAMPLED} {masks}"
    assert _tops(module, wires) == [*targets, MASK, MASK, (1, 4), (1, 4), (1, 4)]


def test_mnc_makes_masks_and_goes_on_to_the_next_stage() -> None:
    assert _tops("pylayer.mask_layer.MaskLayer", "masks > mask") == [MASK]
    module = "pylayer.stage_bridge_layer.StageBridgeLayer"
    assert _tops(module, "rois p2 masks im_info > rois") == [(1, 5)]
    tops = "rois labels mask_targets mask_weight gt_masks_info"
    tops += " bbox_targets bbox_inside_weights bbox_outside_weights"
    assert _tops(module, f"rois p2 p3 gt_boxes masks im_info index > {tops}") == [
        *[(1, 5), (1, 1), MASK, MASK, (1, 4), (1, 12), (1, 12), (1, 12)]
    ]


def test_mnc_s_data_are_images_boxes_and_masks() -> None:
    tops = "data im_info gt_boxes gt_masks mask_info"
    assert _tops("pylayer.mnc_data_layer.MNCDataLayer", f"> {tops}") == [
        *[(1, 3, 600, 1000), (1, 3), (1, 4), (1, 21, 21), (1, 3)]
    ]


def test_mnc_s_data_may_be_regions_with_masks() -> None:
    tops = "data rois masks box_labels mask_labels bbox_targets mask_targets"
    tops += " bbox_inside_weights bbox_outside_weights mask_weight"
    assert _tops("pylayer.cfm_data_layer.CFMDataLayer", f"> {tops}") == [
        *[(1, 3, 600, 1000), (1, 4), (1, 1, 14, 14), (1, 1), (1, 1), (1, 12), MASK],
        *[(1, 12), (1, 12), MASK],
    ]


def test_fpn_has_its_regions_level_by_level() -> None:
    wires = "im_info p2 p3 p4 p5 p6 rpn_cls rpn_bbox rois index masks > rois"
    assert _tops("rpn.proposal_layer.ProposalLayer", wires) == [(1, 5)]
    assert _tops("rpn.as_rois.As_roisLayer", f"rois > rois {LEVELS}") == [(1, 5)] * 5
    tops = f"{LEVELS} labels bbox_targets bbox_inside_weights bbox_outside_weights"
    module = "rpn.proposal_target_layer.ProposalTargetLayer"
    made = _tops(module, f"rois gt_boxes im_info > {tops}")
    assert made == [(1, 5)] * 4 + [(4, 1)] + [(1, 12)] * 3


def test_fpn_s_anchors_of_all_levels_are_in_a_row() -> None:
    wires = f"p2 p3 p4 p5 p6 gt_boxes im_info > {ANCHORED}"
    made = _tops("rpn.anchor_target_layer.AnchorTargetLayer", wires, "'feat_stride': 4,8,16,32,64")
    assert made == [(1, 1, 6 * 360)] + [(1, 24, 360)] * 3


def test_mnc_s_anchors_are_nine_whatever_is_said() -> None:
    module, said = "pylayer.anchor_target_layer.AnchorTargetLayer", "'scales': [1]"
    for bottoms in ("rpn_cls gt_boxes im_info p2", "rpn_cls gt_boxes im_info p2 p3"):
        made = _tops(module, f"{bottoms} > {ANCHORED}", said)
        assert made == [(1, 1, 72, 9)] + [(1, 36, 8, 9)] * 3


def test_rrpn_s_boxes_are_five_numbers_and_turn() -> None:
    wires = "rpn_cls rpn_bbox im_info > rois"
    assert _tops("rotation.rproposal_layer.ProposalLayer", wires) == [(1, 6)]
    made = _tops("rotation.rproposal_target_layer.ProposalTargetLayer", f"rois index > {SAMPLED}")
    assert made == [(1, 6), (1, 1), (1, 15), (1, 15), (1, 15)]
    made = _tops("rotation.rlayer.RoIDataLayer", "> data im_info gt_boxes")
    assert made == [(1, 3, 600, 1000), (1, 3), (1, 5)]
    wires = f"rpn_cls gt_boxes im_info p2 > {ANCHORED}"
    made = _tops("rotation.anchor_target_layer.AnchorTargetLayer", wires, "'feat_stride': 16")
    assert made == [(1, 1, 54 * 8, 9)] + [(1, 270, 8, 9)] * 3


def test_r_c3d_s_twins_are_two_numbers_in_time() -> None:
    assert _tops("rpn.proposal_layer.ProposalLayer", "twin_cls rpn_twin > rois") == [(1, 3)]
    module = "rpn.proposal_target_layer.ProposalTargetLayer"
    assert _tops(module, f"rois gt_boxes > rois {TWINS}") == [(1, 3), (1, 1), *[(1, 6)] * 3]
    made = _tops(
        *("rpn.anchor_target_layer.AnchorTargetLayer", f"twin_cls gt_boxes p2 > {TWINS}"),
        "'scales': !!python/tuple [2, 4, 6]",
    )
    assert made == [(1, 1, 18, 8, 9)] + [(1, 6, 6, 8, 9)] * 3


def test_regions_with_other_tops_are_asked_for() -> None:
    follows = layer("s", "made_x > s", "Softmax") + layer(
        *("ip", "s > ip", "InnerProduct"), "inner_product_param { num_output: 2 }"
    )
    code = 'python_param { module: "pylayer.mask_layer" layer: "MaskLayer" }'
    blob = layer("b", "> b", "Input", "input_param { shape { dim: [1, 5] } }")
    with pytest.raises(fk.ShapeNeeded, match="whose code is not run"):
        fk.load_net(blob + layer("p", "b b > made_x made_y", "Python", code) + follows)
