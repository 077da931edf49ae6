"""Data layers of the forks: their tops, and the draws they make when set up."""

from __future__ import annotations

import pytest

import fillerkit as fk


def _source(kind: str, body: str, **shapes: tuple[int, ...]) -> fk.Layer:
    text = f'layer {{ name: "x" type: "{kind}" top: "data" top: "label" {body} }}'
    return fk.load_net(text, shapes=shapes).layers[0]


def test_hed_labels_are_images_of_one_channel() -> None:
    body = 'image_data_param { source: "pairs.lst" batch_size: 2 new_height: 40 new_width: 30 }'
    layer = _source("ImageLabelmapData", body)
    assert layer.tops == (("data", (2, 3, 40, 30)), ("label", (2, 1, 40, 30)))
    assert layer.draws == 1


def test_hed_draws_for_shuffling_skipping_and_mirroring() -> None:
    body = """image_data_param { source: "pairs.lst" batch_size: 1 shuffle: true rand_skip: 3 }
        transform_param { mirror: true }"""
    layer = _source("ImageLabelmapData", body, data=(1, 3, 8, 9))
    assert layer.tops[1] == ("label", (1, 1, 8, 9))
    assert layer.draws == 5


def test_hed_asks_for_the_shape_that_only_its_images_have() -> None:
    with pytest.raises(fk.ShapeNeeded, match=r"'data': \(1, 3, H, W\)"):
        _source("ImageLabelmapData", 'image_data_param { source: "pairs.lst" batch_size: 1 }')


@pytest.mark.parametrize(
    ("size", "top"),
    [
        ("new_height: 40 new_width: 30", (4, 3, 40, 30)),
        ("new_height: 40 new_width: 30 crop_height: 20 crop_width: 16", (4, 3, 20, 16)),
    ],
)
def test_segnet_takes_the_size_from_its_own_message(size: str, top: tuple[int, ...]) -> None:
    body = f'dense_image_data_param {{ source: "t.txt" batch_size: 4 shuffle: true {size} }}'
    layer = _source("DenseImageData", body)
    assert layer.tops == (("data", top), ("label", (4, 1, *top[2:])))
    assert layer.draws == 2


def test_caffe_heatmap_asks_for_the_joints_alone() -> None:
    body = """heatmap_data_param { source: "l.csv" batchsize: 14 outsize: 256
        label_width: 64 label_height: 64 }"""
    with pytest.raises(fk.ShapeNeeded, match=r"with shapes=\{'label': \(14, J, 64, 64\)\}"):
        _source("DataHeatmap", body)
    layer = _source("DataHeatmap", body, label=(14, 7, 64, 64))
    assert layer.tops == (("data", (14, 3, 256, 256)), ("label", (14, 7, 64, 64)))
    assert layer.draws == 2
