"""Nets as ONNX: the values of onnxruntime are those of the module, the names those of Caffe."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import fillerkit as fk

for name in ("torch", "onnx", "onnxscript", "onnxruntime"):
    pytest.importorskip(name, reason=f"{name} is not installed")
import onnx  # noqa: E402
import onnxruntime  # noqa: E402
import torch  # noqa: E402

from fillerkit.onnx import FLOORS, export, forms  # noqa: E402
from fillerkit.torch import module  # noqa: E402

DATA = """layer { name: "data" type: "Input" top: "data"
    input_param { shape { dim: 2 dim: 3 dim: 8 dim: 8 } } }
"""
CONV = """layer { name: "conv1" type: "Convolution" bottom: "data" top: "conv1"
    convolution_param { num_output: 4 kernel_size: 3 bias_term: false
                        weight_filler { type: "xavier" } } }
"""
# A net with a blob that three layers write, and a blob that has two names.
SMALL = f"""name: "small" {DATA} {CONV}
layer {{ name: "bn" type: "BatchNorm" bottom: "conv1" top: "conv1" }}
layer {{ name: "relu" type: "ReLU" bottom: "conv1" top: "conv1" }}
layer {{ name: "pool" type: "Pooling" bottom: "conv1" top: "pool"
    pooling_param {{ kernel_size: 3 stride: 2 pad: 1 }} }}
layer {{ name: "drop" type: "Dropout" bottom: "pool" top: "drop" }}
layer {{ name: "ip/a b" type: "InnerProduct" bottom: "drop" top: "ип"
    inner_product_param {{ num_output: 5 transpose: true weight_filler {{ type: "xavier" }} }} }}
layer {{ name: "prob" type: "Softmax" bottom: "ип" top: "prob" }}
"""
READY = {"*:variance": "constant(value=1)", "*:scale_factor": "constant(value=1)"}


def filled(text: str) -> tuple[fk.Net, fk.Blobs]:
    net = fk.load_net(text, phase="TEST", fillers=READY if "BatchNorm" in text else None)
    return net, net.fill(seed=3)


def run(path: Path, inputs: dict[str, Any]) -> dict[str, Any]:
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    names = [each.name for each in session.get_outputs()]
    return dict(zip(names, session.run(None, inputs), strict=True))


def assert_equal_to_the_module(
    path: Path,
    net: fk.Net,
    blobs: fk.Blobs,
    shapes: dict[str, tuple[int, ...]],
    until: Sequence[str] | None = None,
    bound: float = 1e-5,
) -> None:
    rng = np.random.default_rng(0)
    inputs = {name: rng.normal(size=shape).astype("f4") for name, shape in shapes.items()}
    found = run(path, inputs)
    with torch.no_grad():
        wanted = module(net, blobs, until=until).eval()(
            {name: torch.from_numpy(values) for name, values in inputs.items()}
        )
    assert list(found) == [name or "-" for name in wanted]
    for name, values in found.items():
        ours = wanted[name if name in wanted else ""].numpy()
        assert np.isfinite(ours).all()
        np.testing.assert_allclose(values, ours, rtol=bound, atol=bound * np.abs(ours).max())


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("small") / "net.onnx"
    export(*filled(SMALL), path)
    return path


@pytest.fixture(scope="module")
def graph(small: Path) -> Any:
    return onnx.load(small).graph


def test_onnxruntime_computes_what_the_module_does(small: Path) -> None:
    assert_equal_to_the_module(small, *filled(SMALL), {"data": (2, 3, 8, 8)})


def test_the_checker_of_onnx_finds_nothing(small: Path) -> None:
    onnx.checker.check_model(onnx.load(small), full_check=True)


def test_inputs_and_outputs_are_the_nets(graph: Any) -> None:
    assert [value.name for value in graph.input] == ["data"]
    assert [value.name for value in graph.output] == ["prob"]
    assert graph.name == "small"


def test_each_layer_is_a_node_of_its_name(graph: Any) -> None:
    assert [(node.name, node.op_type) for node in graph.node] == [
        ("conv1", "Conv"),
        ("bn", "BatchNormalization"),
        ("relu", "Relu"),
        ("pool", "MaxPool"),
        ("ip/a b/Reshape", "Reshape"),
        ("ip/a b", "Gemm"),
        ("prob", "Softmax"),
    ]


def test_the_last_version_of_a_blob_has_its_name(graph: Any) -> None:
    assert [node.output[0] for node in graph.node] == [
        "conv1/conv1",
        "conv1/bn",
        "conv1",
        "pool",
        "ip/a b/Reshape",
        "ип",
        "prob",
    ]


def test_parameters_are_named_as_in_a_state_dict(graph: Any) -> None:
    names = {each.name for each in graph.initializer}
    assert names == {
        "conv1.weight",
        "bn.running_mean",
        "bn.running_var",
        "bn/scale",
        "bn/B",
        "ip/a b.weight",
        "ip/a b.bias",
        "ip/a b/Reshape/shape",
    }


def test_the_file_says_where_its_values_are_from(small: Path) -> None:
    said = {each.key: each.value for each in onnx.load(small).metadata_props}
    assert '"seed":3' in said["origin"]
    assert '"phase":"TEST"' in said["net"]


def test_nothing_of_this_machine_is_in_the_file(small: Path) -> None:
    assert b".py" not in small.read_bytes()


def test_the_same_net_is_the_same_file(small: Path, tmp_path: Path) -> None:
    export(*filled(SMALL), tmp_path / "again.onnx")
    assert (tmp_path / "again.onnx").read_bytes() == small.read_bytes()


def exported(folder: Path, text: str, **options: Any) -> Any:
    """The graph of a net's file, which computes what its module does."""
    path = folder / "net.onnx"
    net, blobs = filled(text)
    export(net, blobs, path, **options)
    assert_equal_to_the_module(path, net, blobs, {"data": (2, 3, 8, 8)}, **options)
    return onnx.load(path).graph


# Windows that hang over the edge, of both kinds, with padding and without; in TEST, SPLIT and
# Dropout are nothing; the names are of the kinds that are met: with slashes, dots, in other
# letters, twice, or none at all.
ODD = f"""{DATA}
layer {{ name: "crop" type: "Convolution" bottom: "data" top: "a/b" convolution_param {{
    num_output: 4 kernel_size: 2 weight_filler {{ type: "xavier" }} }} }}
layer {{ name: "crop" type: "Pooling" bottom: "a/b" top: "a/b/crop"
    pooling_param {{ pool: AVE kernel_size: 3 stride: 2 }} }}
layer {{ name: "" type: "Pooling" bottom: "a/b" top: ""
    pooling_param {{ kernel_size: 3 stride: 3 }} }}
layer {{ name: "средняя" type: "Pooling" bottom: "a/b" top: "mean.of"
    pooling_param {{ pool: AVE kernel_size: 3 stride: 3 pad: 1 }} }}
layer {{ name: "crop" type: "LRN" bottom: "data" top: "norm"
    lrn_param {{ local_size: 3 alpha: 0.5 }} }}
layer {{ name: "crop.2" type: "PReLU" bottom: "norm" top: "norm" }}
layer {{ name: "drop" type: "Dropout" bottom: "norm" top: "norm/crop" }}
"""


def test_windows_over_the_edge_and_odd_names_are_right(tmp_path: Path) -> None:
    graph = exported(tmp_path, ODD)
    assert [value.name for value in graph.input] == ["data"]
    names = [node.name for node in graph.node]
    assert len(set(names)) == len(names)
    assert {"crop", "crop#2", "crop.2", "Pooling", "средняя"} <= set(names)
    assert {"crop.weight", "crop.bias", "crop.2.weight"} <= {
        each.name for each in graph.initializer
    }


def test_a_batch_may_have_any_length_where_it_is_said(tmp_path: Path) -> None:
    net, blobs = filled(SMALL)
    done = export(net, blobs, tmp_path / "net.onnx", dynamic_batch=True, opset=21)
    assert done.inputs == (("data", ("batch", 3, 8, 8)),)
    assert done.outputs == (("prob", ("batch", 5)),)
    for batch in (1, 4):
        assert_equal_to_the_module(tmp_path / "net.onnx", net, blobs, {"data": (batch, 3, 8, 8)})
    assert onnx.load(tmp_path / "net.onnx").opset_import[0].version == 21


@pytest.mark.parametrize(
    ("layer", "words"),
    [
        (
            """type: "Reshape" top: "x" reshape_param { shape { dim: 2 dim: 192 } }""",
            r"\(Reshape, line 3\): ",
        ),
        (
            """type: "Slice" top: "x" top: "y" slice_param { axis: 0 slice_point: 1 }""",
            r"\(Slice, line 3\): it does not take every length of the first axis",
        ),
    ],
)
def test_a_layer_that_fixes_the_batch_is_told_of(tmp_path: Path, layer: str, words: str) -> None:
    text = f"""{DATA} layer {{ name: "it" bottom: "data" {layer} }}"""
    with pytest.raises(fk.UsageError, match=f"dynamic_batch=True: layer 'it' {words}"):
        export(*filled(text), tmp_path / "net.onnx", dynamic_batch=True)
    assert list(tmp_path.iterdir()) == []


def test_a_layer_that_onnx_has_no_operator_for_is_told_of(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def run(layer: Any, x: torch.Tensor) -> torch.Tensor:
        found: torch.Tensor = torch.special.bessel_j0(x)
        return found

    monkeypatch.setitem(forms._FORMS, "AbsVal", run)
    text = f"""{DATA} layer {{ name: "a/b" type: "AbsVal" bottom: "data" top: "x" }}
    layer {{ name: "more" type: "ReLU" bottom: "x" top: "more" }}"""
    words = r"exported: layer 'a/b' \(AbsVal, line 3\): No ONNX function found for .*bessel_j0"
    with pytest.raises(fk.UsageError, match=words):
        export(*filled(text), tmp_path / "net.onnx")


def test_a_net_ends_at_the_blobs_that_are_named(tmp_path: Path) -> None:
    graph_of_two = exported(tmp_path, SMALL, until=["pool", "conv1"])
    assert [value.name for value in graph_of_two.output] == ["pool", "conv1"]
    assert [node.name for node in graph_of_two.node] == ["conv1", "bn", "relu", "pool"]


def test_parameters_of_more_than_a_message_can_hold_are_beside_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("fillerkit.onnx.files.LIMIT", 1)
    net, blobs = filled(SMALL)
    done = export(net, blobs, tmp_path / "net.onnx")
    assert done.files == (tmp_path / "net.onnx", tmp_path / "net.onnx.data")
    assert_equal_to_the_module(tmp_path / "net.onnx", net, blobs, {"data": (2, 3, 8, 8)})
    onnx.checker.check_model(tmp_path / "net.onnx", full_check=True)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"path": "net.txt"}, "'net.txt': a net is exported as ONNX: its suffix is to be .onnx"),
        ({"opset": 12}, "opset 12 cannot be written: it is one of 18 to 23"),
        ({"until": "pol"}, "no layer makes a blob 'pol'; did you mean 'pool'?"),
    ],
)
def test_what_makes_no_sense_is_refused(options: dict[str, Any], words: str) -> None:
    with pytest.raises(fk.UsageError) as error:
        export(*filled(SMALL), **{"path": "net.onnx", **options})
    assert str(error.value) == words


def test_blobs_of_another_net_are_refused() -> None:
    with pytest.raises(fk.UsageError, match="layer 'bn'"):
        export(filled(SMALL)[0], filled(DATA + CONV)[1], "net.onnx", until="prob")


def test_a_fresh_batch_norm_is_told_of(tmp_path: Path) -> None:
    net = fk.load_net(SMALL, phase="TEST")
    assert export(net, net.fill(seed=1), tmp_path / "net.onnx", until="conv1").untrained == ("bn",)


def test_the_lowest_versions_are_those_of_the_extra() -> None:
    project = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text())["project"]
    asked = {f"{package}>={floor}" for package, floor in FLOORS.items()}
    assert set(project["optional-dependencies"]["onnx"]) == asked


# Places of the largest of values that are all 0 or 1, so that many are equal.
PLACES = f"""{DATA}
layer {{ name: "bits" type: "Threshold" bottom: "data" top: "bits" }}
layer {{ name: "one" type: "ArgMax" bottom: "bits" top: "one" argmax_param {{ axis: 1 }} }}
layer {{ name: "more" type: "ArgMax" bottom: "bits" top: "more"
    argmax_param {{ axis: -1 top_k: 2 }} }}
layer {{ name: "all" type: "ArgMax" bottom: "bits" top: "all"
    argmax_param {{ top_k: 3 out_max_val: true }} }}
"""


def test_places_of_equal_values_are_caffes(tmp_path: Path) -> None:
    nodes = exported(tmp_path, PLACES).node
    operators = {node.name: node.op_type for node in nodes}
    assert (operators["one/ArgMax"], operators["one"]) == ("ArgMax", "Cast")
    assert [node.op_type for node in nodes].count("TopK") == 2


RECURRENT = f"""{DATA}
layer {{ name: "cont" type: "Input" top: "cont" input_param {{ shape {{ dim: 2 dim: 3 }} }} }}
layer {{ name: "lstm" type: "LSTM" bottom: "data" bottom: "cont" top: "lstm"
    recurrent_param {{ num_output: 4 weight_filler {{ type: "xavier" }} }} }}
"""


def test_an_lstm_begins_at_constants(tmp_path: Path) -> None:
    net, blobs = filled(RECURRENT)
    path = tmp_path / "net.onnx"
    export(net, blobs, path)
    assert_equal_to_the_module(path, net, blobs, {"data": (2, 3, 8, 8), "cont": (2, 3)})
    graph = onnx.load(path).graph
    assert not {"ConstantOfShape", "Constant"} & {node.op_type for node in graph.node}


# Two BatchNorms with one set of statistics, and one that uses its bottom's own.
STATISTICS = f"""{DATA}
layer {{ name: "a" type: "BatchNorm" bottom: "data" top: "a"
    param {{ name: "m" }} param {{ name: "v" }} param {{ name: "f" }} }}
layer {{ name: "b" type: "BatchNorm" bottom: "a" top: "b"
    param {{ name: "m" }} param {{ name: "v" }} param {{ name: "f" }} }}
layer {{ name: "own" type: "BatchNorm" bottom: "b" top: "own"
    batch_norm_param {{ use_global_stats: false }} }}
"""


def test_a_batch_norm_by_its_own_batch_gathers_nothing(tmp_path: Path) -> None:
    net, blobs = filled(STATISTICS)
    export(net, blobs, tmp_path / "net.onnx")
    assert not fk.compare(blobs, net.fill(seed=3)).differences
    assert_equal_to_the_module(tmp_path / "net.onnx", net, blobs, {"data": (2, 3, 8, 8)})
    graph = onnx.load(tmp_path / "net.onnx").graph
    assert [value.name for value in graph.output] == ["own"]
    axes = [
        onnx.numpy_helper.to_array(each).tolist()
        for each in graph.initializer
        if each.name.startswith("own/ReduceMean") and each.name.endswith("/axes")
    ]
    assert axes
    assert [0, 2, 3] not in axes  # OpenCV 5.0 gets a mean over these wrong
    assert not any(each.name.startswith("own.") for each in graph.initializer)


def test_fresh_batch_norms_that_share_their_statistics_are_told_of(tmp_path: Path) -> None:
    net = fk.load_net(STATISTICS, phase="TEST")
    assert export(net, net.fill(seed=1), tmp_path / "net.onnx").untrained == ("a", "b")


# BN with gathered statistics (PSPNet), and SegNet's, of the batch; their text tells them apart.
RATES = " ".join(f"param {{ lr_mult: {rate} }}" for rate in (1, 1, 0, 0))
BN = f"""{DATA}
layer {{ name: "bn" type: "BN" bottom: "data" top: "bn" {RATES} bn_param {{
    slope_filler {{ type: "uniform" min: 1 max: 2 }} bias_filler {{ value: 1 }} }} }}
"""
SEGNETS = f"""{DATA}
layer {{ name: "bn" type: "BN" bottom: "data" top: "bn" top: "mean" top: "variance" bn_param {{
    scale_filler {{ type: "uniform" min: 1 max: 2 }} shift_filler {{ value: 1 }} }} }}
"""


def test_a_bn_with_gathered_statistics_is_one_node(tmp_path: Path) -> None:
    net = fk.load_net(BN, phase="TEST", fillers={"*:variance": "constant(value=2)"})
    export(net, net.fill(seed=3), tmp_path / "net.onnx")
    assert_equal_to_the_module(tmp_path / "net.onnx", net, net.fill(3), {"data": (2, 3, 8, 8)})
    graph = onnx.load(tmp_path / "net.onnx").graph
    assert [node.op_type for node in graph.node] == ["BatchNormalization"]
    assert {"bn.weight", "bn.mean"} <= {each.name for each in graph.initializer}


def test_nvidias_batch_norm_with_a_scale_is_one_node_too(tmp_path: Path) -> None:
    text = f"""{DATA} layer {{ name: "bn" type: "BatchNorm" bottom: "data" top: "bn"
        batch_norm_param {{ eps: 1e-9 scale_filler {{ type: "uniform" min: 1 max: 2 }} }} }}"""
    net = fk.load_net(text, phase="TEST", fillers={"*:variance": "constant(value=1e-5)"})
    export(net, net.fill(seed=3), tmp_path / "net.onnx")
    assert_equal_to_the_module(tmp_path / "net.onnx", net, net.fill(3), {"data": (2, 3, 8, 8)})
    (node,) = onnx.load(tmp_path / "net.onnx").graph.node
    assert node.op_type == "BatchNormalization"


def test_a_fresh_bn_is_told_of(tmp_path: Path) -> None:
    net = fk.load_net(BN, phase="TEST")
    assert export(net, net.fill(seed=1), tmp_path / "net.onnx").untrained == ("bn",)


def test_segnets_bn_takes_means_that_opencv_gets_right(tmp_path: Path) -> None:
    graph = exported(tmp_path, SEGNETS)
    axes = [
        onnx.numpy_helper.to_array(each).tolist()
        for each in graph.initializer
        if each.name.endswith("axes")
    ]
    assert axes
    assert [0, 2, 3] not in axes


POINTS = f"""{DATA}
layer {{ name: "conv" type: "Convolution" bottom: "data" top: "conv" convolution_param {{
    num_output: 2 kernel_size: 1 pad: 1 weight_filler {{ type: "xavier" }} }} }}
"""


def test_a_convolution_of_points_has_its_pads_from_a_node_of_their_own(tmp_path: Path) -> None:
    nodes = exported(tmp_path, POINTS).node  # OpenCV 5.0 passes over the convolution's
    assert [(node.name, node.op_type) for node in nodes] == [("conv/Pad", "Pad"), ("conv", "Conv")]


# Windows over the edge, of rectified values: many are equal, and the first of them has the place.
MASK = f"""{DATA} layer {{ name: "relu" type: "ReLU" bottom: "data" top: "data" }}
layer {{ name: "pool" type: "Pooling" bottom: "data" top: "pool" top: "mask"
    pooling_param {{ kernel_size: 3 stride: 2 pad: 1 }} }}
layer {{ name: "up" type: "Upsample" bottom: "pool" bottom: "mask" top: "up"
    upsample_param {{ upsample_h: 8 upsample_w: 8 }} }}
"""


def test_a_mask_is_of_whole_numbers_that_opencv_reads(tmp_path: Path) -> None:
    nodes = exported(tmp_path, MASK, until=["mask", "up"]).node
    # OpenCV 5 takes no truth values, such as the exporter's own mask is worked out with.
    assert [node.op_type for node in nodes if node.name.startswith("pool")] == [
        "MaxPool",
        "Mod",
        "Cast",
    ]


def test_the_zeros_of_an_unpooling_are_not_in_the_file(tmp_path: Path) -> None:
    text = MASK.replace("upsample_h: 8 upsample_w: 8", "upsample_h: 80 upsample_w: 80")
    net, blobs = filled(text)
    for dynamic_batch in (False, True):
        export(net, blobs, tmp_path / "net.onnx", until=["up"], dynamic_batch=dynamic_batch)
        assert_equal_to_the_module(
            tmp_path / "net.onnx", net, blobs, {"data": (2, 3, 8, 8)}, until=["up"]
        )
        assert (tmp_path / "net.onnx").stat().st_size < 5000
        nodes = onnx.load(tmp_path / "net.onnx").graph.node
        (zeros,) = (node for node in nodes if node.op_type == "ConstantOfShape")
        assert [each.name for each in zeros.attribute] == ["value"]  # OpenCV 5 reads none without


def test_a_mask_of_windows_beyond_the_edge_is_right(tmp_path: Path) -> None:
    text = MASK.replace("kernel_size: 3 stride: 2 pad: 1", "kernel_size: 1 stride: 4 pad: 0")
    exported(tmp_path, text, until=["mask"])


LOSSES = """layer { name: "data" type: "Input" top: "data" top: "label"
    input_param { shape { dim: [4, 3] } shape { dim: 4 } } }
layer { name: "loss" type: "SoftmaxWithLoss" bottom: "data" bottom: "label" top: "loss"
    loss_param { ignore_label: 2 } }
layer { name: "right" type: "Accuracy" bottom: "data" bottom: "label" top: "right"
    accuracy_param { ignore_label: 2 } }
"""


def test_a_loss_bounds_no_whole_numbers_which_opencv_does_not_read(tmp_path: Path) -> None:
    net, blobs = filled(LOSSES)
    export(net, blobs, tmp_path / "net.onnx")
    data = np.random.default_rng(0).normal(size=(4, 3)).astype("f4")
    inputs = {"data": data, "label": np.array([0, 2, 1, 1], "f4")}
    wanted = module(net, blobs)({k: torch.from_numpy(v) for k, v in inputs.items()})
    for name, found in run(tmp_path / "net.onnx", inputs).items():
        assert found == pytest.approx(wanted[name].item())
    graph = onnx.load(tmp_path / "net.onnx").graph
    types = {each.name: each.type.tensor_type.elem_type for each in graph.value_info}
    bounded = [types[each.input[0]] for each in graph.node if each.op_type in ("Clip", "Max")]
    assert bounded == [onnx.TensorProto.FLOAT] * 3


REGIONS = f"""{DATA}
layer {{ name: "rois" type: "Input" top: "rois" input_param {{ shape {{ dim: [4, 5] }} }} }}
layer {{ name: "largest" type: "ROIPooling" bottom: "data" bottom: "rois" top: "largest"
    roi_pooling_param {{ pooled_h: 2 pooled_w: 3 spatial_scale: 0.5 }} }}
layer {{ name: "crop" type: "Slice" bottom: "data" top: "four" top: "rest"
    slice_param {{ axis: 2 slice_point: 4 }} }}
layer {{ name: "maps" type: "Reshape" bottom: "four" top: "maps"
    reshape_param {{ shape {{ dim: [0, 4, 8, 3] }} }} }}
layer {{ name: "mean" type: "PSROIPooling" bottom: "maps" bottom: "rois" top: "mean"
    psroi_pooling_param {{ output_dim: 1 group_size: 2 spatial_scale: 0.5 }} }}
"""


def test_regions_are_pooled(tmp_path: Path) -> None:
    net, blobs = filled(REGIONS)
    until = ["largest", "mean"]
    export(net, blobs, tmp_path / "net.onnx", until=until, dynamic_batch=True)
    regions = [[0, 1, 2, 9, 8], [1, 3, 1, 4, 14], [1, -3, 5, 0, 6], [0, 15, 15, 15, 15]]
    data = np.random.default_rng(0).normal(size=(2, 3, 8, 8)).astype("f4")
    inputs = {"data": data, "rois": np.array(regions, "f4")}
    wanted = module(net, blobs, until=until)({k: torch.from_numpy(v) for k, v in inputs.items()})
    for name, found in run(tmp_path / "net.onnx", inputs).items():
        np.testing.assert_allclose(found, wanted[name].numpy(), atol=1e-6)
    nodes = {node.name: node.op_type for node in onnx.load(tmp_path / "net.onnx").graph.node}
    assert nodes["largest"] == "MaxRoiPool"


def test_a_net_that_takes_nothing_is_exported(tmp_path: Path) -> None:
    text = """layer { name: "one" type: "DummyData" top: "one" dummy_data_param {
        shape { dim: 2 dim: 3 } data_filler { type: "constant" value: -2 } } }
    layer { name: "abs" type: "AbsVal" bottom: "one" top: "abs" }"""
    net, blobs = filled(text)
    done = export(net, blobs, tmp_path / "net.onnx", dynamic_batch=True)
    inputs = {name: np.full((2, 3), -2, "f4") for name, _ in done.inputs}
    assert (run(tmp_path / "net.onnx", inputs)["abs"] == 2).all()


def test_what_a_dummy_data_draws_goes_in(tmp_path: Path) -> None:
    text = """layer { name: "d" type: "DummyData" top: "data" top: "two" dummy_data_param {
        shape { dim: [2, 3] } data_filler { type: "gaussian" } data_filler { value: 2 } } }
    layer { name: "s" type: "Eltwise" bottom: "data" bottom: "two" top: "s" }"""
    net, blobs = filled(text)
    done = export(net, blobs, tmp_path / "net.onnx")
    assert done.inputs == (("data", (2, 3)),)
    assert_equal_to_the_module(tmp_path / "net.onnx", net, blobs, {"data": (2, 3)})
