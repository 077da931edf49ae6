"""Python layers of py-faster-rcnn and of its forks, which find regions in images."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from fillerkit.layers.forks.python import PlanPython, param_count, param_number, python_class
from fillerkit.layers.plan import Plan, Setting, Shape
from fillerkit.layers.shapes import axes4, axes5
from fillerkit.schema.forks_pb2 import LayerParameter


@dataclass(frozen=True)
class _ForEach:
    """A length: so many numbers for each of num_classes."""

    numbers: int


_Tops = Sequence[tuple[str, Sequence[int | _ForEach]]]
"""A part of each top's name, and its shape."""

_IMAGES: Shape = (1, 3, 600, 1000)
_MASK: Shape = (1, 1, 21, 21)


def _targets(numbers: int, *axes: int, name: str = "bbox_target") -> _Tops:
    """Targets of `numbers` for each class, and weights of them."""
    shape: Sequence[int | _ForEach] = (1, _ForEach(numbers), *axes)
    return [(name, shape), ("inside_weight", shape), ("outside_weight", shape)]


_SAMPLED: _Tops = [("rois", (1, 5)), ("label", (1, 1)), *_targets(4)]
_LEVELS: _Tops = [(f"h{level}", (1, 5)) for level in (2, 3, 4, 5)]
# One label for the region of each level: FPN says 1 until the forward pass, and its losses do not
# hold that against the regions' scores, as Caffe's do.
_SAMPLED_BY_LEVEL: _Tops = [*_LEVELS, ("label", (4, 1)), *_targets(4)]
_CLASSES: Sequence[tuple[str, str, Sequence[str], _Tops]] = [
    # py-faster-rcnn, lib/rpn and lib/roi_data_layer; R-FCN's have 4 axes
    ("rpn.proposal_layer", "ProposalLayer", [""] * 3, [("", (1, 5))]),
    ("rpn.proposal_layer", "ProposalLayer", [""] * 3, [("", (1, 5)), ("", (1, 1, 1, 1))]),
    (
        *("rpn.proposal_target_layer", "ProposalTargetLayer", ["", ""]),
        [("rois", (1, 5, 1, 1)), ("label", (1, 1, 1, 1)), *_targets(4, 1, 1)],
    ),
    (
        *("roi_data_layer.layer", "RoIDataLayer", []),
        [("", _IMAGES), ("im_info", (1, 3)), ("gt_boxes", (1, 4))],
    ),
    (
        *("roi_data_layer.layer", "RoIDataLayer", []),
        [("", _IMAGES), ("rois", (1, 5, 1, 1)), ("label", (1, 1, 1, 1)), *_targets(4, 1, 1)],
    ),
    # FPN, lib/rpn
    ("rpn.proposal_layer", "ProposalLayer", ["im_info"] + [""] * 10, [("rois", (1, 5))]),
    ("rpn.as_rois", "As_roisLayer", ["rois"], [("rois", (1, 5)), *_LEVELS]),
    ("rpn.as_rois_mrcnn", "As_rois_MergeRcnnLayer", ["rois"], [("rois", (1, 5)), *_LEVELS]),
    (
        *("rpn.proposal_target_layer", "ProposalTargetLayer", [""] * 3),
        _SAMPLED_BY_LEVEL,
    ),
    (
        *("rpn.proposal_target_layer_mrcnn", "ProposalMergeRcnnTargetLayer", [""] * 3),
        _SAMPLED_BY_LEVEL,
    ),
    # MNC, lib/pylayer
    ("pylayer.proposal_layer", "ProposalLayer", [""] * 3, [("rois", (1, 5))]),
    (
        *("pylayer.proposal_layer", "ProposalLayer", [""] * 3),
        [("rois", (1, 5)), ("index", (1, 1))],
    ),
    ("pylayer.proposal_target_layer", "ProposalTargetLayer", [""] * 3, _SAMPLED),
    (
        *("pylayer.proposal_target_layer", "ProposalTargetLayer", [""] * 6),
        [
            *_SAMPLED,
            *[("mask_target", _MASK), ("mask_weight", _MASK), ("masks_info", (1, 4))],
            *[("fg_ind", (1, 4)), ("bg_ind", (1, 4))],
        ],
    ),
    ("pylayer.mask_layer", "MaskLayer", [""], [("mask", _MASK)]),
    ("pylayer.mask_layer", "MaskLayer", [""] * 3, [("mask", _MASK), ("label", (1, 1))]),
    ("pylayer.stage_bridge_layer", "StageBridgeLayer", [""] * 4, [("rois", (1, 5))]),
    (
        *("pylayer.stage_bridge_layer", "StageBridgeLayer", [""] * 7),
        [
            *[("rois", (1, 5)), ("label", (1, 1)), ("mask_target", _MASK)],
            *[("mask_weight", _MASK), ("masks_info", (1, 4)), *_targets(4)],
        ],
    ),
    (
        *("pylayer.mnc_data_layer", "MNCDataLayer", []),
        [("", _IMAGES), ("im_info", (1, 3)), ("gt_boxes", (1, 4))],
    ),
    (
        *("pylayer.mnc_data_layer", "MNCDataLayer", []),
        [
            *[("", _IMAGES), ("im_info", (1, 3)), ("gt_boxes", (1, 4))],
            *[("gt_masks", (1, 21, 21)), ("mask_info", (1, 3))],
        ],
    ),
    (
        *("pylayer.cfm_data_layer", "CFMDataLayer", []),
        [
            *[("", _IMAGES), ("rois", (1, 4)), ("masks", (1, 1, 14, 14))],
            *[("label", (1, 1)), ("label", (1, 1)), _targets(4)[0], ("mask_target", _MASK)],
            *[*_targets(4)[1:], ("mask_weight", _MASK)],
        ],
    ),
    # RRPN, lib/rotation: boxes of 5 numbers
    ("rotation.rproposal_layer", "ProposalLayer", [""] * 3, [("", (1, 6))]),
    (
        *("rotation.rproposal_layer", "ProposalLayer", [""] * 3),
        [("", (1, 6)), ("", (1, 1, 1, 1, 1))],
    ),
    (
        *("rotation.rproposal_target_layer", "ProposalTargetLayer", ["", ""]),
        [("rois", (1, 6)), ("label", (1, 1)), *_targets(5)],
    ),
    (
        *("rotation.rlayer", "RoIDataLayer", []),
        [("", _IMAGES), ("im_info", (1, 3)), ("gt_boxes", (1, 5))],
    ),
    # R-C3D, lib/rpn: twins, from when to when
    ("rpn.proposal_layer", "ProposalLayer", ["", "twin"], [("rois", (1, 3))]),
    (
        *("rpn.proposal_target_layer", "ProposalTargetLayer", ["rois", "boxes"]),
        [("rois", (1, 3)), ("label", (1, 1)), *_targets(2, name="twin_target")],
    ),
]
"""Module and class, parts of the bottoms' names, and tops: one region until the forward pass.

A class that stands here twice makes one of these, by its tops and bottoms; the first that fits.
Images are as large as py-faster-rcnn's configuration says, and MNC's and RRPN's after it.
"""


def _plan_of(tops: _Tops) -> PlanPython:
    def plan(layer: LayerParameter, bottoms: Sequence[Shape], setting: Setting) -> Plan:
        shapes = [
            tuple(
                length.numbers * param_number(layer, "num_classes")
                if isinstance(length, _ForEach)
                else length
                for length in shape
            )
            for _, shape in tops
        ]
        assumed = tops[0][1] == _IMAGES and layer.top[0] not in setting.shapes
        return Plan(
            tops=shapes, assumed={layer.top[0]: "py-faster-rcnn's default"} if assumed else {}
        )

    return plan


for _module, _name, _bottoms, _tops in _CLASSES:
    python_class(_module, _name, _bottoms, [part for part, _ in _tops])(_plan_of(_tops))


_ANCHORED = ("label", "target", "inside_weight", "outside_weight")


@python_class("rpn.anchor_target_layer", "AnchorTargetLayer", [""] * 4, [""] * 4)
def _anchor_target(layer: LayerParameter, bottoms: Sequence[Shape], setting: Setting) -> Plan:
    """Labels and targets for every anchor at every place of bottom 0 (py-faster-rcnn)."""
    anchors = param_count(layer, "ratios", 3) * param_count(layer, "scales", 3)
    return _anchored(anchors, 4, axes4(bottoms[0])[2:])


@python_class("pylayer.anchor_target_layer", "AnchorTargetLayer", [""] * 4, _ANCHORED)
@python_class("pylayer.anchor_target_layer", "AnchorTargetLayer", [""] * 5, _ANCHORED)
def _anchor_target_mnc(layer: LayerParameter, bottoms: Sequence[Shape], setting: Setting) -> Plan:
    """9 anchors a place, whatever its param_str says (MNC)."""
    return _anchored(9, 4, axes4(bottoms[0])[2:])


@python_class("rotation.anchor_target_layer", "AnchorTargetLayer", [""] * 4, _ANCHORED)
def _anchor_target_rrpn(layer: LayerParameter, bottoms: Sequence[Shape], setting: Setting) -> Plan:
    """Anchors of 3 ratios and 6 angles, 5 numbers each (RRPN)."""
    return _anchored(3 * 6 * param_count(layer, "scales", 3), 5, axes4(bottoms[0])[2:])


@python_class(
    *("rpn.anchor_target_layer", "AnchorTargetLayer", [""] * 3),
    ["label", "twin_target", "twin_inside_weight", "twin_outside_weight"],
)
def _anchor_target_twins(layer: LayerParameter, bottoms: Sequence[Shape], setting: Setting) -> Plan:
    """Anchors in time, 2 numbers each (R-C3D)."""
    return _anchored(param_count(layer, "scales", 10), 2, axes5(bottoms[0])[2:])


@python_class("rpn.anchor_target_layer", "AnchorTargetLayer", [""] * 7, _ANCHORED)
def _anchor_target_levels(
    layer: LayerParameter, bottoms: Sequence[Shape], setting: Setting
) -> Plan:
    """Labels and targets for 6 anchors at every place of 5 levels in a row (FPN)."""
    places = sum(height * width for _, _, height, width in map(axes4, bottoms[:5]))
    targets = (1, 6 * 4, places)
    return Plan(tops=[(1, 1, 6 * places), targets, targets, targets])


def _anchored(anchors: int, numbers: int, places: Shape) -> Plan:
    """The plan of labels, and of targets of so many `numbers`, for anchors at places."""
    targets = (1, numbers * anchors, *places)
    return Plan(tops=[(1, 1, anchors * places[0], *places[1:]), targets, targets, targets])
