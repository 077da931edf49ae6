"""Shapes that are assumed, where a net fills and where it does not."""

from __future__ import annotations

import pytest

import fillerkit as fk

DATA = """
layer { name: "input-data" type: "Python" top: "data" top: "im_info" top: "gt_boxes"
  python_param { module: "roi_data_layer.layer" layer: "RoIDataLayer"
    param_str: "'num_classes': 21" } }
"""
PVANET = (
    DATA
    + """
layer { name: "c" type: "Convolution" bottom: "data" top: "c" convolution_param {
  num_output: 8 kernel_size: 1 stride: 16 weight_filler { type: "msra" } } }
layer { name: "p" type: "Convolution" bottom: "data" top: "p" convolution_param {
  num_output: 8 kernel_size: 16 stride: 16 weight_filler { type: "msra" } } }
layer { name: "cat" type: "Concat" bottom: "c" bottom: "p" top: "cat" }
"""
)
SAID = (
    "; data has the shape 1x3x600x1000, py-faster-rcnn's default: "
    "shapes={'data': (1, 3, H, W)} says another"
)


def test_an_error_that_follows_says_what_was_assumed() -> None:
    with pytest.raises(fk.LayerError) as refused:
        fk.load_net(PVANET)
    assert refused.value.message.endswith(f"bottom 1 is 1x8x37x62{SAID}")


def test_with_the_shape_of_the_configuration_it_fills_without_a_note() -> None:
    net = fk.load_net(PVANET, shapes={"data": (1, 3, 864, 1440)})
    assert net.layers[-1].tops[0][1] == (1, 16, 54, 90)
    assert not net.notes


def test_where_the_net_fills_a_note_says_it() -> None:
    assert fk.load_net(DATA).notes == ("data: 1x3x600x1000, py-faster-rcnn's default",)


@pytest.mark.parametrize(
    "layer",
    [
        'layer { name: "x" type: "InnerProduct" bottom: "data" top: "x" }',
        'layer { name: "x" type: "InnerProduct" bottom: "none" top: "x" }',
        """layer { name: "i" type: "Input" top: "i" input_param { shape { dim: 2 } } }
        layer { name: "x" type: "LRN" bottom: "i" top: "x" }""",
    ],
)
def test_an_error_that_is_not_of_shapes_that_follow_does_not(layer: str) -> None:
    with pytest.raises(fk.LayerError) as refused:
        fk.load_net(DATA + layer)
    assert "600" not in refused.value.message
