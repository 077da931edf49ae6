"""Pooling: shapes and refusals."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from layer_of_text import CONV, set_up_text, tops_of

import fillerkit as fk

SetUp = Callable[..., fk.Layer]


IMAGE = (2, 3, 13, 11)


def text(body: str) -> str:
    return f"pooling_param {{ {body} }}"


@pytest.mark.parametrize(
    ("body", "top"),
    [
        ("kernel_size: 2 stride: 2", (2, 3, 7, 6)),
        ("kernel_size: 3 stride: 2", (2, 3, 6, 5)),
        ("kernel_size: 3", (2, 3, 11, 9)),
        ("kernel_size: 2 stride: 2 round_mode: FLOOR", (2, 3, 6, 5)),
        ("kernel_size: 3 stride: 2 pad: 1", (2, 3, 7, 6)),
        ("kernel_size: 3 stride: 2 pad: 1 round_mode: FLOOR", (2, 3, 7, 6)),
        ("kernel_size: 2 stride: 3 pad: 1", (2, 3, 5, 4)),
        ("kernel_h: 3 kernel_w: 2 stride_h: 2 stride_w: 1", (2, 3, 6, 10)),
        ("kernel_h: 3 kernel_w: 2 pad_h: 1 pad_w: 0", (2, 3, 13, 10)),
        ("kernel_h: 13 kernel_w: 11", (2, 3, 1, 1)),
        ("global_pooling: true", (2, 3, 1, 1)),
        ("global_pooling: true pool: AVE", (2, 3, 1, 1)),
        ("kernel_size: 2 pool: STOCHASTIC", (2, 3, 12, 10)),
    ],
)
def test_a_window_may_hang_over_the_edge(set_up: SetUp, body: str, top: tuple[int, ...]) -> None:
    assert set_up("Pooling", IMAGE, body=text(body)).tops == (("t0", top),)


def test_a_window_that_would_start_in_the_padding_is_cut(set_up: SetUp) -> None:
    layer = set_up("Pooling", (1, 1, 4, 4), body=text("kernel_size: 2 stride: 2 pad: 1"))
    assert layer.tops[0][1] == (1, 1, 3, 3)
    layer = set_up("Pooling", (1, 1, 5, 5), body=text("kernel_size: 2 stride: 3 pad: 1"))
    assert layer.tops[0][1] == (1, 1, 2, 2)


def test_a_second_top_of_max_pooling_is_its_mask(set_up: SetUp) -> None:
    layer = set_up("Pooling", IMAGE, body=text("kernel_size: 2 stride: 2"), tops=2)
    assert [shape for _, shape in layer.tops] == [(2, 3, 7, 6)] * 2


@pytest.mark.parametrize("pool", ["AVE", "STOCHASTIC"])
def test_other_pooling_has_no_mask(set_up: SetUp, pool: str) -> None:
    with pytest.raises(fk.LayerError, match="MAX"):
        set_up("Pooling", IMAGE, body=text(f"kernel_size: 2 pool: {pool}"), tops=2)


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("", "kernel_size, or kernel_h and kernel_w"),
        ("kernel_h: 3", "kernel_h and kernel_w"),
        ("kernel_size: 3 kernel_h: 3 kernel_w: 3", "not both"),
        ("kernel_size: 0", "1 or more"),
        ("kernel_h: 3 kernel_w: 0", "1 or more"),
        ("kernel_size: 3 stride: 0", "stride.*1 or more"),
        ("kernel_size: 3 stride_h: 2", "stride_h and stride_w"),
        ("kernel_size: 3 stride: 2 stride_h: 2 stride_w: 2", "not both"),
        ("kernel_size: 3 pad_w: 1", "pad_h and pad_w"),
        ("kernel_size: 3 pad: 1 pad_h: 1 pad_w: 1", "not both"),
        ("kernel_size: 2 pad: 2", "pad 2 must be smaller"),
        ("kernel_size: 3 pad: 1 pool: STOCHASTIC", "MAX and AVE"),
        ("global_pooling: true kernel_size: 3", "remove kernel_size"),
        ("global_pooling: true kernel_h: 3", "global_pooling"),
        ("global_pooling: true pad: 1", "pad 0 and stride 1"),
        ("global_pooling: true stride: 2", "pad 0 and stride 1"),
        ("kernel_size: 15", "negative|fit"),
    ],
)
def test_what_caffe_refuses_is_refused(set_up: SetUp, body: str, words: str) -> None:
    with pytest.raises(fk.LayerError, match=words):
        set_up("Pooling", IMAGE, body=text(body))


@pytest.mark.parametrize("shape", [(2, 3, 13), (2, 3), (2, 3, 4, 5, 6)])
@pytest.mark.parametrize("body", ["kernel_size: 1", "global_pooling: true"])
def test_it_needs_four_axes(set_up: SetUp, shape: tuple[int, ...], body: str) -> None:
    with pytest.raises(fk.LayerError, match="4 axes"):
        set_up("Pooling", shape, body=text(body))


@given(
    length=st.integers(1, 40),
    kernel=st.integers(1, 8),
    stride=st.integers(1, 8),
    pad=st.integers(0, 7),
)
def test_its_windows_cover_the_bottom_and_none_starts_behind_it(
    length: int, kernel: int, stride: int, pad: int
) -> None:
    assume(pad < kernel <= length + 2 * pad)
    assume(stride <= kernel)
    body = text(f"kernel_size: {kernel} stride: {stride} pad: {pad}")
    net = fk.load_net(f"""
        layer {{ name: "a" type: "Input" top: "a"
                 input_param {{ shape {{ dim: [1, 1, {length}, {length}] }} }} }}
        layer {{ name: "b" type: "Pooling" bottom: "a" top: "b" {body} }}
    """)
    last = (net.layers[1].tops[0][1][2] - 1) * stride - pad
    assert last < length
    assert last + kernel >= length


def test_a_method_of_happynears_is_told_of() -> None:
    net = fk.load_net("""
        layer { name: "d" type: "Input" top: "d" input_param { shape { dim: [1, 2, 4, 4] } } }
        layer { name: "p" type: "Pooling" bottom: "d" top: "p"
                pooling_param { kernel_size: 2 pool: DEF } }
    """)
    told = "layer 'p' (Pooling): the blob of happynear's pool: DEF is not made here"
    assert net.notes == (told,)


def test_ceil_mode_false_rounds_down_in_pooling() -> None:
    body = "pooling_param { kernel_size: 3 stride: 2 ceil_mode: false }"
    assert tops_of(set_up_text(f'type: "Pooling" top: "t" {body}', CONV)[0]) == [(2, 8, 5, 4)]


def test_a_shape_of_video_caffe_is_told_to_be_ignored() -> None:
    net = fk.load_net("""
        layer { name: "d" type: "Input" top: "d" input_param { shape { dim: [2, 3, 8, 8] } } }
        layer { name: "p" type: "Pooling" bottom: "d" top: "p"
                pooling_param { kernel_size: 2 stride_shape { dim: [2, 2] } } }
    """)
    assert net.layers[-1].tops == (("p", (2, 3, 7, 7)),)
    assert any("(Pooling): pooling_param.stride_shape, which video-caffe" in n for n in net.notes)
