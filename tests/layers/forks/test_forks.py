"""Layer types of the forks: shapes and parameter blobs, each as the fork named has them."""

from __future__ import annotations

import subprocess
import sys

import pytest

import fillerkit as fk

CONV = (2, 8, 12, 10)


def _set_up(
    text: str, *bottoms: tuple[int, ...], dialect: str | None = None
) -> tuple[fk.Layer, fk.Net]:
    """The last layer of a net of inputs b0, b1, ... and the layer in `text`."""
    inputs = "".join(
        f'layer {{ name: "in{i}" type: "Input" top: "b{i}" input_param {{ shape {{ '
        + " ".join(f"dim: {n}" for n in shape)
        + " } } }\n"
        for i, shape in enumerate(bottoms)
    )
    taken = " ".join(f'bottom: "b{i}"' for i in range(len(bottoms)))
    net = fk.load_net(f'{inputs}layer {{ name: "x" {taken} {text} }}', dialect=dialect)
    return net.layers[-1], net


def _tops(layer: fk.Layer) -> list[tuple[int, ...]]:
    return [shape for _, shape in layer.tops]


def _blobs(layer: fk.Layer) -> list[tuple[int, ...]]:
    return [param.shape for param in layer.params]


def test_segnet_bn_has_scale_and_shift_of_four_axes() -> None:
    layer, net = _set_up(
        'type: "BN" top: "t" bn_param { scale_filler { value: 1 } shift_filler { value: 0.001 } }',
        CONV,
    )
    assert _blobs(layer) == [(1, 8, 1, 1)] * 2
    assert [param.distribution.mean for param in layer.params] == pytest.approx([1, 0.001])
    assert any("segnet" in note for note in net.notes)


def test_segnet_bn_may_make_the_batchs_mean_and_variance_too() -> None:
    text = 'type: "BN" top: "t" top: "mean" top: "variance" bn_param { %s_filler { value: 1 } }'
    assert _tops(_set_up(text % "scale", CONV)[0])[1:] == [(1, 8, 1, 1)] * 2
    with pytest.raises(fk.LayerError, match="makes 1 tops, not 3"):
        _set_up(text % "slope", CONV)


@pytest.mark.parametrize(("frozen", "variance"), [("true", 1.0), ("false", 0.0)])
def test_pspnet_bn_has_four_blobs_of_four_axes(frozen: str, variance: float) -> None:
    layer, _ = _set_up(
        f'type: "BN" top: "t" {"param { } " * 4} bn_param {{ frozen: {frozen} '
        "slope_filler { value: 1 } }",
        CONV,
    )
    assert _blobs(layer) == [(1, 8, 1, 1)] * 4
    assert layer.params[3].distribution == fk.Constant(variance)


def test_tsn_bn_has_four_blobs_of_two_axes() -> None:
    layer, _ = _set_up('type: "BN" top: "t" bn_param { slope_filler { value: 1 } }', CONV)
    assert _blobs(layer) == [(1, 8)] * 4


def test_a_dialect_said_outright_is_believed() -> None:
    text = 'type: "BN" top: "t" bn_param { slope_filler { value: 1 } }'
    assert _blobs(_set_up(text, CONV, dialect="pspnet")[0]) == [(1, 8, 1, 1)] * 4
    assert _blobs(_set_up(text, CONV, dialect="segnet")[0]) == [(1, 8, 1, 1)] * 2


def test_an_unknown_dialect_names_the_known_ones() -> None:
    with pytest.raises(fk.UsageError, match="segnet"):
        _set_up('type: "BN" top: "t"', CONV, dialect="caffe2")


@pytest.mark.parametrize(("shared", "blob"), [("false", (8,)), ("true", ())])
def test_ssd_normalize_learns_a_scale(shared: str, blob: tuple[int, ...]) -> None:
    layer, _ = _set_up(
        f'type: "Normalize" top: "t" norm_param {{ channel_shared: {shared} '
        "scale_filler { value: 20 } }",
        CONV,
    )
    assert _blobs(layer) == [blob]
    assert layer.params[0].distribution == fk.Constant(20)


def test_ssd_normalize_scales_by_1_without_a_filler() -> None:
    layer, _ = _set_up('type: "Normalize" top: "t" norm_param { }', CONV)
    assert layer.params[0].distribution == fk.Constant(1)


def test_happynear_normalize_has_no_blobs_and_gives_the_norms() -> None:
    layer, _ = _set_up('type: "Normalize" top: "t" top: "norms"', CONV)
    assert _blobs(layer) == []
    assert _tops(layer) == [CONV, (2, 1, 12, 10)]


def test_caffe_face_center_loss_learns_centers() -> None:
    layer, _ = _set_up(
        'type: "CenterLoss" top: "t" center_loss_param { num_output: 10 '
        'center_filler { type: "xavier" } }',
        (4, 2),
        (4,),
    )
    assert _blobs(layer) == [(10, 2)]
    assert isinstance(layer.params[0].distribution, fk.Uniform)


def test_depthwise_convolution_has_one_filter_a_channel() -> None:
    body = "convolution_param { num_output: 8 kernel_size: 3 pad: 1 group: 8 }"
    layer, _ = _set_up(f'type: "DepthwiseConvolution" top: "t" {body}', CONV)
    assert _blobs(layer) == [(8, 1, 3, 3), (8,)]
    assert _tops(layer) == [CONV]


def test_convolution_depthwise_needs_no_group() -> None:
    body = "convolution_param { num_output: 8 kernel_size: 3 bias_term: false }"
    layer, _ = _set_up(f'type: "ConvolutionDepthwise" top: "t" {body}', CONV)
    assert _blobs(layer) == [(8, 1, 3, 3)]
    assert _tops(layer) == [(2, 8, 10, 8)]


@pytest.mark.parametrize(
    ("text", "bottoms", "tops"),
    [
        ('type: "Permute" top: "t" permute_param { order: [0, 2, 3] }', [CONV], [(2, 12, 10, 8)]),
        (
            'type: "PriorBox" top: "t" prior_box_param { min_size: 60 max_size: 111 '
            "aspect_ratio: 2 aspect_ratio: 3 }",
            [CONV, (2, 3, 300, 300)],
            [(1, 2, 12 * 10 * 6 * 4)],
        ),
        (
            'type: "ROIPooling" top: "t" roi_pooling_param { pooled_h: 7 pooled_w: 6 }',
            [CONV, (5, 5)],
            [(5, 8, 7, 6)],
        ),
        (
            'type: "PSROIPooling" top: "t" psroi_pooling_param '
            "{ spatial_scale: 1 output_dim: 2 group_size: 2 }",
            [CONV, (5, 5)],
            [(5, 2, 2, 2)],
        ),
        ('type: "Interp" top: "t" interp_param { zoom_factor: 2 }', [CONV], [(2, 8, 23, 19)]),
        ('type: "Interp" top: "t" interp_param { shrink_factor: 2 }', [CONV], [(2, 8, 6, 5)]),
        ('type: "Interp" top: "t"', [CONV, (2, 1, 33, 44)], [(2, 8, 33, 44)]),
        ('type: "Upsample" top: "t" upsample_param { scale: 2 }', [CONV], [(2, 8, 24, 20)]),
        (
            'type: "Upsample" top: "t" upsample_param { scale: 2 pad_out_h: true }',
            [CONV, CONV],
            [(2, 8, 23, 20)],
        ),
        ('type: "Reorg" top: "t" reorg_param { stride: 2 }', [CONV], [(2, 32, 6, 5)]),
        ('type: "ShuffleChannel" top: "t"', [CONV], [CONV]),
        ('type: "Axpy" top: "t"', [(2, 8, 1, 1), CONV, CONV], [CONV]),
    ],
)
def test_a_layer_makes_the_tops_of_its_fork(
    text: str, bottoms: list[tuple[int, ...]], tops: list[tuple[int, ...]]
) -> None:
    layer, _ = _set_up(text, *bottoms)
    assert _tops(layer) == tops
    assert _blobs(layer) == []


def test_ceil_mode_false_rounds_down_in_pooling() -> None:
    body = "pooling_param { kernel_size: 3 stride: 2 ceil_mode: false }"
    assert _tops(_set_up(f'type: "Pooling" top: "t" {body}', CONV)[0]) == [(2, 8, 5, 4)]


def test_py_faster_rcnn_s_anchors_are_counted_from_its_param_str() -> None:
    layer, _ = _set_up(
        "type: 'Python' top: 'l' top: 't' top: 'i' top: 'o' python_param { module: "
        "'rpn.anchor_target_layer' layer: 'AnchorTargetLayer' param_str: "
        "\"'feat_stride': 16 \\n'scales': !!python/tuple [4, 8, 16, 32]\" }",
        *((1, 24, 19, 19), (1, 4), (1, 3), (1, 3, 300, 300)),
    )
    assert _tops(layer) == [(1, 1, 228, 19)] + [(1, 48, 19, 19)] * 3


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
    assert _tops(fk.load_net(text, shapes={"a": (2, 3), "b": (2,)}).layers[0]) == [(2, 3), (2,)]


UNKNOWN = (
    'layer { name: "u" type: "Mystery" top: "a" }\n'
    'layer { name: "v" type: "Riddle" bottom: "a" top: "c" }\n'
)


def test_all_unknown_layers_are_named_at_once_with_what_to_add() -> None:
    with pytest.raises(fk.UnknownLayers) as refusal:
        fk.load_net(UNKNOWN)
    for word in ("Mystery 'u': shapes={'a'", "Riddle 'v': shapes={'c'", "line 2", "params="):
        assert word in refusal.value.message


def test_an_unknown_layer_does_with_its_tops_and_may_have_parameters() -> None:
    net = fk.load_net(
        UNKNOWN,
        shapes={"a": (2, 3), "c": (2, 4)},
        params={"v": ["4x3:gaussian(std=0.5)", "4"]},
    )
    assert _blobs(net.layers[1]) == [(4, 3), (4,)]
    assert net.layers[1].params[0].distribution == fk.Gaussian(0, 0.5)
    assert (net.fill(1)["v"][1] == 0).all()


@pytest.mark.parametrize("top", ["", 'top: "t"'])
def test_a_misspelt_type_is_refused_with_and_without_tops(top: str) -> None:
    text = f'layer {{ name: "r" type: "SoftmaxWithLos" {top} }}\n'
    with pytest.raises(fk.LayerError, match="'SoftmaxWithLoss'"):
        fk.load_net(text)


@pytest.mark.parametrize("blob", ["4x3:gausian", "4x3:gaussian(sdt=1)", "4,3:xavier", ":xavier"])
def test_a_parameter_that_cannot_be_is_refused(blob: str) -> None:
    with pytest.raises(fk.FillerkitError):
        fk.load_net(UNKNOWN, shapes={"a": (2, 3), "c": (2, 4)}, params={"v": [blob]})


def test_unknown_fields_are_passed_over_when_asked_and_listed() -> None:
    text = 'name: "x"\nnonsense: 3\nlayer { name: "r" type: "Input" top: "d" zzz { a: 1 } }\n'
    with pytest.raises(fk.PrototxtError, match="nonsense"):
        fk.load_net(text)
    net = fk.load_net(text, allow_unknown_fields=True, shapes={"d": (1,)})
    assert [note for note in net.notes if "skipped" in note] == [
        "line 2: NetParameter.nonsense is skipped",
        "line 3: LayerParameter.zzz is skipped",
    ]


def test_a_layer_of_your_own_goes_before_a_fork_s_of_that_name() -> None:
    code = (
        "import fillerkit as fk\n"
        "@fk.layer('ReLU6')\n"
        "def mine(layer, bottoms):\n"
        "    return fk.Plan(tops=[(7,)])\n"
        'net = fk.load_net(\'layer { name: "d" type: "Input" top: "d" input_param '
        '{ shape { dim: 1 } } } layer { name: "r" type: "ReLU6" bottom: "d" top: "r" }\')\n'
        "assert 'Permute' in fk.layer_types.names()\n"
        "assert net.layers[-1].tops == (('r', (7,)),)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
