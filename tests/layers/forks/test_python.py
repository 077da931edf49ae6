"""Python classes of py-faster-rcnn, and classes of its forks that have the same names."""

from __future__ import annotations

import pytest
from layer_of_text import set_up_text, tops_of

import fillerkit as fk


def _layer(module: str, name: str, bottoms: str, tops: str) -> str:
    wires = [f'bottom: "{bottom}"' for bottom in bottoms.split()]
    wires += [f'top: "{top}"' for top in tops.split()]
    return (
        f'layer {{ name: "p" type: "Python" {" ".join(wires)} python_param {{ module: "{module}" '
        f'layer: "{name}" param_str: "\'num_classes\': 21" }} }}\n'
    )


BLOBS = "".join(
    f'layer {{ name: "{name}" type: "Input" top: "{name}" input_param {{ shape {{ '
    f"dim: [1, {channels}, 8, 9] }} }} }}\n"
    for name, channels in (("a", 18), ("b", 36), ("c", 3), ("d", 3))
)
DATA = ("roi_data_layer.layer", "RoIDataLayer")
GRID = "{'batch': 2, 'height': 8, 'width': 9}"
TARGETS = "rois labels bbox_targets bbox_inside_weights bbox_outside_weights"


@pytest.mark.parametrize(
    ("module", "name", "bottoms", "tops", "last"),
    [
        (*DATA, "", "data im_info gt_boxes", (1, 4)),
        (*DATA, "", f"data {TARGETS}", (1, 84, 1, 1)),
        ("rpn.anchor_target_layer", "AnchorTargetLayer", "a b c d", "l t i o", (1, 36, 8, 9)),
        ("rpn.proposal_layer", "ProposalLayer", "a b c", "rois", (1, 5)),
        ("rpn.proposal_layer", "ProposalLayer", "a b c", "rois scores", (1, 1, 1, 1)),
        ("rpn.proposal_target_layer", "ProposalTargetLayer", "a b", TARGETS, (1, 84, 1, 1)),
    ],
)
def test_the_classes_of_py_faster_rcnn_are_known(
    module: str, name: str, bottoms: str, tops: str, last: tuple[int, ...]
) -> None:
    net = fk.load_net(BLOBS + _layer(module, name, bottoms, tops))
    assert net.layers[-1].tops[-1][1] == last


@pytest.mark.parametrize(
    ("module", "name", "bottoms", "tops"),
    [
        (*DATA, "", "data rois labels cls_loss_weights"),  # CRAFT
        (*DATA, "", "data rois labels"),  # CRAFT
        (*DATA, "", "data rois labels cls_loss_weights bbox_targets bbox_loss_weights"),  # CRAFT
        (*DATA, "", "data gt_boxes"),  # R-C3D
        ("rpn.anchor_target_layer", "AnchorTargetLayer", "a b c", "l t i o"),  # R-C3D
        ("rpn.anchor_target_layer", "AnchorTargetLayer", "a b c d a b c", "l t i o"),  # FPN
        ("rpn.proposal_layer", "ProposalLayer", "a b", "rois"),  # R-C3D
        ("rpn.proposal_target_layer", "ProposalTargetLayer", "a b c", f"h2 h3 h4 {TARGETS}"),  # FPN
        (
            *("rpn.proposal_target_layer", "ProposalTargetLayer", "a b"),
            "rois labels twin_targets twin_inside_weights twin_outside_weights",  # R-C3D
        ),
    ],
)
def test_the_classes_of_its_forks_are_asked_for(
    module: str, name: str, bottoms: str, tops: str
) -> None:
    taken = f'layer {{ name: "s" type: "Softmax" bottom: "{tops.split()[0]}" top: "s" }}'
    ip = 'layer { name: "ip" type: "InnerProduct" bottom: "s" inner_product_param { num_output: 2 }'
    text = BLOBS + _layer(module, name, bottoms, tops) + taken + ip + ' top: "ip" }'
    with pytest.raises(fk.ShapeNeeded, match="whose code is not run") as asked:
        fk.load_net(text)
    assert list(asked.value.shapes) == tops.split()


def test_labels_of_craft_have_the_shape_that_is_said() -> None:
    tops = "data rois labels cls_loss_weights"
    text = (
        _layer(*DATA, "", tops)
        + """
        layer { name: "r" type: "Reshape" bottom: "labels" top: "r"
          reshape_param { shape { dim: 1 dim: 1 dim: 20 dim: 1 } } }
        layer { name: "ip" type: "InnerProduct" bottom: "r" top: "ip"
          inner_product_param { num_output: 2 weight_filler { type: "xavier" } } }"""
    )
    shapes = dict(zip(tops.split(), [(1, 3, 100, 100), (1, 5), (1, 20), (1, 20)], strict=True))
    assert fk.load_net(text, shapes=shapes).layers[-1].params[0].shape == (2, 20)


def test_py_faster_rcnn_s_anchors_are_counted_from_its_param_str() -> None:
    layer, _ = set_up_text(
        "type: 'Python' top: 'l' top: 't' top: 'i' top: 'o' python_param { module: "
        "'rpn.anchor_target_layer' layer: 'AnchorTargetLayer' param_str: "
        "\"'feat_stride': 16 \\n'scales': !!python/tuple [4, 8, 16, 32]\" }",
        *((1, 24, 19, 19), (1, 4), (1, 3), (1, 3, 300, 300)),
    )
    assert tops_of(layer) == [(1, 1, 228, 19)] + [(1, 48, 19, 19)] * 3


@pytest.mark.parametrize(
    ("module", "name", "bottom", "param_str", "top"),
    [
        ("spatial_dropout", "SpatialDropoutLayer", "a", "{'p': '0.1'}", (1, 18, 8, 9)),
        ("pygeometry", "SE3_Generator_KITTI", "a", "", (1, 1, 4, 4)),
        ("python_layers", "Meshgrid", "", GRID, (2, 2, 8, 9)),
        ("python_layers", "MeanVals", "", GRID, (2, 3, 8, 9)),
    ],
)
def test_python_classes_of_other_repositories_are_known(
    module: str, name: str, bottom: str, param_str: str, top: tuple[int, ...]
) -> None:
    text = _layer(module, name, bottom, "t").replace("'num_classes': 21", param_str)
    assert tops_of(fk.load_net(BLOBS + text).layers[-1]) == [top]


def test_a_motion_has_six_numbers() -> None:
    with pytest.raises(fk.LayerError, match="6 numbers an item, not 1x5"):
        set_up_text(
            "type: 'Python' top: 't' python_param { module: 'pygeometry' "
            "layer: 'SE3_Generator_KITTI' }",
            (1, 5),
        )


def test_an_unknown_python_layer_asks_for_its_tops_and_does_with_them() -> None:
    text = (
        'layer { name: "p" type: "Python" top: "a" top: "b" '
        'python_param { module: "mine" layer: "Mine" } }\n'
    )
    with pytest.raises(
        fk.ShapeNeeded, match=r"mine\.Mine.*'a': \(N, C, H, W\), 'b': \(N, C, "
    ) as needed:
        fk.load_net(text)
    assert list(needed.value.shapes) == ["a", "b"]
    assert tops_of(fk.load_net(text, shapes={"a": (2, 3), "b": (2,)}).layers[0]) == [(2, 3), (2,)]
