"""The data layers of MS-CNN and Cascade R-CNN."""

from __future__ import annotations

import pytest

import fillerkit as fk


def _source(kind: str, tops: int, body: str, **shapes: tuple[int, ...]) -> fk.Layer:
    names = " ".join(f'top: "t{i}"' for i in range(tops))
    text = f'layer {{ name: "x" type: "{kind}" {names} {body} }}'
    return fk.load_net(text, shapes=shapes).layers[0]


SIZED = "resize_width: 100 resize_height: 60 batch_size: 2 output_gt_boxes: true"


def test_ms_cnn_has_labels_for_each_rate() -> None:
    body = f"image_gt_data_param {{ {SIZED} downsample_rate: [8, 16] }}"
    body += " transform_param { mean_value: [1, 2, 3] }"
    layer = _source("ImageGtData", 4, body)
    assert [shape for _, shape in layer.tops] == [
        *((2, 3, 60, 100), (2, 6, 7, 12), (2, 6, 3, 6), (1, 7, 1, 1))
    ]
    assert layer.draws == 2
    with pytest.raises(fk.LayerError, match=r"makes 4 tops: .* not 2"):
        _source("ImageGtData", 2, body)


def test_cascade_r_cnn_has_labels_for_each_stride_of_what_is_cut() -> None:
    body = f"detection_data_param {{ {SIZED} crop_width: 48 crop_height: 32 stride: 8 }}"
    layer = _source("DetectionData", 3, body, t0=(2, 3, 32, 48))
    assert [shape for _, shape in layer.tops[1:]] == [(2, 6, 4, 6), (1, 8, 1, 1)]
    assert layer.draws == 2


def test_what_the_images_alone_have_is_asked_for() -> None:
    body = "detection_data_param { batch_size: 2 short_size: 60 long_size: 100 stride: 8 }"
    with pytest.raises(fk.ShapeNeeded, match=r"'t0': \(2, C, 100, 60\)"):
        _source("DetectionData", 2, body)


def test_evaluation_has_boxes_and_sizes() -> None:
    body = "eval_data_param { batch_size: 1 short_size: 60 long_size: 100 }"
    layer = _source("EvalData", 3, body, t0=(1, 3, 100, 60))
    assert [shape for _, shape in layer.tops[1:]] == [(1, 8, 1, 1), (1, 2, 1, 1)]
    assert layer.draws == 1
