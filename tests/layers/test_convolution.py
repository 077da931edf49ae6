"""Convolution and Deconvolution: shapes, parameters, refusals."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

import fillerkit as fk

SetUp = Callable[..., fk.Layer]


BOTH = ["Convolution", "Deconvolution"]
IMAGE = (2, 4, 13, 11)


def text(body: str) -> str:
    return f"convolution_param {{ {body} }}"


def params(layer: fk.Layer) -> list[tuple[str, tuple[int, ...]]]:
    return [(param.name, param.shape) for param in layer.params]


@pytest.mark.parametrize(
    ("body", "top"),
    [
        ("kernel_size: 3", (2, 6, 11, 9)),
        ("kernel_size: 1", (2, 6, 13, 11)),
        ("kernel_size: 5 stride: 2 pad: 2", (2, 6, 7, 6)),
        ("kernel_size: 3 pad: 1 stride: 2", (2, 6, 7, 6)),
        ("kernel_size: 3 dilation: 2", (2, 6, 9, 7)),
        ("kernel_size: [3, 5]", (2, 6, 11, 7)),
        ("kernel_size: 3 stride: [2, 1] pad: [0, 1] dilation: [1, 2]", (2, 6, 6, 9)),
        ("kernel_h: 3 kernel_w: 5 stride_h: 2 stride_w: 1 pad_h: 1 pad_w: 0", (2, 6, 7, 7)),
        ("kernel_size: 14 stride: 2", (2, 6, 1, 0)),
    ],
)
def test_a_convolution_divides_as_c_divides(set_up: SetUp, body: str, top: tuple[int, ...]) -> None:
    assert set_up("Convolution", IMAGE, body=text(f"num_output: 6 {body}")).tops[0][1] == top


@pytest.mark.parametrize(
    ("body", "top"),
    [
        ("kernel_size: 3", (2, 6, 15, 13)),
        ("kernel_size: 4 stride: 2 pad: 1", (2, 6, 26, 22)),
        ("kernel_size: 3 dilation: 2", (2, 6, 17, 15)),
        ("kernel_size: [3, 5] stride: [2, 1] pad: [0, 1]", (2, 6, 27, 13)),
        ("kernel_h: 1 kernel_w: 2 stride_h: 3 stride_w: 2 pad_h: 1 pad_w: 0", (2, 6, 35, 22)),
    ],
)
def test_a_deconvolution_is_the_other_way_round(
    set_up: SetUp, body: str, top: tuple[int, ...]
) -> None:
    assert set_up("Deconvolution", IMAGE, body=text(f"num_output: 6 {body}")).tops[0][1] == top


def test_a_convolutions_weight_is_outputs_by_channels_of_a_group_by_kernel(set_up: SetUp) -> None:
    layer = set_up("Convolution", IMAGE, body=text("num_output: 6 kernel_size: [3, 5] group: 2"))
    assert params(layer) == [("weight", (6, 2, 3, 5)), ("bias", (6,))]


def test_a_deconvolutions_weight_is_channels_by_outputs_of_a_group_by_kernel(
    set_up: SetUp,
) -> None:
    layer = set_up("Deconvolution", IMAGE, body=text("num_output: 6 kernel_size: [3, 5] group: 2"))
    assert params(layer) == [("weight", (4, 3, 3, 5)), ("bias", (6,))]


@pytest.mark.parametrize("kind", BOTH)
def test_a_group_for_each_channel_makes_it_depthwise(set_up: SetUp, kind: str) -> None:
    layer = set_up(kind, IMAGE, body=text("num_output: 4 kernel_size: 3 group: 4"))
    assert layer.params[0].shape == (4, 1, 3, 3)


@pytest.mark.parametrize("kind", BOTH)
def test_without_bias_term_there_is_a_weight_only(set_up: SetUp, kind: str) -> None:
    layer = set_up(kind, IMAGE, body=text("num_output: 6 kernel_size: 3 bias_term: false"))
    assert [param.name for param in layer.params] == ["weight"]


@pytest.mark.parametrize("kind", BOTH)
def test_weight_and_bias_have_a_filler_each(set_up: SetUp, kind: str) -> None:
    fillers = 'weight_filler { type: "gaussian" std: 0.5 } bias_filler { value: 0.25 }'
    layer = set_up(kind, IMAGE, body=text(f"num_output: 6 kernel_size: 3 {fillers}"))
    assert [param.distribution for param in layer.params] == [
        fk.Gaussian(0, 0.5),
        fk.Constant(0.25),
    ]


@pytest.mark.parametrize("kind", BOTH)
def test_without_a_filler_both_are_zeros(set_up: SetUp, kind: str) -> None:
    layer = set_up(kind, IMAGE, body=text("num_output: 6 kernel_size: 3"))
    assert [param.distribution for param in layer.params] == [fk.Constant(0)] * 2


@pytest.mark.parametrize(
    ("shape", "body", "top", "weight"),
    [
        ((2, 4, 9), "kernel_size: 3", (2, 6, 7), (6, 4, 3)),
        ((2, 4, 9, 8, 7), "kernel_size: 3", (2, 6, 7, 6, 5), (6, 4, 3, 3, 3)),
        ((2, 4, 9, 8, 7), "kernel_size: [1, 2, 3]", (2, 6, 9, 7, 5), (6, 4, 1, 2, 3)),
        ((2, 4), "kernel_size: 1", (2, 6), (6, 4)),
        ((2, 4, 9, 8), "kernel_size: 3 axis: 2", (2, 4, 6, 6), (6, 9, 3)),
        ((2, 4, 9, 8), "kernel_size: 3 axis: -2", (2, 4, 6, 6), (6, 9, 3)),
        ((4, 9, 8), "kernel_size: 3 axis: 0", (6, 7, 6), (6, 4, 3, 3)),
    ],
)
def test_the_axes_after_its_channels_are_spatial(
    set_up: SetUp,
    shape: tuple[int, ...],
    body: str,
    top: tuple[int, ...],
    weight: tuple[int, ...],
) -> None:
    layer = set_up("Convolution", shape, body=text(f"num_output: 6 {body}"))
    assert layer.tops[0][1] == top
    assert layer.params[0].shape == weight


@pytest.mark.parametrize("kind", BOTH)
def test_two_bottoms_make_two_tops_with_one_weight(set_up: SetUp, kind: str) -> None:
    layer = set_up(kind, IMAGE, IMAGE, body=text("num_output: 6 kernel_size: 1"), tops=2)
    assert [shape for _, shape in layer.tops] == [(2, 6, 13, 11)] * 2
    assert len(layer.params) == 2


@pytest.mark.parametrize("kind", BOTH)
@pytest.mark.parametrize(
    ("body", "words", "field"),
    [
        ("kernel_size: 3", "num_output .*1 or more", ""),
        ("num_output: 0 kernel_size: 3", "num_output .*1 or more", "num_output"),
        ("num_output: 6", "needs kernel_size once", ""),
        ("num_output: 6 kernel_size: [3, 3, 3]", "3 times", "kernel_size"),
        ("num_output: 6 kernel_size: 0", "kernel_size .*1 or more", "kernel_size"),
        ("num_output: 6 kernel_size: 3 stride: 0", "stride .*1 or more", "stride"),
        ("num_output: 6 kernel_size: 3 stride: [1, 0]", "stride .*1 or more", "stride"),
        ("num_output: 6 kernel_size: 3 pad: [1, 1, 1]", "3 times", "pad"),
        ("num_output: 6 kernel_size: 3 group: 0", "group .*1 or more", "group"),
        ("num_output: 6 kernel_size: 3 group: 3", "group 3 .* 4 channels", "group"),
        ("num_output: 6 kernel_size: 3 group: 4", "group 4 .* 6 num_output", "group"),
        ("num_output: 6 kernel_size: 3 kernel_h: 3 kernel_w: 3", "both kernel_size", "kernel_size"),
        ("num_output: 6 kernel_size: 3 stride: 1 stride_h: 1", "both stride", "stride"),
        ("num_output: 6 kernel_size: 3 pad: 1 pad_w: 1", "both pad", "pad"),
        ("num_output: 6 kernel_size: 3 axis: 4", "axis", "axis"),
    ],
)
def test_what_caffe_refuses_is_refused_where_it_stands(
    set_up: SetUp, kind: str, body: str, words: str, field: str
) -> None:
    with pytest.raises(fk.LayerError, match=words) as caught:
        set_up(kind, IMAGE, body=f"convolution_param {{\n{body}\n}}")
    if field:
        assert caught.value.field == f"convolution_param.{field}"
        assert caught.value.line == 4


@pytest.mark.parametrize("kind", BOTH)
@pytest.mark.parametrize(
    ("body", "missing"),
    [
        ("kernel_h: 3", "kernel_w"),
        ("kernel_w: 3", "kernel_h"),
        ("kernel_size: 3 stride_h: 1", "stride_w"),
        ("kernel_size: 3 stride_w: 1", "stride_h"),
    ],
)
def test_one_side_alone_is_refused_with_the_one_that_is_missing(
    set_up: SetUp, kind: str, body: str, missing: str
) -> None:
    with pytest.raises(fk.LayerError, match=missing):
        set_up(kind, IMAGE, body=text(f"num_output: 6 {body}"))


@pytest.mark.parametrize("kind", BOTH)
def test_one_side_of_the_padding_alone_leaves_the_other_0(set_up: SetUp, kind: str) -> None:
    one = set_up(kind, IMAGE, body=text("num_output: 6 kernel_size: 3 pad_h: 1"))
    both = set_up(kind, IMAGE, body=text("num_output: 6 kernel_size: 3 pad: [1, 0]"))
    assert one.tops == both.tops


def test_sides_are_for_two_spatial_axes(set_up: SetUp) -> None:
    with pytest.raises(fk.LayerError, match="2 spatial axes; this bottom has 1"):
        set_up("Convolution", (2, 4, 9), body=text("num_output: 6 kernel_h: 3 kernel_w: 3"))


def test_a_kernel_larger_than_its_bottom_is_refused(set_up: SetUp) -> None:
    with pytest.raises(fk.LayerError, match=r"negative|fit"):
        set_up("Convolution", (1, 3, 4, 4), body=text("num_output: 6 kernel_size: 7"))


def test_padding_larger_than_a_deconvolution_is_refused(set_up: SetUp) -> None:
    with pytest.raises(fk.LayerError, match=r"negative|fit"):
        set_up("Deconvolution", (1, 3, 1, 1), body=text("num_output: 6 kernel_size: 1 pad: 2"))


@pytest.mark.parametrize("kind", BOTH)
def test_bottoms_of_different_shapes_are_refused(set_up: SetUp, kind: str) -> None:
    body = text("num_output: 6 kernel_size: 3")
    with pytest.raises(fk.LayerError, match=r"2x3x13x11.*2x3x14x11"):
        set_up(kind, (2, 3, 13, 11), (2, 3, 14, 11), body=body, tops=2)


@pytest.mark.parametrize("kind", BOTH)
def test_every_bottom_needs_a_top(set_up: SetUp, kind: str) -> None:
    with pytest.raises(fk.LayerError, match="top for each of its 2 bottoms"):
        set_up(kind, IMAGE, IMAGE, body=text("num_output: 6 kernel_size: 3"), tops=1)


@given(
    length=st.integers(1, 30),
    kernel=st.integers(1, 5),
    stride=st.integers(1, 4),
    pad=st.integers(0, 4),
    dilation=st.integers(1, 3),
)
def test_a_deconvolution_undoes_what_a_convolution_does_to_a_shape(
    length: int, kernel: int, stride: int, pad: int, dilation: int
) -> None:
    over = length + 2 * pad - (dilation * (kernel - 1) + 1)
    assume(over >= 0 and over % stride == 0)
    body = text(
        f"num_output: 4 kernel_size: {kernel} stride: {stride} pad: {pad} dilation: {dilation}"
    )
    net = fk.load_net(f"""
        layer {{ name: "a" type: "Input" top: "a"
                 input_param {{ shape {{ dim: [2, 4, {length}] }} }} }}
        layer {{ name: "b" type: "Convolution" bottom: "a" top: "b" {body} }}
        layer {{ name: "c" type: "Deconvolution" bottom: "b" top: "c" {body} }}
    """)
    (_, down), (_, up) = net.layers[1].tops[0], net.layers[2].tops[0]
    assert down == (2, 4, over // stride + 1)
    assert up == (2, 4, length)


def test_hole_is_deeplabs_first_name_of_dilation(set_up: SetUp) -> None:
    body = "convolution_param { num_output: 4 kernel_size: 3 NAME: 2 }"
    named = [
        set_up("Convolution", (1, 3, 20, 20), body=body.replace("NAME", name)).tops
        for name in ("hole", "dilation")
    ]
    assert named == [(("t0", (1, 4, 16, 16)),)] * 2


def test_shape_offset_makes_a_deconvolutions_top_longer(set_up: SetUp) -> None:
    """The happynear family's deconv_layer.cpp."""
    body = "convolution_param { num_output: 4 kernel_size: 3 stride: 2 shape_offset: [1, 0] }"
    assert set_up("Deconvolution", (1, 3, 5, 5), body=body).tops == (("t0", (1, 4, 12, 11)),)
    with pytest.raises(fk.LayerError, match="needs shape_offset for each of its 2 spatial axes"):
        set_up("Deconvolution", (1, 3, 5, 5), body=body.replace("[1, 0]", "[1]"))
