"""Python layers that are well known."""

from __future__ import annotations

import pytest
from layer_of_text import set_up_text, tops_of

import fillerkit as fk


def test_py_faster_rcnn_s_anchors_are_counted_from_its_param_str() -> None:
    layer, _ = set_up_text(
        "type: 'Python' top: 'l' top: 't' top: 'i' top: 'o' python_param { module: "
        "'rpn.anchor_target_layer' layer: 'AnchorTargetLayer' param_str: "
        "\"'feat_stride': 16 \\n'scales': !!python/tuple [4, 8, 16, 32]\" }",
        (1, 24, 19, 19),
    )
    assert tops_of(layer) == [(1, 1, 228, 19)] + [(1, 48, 19, 19)] * 3


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
