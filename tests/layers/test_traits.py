"""What layer types declare of themselves, held against what they do."""

from __future__ import annotations

import json
import tarfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
import weights
from google.protobuf import text_format

import fillerkit as fk
from fillerkit.layers.registry import traits_of
from fillerkit.layers.traits import Declared, Traits
from fillerkit.schema.forks_pb2 import LayerParameter

TESTS = Path(__file__).parents[1]
SetUp = Callable[..., fk.Layer]
INPUT = 'layer { name: "a" type: "Input" top: "a" input_param { shape { dim: [2, 3] } } }\n'
CONSTANT = 'type: "constant" value: 1'


def _forks() -> Iterator[tuple[str, str]]:
    with tarfile.open(TESTS / "forks" / "forks.tar.xz") as archive:
        for member in archive:
            content = archive.extractfile(member)
            assert content is not None
            yield member.name, content.read().decode()


FORKS = dict(_forks())
INDEX: dict[str, dict[str, Any]] = json.loads(FORKS["index.json"])


def _not_declared(layers: Sequence[fk.Layer]) -> list[tuple[str, list[str]]]:
    """The layers whose planned blobs have other names than their type declares."""
    planned = [(layer, [param.name for param in layer.params]) for layer in layers]
    return [
        (layer.name, names)
        for layer, names in planned
        if layer.traits.blob_names(layer.message, len(names)) != tuple(names)
    ]


@pytest.mark.parametrize("path", sorted((TESTS / "conformance" / "nets").iterdir()), ids=str)
def test_the_blobs_of_caffes_nets_have_the_names_that_their_types_declare(path: Path) -> None:
    for phase in ("TRAIN", "TEST"):
        try:
            net = fk.load_net(path, phase=phase)
        except fk.FillerkitError:  # Caffe refuses the net too
            continue
        assert _not_declared(net.layers) == []


@pytest.mark.long
@pytest.mark.parametrize("name", INDEX)
def test_the_blobs_of_forks_nets_have_the_names_that_their_types_declare(name: str) -> None:
    net = fk.load_net(FORKS[f"nets/{name}.prototxt"], phase=INDEX[name]["phase"])
    assert _not_declared(net.layers) == []


@pytest.mark.parametrize(
    ("kind", "bottoms", "body"),
    [
        ("BN", [(2, 4)], "bn_param { slope_filler { value: 1 } }"),
        ("BN", [(2, 4, 3, 3)], "bn_param { scale_filler { value: 1 } }"),
        ("CenterLoss", [(2, 4), (2,)], "center_loss_param { num_output: 5 }"),
        ("CConvolution", [(2, 4, 6, 6)], "convolution_param { num_output: 4 kernel_size: 3 }"),
        (
            "CConvolution",
            [(2, 4, 6, 6)],
            "convolution_param { num_output: 4 kernel_size: 3 bias_term: false }",
        ),
        ("CInnerProduct", [(2, 4)], "inner_product_param { num_output: 4 }"),
        ("ClassDistance", [(2, 4)], "class_distance_param { num_output: 5 }"),
        (
            "CuDNNHighway",
            [(2, 4, 6, 6)],
            "highway_conv_param { num_output: 4 kernel_size: 3 pad: 1 }",
        ),
        ("DNSConvolution", [(2, 4, 6, 6)], "convolution_param { num_output: 4 kernel_size: 3 }"),
        ("DNSInnerProduct", [(2, 4)], "inner_product_param { num_output: 4 }"),
        ("GateLstm", [(2, 4, 6, 6)] * 2, "gatelstm_param { num_output: 4 }"),
        ("GateRecurrent", [(2, 4, 6, 6)], "gaterecurrent_param { num_output: 4 }"),
        (
            "INQConvolution",
            [(2, 4, 6, 6)],
            "convolution_param { num_output: 4 kernel_size: 3 } "
            "inq_convolution_param { portion: [0, 1] }",
        ),
        (
            "INQInnerProduct",
            [(2, 4)],
            "inner_product_param { num_output: 4 } inq_inner_product_param { portion: [0, 1] }",
        ),
        (
            "Netvlad",
            [(2, 4, 6, 6), (2, 3, 6, 6)],
            "netvlad_param { cluster_num: 4 local_dim: 3 vlad_dim: 12 }",
        ),
        ("OCLCRHWCN", [(6, 6, 4, 16)], "convolution_param { num_output: 4 kernel_size: 3 }"),
        ("OCLHWCNInnerProduct", [(4, 16)], "inner_product_param { num_output: 4 }"),
        ("SpatialRecurrent", [(2, 4, 6, 6)], ""),
        (
            "Ticonv",
            [(2, 4, 6, 6)],
            "convolution_param { num_output: 4 kernel_size: 3 } transformations { }",
        ),
        ("Tiedconv", [(2, 4, 6, 6)], "convolution_param { num_output: 4 kernel_size: 3 }"),
        ("MultiStageMeanfield", [(2, 4, 6, 6)] * 3, ""),
        ("ChannelScale", [(2, 4), (2, 1)], "channel_scale_param { global_scale: true }"),
        (
            "Convolution3D",
            [(2, 4, 6, 6, 6)],
            "convolution3d_param { num_output: 4 kernel_size: 3 kernel_depth: 3 }",
        ),
        (
            "Deconvolution3D",
            [(2, 4, 6, 6, 6)],
            "convolution3d_param { num_output: 4 kernel_size: 3 kernel_depth: 3 }",
        ),
        (
            "ConvolutionDepthwise",
            [(2, 4, 6, 6)],
            "convolution_param { num_output: 4 kernel_size: 3 }",
        ),
        (
            "DeformableConvolution",
            [(2, 4, 6, 6), (2, 72, 6, 6)],
            "deformable_convolution_param { num_output: 4 kernel_size: 3 }",
        ),
        (
            "DenseBlock",
            [(2, 4, 6, 6)],
            f"denseblock_param {{ numTransition: 3 growthRate: 2 BN_Scaler_Filler {{ {CONSTANT} }} "
            f"BN_Bias_Filler {{ {CONSTANT} }} }}",
        ),
        ("APL", [(2, 4)], ""),
        ("DataAugmentation", [(2, 3, 6, 6)], "augmentation_param { recompute_mean: 9 }"),
        ("EltwiseAffine", [(2, 4)], ""),
        ("GlobalLSEMargin", [(2, 4), (2,)], ""),
        ("InnerDistance", [(2, 4)], "inner_distance_param { num_output: 5 bias_term: true }"),
        (
            "LargeMarginInnerProduct",
            [(2, 4), (2,)],
            "largemargin_inner_product_param { num_output: 5 }",
        ),
        ("Local", [(2, 4, 6, 6)], "local_param { num_output: 4 kernel_size: 3 }"),
        ("Lstm", [(6, 4)], "lstm_param { num_output: 4 }"),
        ("MarginInnerProduct", [(2, 4), (2,)], "margin_inner_product_param { num_output: 5 }"),
        (
            "NdConvolution",
            [(2, 4, 6, 6, 6)],
            "convolution_param { num_output: 4 kernel_shape { dim: [3, 3, 3] } }",
        ),
        ("Normalize", [(2, 4)], "norm_param { channel_shared: false }"),
        ("Scale", [(2, 4), (2,)], "scale_param { axis: 0 bias_term: true }"),
    ],
)
def test_the_blobs_of_other_layers_have_the_names_that_their_types_declare(
    kind: str, bottoms: list[tuple[int, ...]], body: str, set_up: SetUp
) -> None:
    layer = set_up(kind, *bottoms, body=body)
    assert layer.params
    assert _not_declared([layer]) == []


def test_every_type_with_names_for_its_blobs_is_tried_here() -> None:
    tried = {
        *("APL", "DataAugmentation", "GlobalLSEMargin"),
        *("BN", "BatchNorm", "Bias", "CenterLoss", "ChannelScale", "Convolution"),
        *("CConvolution", "CInnerProduct", "Convolution3D", "Deconvolution3D", "NdConvolution"),
        *("ConvolutionDepthwise", "Deconvolution", "DeformableConvolution", "DenseBlock"),
        *("DepthwiseConvolution", "EltwiseAffine", "Embed", "InnerDistance", "InnerProduct"),
        *("LSTM", "LargeMarginInnerProduct", "Local", "Lstm", "MarginInnerProduct", "Normalize"),
        *("MultiStageMeanfield", "PReLU", "Parameter", "RNN", "Scale"),
        *("ClassDistance", "CuDNNHighway", "DNSConvolution", "DNSInnerProduct", "GateLstm"),
        *("GateRecurrent", "INQConvolution", "INQInnerProduct", "Netvlad", "OCLCRHWCN"),
        *("OCLHWCNInnerProduct", "SpatialRecurrent", "Ticonv", "Tiedconv"),
    }
    ours = [known for known in fk.layer_types if known.plan.__module__.startswith("fillerkit.")]
    made_up = {"ScaledSum"}  # by the example of `fk.layer`, where that was run before
    assert {known.name for known in ours if known.traits.blobs} - made_up == tried


def test_blobs_beyond_the_declared_ones_have_no_name() -> None:
    named = traits_of("Convolution").blob_names(LayerParameter(), 3)
    assert named == ("weight", "bias", "")
    assert traits_of("NoSuchType").blob_names(LayerParameter(), 2) == ("", "")


@pytest.mark.parametrize(
    ("kind", "body", "names"),
    [
        ("BN", "bn_param { slope_filler { value: 1 } }", ("weight", "bias", "mean", "variance")),
        ("BN", "bn_param { scale_filler { value: 1 } }", ("weight", "bias")),
        ("Normalize", "norm_param { channel_shared: false }", ("weight",)),
        ("EltwiseAffine", "", ("slope", "bias")),
    ],
)
def test_blobs_keep_their_names_through_a_caffemodel(
    kind: str, body: str, names: tuple[str, ...], tmp_path: Path
) -> None:
    net = fk.load_net(INPUT + f'layer {{ name: "x" type: "{kind}" bottom: "a" top: "x" {body} }}')
    net.save(tmp_path / "x.caffemodel", seed=1)
    assert fk.load(tmp_path / "x.caffemodel")["x"].names == net.fill(seed=1)["x"].names == names


def test_the_keywords_are_the_fields() -> None:
    assert {"loss", *Declared.__annotations__} == set(Traits._fields)


@pytest.fixture
def own_types(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a test registers is gone after it."""
    fk.layer_types.names()
    monkeypatch.setattr(fk.layer_types, "_items", dict(vars(fk.layer_types)["_items"]))


def _product(layer: LayerParameter, bottoms: Sequence[tuple[int, ...]]) -> fk.Plan:
    filler = layer.inner_product_param.weight_filler
    return fk.Plan(tops=[(2, 4)], params=[fk.Param("matrix", (4, 3), filler)])


def _same(layer: LayerParameter, bottoms: Sequence[tuple[int, ...]]) -> fk.Plan:
    return fk.Plan(tops=bottoms)


OWN = (
    INPUT + 'layer { name: "p" type: "Product_of_a_test" bottom: "a" top: "p" '
    "inner_product_param { weight_filler { %s } } }\n"
    'layer { name: "r" type: "Half_of_a_test" bottom: "p" top: "r" }\n'
)


@pytest.mark.usefixtures("own_types")
def test_a_type_of_ones_own_has_traits_too(tmp_path: Path) -> None:
    fk.layer(
        "Product_of_a_test",
        blobs=("matrix",),
        weights=("matrix",),
        sums=lambda _, weight: (weight[1], weight[0]),
    )(_product)
    fk.layer("Half_of_a_test", rectifies=True)(_same)

    def codes(filler: str) -> list[tuple[str | None, str]]:
        checked = fk.check(OWN % filler, ignore=["fork-type"])
        return [(found.layer, found.code) for found in checked.warnings]

    assert codes("") == [("p", "zero-weights")]
    assert codes('type: "xavier"') == [("p", "xavier-relu")]
    assert codes('type: "uniform"') == [("p", "one-sided")]
    net = fk.load_net(OWN % 'type: "msra"')
    net.save(tmp_path / "x.caffemodel", seed=1)
    loaded = fk.load(tmp_path / "x.caffemodel")
    assert loaded["p"].names == ("matrix",)
    assert weights.bits(loaded) == weights.bits(net.fill(seed=1))


@pytest.mark.usefixtures("own_types")
def test_a_type_that_declares_nothing_calls_its_weight_weight() -> None:
    fk.layer("Plain_of_a_test")(
        lambda _, bottoms: fk.Plan(tops=bottoms, params=[fk.Param("weight", (3, 3))])
    )
    net = fk.load_net(INPUT + 'layer { name: "p" type: "Plain_of_a_test" bottom: "a" top: "p" }')
    assert net.layers[1].params[0].dead


def test_a_trait_that_there_is_not_is_refused() -> None:
    with pytest.raises(TypeError, match="rectify"):
        fk.layer("Half_of_a_test", rectify=True)  # type: ignore[call-arg]


def test_one_axis_scales_and_is_no_weight(set_up: SetUp) -> None:
    assert not set_up("Scale", (2, 4)).params[0].weight
    assert set_up("Scale", (2, 4, 3), body="scale_param { num_axes: 2 }").params[0].weight


@pytest.mark.parametrize(
    ("kind", "weight", "text", "products", "units"),
    [
        ("Convolution", (8, 2, 3, 3), "convolution_param { group: 2 }", 18, 4),
        ("ConvolutionDepthwise", (8, 1, 3, 3), "", 9, 1),
        ("Deconvolution", (6, 4, 4, 4), "convolution_param { group: 2 stride: 2 }", 12, 4),
        ("Deconvolution", (6, 4, 4, 3), "convolution_param { stride_h: 2 stride_w: 1 }", 36, 4),
        ("DeformableConvolution", (8, 2, 3, 3), "deformable_convolution_param { group: 2 }", 18, 4),
        ("InnerProduct", (5, 7), "", 7, 5),
        ("InnerProduct", (7, 5), "inner_product_param { transpose: true }", 7, 5),
        ("Local", (5, 1, 27, 16), "", 27, 5),
        ("LSTM", (20, 7), "", 7, 20),
    ],
)
def test_sums_have_as_many_products(
    kind: str, weight: tuple[int, ...], text: str, products: float, units: int
) -> None:
    sums = traits_of(kind).sums
    assert sums is not None
    assert sums(text_format.Parse(text, LayerParameter()), weight) == (products, units)


@pytest.mark.parametrize(("body", "half"), [("min: 0 max: 6", True), ("min: -1 max: 1", False)])
def test_a_clip_from_0_on_rectifies(body: str, half: bool, set_up: SetUp) -> None:
    layer = set_up("Clip", (2, 4), body=f"clip_param {{ {body} }}")
    assert layer.traits.is_rectifier(layer.message) is half


@pytest.mark.parametrize(
    ("kind", "text", "weights_of_tops"),
    [
        ("SoftmaxWithLoss", "", (1.0,)),
        ("SoftmaxWithLoss", "loss_weight: 0.5", (0.5,)),
        ("ReLU", "loss_weight: 2", (2.0,)),
        ("ReLU", "", ()),
    ],
)
def test_a_loss_counts_1_unless_the_prototxt_says_more(
    kind: str, text: str, weights_of_tops: tuple[float, ...]
) -> None:
    layer = text_format.Parse(text, LayerParameter(type=kind))
    assert traits_of(kind).loss_weights(layer) == weights_of_tops
