"""CenterLoss, as caffe-face has it."""

from __future__ import annotations

from layer_of_text import blobs_of, set_up_text

import fillerkit as fk


def test_caffe_face_center_loss_learns_centers() -> None:
    layer, _ = set_up_text(
        'type: "CenterLoss" top: "t" center_loss_param { num_output: 10 '
        'center_filler { type: "xavier" } }',
        (4, 2),
        (4,),
    )
    assert blobs_of(layer) == [(10, 2)]
    assert isinstance(layer.params[0].distribution, fk.Uniform)
