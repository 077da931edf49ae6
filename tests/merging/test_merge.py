"""BatchNorm, Scale and their kind folded into the layers before them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import fillerkit as fk

DATA = """
layer { name: "data" type: "Input" top: "data" input_param { shape { dim: [2, 4, 7, 6] } } }
"""
CONV = """
layer { name: "conv" type: "Convolution" bottom: "data" top: "conv"
        convolution_param { num_output: 6 kernel_size: 3 weight_filler { type: "xavier" } } }
"""
NO_BIAS = CONV.replace("num_output", "bias_term: false num_output")
BN = 'layer { name: "bn" type: "BatchNorm" bottom: "conv" top: "conv" }\n'
BN_APART = 'layer { name: "bn" type: "BatchNorm" bottom: "conv" top: "bn" }\n'
SCALE = """layer { name: "scale" type: "Scale" bottom: "conv" top: "conv"
        scale_param { bias_term: true } }
"""
SCALE_APART = SCALE.replace('"conv"', '"bn"', 1).replace('"conv"', '"scale"')
RELU = 'layer { name: "relu" type: "ReLU" bottom: "conv" top: "conv" }\n'
ON_TOP = """layer { name: "fc" type: "InnerProduct" bottom: "scale" top: "fc"
        inner_product_param { num_output: 3 weight_filler { type: "xavier" } } }
"""


def trained(text: str, **asked: object) -> fk.Blobs:
    """Values such as training gives: nothing is 0 or 1 by chance."""
    net = fk.load_net(text, phase="TEST", **asked)  # type: ignore[arg-type]
    random = np.random.default_rng(3)
    arrays: dict[str, list[np.ndarray]] = {}
    for layer in net.layers:
        for param in layer.params:
            values = random.normal(size=param.shape).astype(np.float32)
            if param.name in ("variance", "scale_factor"):
                values = abs(values) + 0.5
            if param.owner is not None:
                owner = net.layers[param.owner[0]]
                values = arrays[owner.key][param.owner[1]]
            arrays.setdefault(layer.key, []).append(values)
    return fk.Blobs.of(net, arrays)


def outputs(net: fk.Net, blobs: fk.Blobs) -> dict[str, np.ndarray]:
    """What a net gives for one batch, in float64."""
    torch = pytest.importorskip("torch", reason="PyTorch is not installed")
    from fillerkit.torch import module

    torch.manual_seed(1)
    data = {
        top: torch.randn(shape, dtype=torch.float64)
        for layer in net.layers
        if not layer.bottoms
        for top, shape in layer.tops
    }
    running = module(net, blobs).double().eval()
    with torch.no_grad():
        result = running(**data)
    return {name: result[name].numpy() for name in net.outputs}


def check_equal(text: str, merged: fk.Merged, blobs: fk.Blobs) -> None:
    old = outputs(fk.load_net(text, phase="TEST"), blobs)
    new = outputs(merged.net, merged.blobs)
    assert old.keys() == new.keys()
    for name, values in old.items():
        np.testing.assert_allclose(new[name], values, rtol=1e-4, atol=1e-4)


DECONV = CONV.replace('"Convolution"', '"Deconvolution"')
INNER = """
layer { name: "conv" type: "InnerProduct" bottom: "data" top: "conv"
        inner_product_param { num_output: 6 bias_term: false weight_filler { type: "xavier" } } }
"""
BIAS = 'layer { name: "bias" type: "Bias" bottom: "conv" top: "conv" }\n'
FOLDED = {
    "in place": CONV + BN + SCALE + RELU,
    "with names of its own": NO_BIAS + BN_APART + SCALE_APART + ON_TOP,
    "no scale": NO_BIAS + BN + RELU,
    "no scale, a name of its own": CONV + BN_APART,
    "a scale without a bias": CONV + BN + SCALE.replace("bias_term: true", ""),
    "a scale alone": CONV + SCALE,
    "a scale alone, without any bias": NO_BIAS + SCALE.replace("bias_term: true", ""),
    "one factor for all": CONV + SCALE.replace("bias_term", "num_axes: 0 bias_term"),
    "a bias": NO_BIAS + BIAS,
    "a bias of a scale's": NO_BIAS + SCALE.replace("bias_term: true", "") + BIAS,
    "twice": CONV + BN + SCALE + BN.replace('"bn"', '"bn2"') + SCALE.replace('"scale"', '"s2"'),
    "groups": CONV.replace("num_output", "group: 2 num_output") + BN + SCALE,
    "a deconvolution": DECONV + BN + SCALE,
    "a deconvolution of groups": DECONV.replace("num_output", "group: 2 num_output") + BN + SCALE,
    "a deconvolution without bias": DECONV.replace("num_", "bias_term: false num_") + BN,
    "an inner product": INNER + BN + SCALE,
    "an inner product, turned": INNER.replace("num_output", "transpose: true num_output") + BN,
    "an inner product and a scale of all axes": INNER
    + SCALE.replace("bias_", "num_axes: -1 bias_"),
    "another eps": CONV + BN.replace(" }", " batch_norm_param { eps: 0.5 } }"),
    "gathered statistics, said": CONV
    + BN.replace(" }", " batch_norm_param { use_global_stats: true } }"),
    "depthwise": CONV.replace('"Convolution"', '"DepthwiseConvolution"') + BN + SCALE,
    "a fork's depthwise": CONV.replace('"Convolution"', '"ConvolutionDepthwise"').replace(
        "num_output: 6", "num_output: 4"
    )
    + BN,
    "BN of PSPNet": NO_BIAS
    + 'layer { name: "bn" type: "BN" bottom: "conv" top: "conv" '
    + "param { } " * 4
    + "}",
    "frozen BN of TSN": NO_BIAS
    + """layer { name: "bn" type: "BN" bottom: "conv" top: "conv"
         bn_param { slope_filler { value: 1 } bias_filler { value: 0 } frozen: true } }""",
    "SegNet's BN of inference": CONV
    + """layer { name: "bn" type: "BN" bottom: "conv" top: "bn"
         bn_param { bn_mode: INFERENCE scale_filler { value: 1 } shift_filler { value: 0 } } }""",
}


@pytest.mark.parametrize("text", FOLDED.values(), ids=FOLDED)
def test_the_merged_net_gives_the_same(text: str) -> None:
    text = DATA + text
    blobs = trained(text)
    merged = fk.merge_bn(text, blobs)
    assert merged.left == ()
    assert not {"BatchNorm", "BN", "Scale", "Bias"} & {layer.type for layer in merged.net.layers}
    check_equal(text, merged, blobs)


V1 = """
input: "data" input_dim: 2 input_dim: 4 input_dim: 7 input_dim: 6
layers { name: "conv" type: CONVOLUTION bottom: "data" top: "conv" blobs_lr: 1 weight_decay: 1
         convolution_param { num_output: 6 kernel_size: 3 bias_term: false } }
layers { name: "bn" type: BN bottom: "conv" top: "conv"  # SegNet
         bn_param { bn_mode: INFERENCE scale_filler { value: 1 } shift_filler { value: 0 } } }
layers { name: "relu" type: RELU bottom: "conv" top: "conv" }
"""


def test_a_net_of_2014_stays_one_of_2014() -> None:
    blobs = trained(V1)
    merged = fk.merge_bn(V1, blobs)
    assert 'layers { name: "relu" type: RELU bottom: "conv" top: "conv" }' in merged.text
    assert "bias_term: true" in merged.text
    assert "# SegNet" not in merged.text
    check_equal(V1, merged, blobs)


def test_only_what_goes_is_changed_in_the_text() -> None:
    text = f"""# A net.
{DATA}
layer {{   # first
  name: "conv"
  type: "Convolution"; bottom: 'data'
  top: 'conv'  # renamed
  convolution_param {{ num_output: 6, kernel_size: 3
    bias_term: false  # none
  }}
}}

# Behind it.
{BN_APART}
layer {{ name: "scale" type: "Scale" bottom: "bn" top: "sc\\x61le" }}  # to be gone

{ON_TOP}"""
    merged = fk.merge_bn(text, trained(text))
    wanted = text.replace("top: 'conv'", 'top: "sc\\x61le"').replace("false", "true")
    wanted = wanted.replace(BN_APART, "")
    start = wanted.index('layer { name: "scale"')
    wanted = wanted[:start] + wanted[wanted.index("# to be gone") :]
    assert merged.text == wanted


def test_the_report_tells_what_became_of_each_layer() -> None:
    text = DATA + CONV + BN + SCALE
    merged = fk.merge_bn(text, trained(text))
    assert merged.folded == (("bn", "conv"), ("scale", "conv"))
    assert list(merged.blobs) == ["conv"]


def test_a_layer_that_is_left_stays_as_it_is() -> None:
    two = CONV.replace('"conv"', '"two"').replace("data", "conv") + BN.replace("conv", "two")
    text = DATA + CONV + RELU + BN + two.replace('"bn"', '"bn2"')
    blobs = trained(text)
    merged = fk.merge_bn(text, blobs)
    assert merged.folded == (("bn2", "two"),)
    (left,) = merged.left
    assert str(left).startswith("left layer 'bn' (BatchNorm): it stands behind layer 'relu' (ReLU)")
    assert np.array_equal(merged.blobs["bn"][0], blobs["bn"][0])
    check_equal(text, merged, blobs)


TAKEN = 'layer { name: "other" type: "ReLU" bottom: "conv" top: "other" }\n'
VALUES = "shape { dim: [6, 4, 3, 3] }" + " data: 1" * 216
LEFT = {
    "before the convolution": (
        BN.replace("conv", "data") + CONV,
        "it stands behind layer 'data' \\(Input\\)",
    ),
    "behind a rectifier": (CONV + RELU + BN, "it stands behind layer 'relu' \\(ReLU\\)"),
    "taken elsewhere": (CONV + TAKEN + BN_APART, "'conv', its bottom, is taken elsewhere too"),
    "a loss": (
        CONV.replace('type: "Conv', 'loss_weight: 1 type: "Conv') + BN_APART,
        "taken elsewhere too",
    ),
    "itself a loss": (CONV + BN_APART.replace("type", "loss_weight: 1 type"), "counts as a loss"),
    "statistics of the batch": (
        CONV + BN.replace(" }", " batch_norm_param { use_global_stats: false } }"),
        "statistics of the batch",
    ),
    "two bottoms": (
        CONV
        + """layer { name: "s" type: "Scale" bottom: "conv" bottom: "conv" top: "s"
             scale_param { axis: 0 } }""",
        "a second bottom",
    ),
    "a scale of another axis": (
        CONV + SCALE.replace("bias_", "axis: 2 bias_"),
        "not one for each channel",
    ),
    "a scale of each value": (
        CONV + SCALE.replace("bias_", "num_axes: -1 bias_"),
        "not one for each channel",
    ),
    "shared weights": (
        CONV.replace("bottom", 'param { name: "w" } bottom')
        + BN
        + CONV.replace("bottom", 'param { name: "w" } bottom').replace('"conv"', '"conv2"'),
        "layer 'conv' shares its parameters",
    ),
    "shared statistics": (
        CONV
        + BN.replace("bottom", 'param { name: "m" lr_mult: 0 } bottom')
        + CONV.replace('"conv"', '"c2"')
        + BN.replace("bottom", 'param { name: "m" lr_mult: 0 } bottom')
        .replace('"bn"', '"b2"')
        .replace('"conv"', '"c2"'),
        "layer 'bn' shares its parameters",
    ),
    "several bottoms": (
        CONV.replace(
            'bottom: "data" top: "conv"', 'bottom: "data" bottom: "data" top: "conv" top: "x"'
        )
        + BN,
        "layer 'conv' \\(Convolution\\) has several bottoms",
    ),
    "another axis": (
        INNER.replace("num_output", "axis: 2 num_output") + BN,
        "does not make its channels along axis 1",
    ),
    "SegNet's BN of training": (
        CONV
        + """layer { name: "bn" type: "BN" bottom: "conv" top: "bn"
             bn_param { scale_filler { value: 1 } shift_filler { value: 0 } } }""",
        "unless bn_mode is INFERENCE",
    ),
    "a field of a fork": (
        CONV.replace("num_output", "relu: true num_output") + BN,
        "convolution_param.relu of layer 'conv', which only forks have",
    ),
    "a field of a fork's scale": (
        CONV + SCALE.replace("bias_term", "max_value: 1 bias_term"),
        "scale_param.max_value of layer 'scale', which only forks have",
    ),
    "rules": (CONV + BN_APART.replace("type", "include { phase: TEST } type"), "its rules"),
    "a layer of another phase": (
        CONV + BN_APART + TAKEN.replace("type", "include { phase: TRAIN } type"),
        "'conv' is in layer 'other' too",
    ),
    "an earlier layer of another phase": (
        CONV + TAKEN.replace("type", "include { phase: TRAIN } type") + BN,
        "'conv' is in layer 'other' too",
    ),
    "a parameter shared with another phase": (
        CONV.replace("bottom", 'param { name: "w" } bottom')
        + BN
        + CONV.replace("bottom", 'include { phase: TRAIN } param { name: "w" } bottom').replace(
            '"conv"', '"conv2"'
        ),
        "shares 'w' with layer 'conv2', which is not in this net",
    ),
    "blobs in the text": (
        NO_BIAS.replace("bottom", f"blobs {{ {VALUES} }} bottom") + BN,
        "layer 'conv' \\(Convolution\\) has blobs in the text",
    ),
    "a list": (
        CONV + BN.replace("layer {", "layer: [ {").replace("}\n", "} ]\n"),
        "it stands in a list",
    ),
}


@pytest.mark.parametrize(("text", "said"), LEFT.values(), ids=LEFT)
def test_a_net_with_nothing_to_fold_is_refused_with_the_reason(text: str, said: str) -> None:
    text = DATA + text
    with pytest.raises(fk.PrototxtError, match=f"<text>: nothing can be folded: .*{said}"):
        fk.merge_bn(text, trained(text))


def test_a_net_without_any_such_layer_says_what_is_looked_for() -> None:
    with pytest.raises(fk.PrototxtError, match="it has no BatchNorm, BN, Scale, Bias"):
        fk.merge_bn(DATA + CONV, trained(DATA + CONV))


def test_fields_of_forks_that_change_nothing_do_no_harm() -> None:
    conv = CONV.replace("num_output", "relu: false conv_algorithm: 'auto' num_output")
    text = DATA + conv + BN.replace(" }", " batch_norm_param { engine: CUDNN } }")
    assert fk.merge_bn(text, trained(text)).folded == (("bn", "conv"),)


def test_a_later_layer_of_another_phase_may_take_the_end() -> None:
    text = DATA + CONV + BN + TAKEN.replace("type", "include { phase: TRAIN } type")
    merged = fk.merge_bn(text, trained(text))
    assert merged.folded == (("bn", "conv"),)
    assert fk.load_net(merged.text, phase="TRAIN").outputs == ("other",)


def test_a_part_of_what_follows_can_be_folded() -> None:
    text = DATA + CONV + BN_APART + TAKEN.replace("conv", "bn") + SCALE_APART
    blobs = trained(text)
    merged = fk.merge_bn(text, blobs)
    assert merged.folded == (("bn", "conv"),)
    assert "'bn', its bottom, is taken elsewhere" in str(merged.left[0])
    check_equal(text, merged, blobs)


def test_statistics_of_an_untrained_net_are_told_of() -> None:
    text = DATA + CONV + BN
    blobs = fk.load_net(text).fill(seed=1)
    merged = fk.merge_bn(text, blobs)
    assert merged.notes[-1].startswith("bn: the scale factor is 0")
    check_equal(text, merged, blobs)


@pytest.mark.parametrize(("dialect", "eps"), [("nvidia", 1e-5), ("nvidia-0.15", 1e-7)])
def test_nvidias_statistics_are_not_divided_by_the_factor(dialect: str, eps: float) -> None:
    param = "batch_norm_param { eps: 1e-7 scale_filler { value: 1 } bias_filler { value: 0 } }"
    text = DATA + CONV + BN.replace(" }", f" {param} }}")
    blobs = trained(text, dialect=dialect)
    merged = fk.merge_bn(text, blobs, dialect=dialect)
    bn, conv = blobs["bn"], blobs["conv"]
    factor = bn.weight / np.sqrt(bn.variance + eps)
    offset = (conv.bias - bn.mean) * factor + bn.bias
    weight = conv.weight * factor[:, None, None, None]
    np.testing.assert_allclose(merged.blobs["conv"].weight, weight, rtol=1e-5)
    np.testing.assert_allclose(merged.blobs["conv"].bias, offset, rtol=1e-5, atol=1e-6)


def test_a_factor_that_is_not_finite_is_left() -> None:
    text = DATA + CONV + BN
    blobs = trained(text)
    spoilt = dict(blobs.stored.owned)
    spoilt["bn", 1] = "variance", np.full(6, -1, np.float32)
    with pytest.raises(fk.PrototxtError, match="its factors are not all finite"):
        fk.merge_bn(text, fk.Blobs(spoilt, {}, {}))


def test_other_weights_are_refused() -> None:
    text = DATA + CONV + BN
    others = trained(DATA + CONV)
    with pytest.raises(fk.FormatError, match=r"no layer bn, .*is it the file of this net\?"):
        fk.merge_bn(text, others)


def test_weights_of_another_shape_are_refused_without_a_keyword_that_is_not_taken() -> None:
    others = trained(DATA + CONV.replace("num_output: 6", "num_output: 7") + BN)
    with pytest.raises(fk.FormatError) as refusal:
        fk.merge_bn(DATA + CONV + BN, others)
    message = refusal.value.message
    assert "layer 'conv' does not fit: its weight is 7x" in message
    assert message.endswith("in the net; is it the file of this net?")


def test_layers_of_the_file_that_the_net_has_not_are_told_of() -> None:
    text = DATA + CONV + BN
    merged = fk.merge_bn(text, trained(text + ON_TOP.replace('"scale"', '"conv"')))
    assert "left fc, which the net has not" in merged.notes[-1]


def test_values_of_a_double_net_stay_double() -> None:
    text = DATA + NO_BIAS + BN
    owned = {
        (layer, index): (name, array.astype(np.float64))
        for layer, index, name, array, _ in trained(text).owned()
    }
    merged = fk.merge_bn(text, fk.Blobs(owned, {}, {}))
    assert {array.dtype.name for array in merged.blobs["conv"]} == {"float64"}


def test_a_solver_is_refused(tmp_path: Path) -> None:
    text = DATA + CONV + BN
    (tmp_path / "net.prototxt").write_text(text)
    (tmp_path / "solver.prototxt").write_text('net: "net.prototxt" base_lr: 0.1\n')
    for solver in (tmp_path / "solver.prototxt", f"net_param {{ {text} }} base_lr: 0.1"):
        with pytest.raises(fk.UsageError, match="is a solver: give its net"):
            fk.merge_bn(solver, trained(text))


def test_a_path_may_be_written_in_any_way(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    text = DATA + CONV + BN
    Path("net.prototxt").write_text(text)
    for path in (
        "net.prototxt",
        ".//net.prototxt",
        Path("net.prototxt"),
        tmp_path / "net.prototxt",
    ):
        assert fk.merge_bn(path, trained(text)).folded == (("bn", "conv"),)


def test_fillers_are_refused() -> None:
    text = DATA + CONV + BN
    with pytest.raises(fk.UsageError, match="fillers has no meaning here"):
        fk.merge_bn(text, trained(text), fillers={"*": "xavier"})


def test_what_is_said_of_the_net_goes_for_both() -> None:
    text = DATA.replace("[2, 4, 7, 6]", "[1, 1, 1, 1]") + CONV + BN.replace("BatchNorm", "Norm")
    asked = {"shapes": {"data": (2, 4, 7, 6)}, "types": {"bn": "BatchNorm"}}
    blobs = trained(text, **asked)
    merged = fk.merge_bn(text, blobs, **asked)  # type: ignore[arg-type]
    assert merged.net.layers[0].tops[0][1] == (2, 4, 7, 6)
