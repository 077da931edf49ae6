"""``caffe.coord_map``: where tops lie on each other, and the Crop that brings them together."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import fillerkit as fk
from fillerkit.pycaffe import coord_map
from fillerkit.pycaffe import layers as L  # noqa: N812
from fillerkit.pycaffe import params as P  # noqa: N812
from fillerkit.pycaffe.coord_map import coord_map_from_to, crop
from fillerkit.pycaffe.net_spec import NetSpec, Top


def conv(bottom: Top, **window: Any) -> Top:
    top: Top = L.Convolution(bottom, num_output=2, **window)
    return top


def deconv(bottom: Top, **window: Any) -> Top:
    top: Top = L.Deconvolution(bottom, convolution_param=dict(num_output=2, **window))
    return top


def pool(bottom: Top, **window: Any) -> Top:
    top: Top = L.Pooling(bottom, pool=P.Pooling.MAX, **window)
    return top


@pytest.fixture
def data() -> Top:
    top: Top = L.Input(shape=dict(dim=[1, 3, 100, 100]))
    return top


@pytest.mark.parametrize(
    ("window", "scale", "shift"),
    [
        (dict(kernel_size=1), 1, 0),
        (dict(kernel_size=3), 1, 1),
        (dict(kernel_size=3, pad=1), 1, 0),
        (dict(kernel_size=3, stride=2), 2, 1),
        (dict(kernel_size=3, pad=2, stride=2), 2, -1),
        (dict(kernel_size=3, dilation=2), 1, 2),
    ],
)
def test_a_place_of_a_convolution_is_the_middle_of_its_window(
    data: Top, window: dict[str, int], scale: float, shift: float
) -> None:
    axis, found_scale, found_shift = coord_map_from_to(conv(data, **window), data)
    assert axis == 1
    assert (found_scale, found_shift) == (scale, shift)
    axis, found_scale, found_shift = coord_map_from_to(data, conv(data, **window))
    assert (found_scale, found_shift) == (1 / scale, -shift / scale)


def test_a_deconvolution_is_a_convolution_the_other_way_round(data: Top) -> None:
    window = dict(kernel_size=4, stride=2, pad=1)
    there = coord_map_from_to(data, deconv(data, **window))
    back = coord_map_from_to(conv(data, **window), data)
    assert there == back


def test_maps_follow_each_other(data: Top) -> None:
    top = pool(conv(data, kernel_size=3, pad=1), kernel_size=2, stride=2)
    assert coord_map_from_to(pool(top, kernel_size=2, stride=2), data)[1:] == (4, 1.5)


@pytest.mark.parametrize("name", coord_map.PASS_THROUGH_LAYERS)
def test_pointwise_layers_pass_places_through(data: Top, name: str) -> None:
    top = getattr(L, name)(conv(data, kernel_size=3))
    assert coord_map_from_to(top, data) == (1, 1, 1)


def test_windows_of_several_axes_have_a_map_each(data: Top) -> None:
    top = conv(data, kernel_size=[3, 5], stride=[1, 2], pad=[1, 0])
    axis, scale, shift = coord_map_from_to(top, data)
    assert axis == 1
    assert (list(scale), list(shift)) == ([1, 2], [0, 2])


def test_a_crop_is_followed_to_what_it_cuts(data: Top) -> None:
    cut = L.Crop(data, conv(data, kernel_size=9), crop_param=dict(axis=2, offset=5))
    assert coord_map_from_to(cut, data)[1:] == (1, 5)


def test_a_crop_to_the_same_size_has_no_offset(data: Top) -> None:
    up = deconv(pool(data, kernel_size=2, stride=2), kernel_size=2, stride=2)
    layer = crop(up, data).to_proto().layer[-1]
    assert layer.type == "Crop"
    assert (layer.crop_param.axis, list(layer.crop_param.offset)) == (2, [0])
    assert layer.bottom == ["Deconvolution1", "Input1"]


def test_a_crop_of_windows_of_several_axes_has_an_offset_each(data: Top) -> None:
    up = conv(data, kernel_size=1, pad=[2, 3])
    assert list(crop(up, data).to_proto().layer[-1].crop_param.offset) == [2, 3]


def test_fcn_32s_is_cut_at_19_as_published() -> None:
    n = NetSpec()
    n.data = L.Input(shape=dict(dim=[1, 3, 500, 500]))
    top = n.data
    for block, many in enumerate((2, 2, 3, 3, 3)):
        for layer in range(many):
            top = L.Convolution(
                top, kernel_size=3, num_output=4, pad=100 if block == layer == 0 else 1
            )
            top = L.ReLU(top, in_place=True)
        top = pool(top, kernel_size=2, stride=2)
    n.fc6 = conv(top, kernel_size=7, pad=0)
    n.drop = L.Dropout(L.ReLU(n.fc6, in_place=True), in_place=True)
    n.score_fr = conv(n.drop, kernel_size=1)
    n.upscore = deconv(n.score_fr, kernel_size=64, stride=32, bias_term=False)
    n.score = crop(n.upscore, n.data)
    proto = n.to_proto()
    assert (proto.layer[-1].crop_param.axis, list(proto.layer[-1].crop_param.offset)) == (2, [19])
    assert dict(fk.load_net(str(proto)).layers[-1].tops)["score"] == (1, 2, 500, 500)


def test_a_crop_of_what_lies_as_it_is_has_no_offset(data: Top) -> None:
    assert list(crop(L.ReLU(data), data).to_proto().layer[-1].crop_param.offset) == [0]


def test_tops_that_share_nothing_are_a_runtime_error(data: Top) -> None:
    with pytest.raises(RuntimeError, match="share no blob"):
        coord_map_from_to(conv(data, kernel_size=3), L.Input())
    flat = L.InnerProduct(data, num_output=4)
    with pytest.raises(RuntimeError, match="share no blob"):
        coord_map_from_to(flat, data)


def test_a_type_without_a_map_says_so(data: Top) -> None:
    with pytest.raises(coord_map.UndefinedMapException, match="InnerProduct"):
        coord_map.coord_map(L.InnerProduct(data, num_output=4).fn)


def test_a_crop_cannot_resize(data: Top) -> None:
    with pytest.raises(AssertionError, match="scale"):
        crop(pool(data, kernel_size=2, stride=2), data)


def test_a_crop_cannot_grow(data: Top) -> None:
    with pytest.raises(AssertionError, match="negative"):
        crop(conv(data, kernel_size=3), data)


def test_a_crop_cannot_cut_between_pixels(data: Top) -> None:
    with pytest.raises(AssertionError, match="between pixels"):
        crop(conv(data, kernel_size=2, pad=1), data)


def test_maps_of_two_axes_do_not_mix(data: Top) -> None:
    with pytest.raises(coord_map.AxisMismatchException, match=r"axis 2.*axis 1"):
        coord_map_from_to(conv(conv(data, kernel_size=3), kernel_size=3, axis=2), data)


def test_a_window_needs_one_size_for_height_and_width(data: Top) -> None:
    with pytest.raises(KeyError, match="kernel_size"):
        coord_map.conv_params(conv(data, kernel_h=3, kernel_w=5).fn)
    with pytest.raises(AssertionError, match="pad_h"):
        coord_map.conv_params(conv(data, kernel_size=3, pad_h=1).fn)


def test_parameters_have_caffes_defaults(data: Top) -> None:
    axis, stride, extent, pad = coord_map.conv_params(conv(data, kernel_size=3, dilation=2).fn)
    assert (axis, stride, extent, pad) == (1, 1, 5, 0)
    assert coord_map.crop_params(L.Crop(data, data).fn) == (2, 0)


def test_composing_with_the_inverse_is_the_identity() -> None:
    one = (1, np.array([2.0]), np.array([3.0]))
    assert coord_map.compose(one, coord_map.inverse(one)) == (1, 1, 0)
    assert coord_map.compose((None, 1, 0), one) == one


def up_and_down(data: Top, pad: Any = 0, up_pad: int = 0, **window: Any) -> Top:
    """Convolved, pooled, and brought back: the net of pycaffe's own tests."""
    down = pool(conv(data, **{"kernel_size": 3, "pad": pad, **window}), kernel_size=2, stride=2)
    top: Top = L.Deconvolution(down, num_output=2, kernel_size=4, stride=2, pad=up_pad)
    return top


@pytest.mark.parametrize(("pad", "up_pad", "shift"), [(0, 0, 0), (7, 0, -7), (0, 7, 7), (7, 7, 0)])
def test_padding_a_deconvolution_undoes_padding_a_convolution(
    data: Top, pad: int, up_pad: int, shift: float
) -> None:
    assert coord_map_from_to(up_and_down(data, pad, up_pad), data) == (1, 1, shift)


def test_three_axes_have_a_map_each() -> None:
    data = L.Input(shape=dict(dim=[2, 3, 100, 100, 100]))
    top = up_and_down(data, pad=[0, 1, 2], kernel_size=[3, 3, 3], stride=[1, 1, 1])
    axis, scale, shift = coord_map_from_to(top, data)
    assert axis == 1
    assert (scale.tolist(), shift.tolist()) == ([1, 1, 1], [0, -1, -2])
    assert crop(top, data).fn.params == {"crop_param": {"axis": 2, "offset": [0, 1, 2]}}


def test_all_tops_of_a_layer_lie_on_all_its_bottoms_alike(data: Top) -> None:
    other = L.Input(shape=dict(dim=[1, 3, 20, 20]))
    tops = L.Convolution(data, other, ntop=2, num_output=2, kernel_size=5, stride=2)
    maps = [coord_map_from_to(top, bottom) for top in tops for bottom in (data, other)]
    assert maps == [(1, 2, 2)] * 4


@pytest.mark.parametrize(
    ("given", "shift"),
    [
        (dict(axis=2, offset=5), 5),
        (dict(crop_param=dict(axis=2, offset=[5])), 5),
        (dict(offset=5), 5),
        (dict(), 0),
    ],
)
def test_a_crop_of_what_is_cropped_has_its_offset_besides(
    data: Top, given: dict[str, Any], shift: float
) -> None:
    cut = L.Crop(up_and_down(data, pad=7), data, **given)
    assert coord_map_from_to(cut, data) == (1, 1, -7 + shift)


def test_the_types_that_leave_places_alone_are_these() -> None:
    names = coord_map.PASS_THROUGH_LAYERS
    assert names == [
        *("AbsVal", "BatchNorm", "Bias", "BNLL", "Dropout", "Eltwise", "ELU", "Log", "LRN"),
        *("Exp", "MVN", "Power", "ReLU", "PReLU", "Scale", "Sigmoid", "Split", "TanH"),
        "Threshold",
    ]


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("Convolution", (1, 0.5, -0.25)),
        ("Pooling", (1, 0.5, -0.25)),
        ("Im2col", (1, 0.5, -0.25)),
        ("Deconvolution", (1, 2, 0.5)),
        ("ReLU", (None, 1, 0)),
    ],
)
def test_a_layer_has_a_map_of_axis_scale_and_shift(
    data: Top, name: str, found: tuple[int | None, float, float]
) -> None:
    layer = getattr(L, name)(data, kernel_size=4, stride=2, pad=1)
    assert coord_map.coord_map(layer.fn) == found


def test_maps_are_composed_and_inverted_number_by_number() -> None:
    assert coord_map.compose((1, 2, 3), (None, 5, 7)) == (1, 10, 17)
    assert coord_map.compose((None, 2, 3), (2, 5, 7)) == (2, 10, 17)
    assert coord_map.inverse((1, 2, 3)) == (1, 0.5, -1.5)
    with pytest.raises(coord_map.AxisMismatchException):
        coord_map.compose((1, 1, 0), (2, 1, 0))
